"""Trust procedures: the treatments of a plan, followed on a stage while its matrix is played.

Each has a fresh copy of its distribution. A client that shows something there is attempted before the first command and
after the last one, never in between. The player makes these attempts, with its self-check, turns and logs.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from tlslab.clients.base import Client
from tlslab.clients.placed import Placed
from tlslab.matrix.entries import Entries
from tlslab.matrix.judge import Acts, Judge, Judgement, Status, lab_failed
from tlslab.matrix.play import Attempt, Attempts, Player
from tlslab.matrix.procedure import Show, Treatment, TrustProcedureVerdict, judge
from tlslab.matrix.progress import Observer
from tlslab.model.record import ShownEntry, TrustProcedureEntry, narrow
from tlslab.model.situation import Situation
from tlslab.pki.mint import Mint
from tlslab.runtime.tasks import abandon, together
from tlslab.stages.stage import Stage, StageError
from tlslab.stages.trust_procedure import Followed


class TrustProcedures:
    """The treatments under way. Use as an async context: entering begins with them, leaving abandons what is not done.
    At most `at_once` fresh copies at a time.
    """

    def __init__(
        self,
        treatments: Iterable[Treatment],
        stage: Stage,
        player: Player,
        entries: Entries,
        mint: Mint,
        observer: Observer,
        judge_of: Callable[[Client], Judge],
        at_once: int,
    ) -> None:
        self._treatments = tuple(treatments)
        self._stage = stage
        self._player = player
        self._entries = entries
        self._mint = mint
        self._observer = observer
        self._judge_of = judge_of
        self._at_once = asyncio.Semaphore(at_once)
        self._tasks: dict[str, asyncio.Task[TrustProcedureEntry]] = {}

    async def __aenter__(self) -> "TrustProcedures":
        self._tasks = {item.id: asyncio.create_task(self._treat(item)) for item in self._treatments}
        return self

    async def __aexit__(self, *_: object) -> None:
        await abandon(self._tasks.values())

    async def finish(self) -> None:
        """Wait until all treatments are done."""
        await together(*map(asyncio.shield, self._tasks.values()))

    async def of(self, cell: str) -> list[TrustProcedureEntry]:
        """The trust procedures of a cell, with what its client showed of them."""
        wanted = [item.id for item in self._treatments if any(show.cell.id == cell for show in item.shows)]
        done = await together(*(asyncio.shield(self._tasks[identity]) for identity in wanted))
        return [narrow(entry, {cell}) for entry in done]

    @property
    def done(self) -> list[TrustProcedureEntry]:
        """The treatments that are done."""
        return [task.result() for task in self._tasks.values() if task.done() and not task.cancelled()]

    async def _treat(self, treatment: Treatment) -> TrustProcedureEntry:
        followed: Followed | None = None
        problem = ""
        made: dict[Show, dict[str, Attempt]] = {show: {} for show in treatment.shows}
        try:
            async with self._at_once, self._stage.fresh(treatment.distribution) as fresh:
                await self._play(fresh.distribution, {show: show.earlier for show in made}, made)
                followed = await fresh.follow(treatment.way, self._mint.pem(*treatment.anchors))
                if not followed.failure:
                    await self._play(fresh.distribution, {show: show.later for show in made}, made)
        except (StageError, OSError) as failed:
            problem = str(failed)
        failure = followed.failure if followed else ""
        shown = [self._judge(show, made[show], failure, problem) for show in made]
        return self._entries.procedure(treatment, followed, shown)

    async def _play(
        self, distribution: str, wanted: Mapping[Show, Mapping[str, Situation]], made: dict[Show, dict[str, Attempt]]
    ) -> None:
        """Make these attempts in this distribution, all at once, and put them with those that were made."""
        order = [(show, act, situation) for show, each in wanted.items() for act, situation in each.items()]
        attempts = await together(
            *(self._player.attempt(_moved(show, distribution), situation, soon=True) for show, _, situation in order)
        )
        for (show, act, _), attempt in zip(order, attempts, strict=True):
            made[show][act] = attempt

    def _judge(self, show: Show, attempts: Attempts, failure: str, problem: str) -> ShownEntry:
        by = self._judge_of(show.client)
        acts: Acts = {}
        verdict: TrustProcedureVerdict | Status
        if problem := problem or lab_failed(attempts, by.knowledge.conditions):
            verdict, judgement = Status.LAB_ERROR, Judgement(False, problem)
        elif show.cannot:
            why = f"{show.client.name} cannot express it: {show.cannot}"
            verdict, judgement = Status.EXCLUDED, Judgement(True, why)
        else:
            acts = show.judged(attempts, by)
            verdict, judgement = judge(show, acts, failure, by)
        self._observer.judged(show.id, show.client.name, judgement.as_expected, judgement.why)
        return self._entries.shown(show, attempts, acts, verdict, judgement)


def _moved(show: Show, distribution: str) -> Placed:
    assert isinstance(show.client, Placed), "only distributions have ways"
    return show.client.moved(distribution)
