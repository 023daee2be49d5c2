"""mssql-python: the connection string without a driver, and the driver's words behind its own."""

import json
from pathlib import PurePosixPath

from tlslab.clients.base import Endpoint, Login, Machine, Material
from tlslab.clients.mssql_python import MssqlPython
from tlslab.model.evidence import Basis, Phase, Reason, Source, expectations
from tlslab.model.outcome import Completed
from tlslab.model.situation import ServerKind, healthy

MSSQL_PYTHON = MssqlPython()
HEALTHY = healthy(ServerKind.SQLSERVER)
DOCUMENT = Source("a document", "https://example.org/")
EXPIRED = Reason("openssl", Phase.VERIFY, "certificate has expired", Basis.AUTHORITATIVE, DOCUMENT)


def test_brings_its_driver_itself() -> None:
    machine = Machine(
        python="/clients/python",
        python_packages={"mssql-python": "1", "mssql-python-odbc": "18"},
        files={"libgssapi_krb5.so.2": "/lib/libgssapi_krb5.so.2", "libltdl.so.7": "/lib/libltdl.so.7"},
    )
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    invocation = MSSQL_PYTHON.invoke(
        machine, HEALTHY.client, endpoint, Material("ROOT\n"), Login("sa", "pw"), PurePosixPath("/room")
    )
    request = json.loads(invocation.stdin)
    assert request["driver"] == "mssql-python"
    assert request["connection"]["connection_string"] == "SERVER=db.lab.test,1433;UID={sa};PWD={pw};Encrypt=yes"
    assert invocation.env["SSL_CERT_FILE"] == "/room/ca.pem"
    assert MSSQL_PYTHON.missing(machine) is None
    assert MSSQL_PYTHON.missing(Machine(python="/clients/python")) is not None


def test_driver_s_words_are_recognised_behind_its_own() -> None:
    text = (
        "mssql_python.exceptions.OperationalError: Driver Error: Client unable to establish connection; DDBC Error: "
        "[Microsoft]SSL Provider: [error:0A000086:SSL routines::certificate verify failed:certificate has expired]"
    )
    found = expectations([EXPIRED], MSSQL_PYTHON.wrappers)
    assert any(item.matches(text, "", {}) for item in found)
    assert not any(item.matches(text.replace("expired", "not expired"), "", {}) for item in found)


def test_version_names_the_driver_that_it_bundles() -> None:
    line = '{"openssl": "OpenSSL 3.0.19", "odbc_driver": "18.06.0002", "mssql-python": "1.16.0"}'
    version = MSSQL_PYTHON.read_version(Completed(0, line, "", 0.1))
    assert version == "mssql-python 1.16.0 (ODBC Driver 18.06.0002, OpenSSL 3.0.19)"
    assert MSSQL_PYTHON.read_version(Completed(1, "", "", 0.1)) == ""


def test_a_refused_connection_is_told_behind_its_own_words() -> None:
    text = (
        "mssql_python.exceptions.OperationalError: Driver Error: Client unable to establish connection; DDBC Error: "
        "[Microsoft]TCP Provider: Error code 0x2749"
    )
    refused = Reason("odbc18", Phase.CONNECT, "TCP Provider: Error code 0x2749", Basis.REPORTED, DOCUMENT)
    found = expectations([refused], MSSQL_PYTHON.wrappers)
    assert any(item.matches(text, "", {}) for item in found)
    assert not any(item.matches(text.replace("0x2749", "0x2746"), "", {}) for item in found)
