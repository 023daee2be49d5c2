"""The commands that look: a text finds its scenario, one client its part of a lesson, a long lesson a pager."""

import click
import pytest

from tests.report.consoles import Screen
from tlslab import catalogue, cli
from tlslab.commands.shared import Exit, paged
from tlslab.report.listing import with_text

CATALOGUE = catalogue.load()


@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        (
            "curl: (60) SSL certificate problem: certificate has expired",
            ["cross-signed.expired-root", "expired", "expired-issuer", "expired-root", "not-reloaded"],
        ),
        ("CERTIFICATE has  expired", ["client-certificate.expired", "cross-signed.expired-root", "expired"]),
        (
            "code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }",
            [
                *(
                    "fallback-certificate.negative-serial",
                    "fallback-certificate.sha1",
                    "fallback-certificate.version-1",
                ),
                *("self-signed", "self-signed.end-entity", "strict.self-signed", "untrusted-ca.fallback"),
            ],
        ),
        ("network.tlskey", ["unreadable-key"]),
        ("nobody says this", []),
    ],
    ids=["a whole message", "a part of one", "a code", "words of a lesson", "nothing"],
)
def test_a_text_finds_the_scenarios_that_have_it(text: str, scenarios: list[str]) -> None:
    found = [item.id for item in with_text(CATALOGUE.scenarios, CATALOGUE.knowledge, text)]
    assert found[: len(scenarios)] == scenarios
    assert bool(found) is bool(scenarios)


def test_a_list_of_a_text_says_what_shows_the_lesson(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run_command(["list", "certificate has expired"]) == Exit.AS_EXPECTED
    said = capsys.readouterr()
    assert said.out.startswith("client-certificate.expired  ")
    assert "show client-certificate.expired\n" in said.err


@pytest.mark.parametrize(
    ("arguments", "tip"),
    [
        (["list", "nobody says this"], "nothing here says 'nobody says this'"),
        (["list", ""], "it is empty"),
        (["show", "expired", "--client", "odbc"], "nothing is called 'odbc'. Did you mean odbc18"),
        (["show", "unreadable-key", "--client", "curl"], "curl speaks HTTPS only; unreadable-key concerns SQL Server"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(
    arguments: list[str], tip: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run_command(arguments) == Exit.USAGE
    assert tip in capsys.readouterr().err


def test_a_lesson_for_one_client_leaves_the_others_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run_command(["show", "expired", "--client", "wget"]) == Exit.AS_EXPECTED
    said = capsys.readouterr().out
    assert "GNU Wget" in said
    assert "odbc18" not in said


@pytest.fixture
def through_pager(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went through a pager."""
    texts: list[str] = []
    monkeypatch.setattr(click, "echo_via_pager", lambda text, color: texts.append(text))
    monkeypatch.delenv("NO_PAGER", raising=False)
    return texts


def printed(screen: Screen, lines: int, *, no_pager: bool = False) -> None:
    with paged(screen.console, no_pager=no_pager) as console:
        for number in range(lines):
            console.print(f"line {number}")


def test_what_is_longer_than_the_terminal_goes_through_a_pager(through_pager: list[str]) -> None:
    printed(Screen(terminal=True), 200)
    (text,) = through_pager
    assert text.splitlines()[-1] == "line 199"


def test_what_fits_is_printed(through_pager: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    printed(Screen(terminal=True), 2)
    assert capsys.readouterr().out.split("\n") == ["line 0", "line 1", ""]
    assert not through_pager


@pytest.mark.parametrize("why", ["a pipe", "--no-pager", "NO_PAGER"])
def test_nothing_goes_through_a_pager_where_it_is_not_wanted(
    why: str, through_pager: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if why == "NO_PAGER":
        monkeypatch.setenv("NO_PAGER", "1")
    screen = Screen(terminal=why != "a pipe")
    printed(screen, 200, no_pager=why == "--no-pager")
    assert screen.lines[-1] == "line 199"
    assert not through_pager
