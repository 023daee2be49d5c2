"""Workdirs: the directory of one run in the lab's cache, removed at its end, and swept by a later run when its owner
was killed.

A workdir has the lock of a living owner from the first moment that others can see it: workdirs are made, and judged,
under the lock of all of them. So every workdir without an owner is a leftover, however far its making or its
removal had come.
"""

import contextlib
import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tlslab.stages.leftovers import remove

_LOCK = "owner.lock"
KEY = "key.pem"
"""How the name of every file in a workdir ends that holds a private key."""


@contextmanager
def run_workdir(cache: Path) -> Iterator[Path]:
    """A fresh directory for one run; its lock is held for as long as the owner lives. Raises OSError when the cache
    is not writable.
    """
    runs = cache / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    sweep(runs)
    with contextlib.ExitStack() as lock, contextlib.ExitStack() as removal:
        with _judging(runs):
            workdir = Path(tempfile.mkdtemp(prefix=f"run-{os.getpid()}-", dir=runs))
            removal.callback(_remove, workdir)
            descriptor = os.open(workdir / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            lock.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield workdir


def sweep(runs: Path) -> tuple[Path, ...]:
    """Remove the workdirs without a living owner; what was removed. Raises OSError when the cache is not writable."""
    if not runs.is_dir():
        return ()
    with contextlib.ExitStack() as held:
        with _judging(runs):
            left = [
                workdir for workdir in _directories(runs) if workdir.name.startswith("run-") and _is_left(workdir, held)
            ]
        for workdir in left:
            _remove(workdir)
    return tuple(left)


@contextmanager
def _judging(runs: Path) -> Iterator[None]:
    """While this is open no other process makes a workdir, or judges whether one has an owner."""
    descriptor = os.open(f"{runs}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_left(workdir: Path, held: contextlib.ExitStack) -> bool:
    """Whether a workdir has no owner; then this process is its owner for as long as `held` is open."""
    with contextlib.suppress(OSError):  # the workdir belongs to another user
        workdir.chmod(0o700)
    try:
        descriptor = os.open(workdir / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        return problem.errno in {errno.ENOENT, errno.EISDIR, errno.ELOOP, errno.ENXIO}  # no lock of the lab's
    held.callback(os.close, descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(workdir: Path) -> None:
    """Remove the private keys first: they are gone even when the process ends before the rest is removed."""
    for directory in _directories(workdir):
        for path in directory.glob(f"*{KEY}"):
            with contextlib.suppress(OSError):
                path.unlink()
    remove(workdir)


def _directories(parent: Path) -> list[Path]:
    """The directories in a directory. Links are none: a client may have left one to anywhere."""
    try:
        with os.scandir(parent) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
