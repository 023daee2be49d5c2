"""What the lab adds to the bare clients: `./tlslab run` against the same invocations run by a minimal pool.

(a) The very invocations of a run (arguments, environment, files, standard input) are started on all cores by a pool
of threads that does nothing else, in the same sandbox, against servers that are already up. Clients that serve many
attempts in one process do so here, too; with `--cold` each attempt has a process of its own. (b) The same attempts are
made by `./tlslab run` in a fresh process, from the start of the command to its end. Both are repeated in turns, and
medians are printed, because other work on the machine slows both. Scenarios in which the server is down are left out
unless they are named: their clients wait. How to start it: benchmarks/README.md.
"""

import argparse
import asyncio
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tlslab.clients.base import Invocation, Worker
    from tlslab.stages.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".python"))
POLL = 0.005
"""Seconds between two looks for the first attempt."""
MEMORY_POLL = 0.25
"""Seconds between two looks at the peak memory. The kernel keeps the peak (VmHWM): little is missed."""


@dataclass(frozen=True, slots=True)
class Bare:
    """The clients alone: wall and processor seconds."""

    wall: float
    cpu: float
    attempts: int


@dataclass(frozen=True, slots=True)
class Lab:
    """One run of the lab. `cpu` holds clients and servers too; `memory` in MB by process, the sum of peaks."""

    wall: float
    cpu: float
    attempts: int
    startup: float
    results: Counter[str]
    memory: dict[str, float]


def main() -> int:
    """Measure and print; 0 when both sides made the same attempts."""
    options = _options().parse_args()
    if options.pool:
        return _pool(Path(options.pool), options.jobs)
    options.scenario = options.scenario or _with_servers()
    kinds = ("scenario", "client", "fix", "server")
    filters = [f"--{name}={value}" for name in kinds for value in getattr(options, name)]
    bare: list[Bare] = []
    lab: list[Lab] = []
    with _up(options) as again:
        for number in range(1, options.repeats + 1):
            bare.append(again())
            print(f"{number}: bare {_words(bare[-1])}", flush=True)
            lab.append(_run_lab([*filters, f"--jobs={options.jobs}"]))
            print(f"{number}: lab  {_words(lab[-1])}; ratio {lab[-1].wall / bare[-1].wall:.3f}", flush=True)
    _summary(bare, lab, options.jobs)
    return 0 if {item.attempts for item in bare} == {item.attempts for item in lab} else 1


def _with_servers() -> list[str]:
    """The scenarios whose server is up."""
    from tlslab import catalogue
    from tlslab.model.situation import ServerKind, healthy

    known = catalogue.load().scenarios
    return [item.id for item in known if item.apply(healthy(ServerKind.SQLSERVER)).server.key_readable]


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("scenario", "client", "fix", "server"):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="GLOB")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--cold", action="store_true", help="bare clients without workers: a process for each attempt")
    parser.add_argument("--pool", help=argparse.SUPPRESS)
    return parser


# --- (a) the bare clients ---------------------------------------------------------------------------------------------


@contextmanager
def _up(options: argparse.Namespace) -> Iterator[Any]:
    """Servers for the plan, up until the end of the context; a function that runs the bare clients once."""
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.clients.base import Request
    from tlslab.matrix.choice import LOCAL
    from tlslab.matrix.plan import Filters, make_plan
    from tlslab.pki.keys import Keys
    from tlslab.pki.mint import Mint
    from tlslab.setup import provision
    from tlslab.stages.local.stage import LocalStage
    from tlslab.stages.material import material_of

    known = catalogue.load()
    filters = Filters(tuple(options.scenario), tuple(options.fix), tuple(options.client), tuple(options.server))
    plan = make_plan(known, all_clients(), filters, stage_cannot=LOCAL.cannot)
    cache = provision.cache_dir()
    mint = Mint(Keys(cache / "keys"))
    stage = LocalStage(cache, mint)
    cells = [cell for cell in plan.cells if not cell.client.missing(stage.machine)]
    attempts = {(cell.client.name, item): (cell.client, item) for cell in cells for item in cell.acts.values()}
    loop = asyncio.new_event_loop()

    async def enter() -> None:
        await stage.__aenter__()
        stage.open(
            {name for _, item in attempts for name in (item.client.connect_to, item.client.reference_identifier)}
        )
        await stage.serve(dict.fromkeys(item for _, item in attempts))

    def again() -> Bare:
        """Lay out the files, then run: only the latter is timed. The event loop keeps turning for the servers' logs."""
        rooms = Path(tempfile.mkdtemp(prefix="bare-", dir=stage.workdir))
        jobs = []
        for number, (client, situation) in enumerate(attempts.values()):
            room = rooms / str(number)
            room.mkdir()
            material = material_of(mint, situation.client)
            call = client.invoke(
                Request(
                    stage.machine,
                    situation.client,
                    stage.endpoint(situation.server),
                    material,
                    stage.login,
                    PurePosixPath(room),
                )
            )
            jobs.append(_job(call.alone if options.cold else call, room, stage.sandbox))
        (rooms / "jobs.json").write_text(json.dumps(jobs))
        pool = (sys.executable, "-P", __file__, f"--pool={rooms / 'jobs.json'}", f"--jobs={options.jobs}")

        async def play() -> bytes:
            process = await asyncio.create_subprocess_exec(
                *stage.sandbox.argv(pool, rooms), stdout=asyncio.subprocess.PIPE
            )
            said, _ = await process.communicate()
            return said

        said = json.loads(loop.run_until_complete(play()))
        shutil.rmtree(rooms)
        return Bare(said["wall"], said["cpu"], len(jobs))

    try:
        loop.run_until_complete(enter())
        yield again
    finally:
        loop.run_until_complete(stage.__aexit__(None, None, None))
        loop.close()


def _job(call: "Invocation", room: Path, sandbox: "Sandbox") -> dict[str, Any]:
    """What the pool is told of one attempt, with the files laid out."""
    from tlslab.stages.runner import clean_environment, lay_out

    lay_out(call, room)
    home = room if call.worker is None else _home(call, call.worker, room.parent)
    env = sandbox.env({**clean_environment(home), **call.env})
    return {
        "argv": call.argv,
        "env": env,
        "cwd": str(home),
        "stdin": call.stdin,
        "timeout": call.timeout,
        "worker": call.worker is not None,
    }


def _home(call: "Invocation", worker: "Worker", rooms: Path) -> Path:
    """The directory of the workers for which the same is fixed, with their files."""
    from tlslab.stages.runner import lay_out

    fixed = (call.argv, sorted(call.env.items()), sorted(worker.files.items()))
    home = rooms / f"worker-{hashlib.sha256(repr(fixed).encode()).hexdigest()[:16]}"
    home.mkdir(exist_ok=True)
    lay_out(replace(call, files=worker.files), home)
    return home


def _pool(jobs_file: Path, jobs: int) -> int:
    """The minimal pool, inside the sandbox: start, feed, wait, forget. Each thread has workers of its own."""
    jobs_list = json.loads(jobs_file.read_text())
    own = threading.local()
    started: list[subprocess.Popen[bytes]] = []

    def ask(job: dict[str, Any]) -> None:
        workers: dict[str, subprocess.Popen[bytes]] = own.__dict__.setdefault("workers", {})
        worker = workers.get(job["cwd"])
        if worker is None:
            worker = workers[job["cwd"]] = subprocess.Popen(
                job["argv"],
                cwd=job["cwd"],
                env=job["env"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            started.append(worker)
        assert worker.stdin
        assert worker.stdout
        worker.stdin.write(job["stdin"].encode() + b"\n")
        worker.stdin.flush()
        worker.stdout.readline()

    def play(job: dict[str, Any]) -> None:
        if job["worker"]:
            ask(job)
            return
        try:
            subprocess.run(
                job["argv"],
                cwd=job["cwd"],
                env=job["env"],
                input=job["stdin"].encode(),
                capture_output=True,
                timeout=job["timeout"],
                check=False,
            )
        except subprocess.TimeoutExpired:
            print(f"no end in {job['timeout']} s: {job['argv']}", file=sys.stderr)

    before, began = os.times(), time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(play, jobs_list))
    for worker in started:
        worker.communicate()
    wall, after = time.monotonic() - began, os.times()
    print(json.dumps({"wall": wall, "cpu": sum(after[:4]) - sum(before[:4])}))
    return 0


# --- (b) the lab ------------------------------------------------------------------------------------------------------


def _run_lab(arguments: list[str]) -> Lab:
    with tempfile.TemporaryDirectory(prefix="tlslab-benchmark-") as scratch:
        record = Path(scratch) / "record.json"
        before, began = os.times(), time.monotonic()
        process = subprocess.Popen(
            [ROOT / "tlslab", "run", *arguments, f"--save={record}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        watch = _Watch(process.pid)
        _, said = process.communicate()
        wall, after = time.monotonic() - began, os.times()
        watch.stop()
        if process.returncode not in (0, 1):
            print(f"the lab ended with {process.returncode}: {said}", file=sys.stderr)
        found = json.loads(record.read_text())["attempts"]
    results = Counter(attempt["result"] for attempt in found)
    cpu = sum(after[:4]) - sum(before[:4])
    return Lab(wall, cpu, len(found), watch.first_attempt - began, results, watch.memory)


class _Watch:
    """Looks at a run from outside: when its first attempt begins, and how much memory the lab's own processes take."""

    def __init__(self, pid: int) -> None:
        self.first_attempt = float("nan")
        self.memory: dict[str, float] = {}
        self._pid = pid
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._see_first), threading.Thread(target=self._see_memory)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _see_first(self) -> None:
        from tlslab.setup import provision

        runs = provision.cache_dir() / "runs"
        while not self._stopped.wait(POLL):
            if any(runs.glob(f"run-{self._pid}-*/attempt-1")):
                self.first_attempt = time.monotonic()
                return

    def _see_memory(self) -> None:
        while not self._stopped.wait(MEMORY_POLL):
            for pid in (self._pid, *_descendants(self._pid)):
                name = _own_name(pid, self._pid)
                peak = _peak(pid)
                if name and peak:
                    self.memory[name] = max(peak, self.memory.get(name, 0.0))


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *_descendants(child)]
    return found


def _own_name(pid: int, lab: int) -> str:
    """Which of the lab's own processes this is; empty for clients."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    if pid == lab:
        return "lab"
    # nginx writes its own title; a process that still is on its way there (nsenter, env) has the room in its arguments.
    if words[0].startswith("nginx") or (Path(words[0]).name == "nginx" and "-p" in words):
        return "nginx"
    return "embedded endpoint" if "tlslab.servers.embedded" in words and "nsenter" not in words[0] else ""


def _peak(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


# --- words ------------------------------------------------------------------------------------------------------------


def _words(item: Bare | Lab) -> str:
    words = f"{item.wall:6.2f} s wall, {item.cpu:6.2f} s cpu, {item.attempts} attempts"
    if isinstance(item, Lab):
        memory = ", ".join(f"{name} {peak:.0f}" for name, peak in item.memory.items())
        words += f", first after {item.startup:.2f} s, {sum(item.memory.values()):.0f} MB ({memory})"
    return words


def _summary(bare: list[Bare], lab: list[Lab], jobs: int) -> None:
    def median(values: list[float]) -> float:
        return statistics.median(values)

    ratios = [theirs.wall / own.wall for own, theirs in zip(bare, lab, strict=True)]
    cpu = [theirs.cpu / own.cpu for own, theirs in zip(bare, lab, strict=True)]
    print(f"\nmedians of {len(bare)}, {jobs} clients at a time on {os.cpu_count()} cores")
    print(f"attempts                      {bare[0].attempts} bare, {lab[0].attempts} lab {dict(lab[0].results)}")
    print(f"wall, bare clients (a)        {median([item.wall for item in bare]):.2f} s")
    print(f"wall, ./tlslab run (b)        {median([item.wall for item in lab]):.2f} s")
    print(f"ratio of walls (b)/(a)        {median(ratios):.3f}")
    print(f"ratio of processor seconds    {median(cpu):.3f}  (b holds the servers' seconds as well)")
    print(f"start-up to first attempt     {median([item.startup for item in lab]):.2f} s")
    print(f"peak memory, own processes    {max(sum(item.memory.values()) for item in lab):.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
