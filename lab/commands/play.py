"""Commands that play the matrix and show what came of it: `run`, `report`."""

import json
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import click

from tlslab.clients.base import Client
from tlslab.commands import shared
from tlslab.commands.shared import (
    Exit,
    json_option,
    must_match,
    output,
    patterns,
    repeat_option,
    wide_option,
    yes_option,
)
from tlslab.commands.stage_options import stage_options
from tlslab.matrix.choice import LOCAL, Choice
from tlslab.matrix.plan import ALL_IMPOSTORS, Filters, Plan, make_plan
from tlslab.model.record import CellEntry, Record
from tlslab.model.record_file import load, save
from tlslab.setup import provision


@click.command()
@patterns("--scenario", "Only these scenarios; the name of a class takes all its forms.")
@patterns("--client", "Only these clients; NAME@VERSION takes any version (odbc18@18.5.1, tedious@latest).")
@patterns("--fix", "Only these fixes.")
@patterns("--server", "Only this kind of server: https or sqlserver.")
@patterns("--impostors", "These impostors attack the fixes, or `all`  [default: those that show most].")
@click.option(
    "--plan",
    "plan_only",
    is_flag=True,
    help="Print the cells, and those that cannot be played and why. Start nothing.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="So many clients at a time (default: three for each core; on the docker stage one, and one more).",
)
@click.option(
    "--save",
    "save_to",
    type=shared.FilledPath(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the record to FILE, too.",
)
@repeat_option
@stage_options
@click.option("--setup", is_flag=True, help="First install what is missing for these clients.")
@yes_option
@wide_option
@json_option
def run(
    scenario: tuple[str, ...],
    client: tuple[str, ...],
    fix: tuple[str, ...],
    server: tuple[str, ...],
    impostors: tuple[str, ...],
    plan_only: bool,
    jobs: int | None,
    save_to: Path | None,
    repeat: int,
    choice: Choice,
    setup: bool,
    yes: bool,
    wide: bool,
    as_json: bool,
) -> Exit:
    """Play the matrix, or a part of it, and show what came of it.

    Patterns may be repeated, or separated by commas: --scenario expired,'self*'. The table and the record
    (--json) go to standard output, progress to standard error. The record is kept in the lab's cache, where
    `report` finds it.
    """
    filters = Filters(scenario, fix, client, server, impostors)
    plan = plan_for(filters, choice)
    if plan_only:
        from tlslab.report.listing import plan_as_data, show_plan

        if as_json:
            click.echo(json.dumps(plan_as_data(plan), indent=1))
        else:
            show_plan(plan, output())
        return Exit.AS_EXPECTED
    shared.must_be_writable("--save", save_to)
    if choice.on_host:
        of_host = tuple(client for client in plan.clients if not client.distribution)
        if setup:
            shared.run_setup(of_host, yes=yes)
        else:
            shared.bring_clients(of_host)
    record = _played(_with_versions(plan, filters, choice), choice, jobs or 0, repeat, save_to)
    wanted = record.attempts or save_to is not None or not shared.last_record().exists()
    kept = keep(record, save_to) if wanted else Kept("", True)
    try:
        if as_json:
            shared.say_data(record)
        else:
            from tlslab.report.terminal import show_matrix

            show_matrix(record, output(), command=shared.command_name(), wide=wide)
    finally:
        shared.echo(kept.words)
    if not kept.done:
        return Exit.LAB_FAILED
    if not record.attempts:
        why = "no client of this plan is here" if plan.cells else "no cell of this plan can be played, as told above"
        shared.echo(f"nothing was played, so nothing is proven: {why}")
        if plan.cells and choice.on_host:
            shared.echo(f"this brings them: {shared.command_name()} setup")
        return Exit.LAB_FAILED
    return shared.status_of(record)


def _with_versions(plan: Plan, filters: Filters, choice: Choice) -> Plan:
    """The plan with the chosen versions of clients installed. Raises what `plan_for` raises."""
    from tlslab.setup.versions.spec import is_spec

    chosen = any(is_spec(client.name) for client in plan.clients)
    return plan_for(filters, choice, provided=True) if chosen else plan


def _played(plan: Plan, choice: Choice, jobs: int, repeat: int, save_to: Path | None) -> Record:
    """The record of the plan. Raises what `run_plan` raises; what had been played is kept before."""
    from tlslab.matrix.run import Interrupted, run_plan
    from tlslab.report.progress import watch

    try:
        with watch(shared.progress_output()) as observer:
            return run_plan(
                plan, cache=provision.cache_dir(), jobs=jobs, observer=observer, stage=choice.make, repeat=repeat
            )
    except Interrupted as problem:
        shared.echo(f"what was played before the interrupt is kept, and `{shared.command_name()} report` shows it")
        shared.echo(keep(problem.record, save_to).words)
        raise


@click.command()
@click.argument("record", required=False, type=click.Path(path_type=Path))
@patterns("--cell", "Show these cells in full, for example 'expired/*/odbc18/*'.")
@click.option("--trace", is_flag=True, help="With --cell: also the clients' diagnostic traces.")
@wide_option
@json_option
def report(record: Path | None, cell: tuple[str, ...], trace: bool, wide: bool, as_json: bool) -> Exit:
    """Show RECORD, by default that of the last run.

    With --cell: both sides' words, the chain as presented, the four acts, and the documentation that they
    were held against. The exit status tells what the record (or the cells shown) came to, as that of `run`
    does.
    """
    from tlslab.report.cell import select, show_cell
    from tlslab.report.terminal import show_matrix

    if trace and not cell:
        raise click.UsageError("--trace shows the traces of cells, so it needs --cell")
    path = record or shared.last_record()
    if record is None and not path.exists():
        raise click.UsageError(f"there is no record yet. Make one: {shared.command_name()} run")
    loaded = load(path)
    if record is None and (elsewhere := shared.other_checkout()):
        shared.echo(f"the last run of this cache was played by another checkout: {elsewhere}")
    if cell:
        loaded = select(loaded, cells_of(loaded, cell))
    if as_json:
        shared.say_data(loaded)
    elif cell:
        console = output()
        for entry in loaded.cells:
            show_cell(loaded, entry, console, with_trace=trace)
    else:
        file = str(record) if record else ""
        show_matrix(loaded, output(), command=shared.command_name(), file=file, wide=wide)
    return shared.status_of(loaded)


def plan_for(filters: Filters, choice: Choice = LOCAL, *, provided: bool = False) -> Plan:
    """The plan for these patterns and versions of clients; `provided`: with the versions installed, ready to be
    played. Raises click.UsageError when a pattern matches nothing, or all together leave nothing, CatalogueError,
    InstallError, StageError.
    """
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.model.situation import ServerKind
    from tlslab.setup.versions import pinned
    from tlslab.setup.versions.spec import SpecError, is_spec

    def make(spec: str) -> Client:
        if provided:
            return pinned.provide(spec, all_clients(), provision.cache_dir(), shared.echo)
        return pinned.planned(spec, all_clients())

    if not choice.on_host and any(map(is_spec, filters.clients)):
        words = pinned.ON_THIS_MACHINE_ALONE.format(option="--distribution")
        raise click.UsageError(f"--client: {words}")
    try:
        clients, chosen = pinned.choose(filters.clients, all_clients(), make)
    except SpecError as problem:
        raise click.UsageError(f"--client: {problem}") from None
    placed = choice.clients(clients)
    if len(placed) > len(clients) and (specs := [*filter(is_spec, filters.clients)]) and not provided:
        shared.echo(f"{', '.join(specs)}: on this machine alone; in a container a client has the version of its image")
    clients = placed
    known, filters = catalogue.load(), replace(filters, clients=chosen)
    must_match("--scenario", filters.scenarios, [item.id for item in known.scenarios])
    must_match("--client", filters.clients, [item.name for item in clients])
    must_match("--fix", filters.fixes, [fix.name for item in known.scenarios for fix in item.fixes])
    must_match("--server", filters.kinds, [kind.value for kind in ServerKind])
    must_match("--impostors", filters.impostors, [ALL_IMPOSTORS, *(item.id for item in known.impostors)])
    plan = make_plan(known, clients, filters, stage_cannot=choice.cannot)
    if not plan.cells and not plan.exclusions:
        from tlslab.commands.hints import why_no_cell

        raise click.UsageError(f"these patterns leave no cell: {why_no_cell(known.scenarios, clients, filters)}")
    return plan


def cells_of(record: Record, given: tuple[str, ...]) -> list[CellEntry]:
    """The cells that the patterns take. Raises click.UsageError for a pattern that takes none."""
    from tlslab.commands.hints import cell_hint

    ids = [entry.id for entry in record.cells]
    for pattern in given:
        if not any(_takes(pattern, identity) for identity in ids):
            raise click.UsageError(f"--cell: no cell of this record matches {pattern!r}. {cell_hint(pattern, ids)}")
    return [entry for entry in record.cells if any(_takes(pattern, entry.id) for pattern in given)]


@dataclass(frozen=True, slots=True)
class Kept:
    """The sentences that say where a record was written, and whether it is at the wanted path."""

    words: str
    done: bool


def keep(record: Record, save_to: Path | None) -> Kept:
    """Write the record to the cache, and to a file where one is named."""
    last = shared.last_record()
    places, problems = [], []
    for place in filter(None, (last, save_to)):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            save(record, place)
            if place == last:
                shared.note_checkout()
        except OSError as problem:
            problems.append(f"the record could not be written: {problem.strerror}: {place}")
        else:
            places.append(place)
    found = [f"the record: {places[-1]}"] if places else []
    return Kept("\n".join([*problems, *found]), (save_to or last) in places)


def _takes(pattern: str, identity: str) -> bool:
    """Whether a pattern takes a cell. Fewer parts than a cell has take every cell that begins so."""
    return fnmatchcase(identity, pattern) or fnmatchcase(identity, f"{pattern.rstrip('/')}/*")


COMMANDS = (run, report)
