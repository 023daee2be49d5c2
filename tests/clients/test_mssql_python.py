"""mssql-python: the connection string without a driver, and the driver's words behind its own."""

import json
from pathlib import PurePosixPath

import pytest

from tests.clients.acts import connects, documented, tolerated
from tlslab.clients.base import Endpoint, Login, Machine, Material, Request
from tlslab.clients.mssql_python import MssqlPython
from tlslab.model.certificate import PAST
from tlslab.model.outcome import Completed
from tlslab.model.situation import Encryption, ServerKind, healthy

MSSQL_PYTHON = MssqlPython()
HEALTHY = healthy(ServerKind.SQLSERVER)
BEFORE = (
    "mssql_python.exceptions.OperationalError: Driver Error: Client unable to establish connection; DDBC Error: "
    "[Microsoft]"
)


def test_brings_its_driver_itself() -> None:
    machine = Machine(
        python="/clients/python",
        python_packages={"mssql-python": "1", "mssql-python-odbc": "18"},
        files={"libgssapi_krb5.so.2": "/lib/libgssapi_krb5.so.2", "libltdl.so.7": "/lib/libltdl.so.7"},
    )
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    invocation = MSSQL_PYTHON.invoke(
        Request(machine, HEALTHY.client, endpoint, Material("ROOT\n"), Login("sa", "pw"), PurePosixPath("/room"))
    )
    request = json.loads(invocation.stdin)
    assert request["driver"] == "mssql-python"
    assert request["connection"]["connection_string"] == "SERVER=db.lab.test,1433;UID={sa};PWD={pw};Encrypt=yes"
    assert invocation.env["SSL_CERT_FILE"] == "/room/ca.pem"
    assert MSSQL_PYTHON.missing(machine) is None
    assert MSSQL_PYTHON.missing(Machine(python="/clients/python")) is not None


@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        ("SSL Provider: [error:0A000086:SSL routines::certificate verify failed:certificate has expired]", {"expired"}),
        ("TCP Provider: Error code 0x2749", {"unreadable-key"}),
        (
            "TCP Provider: Error code 0x2746",
            {"sha1-signature.server", "tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"},
        ),
        ("SSL Provider: [error:0A000086:SSL routines::certificate verify failed:another reason]", set()),
    ],
)
def test_the_drivers_words_are_recognised_behind_its_own(text: str, scenarios: set[str]) -> None:
    assert documented(MSSQL_PYTHON, f"{BEFORE}{text}").keys() == scenarios
    assert not documented(MSSQL_PYTHON, f"[Microsoft][ODBC Driver 18 for SQL Server]{text}"), "that is pyodbc's"


def test_it_tolerates_what_the_driver_does() -> None:
    expired = HEALTHY.with_leaf(validity=PAST)
    assert not connects(MSSQL_PYTHON, expired)
    assert "Encrypt=no" in tolerated(MSSQL_PYTHON, expired.with_client(encryption=Encryption.OPTIONAL))


def test_version_names_the_driver_that_it_bundles() -> None:
    line = '{"openssl": "OpenSSL 3.0.19", "odbc_driver": "18.06.0002", "mssql-python": "1.16.0"}'
    version = MSSQL_PYTHON.read_version(Completed(0, line, "", 0.1))
    assert version == "mssql-python 1.16.0 (ODBC Driver 18.06.0002, OpenSSL 3.0.19)"
    assert MSSQL_PYTHON.read_version(Completed(1, "", "", 0.1)) == ""
