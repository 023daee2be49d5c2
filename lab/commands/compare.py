"""The command `compare`: two versions of a client side by side, in one run, and what is different."""

from pathlib import Path

import click

from tlslab.clients.base import Client
from tlslab.commands import shared
from tlslab.commands.diff import fail_on_option, format_option, tell
from tlslab.commands.play import keep, plan_for
from tlslab.commands.shared import Exit, patterns, repeat_option
from tlslab.matrix.choice import LOCAL
from tlslab.matrix.plan import Filters, Plan, make_plan
from tlslab.model.record import Record
from tlslab.setup import provision
from tlslab.stages.machine import local_machine


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@patterns("--scenario", "Only these scenarios; the name of a class takes all its forms.")
@patterns("--fix", "Only these fixes.")
@patterns("--server", "Only this kind of server: https or sqlserver.")
@repeat_option
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="So many clients at a time (default: three for each core).",
)
@click.option(
    "--save",
    "save_to",
    type=shared.FilledPath(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the record of both to FILE.",
)
@format_option
@fail_on_option
def compare(
    old: str,
    new: str,
    scenario: tuple[str, ...],
    fix: tuple[str, ...],
    server: tuple[str, ...],
    repeat: int,
    jobs: int | None,
    save_to: Path | None,
    form: str,
    fail_on: str,
) -> Exit:
    """Play every scenario with two versions of a client, and show what is different in B.

    \b
    A and B are versions of one client:
      odbc18                         the version that the project pins
      odbc18@18.5.1   odbc18@latest  any version of its registry
      pymssql@./dist/x.whl           a wheel, a tarball or a folder of your own
      curl@/opt/curl/bin/curl        a program of your own
    Behind them, +PACKAGE==VERSION pins a companion: python-tds@1.17.1+pyopenssl==25.0.0

    Both meet the same servers in the same run. What they do when no security option is given to them is
    measured too.
    """
    from tlslab.diff.changes import compare as changes_between

    shared.must_be_writable("--save", save_to)
    filters = Filters(scenario, fix, (), server)
    plan_for(filters)  # before anything is installed: do the patterns match?
    pairs = both(old, new)
    record = play(pairs, filters, jobs=jobs or 0, repeat=repeat)
    kept = keep(record, save_to)
    try:
        pairing = {first.name: second.name for first, second in pairs}
        status = tell(changes_between(record, record, pairing), form, fail_on)
    finally:
        shared.echo(kept.words)
    return status if kept.done else Exit.LAB_FAILED


def both(old: str, new: str) -> tuple[tuple[Client, Client], ...]:
    """The clients of two specs, installed; where the client has several doors, the two of each.

    Raises click.UsageError for specs that mean nothing or that are not of one client, InstallError, StageError.
    """
    from tlslab.clients import all_clients
    from tlslab.setup.versions import pinned
    from tlslab.setup.versions.spec import SpecError, parse

    clients = all_clients()
    try:
        names = [pinned.find(parse(text), clients).name for text in (old, new)]
        if names[0] != names[1]:
            raise click.UsageError(
                f"compare takes two versions of one client, and {names[0]} and {names[1]} are two clients. "
                f"For both in one table: {shared.command_name()} run --client {names[0]},{names[1]}"
            )
        found = [
            tuple(pinned.provide(text, clients, provision.cache_dir(), shared.echo) for text in texts)
            for texts in zip(*(pinned.with_doors(text, clients) for text in (old, new)), strict=True)
        ]
    except SpecError as problem:
        raise click.UsageError(str(problem)) from None
    if any(client.missing(local_machine()) for pair in found for client in pair):
        shared.bring_clients(tuple(client for pair in found for client in pair))
    return tuple((first, pinned.Again(second) if second.name == first.name else second) for first, second in found)


def play(pairs: tuple[tuple[Client, Client], ...], filters: Filters, *, jobs: int, repeat: int) -> Record:
    """The record of one run with all of them.

    Raises InstallError when one of them cannot run on this machine, click.UsageError when the patterns leave no cell,
    CatalogueError, ServiceError, StageError.
    """
    from tlslab import catalogue
    from tlslab.matrix.run import run_plan
    from tlslab.report.progress import watch
    from tlslab.setup.installer import InstallError

    machine = local_machine()
    clients = tuple(client for pair in pairs for client in pair)
    for client in clients:
        if missing := client.missing(machine):
            raise InstallError(f"{client.name} cannot run: {missing.what} is missing. Get it: {missing.how_to_get}")
    known = catalogue.load()
    plan: Plan = make_plan(known, clients, filters, stage_cannot=LOCAL.cannot)
    if not plan.everything:
        raise click.UsageError(f"these patterns leave no cell for {clients[0].name}")
    with watch(shared.progress_output()) as observer:
        return run_plan(
            plan, cache=provision.cache_dir(), jobs=jobs, observer=observer, repeat=repeat, defaults=pairs[0]
        )


COMMANDS = (compare,)
