"""System.Data.SqlClient on .NET: what it is told, what a process is fixed to, and what it overlooks."""

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, judge, tolerated
from tests.clients.machine import MACHINE
from tlslab.clients.base import Endpoint, Invocation, Login, Material, Request
from tlslab.clients.sqlclient import SqlClient
from tlslab.matrix.judge import ActVerdict
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import (
    HASHED_DIRECTORY,
    ClientSide,
    Encryption,
    ServerKind,
    Store,
    TLSVersion,
    healthy,
)

DOTNET = SqlClient()
SQL = ServerKind.SQLSERVER
GOOD = healthy(SQL)
SAFE = GOOD.client
REFUSED = (
    "System.Data.SqlClient.SqlException: A connection was successfully established with the server, but then an error "
    "occurred during the pre-login handshake. (provider: TCP Provider, error: 35 - An internal exception was caught)\n"
    " ---> System.Security.Authentication.AuthenticationException: The remote certificate was rejected by the provided "
    "RemoteCertificateValidationCallback."
)


def invoked(side: ClientSide) -> Invocation:
    material = Material("-----BEGIN ROOT\n-----END\n", "-----BEGIN ISSUING\n-----END\n")
    login = Login("sa", 'se"cret')
    return DOTNET.invoke(
        Request(MACHINE, side, Endpoint(SQL, "127.0.0.1", 1433), material, login, PurePosixPath("/room"))
    )


def asked(side: ClientSide) -> list[str]:
    """The words of the connection string."""
    text: str = json.loads(invoked(side).stdin)["connection"]
    return text.split(";")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, {"Encrypt=True"}),
        ({"encryption": Encryption.OPTIONAL}, {"Encrypt=False"}),
        ({"trust_everything": True}, {"TrustServerCertificate=True"}),
    ],
)
def test_options_are_words_of_the_connection_string(changes: dict[str, Any], words: set[str]) -> None:
    side = replace(SAFE, **changes)
    assert {*asked(side)} >= {"Server=tcp:db.lab.test,1433", "Pooling=False", *words}
    assert {*DOTNET.options_as_typed(side)} >= words


def test_a_password_is_quoted_and_no_argument() -> None:
    assert 'Password="se""cret"' in asked(SAFE)
    assert not any("cret" in word for word in invoked(SAFE).argv)


def test_trust_and_limits_are_fixed_for_a_process_and_name_no_attempt() -> None:
    invocation = invoked(replace(SAFE, tls_max=TLSVersion.TLSv1_1))
    assert invocation.worker is not None
    assert invocation.env["SSL_CERT_FILE"] == "ca.pem"
    assert invocation.env["OPENSSL_CONF"] == "openssl.cnf"
    assert "ROOT" in str(invocation.worker.files["ca.pem"])
    assert not any("/room" in value for value in (*invocation.argv, *invocation.env.values()))


def test_a_directory_of_certificates_is_prepared_for_an_attempt_alone() -> None:
    invocation = invoked(replace(SAFE, store=Store(HASHED_DIRECTORY)))
    assert invocation.worker is None
    assert invocation.env["SSL_CERT_DIR"] == "/room/certs"


def test_left_to_its_defaults_it_is_given_no_option() -> None:
    side = replace(SAFE, defaults_only=True)
    assert not [word for word in asked(side) if word.startswith(("Encrypt", "Trust"))]
    assert DOTNET.options_as_typed(side) == ()


def test_it_has_no_tds_8_and_no_word_for_another_name() -> None:
    assert "TDS 8.0" in str(DOTNET.cannot(GOOD.with_client(encryption=Encryption.STRICT)))
    assert "HostNameInCertificate" in str(DOTNET.cannot(GOOD.with_client(expected_name="x.lab.test")))


def test_versions_are_what_the_build_wrote_down_and_the_runtimes() -> None:
    line = '{"driver": "4.9.0+d0c2a5a", "runtime": "9.0.7"}\n'
    assert DOTNET.read_version(Completed(0, line, "", 0.1)) == "sqlclient 4.9.0 (.NET 9.0.7)"
    older = '{"driver": "4.6.27110.04 @BuiltBy: x", "runtime": "9.0.7"}\n'
    assert DOTNET.read_version(Completed(0, older, "", 0.1)) == "sqlclient 4.6.27110.04 (.NET 9.0.7)"
    assert DOTNET.read_version(Completed(1, "", "no runtime", 0.1)) == ""


def test_one_text_stands_for_every_certificate_that_it_refuses() -> None:
    found = documented(DOTNET, Outcome(Result.REFUSED, REFUSED, "0"))
    assert found.keys() >= {"self-signed", "expired", "name-mismatch", "untrusted-ca.fallback", "missing-intermediate"}


def test_the_name_that_it_finds_itself_switches_the_check_of_the_chain_off() -> None:
    """SNICommon.cs: with another name in the SAN it looks at the subject, and at nothing else."""
    anybody = broken("self-signed", SQL).with_leaf(names=("other.lab.test",))
    assert connects(DOTNET, anybody)
    assert not connects(DOTNET, broken("self-signed", SQL))


def test_where_the_server_demands_encryption_and_it_did_not_ask_it_verifies_nothing() -> None:
    forced = broken("untrusted-ca.forced", SQL)
    assert connects(DOTNET, forced)
    assert "although the server demands it" in tolerated(DOTNET, forced)


@pytest.mark.parametrize(("version", "hangs"), [("4.6", True), ("4.9.0", False)])
def test_releases_before_4_8_read_for_ever_where_the_server_hangs_up(version: str, hangs: bool) -> None:
    client = SqlClient()
    client.release = {"sqlclient": version}
    found = judge(client).act(broken("sha1-signature.server", SQL), Outcome(Result.TIMEOUT, ""))
    assert (found.verdict is ActVerdict.AS_DOCUMENTED) is hangs
