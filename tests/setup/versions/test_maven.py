"""A version from a Maven repository: found by its suffix, fetched once, held to its lock; a jar of the user's own."""

from pathlib import Path

import pytest

from tests.setup.test_jars import CONTENT, maven
from tests.setup.versions.tiny_client import Tiny
from tlslab.clients.base import Machine
from tlslab.setup.installer import InstallError
from tlslab.setup.versions.environments import Environments, UnknownVersion
from tlslab.setup.versions.registry import Registry, RegistryKind
from tlslab.setup.versions.spec import SpecError, parse

__all__ = ["maven"]


class Jarred(Tiny):
    """A client that is a jar."""

    registry = Registry(RegistryKind.MAVEN, "org.example:tiny", suffix=".jre11")
    library = "tiny"


def environments(cache: Path) -> Environments:
    return Environments(cache, print)


@pytest.mark.parametrize("spec", ["tiny@1.2.jre11", "tiny@latest"])
def test_a_version_is_the_jar_of_its_artifact(maven: Path, tmp_path: Path, spec: str) -> None:
    found = environments(tmp_path / "cache").provide(Jarred(), parse(spec))
    assert (found.label, found.version) == ("tiny@1.2.jre11", "1.2.jre11")
    jar = Path(found.on(Machine()).files["tiny"])
    assert (jar.name, jar.read_bytes()) == ("tiny-1.2.jre11.jar", CONTENT)


def test_what_is_in_the_cache_needs_no_maven(maven: Path, tmp_path: Path) -> None:
    first = environments(tmp_path / "cache").provide(Jarred(), parse("tiny@1.2.jre11"))
    (maven / "mvn").unlink()
    assert environments(tmp_path / "cache").provide(Jarred(), parse("tiny@1.2.jre11")) == first


def test_a_version_that_does_not_exist_is_told_with_those_of_the_same_suffix(maven: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownVersion, match=r"there is no org.example:tiny 1.3; the nearest are 1.2.jre11$"):
        environments(tmp_path / "cache").provide(Jarred(), parse("tiny@1.3"))


def test_a_file_that_was_changed_after_the_lock_is_refused(maven: Path, tmp_path: Path) -> None:
    found = environments(tmp_path / "cache")
    home = found.provide(Jarred(), parse("tiny@1.2.jre11")).home
    next(home.glob("*.jar")).unlink()
    (maven / "mvn").write_text((maven / "mvn").read_text().replace("a jar", "another jar"))
    with pytest.raises(InstallError, match="not the file that its lock names"):
        found.provide(Jarred(), parse("tiny@1.2.jre11"))


def test_a_jar_of_ones_own_is_used_where_it_lies(tmp_path: Path) -> None:
    own = tmp_path / "own.jar"
    own.write_bytes(CONTENT)
    found = environments(tmp_path / "cache").provide(Jarred(), parse(f"tiny@{own}"))
    assert found.files == {"tiny": str(own)}
    assert found.version == ""
    assert found.label.startswith("tiny@own.jar~")


@pytest.mark.parametrize(("spec", "why"), [("tiny@1.2.jre11+six==1.16", "a jar alone"), ("tiny@{folder}", "no file")])
def test_what_a_jar_cannot_be_is_told(tmp_path: Path, spec: str, why: str) -> None:
    with pytest.raises(SpecError, match=why):
        environments(tmp_path / "cache").provide(Jarred(), parse(spec.format(folder=tmp_path)))
