"""The story of one cell, in short: the error, what is changed, and how an impostor fares after it."""

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from tlslab.clients.base import Client
from tlslab.model.act import AFTER, BROKEN, BYSTANDER, FIXED
from tlslab.model.record import AttemptEntry, CellEntry, Record
from tlslab.model.scenario import Fix, Scenario
from tlslab.model.situation import ServerKind, healthy
from tlslab.report.marks import mark_broken, mark_fix, mark_others
from tlslab.report.printable import in_line
from tlslab.report.servers import section_title
from tlslab.report.text import hang, quoted
from tlslab.report.typed import beside_options, ca_file_changes, typed

LINES_SHOWN = 2
"""Of what a client says: its own words, before those of its documentation."""


def show_story(record: Record, cell: CellEntry, scenario: Scenario, fix: Fix, client: Client, console: Console) -> None:
    """Print the story of a cell that was played, with what its client types for the fix."""
    attempts = {entry.id: entry for entry in record.attempts}
    ascii_only = console.options.ascii_only
    hang(console, "", Text(f"{client.title}, {section_title(record, cell.kind)}", "bold"))
    console.print()
    hang(console, "1  The failure: ", Text(scenario.title, "not bold"), "bold")
    _attempt(client, attempts[cell.acts[BROKEN]], console)
    marked = mark_broken(cell)
    words = "; ".join(source.title for source in cell.broken_judgement.sources) or marked.mark.meaning
    hang(console, f"   {marked.signs(ascii_only)} {cell.broken}: ", Text(words), marked.style)
    console.print()
    hang(console, "2  The fix: ", Text(" ".join(fix.summary.partition("\n\n")[0].split()), "not bold"), "bold")
    broken = scenario.apply(healthy(ServerKind(cell.kind)))
    fixed = fix.apply(broken)
    gone, come = typed(client, broken, fixed)
    for words in gone:
        hang(console, "   - ", Text(words), "red")
    for words in come:
        hang(console, "   + ", Text(words), "green")
    for words in (*ca_file_changes(broken.client, fixed.client), *beside_options(broken.client, fixed.client)):
        hang(console, "     ", Text(words))
    _attempt(client, attempts[cell.acts[FIXED]], console)
    console.print()
    attackers = [impostor for impostor in record.impostors if f"impostor:{impostor.id}" in cell.acts]
    of_clients = any(impostor.side == "client" for impostor in attackers)
    place = "the server's name and address" + (", or the client's place" if of_clients else "")
    hang(console, "3  The attack: ", Text(f"an impostor has {place}", "not bold"), "bold")
    told: list[str] = []
    for impostor in record.impostors:
        made = attempts.get(cell.acts.get(f"impostor:{impostor.id}", ""))
        if made is not None and made.id not in told:  # equal situations are one attempt
            told.append(made.id)
            hang(console, "   ", Text(impostor.lesson.partition("\n\n")[0].replace("\n", " ")))
            _attempt(client, made, console)
    if cell.others:
        _others(cell, attempts, client, console)
    marked = mark_fix(cell)
    console.print()
    hang(console, f"   {marked.signs(ascii_only)} ", Text(marked.mark.meaning, "bold"), marked.style)


def _others(cell: CellEntry, attempts: Mapping[str, AttemptEntry], client: Client, console: Console) -> None:
    console.print()
    hang(console, "4  Other hosts: ", Text("another good host, which the client trusts by default", "not bold"), "bold")
    _attempt(client, attempts[cell.acts[f"{BYSTANDER}{AFTER}"]], console)
    marked = mark_others(cell)
    hang(console, f"   {marked.signs(console.options.ascii_only)} ", Text(marked.mark.meaning), marked.style)


def _attempt(client: Client, attempt: AttemptEntry, console: Console) -> None:
    encrypted = {True: ", encrypted", False: ", NOT encrypted", None: ""}[attempt.encrypted]
    style = "green" if attempt.result == "connected" else "yellow"
    hang(console, "   ", Text(f"{in_line(client.name)}: {attempt.result}{encrypted}", style))
    if attempt.result != "connected":
        quoted(console, "   ", "\n".join(attempt.text.splitlines()[:LINES_SHOWN]))
