"""Microsoft ODBC Driver 18 through pyodbc: its connection string and its words.

Texts: Microsoft, "Connection encryption troubleshooting in the ODBC driver"; msphpsql wiki, FAQ; the driver's strings.
"""

import json
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material
from tlslab.clients.odbc import Odbc18
from tlslab.model.evidence import Basis, Phase, Reason, Source, expectations
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import (
    LAB_ROOT,
    PAST,
    ClientSide,
    Encryption,
    ServerEncryption,
    ServerKind,
    Situation,
    TLSVersion,
    healthy,
)

ODBC18 = Odbc18()
HOST = "db.lab.test"
HEALTHY = healthy(ServerKind.SQLSERVER)
PACKAGES = {"pyodbc": "5", "mssql-python-odbc": "18"}
LIBRARIES = {"libgssapi_krb5.so.2": "/lib/libgssapi_krb5.so.2", "libltdl.so.7": "/lib/libltdl.so.7"}
MACHINE = Machine(
    python="/clients/python",
    python_packages=PACKAGES,
    files={"odbc18": "/driver/libmsodbcsql-18.so", "odbc-manager": "/lib/libodbc.so.2", **LIBRARIES},
)
DOCUMENT = Source("a document", "https://example.org/")
SSL_PROVIDER = "[Microsoft][ODBC Driver 18 for SQL Server]SSL Provider: "


def invoked(side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    material = Material(anchors="PUBLIC ROOT\n", intermediates="ISSUING\n")
    return ODBC18.invoke(MACHINE, side, endpoint, material, Login("sa", "a;b}c"), PurePosixPath("/room"))


def words(side: ClientSide) -> list[str]:
    text: str = json.loads(invoked(side).stdin)["connection"]["connection_string"]
    return text.replace("{a;b}}c}", "PASSWORD").split(";")


def shows(phase: Phase, reason: Reason, text: str) -> bool:
    assert reason.phase is phase
    found = expectations([reason], ODBC18.wrappers)
    return any(item.matches(text, "", {"host": HOST, "name": HOST}) for item in found)


def test_connection_string_of_the_healthy_side() -> None:
    assert words(HEALTHY.client) == [
        "DRIVER={/driver/libmsodbcsql-18.so}",
        "SERVER=db.lab.test,1433",
        "UID={sa}",
        "PWD=PASSWORD",
        "Encrypt=yes",
    ]


def test_trust_store_is_one_file_and_nothing_of_the_machine() -> None:
    invocation = invoked(HEALTHY.client)
    assert invocation.env["SSL_CERT_FILE"] == "/room/ca.pem"
    assert invocation.env["SSL_CERT_DIR"].startswith("/room/")
    assert invocation.env["ODBCSYSINI"] == "/room"
    assert "OPENSSL_CONF" not in invocation.env
    assert invocation.files["ca.pem"] == "PUBLIC ROOT\nISSUING\n"


def test_limits_go_into_an_openssl_configuration_of_its_own() -> None:
    invocation = invoked(ClientSide(HOST, tls_max=TLSVersion.TLSv1_1))
    assert invocation.env["OPENSSL_CONF"] == "/room/openssl.cnf"
    assert "MaxProtocol = TLSv1.1\n" in invocation.files["openssl.cnf"]


@pytest.mark.parametrize(
    ("side", "spelled"),
    [
        (ClientSide(HOST), ()),
        (ClientSide(HOST, encryption=Encryption.OPTIONAL), ("Encrypt=no",)),
        (ClientSide(HOST, encryption=Encryption.STRICT), ("Encrypt=strict",)),
        (ClientSide(HOST, trust_anchors=(LAB_ROOT,)), ("SSL_CERT_FILE=ca.pem",)),
        (ClientSide(HOST, trust_everything=True), ("TrustServerCertificate=yes",)),
        (
            ClientSide(HOST, trust_anchors=(LAB_ROOT,), trust_everything=True),
            ("TrustServerCertificate=yes", "SSL_CERT_FILE=ca.pem"),
        ),
        (ClientSide(HOST, expected_name="db1.lab.test"), ("HostnameInCertificate=db1.lab.test",)),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_2), ("OPENSSL_CONF=openssl.cnf", "MinProtocol = TLSv1.2")),
    ],
)
def test_spells_options_as_the_driver_does(side: ClientSide, spelled: tuple[str, ...]) -> None:
    assert ODBC18.options_as_typed(side) == spelled
    keywords = [word for word in spelled if "=" in word and word.split("=")[0] in ("Encrypt", "TrustServerCertificate")]
    assert set(keywords) <= set(words(side))


def test_strict_ignores_trust_server_certificate() -> None:
    side = HEALTHY.with_client(encryption=Encryption.STRICT, trust_everything=True)
    assert "TrustServerCertificate" in (ODBC18.cannot(side) or "")
    assert ODBC18.cannot(HEALTHY.with_client(trust_everything=True)) is None


def test_optional_encryption_is_not_verified_unless_the_server_forces_it() -> None:
    optional = HEALTHY.with_leaf(issuer=None).with_client(encryption=Encryption.OPTIONAL)
    acceptance = ODBC18.accepts(optional)
    assert acceptance is not None
    assert acceptance.level is Basis.AUTHORITATIVE
    assert ODBC18.accepts(optional.with_server(encryption=ServerEncryption.FORCED)) is None
    assert ODBC18.accepts(optional.with_server(tls_max=TLSVersion.TLSv1_1)) is None


@pytest.mark.parametrize("situation", [HEALTHY, HEALTHY.with_leaf(validity=PAST)])
def test_mandatory_encryption_accepts_nothing(situation: Situation) -> None:
    assert ODBC18.accepts(situation) is None


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (
            Reason("openssl", Phase.VERIFY, "unable to get local issuer certificate", Basis.AUTHORITATIVE, DOCUMENT),
            SSL_PROVIDER
            + "[error:0A000086:SSL routines::certificate verify failed:unable to get local issuer certificate]",
        ),
        (
            Reason("openssl", Phase.VERIFY, "self signed certificate", Basis.AUTHORITATIVE, DOCUMENT),
            SSL_PROVIDER + "[error:1416F086:SSL routines:tls_process_server_certificate:certificate verify failed:"
            "self signed certificate]",
        ),
        (
            Reason("odbc18", Phase.NAME, "subject name does not match host name", Basis.AUTHORITATIVE, DOCUMENT),
            SSL_PROVIDER
            + "[error:0A000086:SSL routines::certificate verify failed:subject name does not match host name]",
        ),
        (
            Reason("openssl", Phase.HANDSHAKE, "unsupported protocol", Basis.AUTHORITATIVE, DOCUMENT),
            SSL_PROVIDER + "[error:0A000102:SSL routines::unsupported protocol]",
        ),
        (
            Reason("odbc18", Phase.CLOSED, "Error code 0x2746", Basis.REPORTED, DOCUMENT),
            "[Microsoft][ODBC Driver 18 for SQL Server]TCP Provider: Error code 0x2746",
        ),
    ],
)
def test_documented_texts_are_recognised(reason: Reason, text: str) -> None:
    pyodbc = f"pyodbc.OperationalError: ('08001', '[08001] {text} (-1) (SQLDriverConnect)')"
    assert shows(reason.phase, reason, pyodbc)


def test_another_reason_is_not_recognised() -> None:
    text = SSL_PROVIDER + "[error:0A000086:SSL routines::certificate verify failed:certificate has expired]"
    reason = Reason("openssl", Phase.VERIFY, "self-signed certificate", Basis.AUTHORITATIVE, DOCUMENT)
    assert not shows(Phase.VERIFY, reason, text)


def test_reads_the_server_s_answer() -> None:
    line = '{"connected": true, "text": "", "code": "", "encrypted": false}\n'
    outcome = ODBC18.read(Completed(0, line, "", 0.1), HEALTHY.client)
    assert (outcome.result, outcome.encrypted) == (Result.CONNECTED, False)


def test_version_is_what_the_driver_says() -> None:
    line = '{"openssl": "OpenSSL 3.0.19 27 Jan 2026", "odbc_driver": "18.06.0002", "pyodbc": "5.5.0"}\n'
    version = ODBC18.read_version(Completed(0, line, "", 0.1))
    assert version == "ODBC Driver 18.06.0002 (pyodbc 5.5.0, OpenSSL 3.0.19 27 Jan 2026)"
    assert ODBC18.read_version(Completed(1, "", "it broke", 0.1)) == ""


@pytest.mark.parametrize(
    "machine",
    [
        Machine(),
        Machine(python="/clients/python"),
        Machine(python="/clients/python", python_packages=PACKAGES),
        Machine(python="/clients/python", python_packages=PACKAGES, files={"odbc18": "/driver"}),
        replace(MACHINE, files={key: path for key, path in MACHINE.files.items() if key not in LIBRARIES}),
    ],
)
def test_says_what_is_missing_and_how_to_get_it(machine: Machine) -> None:
    missing = ODBC18.missing(machine)
    assert missing is not None
    assert missing.what
    assert missing.how_to_get == "./tlslab setup"


def test_nothing_is_missing_where_everything_is() -> None:
    assert ODBC18.missing(MACHINE) is None


@pytest.mark.parametrize("reason", ["Login timeout expired", "TCP Provider: Error code 0x2749"])
def test_a_server_that_nobody_reaches_is_told_in_the_drivers_own_words(reason: str) -> None:
    """As quoted in microsoft/mssql-docker, issues 203 and 469."""
    text = f"('HYT00', '[HYT00] [Microsoft][ODBC Driver 18 for SQL Server]{reason} (0) (SQLDriverConnect)')"
    said = Reason("odbc18", Phase.CONNECT, reason, Basis.AUTHORITATIVE, DOCUMENT)
    assert shows(Phase.CONNECT, said, text)
    assert not shows(Phase.CONNECT, said, f"{SSL_PROVIDER}{reason}")
