"""Installs versions of clients before pytest plays anything: `python -m tlslab.pytesting.install SPEC...`.

In a process of its own: asking a program for its version takes an event loop, which no test must find.
"""

import subprocess
import sys
from collections.abc import Iterable

from tlslab.runtime import child

TIMEOUT = 3600.0
"""Seconds. pip and npm have limits of their own, which are shorter."""


def install(specs: Iterable[str]) -> str:
    """Have these versions in the lab's cache; "", or why one of them cannot be had, in a sentence. Blocks.

    Raises OSError when the installing process cannot be started.
    """
    command = [sys.executable, "-P", "-m", "tlslab.pytesting.install", *specs]
    try:
        done = child.run(command, timeout=TIMEOUT, env=child.environment(), together=True)
    except subprocess.TimeoutExpired:
        return f"{', '.join(specs)}: not installed within {TIMEOUT:.0f} s"
    said = done.stdout.decode(errors="replace").strip()
    return (said or f"the installation ended with exit status {done.returncode}") if done.returncode else ""


def main(specs: Iterable[str]) -> None:
    """Ends the process: with 1, and the reason on standard output, when a version cannot be had."""
    from tlslab.clients import all_clients
    from tlslab.setup import provision
    from tlslab.setup.installer import InstallError
    from tlslab.setup.versions import pinned
    from tlslab.setup.versions.spec import SpecError
    from tlslab.stages.stage import StageError

    try:
        for spec in specs:
            pinned.provide(spec, all_clients(), provision.cache_dir(), lambda _: None)
    except (SpecError, InstallError, StageError) as problem:
        print(problem)
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
