"""The diff for people: the worst first, readable in a narrow and a wide terminal, with colour and without."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.diff.edited import CONNECTED, lost, small, with_attempts, with_cells
from tests.report.consoles import Screen
from tlslab.diff.changes import Changes, compare
from tlslab.diff.word_difference import Part, difference
from tlslab.model.record import Record
from tlslab.report.changes import excerpt
from tlslab.report.diff import show_changes
from tlslab.report.markdown import markdown

OLD = small()
WORDING: dict[str, dict[str, object]] = {
    entry.id: {"text": entry.text.replace("SSL Provider", "TLS Provider")}
    for entry in OLD.attempts
    if entry.client == "odbc18"
}


def worse() -> Record:
    """One security regression in `requests`, and another wording in every text of `odbc18`."""
    edited = with_attempts(OLD, {"requests/expired/broken": CONNECTED} | WORDING)
    return with_cells(edited, {"expired/renew/requests/https": {"broken": "unexpected-connection"}})


def shown(changes: Changes, width: int = 80, **how: bool) -> str:
    screen = Screen(width, **how)  # type: ignore[arg-type]
    show_changes(changes, screen.console)
    return screen.text


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_the_conclusion_is_the_first_line_and_the_security_regression_the_first_change() -> None:
    text = shown(compare(OLD, worse()), width=120)
    assert text.splitlines()[0] == "It got worse: requests does not check the dates any more."
    assert text.index("SECURITY REGRESSION") < text.index("requests: no longer checks the dates")
    assert text.index("no longer checks the dates") < text.index("odbc18: another text")
    assert "2 changes, 1 of them a security regression" in text


def test_without_colour_what_went_and_what_came_is_marked() -> None:
    text = shown(compare(OLD, worse()))
    assert "[-SSL-]{+TLS+} Provider: certificate verify failed" in text


def test_with_colour_it_is_coloured_instead() -> None:
    text = shown(compare(OLD, worse()), terminal=True, colour=True)
    assert "\x1b[31mSSL\x1b[0m\x1b[32mTLS\x1b[0m Provider" in text
    assert "[-" not in plain(text)
    assert "{+" not in plain(text)


def test_no_color_takes_the_colour_away(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(80, terminal=True)
    assert screen.console.no_color
    show_changes(compare(OLD, worse()), screen.console)
    assert "[-SSL-]{+TLS+}" in screen.text


@pytest.mark.parametrize("width", [80, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    for line in plain(shown(compare(OLD, worse()), width, terminal=True, colour=True)).splitlines():
        assert len(line) <= width, line


def test_every_cell_of_a_change_can_be_found() -> None:
    changes = compare(OLD, worse())
    text, pasted = " ".join(shown(changes).split()), markdown(changes)
    for group in changes.groups:
        for change in group.changes:
            assert change.scenario in text
            assert change.fix in text
            assert change.cell in pasted


def test_an_upgrade_that_changes_nothing_says_so_and_nothing_else() -> None:
    changes = compare(OLD, OLD)
    assert (
        shown(changes).splitlines()[-1]
        == f"{len(OLD.cells)} cells and {4 * len(OLD.cells)} outcomes compared: no change"
    )
    assert "|" not in markdown(changes)
    assert "no change" in markdown(changes)


def test_what_was_not_compared_is_told_with_its_reason() -> None:
    changes = compare(OLD, lost(OLD, "expired/renew/odbc18/sqlserver"))
    for text in (shown(changes), markdown(changes)):
        assert "1 cell" in text
        assert "no server" in text
        assert "expired/renew/odbc18/sqlserver" in text


def test_unstable_cells_are_told_with_their_distribution() -> None:
    repeats = [
        {"result": result, "code": "", "normalised": "", "seconds": 1} for result in ("refused", "connected", "refused")
    ]
    changes = compare(OLD, with_attempts(OLD, {"odbc18/expired/broken": {"repeats": repeats}}))
    for text in (shown(changes), markdown(changes)):
        assert "1 unstable cell" in text
        assert "2 times broken refused" in text
        assert "1 times broken connected" in text


def test_another_machine_or_server_is_told_because_it_explains_changes_that_are_no_clients() -> None:
    place = OLD.environment.model_copy(update={"system": "Ubuntu 24.04"})
    servers = [entry.model_copy(update={"implementation": "nginx 1.28"}) for entry in OLD.servers]
    changes = compare(OLD, OLD.model_copy(update={"environment": place, "servers": servers}))
    assert changes.groups == []
    for text in (shown(changes), markdown(changes)):
        assert "Debian GNU/Linux 12 -> Ubuntu 24.04" in text
        assert "nginx 1.22.1 -> nginx 1.28" in text
    assert compare(OLD, OLD).around == []


def test_markdown_has_a_row_for_each_change_and_folds_the_rest() -> None:
    text = markdown(compare(OLD, worse()))
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 2 + 2
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 7 for line in table)
    assert table[2].startswith("| 1 | **Security regression**: requests: no longer checks the dates | expired |")
    assert table[3].startswith("| 2 | odbc18: another text | expired, name-mismatch, untrusted-ca | SSL | TLS |")
    assert text.count("<details>") == text.count("</details>") == 2
    assert "\n```diff\n- SSL Provider" in text


def test_what_clients_say_cannot_break_the_page_or_drive_the_terminal() -> None:
    nasty = "```\n</details> | \x1b[2J <script>"
    changes = compare(OLD, with_attempts(OLD, {"odbc18/expired/broken": {"text": nasty, "code": "a|b`c"}}))
    text = markdown(changes)
    assert "````diff" in text
    assert "\x1b" not in text + shown(changes)
    assert r"a\|b\`c" in text


@given(st.text(alphabet="ab \n", max_size=400), st.text(alphabet="ab \n", max_size=400))
def test_an_excerpt_keeps_every_difference(old: str, new: str) -> None:
    pieces = list(difference(old, new))
    kept = list(excerpt(pieces))
    changed = [piece for piece in pieces if piece.part is not Part.SAME]
    assert [piece for piece in kept if piece.part is not Part.SAME] == changed
    assert all(piece.part is not Part.SAME or len(piece.text) <= 99 for piece in kept)
