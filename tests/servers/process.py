"""The embedded server as a child process, driven as the stage drives it."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tlslab import IMPORTED_FROM

PASSWORD = "Lab!Passw0rd"


@dataclass
class Running:
    """A running process: its ports, and the events that have come so far."""

    child: "subprocess.Popen[bytes]"
    ports: dict[str, int] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    keep: bool = True
    counts: Counter[str] = field(default_factory=Counter)
    reader: threading.Thread | None = None
    _queue: "queue.Queue[dict[str, Any] | None]" = field(default_factory=queue.Queue)

    def collect(self) -> None:
        """Read the events; without `keep`, only count them and remember what failed inside the endpoint."""
        assert self.child.stdout is not None
        for line in self.child.stdout:
            event = json.loads(line)
            self.counts[event.get("event", "")] += 1
            if "The endpoint failed" in event.get("line", ""):
                self.failures.append(event["line"])
            if self.keep:
                self._queue.put(event)
        self._queue.put(None)

    def next_event(self, timeout: float = 20) -> dict[str, Any] | None:
        """The next event, None at the end of the output."""
        event = self._queue.get(timeout=timeout)
        if event is not None:
            self.events.append(event)
        return event

    def lines_of(self, listener: str) -> list[str]:
        """The log lines of the next connection of a listener, once it is closed; without their time stamp."""
        lines: list[str] = []
        while (event := self.next_event()) is not None:
            if event.get("listener") != listener or event.get("connection") is None:
                continue
            if event["event"] == "log":
                lines.append(event["line"][23:])
            if event["event"] == "close":
                return lines
        raise AssertionError("the process ended before the connection did")

    def start_lines(self, listener: str) -> list[str]:
        """The lines about a listener itself that have come so far."""
        return [e["line"] for e in self.events if e.get("listener") == listener and e.get("connection") is None]

    def wait_for_line(self, listener: str, part: str) -> str:
        """The first line about a listener itself that holds `part`."""
        for line in self.start_lines(listener):
            if part in line:
                return line
        while (event := self.next_event()) is not None:
            if event.get("listener") == listener and part in event.get("line", ""):
                return str(event["line"])
        raise AssertionError(f"no line about {listener} with {part!r}")

    def memory(self) -> int:
        """Resident memory in bytes."""
        pages = Path(f"/proc/{self.child.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


def spawn(description: object) -> Running:
    """Start the process and hand it a description."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tlslab.servers.embedded"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(IMPORTED_FROM)},
    )
    assert child.stdin is not None
    text = description if isinstance(description, str) else json.dumps(description)
    child.stdin.write(text.encode() + b"\n")
    child.stdin.flush()
    running = Running(child)
    running.reader = threading.Thread(target=running.collect, daemon=True)
    running.reader.start()
    return running


def finish(running: Running) -> int:
    """End the process by the end of its input; its exit status."""
    child = running.child
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(OSError):
        child.stdin.close()
    try:
        return child.wait(timeout=20)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        if running.reader is not None:
            running.reader.join()
        child.stdout.close()


@contextmanager
def serving(listeners: list[dict[str, Any]], **more: Any) -> Iterator[Running]:
    """The process with these listeners, for the duration of a block; it must still be alive at its end."""
    defaults = {"address": "127.0.0.1", "port": 0, "security_level": 2, "host": "db.lab.test"}
    running = spawn({"listeners": [defaults | entry for entry in listeners], "password": PASSWORD} | more)
    try:
        first = running.next_event()
        assert first is not None
        assert "ready" in first, first
        running.ports = first["ready"]
        yield running
        assert running.child.poll() is None, "the process died"
    finally:
        status = finish(running)
    assert status == 0
    assert not running.failures
