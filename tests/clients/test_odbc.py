"""Microsoft ODBC Driver 18 through pyodbc: its connection string and its words.

Texts: Microsoft, "Connection encryption troubleshooting in the ODBC driver"; msphpsql wiki, FAQ; the driver's strings.
"""

import json
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.odbc import Odbc18
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, Encryption, ServerEncryption, ServerKind, TLSVersion, healthy

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
VERSIONS = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}
DRIVER = "[Microsoft][ODBC Driver 18 for SQL Server]"
SSL_PROVIDER = f"{DRIVER}SSL Provider: "


def invoked(side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    material = Material(anchors="PUBLIC ROOT\n", intermediates="ISSUING\n")
    return ODBC18.invoke(Request(MACHINE, side, endpoint, material, Login("sa", "a;b}c"), PurePosixPath("/room")))


def words(side: ClientSide) -> list[str]:
    text: str = json.loads(invoked(side).stdin)["connection"]["connection_string"]
    return text.replace("{a;b}}c}", "PASSWORD").split(";")


def test_connection_string_of_the_healthy_side() -> None:
    assert words(HEALTHY.client) == [
        "DRIVER={/driver/libmsodbcsql-18.so}",
        "SERVER=db.lab.test,1433",
        "UID={sa}",
        "PWD=PASSWORD",
        "Encrypt=yes",
    ]


def test_is_given_its_file_as_people_give_it() -> None:
    invocation = invoked(HEALTHY.client)
    assert invocation.env["SSL_CERT_FILE"] == "/room/ca.pem"
    assert "SSL_CERT_DIR" not in invocation.env
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
    assert ODBC18.cannot(side) is None
    assert not connects(ODBC18, side.with_leaf(issuer=None))
    assert connects(ODBC18, side.with_leaf(issuer=None).with_client(encryption=Encryption.MANDATORY))


CERTIFICATES = ["expired", "self-signed", "name-mismatch", "missing-intermediate", "untrusted-ca.fallback"]


@pytest.mark.parametrize("scenario", CERTIFICATES)
def test_optional_encryption_is_not_verified_unless_the_server_forces_it(scenario: str) -> None:
    optional = broken(scenario, ServerKind.SQLSERVER).with_client(encryption=Encryption.OPTIONAL)
    assert "Encrypt=no" in tolerated(ODBC18, optional)
    assert not connects(ODBC18, optional.with_server(encryption=ServerEncryption.FORCED))
    assert not connects(ODBC18, optional.with_server(tls_max=TLSVersion.TLSv1_1))
    assert not connects(ODBC18, optional.with_server(key_readable=False))


@pytest.mark.parametrize("scenario", CERTIFICATES)
def test_mandatory_encryption_is_verified_unless_it_is_told_to_trust_everything(scenario: str) -> None:
    mandatory = broken(scenario, ServerKind.SQLSERVER)
    assert not connects(ODBC18, mandatory)
    assert "TrustServerCertificate=yes" in tolerated(ODBC18, mandatory.with_client(trust_everything=True))
    strict = mandatory.with_client(trust_everything=True, encryption=Encryption.STRICT)
    assert not connects(ODBC18, strict)


def test_a_healthy_server_is_connected_to_with_nothing_to_tolerate() -> None:
    assert connects(ODBC18, HEALTHY)
    assert tolerated(ODBC18, HEALTHY) == ""


def pyodbc(text: str) -> str:
    return f"pyodbc.OperationalError: ('08001', '[08001] {text} (-1) (SQLDriverConnect)')"


def refused(reason: str) -> str:
    return f"{SSL_PROVIDER}[error:0A000086:SSL routines::certificate verify failed:{reason}]"


@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        (refused("certificate has expired"), {"expired"}),
        (refused("self-signed certificate"), {"self-signed", "untrusted-ca.fallback"}),
        # OpenSSL 1.1.1w, crypto/x509/x509_txt.c: without the hyphen.
        (
            (
                f"{SSL_PROVIDER}[error:1416F086:SSL routines:tls_process_server_certificate:"
                "certificate verify failed:self signed certificate]"
            ),
            {"self-signed", "untrusted-ca.fallback"},
        ),
        (refused("unable to get local issuer certificate"), {"untrusted-ca.forced", "missing-intermediate"}),
        (refused("subject name does not match host name"), {"name-mismatch", "untrusted-ca.fallback"}),
        (f"{SSL_PROVIDER}[error:0A000102:SSL routines::unsupported protocol]", VERSIONS),
        (f"{DRIVER}TCP Provider: Error code 0x2746", VERSIONS | {"sha1-signature.server"}),
        # As quoted in microsoft/mssql-docker, issues 203 and 469.
        (f"{DRIVER}Login timeout expired", {"unreadable-key"}),
        (f"{DRIVER}TCP Provider: Error code 0x2749", {"unreadable-key"}),
        (refused("another reason"), set()),
        (f"{SSL_PROVIDER}Login timeout expired", set()),
        (f"{SSL_PROVIDER}TCP Provider: Error code 0x2749", set()),
    ],
)
def test_texts_are_recognised_where_they_are_documented_and_nowhere_else(text: str, scenarios: set[str]) -> None:
    assert documented(ODBC18, pyodbc(text)).keys() == scenarios


def test_a_number_of_windows_is_what_people_posted() -> None:
    assert set(documented(ODBC18, pyodbc(f"{DRIVER}TCP Provider: Error code 0x2746")).values()) == {Basis.REPORTED}
    assert set(documented(ODBC18, pyodbc(f"{DRIVER}Login timeout expired")).values()) == {Basis.AUTHORITATIVE}


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
