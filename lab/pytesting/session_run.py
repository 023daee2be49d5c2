"""The run of a pytest session: asked for one cell at a time, and for the story of those that are not as expected."""

import asyncio
from functools import cached_property

from tlslab.clients.base import Client
from tlslab.matrix.inspect import inspect
from tlslab.matrix.plan import Cell, Plan
from tlslab.matrix.run import Run
from tlslab.model.record import ClientEntry, Record
from tlslab.pytesting.played import Played
from tlslab.report.cell import select


class SessionRun(Run):
    """A run that hands out cells with their attempts."""

    @cached_property
    def _asked(self) -> dict[str, asyncio.Task[ClientEntry]]:
        return {}

    async def played(self, cell: Cell, *, with_client: bool = False) -> Played:
        """The judged cell with its attempts; with its part of the record when something is not as expected, and with
        the client and its version when asked for."""
        entry = await self.play(cell)
        if not entry.acts:
            return Played(cell=entry, attempts=[])
        made = await self._player.acts(self._on_stage(cell))
        attempts = [self._entries.attempt(attempt) for attempt in made.values()]
        trust_procedures = await self._trust_procedures.of(cell.id)
        shown = all(item.as_expected for procedure in trust_procedures for item in procedure.shown)
        part = None if entry.as_expected and shown else select(await self.record(), [entry])
        service, _ = self._stage.sides[cell.control.server]
        stand_in = "" if service.real else service.implementation
        client = await self._client(cell.client) if with_client else None
        down = not cell.broken.server.starts
        server, identity = self._stage.sides[cell.broken.server]
        return Played(
            cell=entry,
            attempts=attempts,
            trust_procedures=trust_procedures,
            stand_in=stand_in,
            last_words=list(server.start_log(identity)) if down else [],
            client=client,
            record=part,
        )

    async def _client(self, client: Client) -> ClientEntry:
        """The client, asked for its version once."""
        if client.name not in self._asked:
            self._asked[client.name] = asyncio.create_task(inspect(self._stage, client))
        return await self._asked[client.name]

    async def record_so_far(self) -> Record:
        """The record of what was played, marked as interrupted when that is not everything."""
        whole = all(cell.id in self._cells for cell in self.plan.cells)
        return await self.record(interrupted=not whole)


def narrowed(plan: Plan, selected: tuple[str, ...]) -> Plan:
    """The plan of the selected cells, in their order. What cannot be played belongs to the whole plan only."""
    cells = {cell.id: cell for cell in plan.cells}
    chosen = tuple(cells[identity] for identity in dict.fromkeys(selected) if identity in cells)
    return Plan(chosen, plan.exclusions if len(chosen) == len(cells) else (), plan.impostors, plan.knowledge)
