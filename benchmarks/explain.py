"""What `explain` costs: start to answer for one text, a log of 100 MB, and text that was made to be slow.

How to start it: benchmarks/README.md.
"""

import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tlslab.explain.vocabulary import Vocabulary

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".python"))
TIMES = 7
MEGABYTE = 10**6
LOG = 100 * MEGABYTE
MEBIBYTE = 1 << 20
ERROR = "curl: (60) SSL certificate problem: self-signed certificate"
LINE = "2026-11-30T12:00:00.123Z INFO [worker-7] request id={} path=/api/items/{} status=200 in 12 ms, hit ratio 0.97\n"
EVERY = 1000


def main() -> int:
    """Measure and print; 0."""
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.explain.vocabulary import vocabulary
    from tlslab.setup.cache import cache_dir

    shutil.rmtree(cache_dir() / "explain", ignore_errors=True)
    wall, used = _answer()
    print(f"one text, nothing prepared yet: {wall:.2f} s wall, {used:.2f} s processor")
    walls, processor = zip(*(_answer() for _ in range(TIMES)), strict=True)
    wall, used = _median(walls), _median(processor)
    print(f"one text, start to answer, median of {TIMES}: {wall:.2f} s wall, {used:.2f} s processor")
    words = vocabulary(catalogue.load().knowledge, all_clients())
    before = _peak()
    seconds, count = _search(_log(), words)
    print(
        f"a log of {LOG // MEGABYTE} MB: {seconds:.1f} s processor, {count} errors, {_peak() - before} MB more memory"
    )
    literals = sorted({part for phrase in words.entries for part in phrase.parts})
    slow = {
        "every documented text": " ".join(literals),
        "their beginnings": "\n".join(phrase.parts[0] for phrase in words.entries),
        "numbers of errors": "18456 ",
        "backslashes": "\\",
        "colours": "\x1b[",
        "blanks": " ",
    }
    for name, unit in slow.items():
        seconds, _ = _search(iter([(unit * (MEBIBYTE // len(unit) + 1))[:MEBIBYTE]]), words)
        print(f"a mebibyte of {name}: {seconds:.2f} s processor")
    return 0


def _answer() -> tuple[float, float]:
    """The seconds of one `./tlslab explain`: on the wall, and of the processor."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([ROOT / "tlslab", "explain", ERROR], check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _log() -> Iterator[str]:
    """A log in pieces, of which every thousandth line is an error."""
    written = number = 0
    while written < LOG:
        lines = [
            f"2026-11-30T12:00:00Z ERROR {ERROR}\n" if at % EVERY == 0 else LINE.format(at, at * 7919 % 100_003)
            for at in range(number, number + EVERY)
        ]
        number += EVERY
        piece = "".join(lines)
        written += len(piece)
        yield piece


def _search(pieces: Iterator[str], words: "Vocabulary") -> tuple[float, int]:
    """The processor seconds of a search, without what making the pieces took, and how many texts it counted."""
    from tlslab.explain.findings import search

    making = 0.0

    def timed() -> Iterator[str]:
        nonlocal making
        while True:
            start = time.process_time()
            piece = next(pieces, None)
            making += time.process_time() - start
            if piece is None:
                return
            yield piece

    start = time.process_time()
    found = search(timed(), words)
    return time.process_time() - start - making, max((item.count for item in found.findings), default=0)


def _peak() -> int:
    """The most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _median(values: tuple[float, ...]) -> float:
    return sorted(values)[len(values) // 2]


if __name__ == "__main__":
    sys.exit(main())
