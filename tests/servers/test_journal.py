"""The journal: complete for a reader who reads, honest for one who does not."""

import json
import os
import threading

from lab.servers.journal import Journal


def test_records_come_out_in_order_one_a_line() -> None:
    read_end, write_end = os.pipe()
    journal = Journal(write_end)
    for number in range(1000):
        journal.put({"n": number})
    journal.close()
    os.close(write_end)
    with os.fdopen(read_end, "rb") as lines:
        assert [json.loads(line)["n"] for line in lines] == list(range(1000))


def test_a_reader_who_does_not_read_holds_nothing_up_and_every_gap_is_counted() -> None:
    read_end, write_end = os.pipe()
    journal = Journal(write_end, limit=10)
    # More than a pipe and the queue hold together; nobody reads while it is put.
    for number in range(20_000):
        journal.put({"n": number, "text": "x" * 100})
    found: list[dict[str, int]] = []

    def read() -> None:
        with os.fdopen(read_end, "rb") as lines:
            found.extend(json.loads(line) for line in lines)

    reading = threading.Thread(target=read)
    reading.start()
    journal.close(timeout=20)
    os.close(write_end)
    reading.join()
    due = 0
    for record in found:
        if "n" in record:
            assert record["n"] == due
        due += record.get("count", 1)
    assert 0 < len(found) < 20_000


def test_a_gap_is_counted_before_the_next_record() -> None:
    read_end, write_end = os.pipe()
    journal = Journal(write_end, limit=1)
    blocker = {"text": "x" * 200_000}
    journal.put(blocker)  # The writer takes it and waits for room in the pipe.
    while not journal._queue.empty():
        pass
    journal.put({"n": 1})
    journal.put({"n": 2})
    journal.put({"n": 3})
    with os.fdopen(read_end, "rb") as lines:
        assert json.loads(lines.readline()) == blocker
        assert json.loads(lines.readline()) == {"n": 1}
        while not journal._queue.empty():
            pass
        journal.put({"n": 4})
        assert json.loads(lines.readline()) == {"event": "lost", "count": 2}
        journal.close()
        os.close(write_end)


def test_the_end_of_the_reader_is_reported_once() -> None:
    read_end, write_end = os.pipe()
    broken = threading.Event()
    journal = Journal(write_end, broken.set)
    os.close(read_end)
    journal.put({"n": 1})
    assert broken.wait(20)
    os.close(write_end)
