"""The defaults of clients for people: what each does without a security option, as measured."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from rich.console import Console
from rich.text import Text

from tlslab.clients.base import Client
from tlslab.matrix.defaults import Fact, facts
from tlslab.model.act import DEFAULT
from tlslab.model.record import Record
from tlslab.model.situation import ServerKind
from tlslab.report.lists import WIDTH
from tlslab.report.printable import in_line
from tlslab.report.servers import TITLES
from tlslab.report.text import hang

STYLES = {True: "green", False: "yellow", None: "dim"}
HEADS = {
    "checks the SAN, not the common name": "SAN only",
    "a server with TLS 1.1 at most": "TLS 1.1",
}
"""Questions as heads of columns, where what they ask is not enough: `checks the chain` is `chain`."""
HOW_MEASURED = (
    "Measured by connecting without any security option. The lab's CA stood in the store that each client reads by "
    "itself. Chain, name, dates: whether a client refuses a certificate that is wrong in this. SAN only: whether it "
    "refuses one with the name in the common name alone. TLS 1.1: what it does where a server speaks nothing newer. "
    "Unknown: it does not connect there where nothing is wrong either."
)


@dataclass(frozen=True, slots=True)
class Defaults:
    """The defaults of clients of one kind of server: the questions, and the facts of each client, or why there are
    none.
    """

    kind: ServerKind
    questions: tuple[str, ...]
    clients: tuple[tuple[str, tuple[Fact, ...], str], ...]


def defaults_of(record: Record, clients: Iterable[Client]) -> Iterator[Defaults]:
    """What a record says of the defaults of these clients, by what they speak."""
    clients = tuple(clients)
    missing = {entry.name: entry.missing for entry in record.clients if entry.missing}
    for kind in ServerKind:
        rows = [
            (client.name, facts(record, client.name), f"not measured: {missing.get(client.name, 'no answer')}")
            for client in clients
            if kind in client.kinds
        ]
        heads = next((tuple(_head(fact.question) for fact in found) for _, found, _ in rows if found), ())
        if rows:
            yield Defaults(kind, heads, tuple(rows))


def show_defaults(record: Record, clients: Iterable[Client], console: Console) -> None:
    """A table for each kind of server: a line for each client, a column for each question."""
    for table in defaults_of(record, clients):
        width = max(len(name) for name, _, _ in table.clients) + 4
        answers = [[_answer(fact) for fact in found] for _, found, _ in table.clients if found]
        columns = [max(map(len, column)) + 2 for column in zip(table.questions, *answers, strict=True)]
        console.print(Text(f"{TITLES[table.kind]:<{width}}", "bold") + Text(_in_columns(table.questions, columns)))
        for name, found, why_not in table.clients:
            label = f"  {in_line(name):<{width - 2}}"
            if not found:
                hang(console, label, Text(why_not, "dim"))
                continue
            words = (
                Text(f"{_answer(fact):<{room}}", STYLES[fact.cautious])
                for fact, room in zip(found, columns, strict=True)
            )
            line = Text.assemble(label, *words)
            line.rstrip()
            console.print(line, soft_wrap=True, highlight=False)
        console.print()
    hang(console, "", Text(HOW_MEASURED, "dim"))


def defaults_in_markdown(record: Record, clients: Iterable[Client]) -> str:
    """The same as tables of Markdown."""
    lines: list[str] = []
    for table in defaults_of(record, clients):
        lines += ["| " + " | ".join([f"{TITLES[table.kind]} client", *table.questions]) + " |"]
        lines += ["|---" * (len(table.questions) + 1) + "|"]
        for name, found, why_not in table.clients:
            cells = [_answer(fact) for fact in found] or [why_not, *[""] * (len(table.questions) - 1)]
            lines.append("| " + " | ".join([f"`{name}`", *cells]) + " |")
        lines.append("")
    return "\n".join([*lines, *wrap(HOW_MEASURED, WIDTH)])


def _head(question: str) -> str:
    return HEADS.get(question, question.removeprefix("checks the "))


def _answer(fact: Fact) -> str:
    """The answer in a word or two."""
    told = fact.answer.partition(":")[0]
    forced = told in {"only where the server forces it", "only where encryption is forced"}
    return "if forced" if forced else told


def _in_columns(words: Sequence[str], columns: Sequence[int]) -> str:
    return "".join(f"{word:<{room}}" for word, room in zip(words, columns, strict=True)).rstrip()


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
                    "id": item.default,
                    "server": item.server,
                    "certificate": item.certificate,
                    "must_refuse": item.must_refuse,
                    "result": attempts[item.acts[DEFAULT]].result,
                    "encrypted": attempts[item.acts[DEFAULT]].encrypted,
                    "tls_version": attempts[item.acts[DEFAULT]].tls_version,
                    "code": attempts[item.acts[DEFAULT]].code,
                    "text": attempts[item.acts[DEFAULT]].text,
                }
                for item in record.defaults
                if item.client == client.name and item.status == "played"
            ],
        }
        for client in clients
    ]
