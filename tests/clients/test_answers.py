"""The answers of probes: what a line of JSON comes to, and what its absence means."""

import pytest

from tlslab.clients.answers import read_answer
from tlslab.model.outcome import Completed, Result


def test_connected() -> None:
    line = '{"connected": true, "text": "HTTP 200", "code": "", "encrypted": true, "tls_version": "TLSv1.3"}\n'
    outcome = read_answer(Completed(0, line, "", 0.1))
    assert (outcome.result, outcome.encrypted, outcome.tls_version) == (Result.CONNECTED, True, "TLSv1.3")


def test_refused_keeps_text_and_code() -> None:
    line = '{"connected": false, "text": "a\\nb \\u2018c\\u2019", "code": "ESOCKET", "encrypted": null}\n'
    outcome = read_answer(Completed(0, line, "a warning\n", 0.1))
    assert outcome.result is Result.REFUSED
    assert outcome.text == "a\nb \u2018c\u2019"
    assert (outcome.code, outcome.encrypted) == ("ESOCKET", None)


def test_last_answer_counts_whatever_was_printed_before() -> None:
    stdout = 'a driver talks\n{"connected": true, "text": "", "code": ""}\n'
    assert read_answer(Completed(0, stdout, "", 0.1)).result is Result.CONNECTED


def test_connected_must_be_true_itself() -> None:
    assert read_answer(Completed(0, '{"connected": "yes"}\n', "", 0.1)).result is Result.REFUSED


@pytest.mark.parametrize(
    ("status", "stdout"),
    [(1, ""), (0, ""), (-11, ""), (0, "not json\n"), (0, "[1]\n"), (0, '{"text": "no answer"}\n')],
)
def test_probe_without_an_answer_has_crashed(status: int, stdout: str) -> None:
    outcome = read_answer(Completed(status, stdout, "Traceback: it broke\n", 0.1))
    assert (outcome.result, outcome.text, outcome.exit_status) == (
        Result.CRASHED,
        "Traceback: it broke\n",
        status,
    )


def test_what_is_nested_too_deeply_is_no_answer() -> None:
    line = '{"connected": ' + "[" * 100_000 + "\n"
    assert read_answer(Completed(0, line, "", 0.1)).result is Result.CRASHED
