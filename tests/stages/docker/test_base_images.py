"""Stand-ins: where their packages come from, and for which images there are any."""

import contextlib
import signal
from pathlib import Path

import pytest

from tests.stages.docker.own import OwnDaemon
from tests.stages.docker.process import running, until
from tlslab.stages import workdir
from tlslab.stages.docker import base_images

PATIENCE = 60.0

DEB822 = """\
Types: deb
# http://snapshot.debian.org/archive/debian/20250520T000000Z
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
"""
ONE_LINE = """\
# deb http://commented.test/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] https://one.test/debian/ bookworm main
deb http://other.test/repository stable main
"""


def test_the_mirror_is_that_of_the_machine() -> None:
    assert base_images.mirrors([DEB822]) == ("http://mirror.test/debian", "http://mirror.test/debian-security")


def test_the_old_style_is_read_as_well_and_comments_are_none() -> None:
    assert base_images.mirrors([ONE_LINE]) == ("https://one.test/debian", "https://one.test/debian-security")


def test_a_machine_of_another_kind_has_no_mirror() -> None:
    assert base_images.mirrors(["deb http://archive.ubuntu.test/ubuntu noble main"]) is None
    assert base_images.mirrors([]) is None


@pytest.mark.parametrize("tag", ["rockylinux:9", "debian:bookworm", "mcr.microsoft.com/mssql/server:2022-latest"])
def test_there_is_no_stand_in_without_a_recipe(tag: str) -> None:
    assert "no recipe" in base_images.why_impossible(tag)


MAKES_ONE = """
import sys
from pathlib import Path
from tlslab.stages.docker import base_images
from tlslab.stages.docker.daemon import connect
from tlslab.stages.docker.owner_labels import labels, new_run, this_process
base_images.ensure_base(connect(), sys.argv[1], labels(new_run(), this_process()), Path(sys.argv[2]), print)
"""


def started_for(place: Path) -> list[int]:
    """The processes that keep their temporary files in this place."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"TMPDIR={place}/" in path.read_text(errors="replace"):
                found.append(int(path.parent.name))
    return found


def own_mounts() -> list[str]:
    """What is mounted here, but for the daemon's containers: those of another test come and go."""
    return [line for line in Path("/proc/self/mounts").read_text().splitlines() if "/docker/" not in line]


def test_nothing_of_a_stand_in_outlives_a_lab_that_is_killed_while_it_is_made(own: OwnDaemon, tmp_path: Path) -> None:
    """On a daemon that reaches no registry. The files are swept by the next run, as those of any run are."""
    tag = "debian:trixie-slim"
    if why := base_images.why_impossible(tag):
        pytest.skip(f"no stand-in can be made here: {why}")
    mounts = own_mounts()
    with running((tag, str(tmp_path)), own.environment, MAKES_ONE) as lab:
        assert until(lambda: len(started_for(tmp_path)) > 3 or lab.process.poll() is not None, PATIENCE), lab.said
        assert lab.process.poll() is None, lab.said
        lab.process.send_signal(signal.SIGKILL)
        lab.wait()
    assert until(lambda: not started_for(tmp_path), PATIENCE), started_for(tmp_path)
    assert own_mounts() == mounts
    assert workdir.sweep(tmp_path / "runs")
    assert not [*(tmp_path / "runs").iterdir()]
