"""Commands that compare: `diff`, `baseline`; and the options and the ending that `compare` shares with them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tlslab.commands import shared
from tlslab.commands.shared import Exit, output, patterns
from tlslab.diff.kinds import Level
from tlslab.setup import provision

if TYPE_CHECKING:
    from tlslab.diff.changes import Changes
    from tlslab.model.record import Record

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("terminal", "markdown", "json")
NEVER = "never"
BASELINES = "baselines"


def format_option(function: F) -> F:
    """`--format`, as `form`."""
    words = "How to print it: for people (default), to paste into a pull request, or for machines."
    option = click.option("--format", "form", type=click.Choice(FORMATS), default=FORMATS[0], help=words)
    return option(function)


def fail_on_option(function: F) -> F:
    """`--fail-on`, as `fail_on`."""
    words = "Exit with 1 for a change as serious as this, or more (most serious first; default: verdict)."
    choices = click.Choice([*(level.value for level in Level), NEVER])
    return click.option("--fail-on", type=choices, default=Level.VERDICT.value, help=words)(function)


@click.command()
@click.argument("old", type=click.Path(path_type=Path, exists=True))
@click.argument("new", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@format_option
@fail_on_option
def diff(old: Path, new: Path | None, form: str, fail_on: str) -> Exit:
    """Show what changed between two runs: OLD and NEW, by default the last run.

    OLD is a record (`run --save`), or baselines: a directory of them, or one. Clients are paired by name;
    odbc18@18.5.1 goes with odbc18@18.6.2 where each side has one of them. Changes with one cause are shown as one.
    A security regression exits with 1 whatever --fail-on says, unless it says never.
    """
    from tlslab.diff.baseline import read
    from tlslab.diff.changes import compare_sides

    if new is None and not shared.last_record().exists():
        raise click.UsageError(f"there is no record of a last run. Make one: {shared.command_name()} run")
    if new is None and (elsewhere := shared.other_checkout()):
        raise click.UsageError(
            f"the last run of this cache was played by another checkout, {elsewhere}. If it is meant, name its record: "
            f"{shared.last_record()}. Else play this one: {shared.command_name()} run"
        )
    return tell(compare_sides(read(old), read(new or shared.last_record())), form, fail_on)


@click.command()
@patterns("--client", "Only these clients; the baselines of the others stay as they are.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="RECORD",
    help="Take this record of a whole run instead of playing everything anew.",
)
@click.option(
    "--to",
    "directory",
    type=shared.FilledPath(path_type=Path, file_okay=False),
    default=Path(BASELINES),
    show_default=True,
    metavar="DIRECTORY",
    help="Where the files are written.",
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="So many clients at a time.")
@click.option(
    "--release",
    "releases",
    multiple=True,
    metavar="NAME@VERSION",
    help="Instead play the questions of docs/atlas.md with this release, and write its baseline beside the others.",
)
@shared.repeat_option
def baseline(
    client: tuple[str, ...],
    source: Path | None,
    directory: Path,
    jobs: int | None,
    releases: tuple[str, ...],
    repeat: int,
) -> Exit:
    """Write the baselines: what each client of the project did, as one readable file a client.

    `diff baselines` and `pytest --lab-baseline=baselines` compare with them. Findings are written down as such;
    cells in which the lab failed, and unstable ones, end the command without a change.
    """
    from tlslab.model.record_file import load

    if releases:
        from tlslab.commands.releases import write_releases

        if client or source:
            raise click.UsageError("--release plays releases of its own: it goes without --client and --from")
        return write_releases(releases, directory)
    there = next(place for place in (directory.absolute(), *directory.absolute().parents) if place.exists())
    shared.must_be_writable("--to", there / "baseline.json")
    record = load(source) if source else record_of_everything(client, jobs or 0, repeat)
    return write_baselines(record, client, directory)


def write_baselines(
    record: "Record", client: tuple[str, ...], directory: Path, *, of_same_version: bool = False
) -> Exit:
    """Write the baselines of a record's clients, or of these, and say which. `of_same_version`: a baseline that is
    there stays as it is when it is of another version of its client.

    Raises click.UsageError for a record of a part of the matrix, CatalogueError, OSError.
    """
    from tlslab.clients import all_clients
    from tlslab.diff.baseline import BaselineError, baselines_of, version_in, write

    must_be_whole(record)
    pinned = {item.name: item.registry is not None for item in all_clients()}
    wanted = _chosen(record, client)
    try:
        found = [item for item in baselines_of(wanted, pinned) if item.client in pinned]
    except BaselineError as problem:
        shared.echo(f"no baseline was written: {problem}")
        return Exit.LAB_FAILED
    for entry in wanted.clients:
        if entry.missing:
            shared.echo(f"{entry.name} is not here ({entry.missing}); its baseline stays as it is")
    if of_same_version:
        versions = {item.client: version_in(directory, item.client) for item in found}
        for item in [item for item in found if versions[item.client] not in ("", item.version)]:
            was = versions[item.client]
            shared.echo(f"{item.client}: its baseline stays as it is: it is of {was}, and here is {item.version}")
            found.remove(item)
    for path in write(found, directory):
        shared.say(os.path.relpath(path))
    return Exit.AS_EXPECTED if found else Exit.LAB_FAILED


def tell(changes: "Changes", form: str, fail_on: str) -> Exit:
    """Print the changes in a format; the exit status that they mean."""
    from tlslab.report.diff import show_changes
    from tlslab.report.markdown import markdown

    if form == "json":
        shared.say_data(changes)
    elif form == "markdown":
        click.echo(markdown(changes), nl=False)
    else:
        show_changes(changes, output())
    if changes.failing(None if fail_on == NEVER else Level(fail_on)):
        return Exit.FINDINGS
    if changes.lab_failed:
        shared.echo("the lab failed in some cells, so nothing is proven about them")
        return Exit.LAB_FAILED
    if not changes.acts and not changes.unstable:
        shared.echo("nothing could be compared: the two have no cell in common that was played in both")
        return Exit.LAB_FAILED
    return Exit.AS_EXPECTED


def record_of_everything(client: tuple[str, ...] = (), jobs: int = 0, repeat: int = 1) -> "Record":
    """The record of the whole matrix, or of these clients' part of it, played now.

    Raises click.UsageError, CatalogueError, InstallError as `plan_for` does; ServiceError, StageError.
    """
    from tlslab.commands.play import plan_for
    from tlslab.matrix.plan import Filters
    from tlslab.matrix.run import run_plan
    from tlslab.report.progress import watch

    plan = plan_for(Filters(clients=client))
    shared.bring_clients(plan.clients)
    with watch(shared.progress_output()) as observer:
        return run_plan(plan, cache=provision.cache_dir(), jobs=jobs, observer=observer, repeat=repeat)


def must_be_whole(record: "Record", *, everybody: bool = False) -> None:
    """Raise click.UsageError for a record that does not hold every cell of its clients; of all clients for
    `everybody`.
    """
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.matrix.choice import LOCAL
    from tlslab.matrix.plan import make_plan

    known = catalogue.load()
    plan = make_plan(known, all_clients(), stage_cannot=LOCAL.cannot)
    clients = {entry.name for entry in (plan.clients if everybody else record.clients)}
    cells = {cell.id for cell in record.cells}
    lacking = [item.id for item in plan.everything if item.client.name in clients and item.id not in cells]
    if lacking or record.interrupted:
        example = f"; it lacks {lacking[0]}" if lacking else ""
        raise click.UsageError(f"this needs every cell of a client, and this record is a part of a run{example}")


def _chosen(record: "Record", client: tuple[str, ...]) -> "Record":
    from tlslab.matrix.plan import matches

    kept = [cell for cell in record.cells if matches(cell.client, client)]
    if not kept:
        raise click.UsageError(f"--client: this record has no cell of {', '.join(client)}")
    clients = [entry for entry in record.clients if matches(entry.name, client)]
    return record.model_copy(update={"cells": kept, "clients": clients})


COMMANDS = (diff, baseline)
