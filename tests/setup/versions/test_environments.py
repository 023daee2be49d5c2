"""Environments: built once from wheels in a directory, found again without an index, repaired, removed.

pip is told by its own settings that there is no index but that directory.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.setup.versions.tiny_client import System, Tiny, TinyWithCompanion
from tests.setup.versions.wheels import companion, tiny, write_wheel
from tlslab.clients.base import Client, Machine
from tlslab.setup import installer
from tlslab.setup.installer import InstallError
from tlslab.setup.versions.environments import Environment, Environments, UnknownVersion
from tlslab.setup.versions.index import Index
from tlslab.setup.versions.pinned import provide
from tlslab.setup.versions.registry import RegistryKind
from tlslab.setup.versions.spec import SpecError, parse

Provide = Callable[..., Environment]
BACKEND = """
import zipfile
def build_wheel(directory, settings=None, metadata=None):
    name = "tiny-7.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{directory}/{name}", "w") as wheel:
        wheel.writestr("tiny.py", open("tiny.py").read())
        wheel.writestr("tiny-7.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 7.0\\n")
        wheel.writestr("tiny-7.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("tiny-7.0.dist-info/RECORD", "")
    return name
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


class Deaf(Index):
    """An index that must not be asked."""

    def versions(self, kind: RegistryKind, package: str, *, wheels: bool = True) -> tuple[str, ...]:
        raise AssertionError(f"asked for the versions of {package}")

    def resolve(self, kind: RegistryKind, requirements: object, into: Path) -> str | None:
        raise AssertionError(f"asked for {requirements}")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory with wheels that is this test's index."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setenv("UV_FIND_LINKS", str(shelf))
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    return shelf


@pytest.fixture
def cache(tmp_path: Path, shelf: Path) -> Path:
    return tmp_path / "cache"


def said(environment: Environment, module: str = "tiny") -> str:
    """What the module in an environment says of its version."""
    ask = [environment.python, "-I", "-c", f"import {module}; print({module}.VERSION)"]
    return subprocess.run(ask, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def test_a_version_is_installed_once_and_then_found_without_asking_anybody(cache: Path, shelf: Path) -> None:
    tiny(shelf, "1.0")
    tiny(shelf, "2.0")
    words: list[str] = []
    first = Environments(cache, words.append).provide(Tiny(), parse("tiny@1.0"))
    assert said(first) == "1.0"
    assert first.label == "tiny@1.0"
    assert any("installing tiny@1.0" in word for word in words)
    shutil.rmtree(shelf)
    quiet: list[str] = []
    again = Environments(cache, quiet.append, Deaf(cache, quiet.append)).provide(Tiny(), parse("tiny@1.0"))
    assert again == first
    assert quiet == []


def test_the_machine_of_a_version_has_its_packages_and_no_others(cache: Path, shelf: Path) -> None:
    tiny(shelf, "1.0")
    environment = Environments(cache, print).provide(Tiny(), parse("tiny@1.0"))
    machine = Machine(
        which={"curl": "/usr/bin/curl"},
        python="/clients/bin/python",
        python_packages={"tiny": "9.9", "requests": "2.0"},
        files={"odbc18": "/clients/driver.so", "odbc-manager": "/usr/lib/libodbc.so.2"},
    )
    seen = environment.on(machine)
    assert seen.python == environment.python
    assert seen.python_packages["tiny"] == "1.0"
    assert "requests" not in seen.python_packages
    assert seen.files == {"odbc-manager": "/usr/lib/libodbc.so.2"}
    assert seen.which == machine.which


def test_latest_is_the_newest_release_and_what_is_here_when_nobody_answers(cache: Path, shelf: Path) -> None:
    for version in ("1.0", "1.10", "1.9", "2.0rc1"):
        tiny(shelf, version)
    assert Environments(cache, print).provide(Tiny(), parse("tiny@latest")).label == "tiny@1.10"
    shutil.rmtree(shelf)
    words: list[str] = []
    assert Environments(cache, words.append).provide(Tiny(), parse("tiny@latest")).label == "tiny@1.10"
    assert words == ["pypi does not answer; the newest tiny in the cache is 1.10"]


def test_nothing_here_and_nobody_answers_is_a_sentence(cache: Path, shelf: Path) -> None:
    with pytest.raises(InstallError, match="which version of tiny is the latest"):
        Environments(cache, print).provide(Tiny(), parse("tiny@latest"))
    with pytest.raises(InstallError, match="What is in the cache still works: nothing yet"):
        Environments(cache, print).provide(Tiny(), parse("tiny@1.0"))


def test_an_unknown_version_names_its_neighbours(cache: Path, shelf: Path) -> None:
    for version in ("1.0", "1.2", "3.0"):
        tiny(shelf, version)
    with pytest.raises(UnknownVersion, match=r"there is no tiny 1\.1; the nearest are 1\.0, 1\.2, 3\.0"):
        Environments(cache, print).provide(Tiny(), parse("tiny@1.1"))
    assert not list((cache / "versions").glob("tiny@*"))


def test_a_companion_is_the_newest_or_the_one_that_was_named(cache: Path, shelf: Path) -> None:
    tiny(shelf, "1.0")
    for version in ("0.1", "0.2"):
        companion(shelf, version)
    environments = Environments(cache, print)
    newest = environments.provide(TinyWithCompanion(), parse("tiny@1.0"))
    named = environments.provide(TinyWithCompanion(), parse("tiny@1.0+tiny_tls==0.1"))
    assert (said(newest, "tiny_tls"), said(named, "tiny_tls")) == ("0.2", "0.1")
    assert named.label == "tiny@1.0+tiny_tls==0.1"
    assert "=" not in named.python  # env(1) would take the program for a variable
    with pytest.raises(UnknownVersion, match=r"there is no tiny_tls 0\.3; the nearest are 0\.1, 0\.2"):
        environments.provide(TinyWithCompanion(), parse("tiny@1.0+tiny_tls==0.3"))


def test_a_version_without_a_wheel_says_how_to_build_one(cache: Path, shelf: Path) -> None:
    write_wheel(shelf, "tiny", "1.0", {"tiny.py": b""}, tag="cp27-cp27m-win32")
    tiny(shelf, "2.0")
    with pytest.raises(UnknownVersion, match=r"no tiny 1\.0|no wheel for this machine"):
        Environments(cache, print).provide(Tiny(), parse("tiny@1.0"))


def test_two_wheels_of_one_name_are_two_environments(cache: Path, shelf: Path, tmp_path: Path) -> None:
    """A maintainer's case: the published wheel, and the same with a change."""
    one, other = tiny(tmp_path / "a", "1.0"), tiny(tmp_path / "b", "1.0", says="1.0 with a change")
    environments = Environments(cache, print)
    first = environments.provide(Tiny(), parse(f"tiny@{one}"))
    second = environments.provide(Tiny(), parse(f"tiny@{other}"))
    assert (said(first), said(second)) == ("1.0", "1.0 with a change")
    assert first.label != second.label
    assert first.label.startswith("tiny@1.0~")
    assert "/" not in first.label
    one.unlink()
    with pytest.raises(SpecError, match="there is no"):
        environments.provide(Tiny(), parse(f"tiny@{one}"))


def test_a_folder_is_built_and_left_as_it_was(cache: Path, shelf: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text(PROJECT)
    (project / "backend.py").write_text(BACKEND)
    (project / "tiny.py").write_text("VERSION = '7.0'\n")
    before = sorted(project.rglob("*"))
    environments = Environments(cache, print)
    first = environments.provide(Tiny(), parse(f"tiny@{project}"))
    assert said(first) == "7.0"
    assert sorted(project.rglob("*")) == before
    (project / "tiny.py").write_text("VERSION = '7.0, changed'\n")
    assert said(environments.provide(Tiny(), parse(f"tiny@{project}"))) == "7.0, changed"


def test_a_half_installed_environment_is_repaired(cache: Path, shelf: Path) -> None:
    tiny(shelf, "1.0")
    home = Environments(cache, print).provide(Tiny(), parse("tiny@1.0")).home
    packages = next((home / "lib").glob("*/site-packages"))

    def forget_the_package() -> None:
        shutil.rmtree(packages / "tiny-1.0.dist-info")
        (packages / "tiny.py").unlink()

    for damage in ((home / installer.READY).unlink, (home / "bin" / "python").unlink, forget_the_package):
        damage()
        assert said(Environments(cache, print).provide(Tiny(), parse("tiny@1.0"))) == "1.0"


def test_two_at_once_build_once(cache: Path, shelf: Path) -> None:
    tiny(shelf, "1.0")
    words: list[str] = []
    found: list[Environment] = []

    def build() -> None:
        found.append(Environments(cache, words.append).provide(Tiny(), parse("tiny@1.0")))

    threads = [threading.Thread(target=build) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [said(item) for item in found] == ["1.0", "1.0"]
    assert sum("installing tiny@1.0" in word for word in words) == 1


def test_removed_and_pruned_are_those_that_nobody_uses(cache: Path, shelf: Path) -> None:
    for version in ("1.0", "2.0", "3.0"):
        tiny(shelf, version)
        elsewhere = f"""
from pathlib import Path
from tlslab.setup.versions.environments import Environments
from tlslab.setup.versions.spec import parse
from tests.setup.versions.tiny_client import Tiny
Environments(Path({str(cache)!r}), print).provide(Tiny(), parse("tiny@{version}"))
"""
        subprocess.run([sys.executable, "-c", elsewhere], check=True, timeout=120, cwd=Path(__file__).parents[3])
    environments = Environments(cache, print)
    assert list(environments.labels) == ["tiny@3.0", "tiny@2.0", "tiny@1.0"]
    used = Environments(cache, print)
    used.provide(Tiny(), parse("tiny@1.0"))
    assert list(environments.labels) == ["tiny@1.0", "tiny@3.0", "tiny@2.0"]
    assert environments.remove("tiny@1.0") == ["tiny@1.0 is in use by another run and stays"]
    assert environments.prune(2) == ["removed tiny@2.0"]
    assert environments.remove("tiny@3.0") == ["removed tiny@3.0"]
    assert environments.remove("tiny@3.0") == []
    assert list(environments.labels) == ["tiny@1.0"]
    assert not [item for item in (cache / "versions").iterdir() if item.name.startswith(".gone")]


def test_the_program_itself_is_asked_and_a_wrong_answer_is_removed(cache: Path, shelf: Path) -> None:
    tiny(shelf, "1.0")
    tiny(shelf, "2.0", says="1.9")
    clients: list[Client] = [Tiny()]
    good = provide("tiny@1.0", clients, cache, print)
    assert good.name == "tiny@1.0"
    assert Environments(cache, print).says(Environments(cache, print).provide(Tiny(), parse("tiny@1.0"))) == "tiny 1.0"
    with pytest.raises(InstallError, match=r"asked for its version, it says 'tiny 1\.9', not 2\.0"):
        provide("tiny@2.0", clients, cache, print)
    assert Environments(cache, print).labels == ("tiny@1.0",)


def test_a_program_of_ones_own_stands_in_for_the_systems(cache: Path, tmp_path: Path) -> None:
    program = tmp_path / "curl-8.99"
    program.write_text("#!/bin/sh\n")
    environments = Environments(cache, print)
    with pytest.raises(SpecError, match="is no program"):
        environments.provide(System(), parse(f"system@{program}"))
    program.chmod(0o755)
    environment = environments.provide(System(), parse(f"system@{program}"))
    assert environment.label.startswith("system@curl-8.99~")
    assert environment.on(Machine(which={"curl": "/usr/bin/curl", "wget": "/usr/bin/wget"})).which == {
        "curl": str(program),
        "wget": "/usr/bin/wget",
    }


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("system@8.1", "comes with the system, so its version cannot be chosen here; a program of your own can"),
        ("system+openssl==3", "comes with the system"),
        ("system@/absent/curl", "is no program"),
        ("system@/bin/sh+openssl==3", "no package can be pinned beside it"),
    ],
)
def test_what_cannot_be_chosen_says_why(cache: Path, spec: str, why: str) -> None:
    with pytest.raises(SpecError, match=why):
        Environments(cache, print).provide(System(), parse(spec))


def test_a_file_that_is_no_wheel_is_refused(cache: Path, shelf: Path, tmp_path: Path) -> None:
    (tmp_path / "tiny.tar.gz").touch()
    with pytest.raises(SpecError, match=r"is no \.whl file"):
        Environments(cache, print).provide(Tiny(), parse(f"tiny@{tmp_path}/tiny.tar.gz"))
