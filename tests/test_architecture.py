"""The house keeps its order: nothing imports what comes after it in the flow, and adapters start nothing."""

import ast
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FLOW: tuple[tuple[str, ...], ...] = (
    (
        "tlslab.model.act",
        "tlslab.model.certificate",
        "tlslab.model.environment",
        "tlslab.model.proxy",
        "tlslab.model.situation",
        "tlslab.model.path",
        "tlslab.model.evidence",
        "tlslab.model.article",
        "tlslab.model.outcome",
        "tlslab.model.normalise",
        "tlslab.model.release",
        "tlslab.model.condition",
        "tlslab.model.client_certificates",
        "tlslab.model.conditions",
        "tlslab.model.names",
        "tlslab.model.proxied",
        "tlslab.model.circumstances",
        "tlslab.model.library",
        "tlslab.model.variables",
        "tlslab.model.beyond",
        "tlslab.model.knowledge",
        "tlslab.model.check",
        "tlslab.model.scenario",
        "tlslab.model.impostor",
    ),
    ("tlslab.libraries", "tlslab.libraries.*"),
    ("tlslab.catalogue",),
    ("tlslab.model", "tlslab.model.*"),
    ("tlslab.setup.versions", "tlslab.setup.versions.registry", "tlslab.setup.versions.spec"),
    ("tlslab.truststores", "tlslab.truststores.*"),
    ("tlslab.clients.base",),
    ("tlslab.clients", "tlslab.clients.*"),
    ("tlslab.explain", "tlslab.explain.*"),
    ("tlslab.matrix", "tlslab.matrix.bystander", "tlslab.matrix.case", "tlslab.matrix.plan", "tlslab.matrix.progress"),
    ("tlslab.pki", "tlslab.pki.*", "tlslab.servers", "tlslab.servers.*"),
    ("tlslab.stages", "tlslab.stages.*", "tlslab.setup.all_needs"),
    ("tlslab.setup.versions.index", "tlslab.setup.versions.environments"),
    ("tlslab.matrix.queue", "tlslab.matrix.play"),
    ("tlslab.matrix.matching", "tlslab.matrix.attacked", "tlslab.matrix.judge"),
    ("tlslab.model.record",),
    ("tlslab.matrix.*",),
    ("tlslab.report", "tlslab.report.*", "tlslab.diff", "tlslab.diff.*", "tlslab.compose", "tlslab.compose.*"),
    (
        "tlslab.cli",
        "tlslab.__main__",
        "tlslab.commands",
        "tlslab.commands.*",
        "tlslab.setup.versions.pinned",
        "tlslab.setup.bring",
        "tlslab.setup.first_start",
        "tlslab.pytest_plugin",
        "tlslab.pytesting",
        "tlslab.pytesting.*",
    ),
)
"""Each row may import itself and the rows above. The first pattern that matches a module is its place."""

EDGES = (
    "tlslab.runtime.child",
    "tlslab.runtime.deadline",
    "tlslab.runtime.files",
    "tlslab.runtime.signals",
    "tlslab.runtime.streams",
    "tlslab.runtime.tasks",
    "tlslab.runtime.unattended",
    "tlslab.setup.cache",
    "tlslab.setup.needs",
    "tlslab.setup.system",
    "tlslab.setup.installer",
    "tlslab.setup.provision",
    "tlslab.setup.build",
    "tlslab.setup.crates",
    "tlslab.setup.go_modules",
    "tlslab.setup.jars",
    "tlslab.setup.nuget",
    "tlslab.setup.parts",
    "tlslab.setup.check",
    "tlslab.setup.reading",
)
"""Where the lab meets the machine: they know nothing of the flow, and whoever needs them may import them."""

SHARED = {"tlslab", "tlslab.setup", "tlslab.runtime", *EDGES}

STARTERS = ("subprocess", "socket", "multiprocessing", "asyncio", "pty", "concurrent", "threading")
STARTING_CALLS = ("os.system", "os.popen", "os.fork*", "os.exec*", "os.spawn*", "os.posix_spawn*")


PACKAGES = {"tlslab": ROOT / "lab", "tlslab_scenarios": ROOT / "scenarios"}
"""The folders of the import packages (`.python` gives them their names in a checkout)."""


def modules() -> dict[str, ast.Module]:
    """Every module of the packages by its dotted name, except the probes, which run in other interpreters."""
    found: dict[str, ast.Module] = {}
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            if "probes" not in path.parts:
                name = ".".join((package, *path.relative_to(folder).with_suffix("").parts)).removesuffix(".__init__")
                found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return found


MODULES = modules()
OF_THE_LAB = sorted(name for name in MODULES if name.partition(".")[0] == "tlslab" and name not in SHARED)


def imports(tree: ast.Module, known: frozenset[str] = frozenset(MODULES)) -> Iterator[str]:
    """The modules that a module imports, also within functions; those of a package by their own names."""
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
    used = {name for name in imports(tree) if name.startswith("tlslab.") and name not in EDGES}
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
    assert breaches(EDGES, lambda name: is_of(name, *PACKAGES) and name not in SHARED) == {}


def test_the_catalogue_knows_only_the_nouns() -> None:
    nouns = {
        f"tlslab.model.{noun}"
        for noun in (
            *("article", "certificate", "check", "circumstances", "client_certificates", "condition", "conditions"),
            *("environment", "evidence", "impostor", "library", "names", "proxied", "proxy", "scenario", "situation"),
            "variables",
        )
    }
    assert (
        breaches(("tlslab_scenarios", "tlslab_scenarios.*"), lambda name: is_of(name, "tlslab") and name not in nouns)
        == {}
    )


def test_nothing_of_the_lab_imports_a_scenario() -> None:
    """`tlslab.catalogue` alone finds them, by looking into their package."""
    assert breaches(("tlslab", "tlslab.*"), lambda name: is_of(name, "tlslab_scenarios")) == {}


def test_servers_and_stages_know_clients_only_as_such() -> None:
    def forbidden(name: str) -> bool:
        return is_of(name, "tlslab.clients") and name != "tlslab.clients.base"

    assert breaches(("tlslab.servers*", "tlslab.stages*"), forbidden) == {}


def test_adapters_start_nothing() -> None:
    found = {module: starters(MODULES[module]) for module in among(("tlslab.clients*", "tlslab.truststores*"))}
    assert {module: names for module, names in found.items() if names} == {}


def test_what_the_lab_waits_for_ends_together_and_in_time_of_its_own() -> None:
    """`asyncio.gather` lets the others run on when one fails, and `asyncio.timeout` goes on while the lab is stopped.
    The servers are processes of their own, whose limits are for whoever connects to them.
    """
    better = {"asyncio.gather": "tlslab.runtime.tasks", "asyncio.timeout": "tlslab.runtime.deadline"}
    waiting = [name for name in OF_THE_LAB if not is_of(name, "tlslab.servers")]
    found = {module: better.keys() & set(calls(MODULES[module])) for module in waiting}
    assert {module: names for module, names in found.items() if names} == {}


def test_imports_are_absolute() -> None:
    assert breaches(("tlslab*", "tlslab_scenarios*"), lambda name: name.startswith(".")) == {}


@pytest.mark.parametrize(
    ("module", "text", "found"),
    [
        ("tlslab.clients.curl", "from tlslab.stages.local.stage import LocalStage", ["tlslab.stages.local.stage"]),
        ("tlslab.clients.curl", "def late():\n    from tlslab.matrix import judge", ["tlslab.matrix.judge"]),
        ("tlslab.clients.base", "import tlslab.clients.curl", ["tlslab.clients.curl"]),
        ("tlslab.matrix.judge", "from tlslab import nowhere", []),
        ("tlslab.matrix.judge", "from tlslab.nowhere import thing", ["tlslab.nowhere"]),
        ("tlslab.report.cell", "from tlslab.matrix import plan, run", []),
        ("tlslab.matrix.plan", "from tlslab.matrix import run", ["tlslab.matrix.run"]),
        ("tlslab.stages.local.stage", "from tlslab.setup import provision", []),
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
