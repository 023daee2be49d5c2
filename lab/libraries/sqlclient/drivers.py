"""The two drivers and their releases; how a row about them is written."""

from collections.abc import Iterable, Mapping

from tlslab.libraries.sqlclient.sources import MEASURED
from tlslab.model.condition import Condition
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Any, Does, Says, Tolerates, When, says, tolerates

MICROSOFT, SYSTEM = "microsoft-data-sqlclient", "sqlclient"
"""The names of the two drivers in a release, and of the clients."""


def microsoft(bounds: str) -> Mapping[str, str]:
    """Releases of Microsoft.Data.SqlClient."""
    return {MICROSOFT: bounds}


def system(bounds: str = ">=0") -> Mapping[str, str]:
    """Releases of System.Data.SqlClient; without bounds all of them."""
    return {SYSTEM: bounds}


def vendor(source: Source) -> tuple[Basis, Source]:
    """The basis of a row that the source code says."""
    return Basis.AUTHORITATIVE, source


def public(source: Source) -> tuple[Basis, Source]:
    """The basis of a row that people posted."""
    return Basis.REPORTED, source


OBSERVED = (Basis.OBSERVED, MEASURED)
"""The basis of a row that only the measurement shows."""
SDS = (Basis.OBSERVED, Source("observed by the lab of System.Data.SqlClient 4.9 on .NET 9", ""))
"""The basis of a row about what no attempt of the measurement was about."""


def say(
    of: Iterable[Condition] | Any,
    phase: Phase,
    does: Does,
    evidence: tuple[Basis, Source] = OBSERVED,
    *,
    when: Iterable[When] = (),
    versions: Mapping[str, str] | None = None,
) -> Says:
    """A row about what the driver says."""
    basis, source = evidence
    (row,) = says(of, phase, does, basis=basis, source=source, when=when, versions=versions)
    return row


def tolerate(
    why: str,
    evidence: tuple[Basis, Source] = OBSERVED,
    *,
    of: Iterable[Condition] = (),
    phases: Iterable[Phase] = (),
    when: Iterable[When] = (),
    versions: Mapping[str, str] | None = None,
) -> Tolerates:
    """A row about what the driver accepts, or does not look at. Raises ValueError as `tolerates` does."""
    basis, source = evidence
    return tolerates(why, basis=basis, source=source, of=of, phases=phases, when=when, versions=versions)
