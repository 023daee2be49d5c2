"""The remedy: the commands with which a distribution is documented to be told to trust a CA, and what they came to.

A stage that has places to spare follows them in a fresh one (`Fresh`), where nothing else has been changed, and
compares that place before and after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lab.documented import Source

CA = "ca.crt"
"""What the certificate is called where the commands begin."""


@dataclass(frozen=True, slots=True)
class Way:
    """One documented way to put a CA into the trust store of a system: `commands` of the shell, run one after the other
    by the administrator, in a directory where the certificate lies as `ca.crt`.

    `remark`: what a person must know who follows it, in a sentence; "" when the commands say it all.
    """

    name: str
    commands: tuple[str, ...]
    sources: tuple[Source, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One command and what came of it. `status` None: it did not end within its time limit. `output` is that of both
    streams, errors last.
    """

    command: str
    status: int | None
    output: str
    seconds: float


class Fresh(Protocol):
    """A fresh copy of a place where clients run."""

    @property
    def place(self) -> str:
        """What `Client.place` is for those who run here."""

    async def follow(self, way: Way, ca: str) -> Sequence[Step]:
        """Follow a way with this CA (PEM), up to the first command that fails. Raises StageError, OSError."""

    async def changes(self) -> Mapping[str, str]:
        """Every path that differs from when the place was made, with `added`, `changed` or `deleted`.

        Raises StageError.
        """
