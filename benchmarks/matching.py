"""What the lab takes to hold one text of a client against its tables, and to normalise it, in processor seconds.

The texts: what clients print, and a mebibyte (all that is kept of a client's output) made to be slow. The tables: those
of the scenario and the client with most documented texts, as they are and a hundred times as long. How to start it:
benchmarks/README.md.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".python"))
TIMES = 5
GROWTH = 100


def main() -> int:
    """Measure and print; 0."""
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.matrix.judge import shown_expectation
    from tlslab.model.evidence import expectations
    from tlslab.model.normalise import normalise
    from tlslab.model.outcome import Outcome, Result
    from tlslab.model.situation import healthy
    from tlslab.stages.runner import OUTPUT_LIMIT

    pairs = [(scenario, client) for scenario in catalogue.load().scenarios for client in all_clients()]
    scenario, client = max(pairs, key=lambda pair: len(expectations(pair[0].reasons, pair[1].wrappers)))
    situation = healthy(next(iter(scenario.kinds & client.kinds)))
    grown = tuple(
        replace(reason, text=f"{reason.text} {number}" if number else reason.text)
        for number in range(GROWTH)
        for reason in scenario.reasons
    )
    begins = {text for item in expectations(scenario.reasons, client.wrappers) for text in item.text.split("{*}")}
    usual = "a client that failed for a reason that no table knows, in two hundred letters or so. " * 3
    slow = {
        "beginnings of the documented texts": "".join(sorted(begins)),
        "slashes": "/",
        "directories of attempts": "/runs/run-",
        "blanks": " ",
        "letters and blanks": "a ",
    }
    texts = {"usual": usual} | {name: (unit * OUTPUT_LIMIT)[:OUTPUT_LIMIT] for name, unit in slow.items()}
    counts = [len(expectations(reasons, client.wrappers)) for reasons in (scenario.reasons, grown)]
    print(f"processor seconds, medians of {TIMES}; {scenario.id} and {client.name}: {counts[0]} and {counts[1]} texts")
    print(f"{'text':<36}{'normalise':>12}{f'{counts[0]} texts':>12}{f'{counts[1]} texts':>12}")
    for name, text in texts.items():
        row = [
            _seconds(lambda text=text: normalise(text)),
            *(
                # Another string each time: what is remembered of a text must not be measured.
                _seconds(
                    lambda reasons=reasons, text=text: shown_expectation(
                        client, reasons, situation, Outcome(Result.REFUSED, f"{text}{time.process_time_ns()}")
                    )
                )
                for reasons in (scenario.reasons, grown)
            ),
        ]
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
