"""The clock of a client: libfaketime, preloaded, shows a process another time. The machine's own clock stays right.

https://github.com/wolfcw/libfaketime (README, section "Advanced features and caveats"). An adapter opts in once its
client has been tried: libfaketime does not reach programs that are linked statically, Firefox does not start with it,
and with version 0.9.10 sleeping until a given moment fails with EINVAL (Python's time.sleep from 3.11 on).
"""

import contextlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tlslab.clients.base import SETUP, Invocation, Machine, Missing
from tlslab.model.situation import ClientSide
from tlslab.setup.needs import Library, Packages

FAKETIME = Library(
    "faketime",
    ("libfaketimeMT.so.1",),
    Packages(apt="libfaketime", dnf="libfaketime", zypper="libfaketime"),
    "the library libfaketime, which shows a client another time",
    linux_only=True,
)
SHARED_MEMORY = Path("/dev/shm")
"""Where libfaketime keeps two objects for each process that it is loaded into, until the process ends by itself."""
_OFFSET = "FAKETIME"


def missing(sides: Iterable[ClientSide], machine: Machine) -> Missing | None:
    """What this machine lacks to give these client sides their clocks; None: nothing."""
    if FAKETIME.name in machine.files or not any(side.clock for side in sides):
        return None
    return Missing(FAKETIME.words, SETUP)


def with_clock(invocation: Invocation, side: ClientSide, machine: Machine) -> Invocation:
    """The invocation, in which the program sees the clock of this client side.

    The time that only runs on is left alone: programs wait by it. So is waiting itself, which libfaketime mends for C
    libraries before glibc 2.25 (its README, FAKETIME_FORCE_MONOTONIC_FIX): with that, a JVM and .NET never sleep.
    """
    if not side.clock:
        return invocation
    clock = {
        "LD_PRELOAD": machine.files[FAKETIME.name],
        _OFFSET: f"{side.clock // timedelta(seconds=1):+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }
    return replace(invocation, env={**invocation.env, **clock})


def forget(invocation: Invocation, pid: int) -> None:
    """Remove what libfaketime has left of a process that was killed."""
    if _OFFSET in invocation.env:
        for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
            with contextlib.suppress(OSError):
                (SHARED_MEMORY / name).unlink()
