"""Registries: requirements, neighbours of a version that does not exist, and what programs call their version."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlslab.clients import all_clients
from tlslab.setup.versions.registry import (
    Registry,
    RegistryKind,
    nearest_versions,
    newest,
    order,
    pin,
    says_version,
    unpin,
)

CLIENTS = {client.name: client for client in all_clients()}
VERSIONS = st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){0,3}(rc1)?", fullmatch=True)


def registry(client: str) -> Registry:
    found = CLIENTS[client].registry
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("client", "version", "packages"),
    [
        ("pymssql", "2.3.13", ("pymssql==2.3.13",)),
        ("tedious", "19.0.0", ("tedious@19.0.0",)),
        ("requests", "2.27.1", ("requests==2.27.1",)),
        ("mssql-jdbc", "13.6.2.jre11", ("com.microsoft.sqlserver:mssql-jdbc:13.6.2.jre11",)),
        ("go-mssqldb", "1.8.2", ("github.com/microsoft/go-mssqldb@v1.8.2",)),
        ("tiberius-rustls", "0.12.3", ("tiberius[tds73,rustls]@0.12.3",)),
        # Microsoft's driver: a wheel of its own from 18.6.2 on, before that inside mssql-python up to 1.7.
        ("odbc18", "18.6.2", ("mssql-python-odbc==18.6.2",)),
        ("odbc18", "18.6.2.1", ("mssql-python-odbc==18.6.2.1",)),
        ("odbc18", "18.5.1", ("mssql-python==1.7.1",)),
    ],
)
def test_the_packages_of_a_version(client: str, version: str, packages: tuple[str, ...]) -> None:
    assert registry(client).packages(version) == packages


def test_what_comes_with_the_system_has_no_registry() -> None:
    without = {name for name, client in CLIENTS.items() if client.registry is None}
    tools = {"curl", "git", "wget", "openssl", "gnutls-cli", "odbc17", "sqlclient-mono", "tsql", "tdsodbc"}
    tools |= {"mono-httpwebrequest", "npm", "apt"}
    runtimes = {"node-https", "node-fetch", "go-https", "urllib"}
    runtimes |= {"dotnet-httpclient", "dotnet-httpclient.httpwebrequest"}
    runtimes |= {"java-httpclient", "java-httpclient.extended-trust-manager", "java-urlconnection"}
    runtimes |= {"perl-lwp", "perl-ssl", "php", "php-curl", "ruby"}
    assert without == tools | runtimes


@pytest.mark.parametrize("requirement", ["pymssql==2.3.13", "tedious@19.0.0", "@azure/identity@4.1.0"])
def test_a_pin_is_taken_apart_again(requirement: str) -> None:
    package, version = unpin(requirement)
    kind = RegistryKind.NPM if "==" not in requirement else RegistryKind.PYPI
    assert pin(kind, package, version) == requirement


def test_what_is_not_pinned_has_no_version() -> None:
    assert unpin("pyodbc") == ("pyodbc", "")
    assert unpin("@azure/identity") == ("@azure/identity", "")


def test_versions_sort_by_their_numbers_and_a_release_behind_its_candidates() -> None:
    wanted = ["1.9", "1.10rc1", "1.10", "1.10.post1", "2.0.0a1", "2.0", "10.0"]
    assert sorted(set(wanted), key=order) == wanted
    assert order("2.0") == order("2.0.0")


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ("2.3.3", ["2.3.1", "2.3.2", "2.3.4", "2.3.5", "2.4.6"]),
        ("2.3.6", ["2.3.4", "2.3.5", "2.4.0", "2.4.6"]),
        ("9.9", ["2.4.0", "2.4.6"]),
        ("0.1", ["2.3.1", "2.3.2", "2.4.6"]),
    ],
)
def test_the_nearest_versions_stand_around_the_wanted_one(wanted: str, near: list[str]) -> None:
    existing = ["2.4.6", "2.4.0", "2.3.5", "2.3.4", "2.3.2", "2.3.1"]
    assert nearest_versions(wanted, existing) == near


@given(VERSIONS, st.lists(VERSIONS, max_size=12))
def test_the_nearest_versions_exist(wanted: str, existing: list[str]) -> None:
    near = nearest_versions(wanted, existing)
    assert set(near) <= set(existing)
    assert bool(near) == bool(existing)


def test_the_newest_is_a_release_unless_there_is_none() -> None:
    assert newest(["1.0", "2.0.0rc1", "1.2"]) == "1.2"
    assert newest(["2.0.0a1", "2.0.0rc1"]) == "2.0.0rc1"
    with pytest.raises(ValueError, match="no versions"):
        newest([])


@pytest.mark.parametrize(
    ("words", "version", "agrees"),
    [
        ("ODBC Driver 18.05.0001 (pyodbc 5.5.0, OpenSSL 3.0.19 27 Jan 2026)", "18.5.1", True),
        ("ODBC Driver 18.06.0002 (pyodbc 5.5.0, OpenSSL 3.0.19 27 Jan 2026)", "18.6.2.2", True),
        ("ODBC Driver 18.06.0002 (pyodbc 5.5.0, OpenSSL 3.0.19 27 Jan 2026)", "18.5.1", False),
        ("pymssql 2.4.6 (freetds v1.5.19, OpenSSL 1.1.1k  FIPS 25 Mar 2021)", "2.4.6", True),
        ("pymssql 2.4.6 (freetds v1.5.19, OpenSSL 1.1.1k  FIPS 25 Mar 2021)", "1.5.19", False),
        ("tedious 20.3.9 (Node 20.20.2, OpenSSL 3.0.19)", "20.0.0", False),
        ("tedious 20.3.9 (Node 20.20.2, OpenSSL 3.0.19)", "20.20.2", False),
        ("something new", "1.0", False),
        ("", "1.0", False),
    ],
)
def test_whether_a_program_is_of_a_version(words: str, version: str, agrees: bool) -> None:
    assert says_version(words, version) is agrees
