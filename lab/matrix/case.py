"""The case: a client and its acts, each of them a situation in which the client is attempted.

A cell of the matrix, what a client shows of a trust procedure, and a measured default are cases. All are planned,
attempted, self-checked and judged act by act in the same way; each kind sums up its acts itself.
"""

from collections.abc import Mapping
from typing import Protocol

from tlslab.clients.base import Client
from tlslab.model.situation import Situation


class Case(Protocol):
    """What is asked of every kind of case."""

    @property
    def id(self) -> str:
        """The same in every run; no other case of a run has it."""

    @property
    def client(self) -> Client:
        """Who is attempted."""

    @property
    def acts(self) -> Mapping[str, Situation]:
        """The situations by the names of the acts, in the order of play."""
