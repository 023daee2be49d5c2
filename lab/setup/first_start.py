"""The first start: the launcher runs this module with the system's Python, before the lab's own environment exists
(`python -m tlslab.setup.first_start ENVIRONMENT LOCK ARGUMENTS...`). Standard library only.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tlslab.runtime import signals
from tlslab.setup import installer, system


def wants_setup(arguments: Sequence[str]) -> bool:
    """Whether the user said `--setup` or the command `setup`, read without the lab's command line parser."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--setup" in own or next((word for word in own if not word.startswith("-")), "") == "setup"


def wanted_clients(arguments: Sequence[str]) -> tuple[str, ...]:
    """The values of `--client` and pytest's `--lab-client`, read without the lab's command line parser."""
    found: list[str] = []
    for word, following in zip(arguments, (*arguments[1:], ""), strict=True):
        name, equals, value = word.partition("=")
        if name in ("--client", "--lab-client"):
            found += (value if equals else following).split(",")
    return tuple(name.strip() for name in found if name.strip())


def main(arguments: Sequence[str]) -> int:
    """Takes `ENVIRONMENT-STEM LOCK [the lab's arguments]`. Returns the exit status."""

    def echo(text: str) -> None:
        for line in text.splitlines():
            print(f"tlslab: {line}", file=sys.stderr, flush=True)

    stem, lock, *rest = arguments
    environment = Path(f"{stem}-{installer.python_tag()}")
    try:
        signals.take()
        if wants_setup(rest) and not installer.can_make_environments() and not shutil.which("uv"):
            # All that the system lacks at once, so that the user is asked once.
            from tlslab.setup import all_needs
            from tlslab.setup.needs import of_the_system

            lacking = system.missing(of_the_system(all_needs.of_named(wanted_clients(rest))))
            yes = "--yes" in rest or "-y" in rest
            system.install(
                [installer.venv_package(), *system.packages(lacking)],
                yes=yes,
                ask=system.ask_on_terminal,
                echo=echo,
            )
        installer.ensure(environment, Path(lock), echo, "what the lab itself runs on")
    except (installer.InstallError, system.SetupError) as error:
        echo(str(error))
        return 3
    except KeyboardInterrupt:
        signals.end()
        echo("interrupted; the next start begins anew.")
        return signals.INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
