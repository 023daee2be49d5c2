"""The lists of the catalogue and of the clients that stand in the documents, and where they stand.

A document has them between two comments, `<!-- NAME: ./tlslab refresh -->` and `<!-- end of NAME -->`.
"""

import re
from collections.abc import Iterable, Mapping
from textwrap import fill

from tlslab.clients.base import Client
from tlslab.model.scenario import BOTH, Scenario
from tlslab.model.situation import ServerKind

WIDTH = 120
MEASURED = ("defaults",)
"""Lists that follow from a run and not from the source (`tlslab.report.defaults`)."""
TITLES = {ServerKind.HTTPS: "HTTPS", ServerKind.SQLSERVER: "SQL Server"}


def lists(scenarios: Iterable[Scenario], clients: Iterable[Client]) -> dict[str, str]:
    """The lists by name: `failures`, `clients`."""
    scenarios, clients = tuple(scenarios), tuple(clients)
    kinds: dict[str, set[ServerKind]] = {}
    for scenario in scenarios:
        kinds.setdefault(scenario.id.partition(".")[0], set()).update(scenario.kinds)
    groups = [
        ("On SQL Server (TDS) and on HTTPS", BOTH),
        *((f"On {TITLES[kind]} alone", frozenset({kind})) for kind in ServerKind),
    ]
    failures = [
        f"- {words}: {', '.join(f'`{name}`' for name, found in kinds.items() if found == wanted)}."
        for words, wanted in groups
        if wanted in kinds.values()
    ]
    programs = [
        f"- Clients of {TITLES[kind]}: {', '.join(client.title for client in clients if kind in client.kinds)}."
        for kind in reversed(ServerKind)
    ]
    return {"failures": _wrapped(failures), "clients": _wrapped(programs)}


def filled(document: str, found: Mapping[str, str]) -> str:
    """The document with its lists brought up to date; one that is measured stays where nothing was. Raises ValueError
    for a list that has no such name, or no end.
    """

    def put(block: re.Match[str]) -> str:
        name = block["name"]
        if name in MEASURED and name not in found:
            return block[0]
        if name not in found:
            raise ValueError(f"no list is called {name!r}; there are {', '.join(found)}")
        return f"{block['begin']}\n{found[name]}\n<!-- end of {name} -->"

    pattern = r"(?P<begin><!-- (?P<name>\w+): \./tlslab refresh -->)\n.*?<!-- end of (?P=name) -->"
    done, count = re.subn(pattern, put, document, flags=re.DOTALL)
    if count != document.count(": ./tlslab refresh -->"):
        raise ValueError("a list has no end: <!-- end of NAME -->")
    return done


def _wrapped(lines: Iterable[str]) -> str:
    return "\n".join(
        fill(line, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False) for line in lines
    )
