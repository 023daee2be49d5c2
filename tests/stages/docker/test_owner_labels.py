"""Who owns a container, and when it may be removed."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tlslab.stages.docker import owner_labels
from tlslab.stages.docker.owner_labels import Owner, candidates, labels, parse, this_process

ID, OTHER = "0123456789abcdef" * 4, "f" * 64


def owner_of(pid: int) -> Owner:
    """The owner that another process of this machine would be."""
    started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return replace(this_process(), pid=pid, started=started)


def is_dead(
    whom: Owner, me: Owner | None = None, *, here: bool = True, runs: Callable[[str], bool] = lambda container: False
) -> bool:
    """As this process judges, with a daemon on this machine in which no container runs."""
    return owner_labels.is_dead(whom, me or this_process(), here=here, runs=runs)


def test_a_living_process_keeps_what_is_its_own() -> None:
    assert not is_dead(this_process())
    assert not is_dead(owner_of(os.getppid()))


def test_what_a_dead_process_left_may_go() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        whom = owner_of(process.pid)
        assert not is_dead(whom)
        process.kill()
    assert is_dead(whom)


def test_a_process_that_got_the_number_of_a_dead_one_is_not_taken_for_it() -> None:
    assert is_dead(replace(this_process(), started="1"))


def test_a_boot_ends_every_process() -> None:
    assert is_dead(replace(this_process(), boot="the one before"))


def test_a_machine_that_only_looks_like_this_one_is_left_alone() -> None:
    """Copies of a virtual machine, with one daemon that is on none of them."""
    assert not is_dead(replace(this_process(), boot="that of the copy"), here=False)


def test_what_cannot_be_seen_from_here_is_left_alone() -> None:
    assert not is_dead(replace(this_process(), machine="another", pid=1, started="1"))
    assert not is_dead(replace(this_process(), namespace="pid:[1]", started="1"))


def test_a_process_in_a_container_lives_as_long_as_that_runs() -> None:
    inside = replace(this_process(), machine="c", namespace="pid:[1]", started="1", container=f"{ID}@noon")
    assert is_dead(inside, runs=lambda container: False)
    assert not is_dead(inside, runs=lambda container: container == f"{ID}@noon")


def test_processes_of_one_container_judge_each_other() -> None:
    me = this_process(f"{ID}@noon")
    assert not is_dead(owner_of(os.getppid()), me, runs=lambda container: True)
    assert is_dead(replace(me, started="1"), me, runs=lambda container: True)


@pytest.mark.parametrize("label", ["", "a/b/c/not-a-number/e/", "a/b/c/1/e", "a/b/c/1/e/f/g"])
def test_a_label_that_is_not_the_labs_names_nobody(label: str) -> None:
    assert parse(label) is None


def test_the_labels_name_run_and_owner() -> None:
    me = this_process(f"{ID}@noon")
    assert labels("abc", me) == {"org.tlslab.run": "abc", "org.tlslab.owner": me.label}
    assert parse(me.label) == me


@pytest.mark.parametrize(
    ("mountinfo", "cgroup", "found"),
    [
        (f"560 545 254:0 /var/lib/docker/containers/{ID}/hostname /etc/hostname rw - ext4 /dev/vda rw", "0::/", [ID]),
        (f"560 545 254:0 /containers/{ID}/resolv.conf /etc/resolv.conf rw - xfs /dev/vdb rw", "0::/", [ID]),
        (f"560 545 0:1 /x/overlay-containers/{ID}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw", "0::/", [ID]),
        ("23 1 254:0 / / rw - ext4 /dev/vda rw", f"9:pids:/docker/{ID}\n8:cpu:/docker/{ID}\n", [ID, ID]),
        ("23 1 254:0 / / rw - ext4 /dev/vda rw", f"0::/system.slice/docker-{ID}.scope\n", [ID]),
        (f"23 1 254:0 / /srv/{ID}/hosts rw - ext4 /dev/vda rw", "0::/user.slice\n", []),
    ],
    ids=["docker", "a disk of its own", "podman", "cgroup 1", "cgroup 2", "no container"],
)
def test_a_process_finds_the_container_that_it_is_in(
    tmp_path: Path, mountinfo: str, cgroup: str, found: list[str]
) -> None:
    (tmp_path / "mountinfo").write_text(mountinfo)
    (tmp_path / "cgroup").write_text(cgroup)
    assert list(candidates(tmp_path)) == found
