"""The sandbox: the lab's names resolve inside and nowhere else, and nothing in it outlives it."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tlslab.stages import sandbox as module
from tlslab.stages.sandbox import Sandbox, SandboxError

LOOK_UP = "import socket, sys; print(socket.gethostbyname(sys.argv[1]))"


def inside(sandbox: Sandbox, workdir: Path, *command: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        sandbox.argv(command, workdir),
        env=sandbox.env({"PATH": os.environ["PATH"], **env}),
        text=True,
        capture_output=True,
        timeout=30,
        check=False,
    )


def test_the_names_of_the_lab_resolve_inside(sandbox: Sandbox, tmp_path: Path) -> None:
    for name in ("shop.lab.test", "db.lab.test"):
        assert inside(sandbox, tmp_path, sys.executable, "-c", LOOK_UP, name).stdout == "127.0.0.1\n"


def test_they_do_not_resolve_outside(sandbox: Sandbox) -> None:
    before = Path("/etc/hosts").read_bytes()
    assert b"shop.lab.test" not in before
    with pytest.raises(socket.gaierror):
        socket.gethostbyname("shop.lab.test")


def test_a_command_runs_in_its_directory_with_its_environment_alone(sandbox: Sandbox, tmp_path: Path) -> None:
    done = inside(sandbox, tmp_path, "sh", "-c", 'pwd; echo "$GREETING"; echo "$HOME"', GREETING="hello")
    assert done.stdout == f"{tmp_path}\nhello\n\n"


def test_an_exit_status_comes_out(sandbox: Sandbox, tmp_path: Path) -> None:
    assert inside(sandbox, tmp_path, "sh", "-c", "exit 7").returncode == 7


def test_a_death_by_signal_comes_out(sandbox: Sandbox, tmp_path: Path) -> None:
    assert inside(sandbox, tmp_path, "sh", "-c", "kill -SEGV $$").returncode == -signal.SIGSEGV


def test_the_mounts_of_the_machine_stay(sandbox: Sandbox, tmp_path: Path) -> None:
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()


def test_a_daemon_ends_with_the_sandbox(tmp_path: Path) -> None:
    """A client that leaves a process behind in a session of its own: the PID namespace takes it along."""
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n")
    with Sandbox(hosts) as sandbox:
        if not sandbox.enters_namespaces:
            pytest.skip("this machine allows no private namespaces, and only they hold daemons")
        daemon = subprocess.Popen(
            sandbox.argv(("sh", "-c", "setsid sh -c 'echo up; exec sleep 1000' & wait"), tmp_path),
            stdout=subprocess.PIPE,
            env={"PATH": os.environ["PATH"]},
        )
        assert daemon.stdout
        assert daemon.stdout.readline() == b"up\n"
    # Whoever holds the other end of the pipe has gone when it ends.
    assert daemon.stdout.read() == b""
    daemon.wait(30)
    daemon.stdout.close()


def test_without_namespaces_and_without_the_wrapper_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_nss_wrapper", lambda: None)
    with (
        pytest.raises(SandboxError, match="apt-get install libnss-wrapper"),
        Sandbox(tmp_path / "hosts", namespaces=False),
    ):
        pass


def test_it_says_which_way_it_took(sandbox: Sandbox) -> None:
    way = "private mount and PID namespaces" if sandbox.enters_namespaces else "nss_wrapper"
    assert sandbox.description.startswith(way)
