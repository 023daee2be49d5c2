"""Microsoft's drivers in Rust: how they are invoked and what they say. Texts: microsoft/mssql-rs, mssql-tds,
src/error/mod.rs; native-tls, src/imp/openssl.rs; OpenSSL's reasons.
"""

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tests.clients.machine import MACHINE
from tlslab.clients.base import Client, Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.mssql_rs import Mssqlodbc, MssqlRs
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, Encryption, ServerKind, TLSVersion, healthy

RS, ODBC = MssqlRs(), Mssqlodbc()
BOTH = pytest.mark.parametrize(
    ("client", "before"),
    [
        (RS, "RuntimeError: Failed to connect to SQL Server: "),
        (ODBC, "pyodbc.OperationalError: ('08001', \"[08001] [Microsoft][ODBC Driver 18 for SQL Server]"),
    ],
    ids=["mssql-rs", "mssqlodbc"],
)
HEALTHY = healthy(ServerKind.SQLSERVER)
SAFE = HEALTHY.client
HANDSHAKE = "TLS handshake failed while connecting to 'db.lab.test': "
REFUSED = (
    HANDSHAKE + "error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:"
    "../ssl/statem/statem_clnt.c:1889: ({}). Certificate SANs: (unavailable - handshake failed before certificate "
    "could be retrieved)"
)


def invoked(client: Client, side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    material = Material("ROOT\n", "ISSUING\n")
    return client.invoke(Request(MACHINE, side, endpoint, material, Login("sa", "pw"), PurePosixPath("/room")))


def connection(client: Client, side: ClientSide) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(invoked(client, side).stdin)["connection"]
    return found


def test_the_module_is_given_its_settings_by_name() -> None:
    assert connection(RS, SAFE) == {
        "server": "db.lab.test,1433",
        "user_name": "sa",
        "password": "pw",
        "encryption": "Yes",
    }
    side = replace(SAFE, encryption=Encryption.STRICT, expected_name="sql.lab.test")
    assert connection(RS, side).items() >= {"encryption": "Strict", "host_name_in_certificate": "sql.lab.test"}.items()
    assert connection(RS, replace(SAFE, trust_everything=True))["trust_server_certificate"] is True
    assert RS.options_as_typed(SAFE) == ("\"encryption\": 'Yes'", "SSL_CERT_FILE=ca.pem")


def test_the_odbc_driver_is_given_a_connection_string_with_its_path() -> None:
    text = connection(ODBC, SAFE)["connection_string"]
    assert text == "DRIVER={/mssqlodbc.so};SERVER=db.lab.test,1433;UID={sa};PWD={pw};Encrypt=yes"
    assert invoked(ODBC, SAFE).env["ODBCSYSINI"] == "/room"
    assert ODBC.options_as_typed(SAFE) == ("Encrypt=yes", "SSL_CERT_FILE=ca.pem")


@BOTH
def test_trust_is_a_variable_of_openssl(client: Client, before: str) -> None:
    assert invoked(client, SAFE).env["SSL_CERT_FILE"] == "/room/ca.pem"
    assert invoked(client, SAFE).files["ca.pem"] == "ROOT\nISSUING\n"
    assert "SSL_CERT_FILE" not in invoked(client, replace(SAFE, defaults_only=True)).env


@BOTH
def test_it_says_what_it_cannot_express(client: Client, before: str) -> None:
    assert "native-tls" in (client.cannot(HEALTHY.with_client(tls_max=TLSVersion.TLSv1_2)) or "")


@BOTH
def test_strict_ignores_trust_server_certificate(client: Client, before: str) -> None:
    strict = HEALTHY.with_client(encryption=Encryption.STRICT, trust_everything=True).with_leaf(issuer=None)
    assert client.cannot(strict) is None
    assert not connects(client, strict)


@BOTH
@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        (REFUSED.format("certificate has expired"), {"expired"}),
        (REFUSED.format("hostname mismatch"), {"name-mismatch"}),
        (REFUSED.format("unable to get local issuer certificate"), {"missing-intermediate", "untrusted-ca.forced"}),
        (f"{HANDSHAKE}unexpected EOF. Certificate SANs: ", {"sha1-signature.server"}),
        (f"{HANDSHAKE}Connection reset by peer (os error 104). ", {"sha1-signature.server"}),
        ("IO error: Connection refused (os error 111)", {"unreadable-key"}),
        (REFUSED.format("another reason"), set[str]()),
    ],
)
def test_texts_are_documented(client: Client, before: str, text: str, scenarios: set[str]) -> None:
    found = documented(client, f"{before}{text}")
    assert scenarios <= found.keys()
    assert bool(scenarios) is bool(found)
    assert set(found.values()) <= {Basis.AUTHORITATIVE}


@BOTH
def test_without_encryption_it_verifies_what_the_server_forces_alone(client: Client, before: str) -> None:
    forced = broken("untrusted-ca.forced", ServerKind.SQLSERVER)
    assert not connects(client, forced)
    login_only = broken("self-signed", ServerKind.SQLSERVER).with_client(encryption=Encryption.OPTIONAL)
    assert "Encrypt=no" in tolerated(client, login_only)


def test_versions_are_the_packages_and_the_drivers() -> None:
    module = Completed(0, '{"mssql-python-rs": "0.3.0", "openssl": "OpenSSL 3.0.19"}', "", 0.1)
    assert RS.read_version(module) == "mssql-python-rs 0.3.0 (OpenSSL 3.0.19)"
    driver = Completed(0, '{"odbc_driver": "18.6.2.1", "pyodbc": "5.5.0", "openssl": "OpenSSL 3.0.19"}', "", 0.1)
    assert ODBC.read_version(driver) == "ODBC Driver in Rust 18.6.2.1 (pyodbc 5.5.0, OpenSSL 3.0.19)"
    assert (RS.read_version(Completed(1, "", "", 0.1)), ODBC.read_version(Completed(1, "", "", 0.1))) == ("", "")


def test_missing_names_the_package() -> None:
    missing = RS.missing(Machine(python="/clients/bin/python"))
    assert missing is not None
    assert missing.what == "the Python package mssql-python-rs"
