"""Two builds of a real driver that differ in one place: the comparison says which, and says nothing about itself.

python-tds is packed again from the environment of the clients, with one text changed, or with one check removed, and
named by the path of its wheel, as its maintainer would. No index is asked.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.setup.versions.wheels import repack, requirements_of
from tlslab.commands.compare import both, play
from tlslab.diff.changes import Changes, compare
from tlslab.diff.kinds import Level
from tlslab.matrix.plan import Filters
from tlslab.setup import provision
from tlslab.setup.versions.environments import Environments
from tlslab.setup.versions.pinned import Pinned

DRIVER = "python-tds"
TEXT = (b"Certificate does not match host name", b"The certificate is for somebody else than")
CHECK = (b"if not validate_host(", b"if False and not validate_host(")
SCENARIOS = Filters(scenarios=("name-mismatch",), fixes=("reissue-with-all-names",))


def planted(packages: Path, directory: Path, change: tuple[bytes, bytes]) -> Path:
    """The wheel of the driver with one change in `pytds/tls.py`."""
    changed: list[str] = []

    def plant(name: str, content: bytes) -> bytes:
        if name == "pytds/tls.py" and change[0] in content:
            changed.append(name)
            return content.replace(*change)
        return content

    wheel = repack(packages, DRIVER, directory, plant)
    assert changed, f"{change[0]!r} is not in pytds/tls.py: look where it went"
    return wheel


@pytest.fixture(scope="module")
def packages() -> Path:
    found = provision.clients_site_packages()
    if found is None:
        pytest.skip("the Python clients are not installed: ./tlslab setup")
    return found


@pytest.fixture(scope="module")
def shelf(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Everything that the driver needs, as wheels, and pip told to look nowhere else."""
    shelf = tmp_path_factory.mktemp("shelf")
    for name in requirements_of(packages, DRIVER) | requirements_of(packages, "pyopenssl"):
        repack(packages, name, shelf)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
            patch.delenv(name)
        for tool in ("PIP", "UV"):
            patch.setenv(f"{tool}_NO_INDEX", "1")
            patch.setenv(f"{tool}_FIND_LINKS", str(shelf))
        yield shelf
        cache = provision.cache_dir()
        for environment in {client.name: client.environment for client in built}.values():
            if environment is not None and environment.home.exists():
                Environments(cache, print).discard(environment)


built: list[Pinned] = []
"""What these tests leave in the cache of the lab, to be removed at their end."""


def changes(old: Path, new: Path) -> Changes:
    pairs = both(f"{DRIVER}@{old}", f"{DRIVER}@{new}")
    built.extend(client for pair in pairs for client in pair if isinstance(client, Pinned))
    record = play(pairs, SCENARIOS, jobs=2, repeat=1)
    assert record.attempts
    return compare(record, record, {first.name: second.name for first, second in pairs})


@pytest.fixture(scope="module")
def published(packages: Path, shelf: Path) -> Path:
    return next(shelf.glob("python_tds-*.whl"))


def test_the_same_build_twice_differs_in_nothing(published: Path) -> None:
    found = changes(published, published)
    assert found.groups == []
    assert found.not_compared == []


def test_a_changed_text_is_found(packages: Path, published: Path, tmp_path: Path) -> None:
    found = changes(published, planted(packages, tmp_path, TEXT))
    assert found.groups
    assert {group.level for group in found.groups} <= {Level.VERDICT, Level.FIX, Level.TEXT}
    words = [piece.text for group in found.groups for piece in group.words]
    assert any("somebody else" in text for text in words)
    assert not any(group.security for group in found.groups)


def test_a_removed_check_is_a_security_regression(packages: Path, published: Path, tmp_path: Path) -> None:
    found = changes(published, planted(packages, tmp_path, CHECK))
    first = found.groups[0]
    assert first.security
    assert first.level is Level.VERDICT
    assert {change.scenario for change in first.changes} == {"name-mismatch"}
    assert found.failing(Level.VERDICT)
