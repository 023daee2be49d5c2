"""The impostor: what takes somebody's place after a fix, to see which checks the fix has left.

An impostor is a function `Situation -> Situation`, declared like a scenario; its docstring says what it is::

    @impostor(attacks=[Check.NAME, Check.KEY])
    def neighbour(fixed: Situation) -> Situation:
        '''A certificate of the CA that the client trusts, for another name.'''
        return fixed.with_leaf(common_name="neighbour.lab.test", names=("neighbour.lab.test",))

It is wrong in what it is about and in nothing else.
"""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from tlslab.model.check import Check
from tlslab.model.scenario import BOTH, Change, Side, kebab
from tlslab.model.situation import KeyExchange, ServerKind, Situation, TLSVersion


def _never(_: Situation) -> None:
    return None


@dataclass(frozen=True)
class Impostor:
    """What attacks every fix.

    `attacks`: the checks of which each keeps it out by itself; it gets in where all of them are missing or fail.
    `side`: whose place it takes. `kinds`: at which servers. `by_default`: it plays where nobody names impostors.
    `unless`: why it has nothing to show after this fix, in a sentence, or None.
    """

    id: str
    lesson: str
    apply: Change
    attacks: frozenset[Check]
    side: Side = Side.SERVER
    kinds: frozenset[ServerKind] = BOTH
    by_default: bool = True
    unless: Callable[[Situation], str | None] = _never

    def against(self, fixed: Situation) -> Situation:
        """The situation in which it attacks this fix. Its server accepts whatever a client offers: all versions of TLS,
        at security level 0; what it is about may be narrower. A proxy that ends TLS has no part in it: the attacker
        stands before that. Where a server sends its clients on, it stands in the place of the other one.
        """
        if self.side is Side.SERVER and (route := fixed.server.route) is not None:
            there = fixed.with_server(route=None).with_client(connect_to=route.host)
            taken = self.against(replace(there, server=route.server))
            return fixed.with_server(route=replace(route, server=taken.server))
        if self.side is Side.SERVER:
            fixed = fixed.met.with_server(
                tls_min=TLSVersion.TLSv1_0,
                tls_max=TLSVersion.TLSv1_3,
                security_level=0,
                key_exchange=KeyExchange.USUAL,
                small_dh=False,
                usual_suites=True,
                reads_versions=True,
                speaks_tds8=True,
                client_anchors=(),
                on_disk=None,
            )
        return self.apply(fixed)


def impostor(
    *,
    attacks: Iterable[Check],
    side: Side = Side.SERVER,
    kinds: Iterable[ServerKind] = BOTH,
    by_default: bool = True,
    unless: Callable[[Situation], str | None] = _never,
) -> Callable[[Change], Impostor]:
    """Declare an impostor; its id is the function's name.

    Raises ValueError for one without a docstring, or that attacks no check: nobody could say what it shows.
    """

    def declare(change: Change) -> Impostor:
        lesson, given = inspect.getdoc(change) or "", frozenset(attacks)
        if not lesson or not given:
            raise ValueError(f"impostor {change.__name__} needs a docstring and the checks that it attacks")
        return Impostor(kebab(change.__name__), lesson, change, given, side, frozenset(kinds), by_default, unless)

    return declare
