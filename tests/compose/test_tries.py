"""What a person is told to type, in the words of the clients' adapters."""

import shutil
import subprocess

import pytest

from tlslab import LOCKS, catalogue
from tlslab.clients import all_clients
from tlslab.compose.servers import Server, numbered, servers, with_servers
from tlslab.compose.tries import ACCEPTED, tries
from tlslab.setup.needs import of_the_system
from tlslab.setup.system import packages

CATALOGUE = catalogue.load()
SCENARIOS = CATALOGUE.scenarios
ALL = servers(SCENARIOS, numbered(with_servers(SCENARIOS), {}))


def told(name: str) -> dict[str, str]:
    server = next(server for server in ALL if server.name == name)
    return dict(tries(server, all_clients(), CATALOGUE.knowledge))


def test_a_web_server_is_met_with_curl_and_openssl() -> None:
    assert told("expired-https") == {
        "curl": "curl --cacert ca.pem https://shop.lab.test/",
        "openssl": "openssl s_client -connect shop.lab.test:443 -CAfile ca.pem -verify_return_error "
        "-verify_hostname shop.lab.test </dev/null",
    }


def test_who_trusts_nothing_is_given_no_file() -> None:
    assert told("untrusted-ca-https")["curl"] == "curl https://shop.lab.test/"


def test_sql_server_is_met_with_microsofts_driver_and_tsql() -> None:
    lines = told("expired-sqlserver")
    assert lines["odbc18"] == (
        "SSL_CERT_FILE=ca.pem isql -v -k "
        '"DRIVER=ODBC Driver 18 for SQL Server;SERVER=db.lab.test;UID=sa;PWD=$SA_PASSWORD;Encrypt=yes"'
    )
    assert "'[global]' 'encryption = require' 'ca file = ca.pem' >~/.freetds.conf && tsql" in lines["tsql"]


def test_limits_of_tls_go_into_the_files_that_the_variables_name() -> None:
    lines = told("tls-version-mismatch.server-newer-sqlserver")
    assert "'MaxProtocol = TLSv1.1'" in lines["odbc18"]
    assert ">openssl.cnf && SSL_CERT_FILE=ca.pem OPENSSL_CONF=openssl.cnf isql" in lines["odbc18"]
    assert "'[overrides]' 'disabled-version = tls1.2'" in lines["tsql"]
    assert ">gnutls.cfg && GNUTLS_SYSTEM_PRIORITY_FILE=gnutls.cfg tsql" in lines["tsql"]


def test_a_client_that_minds_nothing_is_said_to() -> None:
    assert told("untrusted-ca.forced-sqlserver")["tsql"].endswith(ACCEPTED)


@pytest.mark.parametrize(
    "name", ["healthy-https", "healthy-sqlserver", "expired-sqlserver", "unreadable-key-sqlserver"]
)
def test_nothing_is_said_where_a_client_connects_because_all_is_well_or_refuses(name: str) -> None:
    assert told(name)
    assert not [line for line in told(name).values() if ACCEPTED in line]


@pytest.mark.parametrize("server", ALL, ids=lambda server: server.name)
def test_every_server_can_be_tried_in_lines_that_a_shell_reads(server: Server) -> None:
    lines = tries(server, all_clients(), CATALOGUE.knowledge)
    assert lines
    bash = shutil.which("bash") or pytest.skip("bash reads these lines, and it is not on this machine")
    for _, line in lines:
        done = subprocess.run([bash, "-n", "-c", line], capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, ""), line


def test_nobody_is_said_to_connect_all_the_same_where_nothing_is_wrong() -> None:
    healthy = [server for server in ALL if server.name.startswith("healthy-")]
    lines = [line for server in healthy for _, line in tries(server, all_clients(), catalogue.load().knowledge)]
    assert lines
    assert not [line for line in lines if line.endswith(ACCEPTED)]


def test_the_client_container_holds_what_these_clients_need() -> None:
    """The image is built on Debian; Node and Python clients are not in it."""
    image = (LOCKS / "docker" / "lab" / "Dockerfile").read_text().partition("AS client")[2].partition("COPY")[0]
    offered = {name for server in ALL for name, _ in tries(server, all_clients(), catalogue.load().knowledge)}
    needs = [need for client in all_clients() if client.name in offered for need in client.needs]
    assert offered
    assert set(packages(of_the_system(needs))) <= set(image.split())
