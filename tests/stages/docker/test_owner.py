"""Who owns a container, and when it may be removed."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from lab.stages.docker.owner import Owner, is_dead, labels, this_process


def owner_of(pid: int) -> Owner:
    """The owner that another process of this machine would be."""
    started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return replace(this_process(), pid=pid, started=started)


def test_a_living_process_keeps_what_is_its_own() -> None:
    assert not is_dead(this_process().label)
    assert not is_dead(owner_of(os.getppid()).label)


def test_what_a_dead_process_left_may_go() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        label = owner_of(process.pid).label
        assert not is_dead(label)
        process.kill()
    assert is_dead(label)


def test_a_process_that_got_the_number_of_a_dead_one_is_not_taken_for_it() -> None:
    assert is_dead(replace(this_process(), started="1").label)


def test_a_boot_ends_every_process() -> None:
    assert is_dead(replace(this_process(), boot="the one before").label)


def test_what_cannot_be_seen_from_here_is_left_alone() -> None:
    assert not is_dead(replace(this_process(), machine="another", pid=1, started="1").label)
    assert not is_dead(replace(this_process(), namespace="pid:[1]", started="1").label)
    assert not is_dead("")
    assert not is_dead("a/b/c/not-a-number/e")


def test_the_labels_name_run_and_owner() -> None:
    assert labels("abc") == {"org.tlslab.run": "abc", "org.tlslab.owner": this_process().label}
