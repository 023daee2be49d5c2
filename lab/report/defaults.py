"""The defaults of clients for people: what each does without a security option, as measured."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.text import Text

from tlslab.clients.base import Client
from tlslab.matrix.defaults import Fact, facts
from tlslab.model.record import Record
from tlslab.model.situation import ServerKind
from tlslab.report.servers import TITLES
from tlslab.report.text import hang

STYLES = {True: "green", False: "yellow", None: "dim"}


def show_defaults(record: Record, clients: Iterable[Client], console: Console) -> None:
    """The clients by what they speak, each with the facts about its defaults."""
    clients = tuple(clients)
    missing = {entry.name: entry.missing for entry in record.clients if entry.missing}
    width = max((len(client.name) for client in clients), default=0) + 2
    for kind in ServerKind:
        spoken = [client for client in clients if kind in client.kinds]
        if spoken:
            console.print(Text(TITLES[kind], "bold"))
        for client in spoken:
            found = facts(record, client.name)
            words = in_words(found) if found else Text(f"not measured: {missing.get(client.name, 'no answer')}", "dim")
            hang(console, f"  {client.name:<{width}}", words)
    console.print(
        Text(
            "Measured by connecting without any security option. The lab's CA stood in the store that each client "
            "reads by itself.",
            "dim",
        )
    )


def in_words(found: Iterable[Fact]) -> Text:
    """Facts in one line: `encrypts: always; checks the chain: yes`."""
    parts = (Text.assemble(f"{fact.question}: ", (fact.answer, STYLES[fact.cautious])) for fact in found)
    return Text("; ").join(parts)


def defaults_as_data(record: Record, clients: Iterable[Client]) -> list[dict[str, Any]]:
    """The same as JSON values, with what was measured at each server."""
    attempts = {entry.id: entry for entry in record.attempts}
    versions = {entry.name: entry for entry in record.clients}
    return [
        {
            "client": client.name,
            "version": versions[client.name].version,
            "missing": versions[client.name].missing,
            "facts": [
                {"question": fact.question, "answer": fact.answer, "cautious": fact.cautious}
                for fact in facts(record, client.name)
            ],
            "measured": [
                {
                    "id": item.id,
                    "server": item.server,
                    "certificate": item.certificate,
                    "must_refuse": item.must_refuse,
                    "result": attempts[item.attempt].result,
                    "encrypted": attempts[item.attempt].encrypted,
                    "tls_version": attempts[item.attempt].tls_version,
                    "code": attempts[item.attempt].code,
                    "text": attempts[item.attempt].text,
                }
                for item in record.defaults
                if item.client == client.name
            ],
        }
        for client in clients
    ]
