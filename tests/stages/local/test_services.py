"""Services: they hand out the lines of each attempt, and when one dies the lab says so and blames no client."""

import asyncio
import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tlslab import IMPORTED_FROM, catalogue
from tlslab.clients.base import Client, Invocation, Machine, Request, Roots, Trust
from tlslab.clients.curl import Curl
from tlslab.commands.shared import Exit, status_of
from tlslab.matrix.choice import LOCAL, Choice
from tlslab.matrix.plan import Filters, Plan, make_plan
from tlslab.matrix.run import Run
from tlslab.model.evidence import Source
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.record import Record
from tlslab.model.situation import ClientSide, ServerKind, healthy, options
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.setup import provision, system
from tlslab.stages.local import nginx_process, services
from tlslab.stages.local.nginx_process import Nginx
from tlslab.stages.local.services import ADDRESS, MAX_LINES, Embedded, Service, ServiceError
from tlslab.stages.local.stage import LocalStage
from tlslab.stages.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[3]
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the local stage's sandbox is Linux's"),
    pytest.mark.skipif(
        system.find_program("openssl") is None, reason="the self-check needs openssl: apt-get install openssl"
    ),
]
needs_curl = pytest.mark.skipif(system.find_program("curl") is None, reason="curl plays here: apt-get install curl")
both_servers = pytest.mark.parametrize(
    "nginx",
    [
        pytest.param(
            True,
            id="nginx",
            marks=pytest.mark.skipif(
                system.find_program("nginx") is None, reason="nginx plays the server: apt-get install nginx"
            ),
        ),
        pytest.param(False, id="embedded"),
    ],
)


class Script(Client):
    """A client that is a line of shell."""

    kinds = frozenset({ServerKind.HTTPS})
    tls_library = "none"
    name = "script"
    title = "a line of shell"
    templates = ()
    default_trust = Trust(Roots.NONE, "it connects to nobody", Source("this test", ""))
    needs = ()
    supports = frozenset(options(ClientSide))

    def __init__(self, script: str) -> None:
        self._script = script

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation(("true",))

    def read_version(self, completed: Completed) -> str:
        return "1"

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        return ()

    def invoke(self, request: Request) -> Invocation:
        return Invocation(("sh", "-c", self._script), timeout=1)

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return Outcome(Result.REFUSED, completed.stdout)


@dataclass
class After:
    """An observer that does something once, after so many attempts."""

    attempts: int
    do: Callable[[], None] | None = None
    texts: list[str] = field(default_factory=list)

    def planned(self, cells: int, attempts: int) -> None: ...

    def started(self, servers: int, seconds: float) -> None: ...

    def attempted(self, client: str, result: str) -> None:
        self.attempts -= 1
        if self.attempts == 0 and self.do is not None:
            self.do()

    def judged(self, case: str, client: str, as_expected: bool, why: str) -> None: ...


def plan(client: Client, *scenarios: str, fix: str = "*") -> Plan:
    known = catalogue.load()
    filters = Filters(scenarios, (fix,), (), ("https",))
    return make_plan(known, [client], filters, stage_cannot=LOCAL.cannot)


async def record_of(played: Plan, cache: Path, *, nginx: bool = True, kill_after: int | None = None) -> Record:
    observer = After(kill_after or 0)
    async with Run(played, cache=cache, jobs=2, observer=observer, stage=Choice(nginx=nginx).make) as run:
        if kill_after is not None:
            stage = run._stage
            assert isinstance(stage, LocalStage)
            observer.do = lambda: kill(next(iter(stage.sides.values()))[0])
        await run.want(played.cells)
        await asyncio.gather(*(run.play(cell) for cell in played.cells))
        return await run.record()


def kill(service: Service, number: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to the server's own process, which in namespaces is the child of nsenter."""
    assert service._process
    assert service._sandbox
    pid = service._process.pid
    if service._sandbox.enters_namespaces:
        pid = int(Path(f"/proc/{pid}/task/{pid}/children").read_text())
    os.kill(pid, number)


@needs_curl
@both_servers
def test_a_server_that_dies_in_mid_run_is_a_failure_of_the_lab_and_no_finding(tmp_path: Path, nginx: bool) -> None:
    record = asyncio.run(record_of(plan(Curl(), "expired", "self-signed"), tmp_path, nginx=nginx, kill_after=3))
    assert list(record.findings()) == []
    lost = list(record.lab_errors())
    assert lost
    words = "nginx does not answer" if nginx else "the embedded https endpoint has ended"
    assert all(words in cell.broken_judgement.why for cell in lost), [cell.broken_judgement.why for cell in lost]
    assert status_of(record) is Exit.LAB_FAILED


@needs_curl
@both_servers
def test_the_same_run_is_as_expected_when_nobody_kills_the_server(tmp_path: Path, nginx: bool) -> None:
    record = asyncio.run(record_of(plan(Curl(), "expired", "self-signed"), tmp_path, nginx=nginx))
    assert [cell.id for cell in record.cells if not cell.as_expected] == []
    assert status_of(record) is Exit.AS_EXPECTED


def test_a_client_that_hangs_is_a_timeout_and_no_error_of_the_lab(tmp_path: Path) -> None:
    record = asyncio.run(record_of(plan(Script("echo connecting; sleep 1000"), "expired"), tmp_path))
    assert {attempt.result for attempt in record.attempts} == {"timeout"}
    assert {attempt.text for attempt in record.attempts} == {"connecting"}


def test_a_client_that_crashes_is_a_crash(tmp_path: Path) -> None:
    record = asyncio.run(record_of(plan(Script("echo before; kill -SEGV $$"), "expired"), tmp_path))
    assert {(attempt.result, attempt.code, attempt.text) for attempt in record.attempts} == {
        ("crashed", "signal 11", "before")
    }


@needs_curl
@pytest.mark.parametrize(("script", "verdict"), [("sleep 1000", "no-answer"), ("kill -SEGV $$", "other-error")])
def test_a_client_that_hangs_or_crashes_in_the_broken_act_alone_has_that_as_its_verdict(
    tmp_path: Path, script: str, verdict: str
) -> None:
    record = asyncio.run(record_of(plan(DiesWhenExpired(script), "expired"), tmp_path))
    assert [cell.broken for cell in record.cells] == [verdict]
    assert status_of(record) is Exit.FINDINGS


class DiesWhenExpired(Curl):
    """curl, until it meets an expired certificate: then it does this."""

    name = "curl"

    def __init__(self, script: str) -> None:
        self._script = script

    def invoke(self, request: Request) -> Invocation:
        real = super().invoke(request)
        script = f'"$@"; status=$?; grep -q "certificate has expired" curl.trace && {{ {self._script}; }}; exit $status'
        return Invocation(("sh", "-c", script, "sh", *real.argv), real.env, real.files, collect=real.collect, timeout=3)


# --- what a service says ----------------------------------------------------------------------------------------------


@both_servers
def test_the_lines_of_an_attempt_are_handed_out_once(sandbox: Sandbox, tmp_path: Path, nginx: bool) -> None:
    situation = healthy(ServerKind.HTTPS)

    async def play() -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        stage = LocalStage(tmp_path, Mint(Keys(tmp_path / "keys")), nginx=nginx)
        async with stage:
            stage.open(["shop.lab.test"])
            await stage.serve([situation])
            before = await stage.server_log(situation.server)
            endpoint = stage.endpoint(situation.server)
            _, writer = await asyncio.open_connection(endpoint.address, endpoint.port)
            writer.write(b"this is not TLS\r\n\r\n")
            await writer.drain()
            writer.close()
            return before, await stage.server_log(situation.server), await stage.server_log(situation.server)

    before, during, after = asyncio.run(play())
    assert before == after == ()
    assert during


@pytest.mark.skipif(not os.environ.get("TLSLAB_FULL"), reason="takes its time: .ci/run --full")
@both_servers
def test_a_server_that_the_machine_keeps_waiting_is_waited_for(tmp_path: Path, nginx: bool) -> None:
    situation = healthy(ServerKind.HTTPS)

    async def play() -> None:
        async with LocalStage(tmp_path, Mint(Keys(tmp_path / "keys")), nginx=nginx) as stage:
            stage.open(["shop.lab.test"])
            await stage.serve([situation])
            server = stage.sides[situation.server][0]
            kill(server, signal.SIGSTOP)
            asyncio.get_running_loop().call_later(8, kill, server, signal.SIGCONT)
            assert await stage.server_log(situation.server) == ()

    asyncio.run(play())


@contextlib.asynccontextmanager
async def endpoint_of(kind: ServerKind, cache: Path) -> AsyncIterator[tuple[Embedded, str]]:
    """The lab's own endpoint with the healthy side of this kind, and the identity of that side."""
    situation = healthy(kind)
    async with LocalStage(cache, Mint(Keys(cache / "keys")), nginx=False) as stage:
        stage.open([situation.client.connect_to])
        await stage.serve([situation])
        service, identity = stage.sides[situation.server]
        assert isinstance(service, Embedded)
        yield service, identity


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def connect(port: int, source: int = 0) -> socket.socket:
    """Connect, from a given port or any. It is reset when it is closed, so that the port is free at once."""
    client = socket.create_connection((ADDRESS, port), source_address=(ADDRESS, source) if source else None, timeout=20)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return client


both_kinds = pytest.mark.parametrize("kind", [ServerKind.SQLSERVER, ServerKind.HTTPS])


@both_kinds
def test_a_port_that_is_given_out_again_names_no_connection(
    sandbox: Sandbox, tmp_path: Path, kind: ServerKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client had the port from which the lab's marker comes next: neither is taken for the other."""
    source = free_port()
    real = asyncio.open_connection

    async def play() -> tuple[tuple[str, ...], ...]:
        async with endpoint_of(kind, tmp_path) as (service, identity):
            connect(service.ports[identity], source).close()
            first = await service.take_log(identity)
            monkeypatch.setattr(asyncio, "open_connection", partial(real, local_addr=(ADDRESS, source)))
            connect(service.ports[identity]).close()
            second = await service.take_log(identity)
            monkeypatch.setattr(asyncio, "open_connection", real)
            return first, second, await service.take_log(identity)

    first, second, third = asyncio.run(play())
    assert (len(first), len(second), len(third)) == (1, 1, 0), (first, second, third)


@both_kinds
def test_a_stranger_who_holds_a_connection_is_not_waited_for(
    sandbox: Sandbox, tmp_path: Path, kind: ServerKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play() -> tuple[int, int]:
        async with endpoint_of(kind, tmp_path) as (service, identity):
            with connect(service.ports[identity]) as stranger:
                connect(service.ports[identity]).close()
                first = await service.take_log(identity)
                # What it makes the server write from now on is not about the next client.
                stranger.sendall(b"this is neither TDS nor TLS\r\n\r\n")
            return len(first), len(await service.take_log(identity))

    # Who waits for the stranger gives up after this time; who does not is not concerned.
    monkeypatch.setattr(services, "SETTLE_TIMEOUT", 1000.0)
    monkeypatch.setattr(services, "START_TIMEOUT", 1000.0)

    async def soon() -> tuple[int, int]:
        async with asyncio.timeout(60):
            return await play()

    assert asyncio.run(soon()) == (1, 0)


def test_events_that_the_endpoint_could_not_tell_are_a_gap_that_the_log_names(sandbox: Sandbox, tmp_path: Path) -> None:
    async def play() -> tuple[tuple[str, ...], tuple[str, ...]]:
        async with endpoint_of(ServerKind.SQLSERVER, tmp_path) as (service, identity):
            assert service._process
            assert service._process.stdout
            taking = asyncio.ensure_future(service.take_log(identity))
            await asyncio.sleep(0)  # The marker is on its way, and its event is among the lost ones.
            service._process.stdout.feed_data(b'{"event": "lost", "count": 7}\n')
            return await taking, await service.take_log(identity)

    during, after = asyncio.run(play())
    assert during == ("(The lab was too slow to read: 7 events of its endpoints are missing here.)",)
    assert after == ()


def test_what_strangers_make_a_server_write_is_kept_up_to_a_bound(sandbox: Sandbox, tmp_path: Path) -> None:
    async def play() -> tuple[str, ...]:
        async with endpoint_of(ServerKind.SQLSERVER, tmp_path) as (service, identity):
            for number in range(MAX_LINES + 5):
                service._note({"event": "log", "listener": identity, "connection": 9, "line": str(number)})
            return await service.take_log(identity)

    lines = asyncio.run(play())
    assert len(lines) == MAX_LINES
    assert "left out earlier lines" in lines[0]
    assert lines[-1] == str(MAX_LINES + 4)


def nginx_that(tmp_path: Path, *lines: str) -> str:
    program = tmp_path / "nginx"
    program.write_text("\n".join(("#!/bin/sh", *lines, "")))
    program.chmod(0o755)
    return str(program)


def started(program: str, sandbox: Sandbox, tmp_path: Path) -> Nginx:
    """nginx that this program plays, once it has been started and stopped."""
    workdir = tmp_path / "nginx-room"
    workdir.mkdir()
    side = healthy(ServerKind.HTTPS).server
    service = Nginx(program, workdir, Mint(Keys(tmp_path / "keys")), {"a": side}, {"a": "shop.lab.test"})

    async def start() -> None:
        try:
            await service.start(sandbox)
        finally:
            await service.stop()

    asyncio.run(start())
    return service


def test_an_nginx_that_does_not_start_is_quoted(sandbox: Sandbox, tmp_path: Path) -> None:
    program = nginx_that(tmp_path, "echo 'libpcre2-8.so.0: cannot open shared object file' >&2", "exit 127")
    with pytest.raises(ServiceError, match=r"nginx does not answer.*libpcre2-8\.so\.0: cannot open"):
        started(program, sandbox, tmp_path)


@pytest.mark.skipif(system.find_program("nginx") is None, reason="nginx plays the server: apt-get install nginx")
def test_an_nginx_that_does_not_tell_its_version_is_ended(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "pid"
    real = system.find_program("nginx")
    program = nginx_that(
        tmp_path, f'[ "$1" = -v ] && mkfifo {here}.fifo && exec sleep 1000 <>{here}.fifo', f'exec {real} "$@"'
    )
    monkeypatch.setattr(nginx_process, "START_TIMEOUT", 0.5)
    with pytest.raises(ServiceError, match="-v` did not end within"):
        started(program, sandbox, tmp_path)
    # Whoever still holds the pipe would let it be opened for writing (fifo(7)).
    with pytest.raises(OSError, match="No such device or address"):
        os.open(f"{here}.fifo", os.O_WRONLY | os.O_NONBLOCK)


def test_an_endpoint_that_cannot_start_says_why(sandbox: Sandbox, tmp_path: Path) -> None:
    mint = Mint(Keys(tmp_path / "keys"))
    side = healthy(ServerKind.SQLSERVER).server
    workdir = tmp_path / "sqlserver"
    workdir.mkdir()

    class Wrong(Embedded):
        def write(self, name: str, text: str) -> str:
            return super().write(name, "" if name.endswith("key.pem") else text)

    async def start() -> None:
        service = Wrong(ServerKind.SQLSERVER, "secret", workdir, mint, {"a": side}, {"a": "db.lab.test"})
        try:
            await service.start(sandbox)
        finally:
            await service.stop()

    with pytest.raises(ServiceError, match="could not start"):
        asyncio.run(start())


def test_an_endpoint_that_dies_at_its_start_is_quoted(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'no such module' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    side = healthy(ServerKind.SQLSERVER).server
    (tmp_path / "room").mkdir()

    async def start() -> None:
        mint = Mint(Keys(tmp_path / "keys"))
        service = Embedded(ServerKind.SQLSERVER, "secret", tmp_path / "room", mint, {"a": side}, {"a": "db.lab.test"})
        try:
            await service.start(sandbox)
        finally:
            await service.stop()

    with pytest.raises(ServiceError, match="has ended: no such module"):
        asyncio.run(start())


@needs_curl
@pytest.mark.skipif(system.find_program("tsql") is None, reason="tsql plays here: apt-get install freetds-bin")
def test_when_no_server_can_be_started_every_cell_is_lost_to_the_lab(tmp_path: Path) -> None:
    """No file may be longer than 1.5 KB, which a trust store is not and a chain is: each service fails in the middle of
    its start.
    """
    here = provision.cache_dir()
    for needed in (*here.glob("keys"), *here.glob("clients-*")):
        (tmp_path / needed.name).symlink_to(needed)
    command = [sys.executable, "-P", "-m", "tlslab", "run", "--client", "curl,tsql", "--scenario", "expired"]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 3 && exec "$@"', "sh", *command],
        env=os.environ
        | {"TLSLAB_CACHE": str(tmp_path), "PYTHONPATH": str(IMPORTED_FROM), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == Exit.LAB_FAILED, done.stderr
    lost = [line for line in done.stderr.splitlines() if "cannot be started: File too large" in line]
    assert sorted(line.split()[3].rpartition("/")[2] for line in lost) == ["https:", "sqlserver:"], done.stderr
    assert list((tmp_path / "runs").iterdir()) == []
