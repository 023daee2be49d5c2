"""The system: what it says of a connection, by errno, in the words of strerror(3), which clients pass on."""

from tlslab.model.circumstances import RESETS
from tlslab.model.conditions import ENDS_AFTER_PRELOGIN, ENDS_EARLY, NOT_SERVING, SERVER_REFUSES
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, says_each

_ERRLIST = "https://github.com/bminor/glibc/blob/3d7d5c10c806ee24f8e35014e41e203002609a3f/sysdeps/gnu/errlist.h"
RESET = Source("glibc, sysdeps/gnu/errlist.h, ECONNRESET", _ERRLIST)
REFUSED = Source("glibc, sysdeps/gnu/errlist.h, ECONNREFUSED", _ERRLIST)

LIBRARY = Library(
    "posix",
    (
        *says_each(
            dict.fromkeys(SERVER_REFUSES, "Connection reset by peer"),
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=RESET,
        ),
        *(
            row
            for condition in (ENDS_EARLY, ENDS_AFTER_PRELOGIN)
            for row in says(
                [condition],
                Phase.NO_TLS,
                "Connection reset by peer",
                basis=Basis.AUTHORITATIVE,
                source=RESET,
                when=[RESETS],
            )
        ),
        *says([NOT_SERVING], Phase.CONNECT, "Connection refused", basis=Basis.AUTHORITATIVE, source=REFUSED),
    ),
)
