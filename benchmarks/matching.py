"""What the lab takes to hold one text of a client against its tables, and to normalise it, in processor seconds.

The texts: what clients print, and a mebibyte (all that is kept of a client's output) made to be slow. The tables: that
of the client with most documented texts, as it is and a hundred times as long. How to start it: benchmarks/README.md.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tlslab.clients.base import Client

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".python"))
TIMES = 5
GROWTH = 100


def main() -> int:
    """Measure and print; 0."""
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.matrix.matching import shown_statements
    from tlslab.model.knowledge import Statement
    from tlslab.model.library import Prints
    from tlslab.model.normalise import normalise
    from tlslab.model.outcome import Outcome, Result
    from tlslab.model.situation import healthy
    from tlslab.stages.leftovers import KEPT

    knowledge = catalogue.load().knowledge

    def printed(client: "Client") -> list[tuple[Statement, Prints]]:
        table = knowledge.table(client.templates, client.rows)
        return [(item, item.does) for item in table if isinstance(item.does, Prints)]

    client = max(all_clients(), key=lambda client: len(printed(client)))
    situation = healthy(next(iter(client.kinds)))
    table, grown = (
        [
            replace(item, does=replace(does, text=f"{does.text} {number}" if number else does.text))
            for number in range(times)
            for item, does in printed(client)
        ]
        for times in (1, GROWTH)
    )
    begins = {text for _, does in printed(client) for text in does.text.split("{*}")}
    usual = "a client that failed for a reason that no table knows, in two hundred letters or so. " * 3
    slow = {
        "beginnings of the documented texts": "".join(sorted(begins)),
        "slashes": "/",
        "directories of attempts": "/runs/run-",
        "blanks": " ",
        "letters and blanks": "a ",
    }
    texts = {"usual": usual} | {name: (unit * KEPT)[:KEPT] for name, unit in slow.items()}
    counts = len(table), len(grown)
    print(f"processor seconds, medians of {TIMES}; {client.name}: {counts[0]} and {counts[1]} texts")
    print(f"{'text':<36}{'normalise':>12}{f'{counts[0]} texts':>12}{f'{counts[1]} texts':>12}")

    def matched(statements: list[Statement], text: str) -> object:
        # Another string each time: what is remembered of a text must not be measured.
        said = Outcome(Result.REFUSED, f"{text}{time.process_time_ns()}")
        return shown_statements(statements, said, situation)

    for name, text in texts.items():
        row = [_seconds(partial(normalise, text)), *(_seconds(partial(matched, of, text)) for of in (table, grown))]
        print(f"{name:<36}" + "".join(f"{seconds:>12.4f}" for seconds in row), flush=True)
    return 0


def _seconds(what: Callable[[], object]) -> float:
    """The median of the processor seconds that it takes."""
    found = []
    for _ in range(TIMES):
        before = time.process_time()
        what()
        found.append(time.process_time() - before)
    return sorted(found)[TIMES // 2]


if __name__ == "__main__":
    sys.exit(main())
