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
TINY = Source(
    "HTTP::Tiny, lib/HTTP/Tiny.pm, can_ssl (older: 1.42)",
    "https://github.com/Perl-Toolchain-Gang/HTTP-Tiny/blob/1e3f7964cf29a62b880a7af844dc5e1e9170c2df/lib/HTTP/Tiny.pm",
)
_MISSING = {
    "IO/Socket/SSL.pm": "libwww-perl/LWP-Protocol-https/issues/46",
    "Net/SSLeay.pm": "EarlRamirez/netdb/issues/38",
    "LWP/Protocol/https.pm": "xFFFFF/Gekko-BacktestTool/issues/34",
    "Crypt/SSLeay.pm": "shirkdog/pulledpork/issues/253",
}
"""The modules without which there is no TLS, and the post that shows what Perl says of each."""

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
            "IO::Socket::SSL {*} must be installed for https support",
            "Net::SSLeay {*} must be installed for https support",
            basis=Basis.AUTHORITATIVE,
            source=TINY,
        ),
        *(
            row
            for module, thread in _MISSING.items()
            for row in says(
                [NO_TLS_LIBRARY],
                Phase.NEGOTIATION,
                f"Can't locate {module} in @INC",
                basis=Basis.REPORTED,
                source=Source(thread.replace("/issues/", " issue "), f"https://github.com/{thread}"),
            )
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
