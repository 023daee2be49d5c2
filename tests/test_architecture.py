"""The house keeps its order: nothing imports what comes after it in the flow (docs/architecture.md), and adapters start nothing."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FLOW: tuple[tuple[str, ...], ...] = (
    ("lab.situation", "lab.documented", "lab.outcome", "lab.scenario", "lab.catalogue"),
    ("lab.clients.base",),
    ("lab.clients", "lab.clients.*"),
    ("lab.matrix", "lab.matrix.plan", "lab.matrix.progress"),
    ("lab.pki", "lab.pki.*", "lab.servers", "lab.servers.*"),
    ("lab.stages", "lab.stages.*"),
    ("lab.matrix.play",),
    ("lab.verdict",),
    ("lab.normalise", "lab.record"),
    ("lab.matrix.entries", "lab.matrix.inspect", "lab.matrix.run"),
    ("lab.report", "lab.report.*"),
    (
        "lab.cli",
        "lab.__main__",
        "lab.commands",
        "lab.commands.*",
        "lab.pytest_plugin",
        "lab.pytesting",
        "lab.pytesting.*",
    ),
)
"""Each row may import itself and the rows above. The first pattern that matches a module is its place."""

EDGES = ("lab.system", "lab.installer", "lab.provision", "lab.check")
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
    """The modules that a module imports anywhere in it, also within functions: `from lab import record` is `lab.record`."""
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
    assert own is not None, f"{module} has no place in the flow: give it one in FLOW"
    used = {name for name in imports(tree) if name.startswith("lab.") and name not in EDGES}
    return sorted(name for name in used if (row := place(name)) is None or row > own)


def calls(tree: ast.Module) -> Iterator[str]:
    """What is called by its dotted name: `os.system`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func)


def starters(tree: ast.Module) -> list[str]:
    """What a module uses that can start a process or open a connection."""
    used = [name for name in imports(tree) if name.partition(".")[0] in STARTERS]
    names = [f"os.{alias.name}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "os" for alias in node.names]  # fmt: skip
    called = [*calls(tree), *names]
    return used + [name for name in called if any(fnmatchcase(name, pattern) for pattern in STARTING_CALLS)]


@pytest.mark.parametrize("module", OF_THE_LAB)
def test_nothing_imports_what_comes_after_it(module: str) -> None:
    assert not wrong_imports(module, MODULES[module])


@pytest.mark.parametrize("module", EDGES)
def test_the_edges_know_nothing_of_the_flow(module: str) -> None:
    known = {"lab", *EDGES}
    assert not [
        name
        for name in imports(MODULES[module])
        if name.partition(".")[0] in {"lab", "scenarios"} and name not in known
    ]


@pytest.mark.parametrize("module", [name for name in MODULES if name.partition(".")[0] == "scenarios"])
def test_the_catalogue_knows_only_the_nouns(module: str) -> None:
    known = {"lab.documented", "lab.scenario", "lab.situation"}
    used = {name for name in imports(MODULES[module]) if name.partition(".")[0] == "lab"}
    assert used <= known


@pytest.mark.parametrize("module", OF_THE_LAB)
def test_nothing_of_the_lab_imports_a_scenario(module: str) -> None:
    """The catalogue alone finds them, by looking into their package."""
    assert not [name for name in imports(MODULES[module]) if name.partition(".")[0] == "scenarios"]


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith(("lab.servers", "lab.stages"))])
def test_servers_and_stages_know_clients_only_as_such(module: str) -> None:
    used = {name for name in imports(MODULES[module]) if name.startswith("lab.clients")}
    assert used <= {"lab.clients.base"}


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("lab.clients")])
def test_adapters_start_nothing(module: str) -> None:
    assert not starters(MODULES[module])


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_are_absolute(module: str) -> None:
    assert not [name for name in imports(MODULES[module]) if name.startswith(".")]


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
