"""The options of the matrix under pytest, what they select, and what is wrong with them in words."""

import os
import shlex
from argparse import ArgumentTypeError
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tlslab.matrix.choice import DISTRIBUTIONS, HOST, STAGES, Choice, usual_stage
from tlslab.runtime import files

if TYPE_CHECKING:
    from tlslab.matrix.plan import Plan
    from tlslab.pytesting.against import Against

PATTERNS = {
    "--lab-scenario": "only these scenarios; the name of a class takes all its forms",
    "--lab-client": "only these clients",
    "--lab-fix": "only these fixes",
    "--lab-server": "only this kind of server: https or sqlserver",
}
OF_CONTAINERS = (
    "--lab-distribution",
    "--lab-sqlserver-image",
    "--lab-sqlserver-limit",
    "--lab-require-vendor-image",
)
IMPOSTORS, IMPOSTORS_INI = "--lab-impostors", "lab_impostors"
WITH_VALUE = (
    *PATTERNS,
    IMPOSTORS,
    *(name for name in OF_CONTAINERS if name != "--lab-require-vendor-image"),
    "--lab-stage",
    "--lab-jobs",
    "--lab-save",
    "--lab-baseline",
)
NOUNS = ("scenario", "fix", "client", "server")

_PLAN = pytest.StashKey["Plan"]()
_AGAINST = pytest.StashKey["Against"]()


def add(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("tls trust lab", "the matrix (GLOB: may be repeated, or be a list with commas)")
    for name, words in PATTERNS.items():
        group.addoption(name, action="append", default=[], metavar="GLOB", help=words)
    words = "these impostors attack the fixes, or `all`"
    group.addoption(IMPOSTORS, action="append", default=[], metavar="GLOB", help=f"{words} (default: the usual ones)")
    parser.addini(IMPOSTORS_INI, f"{words}; the option comes first", type="args", default=[])
    group.addoption(
        "--lab-stage",
        default=usual_stage(),
        metavar="STAGE",
        help=f"where servers and clients run: {' or '.join(STAGES)}",
    )
    group.addoption(
        "--lab-distribution",
        action="append",
        default=[],
        metavar="NAME",
        help=f"docker: where the clients run: {', '.join(DISTRIBUTIONS)}, {HOST} (this machine) "
        f"(default: {Choice().distributions[0]})",
    )
    group.addoption(
        "--lab-sqlserver-image",
        type=filled,
        metavar="IMAGE",
        help="docker: what runs as SQL Server: an image, 2019, 2022 or 2025 for Microsoft's, or `endpoint`",
    )
    group.addoption(
        "--lab-sqlserver-limit",
        type=int,
        metavar="N",
        help="docker: at most N SQL Servers at a time (default: all that fit)",
    )
    group.addoption(
        "--lab-require-vendor-image",
        action="store_true",
        help="docker: fail when Microsoft's image of SQL Server cannot be had, instead of using the lab's endpoint",
    )
    group.addoption(
        "--lab-jobs",
        type=int,
        metavar="N",
        help="so many clients at a time (default: three for each core; on the docker stage one, and one more)",
    )
    group.addoption("--lab-save", type=Path, metavar="FILE", help="write the record of what was played to FILE")
    group.addoption(
        "--lab-baseline",
        type=lambda value: Path(filled(value)),
        metavar="PATH",
        help="what is not as in these baselines (a directory, one file, or a record) fails the test that it belongs to",
    )
    group.addoption(
        "--lab-require",
        action="store_true",
        help="what is missing on this machine (a client, nginx) is a failure, instead of being skipped or stood in for",
    )
    group.addoption(
        "--lab-no-nginx",
        action="store_true",
        help="HTTPS servers are the lab's own endpoint, even when nginx is here",
    )


def joined(arguments: Iterable[str]) -> list[str]:
    """The arguments, with each of these options and its value in one word.

    pytest looks for its configuration before it knows these options, and takes a value in a word of its own for a path
    of tests (its documentation, "Initialization: determining rootdir and configfile").
    """
    found: list[str] = []
    for argument in arguments:
        if found and found[-1] in WITH_VALUE:
            found[-1] += f"={argument}"
        else:
            found.append(argument)
    return found


def filled(value: str) -> str:
    """The value of an option that must not be empty: an empty path would mean the current directory.

    Raises argparse.ArgumentTypeError.
    """
    if not value.strip():
        raise ArgumentTypeError("it is empty (a variable not set?)")
    return value


def given(config: pytest.Config, option: str) -> tuple[str, ...]:
    """The patterns of an option. Raises pytest.UsageError for one that is empty."""
    from tlslab.matrix.plan import patterns_in

    values: Sequence[str] = config.getoption(option)
    try:
        return patterns_in(option, values)
    except ValueError as problem:
        raise pytest.UsageError(str(problem)) from None


def impostors(config: pytest.Config) -> tuple[str, ...]:
    """The impostors that the option names, else the configuration. Raises pytest.UsageError as `given` does."""
    from tlslab.matrix.plan import patterns_in

    try:
        return given(config, IMPOSTORS) or patterns_in(IMPOSTORS_INI, config.getini(IMPOSTORS_INI))
    except ValueError as problem:
        raise pytest.UsageError(str(problem)) from None


def check(config: pytest.Config) -> None:
    """Raise pytest.UsageError, with the nearest right names, for a value that cannot be meant. Reads the catalogue only
    when it must."""
    _must_not_lead_to_another_root(config)
    stage, jobs, save = (config.getoption(name) for name in ("--lab-stage", "--lab-jobs", "--lab-save"))
    if stage not in STAGES:
        raise pytest.UsageError(f"--lab-stage: there is no stage {stage!r}. There is: {', '.join(STAGES)}.")
    for option in OF_CONTAINERS:
        if stage != "docker" and config.getoption(option):
            raise pytest.UsageError(f"{option} is about containers, so it needs --lab-stage docker")
    for name in given(config, "--lab-distribution"):
        if name not in (*DISTRIBUTIONS, HOST):
            from tlslab.commands.shared import hint

            known = (*DISTRIBUTIONS, HOST)
            raise pytest.UsageError(f"--lab-distribution: there is no distribution {name!r}. {hint(name, known)}")
    if (limit := config.getoption("--lab-sqlserver-limit")) is not None and limit < 1:
        raise pytest.UsageError(f"--lab-sqlserver-limit: at least 1, not {limit}")
    if jobs is not None and jobs < 1:
        raise pytest.UsageError(f"--lab-jobs: at least 1, not {jobs}")
    if save is not None:
        _must_be_writable("--lab-save", save_to(config))
    if junit := config.getoption("xmlpath", None):
        _must_be_writable("--junitxml", config.invocation_params.dir / junit, may_make=True)
    if config.getoption("--lab-baseline") is not None:
        against(config)
    if impostors(config) or any(given(config, option) for option in PATTERNS):
        plan_of(config)


def _must_not_lead_to_another_root(config: pytest.Config) -> None:
    """Raise pytest.UsageError where pytest has taken a value for a path of tests (`joined`), and so another directory
    for the root of the project: pytest would not read its configuration, and not say so.
    """
    file = config.inipath
    if config.getoption("inifilename") or (config.getoption("rootdir") and file is None):
        return
    start, root = config.invocation_params.dir, file.parent if file else config.rootpath
    tests = [str(start / argument.partition("::")[0]) for argument in config.args]
    base = Path(os.path.commonpath([start, *tests]))
    configured = file is not None or (root / "setup.py").is_file()
    if base == root or (configured and base.is_relative_to(root)):
        return
    given = [*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *config.invocation_params.args]
    for option, value in pairwise(given):
        place = start / value
        if option in WITH_VALUE and place.exists() and place.is_relative_to(root):
            raise pytest.UsageError(
                f"{option} {value}: pytest takes that for a place of tests, and {root} for the root of yours. "
                f"Write it as one word: {option}={value}"
            )


def _must_be_writable(option: str, file: Path, *, may_make: bool = False) -> None:
    """`may_make`: the directory as well."""
    there = next(place for place in file.parents if place.exists()) if may_make else file.parent
    try:
        files.trial(file if there == file.parent else there / file.name)
    except OSError as problem:
        raise pytest.UsageError(f"{option}: cannot write {file}: {problem.strerror}") from None


def choice(config: pytest.Config) -> Choice:
    """The stage that the options choose."""
    return Choice(
        name=config.getoption("--lab-stage"),
        nginx=not config.getoption("--lab-no-nginx"),
        distributions=given(config, "--lab-distribution") or Choice().distributions,
        sqlserver_image=config.getoption("--lab-sqlserver-image") or "",
        require_vendor_image=config.getoption("--lab-require-vendor-image"),
        sqlserver_limit=config.getoption("--lab-sqlserver-limit") or 0,
    )


def save_to(config: pytest.Config) -> Path:
    """Where `--lab-save` wants the record."""
    file: Path = config.getoption("--lab-save")
    return config.invocation_params.dir / file


def against(config: pytest.Config) -> "Against | None":
    """What `--lab-baseline` holds the cells against. Raises pytest.UsageError when that is no baseline."""
    path: Path | None = config.getoption("--lab-baseline")
    if path is None:
        return None
    known = config.stash.get(_AGAINST, None)
    if known is None:
        from tlslab.model.record_file import RecordError
        from tlslab.pytesting.against import Against

        try:
            known = config.stash[_AGAINST] = Against(config.invocation_params.dir / path)
        except RecordError as problem:
            raise pytest.UsageError(f"--lab-baseline: {problem}") from None
    return known


def plan_of(config: pytest.Config) -> "Plan":
    """The plan that the options select. Raises pytest.UsageError when a pattern matches nothing, or nothing is left to
    play."""
    known = config.stash.get(_PLAN, None)
    if known is None:
        known = config.stash[_PLAN] = _make_plan(config)
    return known


def place(config: pytest.Config) -> str:
    """Where this session plays, as options of `tlslab run` behind the others; "" where that does it by itself."""
    chosen = choice(config)
    if chosen.on_host and chosen.name == usual_stage():
        return ""
    words = [f" --stage {chosen.name}", *(f" --distribution {name}" for name in given(config, "--lab-distribution"))]
    words += [f" --sqlserver-image {shlex.quote(chosen.sqlserver_image)}"] if chosen.sqlserver_image else []
    return "".join(words)


def install_versions(config: pytest.Config) -> None:
    """Have the versions of clients that `--lab-client` names in the lab's cache. Blocks for as long as that takes.

    Raises pytest.UsageError for one that cannot be had, OSError as `install` does.
    """
    from tlslab.setup.versions.spec import is_spec

    specs = [item for item in given(config, "--lab-client") if is_spec(item)]
    if not specs:
        return
    from tlslab.pytesting.install import install

    if terminal := config.pluginmanager.get_plugin("terminalreporter"):
        terminal.write_line(f"tls trust lab: {', '.join(specs)}: installed before the first cell, unless already here")
    if problem := install(specs):
        raise pytest.UsageError(f"--lab-client: {problem}")


def _make_plan(config: pytest.Config) -> "Plan":
    import click

    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.commands.shared import command_name, must_match
    from tlslab.matrix.plan import ALL_IMPOSTORS, Filters, make_plan
    from tlslab.model.situation import ServerKind
    from tlslab.setup.versions import pinned
    from tlslab.setup.versions.spec import SpecError, is_spec

    scenarios, fixes, wanted, kinds = (given(config, f"--lab-{noun}") for noun in NOUNS)
    stage, attacking = choice(config), impostors(config)
    try:
        known = catalogue.load()
    except catalogue.CatalogueError as problem:
        raise pytest.UsageError(str(problem)) from None
    if not stage.on_host and any(map(is_spec, wanted)):
        words = pinned.ON_THIS_MACHINE_ALONE.format(option="--lab-distribution")
        raise pytest.UsageError(f"--lab-client: {words}")
    try:
        chosen, clients = pinned.choose(wanted, all_clients(), lambda spec: pinned.planned(spec, all_clients()))
        programs = stage.clients(chosen)
        must_match("--lab-scenario", scenarios, [item.id for item in known.scenarios])
        must_match("--lab-fix", fixes, [fix.name for item in known.scenarios for fix in item.fixes])
        must_match("--lab-client", clients, [item.name for item in programs])
        must_match("--lab-server", kinds, [kind.value for kind in ServerKind])
        must_match(IMPOSTORS, attacking, [ALL_IMPOSTORS, *(item.id for item in known.impostors)])
    except click.UsageError as problem:
        raise pytest.UsageError(problem.message) from None
    except SpecError as problem:
        raise pytest.UsageError(f"--lab-client: {problem}") from None
    filters = Filters(scenarios, fixes, clients, kinds, attacking)
    plan = make_plan(known, programs, filters, stage_cannot=stage.cannot)
    if plan.cells:
        return plan
    if plan.exclusions:
        first = plan.exclusions[0]
        raise pytest.UsageError(f"the --lab options leave nothing that can be played: {first.id}: {first.why}")
    raise pytest.UsageError(
        "the --lab options leave no cell: each matches something, but nothing matches all of them "
        f"(`{command_name()} list` shows which fix belongs to which scenario)"
    )
