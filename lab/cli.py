"""The command line: puts the commands together, and turns every way in which they can end into a sentence
and an exit status."""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import cast

import click

import tlslab
from tlslab.commands.shared import Exit, echo, hint
from tlslab.report.printable import printable
from tlslab.runtime import signals, streams
from tlslab.setup.cache import cache_dir

DEBUG = "TLSLAB_DEBUG"

HELP = f"""Reproduce documented TLS trust failures of SQL Server and HTTPS with real clients, and prove which fix cures.

Begin with: {tlslab.PROGRAM} run --setup
"""

EPILOG = """\b
Exit status:
  0    everything is as expected
  1    findings: something is not as documented
  2    wrong usage: an option, a name or a record that does not exist
  3    the lab itself failed, so nothing is proven
  130  interrupted
`test` ends with pytest's own exit status.

NO_COLOR=1 switches colours off. TLSLAB_CACHE names another place for the lab's cache.
TLSLAB_DEBUG=1 shows tracebacks.
"""


MODULES = {
    "play": ("run", "report"),
    "look": ("list", "show", "schema"),
    "explain": ("explain",),
    "compare": ("compare",),
    "diff": ("diff", "baseline"),
    "clients": ("clients",),
    "containers": ("images", "certificates"),
    "house": ("setup", "test", "check"),
    "refresh": ("refresh",),
}
"""The modules of `tlslab.commands` with the commands of each, in the order of the help."""


class Commands(click.Group):
    """The commands, in the order in which they are given. A module is loaded when one of its commands is asked for:
    what one needs is no cost of the others. Knows the nearest right name of a wrong command.
    """

    def list_commands(self, ctx: click.Context | None = None) -> list[str]:
        return [name for names in MODULES.values() for name in names]

    def get_command(self, ctx: click.Context | None, cmd_name: str) -> click.Command | None:
        for module, names in MODULES.items():
            if cmd_name in names:
                commands: Sequence[click.Command] = import_module(f"tlslab.commands.{module}").COMMANDS
                return next(command for command in commands if command.name == cmd_name)
        return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first sentence of each command's help, wrapped and not cut."""
        whole = 1000
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, command.get_short_help_str(whole)) for name, command in commands if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.list_commands() and not args[0].startswith("-"):
            ctx.fail(f"there is no command {args[0]!r}. {hint(args[0], self.list_commands())}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    epilog=EPILOG,
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(tlslab.__version__, prog_name="tlslab", message="%(prog)s %(version)s")
def cli() -> None:
    """All commands."""


def run_command(arguments: Sequence[str]) -> int:
    """Run one command line; its exit status. Says on standard error why the command failed. Without arguments: the
    help."""
    try:
        status = cli.main(list(arguments) or ["--help"], prog_name=tlslab.PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as problem:
        echo(problem.format_message())
        context = problem.ctx if isinstance(problem, click.UsageError) else None
        echo(f"how to use it: {context.command_path if context else command_in(arguments)} --help")
        return Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        return _interrupted()
    except Exception as problem:
        if _is_about_a_record(problem):
            echo(str(problem))
            return Exit.USAGE
        if os.environ.get(DEBUG, "") not in {"", "0"}:
            click.echo(printable(traceback.format_exc()), err=True, nl=False)
        _tell(problem)
        return Exit.LAB_FAILED
    return status if isinstance(status, int) else Exit.AS_EXPECTED


def command_in(arguments: Sequence[str]) -> str:
    """The command that a command line begins with: click's parser does not say of which one an option lacks its
    argument.
    """
    command, path = cast(click.Command, cli), tlslab.PROGRAM
    for word in arguments:
        inner = command.get_command(click.Context(command), word) if isinstance(command, click.Group) else None
        if inner is None:
            break
        command, path = inner, f"{path} {word}"
    return path


def main() -> None:
    """The command line of this process. Ends it."""
    streams.take()
    try:
        signals.take()
        status = run_command(sys.argv[1:])
        signals.end()
    except KeyboardInterrupt:
        status = _interrupted()
    sys.exit(status)


def _interrupted() -> Exit:
    signals.end()
    click.echo(err=True)
    echo("interrupted: what was started has been taken down")
    return Exit.INTERRUPTED


_MACHINE = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOMEM,
    errno.EMFILE, errno.ENFILE, errno.EAGAIN,
}  # fmt: skip
"""What is wrong with the machine, or with the rights that the lab has there; errno(3)."""


def _is_about_a_record(problem: Exception) -> bool:
    from tlslab.model.record_file import RecordError

    return isinstance(problem, RecordError)


def _tell(problem: Exception) -> None:
    """The lab's own errors are printed as they are; of others the kind is printed, and how to see more."""
    from tlslab.catalogue import CatalogueError
    from tlslab.setup.installer import InstallError
    from tlslab.setup.system import SetupError
    from tlslab.stages.local.services import ServiceError
    from tlslab.stages.stage import StageError

    worded = CatalogueError | InstallError | SetupError | ServiceError | StageError | streams.OutputError
    if isinstance(problem, worded):
        echo(str(problem))
    elif isinstance(problem, OSError) and (problem.filename or problem.errno in _MACHINE):
        where = problem.filename or f"while the lab wrote or read below {cache_dir()}"
        echo(f"the lab failed: {problem.strerror}: {where}")
    else:
        echo(f"the lab failed: {type(problem).__name__}: {problem}")
        echo(f"that is a mistake of the lab, not of a client. {DEBUG}=1 shows where; please report it.")
