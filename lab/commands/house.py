"""Commands that keep house: `setup`, `test`, `check`."""

import os
import sys

import click

import tlslab
from tlslab.commands.shared import Exit, bring_clients, command_name, echo, run_setup, yes_option
from tlslab.runtime import child, signals
from tlslab.setup import provision


@click.command()
@yes_option
def setup(yes: bool) -> Exit:
    """Install what the clients and servers need.

    System packages come through apt, after a question (--yes or CI=true answers it); Python packages,
    npm packages and jars go into the lab's own cache, nothing is installed globally.
    """
    if run_setup(yes=yes):
        echo("everything is here")
        return Exit.AS_EXPECTED
    echo(f"not everything could be had; the lab plays what is here ({command_name()} clients shows it)")
    return Exit.LAB_FAILED


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--setup", "with_setup", is_flag=True, help="First install what is missing.")
@yes_option
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
def test(with_setup: bool, yes: bool, pytest_args: tuple[str, ...]) -> None:
    """Run the project's tests and the matrix under pytest.

    Everything else is passed on to pytest: -k expired, -n auto, --lab-client=odbc18, --lab-require. The exit
    status is pytest's.
    """
    from tlslab.pytesting.options import joined

    checkout = tlslab.ROOT
    if not (checkout / "tests").is_dir():
        raise click.UsageError(f"the tests are in the project's checkout; {checkout} is an installation without them")
    if with_setup:
        run_setup(yes=yes)
    else:
        bring_clients()
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(checkout)
    cache = provision.cache_dir()
    env = child.environment() | {"HYPOTHESIS_STORAGE_DIRECTORY": str(cache / "hypothesis")}
    # pytest takes this process over, and with it Ctrl-C and the exit status.
    where = () if "no:cacheprovider" in pytest_args else ("-o", f"cache_dir={cache / 'pytest'}")
    signals.hold()
    os.execve(sys.executable, [sys.executable, "-m", "tlslab.pytesting", *where, *joined(pytest_args)], env)


@click.command()
def check() -> Exit:
    """Check formatting, lint and types of the lab's own source."""
    from tlslab.setup.check import check as check_source

    return Exit.FINDINGS if check_source(tlslab.ROOT) else Exit.AS_EXPECTED


COMMANDS = (setup, test, check)
