"""Versions on the command line: wrong ones are sentences, and planning installs nothing."""

import json
from pathlib import Path

import pytest

from tests.test_cli import tlslab
from tlslab.commands.shared import Exit


@pytest.mark.parametrize(
    ("arguments", "tip"),
    [
        (["compare", "pymssql", "curl"], "compare takes two versions of one client"),
        (["compare", "pymsql@1", "pymssql"], "no client is called 'pymsql'. Did you mean pymssql"),
        (["compare", "pymssql@", "pymssql"], "which version? Write NAME, NAME@VERSION"),
        (["compare", "curl@8.1", "curl"], "curl comes with the system, so its version cannot be chosen here"),
        (["compare", "curl", "curl", "--scenario", "expird"], "Did you mean expired"),
        (["compare", "curl@/absent/curl", "curl"], "/absent/curl is no program"),
        (["compare", "pymssql@/absent/x.whl", "pymssql"], "there is no /absent/x.whl"),
        (["compare", "curl", "curl", "--save", "no/such/place.json"], "there is no directory"),
        (["run", "--plan", "--client", "pymsql@1.0"], "Did you mean pymssql"),
        (["clients", "remove", "pymssql@1.0"], "there is no pymssql@1.0 in the cache. There is none."),
        (["clients", "--defaults", "--client", "crl"], "Did you mean curl"),
    ],
)
def test_wrong_usage_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], tip: str
) -> None:
    # No index: none of this needs one, and the clients' environment cannot be built.
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    done = tlslab(tmp_path, *arguments)
    assert done.returncode == Exit.USAGE, done.stderr
    assert tip in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plan_with_versions_installs_nothing(tmp_path: Path) -> None:
    done = tlslab(tmp_path, "run", "--plan", "--json", "--client", "pymssql@2.3.13", "--scenario", "expired")
    assert done.returncode == Exit.AS_EXPECTED, done.stderr
    assert json.loads(done.stdout)["cells"] == [
        "expired/renew/pymssql@2.3.13/sqlserver",
        "expired/renew/pymssql.keyword@2.3.13/sqlserver",
    ]
    assert list(tmp_path.iterdir()) == []


def test_pruning_an_empty_cache_says_so(tmp_path: Path) -> None:
    done = tlslab(tmp_path, "clients", "prune")
    assert done.returncode == Exit.AS_EXPECTED, done.stderr
    assert done.stdout == "0 left\n"


def test_a_client_compared_with_itself_is_played_twice_and_does_not_differ(tmp_path: Path) -> None:
    arguments = ("compare", "openssl", "openssl", "--scenario", "expired", "--format", "json")
    done = tlslab(tmp_path, *arguments, "--save", str(tmp_path / "both.json"), PIP_NO_INDEX="1", UV_NO_INDEX="1")
    assert done.returncode == Exit.AS_EXPECTED, done.stderr
    assert json.loads(done.stdout)["groups"] == []
    cells = json.loads((tmp_path / "both.json").read_text())["cells"]
    assert [cell["client"] for cell in cells] == ["openssl", "openssl#2"]
