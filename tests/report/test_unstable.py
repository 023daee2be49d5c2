"""Cells that were repeated and did not always come out the same are told by the report of a run, once for each way."""

from tests.report.consoles import Screen
from tests.report.invented import cell, record
from tlslab.model.record import ShareEntry
from tlslab.report.terminal import show_matrix

SHARES = [
    ShareEntry(act="broken", result="refused", code="60", normalised="certificate has expired", count=4),
    ShareEntry(act="broken", result="timeout", code="", normalised="", count=1),
]


def shown(*names: str) -> str:
    cells = [cell(f"expired/renew/{name}/https", unstable=True, distribution=SHARES) for name in names]
    screen = Screen(100)
    show_matrix(record([*cells, cell("expired/renew/httpx/https")]), screen.console)
    return screen.text


def test_cells_with_one_distribution_are_told_as_one() -> None:
    text = shown("curl", "wget")
    assert "2 unstable cells" in text
    assert text.count("4 times broken refused, code 60: certificate has expired") == 1
    assert text.count("1 times broken timeout") == 1
    assert "in expired/renew/curl/https, expired/renew/wget/https" in text


def test_where_everything_is_stable_nothing_is_said() -> None:
    assert "unstable" not in shown()
