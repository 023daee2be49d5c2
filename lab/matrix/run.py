"""A run: a plan realised, played, judged and recorded.

`Run` is the long form, for pytest, which asks for one cell at a time; `run_plan` plays a whole plan and returns its
record.
"""

import asyncio
import os
import platform
import ssl
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import tlslab
from tlslab.clients.base import Client, Missing, Trust
from tlslab.matrix.case import Case
from tlslab.matrix.choice import LOCAL
from tlslab.matrix.defaults import Measured, measured
from tlslab.matrix.entries import Entries
from tlslab.matrix.inspect import inspect, lacks, unasked
from tlslab.matrix.judge import Acts, Judge, Status, lab_failed, not_played
from tlslab.matrix.others import with_others
from tlslab.matrix.plan import Cell, Plan, by_itself
from tlslab.matrix.play import Attempts, Player
from tlslab.matrix.procedure import treatments
from tlslab.matrix.procedures_played import TrustProcedures
from tlslab.matrix.progress import Observer, Silent
from tlslab.model.certificate import as_address, dns_name
from tlslab.model.record import CellEntry, ClientEntry, DefaultEntry, Environment, Record
from tlslab.model.situation import ServerKind
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.runtime import signals
from tlslab.runtime.tasks import together
from tlslab.stages.stage import Distance, StageFactory
from tlslab.stages.trust_procedure import Way


class Run:
    """A run under way. Use as an async context: entering starts every server side of the plan, leaving takes
    everything down.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        cache: Path,
        jobs: int = 0,
        observer: Observer | None = None,
        stage: StageFactory = LOCAL.make,
        repeat: int = 1,
        defaults: Iterable[Client] = (),
    ) -> None:
        self.plan = plan
        defaults = tuple(defaults)
        self._clients_of_run = {client.name: client for client in (*plan.clients, *defaults)}
        self._measured = [
            Measured(client, replace(default, situation=by_itself(client, default.situation, plan.knowledge)))
            for client in defaults
            for kind in ServerKind
            if kind in client.kinds
            for default in measured(kind)
        ]
        self._cache = cache
        self._jobs = jobs
        self._repeat = repeat
        self._observer = observer or Silent()
        self._mint = Mint(Keys(cache / "keys"))
        self._stage = stage(cache, self._mint)
        self._stack = AsyncExitStack()
        self._started = datetime.now(UTC)
        self._clock = time.monotonic()
        self._clients: dict[str, ClientEntry] = {}
        self._cells: dict[str, CellEntry] = {}
        self._defaults: list[DefaultEntry] = []
        self._judges: dict[Client, Judge] = {}
        self._known = plan.knowledge.conditions

    async def __aenter__(self) -> Self:
        try:
            await self._stack.enter_async_context(self._stage)
            treated = treatments(self.plan, self._ways, self._trusts)
            shows = [show for treatment in treated for show in treatment.shows]
            every: list[Case] = [*self.plan.cells, *self._measured, *shows]
            acts = [item for case in every for item in case.acts.values()]
            sides = {item.client for item in acts}
            dialled = sides | {item.arrival.client for item in acts}
            wanted = {name for side in dialled for name in (side.connect_to, side.reference_identifier)}
            names = {name for name in wanted if as_address(name) is None}
            # Most clients ask the DNS for the A-labels of such a name (RFC 5890, 2.3.2.1), and some for what was typed.
            names |= {dns_name(name) for name in names if not name.isascii()}
            self._stage.open(names, dict.fromkeys(sides), self._clients_of_run.values())
            every = [*map(self._on_stage, self.plan.cells), *self._measured, *shows]
            self._missing = {case.id: lacks(self._stage, case.client, case.acts.values()) for case in every}
            self._measured = [case for case in self._measured if not self._missing[case.id]]
            playable = [cell for cell in map(self._on_stage, self.plan.cells) if not self._missing[cell.id]]
            cases: list[Case] = [*playable, *self._measured, *shows]
            situations = list(dict.fromkeys(item for case in cases for item in case.acts.values()))
            shared = {(case.client.name, item) for case in playable for item in case.acts.values()}
            alone = sum(map(len, (case.acts for case in cases[len(playable) :])))
            self._observer.planned(len(playable), len(shared) + alone)
            began = time.monotonic()
            visits = [before for item in situations if (before := item.before)]
            await self._stage.serve([*situations, *visits])
            up = sum(self._stage.distance(side) is Distance.UP for side in self._stage.sides)
            self._observer.started(up, time.monotonic() - began)
            jobs = self._jobs or self._stage.at_once
            player = Player(
                self._stage, self._mint, self._known, jobs=jobs, observer=self._observer, repeat=self._repeat
            )
            self._player = await self._stack.enter_async_context(player)
            self._entries = Entries(self._stage, self._mint)
            self._trust_procedures = await self._stack.enter_async_context(
                TrustProcedures(
                    treated,
                    self._stage,
                    self._player,
                    self._entries,
                    self._mint,
                    self._observer,
                    self._judge,
                    at_once=jobs,
                )
            )
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    def _ways(self, client: Client) -> Sequence[Way]:
        return () if client.missing(self._stage.machine_of(client)) else self._stage.ways(client)

    def _trusts(self, client: Client) -> Trust:
        return client.default_trust_on(self._stage.machine_of(client))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def _judge(self, client: Client) -> Judge:
        known = self._judges.get(client)
        if known is None:
            known = self._judges[client] = Judge.of(client, self.plan.knowledge)
        return known

    def _on_stage(self, cell: Cell) -> Cell:
        """The cell as the stage can play it: without visits to the bystander where it cannot fill default stores."""
        why = self._stage.no_default_stores
        if not why or cell.visit is None or cell.visit.cannot:
            return cell
        return replace(cell, visit=replace(cell.visit, cannot=why))

    async def want(self, cells: tuple[Cell, ...]) -> None:
        """Begin with the attempts of these cells without waiting for them."""
        await self._player.want([self._on_stage(cell) for cell in cells if not self._missing[cell.id]])

    async def play(self, cell: Cell) -> CellEntry:
        """The judged cell; its attempts are made now unless another cell had them made."""
        known = self._cells.get(cell.id)
        if known is not None:
            return known
        cell, missing = self._on_stage(cell), self._missing[cell.id]
        attempts: Attempts = {}
        acts: Acts = {}
        if missing is not None:
            verdict = not_played(Status.MISSING, _missing_sentence(missing))
        else:
            attempts = await self._player.acts(cell)
            acts, problem = self._judged(cell, attempts)
            by = self._judge(cell.client)
            verdict = not_played(Status.LAB_ERROR, problem) if problem else with_others(by.cell(cell, acts), cell, acts)
        entry = self._cells[cell.id] = self._entries.cell(cell, attempts, acts, verdict)
        if missing is None:
            self._observer.judged(cell.id, cell.client.name, verdict.as_expected, verdict.why)
        return entry

    def _judged(self, case: Case, attempts: Attempts) -> tuple[Acts, str]:
        """The acts of a case, judged; or no acts, and how the lab failed."""
        problem = lab_failed(attempts, self._known)
        return ({} if problem else self._judge(case.client).acts(attempts)), problem

    async def measure_defaults(self) -> None:
        """Find out the defaults of the clients that were named for it."""
        made = await together(*(self._player.acts(case) for case in self._measured))
        for case, attempts in zip(self._measured, made, strict=True):
            acts, problem = self._judged(case, attempts)
            if problem:
                self._observer.judged(case.id, case.client.name, False, problem)
            self._defaults.append(self._entries.default(case, attempts, acts, problem))

    async def follow_trust_procedures(self) -> None:
        """Wait for the trust procedures of the plan: they are followed from the beginning."""
        await self._trust_procedures.finish()

    async def ask_versions(self) -> None:
        """Ask each client for its version, once."""

        async def ask(client: Client) -> None:
            self._clients[client.name] = await inspect(self._stage, client)

        await together(*(ask(item) for name, item in self._clients_of_run.items() if name not in self._clients))

    async def record(self, *, interrupted: bool = False) -> Record:
        """The record of what has been played so far, with every client's version."""
        await self.ask_versions()
        return self.part(interrupted=interrupted)

    def part(self, *, interrupted: bool = True) -> Record:
        """The record of what has been played so far, as it is; a client that was not asked yet has no version."""
        excluded = [self._entries.exclusion(item) for item in self.plan.exclusions]
        played = [self._cells[cell.id] for cell in self.plan.cells if cell.id in self._cells]
        return Record(
            lab_version=tlslab.__version__,
            started=self._started.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - self._clock, 3),
            interrupted=interrupted,
            environment=self._environment(),
            servers=self._entries.servers(self._player.presented),
            clients=[self._clients.get(name) or unasked(item) for name, item in self._clients_of_run.items()],
            scenarios=self._entries.scenarios(self.plan),
            impostors=self._entries.impostors(self.plan),
            attempts=[self._entries.attempt(item) for item in self._player.attempts],
            cells=played + excluded,
            defaults=self._defaults,
            trust_procedures=self._trust_procedures.done,
        )

    def _environment(self) -> Environment:
        try:
            system = platform.freedesktop_os_release()["PRETTY_NAME"]
        except (OSError, KeyError):
            system = platform.platform(terse=True)
        return Environment(
            system=system,
            kernel=platform.release(),
            python=sys.version.split()[0],
            openssl=ssl.OPENSSL_VERSION,
            cores=os.cpu_count() or 1,
            stage=self._stage.name,
            isolation=self._stage.isolation,
        )


def _missing_sentence(missing: Missing) -> str:
    return f"{missing.what}; get it with: {missing.how_to_get}"


class Interrupted(KeyboardInterrupt):
    """A run was interrupted. `record`: what had been played."""

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record


def run_plan(
    plan: Plan,
    *,
    cache: Path,
    jobs: int = 0,
    observer: Observer | None = None,
    stage: StageFactory = LOCAL.make,
    repeat: int = 1,
    defaults: Iterable[Client] = (),
) -> Record:
    """Play a whole plan, each attempt `repeat` times, and find out the defaults of the clients named for it.

    Raises ServiceError, StageError; Interrupted, or KeyboardInterrupt when nothing has been played, after everything
    has been taken down.
    """
    parts: list[Record] = []

    async def play() -> Record:
        async with Run(
            plan, cache=cache, jobs=jobs, observer=observer, stage=stage, repeat=repeat, defaults=defaults
        ) as run:
            try:
                await run.want(plan.cells)
                await together(
                    *(run.play(cell) for cell in plan.cells),
                    run.measure_defaults(),
                    run.follow_trust_procedures(),
                    run.ask_versions(),
                )
                return await run.record()
            except asyncio.CancelledError:
                parts.append(run.part())
                raise

    try:
        return signals.run(play())
    except KeyboardInterrupt as problem:
        if parts and parts[0].attempts:
            raise Interrupted(parts[0]) from problem
        raise
