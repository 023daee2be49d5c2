"""The journal: complete for a reader who reads, honest for one who does not."""

import json
import os
import threading

from tlslab.servers.journal import Journal


def test_records_come_out_in_order_one_a_line() -> None:
    read_end, write_end = os.pipe()
    journal = Journal(write_end)
    for number in range(1000):
        journal.put({"n": number})
    journal.close()
    os.close(write_end)
    with os.fdopen(read_end, "rb") as lines:
        assert [json.loads(line)["n"] for line in lines] == list(range(1000))


def read_all(read_end: int, into: list[dict[str, int]]) -> threading.Thread:
    """Read to the end, in a thread."""

    def read() -> None:
        with os.fdopen(read_end, "rb") as lines:
            into.extend(json.loads(line) for line in lines)

    reading = threading.Thread(target=read)
    reading.start()
    return reading


def test_a_reader_who_does_not_read_holds_nothing_up_and_every_gap_is_counted() -> None:
    read_end, write_end = os.pipe()
    journal = Journal(write_end, limit=10_000)
    # More than a pipe and the buffer hold together; nobody reads while it is put.
    for number in range(20_000):
        journal.put({"n": number, "text": "x" * 100})
    found: list[dict[str, int]] = []
    reading = read_all(read_end, found)
    journal.close(timeout=20)
    os.close(write_end)
    reading.join()
    due = 0
    for record in found:
        if "n" in record:
            assert record["n"] == due
        due += record.get("count", 1)
    assert due == 20_000
    assert len(found) < 20_000


def test_what_waits_for_a_reader_is_bounded_in_bytes() -> None:
    read_end, write_end = os.pipe()
    journal = Journal(write_end, limit=1_000_000)
    # A few long lines take as much room as many short ones; a line that would never fit is a gap, too.
    for number in range(100):
        journal.put({"n": number, "text": "x" * 200_000})
    journal.put({"n": 100, "text": "x" * 2_000_000})
    assert sum(map(len, journal._lines)) <= 1_000_000
    found: list[dict[str, int]] = []
    reading = read_all(read_end, found)
    journal.close(timeout=20)
    os.close(write_end)
    reading.join()
    assert sum(record.get("count", 1) for record in found) == 101


def test_the_end_of_the_reader_is_reported_once() -> None:
    read_end, write_end = os.pipe()
    broken = threading.Event()
    journal = Journal(write_end, broken.set)
    os.close(read_end)
    journal.put({"n": 1})
    assert broken.wait(20)
    os.close(write_end)
