"""Playing: the distinct attempts of a plan, each made once, on all cores.

A case asks for the attempts of its acts; equal situations of the same client share one attempt. Before the first
client sees a situation the self-check looks at it; what it finds stands beside the outcome. Attempts at the same
server side take turns, so that the server's lines belong to the right one.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tlslab.clients.base import Client
from tlslab.matrix.case import Case
from tlslab.matrix.progress import Observer
from tlslab.matrix.queue import Queue, takes_turns
from tlslab.model.condition import Condition, misbuilt
from tlslab.model.normalise import normalise
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.proxy import OK, Proxy
from tlslab.model.situation import Encryption, ServerKind, ServerSide, Situation, TLSVersion
from tlslab.pki.audit import Chains, audit
from tlslab.pki.mint import Mint
from tlslab.pki.openssl_verify import AuditError
from tlslab.pki.scan import Scan, Staple, scan
from tlslab.runtime.tasks import abandon, together
from tlslab.stages.local.services import ServiceError
from tlslab.stages.stage import Lost, Stage, StageError, Tunnel

Key = tuple[str, str, Situation]
"""Name and distribution of the client, and the situation: the key by which each attempt is made once."""
Class = tuple[Result, str, str]
"""The way in which an attempt came out: result, code, text without its volatile parts."""
PATIENT = 4
"""How many attempts at servers that are down are made at a time: some clients wait for them, for ten seconds."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: the client, the situation, what the self-check found there, and the outcome."""

    id: str
    client: Client
    situation: Situation
    defects: frozenset[Condition]
    outcome: Outcome
    repeats: tuple[Outcome, ...] = ()
    """Every time that it was made, when that was more than once; `outcome` is then of the most frequent class."""

    @property
    def classes(self) -> Counter[Class]:
        """How often it came out in which way."""
        return Counter(class_of(outcome) for outcome in self.repeats or (self.outcome,))

    @property
    def unstable(self) -> bool:
        """Whether it did not always come out in the same way."""
        return bool(self.repeats) and len(self.classes) > 1


Attempts = Mapping[str, Attempt]
"""The attempts of a case, by its acts."""


class Player:
    """Makes attempts on a stage that is already serving. Use as an async context; leaving it abandons the attempts that
    still wait. Each attempt is made `repeat` times. `known`: the conditions that the self-check looks for.
    """

    def __init__(
        self,
        stage: Stage,
        mint: Mint,
        known: Iterable[Condition],
        *,
        jobs: int,
        observer: Observer,
        repeat: int = 1,
    ) -> None:
        self._known = tuple(known)
        self._stage = stage
        self._mint = mint
        self._jobs = jobs
        self._repeat = repeat
        self._observer = observer
        self._wanted: dict[Key, asyncio.Future[Attempt]] = {}
        self._queue: Queue[tuple[Key, Client]] = Queue(stage.distance)
        self._done = 0
        self._turn = asyncio.Condition()
        self._alone_at: defaultdict[ServerSide, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._workers: list[asyncio.Task[None]] = []
        self._failure: BaseException | None = None
        self._audits: dict[Situation, asyncio.Future[frozenset[Condition]]] = {}
        self._chains: Chains = {}
        self._scans: dict[tuple[ServerSide, Proxy | None, str, bool, TLSVersion, TLSVersion], Scan] = {}

    async def __aenter__(self) -> Self:
        down = [False] * self._jobs + [True] * PATIENT
        self._workers = [asyncio.create_task(self._work(down=item)) for item in down]
        for worker in self._workers:
            worker.add_done_callback(self._lose)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await abandon(self._workers)
        for future in self._wanted.values():
            future.cancel()

    async def acts(self, case: Case) -> Attempts:
        """The attempts of a case, by its acts."""
        made = await together(*(self.attempt(case.client, situation) for situation in case.acts.values()))
        return dict(zip(case.acts, made, strict=True))

    async def want(self, cases: Iterable[Case]) -> None:
        """Put the attempts of these cases in the queue, the first act of each before the second of any: they are made
        before a case asks for them.
        """
        asked = [(case.client, tuple(case.acts.values())) for case in cases]
        for act in range(max((len(situations) for _, situations in asked), default=0)):
            for client, situations in asked:
                if act < len(situations):
                    self._enqueue(client, situations[act])
        await self._wake()

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All attempts that are done."""
        done = [future for future in self._wanted.values() if future.done() and not future.cancelled()]
        return tuple(future.result() for future in done if future.exception() is None)

    def _enqueue(self, client: Client, situation: Situation, *, soon: bool = False) -> asyncio.Future[Attempt]:
        key = (client.name, client.distribution, situation)
        future = self._wanted.get(key)
        if future is None:
            future = self._wanted[key] = asyncio.get_running_loop().create_future()
            self._queue.put(situation.server, (key, client), soon=soon)
        return future

    async def attempt(self, client: Client, situation: Situation, *, soon: bool = False) -> Attempt:
        """The attempt of this client in this situation; made now unless it was before. `soon`: before those that are
        already waited for.
        """
        if self._failure is not None:
            raise self._failure
        future = self._enqueue(client, situation, soon=soon)
        await self._wake()
        return await asyncio.shield(future)

    def _lose(self, worker: asyncio.Task[None]) -> None:
        """When a worker fails, let all that wait fail with it: nobody else would make those attempts."""
        if worker.cancelled() or (problem := worker.exception()) is None:
            return
        self._failure = self._failure or problem
        for future in self._wanted.values():
            if not future.done():
                future.set_exception(problem)
                future.exception()  # a caller that does not wait for the attempt needs no exception

    async def _wake(self) -> None:
        async with self._turn:
            self._turn.notify_all()

    async def _work(self, *, down: bool) -> None:
        """Make attempts one after the other: those at servers that are down, or all others."""
        while True:
            async with self._turn:
                while (line := self._queue.next(down=down)) is None:
                    await self._turn.wait()
                key, client = self._queue.take(line)
            try:
                await self._make(key, client)
            finally:
                async with self._turn:
                    self._queue.leave(line)
                    self._turn.notify_all()

    async def _make(self, key: Key, client: Client) -> None:
        situation = key[2]
        future = self._wanted[key]
        outcomes: list[Outcome] = []
        try:
            async with self._stage.hold(situation.server):
                try:
                    defects = await self._audit(situation)
                except AuditError:
                    # A server's death explains more than a self-check that got no connection.
                    await self._stage.server_log(situation.server)
                    raise
                outcomes += [await self._play(client, situation) for _ in range(self._repeat)]
            outcome = most_frequent(outcomes)
        except AuditError as problem:
            defects, outcome = frozenset(), Outcome(Result.LAB_ERROR, str(problem))
        except Lost as problem:
            if not future.done():
                future.set_exception(problem)
                future.exception()  # a caller that does not wait for the attempt needs no exception
            return
        except (ServiceError, StageError, OSError) as problem:
            defects, outcome = frozenset(), Outcome(Result.LAB_ERROR, str(problem))
        except asyncio.CancelledError:
            raise
        except Exception as problem:
            defects, outcome = frozenset(), Outcome(Result.LAB_ERROR, f"{type(problem).__name__}: {problem}")
        if not future.done():
            self._done += 1
            repeats = tuple(outcomes) if self._repeat > 1 else ()
            future.set_result(Attempt(f"a{self._done}", client, situation, defects, outcome, repeats))
        self._observer.attempted(client.name, outcome.result.value)

    async def _play(self, client: Client, situation: Situation) -> Outcome:
        if (before := situation.before) is None:
            return await self._connect(client, situation)
        with self._stage.home() as home:
            async with self._stage.hold(before.server):
                await self._check(before)
                await self._connect(client, before, home)
            return await self._connect(client, situation, home)

    async def _connect(self, client: Client, situation: Situation, home: Path | None = None) -> Outcome:
        # Whoever visits a server before another one does not stand in its line.
        async with self._alone_at[situation.server] if takes_turns(situation.server) else nullcontext():
            await self._stage.server_log(situation.server)
            completed = await self._stage.attempt(client, situation, home)
            log = await self._stage.server_log(situation.server)
        return replace(decide(client, situation, completed), server_log=log)

    async def _check(self, visited: Situation) -> None:
        """Raises AuditError when a server that is visited before another one has other defects than it is meant to
        have.
        """
        if problem := misbuilt(visited, await self._audit(visited), self._known):
            raise AuditError(f"of the server that is visited before: {problem}")

    async def _audit(self, situation: Situation) -> frozenset[Condition]:
        known = self._audits.get(situation)
        if known is None:
            known = self._audits[situation] = asyncio.ensure_future(self._look(situation))
            # The caller that waited may have gone meanwhile: then nothing reads the failure.
            known.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(known)

    async def _look(self, situation: Situation) -> frozenset[Condition]:
        """Through the client's proxy, where it has one."""
        if situation.client.proxy is None:
            return await asyncio.to_thread(self._look_at, situation)
        async with self._stage.tunnel(situation) as tunnel:
            return await asyncio.to_thread(self._look_at, situation, tunnel)

    def presented(self, server: ServerSide) -> str:
        """The certificates that a side has been seen to present (PEM); "" when it has not been looked at."""
        seen = (
            found.certificates
            for (side, proxy, *_), found in self._scans.items()
            if side == server and (proxy is None or proxy.chain is None)
        )
        return "".join(next((found for found in seen if found), ()))

    def _look_at(self, situation: Situation, tunnel: Tunnel | None = None) -> frozenset[Condition]:
        """In a thread. A server presents the same to every client: one look for each name, range of versions, and way
        to begin. Raises AuditError of a server that sends its clients on, and with which something is wrong: they
        would not get there.
        """
        if situation.server.route is not None:
            if wrong := self._look_through(situation.server, situation.with_server(route=None)):
                found = ", ".join(sorted(map(str, wrong)))
                raise AuditError(f"the server that sends its clients on should be in order, and there is {found}")
            return self._look_at(situation.arrival)
        return self._look_through(situation.server, situation, tunnel)

    def _look_through(
        self, server: ServerSide, situation: Situation, tunnel: Tunnel | None = None
    ) -> frozenset[Condition]:
        """What is seen of a situation at the port of this server side, or through the tunnel that leads there."""
        client = situation.client
        host = client.indication if situation.kind is ServerKind.HTTPS else client.connect_to
        strict = client.encryption is Encryption.STRICT

        def scanner(low: TLSVersion, high: TLSVersion, *, other_door: bool = False) -> Scan:
            begins_with_tls = strict is not other_door
            key = (server, client.proxy, host, begins_with_tls, low, high)
            known = self._scans.get(key)
            if known is None:
                known = self._scans[key] = (
                    self._stage.scan(server, host, low, high, strict=begins_with_tls)
                    if tunnel is None
                    else scan(server.kind, tunnel.address, tunnel.port, host, low, high)
                )
            return known

        def stapled() -> Staple:
            return self._stage.staple(server, host)

        def asked(certificate: str, key: str) -> str:
            return self._stage.request(server, host, certificate, key)

        proxy = tunnel.status if tunnel else OK
        return audit(situation.met, self._mint, scanner, stapled, self._known, self._chains, asked, proxy)


def class_of(outcome: Outcome) -> Class:
    """In which way an attempt came out."""
    return outcome.result, outcome.code, normalise(outcome.text)


def most_frequent(outcomes: Sequence[Outcome]) -> Outcome:
    """The first outcome of the most frequent class (of the first such class)."""
    kind, _ = Counter(map(class_of, outcomes)).most_common(1)[0]
    return next(outcome for outcome in outcomes if class_of(outcome) == kind)


def decide(client: Client, situation: Situation, completed: Completed) -> Outcome:
    """The outcome of a finished process: hangs and deaths first, then what the adapter reads in its output."""
    common: dict[str, Any] = {"exit_status": completed.exit_status, "seconds": completed.seconds}
    said = "\n".join(part for part in (completed.stdout.strip(), completed.stderr.strip()) if part)
    if completed.exit_status is None:
        return Outcome(Result.TIMEOUT, said or "no answer in time; ended by the lab", **common)
    if completed.exit_status < 0:
        return Outcome(Result.CRASHED, said, code=f"signal {-completed.exit_status}", **common)
    try:
        outcome = client.read(completed, situation.client)
        return replace(outcome, text=_writable(outcome.text), trace=_writable(outcome.trace), **common)
    except Exception as problem:
        why = f"the adapter of {client.name} cannot read what came back ({type(problem).__name__}: {problem}): {said}"
        return Outcome(Result.LAB_ERROR, why, **common)


def _writable(text: str) -> str:
    """The text without lone surrogates, which a probe's JSON may bring in and UTF-8 cannot hold (RFC 8259, 8.2)."""
    return text.encode("utf-8", "replace").decode("utf-8")
