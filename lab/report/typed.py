"""What a person types: the options that a fix removes and adds, in each client's words, and what it changes besides."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from tlslab.clients.base import Client
from tlslab.model.certificate import Anchor, Leaf
from tlslab.model.situation import ClientSide, Situation

Typed = tuple[tuple[str, ...], tuple[str, ...]]
"""The options as typed that a person removes, and those that a person adds."""


def typed(client: Client, before: Situation, after: Situation) -> Typed:
    """The options as typed that a person removes and adds to get from one situation to the other.

    Where the two differ in what `ca.pem` holds, the option that names it is set, whether or not it was there before.
    """
    old, new = client.typed(before.client), client.typed(after.client)
    same = set(old)
    if _ca_file(before.client) != _ca_file(after.client):
        told_nothing = client.typed(replace(after.client, trust_anchors=(), intermediates=(), environment=()))
        same = {word for word in same if word in told_nothing and "ca.pem" not in word}
    return tuple(word for word in old if word not in new), tuple(word for word in new if word not in same)


def ca_file_changes(before: ClientSide, after: ClientSide) -> list[str]:
    """What `ca.pem` gains and loses from one client side to the other, in words: the option that names it may stay."""
    old, new = _ca_file(before), _ca_file(after)
    gained = list(dict.fromkeys(_in_words(item) for item in new if item not in old))
    lost = list(dict.fromkeys(_in_words(item) for item in old if item not in new))
    lost = [what.replace("the ", "the old ", 1) if what in gained else what for what in lost]
    return [f"ca.pem {verb} {' and '.join(what)}" for verb, what in (("gains", gained), ("loses", lost)) if what]


def _ca_file(side: ClientSide) -> tuple[Anchor, ...]:
    """What `ca.pem` holds."""
    return (*side.trust_anchors, *side.intermediates)


def _in_words(held: Anchor) -> str:
    if isinstance(held, Leaf):
        return "the server's certificate"
    return "the root of the CA" if held.parent is None else "the intermediate"


def beside_options(broken: ClientSide, fixed: ClientSide) -> Iterator[str]:
    """What the fix changes that is no option of a client."""
    if fixed.connect_to != broken.connect_to:
        yield f"connect to {fixed.connect_to} instead of {broken.connect_to}"
    if fixed.store != broken.store and fixed.store.kind == broken.store.kind:
        yield "lay the trust store down as the client reads it"
    if fixed.crls != broken.crls and fixed.crls and broken.crls:
        yield "crl.pem gets the current list of every CA in the chain"
    if fixed.certificate and broken.certificate and fixed.certificate != broken.certificate:
        yield "client.pem gets the new certificate"
    if fixed.clock != broken.clock:
        wrong = broken.clock - fixed.clock
        yield f"set the machine's clock, which is {abs(wrong).days} days {'ahead' if wrong > timedelta() else 'behind'}"
