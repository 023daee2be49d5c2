"""The command `explain`: a text, a file, standard input; for people and as JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tlslab.commands.explain import explain
from tlslab.report.printable import printable

SELF_SIGNED = "curl: (60) SSL certificate problem: self-signed certificate"
Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    def started(*arguments: str, given: str | bytes | None = None) -> Result:
        return CliRunner().invoke(explain, list(arguments), input=given)

    return started


def candidates(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)["candidates"]
    return found


def test_json_has_the_causes_best_first(run: Run) -> None:
    (only,) = candidates(run("--json", SELF_SIGNED))
    assert only["cause"] == "the server's certificate is self-signed"
    assert only["scenarios"][0] == "self-signed"
    assert only["certainty"] == "the text is said of this cause alone"
    assert only["texts"][0]["found"] == SELF_SIGNED
    assert [fix["claim"] for fix in only["fixes"]] == ["cure", "cure", "bypass"]
    assert only["play"].endswith("run --scenario self-signed --client curl")


def test_json_has_no_candidates_when_nothing_is_known(run: Run) -> None:
    assert candidates(run("--json", "the printer is on fire")) == []


def test_words_without_quotes_are_one_text(run: Run) -> None:
    assert candidates(run("--json", *SELF_SIGNED.split())) == candidates(run("--json", SELF_SIGNED))


def test_standard_input_and_a_file_are_read_like_a_text(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "error.log"
    log.write_text(f"one line\n{SELF_SIGNED}\n")
    from_file, from_input = candidates(run("--json", str(log))), candidates(run("--json", "-", given=log.read_bytes()))
    assert from_file == from_input
    assert from_file[0]["texts"][0]["line"] == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_of_powershell_is_read(run: Run, tmp_path: Path, encoding: str) -> None:
    log = tmp_path / "error.log"
    log.write_text(SELF_SIGNED, encoding=encoding)
    assert candidates(run("--json", str(log)))[0]["scenarios"][0] == "self-signed"


def test_a_client_or_a_library_narrows_it_down(run: Run) -> None:
    text = "unable to verify the first certificate"
    assert candidates(run("--json", "--client", "openssl", text))
    assert candidates(run("--json", "--client", "go", text)) == []
    wrong = run("--client", "nobody", text)
    assert wrong.exit_code == 2
    assert "nothing is called 'nobody'" in wrong.output


def test_the_system_narrows_it_down(run: Run) -> None:
    text = (
        "Certificate name mismatch. The provided 'DataSource' or 'HostNameInCertificate' does not match the name in "
        "the certificate."
    )
    assert candidates(run("--json", "--os", "linux", text))
    assert candidates(run("--json", "--os", "windows", text)) == []


def test_the_answer_comes_first_and_the_sources_last(run: Run) -> None:
    lines = run(SELF_SIGNED).stdout.splitlines()
    assert lines[0] == "The server's certificate is self-signed."
    assert lines[-1].strip().startswith("https://")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("certificate verify failed", "The text does not say what is wrong"),
        ("Login failed for user 'sa'.", "TLS is not the cause."),
        ("the printer is on fire", "Nothing here is known"),
    ],
)
def test_what_names_no_cause_is_said_so_with_what_to_ask_next(run: Run, text: str, answer: str) -> None:
    shown = run(text).stdout
    assert shown.startswith(answer)
    assert "HOST" in shown or "errorlog" in shown


def test_openssl_is_not_sent_to_look_inside_tds(run: Run) -> None:
    shown = run("--client", "odbc18", "certificate verify failed").stdout
    assert "nmap" in shown
    assert "-connect HOST:443" not in shown


HOSTILE = [
    b"\x1b]0;title\x07\x1b[2J" + SELF_SIGNED.encode() + b"\x1b[31m\r\n\x00\x08",
    b"\x7fELF" + bytes(range(256)) * 100,
    b"\xff" * 10_000,
    b"a" * 1_000_000,
    "\u202e\u2066\u200b".encode() * 1000 + SELF_SIGNED.encode(),
    b"",
    b"\n" * 10_000,
]


@pytest.mark.parametrize("given", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_hostile_text_is_answered_with_a_sentence_that_is_safe_to_print(
    run: Run, given: bytes, options: tuple[str, ...]
) -> None:
    result = run(*options, "-", given=given)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip()
    assert printable(result.stdout) == result.stdout


def test_what_is_no_text_is_said_so(run: Run) -> None:
    assert "no text" in run("-", given=b"\x7fELF" + b"\0" * 1000).stderr
    assert "nothing to read" in run("-", given=b"").stderr


def test_a_directory_and_an_empty_text_are_wrong_usage(run: Run, tmp_path: Path) -> None:
    assert run(str(tmp_path)).exit_code == 2
    assert run(" ").exit_code == 2
