"""Files of results: records, baselines. Each is written whole or not at all, and a path can be tried beforehand."""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

_TRIAL = b"\n" * 4096
"""A full disk still makes empty files."""


def write(path: Path, text: str) -> None:
    """Write a file under another name, through to the disk, and rename it over the old one. A link stays, and the file
    that it names is written; a path that is no regular file (a pipe, a device) is written directly.

    Raises OSError with the file's name; then the file is as it was.
    """
    with _naming(path):
        if not _is_file(path):
            with path.open("w", encoding="utf-8") as stream:
                stream.write(text)
            return
        target = path.resolve()
        with _beside(target) as (fresh, descriptor):
            _write(descriptor, text.encode())
            fresh.replace(target)
        with contextlib.suppress(OSError):  # some file systems cannot sync a directory; the file is whole all the same
            _sync(target.parent)


def trial(path: Path) -> None:
    """Find out whether `write` could write here now, and leave nothing. Raises OSError with the file's name."""
    with _naming(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if _is_file(path):
            with _beside(path.resolve()) as (_, descriptor):
                _write(descriptor, _TRIAL)


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Add the path to the error of a write that fails: the system's error does not name it (write(2))."""
    try:
        yield
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, str(path)) from problem


def _is_file(path: Path) -> bool:
    """Whether the path is, or will be, a regular file. /dev/stdout and /dev/fd/1 are not, wherever they lead."""
    directory = str(path.absolute().parent.resolve())
    if directory == "/dev" or directory.startswith("/proc/"):
        return False
    return not path.exists() or stat.S_ISREG(path.stat().st_mode)


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[tuple[Path, int]]:
    """A new file in the target's directory, with its rights, that is gone afterwards unless it was renamed."""
    fresh = target.parent / f".tlslab-{secrets.token_hex(8)}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        if target.exists():
            status = target.stat()
            with contextlib.suppress(PermissionError):
                os.fchown(descriptor, status.st_uid, status.st_gid)
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
        yield fresh, descriptor
    finally:
        os.close(descriptor)
        fresh.unlink(missing_ok=True)


def _write(descriptor: int, content: bytes) -> None:
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(content)
    os.fsync(descriptor)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
