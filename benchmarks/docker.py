"""What the docker stage costs: servers, attempts, and the wall time of a run against the local stage.

(a) `./tlslab run --stage docker` and `./tlslab run` in turns, the same cells, each in a fresh process: when the servers
are up, and the wall time. (b) On a stage of its own, one attempt at a time: what an attempt takes beyond the client
itself, whose seconds are taken inside the container, around the process; and what a fresh client container takes until
it answers. How to start it: benchmarks/README.md.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# This file has the name of the Docker SDK's package: its directory must not come first.
sys.path[:] = [str(ROOT / ".python"), *(item for item in sys.path if Path(item).resolve() != ROOT / "benchmarks")]

from tlslab.clients import all_clients  # noqa: E402
from tlslab.clients.base import Client  # noqa: E402
from tlslab.matrix.choice import Choice  # noqa: E402
from tlslab.model.situation import ServerKind, healthy  # noqa: E402
from tlslab.pki.keys import Keys  # noqa: E402
from tlslab.pki.mint import Mint  # noqa: E402
from tlslab.setup import provision  # noqa: E402
from tlslab.stages.docker.client_images import Contained  # noqa: E402
from tlslab.stages.docker.container import ContainerSpec  # noqa: E402
from tlslab.stages.docker.daemon import connect  # noqa: E402
from tlslab.stages.docker.stage import DockerStage  # noqa: E402

SERVERS_UP = re.compile(r"^(\d+) servers? up after ([\d.]+) s", re.MULTILINE)
FRESH = 5
"""How many fresh client containers are timed."""


@dataclass(frozen=True, slots=True)
class Whole:
    """One run. `up`: seconds until all servers are up."""

    wall: float
    up: float
    servers: int
    attempts: int


def main() -> int:
    """Measure and print; 0 when both stages made the same attempts."""
    options = _options().parse_args()
    kinds = ("scenario", "client", "fix", "server")
    filters = [f"--{name}={value}" for name in kinds for value in getattr(options, name)]
    _run("docker", filters)  # images, byte code and pages are there from here on
    runs: dict[str, list[Whole]] = {"docker": [], "local": []}
    for number in range(1, options.repeats + 1):
        for stage, found in runs.items():
            found.append(_run(stage, filters))
            item = found[-1]
            print(f"{number}: {stage:6} {item.wall:.1f} s, {item.servers} servers up after {item.up:.1f} s", flush=True)
    docker, local = runs["docker"], runs["local"]
    print(
        f"\nwhole runs, {docker[0].attempts} attempts in containers, {local[0].attempts} on the local stage, medians:"
    )
    for name, found in runs.items():
        up, wall = (statistics.median(getattr(item, what) for item in found) for what in ("up", "wall"))
        print(f"  {name:6} servers up {up:.2f} s, wall {wall:.1f} s")
    ratios = [one.wall / other.wall for one, other in zip(docker, local, strict=True)]
    print(
        f"  wall docker / local: {', '.join(f'{item:.2f}' for item in ratios)}; median {statistics.median(ratios):.2f}"
    )
    asyncio.run(_attempts(options.attempts))
    return 0 if docker[0].attempts == local[0].attempts else 1


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("scenario", "client", "fix", "server"):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="GLOB")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--attempts", type=int, default=5, help="attempts of each client in (b)")
    return parser


def _run(stage: str, filters: Iterable[str]) -> Whole:
    with tempfile.TemporaryDirectory() as directory:
        record = Path(directory, "record.json")
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-P", "-m", "lab", "run", f"--stage={stage}", f"--save={record}", *filters],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        wall = time.monotonic() - began
        found = SERVERS_UP.search(done.stderr)
        if not found:
            sys.exit(f"the {stage} run has failed:\n{done.stderr}")
        attempts = len(json.loads(record.read_text())["attempts"])
    return Whole(wall, float(found[2]), int(found[1]), attempts)


async def _attempts(count: int) -> None:
    """Measure (b)."""
    situations = {kind: healthy(kind) for kind in ServerKind}
    cache = provision.cache_dir()
    beyond: dict[str, float] = {}
    async with DockerStage(cache, Mint(Keys(cache / "keys"))) as stage:
        stage.open([item.client.connect_to for item in situations.values()])
        await stage.serve(situations.values())
        fresh = [await _fresh(stage, number) for number in range(FRESH)]
        for client in Choice("docker").clients(all_clients()):
            if client.missing(stage.machine_of(client)):
                continue
            kind = next(kind for kind in ServerKind if kind in client.kinds)
            beyond[client.name] = statistics.median([await _beyond(stage, client, kind) for _ in range(count)])
    print(f"\na fresh client container answers after {statistics.median(fresh):.2f} s (median of {FRESH})")
    print(f"an attempt beyond its client, with what the server logged (median of {count}), seconds:")
    for name, seconds in sorted(beyond.items(), key=lambda item: -item[1]):
        print(f"  {name:24} {seconds:.3f}")
    print(f"  worst {max(beyond.values()):.3f}, median {statistics.median(beyond.values()):.3f}")


async def _fresh(stage: DockerStage, number: int) -> float:
    spec = ContainerSpec(stage.client_image("bookworm"), f"{stage.network}-fresh-{number}", stage.labels)
    with closing(connect()) as daemon:
        async with AsyncExitStack() as stack:
            began = time.monotonic()
            await Contained(daemon, spec, stage.network, stack).start()
            return time.monotonic() - began


async def _beyond(stage: DockerStage, client: Client, kind: ServerKind) -> float:
    """What one attempt, and reading the server's log after it, takes beyond the process of the client."""
    situation = healthy(kind)
    async with stage.hold(situation.server):
        await stage.server_log(situation.server)
        began = time.monotonic()
        completed = await stage.attempt(client, situation)
        await stage.server_log(situation.server)
        return time.monotonic() - began - completed.seconds


if __name__ == "__main__":
    sys.exit(main())
