"""Certification paths: the ways from a server's certificate to one that a client trusts (RFC 5280, 6.1).

Made of descriptions: who signed whom is known, so nothing is verified here. It says what a situation is *meant* to be;
the self-check measures what it is.
"""

from collections.abc import Iterable, Iterator

from tlslab.model.certificate import Anchor, Chain, Responder, issuers
from tlslab.model.situation import Situation

Path = tuple[Anchor, ...]
"""The server's certificate first, the trust anchor last."""


def anchors(situation: Situation) -> tuple[Anchor, ...]:
    """What the client trusts, the public roots aside: of a store that was laid down wrongly, nothing."""
    side = situation.client
    given = () if side.store.flaw else side.trust_anchors
    return (*given, *side.named_by_variables, *side.system_trust_anchors, *side.default_trust_anchors)


def chain_of(situation: Situation) -> Chain:
    """What the client is shown: by a server without a certificate, that which it makes for itself."""
    server = situation.met.server
    return server.chain or Chain(server.fallback)


def at_hand(situation: Situation) -> tuple[Anchor, ...]:
    """The certificates from which the client can build paths."""
    known = (*chain_of(situation).presented, *situation.client.intermediates, *anchors(situation))
    return (*known, *fetched(situation))


def fetched(situation: Situation) -> tuple[Anchor, ...]:
    """The issuers' certificates that the client fetches from the addresses in those below them (AIA), nearest first."""
    found: list[Anchor] = []
    below: Anchor | None = chain_of(situation).leaf if situation.client.fetches_issuers else None
    while below is not None and below.issuer is not None and below.ca_issuers is Responder.ANSWERS:
        found.append(below.issuer)
        below = below.issuer
    return tuple(found)


def complete(situation: Situation) -> tuple[Anchor, ...]:
    """The same with every certificate that a server could have sent beside its own."""
    known = at_hand(situation)
    return (*known, *issuers(chain_of(situation).leaf), *(above for item in known for above in issuers(item)))


def paths(situation: Situation, pool: Iterable[Anchor]) -> tuple[Path, ...]:
    """The paths from the server's certificate to something that the client trusts, through certificates of the pool."""
    pool, trusted = tuple(dict.fromkeys(pool)), anchors(situation)

    def above(path: Path) -> Iterator[Path]:
        last = path[-1]
        if last in trusted:
            yield path
        elif last.issuer is not None:
            for item in pool:
                if item not in path and signed(item, last):
                    yield from above((*path, item))

    return tuple(above((chain_of(situation).leaf,)))


def signed(issuer: Anchor, certificate: Anchor) -> bool:
    """Whether the key of this certificate signed the other one, under the name that stands there."""
    by = certificate.issuer
    return by is not None and (by.subject, by.holder, by.key) == (issuer.subject, issuer.holder, issuer.key)


def namesakes(situation: Situation) -> bool:
    """Whether the client trusts an authority that is called like an issuer of the server's certificate, and has
    another key, while the two certificates do not say which key it was: the signature is then tried with that key.
    """
    below = (chain_of(situation).leaf, *(item for item in at_hand(situation)))
    return any(
        item.issuer is not None
        and item.issuer.subject == trusted.subject
        and not signed(trusted, item)
        and not (item.authority_key_identifier and trusted.subject_key_identifier)
        for item in below
        for trusted in anchors(situation)
    )
