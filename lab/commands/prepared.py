"""What `explain` prepared at an earlier start, in a file of the lab's cache: one for each checkout.

It is good for as long as the sources, the baselines and Python are those that it was made of. What is not whole, or
cannot be read or written, is as if it were not there.
"""

import hashlib
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import tlslab
from tlslab.setup.cache import cache_dir

_SUFFIXES = (".py", ".json")


def stamp() -> str:
    """What tells one state of the sources and baselines from another: names, sizes and times of change."""
    digest = hashlib.sha256(sys.version.encode())
    for folder in _folders():
        for line in _files(os.fspath(folder)):
            digest.update(line.encode())
    return digest.hexdigest()


def read(state: str) -> bytes | None:
    """What was prepared of this state."""
    try:
        data = _file().read_bytes()
    except OSError:
        return None
    head = state.encode()
    return data[len(head) :] if data.startswith(head) else None


def write(state: str, data: bytes) -> None:
    """Keep this for later starts: whole or not at all, whoever else does the same."""
    file = _file()
    fresh = file.with_name(f"{file.name}.{os.getpid()}-{secrets.token_hex(3)}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            fresh.write_bytes(state.encode() + data)
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)


def _file() -> Path:
    name = hashlib.sha256(os.fspath(tlslab.ROOT).encode()).hexdigest()[:16]
    return cache_dir() / "explain" / f"{name}-{sys.implementation.cache_tag}"


def _folders() -> Iterator[Path]:
    package = Path(tlslab.__file__).resolve().parent
    yield package
    yield (tlslab.IMPORTED_FROM / "tlslab_scenarios").resolve()
    yield Path(tlslab.ROOT) / "baselines"


def _files(folder: str) -> Iterator[str]:
    try:
        items = sorted(os.scandir(folder), key=lambda item: item.name)
    except OSError:
        return
    for item in items:
        if item.is_dir():
            yield from _files(item.path)
        elif item.name.endswith(_SUFFIXES):
            of = item.stat()
            yield f"{item.path}\0{of.st_size}\0{of.st_mtime_ns}\n"
