"""Perl's IO::Socket::SSL, on which LWP, HTTP::Tiny, Net::SMTP and DBD drivers stand: its own checks and its frames."""

from tlslab.model.beyond import KEY_UNREADABLE, NO_CIPHER_LEFT, NO_TLS_LIBRARY, REVOCATION_UNUSABLE
from tlslab.model.conditions import NAME_MISMATCH, STAPLE_MISSING, STORE_ABSENT, STORE_UNREADABLE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, says_alike

SSL = Source(
    "IO::Socket::SSL, lib/IO/Socket/SSL.pm",
    "https://github.com/noxxi/p5-io-socket-ssl/blob/70c236e67e08fa08af969c5a2829092b62906d0c/lib/IO/Socket/SSL.pm",
)
LWP = Source(
    "libwww-perl, lib/LWP/UserAgent.pm and lib/LWP/Protocol.pm",
    "https://github.com/libwww-perl/libwww-perl/blob/65c6384c3d9e8a4f88a7fbe84307895dc78ccceb/lib/LWP/Protocol.pm#L37",
)
TINY = Source("HTTP::Tiny, _ssl: what it needs for https", "https://metacpan.org/pod/HTTP::Tiny#TLS/SSL-SUPPORT")
DIAGNOSTICS = Source("perldiag, Can't locate %s", "https://perldoc.perl.org/perldiag")

LIBRARY = Library(
    "perl",
    (
        *says([NAME_MISMATCH], Phase.NAME, "hostname verification failed", basis=Basis.AUTHORITATIVE, source=SSL),
        *says(
            ANY,
            Phase.HANDSHAKE,
            "SSL connect attempt failed because of handshake problems",
            "SSL connect attempt failed",
            basis=Basis.AUTHORITATIVE,
            source=SSL,
        ),
        *says_alike(
            (STORE_ABSENT, STORE_UNREADABLE),
            Phase.VERIFY,
            "Invalid certificate authority locations",
            "Invalid default certificate authority locations",
            basis=Basis.AUTHORITATIVE,
            source=SSL,
        ),
        *says(
            [STAPLE_MISSING],
            Phase.VERIFY,
            "did not receive the required stapled OCSP response",
            basis=Basis.AUTHORITATIVE,
            source=SSL,
        ),
        *says(
            [REVOCATION_UNUSABLE],
            Phase.VERIFY,
            "Invalid certificate revocation list",
            basis=Basis.AUTHORITATIVE,
            source=SSL,
        ),
        *says(
            [KEY_UNREADABLE],
            Phase.HANDSHAKE,
            "Failed to load certificate from file",
            "Failed to use Certificate",
            "Failed to use Private Key",
            basis=Basis.AUTHORITATIVE,
            source=SSL,
        ),
        *says(
            [NO_CIPHER_LEFT], Phase.HANDSHAKE, "Failed to set SSL cipher list", basis=Basis.AUTHORITATIVE, source=SSL
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "LWP::Protocol::https not installed",
            "Protocol scheme 'https' is not supported",
            basis=Basis.AUTHORITATIVE,
            source=LWP,
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "IO::Socket::SSL 1.42 must be installed for https support",
            "Net::SSLeay 1.49 must be installed for https support",
            basis=Basis.AUTHORITATIVE,
            source=TINY,
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "Can't locate IO/Socket/SSL.pm in @INC",
            "Can't locate Net/SSLeay.pm in @INC",
            "Can't locate LWP/Protocol/https.pm in @INC",
            "Can't locate Crypt/SSLeay.pm in @INC",
            basis=Basis.AUTHORITATIVE,
            source=DIAGNOSTICS,
        ),
        *says_alike(
            (STORE_ABSENT, STORE_UNREADABLE),
            Phase.VERIFY,
            "SSL_ca_file {*} can't be used",
            "SSL_ca_path {*} does not exist",
            "SSL_ca_path {*} is not accessible",
            basis=Basis.AUTHORITATIVE,
            source=SSL,
        ),
    ),
    vocabulary=True,
)
