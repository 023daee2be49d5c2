"""The proxy of a client: what it does with one that asks it for a tunnel (CONNECT; RFC 9110, 9.3.6), and what the
client is told of it.
"""

from dataclasses import dataclass
from enum import StrEnum

from tlslab.model.certificate import Chain

HOST = "proxy.lab.test"
"""The name of every proxy."""
OK, BAD_REQUEST, FORBIDDEN, LOGIN_REQUIRED, BAD_GATEWAY = 200, 400, 403, 407, 502
"""What a proxy answers (RFC 9110, 15)."""


class Lets(StrEnum):
    """Whom a proxy lets through to the server."""

    EVERYBODY = "everybody"
    USERS = "users"
    """Who shows the name and the password of a user."""
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that speaks HTTP in clear, as most do.

    `lets`: whom it lets through. `by_tls`: the client is told to begin with TLS at the proxy (`https://`). `login`: it
    is told the name and the password of a user. `chain`: what it presents in the place of the server, where it ends TLS
    itself, and begins it anew with the server; None: it hands on what is said.
    """

    lets: Lets = Lets.EVERYBODY
    by_tls: bool = False
    login: bool = False
    chain: Chain | None = None

    @property
    def status(self) -> int:
        """What it answers to a client that does what it is told."""
        if self.by_tls:
            return BAD_REQUEST
        if self.lets is Lets.NOBODY:
            return FORBIDDEN
        return LOGIN_REQUIRED if self.lets is Lets.USERS and not self.login else OK
