"""Python's ssl module: what it says in whole messages of its own, beside the reasons of OpenSSL that it passes on."""

from tlslab.model.conditions import ENDS_EARLY, NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says

ERRORS = Source(
    "CPython, Modules/_ssl.c, fill_and_set_sslerror",
    "https://github.com/python/cpython/blob/00236fed5d810d37397378510a3413c4541a822d/Modules/_ssl.c",
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
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
    ),
)
