"""The reaper: a process that waits for the end of the lab, however that comes, and removes what it left in Docker.

    python -m lab.stages.docker.reaper RUN

It reads standard input, which nobody writes to and the lab holds open; the kernel closes it when the lab dies. It
stands in a session of its own, so that Ctrl-C and a closed terminal do not reach it.
"""

import os
import subprocess
import sys
from pathlib import Path


def start(run: str) -> "subprocess.Popen[bytes]":
    """Start the reaper of a run. It ends after `stdin` has been closed."""
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "lab.stages.docker.reaper", run],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": path},
        start_new_session=True,
    )


def main() -> None:
    """Wait, then remove."""
    while os.read(0, 4096):
        pass
    # Imported late: until here it costs the machine next to nothing.
    from lab.stages.docker.daemon import connect
    from lab.stages.docker.owner import remove_run

    remove_run(connect(), sys.argv[1])


if __name__ == "__main__":
    main()
