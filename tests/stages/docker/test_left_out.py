"""Distributions that cannot be had: missing with the reason, and no reason to do without the others."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

import docker
from tests.stages.docker.test_same_verdicts import played
from tlslab.clients import all_clients
from tlslab.matrix.choice import Choice
from tlslab.matrix.plan import Filters
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.setup import provision
from tlslab.stages.docker import build_contexts, image_building
from tlslab.stages.docker.distributions import DISTRIBUTIONS, Distribution
from tlslab.stages.docker.image_building import Recipe
from tlslab.stages.docker.stage import DockerStage
from tlslab.stages.stage import StageError

NOWHERE = "tlslab.invalid/nothing:1"
"""An image that no registry has: the name belongs to nobody (RFC 6761, 6.4)."""
GONE = replace(DISTRIBUTIONS["rocky-9"], base=NOWHERE)


FILTERS = Filters(("expired",), ("renew",), ("curl",))


@pytest.fixture
def _gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DISTRIBUTIONS, GONE.name, GONE)


@pytest.mark.usefixtures("_gone")
def test_the_clients_of_a_base_that_cannot_be_had_are_missing_and_the_others_play(daemon: docker.DockerClient) -> None:
    record = played(Choice("docker", distributions=("bookworm", GONE.name)), FILTERS)
    by_client = {cell.client: cell for cell in record.cells}
    assert by_client["curl:bookworm"].broken == "as-documented"
    lost = by_client[f"curl:{GONE.name}"]
    assert lost.status == "missing"
    assert lost.as_expected
    assert NOWHERE in lost.broken_judgement.why
    entry = next(item for item in record.clients if item.name == f"curl:{GONE.name}")
    assert "cannot be pulled: " in entry.missing
    assert "no recipe for it" in entry.missing
    assert entry.how_to_get == f"docker pull {NOWHERE}"


@pytest.mark.usefixtures("_gone")
def test_a_run_without_any_distribution_says_so(daemon: docker.DockerClient) -> None:
    with pytest.raises(StageError, match=rf"{GONE.name}: the image {NOWHERE} is not here and cannot be pulled"):
        played(Choice("docker", distributions=(GONE.name,)), FILTERS)


def test_a_distribution_whose_build_fails_is_missing_with_the_last_words(
    daemon: docker.DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("ARG BASE\nFROM ${BASE}\nRUN echo these are the last words; exit 3\n")

    real = build_contexts.client_recipe

    def recipe(distribution: Distribution, architecture: str, cache: Path, echo: object) -> Recipe:
        if distribution.name == "trixie":
            return Recipe("test-broken", dockerfile, DISTRIBUTIONS["bookworm"].base)
        return real(distribution, architecture, cache, lambda text: None)

    monkeypatch.setattr(build_contexts, "client_recipe", recipe)
    monkeypatch.setitem(
        DISTRIBUTIONS,
        "trixie",
        replace(DISTRIBUTIONS["trixie"], base=DISTRIBUTIONS["bookworm"].base),
    )
    told: list[str] = []

    async def enter() -> str:
        mint = Mint(Keys(tmp_path))
        names = ("bookworm", "trixie")
        async with DockerStage(provision.cache_dir(), mint, distributions=names, echo=told.append) as stage:
            clients = {item.name: item for item in Choice("docker", distributions=names).clients(all_clients())}
            assert clients["curl:bookworm"].missing(stage.machine_of(clients["curl:bookworm"])) is None
            missing = clients["curl:trixie"].missing(stage.machine_of(clients["curl:trixie"]))
            assert missing is not None
            return missing.what

    what = asyncio.run(enter())
    assert what.startswith("the image of trixie (the image test-broken cannot be built: ")
    assert "these are the last words" in what
    assert any(text.startswith("left out is trixie: ") for text in told)
    assert not any("test-broken" in str(item.tags) for item in daemon.images.list())
    assert image_building.has(daemon, DISTRIBUTIONS["bookworm"].base)
