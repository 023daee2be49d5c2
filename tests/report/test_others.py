"""What a fix does to other hosts, for people: in the lesson, in the report of a run, in a cell and in its story."""

from tests.report.consoles import Screen
from tests.report.invented import attempt, attempts, cell, judgement, record
from tlslab import catalogue
from tlslab.clients import all_clients
from tlslab.model.record import CellEntry
from tlslab.report.cell import show_cell
from tlslab.report.lesson import show_lesson, show_lesson_for
from tlslab.report.others import show_others
from tlslab.report.story import show_story

KNOWN = catalogue.load()
CLIENTS = {client.name: client for client in all_clients()}
LESSON = KNOWN.scenario("self-signed")
BREAKS = "it replaces the client's own store: other hosts break"
KEEPS = "it adds to the client's own store: other hosts still connect"


def visited(client: str, kind: str, others: str, **changes: object) -> CellEntry:
    acts = {f"bystander:{when}": f"a-{client}-control" for when in ("before", "after")}
    given = cell(f"self-signed/trust-certificate/{client}/{kind}")
    update = {"acts": given.acts | acts, "others": others, "others_judgement": judgement(why="so it is"), **changes}
    return given.model_copy(update=update)


def unvisited(client: str, kind: str, why: str) -> CellEntry:
    given = cell(f"self-signed/trust-certificate/{client}/{kind}")
    return given.model_copy(update={"others_judgement": judgement(why=why, basis="")})


def told(*cells: CellEntry, all_of_them: str = "") -> str:
    screen = Screen(200)
    show_others(record(list(cells)), screen.console, all_of_them)
    return screen.text


def test_the_lesson_says_for_each_client_and_fix_whether_other_hosts_break_and_where_that_stands() -> None:
    screen = Screen(10_000)
    show_lesson(LESSON, list(CLIENTS.values()), KNOWN.knowledge, screen.console)
    fix = screen.text[screen.text.index("Fix trust-certificate") : screen.text.index("Fix replace-by-ca-signed")]
    adds, replaces = fix.index(KEEPS), fix.index(BREAKS)
    assert adds < fix.index("      curl: --cacert") < replaces < fix.index("      urllib: with cafile")
    assert "pymssql, pymssql.keyword, tdsodbc, tsql: no other host to lose: FreeTDS has no default trust" in fix
    assert "      node-fetch: NODE_EXTRA_CA_CERTS adds" in fix
    assert "CPython, Lib/ssl.py (create_default_context" in screen.text
    # The other fixes do not touch what the client trusts.
    assert "other hosts" not in screen.text[screen.text.index("Fix replace-by-ca-signed") :]


def test_a_lesson_for_one_client_says_it_of_that_client() -> None:
    screen = Screen(10_000)
    show_lesson_for(LESSON, [CLIENTS["go-https"]], KNOWN.knowledge, screen.console, "./tlslab show self-signed")
    assert BREAKS in screen.text
    assert KEEPS not in screen.text


def test_the_report_of_a_run_names_the_clients_for_which_other_hosts_break() -> None:
    text = told(
        visited("urllib", "https", "broken"), visited("requests", "https", "broken"), visited("curl", "https", "kept")
    )
    assert f"  {BREAKS}: requests, urllib\n" in text
    assert f"  {KEEPS}: curl\n" in text


def test_why_a_client_visits_no_other_host_is_told_where_everything_is() -> None:
    cells = visited("curl", "https", "kept"), unvisited("tsql", "sqlserver", "it trusts nobody")
    assert "tsql: it trusts nobody" in told(*cells)
    short = told(*cells, all_of_them="./tlslab report --wide")
    assert "no other host was visited by tsql:" in short
    assert "./tlslab report --wide" in short
    assert "it trusts nobody" not in short


def test_a_run_without_such_a_fix_says_nothing() -> None:
    assert told(cell("expired/renew/curl/https")) == ""


def test_a_cell_shows_both_visits_behind_the_impostors_and_what_they_came_to() -> None:
    entry = visited("curl", "https", "broken")
    screen = Screen(200)
    show_cell(record([entry], attempts=attempts("curl", "s2")), entry, screen.console)
    text = screen.text
    assert "other hosts: ✗ broken, as expected" in text
    assert (
        text.index("\n4 impostor stranger") < text.index("\n5a bystander before") < text.index("\n5b bystander after")
    )


def test_a_cell_whose_client_visits_nobody_says_why() -> None:
    entry = unvisited("tsql", "sqlserver", "no other host is visited: it trusts nobody")
    screen = Screen(200)
    show_cell(record([entry], attempts=attempts("tsql", "s1")), entry, screen.console)
    assert "other hosts: no other host is visited: it trusts nobody" in screen.text


def test_the_story_ends_with_the_other_hosts() -> None:
    entry = visited("curl", "https", "kept")
    fix = next(fix for fix in LESSON.fixes if fix.name == "trust-certificate")
    screen = Screen(120)
    source = record([entry], attempts=[*attempts("curl", "s2"), attempt("another")])
    show_story(source, entry, LESSON, fix, CLIENTS["curl"], screen.console)
    assert screen.text.index("3  The attack") < screen.text.index("4  Other hosts") < screen.text.index("trusted still")
