"""Crates: the lock's format, and what a program is built from. Cargo is a script here."""

from pathlib import Path

import pytest

from tlslab.setup import crates
from tlslab.setup.crates import LockedCrate
from tlslab.setup.installer import InstallError

DIGEST = "0123456789abcdef" * 4
TINY = LockedCrate("tiny", "1.2.0+note", DIGEST)
CARGO = """#!/bin/sh
echo "$@" >> "$0.asked"
[ ! -e "$0.deaf" ] || { echo "error: no such host" >&2; exit 101; }
printf '[[package]]\\nname = "program"\\nversion = "0.0.0"\\n\\n' > Cargo.lock
printf '[[package]]\\nname = "tiny"\\nversion = "1.2.0+note"\\nchecksum = "%s"\\n' "$(cat "$0.sum")" >> Cargo.lock
"""


@pytest.fixture
def cargo(tmp_path: Path) -> Path:
    """A Cargo that finds one crate."""
    program = tmp_path / "cargo"
    program.write_text(CARGO)
    program.chmod(0o755)
    (tmp_path / "cargo.sum").write_text(DIGEST)
    return program


@pytest.mark.parametrize(
    "crate",
    [
        TINY,
        LockedCrate("tiny", "1.2.0", DIGEST, features=("a", "b-c")),
        LockedCrate("tiny", directory="/a b/c", features=()),
    ],
    ids=str,
)
def test_a_lock_is_read_as_it_is_written(crate: LockedCrate) -> None:
    assert crates.read_lock(f"# a comment\n\n{crate}\n") == (crate,)


@pytest.mark.parametrize("line", ["tiny 1.2.0", "tiny 1.2.0 --hash=sha256:12"])
def test_a_line_without_its_checksum_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="no line of a lock of crates"):
        crates.read_lock(line)


def test_a_program_is_bound_to_every_crate_of_the_lock_and_uses_its_own() -> None:
    """Cargo Book, "Specifying Dependencies": what stands behind a + in a version says nothing."""
    own = LockedCrate("driver", "0.1.0", DIGEST, features=("tls",))
    texts = dict(crates.manifest("program", "main.rs", [own, TINY]))
    manifest = texts[crates.MANIFEST]
    used, _, bound = manifest.partition("[target.'cfg(any())'.dependencies]")
    line = '{ package = "driver", version = "=0.1.0", default-features = false, features = ["tls"] }'
    assert f"driver = {line}" in used
    assert '{ package = "tiny", version = "=1.2.0", default-features = false }' in bound
    assert crates.read_lock(texts[crates.LOCK]) == (own, TINY)


def test_the_project_names_no_registry() -> None:
    assert "://" not in "".join(map(str, crates.known()))
    assert {crate.name for crate in crates.used(["tiberius[rustls]"]) if crate.features} == {"tiberius"}


def laid(directory: Path) -> Path:
    for name, text in crates.manifest("program", "main.rs", [TINY]):
        (directory / name).write_text(text)
    return directory


def test_what_cargo_chose_is_held_to_the_lock(cargo: Path, tmp_path: Path) -> None:
    env = {"CARGO_HOME": str(tmp_path / "home")}
    crates.hold(cargo, laid(tmp_path), env)
    cargo.with_name("cargo.sum").write_text("f" * 64)
    with pytest.raises(InstallError, match=r"tiny 1.2.0\+note is not one that the lock names: its SHA-256 is ffff"):
        crates.hold(cargo, laid(tmp_path), env)


def test_what_cargo_says_is_told(cargo: Path, tmp_path: Path) -> None:
    cargo.with_name("cargo.deaf").touch()
    with pytest.raises(InstallError, match="no such host"):
        crates.hold(cargo, laid(tmp_path), {"CARGO_HOME": str(tmp_path / "home")})


def test_cargo_reads_the_users_settings(cargo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "config.toml").write_text("[net]\n")
    monkeypatch.setenv("CARGO_HOME", str(theirs))
    crates.hold(cargo, laid(tmp_path), {"CARGO_HOME": str(tmp_path / "home")})
    assert (tmp_path / "home" / "config.toml").read_text() == "[net]\n"
    (theirs / "config.toml").unlink()
    crates.hold(cargo, laid(tmp_path), {"CARGO_HOME": str(tmp_path / "home")})
    assert not (tmp_path / "home" / "config.toml").exists()


def test_what_is_compiled_is_in_the_labs_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUSTUP_HOME", "/home/u/rustup")
    found = crates.settings(tmp_path)
    assert (found["CARGO_HOME"], found["CARGO_TARGET_DIR"]) == (str(tmp_path), str(tmp_path / "target"))
    assert found["RUSTUP_HOME"] == "/home/u/rustup"
