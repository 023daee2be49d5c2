"""What clients say of a trust store that they cannot load."""

from collections.abc import Mapping

from tlslab.model.condition import Condition
from tlslab.model.conditions import SELF_SIGNED, UNTRUSTED
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Does, Says, says


def stops(texts: Mapping[Condition, str | Does], *, basis: Basis, source: Source) -> tuple[Says, ...]:
    """The rows of a client that says this of such a store, instead of what it would say of a chain that it trusts
    nothing of: one of the two defects is there as well, whatever else is wrong with the server.
    """
    return tuple(
        row
        for condition, text in texts.items()
        for defects in ((), (UNTRUSTED,), (SELF_SIGNED,))
        for row in says([condition, *defects], Phase.VERIFY, text, basis=basis, source=source)
    )
