"""A SQL Server container: whose lines are whose, and what is put into it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tlslab.model.situation import ServerKind, ServerSide, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.servers import mssql_image
from tlslab.stages.docker.container import Directory, File, Files
from tlslab.stages.docker.sqlserver_container import (
    CA_STORE,
    CERTIFICATE,
    KEY,
    MARK,
    OPENSSL_CNF,
    READY,
    banner,
    of_clients,
    sqlserver_files,
)

CONF = "/var/opt/mssql/mssql.conf"
SIDE = healthy(ServerKind.SQLSERVER).server
OWN = ["Error: 17828, Severity: 20, State: 3.", "The prelogin packet is structurally invalid. [CLIENT: 127.0.0.1]"]
THEIRS = ["Error: 18456, Severity: 14, State: 8.", "Login failed for user 'sa'. [CLIENT: 172.18.0.3]"]


# How the errorlog of mcr.microsoft.com/mssql/server:2022-latest begins and goes on, as people posted it.
REAL = [
    "Server      Microsoft SQL Server 2022 (RTM-CU9) (KB5030731) - 16.0.4085.2 (X64) ",
    "\tSep 27 2023 12:05:43 ",
    "\tCopyright (C) 2022 Microsoft Corporation",
    "\tDeveloper Edition (64-bit) on Linux (Ubuntu 20.04.6 LTS) <X64>",
    "spid29s     A self-generated certificate was successfully loaded for encryption.",
    "spid29s     Server is listening on [ 'any' <ipv4> 1433] accept sockets 1.",
    "spid29s     Server is listening on [ 127.0.0.1 <ipv4> 1431] accept sockets 1.",
    "spid29s     SQL Server is now ready for client connections. This is an informational ...",
    "spid18s     Database 'model_replicatedmaster' running the upgrade step from version 934 ...",
]


def test_a_real_sql_server_is_known_by_what_it_writes() -> None:
    assert banner(REAL) == "Microsoft SQL Server 2022 (RTM-CU9) (KB5030731) - 16.0.4085.2 (X64)"
    assert any(READY in line for line in REAL)
    assert of_clients(REAL) == REAL


def test_the_endpoint_is_not_taken_for_one_even_if_it_says_its_name() -> None:
    assert banner([mssql_image.NOT_SQL_SERVER, *REAL]) == ""


def test_the_labs_own_connections_are_not_in_the_log_of_a_client() -> None:
    assert of_clients([*OWN, *THEIRS, "A line. [CLIENT: 127.0.0.1]", *OWN]) == THEIRS


def test_a_line_about_nobody_is_kept() -> None:
    assert of_clients(["The server does something.", OWN[1]]) == ["The server does something."]


def test_the_mark_is_a_whole_packet_of_prelogin() -> None:
    assert MARK[0] == 0x12  # MS-TDS 2.2.3.1.1
    assert MARK[1] == 1  # end of message
    assert int.from_bytes(MARK[2:4]) == len(MARK)


def text(files: Files, path: str) -> str:
    file = files[path]
    assert isinstance(file, File)
    return file.text


@pytest.fixture
def mint(tmp_path: Path) -> Mint:
    return Mint(Keys(tmp_path), datetime.now(UTC))


def test_the_files_belong_to_the_account_of_sql_server_as_the_documents_ask_for(mint: Mint) -> None:
    """uid 10001, mode 0400 (Microsoft Learn, "Encrypt connections to SQL Server on Linux")."""
    files = sqlserver_files(SIDE, mint)
    assert f"tlscert = {CERTIFICATE}" in text(files, CONF)
    assert f"tlskey = {KEY}" in text(files, CONF)
    assert files["/var/opt/mssql/certs"] == Directory(0o700, 10001)
    for name in (CERTIFICATE, KEY):
        assert (files[name].owner, files[name].mode) == (10001, 0o400)


def test_a_server_without_a_certificate_is_told_of_none(mint: Mint) -> None:
    files = sqlserver_files(replace(SIDE, chain=None), mint)
    assert "tlscert" not in text(files, CONF)
    assert CERTIFICATE not in files


def test_intermediates_come_from_the_ca_store_unless_the_server_forgets_them(mint: Mint) -> None:
    assert SIDE.chain
    issuing = mint.pem(*SIDE.chain.intermediates)
    forgotten = replace(SIDE, chain=replace(SIDE.chain, after=()))
    assert issuing in text(sqlserver_files(SIDE, mint), CA_STORE)
    assert issuing not in text(sqlserver_files(forgotten, mint), CA_STORE)


@pytest.mark.parametrize("side", [SIDE, replace(SIDE, chain=None), replace(SIDE, security_level=0)])
def test_whatever_the_side_everything_that_the_environment_names_is_there(side: ServerSide, mint: Mint) -> None:
    """A container is given another side by other files: its environment cannot be changed."""
    files = sqlserver_files(side, mint)
    assert "BEGIN CERTIFICATE" in text(files, CA_STORE)
    assert f"@SECLEVEL={side.security_level}" in text(files, OPENSSL_CNF)


def test_a_key_that_the_account_may_not_read_belongs_to_root(mint: Mint) -> None:
    files = sqlserver_files(replace(SIDE, key_readable=False), mint)
    assert (files[KEY].owner, files[KEY].mode) == (0, 0o400)
    assert files[CERTIFICATE].owner == 10001
