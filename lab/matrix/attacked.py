"""What impostors showed of a fix: which checks they went past, and which kept them out. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tlslab.model.check import NOTHING, ON_REQUEST, Check, Worth
from tlslab.model.impostor import Impostor

if TYPE_CHECKING:
    from tlslab.matrix.judge import Act

Attack = tuple[Impostor, "Act"]
"""An impostor, and what became of it."""


@dataclass(frozen=True, slots=True)
class Attacked:
    """A fix that impostors attacked.

    `claimed`: the checks that it is documented to leave. `let_in`: the impostors to which the client connected.
    `refused`: those that it refused for a documented reason of trust. `unproven`: those that failed otherwise, which
    proves nothing.
    """

    claimed: frozenset[Check]
    let_in: tuple[Attack, ...]
    refused: tuple[Attack, ...]
    unproven: tuple[Attack, ...]

    @property
    def gone(self) -> frozenset[Check]:
        """The checks that an impostor went past."""
        return NOTHING.union(*(self._attacks(impostor) for impostor, _ in self.let_in))

    @property
    def remaining(self) -> frozenset[Check]:
        """The checks that kept an impostor out which nothing else keeps out, and let no other past."""
        alone = [checks for impostor, _ in self.refused if len(checks := self._attacks(impostor)) == 1]
        return NOTHING.union(*alone) - self.gone

    @property
    def worth(self) -> Worth:
        """What the fix is worth, as far as it was attacked."""
        if not self.gone:
            return Worth.CURE
        return Worth.PARTIAL_BYPASS if self.remaining else Worth.BYPASS

    @property
    def past_a_claim(self) -> tuple[Attack, ...]:
        """The impostors that got in although the fix is documented to keep them out."""
        return tuple((impostor, act) for impostor, act in self.let_in if self._attacks(impostor) & self.claimed)

    @property
    def unanswered(self) -> tuple[Attack, ...]:
        """Those of them of which no row says that they get in."""
        return tuple(item for item in self.past_a_claim if not item[1].judgement.as_expected)

    @property
    def kept_out(self) -> tuple[Attack, ...]:
        """The impostors that were refused by a check that the fix is documented to switch off."""
        more = self.remaining - self.claimed
        return tuple((impostor, act) for impostor, act in self.refused if self._attacks(impostor) & more)

    def _attacks(self, impostor: Impostor) -> frozenset[Check]:
        # Who knows the key needs no other check, and keeps all out that have another one.
        by_key = Check.KEY in self.claimed
        return impostor.attacks & {Check.KEY, *ON_REQUEST} if by_key else impostor.attacks - {Check.KEY}


def names(attacks: Iterable[Attack]) -> str:
    """`stranger`, `neighbour`, in quotes."""
    return ", ".join(f"`{impostor.id}`" for impostor, _ in attacks)
