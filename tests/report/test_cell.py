from tests.report.consoles import Screen
from tests.report.invented import SAID, attempts, cell, judgement, never_connects, not_played, procedure, record
from tests.report.invented import shown as shown_of_trust_procedure
from tlslab.model.record import CellEntry, Record, SourceEntry
from tlslab.report.cell import select, show_cell
from tlslab.report.text import pieces, version_line

WHERE = "expired/renew/odbc18/sqlserver"


def played() -> Record:
    return record(
        [cell(WHERE), cell("expired/renew/curl/https")],
        attempts=attempts("odbc18", "s1") + attempts("curl", "s2"),
    )


def shown(source: Record, entry: CellEntry, *, with_trace: bool = False) -> str:
    screen = Screen()
    show_cell(source, entry, screen.console, with_trace=with_trace)
    return screen.text


def test_the_four_acts_come_in_the_order_of_play() -> None:
    text = shown(played(), played().cells[0])
    places = [
        text.index(f"\n{number} {act}  ")
        for number, act in enumerate(("control", "broken", "fixed", "impostor stranger"), start=1)
    ]
    assert places == sorted(places)


def test_impostors_share_the_number_of_their_act_and_say_what_they_do() -> None:
    source = played()
    acts = source.cells[0].acts
    entry = source.cells[0].model_copy(update={"acts": acts | {"impostor:neighbour": acts["impostor:stranger"]}})
    text = shown(source, entry)
    assert "\n4a impostor stranger  A stranger's server, with a certificate of its own.\n" in text
    assert "\n4b impostor neighbour  after the fix, an attacker with the same name" in text


def test_an_attempt_that_acts_share_is_shown_once() -> None:
    source = played()
    acts = source.cells[0].acts
    text = shown(source, source.cells[0].model_copy(update={"acts": acts | {"fixed": acts["control"]}}))
    third = text[text.index("\n3 fixed") : text.index("\n4 impostor")]
    assert third.splitlines()[2:] == [
        "  the same attempt as in the act control: equal situations are attempted once",
    ]


def test_an_exit_status_is_told_where_it_says_something() -> None:
    source = played()
    assert "refused, code 08001, exit status 1, 0.31 s" in shown(source, source.cells[0])
    ended = [entry.model_copy(update={"exit_status": 0}) for entry in source.attempts]
    assert "exit status" not in shown(source.model_copy(update={"attempts": ended}), source.cells[0])


def test_any_words_in_a_documented_text_are_an_ellipsis() -> None:
    entry = cell(WHERE, broken_judgement=judgement(why="shows: [error:{*}:SSL] is not trusted.{*}expired"))
    assert "shows: [error:…:SSL] is not trusted. … expired" in shown(
        record([entry], attempts=attempts("odbc18", "s1")), entry
    )
    screen = Screen(encoding="ascii")
    show_cell(record([entry], attempts=attempts("odbc18", "s1")), entry, screen.console)
    assert "shows: [error:...:SSL] is not trusted. ... expired" in screen.text


def test_a_failure_of_the_lab_is_no_opinion_on_the_client() -> None:
    entry = not_played(WHERE, "lab-error", "no control")
    text = shown(record([entry]), entry)
    assert "not played: L lab-error, which says nothing about the client" in text
    assert "NOT as expected" not in text


def test_the_tls_library_is_named_once() -> None:
    assert version_line("curl 7.88.1 (OpenSSL/3.0.19)", "OpenSSL of the system") == (
        "curl 7.88.1 (OpenSSL/3.0.19); TLS library of the system"
    )
    assert version_line("pymssql 2.4.6 (OpenSSL 1.1.1k)", "OpenSSL 1.1.1, bundled in the wheel") == (
        "pymssql 2.4.6 (OpenSSL 1.1.1k); TLS library bundled in the wheel"
    )
    assert version_line("OpenSSL 3.0 (Library: OpenSSL 3.0)", "OpenSSL of the system") == (
        "OpenSSL 3.0; TLS library of the system"
    )
    assert version_line("", "OpenSSL inside Node") == "does not say its version; TLS: OpenSSL inside Node"


def test_both_sides_are_quoted_verbatim() -> None:
    text = shown(played(), played().cells[0])
    assert f"│ {SAID}\n" in text
    assert "│ 2026-01-01 10:00:00.00 Logon  TLS handshake failed. [CLIENT: 127.0.0.1]\n" in text


def test_the_chain_is_shown_as_presented() -> None:
    text = shown(played(), played().cells[0])
    for line in (
        "subject   CN=db.lab.test",
        "issuer    CN=TLS Trust Lab Issuing CA",
        "names     db.lab.test",
        "valid     2026-01-01T10:00:00Z to 2026-04-01T10:00:00Z",
        "signed    sha256WithRSAEncryption",
    ):
        assert f"    {line}\n" in text


def test_the_verdict_comes_with_its_documentation() -> None:
    text = shown(played(), played().cells[0])
    assert "failure: ✓ as-documented, as expected\n    shows: SSL Provider" in text
    assert "basis:    authoritative (documented by the vendor or project)" in text
    assert "https://github.com/openssl/openssl/blob/master/crypto/x509/x509_txt.c" in text


def test_what_else_the_same_words_could_mean_is_told() -> None:
    entry = cell(WHERE, broken_judgement=judgement(also=["incomplete", "untrusted"]))
    source = played().model_copy(update={"cells": [entry]})
    assert "also:     the same words are documented for: incomplete, untrusted\n" in shown(source, entry)
    assert "also:" not in shown(played(), played().cells[0])


def test_a_client_that_never_connects_has_no_word_on_the_fix() -> None:
    entry = never_connects(WHERE, "nothing is wrong, and it does not connect: refused: no ciphers")
    text = shown(record([entry], attempts=attempts("odbc18", "s1")), entry)
    assert "failure: 0! never-connects, NOT as expected\n    nothing is wrong, and it does not connect" in text
    assert "fix: " not in text


def test_a_stand_in_is_called_so() -> None:
    source = played()
    assert "the lab's TDS endpoint 0.1.0 (a stand-in)" in shown(source, source.cells[0])
    assert "stand-in" not in shown(source, source.cells[1])


def test_the_trace_is_counted_and_shown_on_demand() -> None:
    source = played()
    traced = [entry.model_copy(update={"trace": "one\ntwo"}) for entry in source.attempts]
    source = source.model_copy(update={"attempts": traced})
    assert "2 lines (--trace shows it)" in shown(source, source.cells[0])
    assert "│ two\n" in shown(source, source.cells[0], with_trace=True)


def test_a_cell_that_was_not_played_says_why() -> None:
    entry = not_played(WHERE, "excluded", "odbc18 cannot express the fix: it has no option")
    text = shown(record([entry]), entry)
    assert "not played: · excluded" in text
    assert "odbc18 cannot express the fix: it has no option" in text


def test_a_crash_is_told_as_the_signal_that_it_was() -> None:
    source = played()
    crashed = [entry.model_copy(update={"result": "crashed", "exit_status": -11}) for entry in source.attempts]
    assert "crashed, code 08001, ended by signal 11, 0.31 s" in shown(
        source.model_copy(update={"attempts": crashed}), source.cells[0]
    )


def test_a_selection_is_a_record_of_what_its_cells_refer_to() -> None:
    source = played()
    chosen = Record.model_validate(select(source, source.cells[:1]).model_dump())
    assert [entry.id for entry in chosen.cells] == [WHERE]
    assert {entry.id for entry in chosen.attempts} == set(source.cells[0].acts.values())
    assert [entry.id for entry in chosen.servers] == ["s1"]
    assert [entry.name for entry in chosen.clients] == ["odbc18"]
    assert [entry.id for entry in chosen.impostors] == ["stranger"]


def test_long_words_of_a_client_lose_nothing_when_they_are_parted() -> None:
    for room in (20, 33, 76):
        parts = list(pieces(SAID + "x" * 90, room))
        assert "".join(parts) == SAID + "x" * 90
        assert max(map(len, parts)) <= room


def test_a_server_that_did_not_come_up_has_the_last_word() -> None:
    source = played()
    last = "Unable to open one or more of the user-specified certificate file(s)."
    servers = [
        entry.model_copy(update={"presented": [], "log": [last]}) if entry.id == "s1" else entry
        for entry in source.servers
    ]
    text = shown(source.model_copy(update={"servers": servers}), source.cells[0])
    assert f"  presents no certificate\n  the server said when it started\n    │ {last}\n" in text
    assert "said when it started" not in shown(source, source.cells[0])


def test_a_source_without_an_address_has_no_line_for_it() -> None:
    observed = SourceEntry(title="observed by the lab", url="")
    by_observation = judgement().model_copy(update={"sources": [observed]})
    entry = cell(WHERE, broken_judgement=by_observation)
    followed = procedure("here", "way", shown_of_trust_procedure(WHERE)).model_copy(update={"sources": [observed]})
    text = shown(played().model_copy(update={"trust_procedures": [followed]}), entry)
    assert text.count("source:   observed by the lab\n") == 2
    assert not [line for line in text.splitlines() if line and not line.strip()]
