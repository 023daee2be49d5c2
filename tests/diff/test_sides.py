"""What is compared of a run: normalised texts, what the server saw of TLS, who is to blame for a lost cell."""

import pytest

from tests.diff.edited import small, with_attempts, with_cells
from tests.report.invented import attempt, client
from tlslab.diff.sides import client_of, negotiated, shares, side_of

IDENTITY = "expired/renew/odbc18/sqlserver"
KEY = ("expired", "renew", "sqlserver")
LOST = {"status": "lab-error", "broken": "", "fix_verdict": ""}
NEVER = {"broken": "never-connects", "fix_verdict": ""}


@pytest.mark.parametrize(
    ("reported", "log", "seen"),
    [
        (
            "TLSv1.3",
            [
                "2026/11/21 07:12:37 [info] 4#4: *5 closed",
                '127.0.0.1:33778 [TLSv1.3 TLS_AES_256_GCM_SHA384] "GET /" 200',
            ],
            "TLSv1.3 TLS_AES_256_GCM_SHA384",
        ),
        (
            "",
            ["Logon  TLS handshake completed: TLSv1.2, ECDHE-RSA-AES128-GCM-SHA256, SNI db.lab.test, no ALPN"],
            "TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256",
        ),
        ("TLSv1.2", ["Login succeeded for user 'sa'."], "TLSv1.2"),
        ("", [], ""),
    ],
    ids=["nginx", "tds", "the-client-alone", "nobody"],
)
def test_protocol_and_cipher_as_the_server_saw_them(reported: str, log: list[str], seen: str) -> None:
    assert negotiated(reported, log) == seen


def test_the_text_is_normalised_anew_and_the_raw_one_is_kept() -> None:
    record = with_attempts(small(), {"odbc18/expired/broken": {"text": "port 40123", "normalised": "by an older lab"}})
    said = side_of(record).cells["odbc18"][KEY].acts["broken"]
    assert (said.text, said.raw) == ("port PORT", "port 40123")


def test_the_client_is_to_blame_when_it_fails_in_a_situation_that_is_healthy() -> None:
    cell = side_of(with_cells(small(), {IDENTITY: NEVER})).cells["odbc18"][KEY]
    assert (cell.healthy_fails, cell.lab_failed, cell.why_not) == (True, False, "")


def test_the_lab_is_to_blame_for_a_cell_in_which_it_failed_itself() -> None:
    cell = side_of(with_cells(small(), {IDENTITY: LOST})).cells["odbc18"][KEY]
    assert (cell.healthy_fails, cell.lab_failed, cell.why_not[:10]) == (False, True, "lab-error:")


def test_a_cell_that_was_not_played_is_called_by_its_status() -> None:
    cell = side_of(with_cells(small(), {IDENTITY: LOST | {"status": "excluded"}})).cells["odbc18"][KEY]
    assert (cell.broken, cell.fix, cell.lab_failed) == ("excluded", "", False)


def test_repetitions_that_differ_in_volatile_parts_are_stable() -> None:
    facts = {"result": "refused", "code": "1", "seconds": 0.1}
    repeats = [facts | {"normalised": f"Failed to connect to db.lab.test:{port}"} for port in (40123, 51515)]
    assert list(shares("broken", attempt("a1", repeats=repeats))) == []
    repeats.append(facts | {"normalised": "something else"})
    assert [share.count for share in shares("broken", attempt("a1", repeats=repeats))] == [2, 1]


def test_the_day_of_a_release_is_no_part_of_a_version() -> None:
    entry = client("curl").model_copy(
        update={"version": "pymssql 2.4.6 (freetds v1.5.19, OpenSSL 1.1.1k  FIPS 25 Mar 2021)"}
    )
    assert client_of(entry).version == "pymssql 2.4.6 (freetds v1.5.19, OpenSSL 1.1.1k  FIPS)"
