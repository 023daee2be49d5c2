"""What a finished process comes to: hangs and deaths before words, and words that can be written down."""

import json

from tlslab.clients import all_clients
from tlslab.matrix.play import decide
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ServerKind, healthy

REQUESTS = next(client for client in all_clients() if client.name == "requests")
SITUATION = healthy(ServerKind.HTTPS)


def answer(**changes: object) -> str:
    return json.dumps({"connected": False, "text": "", "code": "", "encrypted": None, "tls_version": "", **changes})


def test_a_process_that_the_lab_had_to_end_is_a_timeout_whatever_it_said() -> None:
    outcome = decide(REQUESTS, SITUATION, Completed(None, answer(connected=True), "", 20.0))
    assert outcome.result is Result.TIMEOUT


def test_a_process_that_a_signal_killed_has_crashed_whatever_it_said() -> None:
    outcome = decide(REQUESTS, SITUATION, Completed(-11, answer(connected=True), "", 0.1))
    assert outcome.result is Result.CRASHED
    assert outcome.code == "signal 11"


def test_a_lone_surrogate_in_the_clients_words_can_be_recorded() -> None:
    outcome = decide(REQUESTS, SITUATION, Completed(0, answer(text="broken \ud800 text"), "", 0.1))
    assert outcome.result is Result.REFUSED
    assert outcome.text.encode("utf-8") == b"broken ? text"
