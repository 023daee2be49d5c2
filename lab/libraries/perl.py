"""Perl's IO::Socket::SSL, on which LWP, HTTP::Tiny, Net::SMTP and DBD drivers stand: its own checks and its frames."""

from tlslab.model.beyond import KEY_UNREADABLE, NO_CIPHER_LEFT, REVOCATION_UNUSABLE
from tlslab.model.conditions import NAME_MISMATCH, STAPLE_MISSING, STORE_ABSENT, STORE_UNREADABLE
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, says_alike

SSL = Source(
    "IO::Socket::SSL, lib/IO/Socket/SSL.pm",
    "https://github.com/noxxi/p5-io-socket-ssl/blob/70c236e67e08fa08af969c5a2829092b62906d0c/lib/IO/Socket/SSL.pm",
)

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
    ),
    vocabulary=True,
)
