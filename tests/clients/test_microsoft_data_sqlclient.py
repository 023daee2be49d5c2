"""Microsoft.Data.SqlClient: what it is told, and what its releases accept that they should not."""

import json
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from tests.clients.acts import broken, connects
from tlslab.clients import Client
from tlslab.clients.base import Endpoint, Login, Machine, Material, Request
from tlslab.clients.microsoft_data_sqlclient import MicrosoftDataSqlClient
from tlslab.model.outcome import Completed
from tlslab.model.situation import Encryption, ServerKind, healthy

MDS = MicrosoftDataSqlClient()
SQL = ServerKind.SQLSERVER
GOOD = healthy(SQL)
MACHINE = Machine(files={"dotnet-sdk": "/usr/bin/dotnet", "microsoft-data-sqlclient": "/SqlClient.dll"})


def at(version: str) -> Client:
    client = MicrosoftDataSqlClient()
    client.release = {"microsoft-data-sqlclient": version}
    return client


def test_another_name_and_tds_8_are_words_of_the_connection_string() -> None:
    side = replace(GOOD.client, encryption=Encryption.STRICT, expected_name="other.lab.test")
    request = Request(
        MACHINE,
        side,
        Endpoint(SQL, "127.0.0.1", 1433),
        Material("ROOT\n"),
        Login("sa", "secret"),
        PurePosixPath("/room"),
    )
    words = json.loads(MDS.invoke(request).stdin)["connection"].split(";")
    assert {"Encrypt=Strict", "HostNameInCertificate=other.lab.test", "Pooling=False"} <= {*words}


def test_where_it_is_not_the_sdk_brings_it() -> None:
    missing = MDS.missing(Machine())
    assert missing is not None
    assert ".NET SDK" in missing.how_to_get
    assert "microsoft-data-sqlclient@7.1.1" in missing.how_to_get


def test_the_version_is_the_one_that_its_build_wrote_down() -> None:
    line = '{"driver": "7.1.1+0259b1e", "runtime": "10.0.1"}\n'
    assert MDS.read_version(Completed(0, line, "", 0.1)) == "microsoft-data-sqlclient 7.1.1 (.NET 10.0.1)"


@pytest.mark.parametrize(("version", "lets_in"), [("5.1.9", True), ("5.2.2", False), ("7.1.1", False)])
def test_up_to_5_1_the_name_that_it_finds_itself_switches_the_check_of_the_chain_off(
    version: str, lets_in: bool
) -> None:
    """dotnet/SqlClient 5.1.9, SNICommon.cs: with another name only the subject is compared."""
    anybody = broken("self-signed", SQL).with_leaf(names=("other.lab.test",))
    assert connects(at(version), anybody) is lets_in


@pytest.mark.parametrize(("version", "verifies"), [("1.0.19269.1", False), ("2.1.4", True), ("7.1.1", True)])
def test_where_the_server_demands_encryption_it_verifies_from_2_0_on(version: str, verifies: bool) -> None:
    assert connects(at(version), broken("untrusted-ca.forced", SQL)) is not verifies
