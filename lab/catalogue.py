"""The catalogue: every scenario and impostor of the package `scenarios`, found by looking into its modules."""

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules

from tlslab.model.scenario import Impostor, Scenario

SCENARIOS = "tlslab_scenarios"
"""The import package that the folder scenarios/ is."""


@dataclass(frozen=True)
class Catalogue:
    """All scenarios, ordered by id, and all impostors."""

    scenarios: tuple[Scenario, ...]
    impostors: tuple[Impostor, ...]

    def scenario(self, identity: str) -> Scenario:
        """The scenario of this id. Raises KeyError when there is none."""
        for item in self.scenarios:
            if item.id == identity:
                return item
        raise KeyError(identity)


def load() -> Catalogue:
    """Import every module of `scenarios`. Raises ValueError when two scenarios share an id or one has no fix."""
    package = import_module(SCENARIOS)
    modules = [import_module(f"{SCENARIOS}.{info.name}") for info in iter_modules(package.__path__)]
    values = [value for module in modules for value in vars(module).values()]
    scenarios = {id(value): value for value in values if isinstance(value, Scenario)}.values()
    impostors = {id(value): value for value in values if isinstance(value, Impostor)}.values()
    known: set[str] = set()
    for item in scenarios:
        if item.id in known:
            raise ValueError(f"two scenarios are called {item.id}")
        if not item.fixes:
            raise ValueError(f"scenario {item.id} has no fix")
        known.add(item.id)
    return Catalogue(
        tuple(sorted(scenarios, key=lambda item: item.id)), tuple(sorted(impostors, key=lambda item: item.id))
    )
