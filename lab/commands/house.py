"""Commands that keep house: `setup`, `test`, `check`."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

import tlslab
from tlslab.commands.shared import (
    Exit,
    bring_clients,
    command_name,
    echo,
    must_match,
    patterns,
    run_setup,
    yes_option,
)
from tlslab.runtime import child, signals
from tlslab.setup import provision

if TYPE_CHECKING:
    from tlslab.clients.base import Client

SOURCES = Path("docs", "sources.json")


@click.command()
@patterns("--client", "Only what these clients need, and the servers.")
@yes_option
def setup(client: tuple[str, ...], yes: bool) -> Exit:
    """Install what the clients and servers need.

    System packages come through apt, after a question (--yes or CI=true answers it); Python packages,
    npm packages and jars go into the lab's own cache, nothing is installed globally. With --client nothing is fetched
    or built for the others.
    """
    from tlslab.clients import all_clients
    from tlslab.matrix.plan import matches
    from tlslab.stages.machine import local_machine

    names = tuple(name.partition("@")[0] for name in client)
    must_match("--client", names, [item.name for item in all_clients()])
    wanted = [item for item in all_clients() if matches(item.name, names)] if client else None
    complete = run_setup(wanted, yes=yes)
    machine = local_machine()
    for item in wanted or ():
        if missing := item.missing(machine):
            echo(f"{item.name} cannot run: {missing.what} is missing. Get it: {missing.how_to_get}")
            complete = False
    if complete:
        echo("everything is here" if wanted is None else "what these clients need is here")
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
    clients = _told_of(pytest_args)
    if with_setup:
        run_setup(clients, yes=yes)
    else:
        bring_clients(clients)
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(checkout)
    cache = provision.cache_dir()
    env = child.environment() | {"HYPOTHESIS_STORAGE_DIRECTORY": str(cache / "hypothesis")}
    # pytest takes this process over, and with it Ctrl-C and the exit status.
    where = () if "no:cacheprovider" in pytest_args else ("-o", f"cache_dir={cache / 'pytest'}")
    signals.hold()
    os.execve(sys.executable, [sys.executable, "-m", "tlslab.pytesting", *where, *joined(pytest_args)], env)


def _told_of(pytest_args: tuple[str, ...]) -> "list[Client] | None":
    """The clients that these arguments choose; None: all. pytest refuses a name that there is not."""
    from tlslab.clients import all_clients
    from tlslab.matrix.plan import matches
    from tlslab.pytesting.options import joined

    values = [word.partition("=")[2] for word in joined(pytest_args) if word.startswith("--lab-client=")]
    patterns = tuple(name.strip().partition("@")[0] for value in values for name in value.split(","))
    return [client for client in all_clients() if matches(client.name, patterns)] if patterns else None


@click.command()
@click.option("--sources", is_flag=True, help="Instead fetch every document that is cited, and look for its words.")
@click.option(
    "--repositories",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="With --sources: fetch nothing; read what is in these git repositories (OWNER+NAME).",
)
def check(sources: bool, repositories: Path | None) -> Exit:
    """Check formatting, lint and types of the lab's own source.

    With --sources the documents that it cites, which takes a network. What was read is kept in docs/sources.json, from
    which `refresh` makes docs/evidence.md.
    """
    from tlslab.setup.check import check as check_source

    if sources:
        return _check_sources(repositories)
    if repositories:
        raise click.UsageError("--repositories goes with --sources")
    return Exit.FINDINGS if check_source(tlslab.ROOT) else Exit.AS_EXPECTED


def _check_sources(repositories: Path | None) -> Exit:
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.report.evidence import documents, lacking
    from tlslab.setup.reading import NotRead, kept, read

    file = tlslab.ROOT / SOURCES
    known, today = kept(file), f"{datetime.now():%Y-%m-%d}"
    found: dict[str, dict[str, object]] = {}
    for url, item in documents(catalogue.load(), all_clients()).items():
        try:
            copy = read(url, repositories)
        except NotRead as problem:
            found[url] = {**known.get(url, {"problem": str(problem)})}
            continue
        missing = lacking(item.words, copy.text)
        found[url] = {"read": today, "copy": copy.what, **({"lacking": missing} if missing else {})}
        if missing:
            echo(f"{url}: not found there: {' | '.join(missing)}")
    file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    here = sum("read" in seen for seen in found.values())
    bad = sum("lacking" in seen for seen in found.values())
    echo(f"{here} of {len(found)} documents were read, {bad} of them without a word that they are cited for")
    return Exit.FINDINGS if bad else Exit.AS_EXPECTED


COMMANDS = (setup, test, check)
