"""A client may print what it likes, up to the mebibyte that is kept: it is read, judged, compared and shown.

Nothing is timed. What takes more than linear time would take hours here; the guard makes that a failure.
"""

import signal
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

import pytest
from rich.text import Text

from tests.diff.edited import small, with_attempts
from tests.report.consoles import Screen
from tlslab import catalogue
from tlslab.clients import all_clients
from tlslab.clients.base import Client
from tlslab.diff.changes import compare
from tlslab.diff.sides import client_of, negotiated
from tlslab.diff.word_difference import difference
from tlslab.matrix.judge import Judge
from tlslab.model.normalise import normalise
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.record import ClientEntry
from tlslab.model.situation import ClientSide, healthy
from tlslab.report.markdown import markdown
from tlslab.report.text import hang, pieces, quoted, version_line
from tlslab.setup.versions.registry import says_version
from tlslab.stages.runner import OUTPUT_LIMIT

GUARD = 30.0
"""Processor seconds; the slowest test takes two."""
UNITS = (
    "/",
    "/runs/run-",
    "/versions/a-",
    " ",
    "\n",
    "a",
    "0",
    "1.",
    "[",
    "\x1b[",
    "a b ",
    "a\n",
    'File "',
    "localhost:",
    "curl ",
    " (Library: ",
    "TLSv1 A_",
    "certificate has expired ",
    "error:0A000086:SSL routines::certificate verify failed",
)
CLIENTS = all_clients()


def much(unit: str, size: int = OUTPUT_LIMIT) -> str:
    return (unit * size)[:size]


@pytest.fixture(autouse=True)
def guard() -> Iterator[None]:
    """Ends a test that took more than so many processor seconds: the matching of `re` looks for signals as it goes."""

    def too_long(_number: int, _frame: FrameType | None) -> NoReturn:
        raise AssertionError(f"more than {GUARD:.0f} processor seconds")

    before = signal.signal(signal.SIGPROF, too_long)
    signal.setitimer(signal.ITIMER_PROF, GUARD)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize("unit", UNITS)
def test_it_is_normalised(unit: str) -> None:
    assert len(normalise(much(unit))) <= 2 * OUTPUT_LIMIT


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_it_is_read(client: Client) -> None:
    for unit in UNITS:
        text = much(unit, OUTPUT_LIMIT // 4)
        for completed in (Completed(1, text, text, 0.1), Completed(0, f"curl {text}", f"GNU Wget {text}", 0.1)):
            side = ClientSide("db.lab.test")
            assert client.read(completed, side).result is not Result.CONNECTED
            version = client.read_version(completed)
            says_version(version, "1.0")
            version_line(version, client.tls_library)
            client_of(ClientEntry(name=client.name, title="", tls_library="", version=version))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_it_is_held_against_everything_that_is_documented_for_the_client(client: Client) -> None:
    judge = Judge.of(client, catalogue.load().knowledge)
    situation = healthy(next(iter(client.kinds)))
    for unit in (*UNITS, *(template.text.partition("{")[0] or "x" for template in client.templates)):
        text = much(unit, OUTPUT_LIMIT // 4)
        judge.act(situation, Outcome(Result.REFUSED, text, trace=text))


@pytest.mark.parametrize("unit", UNITS)
def test_it_is_compared_and_shown(unit: str) -> None:
    old, new = much(unit, OUTPUT_LIMIT // 4), much(f"x {unit}", OUTPUT_LIMIT // 4)
    assert "".join(piece.text for piece in difference(old, new) if piece.part != "added") == old
    assert negotiated("", [f"TLSv1 {old}"]) == ""
    screen = Screen(terminal=True)
    quoted(screen.console, "", old[: 1 << 13])
    hang(screen.console, "", Text(old[: 1 << 13]))
    assert "".join(pieces(old, 80)) == old


def test_many_short_lines_that_differ_are_compared_in_every_report() -> None:
    old, new = ("".join(f"{word} {number % 7}\n" for number in range(5000)) for word in ("old", "new"))
    changes = compare(
        with_attempts(small(), {"odbc18/expired/broken": {"text": old}}),
        with_attempts(small(), {"odbc18/expired/broken": {"text": new}}),
    )
    assert "\n- old 0\n" in markdown(changes)


@pytest.mark.parametrize("of", ["a ", "a b ", "a b c "])
def test_words_that_can_be_paired_in_many_ways_are_compared(of: str) -> None:
    old, new = of * 600, f"{of}x " * 600
    pieces = difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.part != "removed") == new
