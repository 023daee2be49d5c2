import re
from typing import Any

import pytest

from tests.report.consoles import Screen
from tests.report.invented import (
    cell,
    client,
    finding,
    fix_finding,
    full_record,
    judgement,
    never_connects,
    not_played,
    record,
    verifies_nothing,
)
from tlslab.model.record import ClientEntry
from tlslab.report.findings import findings
from tlslab.report.servers import server_title, stand_ins
from tlslab.report.terminal import show_matrix


def shown(screen: Screen, **changes: Any) -> Screen:
    show_matrix(full_record(), screen.console, **changes)
    return screen


@pytest.mark.parametrize("width", [80, 120, 160])
def test_only_commands_to_copy_are_wider_than_the_terminal(width: int) -> None:
    lines = shown(Screen(width, terminal=True)).lines
    assert all("./tlslab" in line or "apt-get" in line for line in lines if len(line) > width)


def test_no_colour_leaves_no_escape_sequence() -> None:
    assert "\x1b" not in shown(Screen(terminal=True)).text


def test_colours_are_used_where_they_are_wanted() -> None:
    assert "\x1b[" in shown(Screen(terminal=True, colour=True)).text


def test_a_terminal_without_utf8_gets_ascii() -> None:
    assert shown(Screen(encoding="ascii")).text.isascii()


def test_the_two_kinds_of_server_have_a_table_each_and_stand_ins_are_called_so() -> None:
    text = shown(Screen(160)).text
    assert "\nHTTPS: where clients differ\n" in text
    assert "\nTDS endpoint (stand-in): where clients differ\n" in text
    assert "SQL Server is played by the lab's TDS endpoint 0.1.0, not by SQL Server." in text


def test_a_real_server_is_not_called_a_stand_in() -> None:
    assert [phrases[0] for phrases in stand_ins(full_record())] == ["SQL Server is played by"]


def test_where_a_stand_in_plays_some_of_the_servers_it_is_said_how_many_and_the_kind_has_its_real_name() -> None:
    record = full_record()
    real = record.servers[0].model_copy(update={"kind": "sqlserver", "real": True})
    mixed = record.model_copy(update={"servers": [real, *record.servers]})
    assert next(stand_ins(mixed))[0] == "1 of 2 SQL Server servers is played by"
    assert server_title(mixed, "sqlserver") == "SQL Server"


def test_the_names_in_a_sentence_about_a_stand_in_are_not_parted() -> None:
    lines = [line.rstrip() for line in shown(Screen(60, terminal=True)).lines]
    at = lines.index("SQL Server is played by the lab's TDS endpoint 0.1.0,")
    assert lines[at + 1] == "not by SQL Server."


def test_the_legend_explains_what_is_shown_and_nothing_else() -> None:
    screen = Screen()
    show_matrix(record([cell("expired/renew/curl/https")]), screen.console)
    assert "✓  as documented: refuses with that error (or hangs, or crashes)\n" in screen.text
    assert "✓  the fix cures: connects, still refuses an impostor\n" in screen.text
    for absent in ("connects all the same", "bypass", "half open", "a finding", "only this lab has seen"):
        assert absent not in screen.text


def test_the_legend_has_no_heading_without_a_mark_below_it() -> None:
    screen = Screen()
    show_matrix(record([never_connects("expired/renew/curl/https", "no ciphers")]), screen.console)
    assert "at a failure: how" in screen.text
    assert "✓" not in screen.text


def test_the_legend_does_not_call_documented_what_a_sign_says_is_not() -> None:
    connects = finding("expired/renew/curl/https", "unexpected-connection", "connects, and nothing says that it would")
    screen = Screen()
    show_matrix(record([connects]), screen.console)
    assert "C  connects, although it should refuse\n" in screen.text
    assert "as documented: " not in screen.text
    assert "!  behind a mark: a finding, not what is documented" in screen.text


def test_observed_evidence_is_told_apart_in_table_legend_and_sum() -> None:
    screen = Screen(160)
    observed = cell("expired/renew/curl/https", broken_judgement=judgement(basis="observed"))
    show_matrix(record([observed, cell("expired/renew/wget/https")]), screen.console)
    assert re.search(r"^expired +✓\* documented +✓  documented$", screen.text, re.MULTILINE)
    assert "*  behind a mark: only this lab has seen that, a baseline" in screen.text
    assert "2 failed as documented (1 by observation only)" in screen.text


def test_a_failing_broken_act_is_one_finding_for_all_its_fixes() -> None:
    cells = [finding(f"self-signed/{fix}/curl/https", "other-error", "says something else") for fix in ("one", "two")]
    (only,) = findings(record(cells))
    assert only.places == ["self-signed"]
    assert only.why == "the client says something else"
    assert len(only.cells) == 2


def test_a_failing_fix_names_the_fix() -> None:
    (only,) = findings(record([fix_finding("expired/renew/curl/https", "not-cleared", "after the fix it still fails")]))
    assert only.places == ["expired (renew)"]
    assert "not cleared" in only.title


def test_findings_have_the_command_that_shows_them() -> None:
    text = shown(Screen(), command="tlslab", file="my record.json").text
    where = "name-mismatch/connect-by-the-certificate-name/python-tds/sqlserver"
    assert f"tlslab report 'my record.json' --cell {where}" in text


def test_a_failure_of_the_lab_is_not_called_a_finding() -> None:
    screen = Screen()
    failed = not_played("expired/renew/curl/https", "lab-error", "no control")
    show_matrix(record([failed]), screen.console)
    assert "The lab itself failed in 1 cell" in screen.text
    assert "; no finding; " in screen.text
    assert "!" not in screen.text


def test_clients_share_a_reason_why_cells_are_impossible() -> None:
    text = shown(Screen(), wide=True).text
    assert "12 cells cannot be played\n" in text
    assert "6  pymssql, tdsodbc, tsql: FreeTDS has no option for the highest TLS version" in text


def test_missing_clients_come_with_the_command_that_brings_them() -> None:
    lines = shown(Screen()).lines
    at = lines.index("  tedious: Node is missing")
    assert lines[at + 2].strip() == "apt-get install -y --no-install-recommends nodejs npm"


def placed(name: str, place: str, *, missing: str = "", how_to_get: str = "") -> ClientEntry:
    return client(name).model_copy(update={"name": f"{name}:{place}", "missing": missing, "how_to_get": how_to_get})


def test_a_place_of_which_nothing_is_here_is_told_in_words_and_has_no_columns() -> None:
    gone = {"missing": "the image x:1", "how_to_get": "docker pull x:1"}
    found = record(
        [
            cell("expired/renew/curl:one/https"),
            not_played("expired/renew/curl:two/https", "missing", "the image x:1"),
            not_played("expired/renew/wget:two/https", "missing", "the image x:1"),
        ],
        clients=[placed("curl", "one"), placed("curl", "two", **gone), placed("wget", "two", **gone)],
    )
    screen = Screen(160)
    show_matrix(found, screen.console)
    assert "curl:one" in screen.text
    assert "curl:two" not in screen.text
    assert "-  not installed" not in screen.text
    assert "2 clients not here\n  every client of two: the image x:1 is missing\n" in screen.text
    assert "  this brings them:\n     docker pull x:1\n" in screen.text


def test_clients_that_cannot_in_every_place_are_named_once() -> None:
    why = "{} cannot express the fix: it has no option for that"
    names = [f"{name}:{place}" for name in ("curl", "wget") for place in ("one", "two")]
    cells = [not_played(f"expired/renew/{name}/https", "excluded", why.format(name)) for name in names]
    clients = [placed(*name.split(":")) for name in names]
    screen = Screen(160)
    show_matrix(record(cells, clients=clients), screen.console, wide=True)
    assert "  4  curl, wget in every distribution: it has no option for that\n" in screen.text
    screen = Screen(160)
    show_matrix(record(cells, clients=[*clients, placed("curl", "three")]), screen.console, wide=True)
    assert "  4  curl, wget on one, two: it has no option for that\n" in screen.text
    screen = Screen(160)
    show_matrix(record(cells[:3], clients=clients), screen.console, wide=True)
    assert "  3  curl:one, curl:two, wget:one: it has no option for that\n" in screen.text


def test_where_nothing_at_all_is_here_the_table_says_so() -> None:
    gone = {"missing": "the image x:1", "how_to_get": "docker pull x:1"}
    cells = [not_played("expired/renew/curl:two/https", "missing", "the image x:1")]
    screen = Screen(160)
    show_matrix(record(cells, clients=[placed("curl", "two", **gone)]), screen.console)
    assert "1 client not here\n  curl:two: the image x:1 is missing\n" in screen.text
    assert screen.lines[-1] == "Next: docker pull x:1"


def test_the_closing_line_counts() -> None:
    closing = shown(Screen(300)).lines[-2]
    assert closing.startswith(
        "304 cells: 224 failed as documented (19 by observation only), 37 connected as documented, 1 connected "
        "unexpectedly, 3 with another error, 1 without an answer, 1 of clients that never connect, "
    )
    assert (
        " 1 lost to the lab; 181 fixes cure, 1 is a partial bypass, 81 are bypasses, 1 does not clear, 1 breaks its "
        "promise, 1 is unproven; 9 findings; "
    ) in closing
    assert closing.endswith("; 60 attempts in 61.4 s")


def test_every_cell_is_counted_once() -> None:
    total, _, told = shown(Screen(300)).lines[-2].partition(" cells: ")
    broken, fixes, *_ = told.split("; ")
    assert sum(int(part.split()[0]) for part in broken.split(", ")) == int(total)
    judged = [cell for cell in full_record().cells if cell.fix_verdict]
    assert sum(int(part.split()[0]) for part in fixes.split(", ")) == len(judged)


def test_clients_that_connect_all_the_same_and_that_never_connect_are_told_apart() -> None:
    screen = Screen(160)
    found = [verifies_nothing("expired/renew/curl/https"), never_connects("expired/renew/wget/https", "no ciphers")]
    show_matrix(record(found), screen.console)
    assert re.search(r"^expired +→  connects +0! never$", screen.text, re.MULTILINE)
    assert "→  connects all the same, as documented: it does not notice\n" in screen.text
    assert "0  connects to no server, not even to a good one\n" in screen.text
    assert (
        "2 cells: 1 connected as documented, 1 of clients that never connect; 1 is a bypass; 1 finding; " in screen.text
    )


def test_the_closing_line_is_parted_between_its_parts_only() -> None:
    text = shown(Screen(80, terminal=True)).text
    *lines, _ = text[text.index("304 cells:") :].splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line.endswith((",", ";")) for line in lines[:-1])
    assert " ".join(lines) == shown(Screen(300)).lines[-2]


def test_what_clients_say_cannot_drive_the_terminal() -> None:
    screen = Screen(terminal=True)
    show_matrix(record([finding("expired/renew/curl/https", "other-error", "\x1b[2Jgone [bold]")]), screen.console)
    assert "\x1b" not in screen.text
    assert r"\x1b[2Jgone [bold]" in screen.text


def test_a_reason_of_the_stage_is_told_once_for_all_clients() -> None:
    screen = Screen()
    why = "the local stage cannot keep a server from its key"
    cells = [
        not_played(f"unreadable-key/give-files-to-account/{name}/sqlserver", "excluded", why)
        for name in ("odbc18", "tsql")
    ]
    show_matrix(record(cells), screen.console)
    assert f"  2  odbc18, tsql: {why}" in screen.text


def test_a_part_of_a_run_says_so_first_and_proves_nothing_yet() -> None:
    screen = Screen(80)
    part = record([cell("expired/renew/curl/https")]).model_copy(update={"interrupted": True})
    show_matrix(part, screen.console)
    assert screen.lines[0].strip() == "The run was interrupted: this is a part of it."
    assert screen.lines[1].startswith("No finding so far; ")
