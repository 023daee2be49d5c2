"""A version of a crate: resolved once with checksums, built by Cargo, a script here; and a checkout."""

from pathlib import Path

import pytest

from tests.setup.versions.tiny_client import Tiny
from tlslab.clients.base import Machine
from tlslab.setup import crates, system
from tlslab.setup.needs import CARGO, Built
from tlslab.setup.versions.environments import Environment, Environments, UnknownVersion
from tlslab.setup.versions.registry import Registry, RegistryKind
from tlslab.setup.versions.spec import SpecError, parse

DIGEST = "0123456789abcdef" * 4
SCRIPT = """#!/bin/sh
case $1 in
    --version) echo "cargo 9" ;;
    generate-lockfile)
        grep -q '"tiny", version = "=1.2.0"\\|path = "/' Cargo.toml || {
            echo "error: failed to select a version for the requirement" >&2
            echo "candidate versions found which didn't match: 1.2.0, 1.0.0" >&2
            exit 101
        }
        {
            for name in needed helper; do
                printf '[[package]]\\nname = "%s"\\nversion = "0.1.0"\\nchecksum = "DIGEST"\\n' $name
            done
            grep -q 'path = "/' Cargo.toml ||
                printf '[[package]]\\nname = "tiny"\\nversion = "1.2.0"\\nchecksum = "DIGEST"\\n'
        } > Cargo.lock ;;
    make) { echo "#!/bin/sh"; sed 's/^/# /' Cargo.toml; } > "$2"; chmod +x "$2" ;;
esac
""".replace("DIGEST", DIGEST)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """A client that is built from a crate, by a Cargo that is a script."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "cargo").write_text(SCRIPT)
    (programs / "cargo").chmod(0o755)
    monkeypatch.setattr(system, "ADMIN_DIRECTORIES", ())
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "main.rs"
    source.write_text("fn main() {}\n")

    class OfACrate(Tiny):
        registry = Registry(
            RegistryKind.CARGO, "tiny", ("helper[x]",), requirements=lambda version: (f"tiny[tls]@{version}",)
        )
        needs = (Built("tiny", (source,), CARGO, ("--version",), ("{compiler}", "make", "{program}")),)

    return OfACrate()


def provided(client: Tiny, tmp_path: Path, spec: str) -> Environment:
    return Environments(tmp_path / "cache", print).provide(client, parse(spec))


@pytest.mark.parametrize("spec", ["tiny@1.2.0", "tiny@latest"])
def test_a_version_is_built_from_its_crate_and_what_that_needs(client: Tiny, tmp_path: Path, spec: str) -> None:
    found = provided(client, tmp_path, spec)
    assert (found.label, found.version) == ("tiny@1.2.0", "1.2.0")
    built = Path(found.on(Machine(which={"tiny": "/pinned"})).which["tiny"]).read_text()
    for name, version, more in (("tiny", "1.2.0", '["tls"]'), ("helper", "0.1.0", '["x"]')):
        assert f'package = "{name}", version = "={version}", default-features = false, features = {more}' in built
    assert 'package = "needed", version = "=0.1.0", default-features = false }' in built


def test_a_version_that_does_not_exist_is_told_with_its_neighbours(client: Tiny, tmp_path: Path) -> None:
    with pytest.raises(UnknownVersion, match=r"there is no tiny 1.1.0; the nearest are 1.0.0, 1.2.0$"):
        provided(client, tmp_path, "tiny@1.1.0")


def test_a_checkout_takes_the_place_of_the_crate(client: Tiny, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "target").mkdir(parents=True)
    (checkout / "Cargo.toml").write_text("[package]\n")
    found = provided(client, tmp_path, f"tiny@{checkout}")
    assert found.label.startswith("tiny@local~")
    (crate,) = (crate for crate in crates.read_lock(_lock(tmp_path)) if crate.directory)
    assert crate.features == ("tls",)
    assert sorted(item.name for item in Path(crate.directory).iterdir()) == ["Cargo.toml"]


def _lock(tmp_path: Path) -> str:
    return next((tmp_path / "cache" / "versions" / "requests").glob("*/crates.txt")).read_text()


@pytest.mark.parametrize(("spec", "why"), [("tiny@1.2.0+six==1.16", "a program alone"), ("tiny@{folder}", "no folder")])
def test_what_a_crate_cannot_be_is_told(client: Tiny, tmp_path: Path, spec: str, why: str) -> None:
    with pytest.raises(SpecError, match=why):
        provided(client, tmp_path, spec.format(folder=tmp_path))
