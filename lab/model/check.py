"""The checks by which a client knows its server and a server its client; what a fix is worth by those that remain."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from tlslab.model.situation import Situation


class Check(StrEnum):
    """What is looked at before anybody is let in."""

    CHAIN = "chain"
    """The certificate leads to an anchor that the client trusts (RFC 5280, 6)."""
    NAME = "name"
    """The certificate carries the name that the client expects (RFC 9525, 6)."""
    DATE = "date"
    """The certificate is in date (RFC 5280, 6.1.3)."""
    KEY = "key"
    """The server has the one key that the client knows: a pin."""
    CLIENT = "client"
    """The server looks at the certificate of the client."""
    REVOCATION = "revocation"
    """The certificate has not been revoked (RFC 5280, 6.3; RFC 6960)."""


EVERYTHING: Final = frozenset({Check.CHAIN, Check.NAME, Check.DATE})
"""All that is looked at of a server."""
NOTHING: Final[frozenset[Check]] = frozenset()


class Worth(StrEnum):
    """What the checks that remain after a fix are worth."""

    CURE = "cure"
    PARTIAL_BYPASS = "partial-bypass"
    BYPASS = "bypass"


ON_REQUEST: Final = frozenset({Check.CLIENT, Check.REVOCATION})
"""What is looked at only where somebody asks for it."""


def asked(situation: Situation) -> frozenset[Check]:
    """What of that is asked for in a situation."""
    side = situation.client
    by_the_client = {Check.REVOCATION} if side.crls or side.revocation is not None else set()
    by_the_server = {Check.CLIENT} if situation.server.client_anchors else set()
    return frozenset(by_the_client | by_the_server)


def worth(remaining: Iterable[Check], asked: Iterable[Check] = NOTHING) -> Worth:
    """A cure leaves the key, or chain, name and date; and what else is asked for. A bypass leaves nothing."""
    remaining = frozenset(remaining)
    knows_the_server = Check.KEY in remaining or remaining >= EVERYTHING
    if knows_the_server and remaining.issuperset(asked):
        return Worth.CURE
    return Worth.PARTIAL_BYPASS if remaining else Worth.BYPASS


def in_words(checks: Iterable[Check]) -> str:
    """`chain, name and date`; `nothing`."""
    words = [check.value for check in Check if check in frozenset(checks)]
    if len(words) < 2:
        return "".join(words) or "nothing"
    return f"{', '.join(words[:-1])} and {words[-1]}"
