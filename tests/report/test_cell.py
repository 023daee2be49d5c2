from lab.record import CellEntry, Record
from lab.report.cell import select, show_cell
from lab.report.words import pieces
from tests.report.consoles import Screen
from tests.report.invented import SAID, attempts, cell, not_played, record

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
        text.index(f"\n{number} {act}")
        for number, act in enumerate(("control", "broken", "fixed", "impostor:stranger"), start=1)
    ]
    assert places == sorted(places)


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
    assert "failure: ✗ reproduced, as expected" in text
    assert "evidence: vendor" in text
    assert "https://github.com/openssl/openssl/blob/master/crypto/x509/x509_txt.c" in text


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
    entry = not_played(WHERE, "unsupported", "odbc18 cannot express the fix: it has no option")
    text = shown(record([entry]), entry)
    assert "not played: · unsupported" in text
    assert "odbc18 cannot express the fix: it has no option" in text


def test_a_crash_is_told_as_the_signal_that_it_was() -> None:
    source = played()
    crashed = [
        entry.model_copy(update={"result": "crashed", "exit_status": -11}) for entry in source.attempts
    ]
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


def test_long_words_of_a_client_lose_nothing_when_they_are_parted() -> None:
    for room in (20, 33, 76):
        parts = list(pieces(SAID + "x" * 90, room))
        assert "".join(parts) == SAID + "x" * 90
        assert max(map(len, parts)) <= room
