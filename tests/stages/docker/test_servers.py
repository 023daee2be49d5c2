"""The servers of the docker stage: whose lines are whose, and what is put into a container."""

from datetime import UTC, datetime
from pathlib import Path

from lab.pki.keys import Keys
from lab.pki.mint import Mint
from lab.situation import ServerKind, healthy
from lab.stages.docker.servers import MARK, of_clients, sqlserver_files
from lab.stages.docker.stage import VENDOR_IMAGE

OWN = ["Error: 17828, Severity: 20, State: 3.", "The prelogin packet is structurally invalid. [CLIENT: 127.0.0.1]"]
THEIRS = ["Error: 18456, Severity: 14, State: 8.", "Login failed for user 'sa'. [CLIENT: 172.18.0.3]"]


def test_the_labs_own_connections_are_not_in_the_log_of_a_client() -> None:
    assert of_clients([*OWN, *THEIRS, "A line. [CLIENT: 127.0.0.1]", *OWN]) == THEIRS


def test_a_line_about_nobody_is_kept() -> None:
    assert of_clients(["The server does something.", OWN[1]]) == ["The server does something."]


def test_the_mark_is_a_whole_packet_of_prelogin() -> None:
    packet = bytes.fromhex(MARK)
    assert packet[0] == 0x12  # MS-TDS 2.2.3.1.1
    assert packet[1] == 1  # end of message
    assert int.from_bytes(packet[2:4]) == len(packet)


def test_sql_server_gets_its_files_as_the_documents_ask_for(tmp_path: Path) -> None:
    """uid 10001, mode 0400 (Microsoft Learn, "Encrypt connections to SQL Server on Linux")."""
    mint = Mint(Keys(tmp_path), datetime.now(UTC))
    side = healthy(ServerKind.SQLSERVER).server
    files, environment = sqlserver_files(side, mint)
    conf = files["/var/opt/mssql/mssql.conf"]
    assert "tlscert = /var/opt/mssql/certs/server.pem" in conf.text
    for name in ("/var/opt/mssql/certs/server.pem", "/var/opt/mssql/certs/server.key"):
        assert (files[name].owner, files[name].mode) == (10001, 0o400)
    assert environment["SSL_CERT_FILE"] in files


def test_the_vendors_image_is_microsofts() -> None:
    assert VENDOR_IMAGE.startswith("mcr.microsoft.com/mssql/server:")
