from tests.report.consoles import Screen
from tlslab.report.progress import Moving, Plain, watch


def play(screen: Screen, attempts: int) -> None:
    with watch(screen.console) as observer:
        observer.planned(3, attempts)
        observer.started(2, 0.5)
        for _ in range(attempts):
            observer.attempted("curl", "connected")
        observer.judged("expired/renew/curl/https", "curl", True, "shows: certificate has expired")
        observer.judged("self-signed/trust/curl/https", "curl", False, "says\nsomething else")
        observer.judged("self-signed/ignore/curl/https", "curl", False, "says\nsomething else")


def test_a_pipe_gets_few_plain_lines() -> None:
    screen = Screen()
    play(screen, 700)
    assert screen.lines[:3] == [
        "3 cells to play, 700 attempts",
        "2 servers up after 0.5 s",
        "70 of 700 attempts",
    ]
    assert len(screen.lines) == 2 + 10 + 1
    assert "\x1b" not in screen.text


def test_one_reason_of_one_client_is_told_once() -> None:
    screen = Screen()
    play(screen, 10)
    assert screen.lines[-1] == "not as expected: self-signed/trust/curl/https: says something else"


def test_the_number_of_unexpected_cells_counts_every_cell() -> None:
    screen = Screen()
    observer = Plain(screen.console)
    observer.planned(2, 1)
    observer.judged("expired/renew/curl/https", "curl", False, "why")
    observer.judged("expired/other/curl/https", "curl", False, "why")
    observer.attempted("curl", "refused")
    assert screen.lines[-1] == "1 of 1 attempt, 2 unexpected"


def test_a_terminal_gets_a_bar_with_the_findings_above_it() -> None:
    screen = Screen(terminal=True, colour=True)
    with watch(screen.console) as observer:
        assert isinstance(observer, Moving)
    play(screen, 5)
    assert "self-signed/trust/curl/https: says something else" in screen.text
    assert "5/5" in screen.text


def test_nothing_to_attempt_is_no_mistake() -> None:
    screen = Screen()
    play(screen, 0)
    assert screen.lines[0] == "3 cells to play, 0 attempts"
