"""Python's ssl module: what it says in whole messages of its own, beside the reasons of OpenSSL that it passes on."""

from tlslab.model.conditions import ENDS_EARLY, NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Offers, says
from tlslab.model.situation import TLSVersion

ERRORS = Source(
    "CPython, Modules/_ssl.c, fill_and_set_sslerror",
    "https://github.com/python/cpython/blob/00236fed5d810d37397378510a3413c4541a822d/Modules/_ssl.c",
)
CONTEXT = Source(
    "Python, What's New in Python 3.10, ssl (SSLContext defaults to minimum protocol version TLS 1.2)",
    "https://docs.python.org/3/whatsnew/3.10.html#ssl",
)

LIBRARY = Library(
    "python-ssl",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid "
            "for '{name}'.",
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: IP address mismatch, certificate is not valid "
            "for '{name}'.",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol (_ssl.c:",
            "EOF occurred in violation of protocol (_ssl.c:",  # before OpenSSL 3
            "[Errno 8] _ssl.c:{*}: EOF occurred in violation of protocol",  # Python 2.6
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
    ),
    offers=(
        Offers(
            TLSVersion.TLSv1_2,
            TLSVersion.TLSv1_3,
            "a context of the ssl module begins at TLS 1.2, since Python 3.10",
            Basis.AUTHORITATIVE,
            CONTEXT,
        ),
    ),
)
