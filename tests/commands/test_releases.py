"""The atlas is no story: a sample of its releases is played again, and held against what is committed of them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import tlslab
from tlslab.clients import all_clients
from tlslab.commands.releases import RELEASES, questions
from tlslab.diff.baseline import read
from tlslab.diff.changes import compare_sides
from tlslab.diff.sides import side_of
from tlslab.matrix.run import run_plan
from tlslab.report.observed import OTHER_NAME, QUESTIONS
from tlslab.setup import provision
from tlslab.setup.installer import InstallError
from tlslab.setup.versions.pinned import provide
from tlslab.setup.versions.spec import parse

BASELINES = Path(tlslab.ROOT) / "baselines" / RELEASES
SAMPLE = {
    "pymssql@2.2.8": ("expired", "name-mismatch.short-name", "untrusted-ca.forced"),
    "tedious@14.7.0": ("untrusted-ca.direct", "untrusted-ca.strict"),
    "mssql-jdbc@11.2.4.jre11": ("untrusted-ca.direct", "untrusted-ca.strict", "ip-san"),
}
"""What is cheap to install, and says most: where these releases are otherwise than today's."""


@pytest.mark.parametrize(("spec", "scenarios"), SAMPLE.items(), ids=SAMPLE)
def test_a_release_does_what_the_atlas_says(
    spec: str, scenarios: tuple[str, ...], pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    try:
        client = provide(spec, all_clients(), provision.cache_dir(), print)
    except InstallError as problem:
        if pytestconfig.getoption("--lab-require"):
            raise
        pytest.skip(f"{spec} cannot be had here: {problem}")
    plan = questions(client)
    chosen = tuple(cell for cell in plan.cells if cell.scenario.id in scenarios)
    record = run_plan(replace(plan, cells=chosen), cache=provision.cache_dir())
    if (entry := record.clients[0]).missing:
        assert not pytestconfig.getoption("--lab-require"), entry.missing
        pytest.skip(f"{spec} cannot be played here: {entry.missing}")
    assert not list(record.lab_errors())
    changes = compare_sides(read(BASELINES / f"{spec}.json"), side_of(record))
    assert changes.acts >= 3 * len(scenarios)
    assert [group.words for group in changes.groups] == []


def test_a_release_is_asked_each_question_once_and_what_a_name_given_beside_does() -> None:
    (client,) = (client for client in all_clients() if client.name == "mssql-jdbc")
    asked = [cell.scenario.id for cell in questions(client).cells]
    assert sorted(set(asked)) == sorted(scenario for scenario, _ in QUESTIONS.values())
    assert asked.count(OTHER_NAME[0]) == 2
    assert len(asked) == len(QUESTIONS) + 1


@pytest.mark.parametrize("path", sorted(BASELINES.glob("*.json")), ids=lambda path: path.stem)
def test_no_cell_of_a_release_is_unexplained(path: Path) -> None:
    baseline = json.loads(path.read_text(encoding="utf-8"))
    assert not parse(baseline["client"].partition("~")[0]).is_plain
    assert {cell: said for cell, said in baseline["cells"].items() if "!" in said} == {}
    assert set(baseline["defaults"]) >= {"encrypts", "checks the chain", "checks the name"}
