"""Workers: attempts whose fixed part is equal share a process, and none sees what became of another."""

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tlslab import IMPORTED_FROM
from tlslab.clients.base import Invocation, Worker
from tlslab.model.outcome import Completed
from tlslab.stages.leftovers import KEPT
from tlslab.stages.runner import run
from tlslab.stages.sandbox import Sandbox
from tlslab.stages.workers import Workers

T = TypeVar("T")
Attempt = Callable[..., Coroutine[Any, Any, Completed]]

SCRIPT = """
import json, os, sys, time
for number, line in enumerate(sys.stdin):
    asked = json.loads(line)
    if "exit" in asked:
        print("last words", file=sys.stderr, flush=True)
        os._exit(asked["exit"])
    if "hang" in asked:
        print("half a line", end="", flush=True)
        time.sleep(1000)
    if "keep" in asked:
        open(asked["keep"], "w").close()
    if "flood" in asked:
        while True:
            sys.stdout.write("x" * 65536)
    print(json.dumps({"pid": os.getpid(), "number": number, "cwd": os.getcwd(), **asked}), flush=True)
    if "chatter" in asked:
        print("more than was asked", flush=True)
"""


class Played:
    """Attempts by workers in one sandbox, each in a directory of its own."""

    def __init__(self, sandbox: Sandbox, place: Path, idle: int = 4) -> None:
        self.numbers = itertools.count()
        self.sandbox = sandbox
        self.place = place
        self.workers = Workers(lambda: place / f"worker-{next(self.numbers)}", idle)

    async def __call__(self, request: Mapping[str, Any], sandbox: Sandbox | None = None, **more: Any) -> Completed:
        workdir = self.place / f"attempt-{next(self.numbers)}"
        workdir.mkdir()
        worker = Worker({"probe.py": SCRIPT}, traces=("*.kept",))
        invocation = Invocation(
            (sys.executable, "-I", "probe.py"), stdin=json.dumps(request), worker=worker, timeout=20
        )
        invocation = replace(invocation, **more)
        assert invocation.worker is not None
        return await self.workers.run(sandbox or self.sandbox, invocation, invocation.worker, workdir)

    async def answer(self, request: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        done = await self(request or {}, **more)
        assert done.exit_status == 0, done
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def play(played: Played, script: Callable[[], Coroutine[Any, Any, T]]) -> T:
    async def whole() -> T:
        try:
            return await script()
        finally:
            await played.workers.end()

    return asyncio.run(whole())


@pytest.fixture
def played(sandbox: Sandbox, tmp_path: Path) -> Played:
    return Played(sandbox, tmp_path)


def test_attempts_with_equal_keys_share_a_process(played: Played) -> None:
    async def script() -> list[dict[str, Any]]:
        return [await played.answer({"name": name}) for name in ("first", "second")]

    first, second = play(played, script)
    assert first["pid"] == second["pid"]
    assert [(item["number"], item["name"]) for item in (first, second)] == [(0, "first"), (1, "second")]


@pytest.mark.parametrize(
    "more",
    [
        {"env": {"LIMIT": "TLSv1.2"}},
        {"argv": (sys.executable, "-I", "-X", "utf8", "probe.py")},
        {"worker": Worker({"probe.py": SCRIPT, "java.security": "jdk.tls.disabledAlgorithms=\n"})},
    ],
    ids=["environment", "arguments", "files"],
)
def test_what_is_fixed_tells_processes_apart(played: Played, more: dict[str, Any]) -> None:
    async def script() -> list[int]:
        return [(await played.answer(**given))["pid"] for given in ({}, more, {})]

    one, other, one_again = play(played, script)
    assert one == one_again != other


def test_a_sandbox_tells_processes_apart(played: Played, tmp_path: Path) -> None:
    hosts = tmp_path / "other-hosts"
    hosts.write_text("127.0.0.1 localhost\n")
    (tmp_path / "other").mkdir()

    async def script() -> list[str]:
        with Sandbox(hosts, namespaces=played.sandbox.enters_namespaces) as other:
            found = [(await played.answer(sandbox=sandbox))["cwd"] for sandbox in (None, other)]
            await played.workers.end()
            return found

    one, other = play(played, script)
    assert one != other


def test_a_process_that_keeps_something_for_its_next_connection_is_not_asked_again(played: Played) -> None:
    """.NET keeps the intermediates that it fetches: a later chain would be complete without its server's doing."""

    async def script() -> list[tuple[int, int]]:
        answers = [await played.answer(request) for request in ({}, {"keep": "issuer.kept"}, {})]
        return [(item["pid"], item["number"]) for item in answers]

    one, same, other = play(played, script)
    assert one[0] == same[0] != other[0]
    assert [one[1], same[1], other[1]] == [0, 1, 0]


def test_attempts_at_the_same_time_have_processes_of_their_own(played: Played) -> None:
    async def script() -> list[dict[str, Any]]:
        return list(await asyncio.gather(played.answer(), played.answer()))

    one, other = play(played, script)
    assert one["pid"] != other["pid"]


def test_each_attempt_has_its_own_files_and_its_own_words(played: Played) -> None:
    async def script() -> list[Completed]:
        return [
            await played({"read": "a"}, files={"ca.pem": "first"}, collect=("ca.pem",)),
            await played({"read": "b"}, files={}, collect=("ca.pem",)),
        ]

    first, second = play(played, script)
    assert (first.file("ca.pem"), second.file("ca.pem")) == ("first", "")
    assert json.loads(second.stdout)["read"] == "b"


def test_one_that_hangs_is_ended_and_the_next_attempt_gets_another(played: Played) -> None:
    async def script() -> list[Completed]:
        good = await played({})
        hangs = await played({"hang": True}, timeout=1)
        return [good, hangs, await played({})]

    before, hangs, after = play(played, script)
    assert (hangs.exit_status, hangs.stdout) == (None, "half a line")
    assert hangs.seconds >= 1
    assert json.loads(after.stdout)["number"] == 0
    assert json.loads(before.stdout)["cwd"] != json.loads(after.stdout)["cwd"]


def test_one_that_dies_leaves_its_status_and_words_and_the_next_attempt_gets_another(played: Played) -> None:
    async def script() -> list[Completed]:
        return [await played({}), await played({"exit": 3}), await played({})]

    _, dies, after = play(played, script)
    assert (dies.exit_status, dies.stdout, dies.stderr) == (3, "", "last words\n")
    assert (after.exit_status, json.loads(after.stdout)["number"]) == (0, 0)


def test_one_that_was_killed_while_it_waited_is_replaced_unseen(played: Played) -> None:
    async def script() -> list[dict[str, Any]]:
        first = await played.answer()
        (process,) = played.workers._idle
        os.kill(process._process.pid, signal.SIGKILL)
        process._process.wait()
        return [first, await played.answer()]

    first, second = play(played, script)
    assert first["cwd"] != second["cwd"]


def test_what_it_says_unasked_is_no_answer_to_the_next_attempt(played: Played) -> None:
    async def script() -> list[dict[str, Any]]:
        chatters = await played({"chatter": True})
        (process,) = played.workers._idle
        while process.waits:
            await process._said.wait()
            process._said.clear()
        return [json.loads(chatters.stdout.splitlines()[0]), await played.answer({"next": True})]

    first, second = play(played, script)
    assert second["next"] is True
    assert first["cwd"] != second["cwd"]


def test_a_flood_is_cut_and_ended(played: Played) -> None:
    async def script() -> Completed:
        return await played({"flood": True})

    done = play(played, script)
    assert (done.exit_status, len(done.stdout)) == (None, KEPT)


def test_a_few_wait_the_others_are_ended_with_their_directories(sandbox: Sandbox, tmp_path: Path) -> None:
    played = Played(sandbox, tmp_path, idle=1)

    async def script() -> list[Path]:
        answers = [await played.answer(env={"NUMBER": str(number)}) for number in range(3)]
        return [Path(answer["cwd"]) for answer in answers]

    homes = play(played, script)
    assert not any(home.exists() for home in homes)
    assert len(set(homes)) == 3


def test_of_several_of_a_kind_one_is_ended_before_the_only_one_of_another(sandbox: Sandbox, tmp_path: Path) -> None:
    played = Played(sandbox, tmp_path, idle=2)

    async def script() -> list[int]:
        first = await played.answer(env={"NUMBER": "1"})
        await asyncio.gather(played.answer(), played.answer())
        again = await played.answer(env={"NUMBER": "1"})
        return [first["pid"], again["pid"]]

    assert len(set(play(played, script))) == 1


def test_an_attempt_that_is_given_up_ends_its_worker(played: Played) -> None:
    async def script() -> list[Path]:
        attempt = asyncio.ensure_future(played({"hang": True}, timeout=600))
        while not list(played.place.glob("worker-*/probe.py")):
            await asyncio.sleep(0)
        attempt.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attempt
        return list(played.place.glob("worker-*"))

    assert play(played, script) == []


def test_a_program_that_does_not_exist_is_an_error_of_the_system_or_a_status(played: Played) -> None:
    async def script() -> Completed:
        return await played({}, argv=("/no/such/program",))

    assert play(played, script).exit_status in {1, 126, 127}


def test_alone_the_same_attempt_is_one_process(sandbox: Sandbox, tmp_path: Path) -> None:
    """As in a container, where each attempt has a process of its own."""
    invocation = Invocation(
        (sys.executable, "-I", "probe.py"),
        files={"ca.pem": "anchors"},
        stdin='{"name": "alone"}',
        worker=Worker({"probe.py": SCRIPT}),
    )
    tmp_path.joinpath("room").mkdir()
    done = asyncio.run(run(sandbox, invocation.alone, tmp_path / "room"))
    assert json.loads(done.stdout)["name"] == "alone"
    assert (tmp_path / "room" / "ca.pem").read_text() == "anchors"


OF_A_LAB = f"""
import asyncio, json, os, sys
sys.path.insert(0, {str(IMPORTED_FROM)!r})
from pathlib import Path
from tlslab.clients.base import Invocation, Worker
from tlslab.stages.sandbox import Sandbox
from tlslab.stages.workers import Workers

async def main(place, namespaces):
    hosts = place / "hosts-of-the-lab"
    hosts.write_text("127.0.0.1 localhost\\n")
    (place / "attempt").mkdir()
    with Sandbox(hosts, namespaces=namespaces) as sandbox:
        worker = Worker({{"probe.py": {SCRIPT!r}}})
        # The worker holds the FIFO open for as long as it lives.
        argv = ("sh", "-c", f"exec {{sys.executable}} -I probe.py 9> {{place}}/alive")
        workers = Workers(lambda: place / "worker")
        await workers.run(sandbox, Invocation(argv, stdin="{{}}", worker=worker), worker, place / "attempt")
        print("answered", flush=True)
        await asyncio.sleep(1000)

asyncio.run(main(Path(sys.argv[1]), sys.argv[2] == "True"))
"""


def test_workers_end_with_a_lab_that_is_killed(sandbox: Sandbox, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    reader = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    with subprocess.Popen(
        [sys.executable, "-c", OF_A_LAB, str(tmp_path), str(sandbox.enters_namespaces)], stdout=subprocess.PIPE
    ) as lab:
        assert lab.stdout
        assert lab.stdout.readline() == b"answered\n"
        lab.kill()
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # the end of the file: nobody writes any more
    os.close(reader)
