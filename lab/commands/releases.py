"""Baselines of other releases than the pinned ones: what each does at the questions of the atlas."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tlslab.commands import shared
from tlslab.commands.shared import Exit
from tlslab.setup import provision

if TYPE_CHECKING:
    from tlslab.clients.base import Client
    from tlslab.matrix.plan import Plan
    from tlslab.model.record import Record

RELEASES = "releases"
"""The directory within the baselines."""


def write_releases(specs: Iterable[str], directory: Path) -> Exit:
    """Play the questions of the atlas with these releases (`pymssql@2.3.2`), one after the other, and write a baseline
    of each with what it does by default.

    Raises click.UsageError for a spec of no release, InstallError for one that cannot be had, and what `run_plan` does.
    """
    from tlslab.clients import all_clients
    from tlslab.diff.baseline import BaselineError, baselines_of, write
    from tlslab.matrix.defaults import facts
    from tlslab.setup.versions.pinned import provide
    from tlslab.setup.versions.spec import SpecError, parse

    status = Exit.AS_EXPECTED
    for spec in specs:
        try:
            if parse(spec).is_plain:
                raise click.UsageError(f"--release: {spec} is no release: write NAME@VERSION")
            client = provide(spec, all_clients(), provision.cache_dir(), shared.echo)
        except SpecError as problem:
            raise click.UsageError(f"--release: {problem}") from None
        record = play_release(client)
        defaults = {fact.question: fact.answer for fact in facts(record, client.name)}
        try:
            found = [item.model_copy(update={"defaults": defaults}) for item in baselines_of(record, {})]
        except BaselineError as problem:
            shared.echo(f"{spec}: no baseline was written: {problem}")
            status = Exit.LAB_FAILED
            continue
        for path in write(found, directory / RELEASES):
            shared.say(str(path))
    return status


def play_release(client: "Client") -> "Record":
    """A record of the questions of the atlas, and of the defaults, of one client. Raises what `run_plan` does."""
    from tlslab.matrix.run import run_plan
    from tlslab.report.progress import watch

    with watch(shared.progress_output()) as observer:
        return run_plan(questions(client), cache=provision.cache_dir(), observer=observer, defaults=(client,))


def questions(client: "Client") -> "Plan":
    """The cells that ask a client what the atlas tells: of each scenario one, whatever else clears its error."""
    from tlslab import catalogue
    from tlslab.matrix.choice import LOCAL
    from tlslab.matrix.plan import Filters, make_plan
    from tlslab.report.observed import OTHER_NAME, QUESTIONS

    asked = {scenario for scenario, _ in QUESTIONS.values()}
    filters = Filters(scenarios=tuple(asked), kinds=("sqlserver",), impostors=("stranger",))
    plan = make_plan(catalogue.load(), (client,), filters, stage_cannot=LOCAL.cannot)
    chosen = {cell.scenario.id: cell for cell in reversed(plan.cells) if cell.scenario.id in asked}
    others = (cell for cell in plan.cells if (cell.scenario.id, cell.fix.name) == OTHER_NAME)
    return replace(plan, cells=tuple(dict.fromkeys((*chosen.values(), *others))), exclusions=())
