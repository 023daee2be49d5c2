"""The trust procedure: the documented commands that make a distribution trust a CA, and what they came to.

A stage that has distributions to spare follows them in a fresh one (`Fresh`), where nothing else has been changed, and
compares that distribution before and after.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tlslab.model.evidence import Source

CA = "ca.crt"
"""The name of the certificate's file in the directory where the commands begin."""
WORDS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Way:
    """One documented way to put a CA into the trust store of a system: `commands` of the shell, run one after the other
    by the administrator, in a directory where the certificate lies as `ca.crt`.

    `remark`: what a person who follows the way must know, in a sentence; "" when the commands say it all.
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


@dataclass(frozen=True, slots=True)
class Followed:
    """A way that was followed: every path of the system that it left otherwise than it was, `added`, `changed` or
    `deleted`.
    """

    steps: tuple[Step, ...]
    changes: Mapping[str, str]

    @property
    def failure(self) -> str:
        """Which command failed and how, in words; "" when all ended well."""
        last = self.steps[-1]
        if last.status == 0:
            return ""
        ended = "did not end in time" if last.status is None else f"ended with status {last.status}"
        said = " ".join(last.output.split()[-WORDS_SHOWN:])
        return f"`{last.command}` {ended}: {said or 'without a word'}"


class Fresh(Protocol):
    """A fresh copy of a distribution where clients run."""

    @property
    def distribution(self) -> str:
        """The value of `Client.distribution` for clients that run in this copy."""

    async def follow(self, way: Way, ca: str) -> "Followed":
        """Follow a way with this CA (PEM), up to the first command that fails. Raises StageError, OSError."""
