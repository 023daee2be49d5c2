"""The endpoint behind the interface of SQL Server's container image."""

import io
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.servers.minted import Shelf
from tlslab import IMPORTED_FROM
from tlslab.servers.mssql_image import ErrorLog, Refused, listener, security_level, strong
from tlslab.servers.tds.endpoint import SqlServerOptions

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


ROOT = Path(__file__).resolve().parents[2]
START = (
    "import sys; from pathlib import Path; from tlslab.servers import mssql_image; "
    "mssql_image.HOME = Path(sys.argv[1]); sys.exit(mssql_image.main())"
)
BOUND_BY_MODES = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
"""Before a command: what keeps root from reading files of mode 000 (capabilities(7)); others cannot anyway."""


def started(home: Path) -> "subprocess.CompletedProcess[str]":
    """The image's entry point with another home, run to its end by somebody whom modes bind."""
    environment = GOOD | {"PATH": os.environ["PATH"], "PYTHONPATH": str(IMPORTED_FROM)}
    command = [*BOUND_BY_MODES, sys.executable, "-P", "-c", START, str(home)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("closed", ["key.pem", "."], ids=["the key", "its folder"])
def test_it_does_not_start_when_it_may_not_read_its_key_and_says_so_as_sql_server_does(
    home: Path, shelf: Shelf, closed: str
) -> None:
    """Texts: errors 49940 and 49939 in MicrosoftDocs/sql-docs, list of 41400 to 49999."""
    folder = home / "certs"
    folder.mkdir()
    for name in ("leaf.pem", "key.pem"):
        (folder / name).write_text((shelf.directory / name).read_text())
    (home / "mssql.conf").write_text(f"[network]\ntlscert = {folder}/leaf.pem\ntlskey = {folder}/key.pem\n")
    (folder / closed).chmod(0)
    try:
        read = subprocess.run([*BOUND_BY_MODES, "cat", folder / "key.pem"], capture_output=True, check=False)
        ended = started(home) if read.returncode else None
    finally:
        folder.chmod(0o700)
    if ended is None:
        pytest.skip("nobody can be kept from a file here: setpriv cannot take CAP_DAC_OVERRIDE away")
    said = [line[35:] for line in ended.stdout.splitlines()]
    assert ended.returncode == 1
    assert said[1] == "Error: 49940, Severity: 16, State: 1."
    assert said[2] == (
        "Unable to open one or more of the user-specified certificate file(s). Verify that the certificate file(s) "
        "exist with read permissions for the user and group running SQL Server."
    )
    assert said[3].startswith("Error: 49939, ")
    assert "The server is being shut down." in said[4]
    assert "cannot be read by the account of the server (uid " in said[5]
    assert ended.stdout == (home / "log" / "errorlog").read_text()
    assert not ended.stderr
