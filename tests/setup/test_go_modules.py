"""Go modules: the lock's format, what a program is built from, and the Go that builds it. Go is a script here."""

import json
from pathlib import Path

import pytest

from tlslab.setup import go_modules, system
from tlslab.setup.go_modules import LockedModule
from tlslab.setup.installer import InstallError

TINY = LockedModule("example.org/tiny", "v1.2.0", "h1:files=", "h1:manifest=")
# It unpacks what it fetches as Go does: without the right to execute anything (Go Modules Reference, "Module cache").
GO = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/asked"
[ ! -e "$0.deaf" ] || { echo '{"Error": "no such host"}'; exit 1; }
home=$GOPATH/pkg/mod/toolchain; mkdir -p "$home/bin" "$home/pkg/tool/here" "$GOPATH/zip"
: > "$home/bin/go"; : > "$home/pkg/tool/here/compile"; chmod 444 "$home/bin/go" "$home/pkg/tool/here/compile"
printf '{"Dir": "%s", "Zip": "%s", "Sum": "%s"}' "$home" "$GOPATH/zip/it.zip" "$(cat "$0.sum")"
"""


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Go in PATH that brings the pinned one, and an empty cache."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "go").write_text(GO)
    (programs / "go").chmod(0o755)
    wanted = [module for module in go_modules.known() if module.path == go_modules.TOOLCHAIN]
    (programs / "go.sum").write_text(wanted[0].files)
    monkeypatch.setattr(go_modules, "_toolchain_here", lambda: wanted[0])
    monkeypatch.setattr(system, "ADMIN_DIRECTORIES", ())
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    return programs


def asked(go: Path) -> list[str]:
    return (go / "asked").read_text().splitlines() if (go / "asked").exists() else []


def test_a_lock_is_read_as_it_is_written() -> None:
    assert go_modules.read_lock(f"# a comment\n\n{TINY}\n") == (TINY,)


@pytest.mark.parametrize("line", ["example.org/tiny v1.2.0", "example.org/tiny v1.2.0 h1:files= manifest"])
def test_a_line_without_both_hashes_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="no line of a lock of Go modules"):
        go_modules.read_lock(line)


def test_a_program_is_built_from_exactly_these_modules() -> None:
    """Go Modules Reference, "go.mod files" and "go.sum files"."""
    texts = dict(go_modules.manifest((TINY,)))
    assert texts["go.mod"] == (f"module tlslab/probe\n\ngo {go_modules.release()}\n\nrequire example.org/tiny v1.2.0\n")
    assert texts["go.sum"] == "example.org/tiny v1.2.0 h1:files=\nexample.org/tiny v1.2.0/go.mod h1:manifest=\n"


def test_the_pinned_go_is_one_release_for_all_machines_and_no_module_of_a_program() -> None:
    versions = [module.version for module in go_modules.known() if module.path == go_modules.TOOLCHAIN]
    assert {version.rpartition(".")[0] for version in versions} == {f"v0.0.1-go{go_modules.release()}"}
    assert go_modules.TOOLCHAIN not in dict(go_modules.manifest())["go.mod"]


def test_the_go_that_is_here_brings_the_pinned_one_once(go: Path) -> None:
    said: list[str] = []
    assert go_modules.toolchain() is None
    program = go_modules.ensure_toolchain(said.append)
    assert program == go_modules.toolchain() == go_modules.ensure_toolchain(said.append)
    assert (program.parent.parent / "pkg/tool/here/compile").stat().st_mode & 0o111
    assert len(asked(go)) == len(said) == 1
    assert asked(go)[0].startswith("mod download -json golang.org/toolchain@v0.0.1-go")


def test_another_toolchain_than_that_of_the_lock_is_not_used(go: Path) -> None:
    (go / "go.sum").write_text("h1:another=")
    with pytest.raises(InstallError, match="is not the one that the lock names: it is h1:another="):
        go_modules.ensure_toolchain(print)
    assert go_modules.toolchain() is None


def test_without_a_network_it_says_what_failed(go: Path) -> None:
    (go / "go.deaf").touch()
    with pytest.raises(InstallError, match=r"no such host\n.*go env GOPROXY"):
        go_modules.ensure_toolchain(print)


def test_without_any_go_it_says_how_to_get_one(go: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InstallError, match="comes by a Go, which is not installed"):
        go_modules.ensure_toolchain(print)


def test_what_go_keeps_is_in_the_labs_cache_and_the_users_proxy_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOENV", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/home/u/.config")
    found = go_modules.settings(tmp_path)
    assert (found["GOENV"], found["GOTOOLCHAIN"]) == ("/home/u/.config/go/env", "local")
    assert {found["GOCACHE"], found["GOPATH"]} == {str(tmp_path), str(tmp_path / "path")}
    assert json.dumps(dict(found)).count("://") == 0
