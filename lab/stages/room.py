"""Rooms: the directory of one run in the lab's cache, removed at its end, and swept by a later run when its owner was
killed.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.stages.leftovers import remove

_LOCK = "owner.lock"


@contextmanager
def run_room(cache: Path) -> Iterator[Path]:
    """A fresh directory for one run; its lock is held for as long as the owner lives. Raises OSError when the cache
    is not writable.
    """
    runs = cache / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    sweep(runs)
    room = Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-", dir=runs))
    descriptor = os.open(room / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield room
    finally:
        remove(room)
        os.close(descriptor)


def sweep(runs: Path) -> tuple[Path, ...]:
    """Remove the rooms whose owners are dead; what was removed. A room that is just being made has no lock yet and is
    left alone.
    """
    removed: list[Path] = []
    for room in runs.glob("run-*"):
        try:
            descriptor = os.open(room / _LOCK, os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            remove(room)
            removed.append(room)
        finally:
            os.close(descriptor)
    return tuple(removed)
