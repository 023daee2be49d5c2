"""The bystander: a good host that a fix has nothing to do with. Pure.

Its root stands in the store that the client reads when it is told nothing, and in no file that the fix writes: it
stands for the public sites. A fix that gives the client a store of its own may take the default one away, and then
every other host breaks. So the bystander is visited before such a fix and after it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tlslab.clients.base import Client
from tlslab.model.act import AFTER, BEFORE, BYSTANDER
from tlslab.model.certificate import PUBLIC_ISSUING, PUBLIC_ROOT
from tlslab.model.situation import ServerEncryption, ServerKind, Situation, healthy

HOSTS = {ServerKind.HTTPS: "public.lab.test", ServerKind.SQLSERVER: "public-db.lab.test"}


@dataclass(frozen=True, slots=True)
class Visit:
    """The two acts of a fix at the bystander. `cannot`: why they are not played, in a sentence; "" when they are."""

    before: Situation
    after: Situation
    cannot: str = ""

    @property
    def acts(self) -> Mapping[str, Situation]:
        """The situations by the names of the acts, in the order of play."""
        return {} if self.cannot else {f"{BYSTANDER}{BEFORE}": self.before, f"{BYSTANDER}{AFTER}": self.after}


def touches_trust(broken: Situation, fixed: Situation) -> bool:
    """Whether a fix changes what the client is given to trust, or to complete chains with: clients read both from one
    file.
    """
    old, new = (
        (side.trust_anchors, side.intermediates, [item for item in side.environment if item.anchors is not None])
        for side in (broken.client, fixed.client)
    )
    return old != new


def visit(broken: Situation, fixed: Situation) -> Visit | None:
    """The visits of a fix; None when it does not touch the client's trust.

    Before the fix the client has its default trust alone; else it is set up as the fix leaves it. The host demands of
    clients what the server of the fix demands. The client goes there directly: a proxy that ends TLS would show it
    another certificate.
    """
    if not touches_trust(broken, fixed):
        return None
    host = HOSTS[fixed.kind]
    good = healthy(fixed.kind).with_leaf(common_name=host, names=(host,), issuer=PUBLIC_ISSUING)
    in_clear = fixed.server.encryption is ServerEncryption.IN_CLEAR
    server = good.server if in_clear else replace(good.server, encryption=fixed.server.encryption)
    client = replace(
        fixed.client,
        connect_to=host,
        expected_name=None,
        default_trust_anchors=(PUBLIC_ROOT,),
        defaults_only=False,
        proxy=None,
    )
    after = Situation(server, client)
    return Visit(after.with_client(trust_anchors=(), intermediates=(), environment=()), after)


def visit_by(
    client: Client, broken: Situation, fixed: Situation, stage_cannot: Callable[[Situation], str | None]
) -> Visit | None:
    """The visits of a fix by this client, with the reason where they are not played."""
    found = visit(broken, fixed)
    if found is None:
        return None
    why = client.no_default_store
    for situation in (found.before, found.after):
        why = why or client.cannot(situation) or stage_cannot(situation) or ""
    return replace(found, cannot=why)
