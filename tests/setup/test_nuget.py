"""A release from NuGet: built once by the user's SDK, and told when no source has it. The SDK is a script here."""

from pathlib import Path

import pytest

from tlslab.clients.base import Machine
from tlslab.clients.microsoft_data_sqlclient import MicrosoftDataSqlClient
from tlslab.setup import nuget, system
from tlslab.setup.installer import InstallError
from tlslab.setup.versions.environments import PROJECT, Environments, UnknownVersion
from tlslab.setup.versions.spec import SpecError, parse

DOTNET = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/asked"
case $* in *Release=9.9.9*) echo "error NU1102: Unable to find package"; exit 1 ;; esac
mkdir -p out && cp SqlClient.cs out/SqlClient.dll
"""


@pytest.fixture
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dotnet").write_text(DOTNET)
    (tmp_path / "dotnet").chmod(0o755)
    monkeypatch.setattr(system, "ADMIN_DIRECTORIES", ())
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_a_release_is_built_once_and_found_by_the_client(sdk: Path, tmp_path: Path) -> None:
    client = MicrosoftDataSqlClient()
    for _ in range(2):
        found = Environments(tmp_path / "cache", print).provide(client, parse("microsoft-data-sqlclient@7.1.1"))
    assert (found.label, found.version) == ("microsoft-data-sqlclient@7.1.1", "7.1.1")
    machine = found.on(Machine())
    assert client.missing(machine) is None
    argv = client.version_probe(machine).argv
    assert argv == (str(sdk / "dotnet"), machine.files["microsoft-data-sqlclient"])
    (asked,) = (sdk / "asked").read_text().splitlines()
    assert asked.endswith("-c Release -o out -p:Release=7.1.1")


def test_a_release_that_no_source_has_is_named(sdk: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownVersion, match=r"9\.9\.9"):
        Environments(tmp_path / "cache", print).provide(
            MicrosoftDataSqlClient(), parse("microsoft-data-sqlclient@9.9.9")
        )


@pytest.mark.parametrize("spec", ["microsoft-data-sqlclient@latest", "microsoft-data-sqlclient@7.1.1+x==1"])
def test_what_is_no_release_is_told_with_one_that_is(sdk: Path, tmp_path: Path, spec: str) -> None:
    with pytest.raises(SpecError, match="name one"):
        Environments(tmp_path / "cache", print).provide(MicrosoftDataSqlClient(), parse(spec))


def test_without_the_sdk_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "ADMIN_DIRECTORIES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InstallError, match=r"\.NET SDK"):
        nuget.publish(PROJECT, "7.1.1", tmp_path / "home", tmp_path, print)


def test_the_project_names_the_sources_of_the_probe_and_the_release() -> None:
    text = PROJECT.read_text(encoding="utf-8")
    assert '<Compile Include="SqlClient.cs;Probe.cs" />' in text
    assert 'Version="[$(Release)]"' in text
    assert PROJECT.with_suffix(".cs").is_file()
    assert PROJECT.with_name("Probe.cs").is_file()
