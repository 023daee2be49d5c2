"""ODBC Driver 17: what it lacks beside 18, what it verifies, and its name in the words of 18."""

from tests.clients.acts import broken, connects, documented, tolerated
from tests.clients.machine import MACHINE
from tlslab.clients.base import Machine
from tlslab.clients.odbc import Odbc18
from tlslab.clients.odbc17 import Odbc17
from tlslab.model.situation import Encryption, ServerKind, healthy

ODBC17 = Odbc17()
SQL = ServerKind.SQLSERVER
MESSAGE = (
    "[Microsoft][ODBC Driver 17 for SQL Server]SSL Provider: [error:0A000086:SSL routines::certificate verify "
    "failed:self-signed certificate]"
)


def test_its_words_are_those_of_18_behind_another_name() -> None:
    assert documented(ODBC17, MESSAGE).keys() >= {"self-signed"}
    assert documented(Odbc18(), MESSAGE) == {}


def test_it_verifies_what_it_asked_for_and_not_what_the_server_demands() -> None:
    """Microsoft, "Major version differences": validation "doesn't occur unless you request encryption"."""
    forced = broken("untrusted-ca.forced", SQL)
    assert "only when the client asks" in tolerated(ODBC17, forced)
    assert not connects(Odbc18(), forced)
    assert not connects(ODBC17, broken("self-signed", SQL))


def test_it_has_neither_tds_8_nor_another_name() -> None:
    good = healthy(SQL)
    assert "TDS 8.0" in str(ODBC17.cannot(good.with_client(encryption=Encryption.STRICT)))
    assert "Driver 18" in str(ODBC17.cannot(good.with_client(expected_name="other.lab.test")))


def test_where_it_is_not_the_command_that_brings_it_is_microsofts() -> None:
    here = {name: path for name, path in MACHINE.files.items() if name != "odbc17"}
    here |= {name: "/lib/" + name for name in ("libgssapi_krb5.so.2", "libltdl.so.7", "odbc-manager")}
    missing = ODBC17.missing(Machine(python="/python", python_packages={"pyodbc": "5"}, files=here))
    assert missing is not None
    assert missing.what == "Microsoft ODBC Driver 17"
    assert "apt-get install msodbcsql17" in missing.how_to_get
