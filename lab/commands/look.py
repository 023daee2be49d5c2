"""Commands that look and start no server: `list`, `show`, `clients`."""

import json

import click

from lab.commands.shared import hint, json_option, must_match, output, patterns


@click.command("list")
@json_option
def list_scenarios(as_json: bool) -> None:
    """List the scenarios and their fixes."""
    from lab import catalogue
    from lab.report import listing

    scenarios = catalogue.load().scenarios
    if as_json:
        click.echo(json.dumps(listing.scenarios_as_data(scenarios), indent=1))
    else:
        listing.show_scenarios(scenarios, output())


@click.command()
@click.argument("scenario")
def show(scenario: str) -> None:
    """Show the lesson of SCENARIO: cause, fixes, documented errors.

    Fixes come with the steps and with what every client calls them, errors with what every client is
    documented to say, all with their sources. A pattern, or the name of a class, shows several scenarios.
    """
    from lab import catalogue
    from lab.clients import all_clients
    from lab.matrix.plan import matches
    from lab.report.lesson import show_lesson

    scenarios = catalogue.load().scenarios
    found = [item for item in scenarios if matches(item.id, (scenario,))]
    if not found:
        raise click.UsageError(
            f"no scenario is called {scenario!r}. {hint(scenario, [item.id for item in scenarios])}"
        )
    console = output()
    for number, item in enumerate(found):
        if number:
            console.rule()
        show_lesson(item, all_clients(), console)


@click.command()
@patterns("--client", "Only these clients.")
@json_option
def clients(client: tuple[str, ...], as_json: bool) -> None:
    """Show which clients are here, and how to get the others.

    Every program is asked itself for its version and its TLS library.
    """
    from lab import provision
    from lab.clients import all_clients
    from lab.matrix.inspect import inspect_clients
    from lab.matrix.plan import matches
    from lab.report.listing import show_clients

    known = {item.name: item for item in all_clients()}
    must_match("--client", client, known)
    entries = inspect_clients(
        provision.cache_dir(), [item for item in known.values() if matches(item.name, client)]
    )
    if as_json:
        click.echo(json.dumps([entry.model_dump(mode="json") for entry in entries], indent=1))
    else:
        show_clients(entries, known, output())


@click.command()
def schema() -> None:
    """Print the JSON schema of a record (committed as schema/record.schema.json)."""
    from lab.record import schema_text

    click.echo(schema_text(), nl=False)


COMMANDS = (list_scenarios, show, clients, schema)
