"""A client that does all that it must not: it prints without end, forks, ignores signals, hangs, and leaves whatever
takes time or room to read and to remove. It costs its own time limit, and nothing is left of it.

The long form prints 1 GB: TLSLAB_FULL=1.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tlslab import IMPORTED_FROM
from tlslab.stages import leftovers

ROOT = Path(__file__).resolve().parents[2]
FULL = bool(os.environ.get("TLSLAB_FULL"))
TIMEOUT = 60 if FULL else 5
MEMORY = 300_000
"""Kilobytes that the lab has at most, whatever the client does. Read as VmHWM (proc_pid_status(5)): `ru_maxrss` begins
at that of the process that started this one (Linux, fs/exec.c: exec_mmap), and a pytest worker may have more.
"""
LEFT = ("fifo", "zero", "huge", "loop", "shut/trace", "absent")

HOSTILE = f"""
import os, signal, sys, time
for number in set(signal.Signals) - {{signal.SIGKILL, signal.SIGSTOP}}:
    signal.signal(number, signal.SIG_IGN)
alive = os.open(sys.argv[1], os.O_WRONLY)
os.mkfifo("fifo")
os.symlink("/dev/zero", "zero")
os.symlink("loop", "loop")
with open("huge", "wb") as file:
    file.truncate(1 << 40)
os.mkdir("shut")
open("shut/trace", "w").close()
os.chmod("shut", 0)
for number in range({3000 if FULL else 300}):
    open(f"file-{{number}}", "w").close()
home = os.getcwd()
for number in range({5000 if FULL else 1500}):
    os.mkdir("d")
    os.chdir("d")
for number in range({200 if FULL else 20}):
    if os.fork() == 0:
        if "leave" in sys.argv:
            os.setsid()
        while True:
            time.sleep(1000)
for number in range({1024 if FULL else 64}):
    os.write(1, b"x" * (1 << 20))
    os.write(2, b"y" * (1 << 10))
while True:
    time.sleep(1000)
"""

LAB = """
import asyncio, functools, json, sys
from pathlib import Path
import tlslab.stages.local.clients
from tlslab.clients.base import Invocation
from tlslab.stages.sandbox import Sandbox
cache, namespaces, timeout, left, argv = json.loads(sys.argv[1])
tlslab.stages.local.clients.Sandbox = functools.partial(Sandbox, namespaces=namespaces)
with tlslab.stages.local.clients.Here(Path(cache)) as here:
    sandbox = here.sandbox(("db.lab.test",), "127.0.0.1")
    if sandbox is None or sandbox.enters_namespaces != namespaces:
        sys.exit("not here")
    workdir = here.new_workdir()
    done = asyncio.run(here.run(Invocation(tuple(argv), timeout=timeout, collect=tuple(left)), workdir, sandbox))
    gone = not workdir.exists()
with open("/proc/self/status") as status:
    memory = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
said = [done.exit_status, len(done.stdout), set(done.stdout) == {"x"}, set(done.stderr) <= {"y"}]
print(json.dumps({"said": said, "left": {n: len(t) for n, t in done.collected}, "gone": gone, "memory": memory}))
"""


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Not among pytest's own directories: of a session that is interrupted it would stay there, too deep for pytest,
    and every later session would fail at its end.
    """
    room = Path(tempfile.mkdtemp(prefix="tlslab-hostile-"))
    try:
        yield room
    finally:
        for _ in leftovers.removing(room):
            pass


def argv(alive: Path, *more: str) -> list[str]:
    os.mkfifo(alive)
    return [sys.executable, "-I", "-c", HOSTILE, str(alive), *more]


def python(*arguments: str, path: Path = IMPORTED_FROM, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        env=os.environ | {"PYTHONPATH": str(path)},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=10 * TIMEOUT + 60,
    )


@pytest.mark.parametrize("namespaces", [True, False], ids=["namespaces", "nss_wrapper"])
def test_a_hostile_client_costs_its_time_limit_and_leaves_nothing(tmp_path: Path, namespaces: bool) -> None:
    alive, cache = tmp_path / "alive", tmp_path / "cache"
    command = argv(alive, "leave" if namespaces else "stay")
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    done = python("-c", LAB, json.dumps([str(cache), namespaces, TIMEOUT, LEFT, command]))
    if done.stderr.strip() == "not here":
        pytest.skip("this machine has no such sandbox")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["said"] == [None, leftovers.KEPT, True, True]
    assert "huge" in told["left"]
    assert told["left"].pop("shut/trace", 0) == 0  # root may look into it
    assert told["left"] == {"huge": leftovers.KEPT}
    assert told["gone"]
    assert told["memory"] < MEMORY
    assert list((cache / "runs").iterdir()) == []
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # none of its processes is there any more
    os.close(reader)


def test_the_agent_of_a_container_copes_with_it_as_well(tmp_path: Path) -> None:
    alive, workdir = tmp_path / "alive", tmp_path / "room"
    order = {
        "id": 1,
        "workdir": str(workdir),
        "argv": argv(alive),
        "env": {},
        "files": {},
        "stdin": "",
        "timeout": TIMEOUT,
    }
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    agent = subprocess.Popen(
        [sys.executable, "-P", "-u", str(ROOT / "docker" / "client" / "agent.py")],
        env=os.environ | {"PYTHONPATH": str(Path(leftovers.__file__).parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    patience = threading.Timer(10 * TIMEOUT + 60, agent.kill)
    patience.start()
    with agent:
        assert agent.stdin
        assert agent.stdout
        agent.stdin.write(json.dumps({**order, "collect": LEFT}) + "\n")
        agent.stdin.flush()
        answer = json.loads(agent.stdout.readline())
        assert "error" not in answer, answer
        assert answer["exit_status"] is None
        assert len(answer["stdout"]) == leftovers.KEPT
        assert len(answer["collected"].pop("huge")) == leftovers.KEPT
        assert not any(answer["collected"].values())
        assert not workdir.exists()
        agent.stdin.close()
    patience.cancel()
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""
    os.close(reader)
