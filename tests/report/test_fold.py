"""The report at full size: sixty scenarios, forty clients, every way in which cells can come out."""

from collections.abc import Iterable

import pytest

from tests.report.consoles import Screen
from tests.report.invented import attempt, cell, client, finding, full_record, not_played, record, verifies_nothing
from tlslab.model.record import CellEntry, Record
from tlslab.report import fold
from tlslab.report.terminal import show_matrix

CALM = ("expired", "self-signed", "untrusted-ca", "name-mismatch")


def report(of: Record, width: int = 80, *, wide: bool = False) -> list[str]:
    screen = Screen(width, terminal=True)
    show_matrix(of, screen.console, wide=wide)
    return screen.lines


def copies(of: Record, scenarios: int, clients: int) -> Record:
    """A record with so many scenarios and clients: copies of those of another, each under a name of its own."""
    there = list(dict.fromkeys(cell.scenario for cell in of.cells))
    who = list(dict.fromkeys(cell.client for cell in of.cells))
    named = {name: [f"{name}-{number}" for number in range(clients)] for name in who}
    by_place: dict[tuple[str, str], list[CellEntry]] = {}
    for entry in of.cells:
        by_place.setdefault((entry.scenario, entry.client), []).append(entry)
    made: list[CellEntry] = []
    for number in range(scenarios):
        source = there[number % len(there)]
        scenario = f"{source}.case-{number}" if number >= len(there) else source
        for each in range(clients):
            name = who[each % len(who)]
            copy = named[name][each // len(who)] if each >= len(who) else name
            for entry in by_place.get((source, name), []):
                identity = f"{scenario}/{entry.fix}/{copy}/{entry.kind}"
                why = entry.broken_judgement.why.replace(f"{name} cannot express", f"{copy} cannot express")
                judged = entry.broken_judgement.model_copy(update={"why": why})
                new = {"id": identity, "scenario": scenario, "client": copy, "broken_judgement": judged}
                made.append(entry.model_copy(update=new))
    here = [client(name).model_copy(update={"name": copy}) for name in who for copy in (name, *named[name])]
    names = {entry.client for entry in made}
    return of.model_copy(update={"cells": made, "clients": [entry for entry in here if entry.name in names]})


GREAT = copies(full_record(), 60, 40)


def calm(clients: Iterable[str], scenarios: Iterable[str] = CALM) -> list[CellEntry]:
    return [cell(f"{scenario}/renew/{name}/https") for scenario in scenarios for name in clients]


@pytest.mark.parametrize("width", [80, 160])
def test_a_great_record_is_short_and_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert (len({cell.scenario for cell in GREAT.cells}), len({cell.client for cell in GREAT.cells})) == (60, 40)
    lines = report(GREAT, width)
    assert all(len(line) <= width for line in lines if "./tlslab" not in line and "apt-get" not in line)
    assert len(lines) < 300
    assert len(lines) < len(report(GREAT, width, wide=True))


def test_a_great_record_in_which_all_is_calm_is_a_line_or_two_for_each_scenario() -> None:
    of = record([entry for entry in full_record().cells if entry.as_expected and entry.client in ("curl", "odbc18")])
    assert len(report(copies(of, 60, 40))) < 100


def test_findings_come_first() -> None:
    assert report(GREAT)[0] == "135 findings, for 7 reasons"
    assert report(record(calm(["curl", "wget"])).model_copy(update={"attempts": [attempt("a")]}))[0].startswith(
        "No finding; "
    )


def test_clients_in_which_the_same_goes_wrong_are_one_finding() -> None:
    of = record([finding(f"{scenario}/renew/{name}/https", "other-error", "says so") for scenario in CALM[:2]
                 for name in ("wget", "curl")])  # fmt: skip
    assert report(of)[1:4] == [
        "  1. curl, wget, HTTPS: other error",
        "     the client says so",
        "     in expired, self-signed",
    ]


def test_many_findings_are_told_by_the_wide_report() -> None:
    many = [finding(f"expired/renew/c-{n}/https", "other-error", f"says {n}") for n in range(18)]
    text = "\n".join(report(record(many, clients=[])))
    assert "  8. " in text
    assert "  9. " not in text
    assert "  and 10 more reasons:\n     ./tlslab report --wide\n" in text
    assert "  18. " in "\n".join(report(record(many, clients=[]), wide=True))


def test_a_finding_in_many_scenarios_names_the_first_ones() -> None:
    of = record([finding(f"case-{n}/renew/curl/https", "other-error", "x") for n in range(20)])
    assert "     in case-0, case-1, case-2, case-3, case-4, case-5, case-6, and 13 more" in report(of)
    assert "case-19" in "".join(report(of, wide=True)[:6])


def test_clients_that_behave_alike_share_a_column() -> None:
    odd = [verifies_nothing("expired/renew/wget/https"), verifies_nothing("expired/renew/httpx/https")]
    rest = calm(["wget", "httpx"], CALM[1:])
    lines = report(record([*calm(["curl", "openssl", "requests"]), *odd, *rest]))
    assert "  curl +2: curl, openssl, requests" in lines
    assert "  httpx +1: httpx, wget" in lines
    head = next(line for line in lines if line.split() == ["curl", "+2", "httpx", "+1"])
    failure = lines[lines.index(head) + 1]
    assert failure.split() == ["expired", "✓", "documented", "→", "connects"]


def test_lines_that_are_the_same_for_all_are_told_in_words_below_the_differences() -> None:
    lines = report(record([*calm(["curl", "wget"], CALM[1:]), cell("expired/renew/curl/https"),
                           verifies_nothing("expired/renew/wget/https")]))  # fmt: skip
    same = lines.index("The same for curl and wget of HTTPS")
    assert lines.index("HTTPS: where clients differ") < same
    assert lines[same + 1].split() == ["✓", "self-signed,", "untrusted-ca,", "name-mismatch"]
    assert lines[same + 2].split() == ["✓", "renew"]


def test_a_client_that_cannot_play_a_line_makes_no_difference_and_is_counted() -> None:
    cells = [*calm(["curl", "wget"]), not_played("expired/renew/httpx/https", "excluded", "no option"),
             *calm(["httpx"], CALM[1:])]  # fmt: skip
    lines = report(record(cells))
    at = lines.index("  ✓  expired (by 2 of 3)")
    assert lines[at + 1].split() == ["✓", "renew", "(by", "2", "of", "3)"]


def test_scenarios_in_which_clients_differ_in_the_same_way_share_their_lines() -> None:
    cells = [entry for name in CALM for entry in
             (cell(f"{name}/renew/curl/https"), verifies_nothing(f"{name}/renew/wget/https"))]  # fmt: skip
    lines = report(record(cells))
    assert "  expired +3: expired, self-signed, untrusted-ca, name-mismatch" in lines
    at = lines.index("  expired +3: expired, self-signed, untrusted-ca, name-mismatch")
    assert [line.split()[0] for line in lines[at + 2 : at + 4]] == ["expired", "renew"]
    assert lines[at + 4] == ""


def test_reasons_that_clients_always_have_are_one_line_and_the_command_that_lists_them() -> None:
    why = "httpx cannot express the fix: it has no option for that"
    of = record([*calm(["curl"]), not_played("expired/renew/httpx/https", "excluded", why)])
    text = "\n".join(report(of))
    assert "all because the client has no way to say it (1 reason):\n     ./tlslab report --wide\n" in text
    assert "it has no option for that" not in text
    assert "  1  httpx: it has no option for that" in report(of, wide=True)


def test_the_wide_report_has_a_column_for_each_client_and_every_line() -> None:
    head = next(line for line in report(record(calm(["curl", "wget"])), wide=True) if "wget" in line)
    assert head.split() == ["curl", "wget"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([*calm(["curl"]), finding("expired/renew/wget/https", "no-answer", "x")], "report --cell expired/renew/wget/"),
        ([*calm(["curl"]), not_played("expired/renew/wget/https", "lab-error", "x")], "report --cell expired/renew/w"),
        ([*calm(["curl"]), verifies_nothing("expired/renew/wget/https")], "show expired --client wget"),
        (calm(["curl"]), "report --wide"),
    ],
    ids=["a finding", "a failure of the lab", "a difference", "nothing of note"],
)
def test_the_last_line_says_what_to_do_next(cells: list[CellEntry], words: str) -> None:
    assert report(record(cells))[-1].startswith(f"Next: ./tlslab {words}")


def test_a_client_whose_one_text_stands_for_most_failures_is_marked_in_table_and_legend() -> None:
    cells: list[CellEntry] = []
    attempts = []
    for scenario in CALM:
        for name in ("tsql", "odbc18"):
            identity = f"{name}-{scenario}"
            said = "Connection failed" if name == "tsql" else scenario
            attempts.append(attempt(identity, client=name, normalised=said))
            cells.append(cell(f"{scenario}/renew/{name}/sqlserver", acts={"broken": identity}))
    cells.append(verifies_nothing("not-yet-valid/renew/tsql/sqlserver"))
    cells.append(cell("not-yet-valid/renew/odbc18/sqlserver"))
    of = record(cells, attempts=attempts)
    assert fold.same_text(of) == {"tsql": (4, 4)}
    lines = report(of)
    assert ["odbc18", "tsql="] in [line.split() for line in lines]
    assert any(line.startswith("  =  behind a client: one text for most failures") for line in lines)
    assert "tsql (4 of 4)" in "\n".join(lines)
