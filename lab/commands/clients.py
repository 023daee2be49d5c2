"""The command `clients`: which are here, what they do by default, and the versions in the lab's cache."""

import json

import click

from tlslab.clients.base import Client
from tlslab.commands import shared
from tlslab.commands.shared import Exit, json_option, must_match, output, patterns
from tlslab.matrix.choice import LOCAL, usual_stage
from tlslab.setup import provision


@click.group(invoke_without_command=True)
@patterns("--client", "Only these clients; with --defaults NAME@VERSION takes any version.")
@click.option("--defaults", is_flag=True, help="Measure what they do when no security option is given to them.")
@json_option
@click.pass_context
def clients(context: click.Context, client: tuple[str, ...], defaults: bool, as_json: bool) -> Exit | None:
    """Show which clients are here, and how to get the others.

    Every program is asked itself for its version and its TLS library. With --defaults each connects, without
    any security option, to a few servers, good and bad.
    """
    if context.invoked_subcommand is not None:
        return None
    if defaults:
        return _defaults(client, as_json)
    from tlslab.clients import all_clients
    from tlslab.matrix.inspect import inspect_clients
    from tlslab.matrix.plan import matches
    from tlslab.report.listing import show_clients

    known = {item.name: item for item in all_clients()}
    must_match("--client", client, known)
    entries = inspect_clients(provision.cache_dir(), [item for item in known.values() if matches(item.name, client)])
    if as_json:
        click.echo(json.dumps([entry.model_dump(mode="json") for entry in entries], indent=1))
    else:
        show_clients(entries, known, output())
        if usual_stage() != LOCAL.name:
            shared.echo("this is the lab's own image: a run plays the clients in containers beside it")
    return None


@clients.command()
@click.argument("versions", metavar="SPEC...", nargs=-1, required=True)
def remove(versions: tuple[str, ...]) -> Exit | None:
    """Remove versions of clients from the lab's cache: odbc18@18.5.1, or 'pymssql@*' for all of one.

    What is used again is installed again, resolved anew.
    """
    from fnmatch import fnmatchcase

    from tlslab.setup.versions.environments import Environments

    environments = Environments(provision.cache_dir(), shared.echo)
    here = environments.labels
    for version in versions:
        if not any(fnmatchcase(label, version) for label in here):
            known = shared.hint(version, here) if here else "There is none."
            raise click.UsageError(f"there is no {version} in the cache. {known}")
    wanted = dict.fromkeys(label for label in here for version in versions if fnmatchcase(label, version))
    sentences = [sentence for label in wanted for sentence in environments.remove(label)]
    for sentence in sentences:
        shared.say(sentence)
    return Exit.LAB_FAILED if any(sentence.endswith("stays") for sentence in sentences) else None


@clients.command()
@click.option(
    "--keep",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="N",
    help="Keep the N that were used last.",
)
def prune(keep: int) -> None:
    """Remove the versions of clients that were not used for longest from the lab's cache."""
    from tlslab.setup.versions.environments import Environments

    environments = Environments(provision.cache_dir(), shared.echo)
    for sentence in environments.prune(keep):
        shared.say(sentence)
    left = environments.labels
    click.echo(f"{len(left)} left{': ' if left else ''}{', '.join(left)}")


def _defaults(given: tuple[str, ...], as_json: bool) -> Exit:
    from tlslab.clients import all_clients
    from tlslab.commands.refresh import measure_defaults
    from tlslab.matrix.plan import matches
    from tlslab.report.defaults import defaults_as_data, show_defaults
    from tlslab.setup.versions import pinned
    from tlslab.setup.versions.spec import SpecError

    def make(spec: str) -> Client:
        return pinned.provide(spec, all_clients(), provision.cache_dir(), shared.echo)

    try:
        known, chosen = pinned.choose(given, all_clients(), make)
    except SpecError as problem:
        raise click.UsageError(f"--client: {problem}") from None
    must_match("--client", chosen, [item.name for item in known])
    # Told nothing, a client is the same behind every door.
    wanted = [item for item in known if matches(item.name, chosen) and not item.door]
    shared.bring_clients(wanted)
    record = measure_defaults(wanted)
    if as_json:
        click.echo(json.dumps(defaults_as_data(record, wanted), indent=1))
    else:
        show_defaults(record, wanted, output())
    return Exit.AS_EXPECTED if record.defaults else Exit.LAB_FAILED


COMMANDS = (clients,)
