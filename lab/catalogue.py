"""The catalogue: every scenario and impostor of the folder scenarios/, found by looking into its modules, and what is
known of the TLS libraries, with what the scenarios add to it.
"""

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from tlslab.libraries import all_libraries
from tlslab.model.article import Advice, Sentence
from tlslab.model.condition import Condition
from tlslab.model.conditions import CONDITIONS
from tlslab.model.evidence import Report
from tlslab.model.impostor import Impostor
from tlslab.model.knowledge import Knowledge
from tlslab.model.library import Library
from tlslab.model.names import NAMES
from tlslab.model.proxied import OF_PROXIES
from tlslab.model.scenario import Scenario
from tlslab.model.variables import OF_VARIABLES

SCENARIOS = "tlslab_scenarios"
"""The import package that the folder scenarios/ is."""


class CatalogueError(Exception):
    """A scenario cannot be used; the message names its module and line, and says what is wrong with it."""


@dataclass(frozen=True)
class Catalogue:
    """All scenarios, ordered by id, all impostors, and the knowledge that their acts are judged by."""

    scenarios: tuple[Scenario, ...]
    impostors: tuple[Impostor, ...]
    knowledge: Knowledge

    def scenario(self, identity: str) -> Scenario:
        """The scenario of this id. Raises KeyError when there is none."""
        for item in self.scenarios:
            if item.id == identity:
                return item
        raise KeyError(identity)


def load() -> Catalogue:
    """Import every module of scenarios/. Raises CatalogueError for one that cannot be used."""
    modules = [_imported(f"{SCENARIOS}.{info.name}") for info in iter_modules(import_module(SCENARIOS).__path__)]
    values = [value for module in modules for value in vars(module).values()]
    scenarios = {id(value): value for value in values if isinstance(value, Scenario)}.values()
    impostors = {id(value): value for value in values if isinstance(value, Impostor)}.values()
    return catalogue_of(scenarios, impostors)


def reports() -> tuple[Report, ...]:
    """The public reports that the scenarios play, or wait for. Raises CatalogueError when they cannot be read."""
    found: tuple[Report, ...] = _imported(f"{SCENARIOS}._reports").REPORTS
    return found


def articles() -> tuple[tuple[Sentence, ...], tuple[Advice, ...]]:
    """The errors that the articles print, and what they advise. Raises CatalogueError when they cannot be read."""
    module = _imported(f"{SCENARIOS}._articles")
    return module.SENTENCES, module.ADVICE


def catalogue_of(scenarios: Iterable[Scenario], impostors: Iterable[Impostor]) -> Catalogue:
    """The catalogue of these scenarios and impostors. Raises CatalogueError for scenarios that do not go together."""
    scenarios = sorted(scenarios, key=lambda item: item.id)
    known: set[str] = set()
    for item in scenarios:
        if item.id in known:
            raise CatalogueError(f"{_place(item)}: another scenario is called {item.id}, too")
        if not item.fixes:
            raise CatalogueError(f"{_place(item)}: the scenario {item.id} has no fix")
        known.add(item.id)
    return Catalogue(tuple(scenarios), tuple(sorted(impostors, key=lambda item: item.id)), _knowledge(scenarios))


def _knowledge(scenarios: Iterable[Scenario]) -> Knowledge:
    """What is known of the libraries, with the conditions and rows that the scenarios bring."""
    libraries = all_libraries()
    conditions: dict[str, Condition] = {item.name: item for item in (*CONDITIONS, *NAMES, *OF_VARIABLES, *OF_PROXIES)}
    for scenario in scenarios:
        for condition in scenario.conditions:
            if conditions.setdefault(condition.name, condition) is not condition:
                raise CatalogueError(f"{_place(scenario)}: another condition is called {condition.name}, too")
        for name, rows in scenario.rows.items():
            if name not in libraries:
                known = ", ".join(sorted(libraries))
                raise CatalogueError(f"{_place(scenario)}: no TLS library is called {name!r}; there are {known}")
            library: Library = libraries[name]
            if twice := [row for row in rows if row in library.rows]:
                raise CatalogueError(f"{_place(scenario)}: {name} says this already: {twice[0]}")
            libraries[name] = replace(library, rows=(*library.rows, *rows))
    return Knowledge(libraries, tuple(conditions.values()))


def _imported(name: str) -> ModuleType:
    try:
        return import_module(name)
    except Exception as problem:
        frames = traceback.extract_tb(problem.__traceback__)
        # The last line of the scenarios, not of what they call.
        places = set(import_module(SCENARIOS).__path__)
        own = next((frame for frame in reversed(frames) if str(Path(frame.filename).parent) in places), None)
        where = f"{Path(own.filename).resolve()}, line {own.lineno}" if own else name
        if isinstance(problem, SyntaxError):
            where = f"{problem.filename}, line {problem.lineno}"
        raise CatalogueError(f"{where}: {type(problem).__name__}: {problem}") from problem


def _place(scenario: Scenario) -> str:
    code = scenario.apply.__code__
    return f"{Path(code.co_filename).resolve()}, line {code.co_firstlineno}"
