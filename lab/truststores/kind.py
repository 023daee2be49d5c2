"""A kind of trust store: how certificates become files and commands. Standard library only, like the adapters."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tlslab.model.situation import StoreFlaw
from tlslab.setup.needs import Program

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Laid:
    """A trust store as an invocation lays it out, in the attempt's own directory.

    `path`: what the client is told, relative to that directory; nothing need be there. `prepare`: the commands that
    make the store of the `files`, in this order.
    """

    path: str
    files: Mapping[str, bytes | str] = field(default_factory=dict)
    prepare: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of trust store. `words`: what it is, behind an article. `path`: where it is laid out when the client does
    not say. `right`: lays these certificates (PEM) out at a path, as the documents say. `wrong`: the same for each way
    in which people get it wrong. `needs`: the programs of its commands.
    """

    name: str
    words: str
    path: str
    right: Callable[[str, str], Laid]
    wrong: Mapping[StoreFlaw, Callable[[str, str], Laid]] = field(default_factory=dict)
    needs: tuple[Program, ...] = ()

    def lay(self, pem: str, flaw: StoreFlaw | None = None, path: str = "") -> Laid:
        """These certificates laid out. Raises ValueError for a flaw that this kind cannot have."""
        if flaw is not None and flaw not in self.wrong:
            raise ValueError(f"a trust store of the kind {self.name} cannot be {flaw}")
        return (self.right if flaw is None else self.wrong[flaw])(path or self.path, pem)


def each(pem: str) -> tuple[str, ...]:
    """The certificates of a PEM text, apart."""
    return tuple(_CERTIFICATE.findall(pem))


def der(pem: str) -> bytes:
    """One certificate in DER."""
    import ssl  # it loads OpenSSL, which most commands need not

    return ssl.PEM_cert_to_DER_cert(pem)


def absent(path: str, pem: str) -> Laid:
    """Nothing is there."""
    return Laid(path)
