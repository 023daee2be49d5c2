"""A trust procedure that the lab cannot follow is a failure of the lab, for everybody who was to show something."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, cast

from tlslab.catalogue import load
from tlslab.clients import all_clients
from tlslab.clients.base import Client, Machine
from tlslab.clients.placed import Placed
from tlslab.matrix.entries import Entries
from tlslab.matrix.judge import Judge
from tlslab.matrix.plan import Filters, make_plan
from tlslab.matrix.procedure import treatments
from tlslab.matrix.procedures_played import TrustProcedures
from tlslab.matrix.progress import Silent
from tlslab.model.record import TrustProcedureEntry
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.stage import StageError
from tlslab.stages.trust_procedure import Way

WAY = Way("way", ("cp ca.crt /store",), ())


class Fresh(AbstractAsyncContextManager[None]):
    """A fresh copy that is entered like this."""

    def __init__(self, enter: Callable[[], Awaitable[None]]) -> None:
        self._enter = enter

    async def __aenter__(self) -> None:
        await self._enter()

    async def __aexit__(self, *_: object) -> None:
        raise AssertionError("nobody has been in")


class Stage:
    """A stage whose fresh copies are entered like this."""

    def __init__(self, enter: Callable[[], Awaitable[None]]) -> None:
        self._enter = enter

    def fresh(self, place: str) -> Fresh:
        return Fresh(self._enter)


def trust_procedures(tmp_path: Path, enter: Callable[[], Awaitable[None]]) -> TrustProcedures:
    """Those of curl and wget, whose fresh copy is entered like this. Nobody is attempted."""
    known = load()
    clients = [Placed(item, "here") for item in all_clients() if item.name in ("curl", "wget")]
    plan = make_plan(known, clients, Filters(fixes=("install-ca",)), stage_cannot=lambda _: None)
    found = treatments(plan, lambda client: (WAY,), lambda client: client.default_trust_on(Machine()))
    stage, mint = cast(Any, Stage(enter)), Mint(Keys(tmp_path))

    def judge(client: Client) -> Judge:
        return Judge.of(client, known.knowledge)

    return TrustProcedures(found, stage, cast(Any, None), Entries(stage, mint), mint, Silent(), judge, at_once=1)


def test_a_place_that_cannot_be_had_afresh_is_told_for_each_cell(tmp_path: Path) -> None:
    async def refuse() -> None:
        raise StageError("no room for another one")

    async def follow() -> list[TrustProcedureEntry]:
        async with trust_procedures(tmp_path, refuse) as under_way:
            await under_way.finish()
            return [*under_way.done, *await under_way.of("untrusted-ca/install-ca/wget:here/https")]

    whole, of_wget = asyncio.run(follow())
    assert whole.id == of_wget.id == "here/way"
    assert (len(whole.steps), len(whole.changes)) == (0, 0)
    assert [item.status for item in whole.shown] == ["lab-error", "lab-error"]
    assert {item.judgement.why for item in whole.shown} == {"no room for another one"}
    assert [item.client for item in of_wget.shown] == ["wget:here"]


def test_leaving_abandons_what_is_not_done(tmp_path: Path) -> None:
    async def leave() -> list[TrustProcedureEntry]:
        entered = asyncio.Event()

        async def stay() -> None:
            entered.set()
            await asyncio.Event().wait()

        async with trust_procedures(tmp_path, stay) as under_way, asyncio.timeout(30):
            await entered.wait()
        return under_way.done

    assert asyncio.run(leave()) == []
