"""A version of a Go module: resolved once with hashes, built by the pinned Go, a script here; and a checkout."""

import json
from pathlib import Path

import pytest

from tests.setup.versions.tiny_client import Tiny
from tlslab.clients.base import Machine
from tlslab.setup import go_modules
from tlslab.setup.needs import GO, Built
from tlslab.setup.versions.environments import Environment, Environments, UnknownVersion
from tlslab.setup.versions.registry import Registry, RegistryKind
from tlslab.setup.versions.spec import SpecError, parse

MODULE = "example.org/a/tiny"
# go.sum has the hashes of what is built, and of the go.mod of whatever else was looked at (Go Modules Reference).
SCRIPT = """#!/bin/sh
echo "$@" >> "$0.asked"
case $1$2 in
    version) echo "go version go9" ;;
    list-m) echo '{"Versions": ["v1.0.0", "v1.2.0"]}' ;;
    list-mod=mod)
        grep -q "v1.2.0\\|=>" go.mod || { echo "unknown revision" >&2; exit 1; }
        echo "example.org/a/needed v0.1.0 h1:needed=" > go.sum
        echo "example.org/a/needed v0.1.0/go.mod h1:its-mod=" >> go.sum
        echo "example.org/a/seen v0.2.0/go.mod h1:seen=" >> go.sum
        grep -q "=>" go.mod || printf '%s\\n' "MODULE v1.2.0 h1:own=" "MODULE v1.2.0/go.mod h1:own-mod=" >> go.sum ;;
    build*) { echo "#!/bin/sh"; sed 's/^/# /' go.mod go.sum; } > "$3"; chmod +x "$3" ;;
esac
""".replace("MODULE", MODULE)


@pytest.fixture
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pinned Go."""
    program = tmp_path / "go"
    program.write_text(SCRIPT)
    program.chmod(0o755)
    monkeypatch.setattr(go_modules, "ensure_toolchain", lambda echo: program)
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    return program


@pytest.fixture
def client(tmp_path: Path) -> Tiny:
    """A client that is built from a module."""
    source = tmp_path / "main.go"
    source.write_text("package main\n")

    class OfAModule(Tiny):
        registry = Registry(RegistryKind.GO, MODULE)
        needs = (
            Built("tiny", (source,), GO, ("version",), ("{compiler}", "build", "-o", "{program}"), by_pinned_go=True),
        )

    return OfAModule()


def provided(client: Tiny, tmp_path: Path, spec: str) -> Environment:
    return Environments(tmp_path / "cache", print).provide(client, parse(spec))


@pytest.mark.parametrize("spec", ["tiny@1.2.0", "tiny@latest"])
def test_a_version_is_built_from_its_module_and_what_that_needs(
    go: Path, client: Tiny, tmp_path: Path, spec: str
) -> None:
    found = provided(client, tmp_path, spec)
    assert (found.label, found.version) == ("tiny@1.2.0", "1.2.0")
    built = Path(found.on(Machine(which={"tiny": "/pinned"})).which["tiny"]).read_text()
    for line in (f"require {MODULE} v1.2.0", "require example.org/a/needed v0.1.0", f"{MODULE} v1.2.0 h1:own="):
        assert f"# {line}\n" in built
    assert "seen" not in built


def test_what_is_in_the_cache_asks_no_go(go: Path, client: Tiny, tmp_path: Path) -> None:
    first = provided(client, tmp_path, "tiny@1.2.0")
    asked = go.with_name("go.asked").read_text()
    assert provided(client, tmp_path, "tiny@1.2.0") == first
    assert go.with_name("go.asked").read_text() == asked


def test_a_version_that_does_not_exist_is_told_with_its_neighbours(go: Path, client: Tiny, tmp_path: Path) -> None:
    with pytest.raises(UnknownVersion, match=r"there is no example.org/a/tiny 1.1.0; the nearest are 1.0.0, 1.2.0$"):
        provided(client, tmp_path, "tiny@1.1.0")


def test_a_checkout_takes_the_place_of_the_module(go: Path, client: Tiny, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "go.mod").write_text(f"module {MODULE}\n")
    found = provided(client, tmp_path, f"tiny@{checkout}")
    assert found.label.startswith("tiny@local~")
    built = Path(found.which["tiny"]).read_text()
    (line,) = (line for line in built.splitlines() if " => " in line)
    copied = Path(json.loads(line.partition(" => ")[2]))
    assert copied.is_relative_to(tmp_path / "cache")
    assert (copied / "go.mod").read_text() == f"module {MODULE}\n"


@pytest.mark.parametrize(("spec", "why"), [("tiny@1.2.0+six==1.16", "a program alone"), ("tiny@{folder}", "no folder")])
def test_what_a_module_cannot_be_is_told(go: Path, client: Tiny, tmp_path: Path, spec: str, why: str) -> None:
    with pytest.raises(SpecError, match=why):
        provided(client, tmp_path, spec.format(folder=tmp_path))
