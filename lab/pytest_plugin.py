"""The pytest plugin: the matrix as tests, one a cell, with ids as `expired/renew/odbc18/sqlserver`.

Collecting starts nothing. The first cell that is asked for starts the engine (`tlslab.pytesting.engine`), which plays
the selected cells; with xdist it lives in the controller, and the workers ask it. What is slow to import is imported
where it is needed: other tests do not pay for it.
"""

import signal
from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import pytest

import tlslab
from tlslab.runtime import signals

signals.hold((signal.SIGINT,))  # until pytest is ready for it: it answers Ctrl-C in an import with a traceback

from tlslab.pytesting import junit, options, summary  # noqa: E402
from tlslab.pytesting.engine import Engine, EngineError, EngineRequest  # noqa: E402
from tlslab.pytesting.wire import Direct, Remote, serve  # noqa: E402
from tlslab.report.printable import printable  # noqa: E402

if TYPE_CHECKING:
    from tlslab.pytesting.played import Played

MATRIX = tlslab.ROOT / "tests" / "matrix" / "test_matrix.py"
CELL = "lab_cell"
"""The fixture that a test of cells asks for."""
FAILURES = "tlslab-failures"
"""The plugin that prints the failures of cells."""

_ENGINE = pytest.StashKey[Engine]()
_PLAYER = pytest.StashKey[Direct | Remote]()
_SAVED = pytest.StashKey[list[str]]()
"""The sentences that say which files the session wrote, or why it could not."""
_FAULT = pytest.StashKey[summary.Told]()
"""Of a test: what is wrong in its cell."""


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        signals.release()
        config.stash[_PLAYER] = Remote(worker["lab_channel"])
        return
    try:
        signals.release()
        options.check(config)
    except KeyboardInterrupt:
        pytest.exit("interrupted before a test was started", pytest.ExitCode.INTERRUPTED)
    engine = config.stash[_ENGINE] = Engine(partial(_request, config))
    config.stash[_PLAYER] = Direct(engine)
    config.pluginmanager.register(summary.Failures(config), FAILURES)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist, in the controller: a worker is about to be started."""
    channel = node.workerinput["lab_channel"] = node.gateway.newchannel()
    serve(node.config.stash[_ENGINE], channel)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Before xdist starts its workers: a version that cannot be had is one error, and not one for each cell."""
    config = session.config
    if config.stash.get(_ENGINE, None) is not None and not config.getoption("collectonly"):
        options.install_versions(config)


def pytest_report_header(config: pytest.Config) -> list[str]:
    if not _wants_matrix(config):
        return []
    from tlslab.commands.shared import command_name

    plan = options.plan_of(config)
    excluded = ""
    if plan.exclusions:
        why = f"`{command_name()} run --plan` with the same choice says why"
        excluded = f"; {len(plan.exclusions)} more are not collected, because they cannot be played ({why})"
    return [f"tls trust lab: {len(plan.cells)} cell{'' if len(plan.cells) == 1 else 's'}{excluded}"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if CELL in metafunc.fixturenames:
        ids = [cell.id for cell in options.plan_of(metafunc.config).cells]
        metafunc.parametrize(CELL, ids, ids=ids, indirect=True)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is left after `-k`, `--lf` and their kin is what will be played."""
    specs = [item.callspec for item in session.items if hasattr(item, "callspec")]
    selected = [str(spec.params[CELL]) for spec in specs if CELL in spec.params]
    if selected:
        session.config.stash[_PLAYER].select(selected)


def _by_hand(client: str) -> bool:
    """Whether this client needs what only the user can bring, so that no session demands it."""
    from tlslab.setup import all_needs

    return client.partition("@")[0].partition(":")[0] in all_needs.by_hand()


@pytest.fixture
def lab_cell(request: pytest.FixtureRequest) -> "Played":
    """The played cell. Skips the test when the client is not here; when the lab itself fails, the test is an error."""
    config = request.config
    problem = ""
    try:
        played = config.stash[_PLAYER].play(request.param)
    except EngineError as error:
        problem = str(error)
    if problem:  # outside of the handler: pytest would report the error twice
        pytest.fail(printable(problem), pytrace=False)
    request.node.user_properties += played.properties()
    demanding = bool(config.getoption("--lab-require")) and not _by_hand(played.cell.client)
    if played.missing and not demanding:
        request.node.user_properties.append((summary.MISSING, printable(f"{played.cell.client}: {played.missing}")))
        pytest.skip(printable(played.missing))
    if not played.lab_failed:
        played = _held_against_baseline(request, played)
        lacking = played.missing or ("" if config.getoption("--lab-no-nginx") else _stand_in(played))
        played = played.model_copy(update={"lacking": lacking}) if demanding else played
    if fault := played.fault:
        cell = played.cell
        request.node.stash[_FAULT] = summary.Told(
            *(cell.scenario, cell.fix, cell.client, cell.kind),
            rank=fault.rank,
            checks=len(fault.unchecked),
            cause=fault.cause,
            reason=printable(fault.reason),
            words=printable(" ".join(fault.words.split())),
            place=options.place(config),
        )
    if played.lab_failed:
        pytest.fail(played.story(), pytrace=False)
    return played


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Runs inside of the terminal reporter's hook, which prints the result."""

    def fail(words: str, status: int = pytest.ExitCode.INTERNAL_ERROR) -> None:
        session.config.stash.setdefault(_SAVED, []).append(words)
        session.exitstatus = status

    # Before xdist ends its workers: one that waits for a cell would not end.
    _close(session.config, fail)
    with junit.whole(session.config, fail):
        return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    _close(config, lambda words, status=0: None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if fault := item.stash.get(_FAULT, None):
        summary.tell_fault(report, fault)
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    words = [*summary.notes(terminalreporter.stats), *config.stash.get(_SAVED, [])]
    if words:
        terminalreporter.write_sep("=", "tls trust lab")
        for line in words:
            terminalreporter.write_line(printable(line))
    if failures := config.pluginmanager.get_plugin(FAILURES):
        failures.shorten(terminalreporter.stats)


def _request(config: pytest.Config, selected: tuple[str, ...]) -> EngineRequest:
    from tlslab.setup.versions.spec import is_spec

    scenarios, fixes, clients, kinds = (options.given(config, f"--lab-{noun}") for noun in options.NOUNS)
    return EngineRequest(
        scenarios=scenarios,
        fixes=fixes,
        clients=clients,
        kinds=kinds,
        impostors=options.impostors(config),
        selected=selected,
        jobs=config.getoption("--lab-jobs") or 0,
        stage=options.choice(config),
        keep_record=config.getoption("--lab-save") is not None,
        with_clients=config.getoption("--lab-baseline") is not None or any(map(is_spec, clients)),
    )


def _held_against_baseline(request: pytest.FixtureRequest, played: "Played") -> "Played":
    """The played cell with its deviation from the baseline where that fails the test; else the summary has it."""
    baseline = options.against(request.config)
    if baseline is None or not played.attempts:
        return played
    deviation = baseline.deviation(played)
    if deviation.fails:
        return played.model_copy(update={"deviation": deviation.words, "deviation_cause": deviation.cause})
    if deviation.words:
        request.node.user_properties.append((summary.DEVIATING, deviation.words))
    return played


def _stand_in(played: "Played") -> str:
    """What to do when something else answered where nginx could."""
    if played.cell.kind != "https" or not played.stand_in:
        return ""
    from tlslab.servers.nginx import PROGRAM
    from tlslab.setup.system import how_to_get

    words = f"nginx is missing, and {played.stand_in} stood in for it"
    return f"{words}; get it with: {how_to_get(PROGRAM)} (or do without it: --lab-no-nginx)"


def _wants_matrix(config: pytest.Config) -> bool:
    """Whether the matrix is among the paths that pytest was given."""
    start = config.invocation_params.dir
    places = [(start / argument.partition("::")[0]).resolve() for argument in config.args]
    return any(MATRIX.is_relative_to(place) for place in places)


class _Fail(Protocol):
    def __call__(self, words: str, status: int = ..., /) -> None: ...


def _close(config: pytest.Config, fail: _Fail) -> None:
    engine = config.stash.get(_ENGINE, None)
    if engine is None:
        return
    del config.stash[_ENGINE]
    try:
        record = engine.close()
    except KeyboardInterrupt:  # another interrupt: no test waits any longer
        fail("interrupted: the engine takes everything down by itself", pytest.ExitCode.INTERRUPTED)
        return
    if config.getoption("--lab-save") is None:
        return
    told = config.stash.setdefault(_SAVED, [])
    if record is None:
        told.append("no record was written: no cell was played")
        return
    from tlslab.model.record import Record
    from tlslab.model.record_file import save

    found, place = Record.model_validate_json(record), options.save_to(config)
    try:
        save(found, place)
    except OSError as problem:
        from tlslab.commands.play import keep

        fail(f"the record could not be written: {problem.strerror}: {place}")
        told += keep(found, None).words.splitlines()
    else:
        told.append(f"the record: {place}")
