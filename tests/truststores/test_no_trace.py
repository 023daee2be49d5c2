"""No trace: after a store was laid out and clients have used one, the trust stores of this machine and of this user are
what they were.
"""

import asyncio
import os
import shutil
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from tlslab.clients import all_clients
from tlslab.clients.base import Invocation
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.outcome import Result
from tlslab.model.situation import HASHED_DIRECTORY, ClientSide, ServerKind, Situation, Store, StoreFlaw, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.local.stage import LocalStage
from tlslab.stages.runner import run
from tlslab.stages.sandbox import Sandbox
from tlslab.truststores import all_kinds
from tlslab.truststores.kind import Kind

STORES = ("/etc/hosts", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/usr/local/share/ca-certificates")
OF_THE_USER = (".pki", ".mozilla", ".java", ".keystore")
CLIENTS = ("curl", "gnutls-cli", "openssl", "wget")
"""Programs of the system, which need no environment of the lab's."""
ALL_WAYS = [
    pytest.param(kind, flaw, id=f"{kind.name}, {flaw or 'right'}")
    for kind in all_kinds().values()
    for flaw in (None, *kind.wrong)
]


def the_machines_own() -> Mapping[str, str]:
    """The trust stores of this machine and of this user: what each file of them is now."""
    java = Path(os.path.realpath(shutil.which("java") or "/nowhere")).parent.parent
    places = [*map(Path, STORES), *(Path.home() / name for name in OF_THE_USER), java / "lib" / "security" / "cacerts"]
    return {str(path): state(path) for place in places for path in (place, *sorted(place.rglob("*")))}


def state(path: Path) -> str:
    if path.is_symlink():
        return f"a link to {path.readlink()}"
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else f"there: {path.exists()}"


@pytest.mark.parametrize(("kind", "flaw"), ALL_WAYS)
def test_a_store_stays_in_the_room_of_its_attempt(kind: Kind, flaw: StoreFlaw | None, tmp_path: Path) -> None:
    if absent := [need.name for need in kind.needs if not shutil.which(need.name)]:
        pytest.skip(f"this machine has no {' and '.join(absent)}")
    mint = Mint(Keys(tmp_path / "keys"))
    laid = kind.lay(mint.anchors_pem(ClientSide("shop.lab.test", trust_anchors=(LAB_ROOT,))), flaw)
    room, hosts = tmp_path / "room", tmp_path / "hosts"
    room.mkdir()
    hosts.write_text("127.0.0.1 localhost\n")
    before = the_machines_own()
    with Sandbox(hosts) as sandbox:
        asyncio.run(run(sandbox, Invocation(("true",), files=laid.files, prepare=laid.prepare), room))
    assert the_machines_own() == before


def test_clients_that_are_told_of_stores_leave_those_of_the_machine_alone(tmp_path: Path) -> None:
    """Real attempts, with a store that is in order and with one that is not."""
    situation = healthy(ServerKind.HTTPS)
    acts = [
        situation.with_client(store=Store(HASHED_DIRECTORY)),
        situation.with_client(store=Store(flaw=StoreFlaw.EMPTY)),
    ]
    before = the_machines_own()
    results = asyncio.run(attempted(tmp_path, acts))
    assert the_machines_own() == before
    assert results
    for (name, store), result in results.items():
        assert result is (Result.REFUSED if store.flaw else Result.CONNECTED), (name, store)


async def attempted(cache: Path, acts: list[Situation]) -> Mapping[tuple[str, Store], Result]:
    """What comes of each act with each of the clients that are here and take such a store."""
    results = {}
    async with LocalStage(cache, Mint(Keys(cache / "keys"))) as stage:
        stage.open([acts[0].client.connect_to])
        if stage.obstacle:
            pytest.skip(stage.obstacle.what)
        await stage.serve(acts)
        for client in (item for item in all_clients() if item.name in CLIENTS and not item.missing(stage.machine)):
            for act in acts:
                if client.cannot(act) is None:
                    done = await stage.attempt(client, act)
                    results[client.name, act.client.store] = client.read(done, act.client).result
    return results
