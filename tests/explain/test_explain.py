"""From the error on the screen to its cause."""

import pytest

from tests.explain.known import causes, everything, explained, known
from tlslab.clients import all_clients
from tlslab.explain.causes import explain as explain_found
from tlslab.explain.causes import layers, measured_of
from tlslab.explain.findings import Found, search
from tlslab.explain.programs import Layer
from tlslab.explain.vocabulary import Meaning, vocabulary
from tlslab.model.situation import ServerKind

SELF_SIGNED = "curl: (60) SSL certificate problem: self-signed certificate"
ODBC = (
    "pyodbc.OperationalError: ('08001', '[08001] [Microsoft][ODBC Driver 18 for SQL Server]SSL Provider: "
    "[error:0A000086:SSL routines::certificate verify failed:{}] (-1) (SQLDriverConnect)')"
)
SQLCLIENT = (
    "Microsoft.Data.SqlClient.SqlException (0x80131904): A connection was successfully established with the server, "
    "but then an error occurred during the pre-login handshake. (provider: TCP Provider, error: 35 - An internal "
    "exception was caught)\n ---> System.Security.Authentication.AuthenticationException: {}\n"
    "   at System.Net.Security.SslStream.CompleteHandshake(SslAuthenticationOptions options)\n"
    "   --- End of inner exception stack trace ---\n"
    "ClientConnectionId:00000000-0000-0000-0000-000000000000\nError Number:-2146893019,State:0,Class:20"
)
REJECTED = "The remote certificate was rejected by the provided RemoteCertificateValidationCallback."
MISMATCH = (
    "Certificate name mismatch. The provided 'DataSource' or 'HostNameInCertificate' does not match the name in the "
    "certificate."
)


@pytest.mark.parametrize(
    ("pasted", "first"),
    [
        (SELF_SIGNED, "self-signed"),
        ("fatal: unable to access 'https://git.example/': SSL: self signed certificate", "self-signed"),
        (ODBC.format("self-signed certificate"), "self-signed"),
        (SQLCLIENT.format(MISMATCH), "name-mismatch"),
        ("npm ERR! code DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed"),
        ("x509: certificate is valid for a.example, b.example, not c.example", "name-mismatch"),
        ("wget: The certificate's owner does not match hostname \u2018a.example\u2019", "name-mismatch"),
    ],
)
def test_a_text_that_is_said_of_one_cause_names_it_alone(pasted: str, first: str) -> None:
    found = explained(pasted)
    assert [condition.name for condition in found.candidates[0].conditions] == [first]
    assert found.candidates[0].alone


def test_a_text_that_is_said_of_several_causes_names_all_of_them() -> None:
    found = explained("unable to get local issuer certificate")
    assert [[str(one) for one in item.conditions] for item in found.candidates] == [
        ["untrusted"],
        ["incomplete"],
        ["leaf-trusted"],
    ]
    assert [len(item.others) for item in found.candidates] == [2, 2, 2]


def test_what_is_documented_comes_before_what_only_the_lab_has_seen() -> None:
    """Microsoft's driver says the same of a good certificate for an address, and of a name with a dot at the end."""
    found = explained(ODBC.format("subject name does not match host name"))
    first, *others = [[str(one) for one in item.conditions] for item in found.candidates]
    assert first == ["name-mismatch"]
    assert sorted(others) == [["dot-at-the-end"], ["ip-address"]]


def test_two_faults_that_have_a_text_together_are_one_cause() -> None:
    text = "Certificate failed chain validation. Error(s): 'self-signed certificate, [Status: UntrustedRoot]\n'.\n"
    first = explained(SQLCLIENT.format(text + MISMATCH)).candidates[0]
    assert {str(one) for one in first.conditions} == {"self-signed", "name-mismatch"}
    assert first.scenarios[0].id == "untrusted-ca.fallback"


def test_a_longer_text_decides_over_a_shorter_one_within_it() -> None:
    """Go says `has expired or is not yet valid` of both; OpenSSL's `certificate has expired` stands in it."""
    early = "x509: certificate has expired or is not yet valid: current time 2024-01-01T00:00:00Z is before 2025-01-01"
    assert causes(early)[0] == ["not-yet-valid"]
    assert ["expired"] not in causes(early)


def test_a_client_whose_own_words_surround_the_text_counts_first() -> None:
    found = explained(f"{SELF_SIGNED}\nsome other log line\nunable to verify the first certificate")
    assert found.candidates[0].clients == ("curl",)
    assert [str(one) for one in found.candidates[0].conditions] == ["self-signed"]


def test_what_a_vocabulary_knows_of_a_librarys_words_stands_behind_what_the_client_that_shows_them_is_known_for() -> (
    None
):
    # DST Root CA X3, on 2021-09-30: OpenSSL says the same of the root, and curl puts its frame round it.
    found = causes("curl: (60) SSL certificate problem: certificate has expired")
    assert found == [["expired"], ["expired-issuer"], ["expired-root"]]


def test_several_errors_of_a_log_are_all_found_with_line_and_count() -> None:
    log = f"{SELF_SIGNED}\nall is well\n{SELF_SIGNED}\nx509: certificate is valid for a, not b\n"
    found = explained(log)
    assert [item[0] for item in causes(log)] == ["self-signed", "name-mismatch"]
    assert [(finding.line, finding.count) for finding in found.findings] == [(1, 2), (4, 1)]


@pytest.mark.parametrize(
    "words",
    [
        "certificate verify failed",
        "[SSL: CERTIFICATE_VERIFY_FAILED]",
        "The SSL connection could not be established, see inner exception.",
        "Adaptive Server connection failed (db.example)",
        "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel.",
        SQLCLIENT.format(REJECTED),
        (
            "An exception has been raised that is likely due to a transient failure. Consider enabling transient error "
            "resiliency by adding 'EnableRetryOnFailure' to the 'UseSqlServer' call."
        ),
    ],
)
def test_no_cause_is_guessed_where_the_reason_is_gone(words: str) -> None:
    found = explained(words)
    assert not found.candidates
    assert found.hidden
    assert all(program.how for program, _ in found.hidden)


def test_a_number_speaks_where_the_sentence_is_in_another_language() -> None:
    """SQL Server Management Studio on a German Windows."""
    text = (
        "(provider: SSL Provider, error: 0 - Die Zertifikatkette wurde von einer nicht vertrauenswürdigen "
        "Zertifizierungsstelle ausgestellt.) (Microsoft SQL Server, Error: -2146893019)"
    )
    assert sorted(causes(text)) == [["self-signed"], ["untrusted"]]


def test_a_number_does_not_speak_beside_a_text_that_says_the_reason_is_gone() -> None:
    """SqlClient's own network layer gives this number to every certificate."""
    found = explained(SQLCLIENT.format(REJECTED) + "\nError Number:-2146893019,State:0,Class:20")
    assert not found.candidates


@pytest.mark.parametrize(
    "words",
    [
        "npm ERR! ENOENT: no such file or directory, open '/app/package.json'",
        "open /etc/app/config.yaml: no such file or directory",
        "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'",
        "Handshake failed due to invalid Upgrade header: null",
        "java.io.EOFException: End of stream reached",
        "Signature check failed for package foo",
        "bash: ./run.sh: Permission denied",
        "The token has been revoked",
        "curl: (22) The requested URL returned error: 404",
    ],
)
def test_what_programs_say_of_other_things_has_no_cause_of_tls(words: str) -> None:
    assert not explained(words).candidates


@pytest.mark.parametrize(
    "words",
    [
        "java.net.UnknownHostException: db.example",
        "curl: (28) Operation timed out after 30000 milliseconds with 0 bytes received",
        'psycopg2.OperationalError: FATAL:  password authentication failed for user "app"',
        'Cannot open database "app" requested by the login. The login failed.',
        "connect EHOSTUNREACH 192.0.2.1:443",
        'ホスト db.example、ポート 1433 への TCP/IP 接続が失敗しました。エラー: ""',
    ],
)
def test_what_is_none_of_tls_is_told_apart(words: str) -> None:
    found = explained(words)
    assert found.outside
    assert not any(item.tls for item in found.candidates)


@pytest.mark.parametrize("words", ["", "hello", "all is well with the certificate", "TLS", "error", "\0\0"])
def test_what_is_not_known_has_no_cause(words: str) -> None:
    found = explained(words)
    assert not (found.known)
    assert not (found.candidates)
    assert not (found.outside)
    assert not (found.hidden)


@pytest.mark.parametrize(
    "words",
    [
        "Login failed for user 'sa'.",
        "Error: 18456, Severity: 14, State: 8.",
        "curl: (6) Could not resolve host: shop.example",
        "getaddrinfo ENOTFOUND db.example",
        "connect ETIMEDOUT 192.0.2.1:1433",
        "(provider: SQL Network Interfaces, error: 26 - Error Locating Server/Instance Specified)",
    ],
)
def test_that_nobody_was_reached_or_a_login_was_refused_is_told(words: str) -> None:
    found = explained(words)
    assert not found.candidates
    assert found.outside


def test_a_server_that_nobody_listens_for_may_be_one_that_cannot_read_its_key() -> None:
    found = explained("dial tcp 192.0.2.1:443: connect: connection refused")
    assert [outside.cause[:6] for outside, _ in found.outside] == ["Nobody"]
    assert [item.scenarios[0].id for item in found.candidates] == ["unreadable-key"]
    assert not found.candidates[0].tls


def test_the_layers_of_an_error_are_told_from_the_outside_in() -> None:
    text = "Upgrade failed due to an unexpected exception: " + SQLCLIENT.format(MISMATCH)
    found = search([text], everything())
    shown = layers(found.findings, {})
    assert [layer for layer, _, _ in shown] == sorted((layer for layer, _, _ in shown), key=list(Layer).index)
    assert {who for _, who, _ in shown} >= {"DbUp", "sqlclient"}
    assert {(code.code, code.what) for code in found.codes} >= {
        ("35", "number of the network layer"),
        ("80131904", "HRESULT"),
    }


def test_a_client_that_is_asked_for_narrows_the_texts() -> None:
    words = vocabulary(known().knowledge, [item for item in all_clients() if item.name == "curl"], ["openssl", "posix"])
    tables = {entry.table for entries in words.entries.values() for entry in entries if isinstance(entry, Meaning)}
    assert tables == {"curl", "openssl", "posix"}
    assert not explained("x509: certificate signed by unknown authority", words=words).candidates


def test_cures_come_before_bypasses_and_say_what_was_measured() -> None:
    measured = measured_of(
        [
            {"client": "a", "cells": {"self-signed/trust-everything/https": "as-documented, bypass"}},
            {
                "client": "b",
                "cells": {
                    "self-signed/trust-everything/https": "as-documented, cure!",
                    "nonsense": "x",
                },
            },
            {"client": "c"},
            {"cells": {}},
        ]
    )
    found = explain_found(
        search([SELF_SIGNED], everything()), known().scenarios, known().knowledge.conditions, measured
    )
    remedies = found.candidates[0].remedies
    assert [remedy.fix.claim for remedy in remedies] == ["cure", "cure", "bypass", "bypass"]
    worth = {remedy.fix.name: remedy.shown for remedy in remedies}
    assert worth["trust-certificate"] is None
    everything_trusted = worth["trust-everything"]
    assert everything_trusted is not None
    assert (everything_trusted.clients("bypass"), everything_trusted.clients("cure")) == (("a",), ("b",))


def test_nothing_that_was_found_explains_nothing() -> None:
    assert not explain_found(Found(()), known().scenarios, known().knowledge.conditions, {}).known


def test_every_condition_that_a_row_is_about_has_words() -> None:
    for entries in everything().entries.values():
        for entry in entries:
            if isinstance(entry, Meaning):
                assert all(condition.words for cause in entry.causes for condition in cause)


def test_every_documented_text_that_is_long_enough_is_explained_by_its_own_table() -> None:
    """As it stands in the tables, with names for what changes."""
    missed = []
    for entries in list(everything().entries.values()):
        for entry in entries:
            if not isinstance(entry, Meaning) or len(entry.text) < 20 or "{" not in entry.text:
                continue
            text = entry.text.removeprefix("{*}")
            for name in ("{host}", "{name}", "{certificate}", "{*}"):
                text = text.replace(name, "db.example" if name != "{*}" else "ca.crt")
            if not any(
                item.entry.table == entry.table
                for item in search([text], everything()).findings
                if isinstance(item.entry, Meaning)
            ):
                missed.append((entry.table, entry.text))
    assert not missed


def test_a_client_that_lets_impostors_in_after_every_fix_is_no_fault_of_one() -> None:
    cells = {f"s{number}/f/sqlserver": "as-documented, bypass" for number in range(20)}
    measured = measured_of(
        [
            {"client": "leaky", "cells": cells},
            {"client": "sound", "cells": dict.fromkeys(cells, "as-documented, cure")},
            {"client": "other", "cells": {"s1/f/sqlserver": "as-documented, bypass"}},
        ]
    )
    shown = measured["s1", "f", ServerKind.SQLSERVER]
    assert shown.whatever == ("leaky",)
    assert shown.clients("bypass") == ("leaky", "other")
