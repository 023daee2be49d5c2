"""Jars: the lock's format, the checksum that a file is held to, and what Maven is asked. Maven is a script here."""

import hashlib
from pathlib import Path

import pytest

from tlslab.setup import jars, system
from tlslab.setup.installer import InstallError
from tlslab.setup.jars import LockedJar

CONTENT = b"a jar"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
TINY = LockedJar("org.example:tiny", "1.2.jre11", SHA256)
# It keeps what it fetches as Maven does: <repository>/<group>/<name>/<version>/<name>-<version>.jar.
MAVEN = """#!/bin/sh
for word; do case $word in
    -Dmaven.repo.local=*) home=${word#*=}/org/example/tiny ;;
    -Dartifact=*) version=${word##*:} ;;
esac; done
echo "$@" >> "$(dirname "$0")/asked"
mkdir -p "$home"
echo '<metadata><version>1.0.jre8</version><version>1.2.jre11</version></metadata>' > "$home/maven-metadata-central.xml"
[ "$version" != LATEST ] || version=1.2.jre11
[ "$version" = 1.2.jre11 ] || exit 1
mkdir -p "$home/$version"
printf 'a jar' > "$home/$version/tiny-$version.jar"
"""


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in PATH with nothing but that script."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "mvn").write_text(MAVEN)
    (bin_ / "mvn").chmod(0o755)
    monkeypatch.setattr(system, "ADMIN_DIRECTORIES", ())
    monkeypatch.setenv("PATH", f"{bin_}:/usr/bin:/bin")
    return bin_


def test_a_lock_is_read_as_it_is_written() -> None:
    assert jars.read_lock(f"# a comment\n\n{TINY}\n") == (TINY,)


@pytest.mark.parametrize("line", ["org.example:tiny", "org.example:tiny:1.2", "tiny:1.2 --hash=sha256:" + SHA256])
def test_a_line_that_names_no_file_is_an_error(line: str) -> None:
    with pytest.raises(ValueError, match="no line of a lock of jars"):
        jars.read_lock(line)


def test_the_first_line_of_an_artifact_is_what_is_played() -> None:
    newest = jars.known()[0]
    assert jars.pinned(newest.artifact) == newest
    with pytest.raises(KeyError):
        jars.pinned("org.example:unknown")


def test_a_jar_is_fetched_once_and_has_the_name_of_its_version(maven: Path, tmp_path: Path) -> None:
    said: list[str] = []
    for _ in range(2):
        path = jars.install(TINY, tmp_path / "home", said.append, tmp_path / "cache")
        assert path == tmp_path / "home" / "tiny-1.2.jre11.jar"
        assert path.read_bytes() == CONTENT
    assert len(said) == 1
    (asked,) = (maven / "asked").read_text().splitlines()
    assert "-Dartifact=org.example:tiny:1.2.jre11" in asked.split()


def test_another_file_than_the_locks_is_refused(maven: Path, tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="not the file that its lock names"):
        jars.install(LockedJar(TINY.artifact, TINY.version, "0" * 64), tmp_path / "home", print, tmp_path / "cache")
    assert not (tmp_path / "home").exists()


def test_a_version_that_the_project_knows_is_held_to_its_checksum(tmp_path: Path) -> None:
    newest = jars.known()[0]
    (tmp_path / "other.jar").write_bytes(CONTENT)
    with pytest.raises(InstallError, match="not the file that the project knows"):
        jars.checked(newest.artifact, newest.version, tmp_path / "other.jar")


def test_what_maven_does_not_bring_is_told_with_the_command_that_says_why(maven: Path, tmp_path: Path) -> None:
    with pytest.raises(InstallError, match=r"mvn dependency:get .*-Dartifact=org.example:tiny:9.9"):
        jars.install(LockedJar(TINY.artifact, "9.9", SHA256), tmp_path / "home", print, tmp_path / "cache")


def test_without_maven_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(system, "ADMIN_DIRECTORIES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InstallError, match="maven"):
        jars.install(TINY, tmp_path / "home", print, tmp_path / "cache")


def test_versions_are_those_that_the_repository_lists_now(maven: Path, tmp_path: Path) -> None:
    assert jars.versions(TINY.artifact, tmp_path, print) == ("1.0.jre8", "1.2.jre11")
    (maven / "mvn").write_text("#!/bin/sh\nexit 1\n")
    assert jars.versions(TINY.artifact, tmp_path, print) == ()
