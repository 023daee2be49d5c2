"""The stores that clients read by themselves, as the local stage lays them out."""

import asyncio
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tlslab.catalogue import load
from tlslab.clients import all_clients
from tlslab.matrix.choice import LOCAL
from tlslab.matrix.plan import Filters, make_plan
from tlslab.matrix.run import run_plan
from tlslab.model.certificate import LAB_ROOT, PUBLIC_ROOT
from tlslab.model.situation import ClientSide
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.local.stage import LocalStage
from tlslab.stages.sandbox import Sandbox, find_nss_wrapper
from tlslab.stages.system_store import BUNDLES

PLAIN = ClientSide("x.lab.test", trust_anchors=(LAB_ROOT,), defaults_only=True)
GIVEN = ClientSide("x.lab.test", trust_anchors=(LAB_ROOT,))
VISIT = ClientSide("x.lab.test", trust_anchors=(LAB_ROOT,), default_trust_anchors=(PUBLIC_ROOT,))
CURL = next(client for client in all_clients() if client.name == "curl")
REQUESTS = next(client for client in all_clients() if client.name == "requests")
BUNDLE = next((place for place in BUNDLES if Path(place).is_file()), "")


def read_inside(cache: Path, side: ClientSide, file: str, roots: str = "") -> tuple[str, Mint]:
    """What a client of this side finds in a file, where `roots` is the list of the package certifi."""

    async def read() -> tuple[str, Mint]:
        mint = Mint(Keys(cache / "keys"))
        async with LocalStage(cache, mint) as stage:
            stage.machine = replace(stage.machine, files={"certifi": roots} if roots else {})
            stage.open(["x.lab.test"], [PLAIN, GIVEN, VISIT], [CURL, REQUESTS])
            if stage.obstacle or stage.no_default_stores:
                pytest.skip("this machine allows no private namespaces")
            sandbox = stage.sandboxes.get(side.in_default_store, stage.sandbox)
            found = subprocess.run(
                sandbox.argv(["cat", file], cache),
                env=sandbox.env({"PATH": os.environ["PATH"]}),
                capture_output=True,
                text=True,
                check=True,
                timeout=30,
            )
            return found.stdout, mint

    return asyncio.run(read())


@pytest.mark.skipif(not BUNDLE, reason="this machine has no bundle of roots that could be covered")
@pytest.mark.parametrize(
    ("side", "more"), [(GIVEN, ()), (PLAIN, (LAB_ROOT,)), (VISIT, (PUBLIC_ROOT,))], ids=["given", "plain", "visit"]
)
def test_each_side_finds_what_is_to_stand_in_the_system_s_store_and_nothing_of_this_machine(
    tmp_path: Path, side: ClientSide, more: tuple[object, ...]
) -> None:
    found, mint = read_inside(tmp_path, side, BUNDLE)
    assert found == mint.public_root + mint.pem(*more)  # type: ignore[arg-type]


def test_a_list_that_a_client_brings_is_covered_inside_and_stays_as_it_is(tmp_path: Path) -> None:
    roots = tmp_path / "cacert.pem"
    roots.write_text("the list of certifi\n")
    found, mint = read_inside(tmp_path, VISIT, str(roots), str(roots))
    assert found == mint.public_root + mint.pem(PUBLIC_ROOT)
    assert roots.read_text() == "the list of certifi\n"


@pytest.mark.skipif(find_nss_wrapper() is None, reason="nss_wrapper is not installed")
def test_without_namespaces_nobody_else_is_visited_and_the_record_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sandbox, "_enter_namespaces", lambda self: False)
    filters = Filters(scenarios=("self-signed",), fixes=("trust-certificate",))
    record = run_plan(make_plan(load(), [CURL], filters, stage_cannot=LOCAL.cannot), cache=tmp_path)
    cell = next(item for item in record.cells if item.scenario == "self-signed")
    assert cell.as_expected
    assert cell.fix_verdict == "cure"
    assert cell.others == ""
    assert "this machine allows no private namespaces" in cell.others_judgement.why
    assert "bystander:after" not in cell.acts
    assert len(record.servers) == len({entry.server for entry in record.attempts})
