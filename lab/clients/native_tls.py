"""native-tls: what clients written in Rust say whose TLS it is. On Linux it asks the system's OpenSSL.

It shows OpenSSL's error and behind it, in brackets, the result of the verification. OpenSSL compares the name, too.
"""

from tlslab.clients.openssl import CHECK_HOST, TRAILING_DOT
from tlslab.model.conditions import CN_ALONE, NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Offers, Own, Template, says_like, tolerates
from tlslab.model.names import DOT_AT_THE_END
from tlslab.model.situation import TLSVersion

_NATIVE_TLS = "https://github.com/rust-native-tls/rust-native-tls/blob/v0.2.18/src"
DISPLAY = Source("native-tls 0.2.18, src/imp/openssl.rs (Display of Error)", f"{_NATIVE_TLS}/imp/openssl.rs")
VERSIONS = Source("native-tls 0.2.18, src/lib.rs (TlsConnector::builder: min_protocol)", f"{_NATIVE_TLS}/lib.rs")
OFFERS = (
    Offers(
        TLSVersion.TLSv1_2, TLSVersion.TLSv1_3, "native-tls asks for TLS 1.2 at least", Basis.AUTHORITATIVE, VERSIONS
    ),
)
NO_LIMITS = dict.fromkeys(
    ("tls_min", "tls_max"),
    "the driver has no option for versions of TLS, and native-tls sets its own in the place of openssl.cnf's",
)
ROWS: tuple[Own, ...] = (
    says_like(
        NAME_MISMATCH,
        [DOT_AT_THE_END],
        "OpenSSL compares the name as it was given, with its dot",
        basis=Basis.REPORTED,
        source=TRAILING_DOT,
    ),
    tolerates(
        "OpenSSL takes the common name where no DNS name stands in a SAN",
        of=[NAME_MISMATCH, CN_ALONE],
        basis=Basis.AUTHORITATIVE,
        source=CHECK_HOST,
    ),
)
"""How OpenSSL compares names for it."""


def templates(before: str, source: Source) -> tuple[Template, ...]:
    """How a client shows what OpenSSL says. `before`: the words in front of it, `source`: who says that they are."""
    refused = before + "error:{*}:certificate verify failed:{*}({reason})"
    return (
        Template("openssl", frozenset({Phase.VERIFY, Phase.NAME}), refused, Basis.AUTHORITATIVE, source),
        Template("openssl", frozenset({Phase.HANDSHAKE}), before + "error:{*}:{reason}:", Basis.AUTHORITATIVE, source),
        Template("posix", frozenset({Phase.CLOSED}), before + "{reason}", Basis.AUTHORITATIVE, source),
    )
