"""The house keeps its order: nothing imports what comes after it in the flow, and adapters start nothing."""

import ast
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FLOW: tuple[tuple[str, ...], ...] = (
    ("lab.situation", "lab.documented", "lab.outcome", "lab.scenario", "lab.catalogue", "lab.normalise"),
    ("lab.model", "lab.model.*"),
    ("lab.libraries", "lab.libraries.*"),
    ("lab.versions", "lab.versions.registry", "lab.versions.spec"),
    ("lab.clients.base",),
    ("lab.clients", "lab.clients.*"),
    ("lab.matrix", "lab.matrix.plan", "lab.matrix.progress"),
    ("lab.pki", "lab.pki.*", "lab.servers", "lab.servers.*"),
    ("lab.stages", "lab.stages.*"),
    ("lab.versions.index", "lab.versions.environments"),
    ("lab.matrix.queue", "lab.matrix.play"),
    ("lab.verdict",),
    ("lab.record",),
    ("lab.matrix.*",),
    ("lab.report", "lab.report.*", "lab.diff", "lab.diff.*", "lab.compose", "lab.compose.*"),
    (
        "lab.cli",
        "lab.__main__",
        "lab.commands",
        "lab.commands.*",
        "lab.versions.pinned",
        "lab.pytest_plugin",
        "lab.pytesting",
        "lab.pytesting.*",
    ),
)
"""Each row may import itself and the rows above. The first pattern that matches a module is its place."""

EDGES = (
    "lab.child",
    "lab.deadline",
    "lab.files",
    "lab.signals",
    "lab.streams",
    "lab.tasks",
    "lab.unattended",
    "lab.system",
    "lab.installer",
    "lab.provision",
    "lab.check",
)
"""Where the lab meets the machine: they know nothing of the flow, and whoever needs them may import them."""

STARTERS = ("subprocess", "socket", "multiprocessing", "asyncio", "pty", "concurrent", "threading")
STARTING_CALLS = ("os.system", "os.popen", "os.fork*", "os.exec*", "os.spawn*", "os.posix_spawn*")


def module_name(path: Path) -> str:
    """The dotted name of a module of the project."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def modules() -> dict[str, ast.Module]:
    """Every module of `lab` and `scenarios`, except the probes, which run in other interpreters."""
    paths = [path for package in ("lab", "scenarios") for path in sorted((ROOT / package).rglob("*.py"))]
    kept = [path for path in paths if "probes" not in path.parts]
    return {module_name(path): ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in kept}


MODULES = modules()
OF_THE_LAB = sorted(name for name in MODULES if name.partition(".")[0] == "lab" and name not in {"lab", *EDGES})


def imports(tree: ast.Module, known: frozenset[str] = frozenset(MODULES)) -> Iterator[str]:
    """The modules that a module imports, also within functions. `from lab import record` is `lab.record`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            names = {f"{base}.{alias.name}" for alias in node.names}
            yield from names & known
            if names - known:
                yield base


def place(module: str) -> int | None:
    """The row of the flow in which a module stands."""
    rows = enumerate(FLOW)
    return next((row for row, patterns in rows if any(fnmatchcase(module, pattern) for pattern in patterns)), None)


def wrong_imports(module: str, tree: ast.Module) -> list[str]:
    """The modules of the lab that this one imports although they come after it, or have no place."""
    own = place(module)
    if own is None:
        return ["everything: it has no place in FLOW"]
    used = {name for name in imports(tree) if name.startswith("lab.") and name not in EDGES}
    return sorted(name for name in used if (row := place(name)) is None or row > own)


def calls(tree: ast.Module) -> Iterator[str]:
    """What is called by its dotted name: `os.system`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func)


def starters(tree: ast.Module) -> list[str]:
    """What a module uses that can start a process or open a connection."""
    from_os = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "os"]
    named = [*calls(tree), *(f"os.{alias.name}" for node in from_os for alias in node.names)]
    used = [name for name in imports(tree) if name.partition(".")[0] in STARTERS]
    return used + [name for name in named if any(fnmatchcase(name, pattern) for pattern in STARTING_CALLS)]


def among(patterns: tuple[str, ...]) -> list[str]:
    """The modules whose names match; there must be some."""
    found = [name for name in MODULES if any(fnmatchcase(name, pattern) for pattern in patterns)]
    assert found, f"no module is called {patterns}: does this rule still look at anything?"
    return found


def breaches(patterns: tuple[str, ...], forbidden: Callable[[str], bool]) -> dict[str, list[str]]:
    """Which of these modules import something forbidden."""
    used = {module: sorted(filter(forbidden, imports(MODULES[module]))) for module in among(patterns)}
    return {module: names for module, names in used.items() if names}


def is_of(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_every_module_has_its_place_in_the_flow() -> None:
    assert [module for module in OF_THE_LAB if place(module) is None] == []


def test_nothing_imports_what_comes_after_it() -> None:
    found = {module: wrong_imports(module, MODULES[module]) for module in OF_THE_LAB}
    assert {module: names for module, names in found.items() if names} == {}


def test_the_edges_know_nothing_of_the_flow() -> None:
    assert breaches(EDGES, lambda name: is_of(name, "lab", "scenarios") and name not in {"lab", *EDGES}) == {}


def test_the_catalogue_knows_only_the_nouns() -> None:
    nouns = {"lab.documented", "lab.scenario", "lab.situation"}
    assert breaches(("scenarios", "scenarios.*"), lambda name: is_of(name, "lab") and name not in nouns) == {}


def test_nothing_of_the_lab_imports_a_scenario() -> None:
    """`lab.catalogue` alone finds them, by looking into their package."""
    assert breaches(("lab", "lab.*"), lambda name: is_of(name, "scenarios")) == {}


def test_servers_and_stages_know_clients_only_as_such() -> None:
    def forbidden(name: str) -> bool:
        return is_of(name, "lab.clients") and name != "lab.clients.base"

    assert breaches(("lab.servers*", "lab.stages*"), forbidden) == {}


def test_adapters_start_nothing() -> None:
    found = {module: starters(MODULES[module]) for module in among(("lab.clients*",))}
    assert {module: names for module, names in found.items() if names} == {}


def test_what_the_lab_waits_for_ends_together_and_in_time_of_its_own() -> None:
    """`asyncio.gather` lets the others run on when one fails, and `asyncio.timeout` goes on while the lab is stopped.
    The servers are processes of their own, whose limits are for whoever connects to them.
    """
    better = {"asyncio.gather": "lab.tasks", "asyncio.timeout": "lab.deadline"}
    waiting = [name for name in OF_THE_LAB if not is_of(name, "lab.servers")]
    found = {module: better.keys() & set(calls(MODULES[module])) for module in waiting}
    assert {module: names for module, names in found.items() if names} == {}


def test_imports_are_absolute() -> None:
    assert breaches(("lab*", "scenarios*"), lambda name: name.startswith(".")) == {}


@pytest.mark.parametrize(
    ("module", "text", "found"),
    [
        ("lab.clients.curl", "from lab.stages.local import LocalStage", ["lab.stages.local"]),
        ("lab.clients.curl", "def late():\n    from lab import verdict", ["lab.verdict"]),
        ("lab.clients.base", "import lab.clients.curl", ["lab.clients.curl"]),
        ("lab.verdict", "from lab import nowhere", []),
        ("lab.verdict", "from lab.nowhere import thing", ["lab.nowhere"]),
        ("lab.report.cell", "from lab.matrix import plan, run", []),
        ("lab.matrix.plan", "from lab.matrix import run", ["lab.matrix.run"]),
        ("lab.stages.local", "from lab import provision", []),
    ],
)
def test_a_wrong_import_is_found(module: str, text: str, found: list[str]) -> None:
    assert wrong_imports(module, ast.parse(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "import subprocess",
        "from asyncio import subprocess",
        "import os\nos.system('curl')",
        "from os import execvp",
        "import socket as s",
    ],
)
def test_an_adapter_that_starts_something_is_found(text: str) -> None:
    assert starters(ast.parse(text))
