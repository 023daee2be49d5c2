"""Leftovers: what a client has left in its directory, read and removed without trust in any of it.

Standard library alone, and Python 3.9: the agent in the containers of clients (docker/client/agent.py) uses it as well.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import stat
import time
from collections.abc import Iterable, Iterator, Sequence

KEPT = 1 << 20
"""Bytes of standard output, standard error or a collected file that are kept."""
SHOWN = 500
"""Characters that are shown of what a command said."""
REMOVAL_TIMEOUT = 60.0
"""Seconds after which removing gives up: a process may still be writing there."""
STEP = 200
"""Entries that are removed in one step."""
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_WHATEVER = getattr(os, "O_PATH", 0) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def collect(directory: str | os.PathLike[str], names: Iterable[str]) -> dict[str, str]:
    """The text of these files in a directory, without those that cannot be read."""
    found = {name: read(directory, name, KEPT) for name in names}
    return {name: text(data) for name, data in found.items() if data is not None}


def text(data: bytes | bytearray) -> str:
    """What is kept of it, as text."""
    return data[:KEPT].decode("utf-8", errors="replace")


def failed(command: Sequence[str], status: int | None, *said: str) -> str:
    """Why an attempt cannot be made: a command that prepares it failed, and said this. `status` None: it was ended."""
    words = " | ".join(line.strip() for part in said for line in part.splitlines() if line.strip())
    how = "does not end" if status is None else f"fails with status {status}"
    return f"`{' '.join(command)}`, which prepares the attempt, {how}: {words[-SHOWN:] or 'without a word'}"


def read(directory: str | os.PathLike[str], name: str, limit: int) -> bytes | None:
    """The first `limit` bytes of a file in a directory; None where there is no file that can be read.

    Nothing but a regular file is opened: a FIFO would wait for a writer, and a device has no end. No link is followed.
    """
    try:
        with contextlib.ExitStack() as opened:
            place = _open(directory, _DIRECTORY, None, opened)
            *parents, last = name.split("/")
            for parent in parents:
                place = _open(parent, _DIRECTORY, place, opened)
            if not stat.S_ISREG(os.stat(last, dir_fd=place, follow_symlinks=False).st_mode):
                return None
            descriptor = _open(last, _FILE, place, opened)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(limit)
    except OSError:
        return None


def remove(directory: str | os.PathLike[str]) -> None:
    """Remove a directory with all that is in it, as far as that can be done."""
    for _ in removing(directory):
        pass


def removing(directory: str | os.PathLike[str]) -> Iterator[None]:
    """Remove a directory with all that is in it, as far as that can be done, in steps of a few milliseconds.

    However deep it is, it takes a handful of descriptors and no recursion: what lies deeper is moved up, for neither
    the number of open files nor the length of a path would be enough (getrlimit(2), path_resolution(7)). No link is
    followed, and a directory without rights is opened to its owner first.
    """
    over = time.monotonic() + REMOVAL_TIMEOUT
    with contextlib.suppress(OSError), contextlib.ExitStack() as opened:
        top = _open_own(directory, None, opened)
        removed = _Steps()
        before = -1
        while before < removed.count and time.monotonic() < over:
            before = removed.count
            for step in removed.all_in(top, top):
                yield step
                if time.monotonic() > over:
                    break
    with contextlib.suppress(OSError):
        os.rmdir(directory)


class _Steps:
    """Removals under way."""

    def __init__(self) -> None:
        self.count = 0
        self._names = (f"{secrets.token_hex(8)}-{number}" for number in itertools.count())

    def all_in(self, directory: int, top: int) -> Iterator[None]:
        """Remove what is in a directory, and move the directories in it that are not empty up to the top."""
        with os.scandir(directory) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if not entry.is_dir(follow_symlinks=False):
                        os.unlink(entry.name, dir_fd=directory)
                    elif directory == top:
                        yield from self._directory(entry.name, top)
                    else:
                        self._up(entry.name, directory, top)
                    self.count += 1
                    if self.count % STEP == 0:
                        yield

    def _directory(self, name: str, top: int) -> Iterator[None]:
        with contextlib.suppress(OSError), contextlib.ExitStack() as opened:
            yield from self.all_in(_open_own(name, top, opened), top)
        os.rmdir(name, dir_fd=top)

    def _up(self, name: str, directory: int, top: int) -> None:
        try:
            os.rmdir(name, dir_fd=directory)
        except OSError:
            with contextlib.ExitStack() as opened:
                _open_own(name, directory, opened)  # moving a directory takes the right to write to it
            os.rename(name, next(self._names), src_dir_fd=directory, dst_dir_fd=top)


def _open_own(path: str | os.PathLike[str], place: int | None, opened: contextlib.ExitStack) -> int:
    """Open a directory in which its owner may do everything from now on."""
    try:
        descriptor = _open(path, _DIRECTORY, place, opened)
    except PermissionError:
        # chmod(2) by name would follow a link that a process puts there at this moment.
        shut = _open(path, _WHATEVER, place, opened)
        os.chmod(f"/proc/self/fd/{shut}", stat.S_IRWXU)
        descriptor = _open(path, _DIRECTORY, place, opened)
    with contextlib.suppress(OSError):
        os.fchmod(descriptor, stat.S_IRWXU)
    return descriptor


def _open(path: str | os.PathLike[str], flags: int, place: int | None, opened: contextlib.ExitStack) -> int:
    descriptor = os.open(path, flags, dir_fd=place)
    opened.callback(os.close, descriptor)
    return descriptor
