"""The endpoint behind the interface of SQL Server's container image."""

import io
from contextlib import closing
from pathlib import Path

import pytest

from lab.servers.mssql_image import ErrorLog, Refused, listener, security_level, strong
from lab.servers.tds.endpoint import SqlServerOptions

GOOD = {"ACCEPT_EULA": "Y", "MSSQL_SA_PASSWORD": "Lab-Passw0rd"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "log").mkdir()
    (tmp_path / "mssql.conf").write_text("[network]\nforceencryption = 1\n")
    return tmp_path


def test_it_listens_where_sql_server_does(home: Path) -> None:
    found = listener(GOOD, home)
    assert found.port == 1433
    assert isinstance(found.options, SqlServerOptions)
    assert found.options.conf == home / "mssql.conf"
    assert found.options.password == "Lab-Passw0rd"


def test_the_port_is_that_of_the_environment_before_that_of_the_file(home: Path) -> None:
    (home / "mssql.conf").write_text("[network]\ntcpport = 14330\n")
    assert listener(GOOD, home).port == 14330
    assert listener(GOOD | {"MSSQL_TCP_PORT": "1500"}, home).port == 1500


@pytest.mark.parametrize("port", ["0", "70000", "x", "-1"])
def test_a_port_that_is_none_is_refused(home: Path, port: str) -> None:
    with pytest.raises(Refused, match="is not a number from 1 to 65535"):
        listener(GOOD | {"MSSQL_TCP_PORT": port}, home)


def test_without_the_licence_nothing_starts(home: Path) -> None:
    with pytest.raises(Refused, match="must be accepted"):
        listener({"MSSQL_SA_PASSWORD": "Lab-Passw0rd"}, home)


@pytest.mark.parametrize("password", ["", "Sh0rt!", "onlylowercase", "lower123456"])
def test_a_weak_password_is_refused(home: Path, password: str) -> None:
    assert not strong(password)
    with pytest.raises(Refused, match="password policy"):
        listener(GOOD | {"MSSQL_SA_PASSWORD": password}, home)


def test_the_old_name_of_the_password_still_works(home: Path) -> None:
    found = listener({"ACCEPT_EULA": "Y", "SA_PASSWORD": "Lab-Passw0rd"}, home)
    assert isinstance(found.options, SqlServerOptions)
    assert found.options.password == "Lab-Passw0rd"


def test_the_security_level_is_that_of_openssls_configuration(tmp_path: Path) -> None:
    conf = tmp_path / "openssl.cnf"
    conf.write_text("CipherString = DEFAULT@SECLEVEL=0\n")
    assert security_level(str(conf)) == 0
    assert security_level("") == 2
    assert security_level(str(tmp_path / "nowhere")) == 2


def test_the_log_goes_to_the_file_and_to_the_output_and_the_last_one_is_kept(tmp_path: Path) -> None:
    first, second = io.StringIO(), io.StringIO()
    with closing(ErrorLog(tmp_path, first)) as log:
        log.put({"event": "log", "line": "one"})
    with closing(ErrorLog(tmp_path, second)) as log:
        log.put({"event": "open", "peer": "nobody"})
        log.put({"event": "log", "line": "two"})
    assert second.getvalue() == (tmp_path / "errorlog").read_text() == "two\n"
    assert first.getvalue() == (tmp_path / "errorlog.1").read_text() == "one\n"
