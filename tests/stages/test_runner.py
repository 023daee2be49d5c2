"""One process: what it prints and leaves is collected, what it must not do ends with it."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tlslab import IMPORTED_FROM
from tlslab.clients.base import Invocation
from tlslab.model.outcome import Completed
from tlslab.stages.leftovers import KEPT
from tlslab.stages.runner import run
from tlslab.stages.sandbox import Sandbox

T = TypeVar("T")


def play(awaited: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(awaited)


def completed(sandbox: Sandbox, workdir: Path, script: str, **more: Any) -> Completed:
    workdir.mkdir(exist_ok=True)
    return play(run(sandbox, Invocation(("sh", "-c", script), **more), workdir))


def test_output_and_status_are_collected(sandbox: Sandbox, tmp_path: Path) -> None:
    done = completed(sandbox, tmp_path / "room", "echo out; echo err >&2; exit 3")
    assert (done.exit_status, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_files_are_laid_out_and_read_back(sandbox: Sandbox, tmp_path: Path) -> None:
    done = completed(
        sandbox,
        tmp_path / "room",
        "cat in/a.txt > b.txt",
        files={"in/a.txt": "words"},
        collect=("b.txt", "absent.txt"),
    )
    assert done.collected == (("b.txt", "words"),)


def test_a_file_may_be_bytes(sandbox: Sandbox, tmp_path: Path) -> None:
    done = completed(sandbox, tmp_path / "room", "od -An -tx1 der", files={"der": b"\x30\x82\xff"})
    assert done.stdout.split() == ["30", "82", "ff"]


def test_what_prepares_a_client_runs_before_it_in_its_room_and_environment(sandbox: Sandbox, tmp_path: Path) -> None:
    done = completed(
        sandbox,
        tmp_path / "room",
        "cat made",
        prepare=(("sh", "-c", 'echo "$HOME" $OWN >made'), ("sh", "-c", "pwd >>made")),
        env={"OWN": "1"},
    )
    assert done.stdout == f"{tmp_path}/room 1\n{tmp_path}/room\n"


def test_the_time_of_preparing_is_not_the_clients(sandbox: Sandbox, tmp_path: Path) -> None:
    """However busy the machine is: what prepares says how long it took, and the client had the rest at most."""
    busy = "date +%s%N; i=0; while [ $i -lt 50000 ]; do i=$((i + 1)); done; date +%s%N"
    began = time.monotonic()
    done = completed(
        sandbox, tmp_path / "room", "true", prepare=(("sh", "-c", f"({busy}) >times"),), collect=("times",)
    )
    total = time.monotonic() - began
    first, last = map(int, done.file("times").split())
    assert done.seconds <= total - (last - first) / 1e9


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("sh", "-c", "echo out; echo err >&2; exit 3"), "fails with status 3: err | out"),
        (("sh", "-c", "exit 1"), "fails with status 1: without a word"),
        (("sleep", "60"), "`sleep 60`, which prepares the attempt, does not end: without a word"),
    ],
)
def test_what_cannot_prepare_a_client_is_an_error_that_names_it(
    command: tuple[str, ...], said: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    with pytest.raises(OSError, match="which prepares the attempt") as problem:
        completed(sandbox, tmp_path / "room", "touch ran", prepare=(command,), prepare_timeout=0.5)
    assert said in str(problem.value)
    assert not (tmp_path / "room" / "ran").exists()


def test_standard_input_is_given(sandbox: Sandbox, tmp_path: Path) -> None:
    assert completed(sandbox, tmp_path / "room", "cat", stdin="question").stdout == "question"


def test_the_environment_of_the_machine_is_not_inherited(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/somewhere/ca.pem")
    workdir = tmp_path / "room"
    names = {
        line.partition("=")[0] for line in completed(sandbox, workdir, "env", env={"OWN": "1"}).stdout.splitlines()
    }
    given = {"PATH", "HOME", "TMPDIR", "LC_ALL", "OWN"}
    of_the_shell, of_the_sandbox = {"PWD", "OLDPWD", "SHLVL", "_"}, {"LD_PRELOAD", "NSS_WRAPPER_HOSTS"}
    assert given <= names <= given | of_the_shell | of_the_sandbox


def test_home_and_working_directory_are_the_room(sandbox: Sandbox, tmp_path: Path) -> None:
    workdir = tmp_path / "room"
    assert completed(sandbox, workdir, 'echo "$HOME"; pwd').stdout == f"{workdir}\n{workdir}\n"


def test_a_process_that_hangs_is_ended_and_its_children_with_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """The pipe is held open by the grandchild: `run` comes back only because that was ended as well."""
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    done = completed(sandbox, tmp_path / "room", f"sleep 1000 > {fifo} & echo begun; sleep 1000", timeout=1)
    assert done.exit_status is None
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # the end of the file: nobody writes any more
    os.close(reader)


def test_a_process_that_crashes_has_the_signal_as_its_status(sandbox: Sandbox, tmp_path: Path) -> None:
    done = completed(sandbox, tmp_path / "room", "echo before; kill -SEGV $$")
    assert (done.exit_status, done.stdout) == (-signal.SIGSEGV, "before\n")


def test_a_flood_of_output_is_cut(sandbox: Sandbox, tmp_path: Path) -> None:
    done = completed(sandbox, tmp_path / "room", f"head -c {KEPT * 3} /dev/zero | tr '\\0' x")
    assert done.exit_status == 0
    assert len(done.stdout) == KEPT


def test_a_flood_without_end_is_cut_and_ended(sandbox: Sandbox, tmp_path: Path) -> None:
    done = completed(sandbox, tmp_path / "room", "exec yes", timeout=1)
    assert done.exit_status is None
    assert len(done.stdout) == KEPT


def test_what_a_hanging_process_said_is_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    done = completed(sandbox, tmp_path / "room", "echo connecting; exec sleep 1000", timeout=1)
    assert (done.exit_status, done.stdout) == (None, "connecting\n")


def test_standard_input_that_nobody_reads_holds_nothing_up(sandbox: Sandbox, tmp_path: Path) -> None:
    assert completed(sandbox, tmp_path / "room", "exit 4", stdin="x" * (1 << 20)).exit_status == 4


def test_a_background_process_does_not_outlive_its_attempt(sandbox: Sandbox, tmp_path: Path) -> None:
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    done = completed(sandbox, tmp_path / "room", f"sleep 1000 > {fifo} < /dev/null 2> /dev/null & exit 0")
    assert done.exit_status == 0
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_a_cancelled_attempt_ends_its_process(sandbox: Sandbox, tmp_path: Path) -> None:
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    (tmp_path / "room").mkdir()

    async def cancel() -> None:
        loop = asyncio.get_running_loop()
        begun = loop.create_future()
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        loop.add_reader(reader, lambda: None if begun.done() else begun.set_result(os.read(reader, 6)))
        script = f"exec > {fifo}; echo begun; sleep 1000"
        task = asyncio.create_task(run(sandbox, Invocation(("sh", "-c", script)), tmp_path / "room"))
        assert await begun == b"begun\n"
        loop.remove_reader(reader)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        os.set_blocking(reader, True)
        assert os.read(reader, 1) == b""
        os.close(reader)

    play(cancel())


def test_a_process_cancelled_while_it_is_being_started_is_ended(sandbox: Sandbox, tmp_path: Path) -> None:
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    (tmp_path / "room").mkdir()

    async def cancel() -> None:
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        task = asyncio.create_task(
            run(sandbox, Invocation(("sh", "-c", f"exec sleep 1000 > {fifo}")), tmp_path / "room")
        )
        await asyncio.sleep(0)  # one turn of the loop: `run` now waits for the start
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        os.set_blocking(reader, True)
        assert os.read(reader, 1) == b""
        os.close(reader)

    play(cancel())


def test_a_program_that_does_not_exist_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    done = play(run(sandbox, Invocation(("/no/such/program",)), tmp_path / "room"))
    assert done.exit_status == 127
    assert "/no/such/program" in done.stderr


def test_every_loop_of_the_lab_starts_processes(sandbox: Sandbox, tmp_path: Path) -> None:
    """A version of a client is asked for its own in a loop of another thread, before the first attempt."""
    statuses: list[int | None] = []

    def in_a_loop_of_its_own(workdir: str) -> None:
        statuses.append(completed(sandbox, tmp_path / workdir, "exit 3").exit_status)

    thread = threading.Thread(target=in_a_loop_of_its_own, args=("first",))
    thread.start()
    thread.join()
    in_a_loop_of_its_own("second")
    assert statuses == [3, 3]


def test_a_loop_that_ends_while_a_process_is_being_started_does_end(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    tasks: list[asyncio.Task[Completed]] = []

    async def leave() -> None:
        tasks.append(asyncio.create_task(run(sandbox, Invocation(("sleep", "1000")), tmp_path / "room")))
        await asyncio.sleep(0)  # one turn of the loop: `run` now waits for the start

    loop = threading.Thread(target=lambda: asyncio.run(leave()), daemon=True)
    loop.start()
    loop.join(30)
    assert not loop.is_alive()
    assert tasks[0].cancelled()


LAB = """
import asyncio, sys
from pathlib import Path
from tlslab.clients.base import Invocation
from tlslab.stages.runner import run
from tlslab.stages.sandbox import Sandbox
hosts, workdir, fifo, namespaces = sys.argv[1:]
script = 'exec > "$1"; echo begun; exec sleep 4'
with Sandbox(Path(hosts), namespaces=namespaces == "True") as sandbox:
    done = asyncio.run(run(sandbox, Invocation(("sh", "-c", script, "sh", fifo), timeout=3), Path(workdir)))
print(done.exit_status)
"""


def test_a_client_that_ended_while_the_lab_was_stopped_is_no_timeout(sandbox: Sandbox, tmp_path: Path) -> None:
    """As by Ctrl-Z: the lab is stopped, and its clients, in sessions of their own, are not."""
    fifo, workdir = tmp_path / "alive", tmp_path / "room"
    os.mkfifo(fifo)
    workdir.mkdir()
    lab = subprocess.Popen(
        [sys.executable, "-P", "-c", LAB, *map(str, (tmp_path / "hosts", workdir, fifo, sandbox.enters_namespaces))],
        env=os.environ | {"PYTHONPATH": str(IMPORTED_FROM)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with lab:
        try:
            with fifo.open() as client:
                assert client.readline() == "begun\n"
                lab.send_signal(signal.SIGSTOP)
                assert client.read() == ""  # it has ended, and later than the lab would have waited for it
            lab.send_signal(signal.SIGCONT)
            said = lab.communicate(timeout=60)[0]
        finally:
            lab.kill()
    assert said == "0\n"
