"""Commands that look and start nothing: `list`, `show`, `schema`."""

import json

import click

from tlslab.commands.shared import hint, json_option, output


@click.command("list")
@json_option
def list_scenarios(as_json: bool) -> None:
    """List the scenarios and their fixes."""
    from tlslab import catalogue
    from tlslab.report import listing

    scenarios = catalogue.load().scenarios
    if as_json:
        click.echo(json.dumps(listing.scenarios_as_data(scenarios, catalogue.load().knowledge), indent=1))
    else:
        listing.show_scenarios(scenarios, output())


@click.command()
@click.argument("scenario")
@json_option
def show(scenario: str, as_json: bool) -> None:
    """Show the lesson of SCENARIO: cause, fixes, documented errors.

    Fixes come with the steps and with what every client calls them, errors with what every client is
    documented to say, all with their sources. A pattern, or the name of a class, shows several scenarios.
    """
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.matrix.plan import matches
    from tlslab.report.lesson import show_lesson
    from tlslab.report.listing import scenarios_as_data

    known = catalogue.load()
    scenarios = known.scenarios
    found = [item for item in scenarios if matches(item.id, (scenario,))]
    if not found:
        raise click.UsageError(f"no scenario is called {scenario!r}. {hint(scenario, [item.id for item in scenarios])}")
    if as_json:
        click.echo(json.dumps(scenarios_as_data(found, known.knowledge), indent=1))
        return
    console = output()
    for number, item in enumerate(found):
        if number:
            console.rule()
        show_lesson(item, all_clients(), known.knowledge, console)


@click.command()
@click.argument("what", type=click.Choice(["record", "changes"]), default="record")
def schema(what: str) -> None:
    """Print the JSON schema of a record, or of the changes that `diff --format json` prints.

    They are committed as schema/record.schema.json and schema/changes.schema.json.
    """
    from tlslab.diff import changes
    from tlslab.model import record

    click.echo(changes.schema_text() if what == "changes" else record.schema_text(), nl=False)


COMMANDS = (list_scenarios, show, schema)
