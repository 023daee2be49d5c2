"""The reaper: a process that waits for the end of the lab, however that comes, and removes what it left in Docker.

    python -m tlslab.stages.docker.reaper RUN

It reads standard input, which the lab holds open and never writes to; the kernel closes it when the lab dies. It
runs in a session of its own, so that Ctrl-C and a closed terminal do not reach it. It waits for
a daemon that does not answer: that daemon may be what ended the lab.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tlslab.runtime import child

PATIENCE = 600.0
"""Seconds for which a daemon that does not answer is waited for. The next run sweeps what is left then."""
PROMISE = (
    "what this run has in Docker could not be removed. A process waits for the daemon and removes it when that answers "
    f"again, within {PATIENCE / 60:.0f} minutes; else the next run does"
)
RETRY = 1.0
"""Seconds between two tries: a daemon does not tell the reaper that it is back."""

_held: list[int] = []
"""The pipes of reapers that have to outlive their run: they stay open until this process ends."""


def start(run: str) -> "subprocess.Popen[bytes]":
    """Start the reaper of a run. It ends after `stdin` has been closed."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "tlslab.stages.docker.reaper", run],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=child.environment(),
        start_new_session=True,
    )


def end(process: "subprocess.Popen[bytes]", *, clean: bool) -> None:
    """Let a reaper go whose run is over: at once when that was `clean`, else when this process ends, for a thread may
    still be asking the daemon for something.
    """
    assert process.stdin
    if not clean:
        _held.append(os.dup(process.stdin.fileno()))
        process.stdin.close()
        process.returncode = 0  # the lab will not wait for it, and subprocess would warn
        return
    process.terminate()
    with process:
        pass


@contextmanager
def watched(run: str) -> Iterator[None]:
    """A reaper for what is done in the context."""
    process = start(run)
    try:
        yield
    except BaseException:
        end(process, clean=False)
        raise
    end(process, clean=True)


def reap(remove: Callable[[], None], *, patience: float = PATIENCE, retry: float = RETRY) -> bool:
    """Remove, again and again while that fails, for `patience` seconds; whether it was done."""
    deadline = time.monotonic() + patience
    while True:
        try:
            remove()
            return True
        except Exception:  # any failure of the daemon or of the connection to it
            if time.monotonic() > deadline:
                return False
            time.sleep(retry)


def main() -> None:
    """Wait, then remove."""
    while os.read(0, 4096):
        pass
    # Imported late: until here it costs the machine next to nothing.
    from tlslab.stages.docker.cleanup import remove_run
    from tlslab.stages.docker.daemon import connect

    def remove() -> None:
        client = connect()
        with client.api:
            remove_run(client, sys.argv[1])

    sys.exit(0 if reap(remove) else 1)


if __name__ == "__main__":
    main()
