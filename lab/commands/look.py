"""Commands that look and start nothing: `list`, `show`, `schema`."""

import json

import click

from tlslab.commands.shared import command_name, echo, filled, hint, json_option, must_match, output, paged, patterns


@click.command("list")
@click.argument(
    "text", required=False, callback=lambda _context, _option, value: filled(value) if value is not None else None
)
@json_option
def list_scenarios(text: str | None, as_json: bool) -> None:
    """List the scenarios and their fixes.

    With TEXT only those that have it in their title, their lesson or a documented error. TEXT may be a whole error
    message, in quotes.
    """
    from tlslab import catalogue
    from tlslab.report import listing

    known = catalogue.load()
    scenarios = listing.with_text(known.scenarios, known.knowledge, text) if text else list(known.scenarios)
    if not scenarios:
        raise click.UsageError(
            f"nothing here says {text!r}. Try fewer words of it; {command_name()} list has everything"
        )
    if as_json:
        click.echo(json.dumps(listing.scenarios_as_data(scenarios, known.knowledge), indent=1))
        return
    listing.show_scenarios(scenarios, output())
    if text:
        echo(f"what is known of one: {command_name()} show {scenarios[0].id}")


@click.command()
@click.argument("scenario")
@patterns("--client", "Only what concerns these clients: what each shows, and the line to change.")
@click.option("--no-pager", is_flag=True, help="Print all at once, also where it is longer than the terminal.")
@json_option
def show(scenario: str, client: tuple[str, ...], no_pager: bool, as_json: bool) -> None:
    """Show the lesson of SCENARIO: what clears it, cause, fixes, documented errors.

    Fixes come with the steps and with what every client calls them, errors with what every client is
    documented to say, all with their sources. A pattern, or the name of a class, shows several scenarios. What is
    longer than the terminal goes through $PAGER, unless $NO_PAGER is set.
    """
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.commands.hints import why_no_cell
    from tlslab.matrix.plan import Filters, matches
    from tlslab.report.lesson import show_lesson, show_lesson_for
    from tlslab.report.listing import scenarios_as_data

    known = catalogue.load()
    scenarios = known.scenarios
    found = [item for item in scenarios if matches(item.id, (scenario,))]
    if not found:
        raise click.UsageError(f"no scenario is called {scenario!r}. {hint(scenario, [item.id for item in scenarios])}")
    if as_json:
        click.echo(json.dumps(scenarios_as_data(found, known.knowledge), indent=1))
        return
    must_match("--client", client, [item.name for item in all_clients()])
    clients = [item for item in all_clients() if matches(item.name, client)]
    if client:
        found = [item for item in found if any(each.kinds & item.kinds for each in clients)]
    if not found:
        why = why_no_cell(scenarios, clients, Filters((scenario,), (), client, ()))
        raise click.UsageError(f"there is nothing to show: {why}")
    with paged(output(), no_pager=no_pager) as console:
        for number, item in enumerate(found):
            if number:
                console.rule()
            if client:
                whole = f"{command_name()} show {item.id}"
                show_lesson_for(item, clients, known.knowledge, console, whole)
            else:
                show_lesson(item, clients, known.knowledge, console)


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
