"""Trust procedures in the reports: few lines for all, everything for one."""

import pytest

from tests.report.consoles import Screen
from tests.report.invented import attempts, cell, procedure, record, shown
from tlslab.model.record import Record, TrustProcedureEntry
from tlslab.report.cell import select, show_cell
from tlslab.report.terminal import show_matrix

CELLS = [
    f"untrusted-ca/install-the-ca/{client}:{place}/https"
    for client in ("curl", "requests", "openssl")
    for place in ("one", "two")
]
VERDICTS = {"curl": "cure", "requests": "ignored", "openssl": "verifies-nothing"}


def seen(distribution: str, way: str, **verdicts: str) -> TrustProcedureEntry:
    """What three clients show in a distribution; other verdicts than the usual are findings."""
    entries = [
        shown(
            f"untrusted-ca/install-the-ca/{name}:{distribution}/https",
            verdicts.get(name, usual),
            as_expected=name not in verdicts,
        )
        for name, usual in VERDICTS.items()
    ]
    return procedure(distribution, way, *entries, remark="it asks somebody" if way == "ask" else "")


def with_trust_procedures(*trust_procedures: TrustProcedureEntry) -> Record:
    cells = [cell(identity) for identity in CELLS]
    made = [entry for item in cells for entry in attempts(item.client, "s2")]
    return record(cells, attempts=made).model_copy(update={"trust_procedures": list(trust_procedures)})


def told(found: Record, width: int = 200, *, terminal: bool = False, encoding: str = "utf-8") -> list[str]:
    """The lines about trust procedures."""
    screen = Screen(width, terminal=terminal, encoding=encoding)
    show_matrix(found, screen.console)
    lines = screen.lines
    if not any(line.startswith("The fix as") for line in lines):
        return []
    start = next(number for number, line in enumerate(lines) if line.startswith("The fix as"))
    return lines[start : lines.index("", start)]


def test_ways_and_places_where_all_is_the_same_are_told_together() -> None:
    lines = told(
        with_trust_procedures(*(seen(distribution, way) for distribution in ("one", "two") for way in ("run", "ask")))
    )
    assert lines[1:] == [
        "  Nothing is said to the clients here; the cells above name the file in each client's own option.",
        "  run, ask on one, two",
        "    ✓  helps curl: they refuse before it, connect after it, and refuse impostors",
        "    ✗  does not help requests: they read a store of their own (name the file in their own option)",
        "    ?  makes no difference to openssl: told nothing, they connect to anybody",
        "  ask: it asks somebody",
        "     ./tlslab report --cell untrusted-ca/install-the-ca/curl:one/https",
    ]


def test_a_place_that_differs_is_told_apart_and_a_finding_with_its_reason() -> None:
    found = with_trust_procedures(seen("one", "run"), seen("two", "run", curl="not-cleared"))
    lines = told(found)
    assert "  run on one" in lines
    assert "  run on two" in lines
    assert "    N! does not help curl: they still do not connect" in lines
    assert "  ! curl:two: not-cleared, because it is so" in lines
    screen = Screen(300)
    show_matrix(found, screen.console)
    assert "; 1 finding; " in screen.lines[-2]


def test_a_record_without_trust_procedures_says_nothing_of_them() -> None:
    assert told(with_trust_procedures()) == []


@pytest.mark.parametrize("width", [80, 160])
def test_nothing_but_the_command_to_copy_is_wider_than_the_terminal(width: int) -> None:
    lines = told(with_trust_procedures(seen("one", "run"), seen("two", "ask", curl="bypass")), width, terminal=True)
    assert [line for line in lines if len(line) > width and "./tlslab" not in line] == []


def test_a_terminal_without_utf8_gets_ascii() -> None:
    lines = told(with_trust_procedures(seen("one", "run")), encoding="ascii")
    assert any(line.startswith("    +  helps curl") for line in lines)


def test_one_cell_shows_commands_words_and_changes() -> None:
    found = with_trust_procedures(seen("one", "run"), seen("two", "run"))
    wanted = next(item for item in found.cells if item.client == "requests:one")
    screen = Screen(200)
    show_cell(found, wanted, screen.console)
    text = screen.text
    assert "trust procedure run on one: ✗ ignored, as expected" in text
    assert "run on two" not in text
    assert "    ignored, because it is so" in text
    assert (
        text.index("  before: refused") < text.index("  # cp ca.crt /store/lab.crt") < text.index("  after: connected")
    )
    assert "│ 1 added, 0 removed; done." in text
    assert "    exit status 0, 0.80 s" in text
    assert "    added   /store/lab.crt" in text


def test_a_selection_keeps_what_was_shown_for_its_cells() -> None:
    found = with_trust_procedures(seen("one", "run"), seen("two", "run"))
    wanted = next(item for item in found.cells if item.client == "curl:two")
    chosen = select(found, [wanted])
    assert [(item.id, [entry.client for entry in item.shown]) for item in chosen.trust_procedures] == [
        ("two/run", ["curl:two"])
    ]
    assert {"a-curl:two-broken", "a-curl:two-fixed"} <= {entry.id for entry in chosen.attempts}
