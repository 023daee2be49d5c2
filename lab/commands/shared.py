"""What the commands share: options, patterns that must match something, consoles, exit statuses, paths."""

import difflib
import functools
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from rich.console import Console

import tlslab
from tlslab.report.console import console
from tlslab.report.printable import printable
from tlslab.runtime import files
from tlslab.setup.cache import cache_dir

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tlslab.clients.base import Client
    from tlslab.model.record import Record
    from tlslab.setup.installer import Echo

F = TypeVar("F", bound=Callable[..., Any])

LAST_RECORD = "last-record.json"


class Exit(IntEnum):
    """The exit statuses of every command (`tlslab --help` tells them)."""

    AS_EXPECTED = 0
    FINDINGS = 1
    USAGE = 2
    LAB_FAILED = 3
    INTERRUPTED = 130


def split(_context: click.Context, option: click.Parameter, given: Sequence[str]) -> tuple[str, ...]:
    """The values of a repeatable option whose values may be lists separated by commas."""
    from tlslab.matrix.plan import patterns_in

    try:
        return patterns_in(option.opts[0], given)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None


def filled(value: str) -> str:
    """The value of an option that must not be empty. Raises click.BadParameter."""
    if not value.strip():
        raise click.BadParameter("it is empty (a variable not set?)")
    return value


class FilledPath(click.Path):
    """A path that must not be empty: an empty one would mean the current directory."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(filled(value) if isinstance(value, str) else value, param, ctx)


def patterns(name: str, help_text: str) -> Callable[[F], F]:
    """A repeatable option that takes glob patterns."""
    return click.option(name, multiple=True, callback=split, metavar="GLOB", help=help_text)


def yes_option(function: F) -> F:
    """`--yes`."""
    words = "Answer yes when setup asks whether it may install system packages."
    return click.option("--yes", is_flag=True, help=words)(function)


def json_option(function: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


def wide_option(function: F) -> F:
    """`--wide`."""
    words = "Show everything: a column for each client, every line, every reason."
    return click.option("--wide", is_flag=True, help=words)(function)


def repeat_option(function: F) -> F:
    """`--repeat`, as `repeat`."""
    words = "Make each attempt N times; what does not always come out the same is reported as unstable."
    option = click.option("--repeat", type=click.IntRange(min=1), default=1, metavar="N", help=words)
    return option(function)


def must_match(option: str, given: Sequence[str], names: Iterable[str]) -> None:
    """Raise click.UsageError, with the nearest right names, when a pattern matches none of the names."""
    from tlslab.matrix.plan import matches

    names = sorted(set(names))
    for pattern in given:
        if not any(matches(name, (pattern,)) for name in names):
            raise click.UsageError(f"{option}: nothing is called {pattern!r}. {hint(pattern, names)}")


def hint(wrong: str, names: Sequence[str]) -> str:
    """The nearest right names, or all of them when none is near."""
    near = nearest(wrong, names)
    return f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(names)}."


def nearest(wrong: str, names: Iterable[str]) -> list[str]:
    """Up to three names that look like the wrong one."""
    bare = wrong.strip("*?").lower()
    names = list(names)
    # A dot before a digit is part of a version: no form of a class.
    classes = {name.partition(".")[0] for name in names if not re.search(r"\.\d", name)}
    near = difflib.get_close_matches(bare, sorted({*names, *classes}), n=3, cutoff=0.6)
    return near or [name for name in names if bare and bare in name][:3]


def must_be_writable(option: str, file: Path | None) -> None:
    """Raise click.UsageError when a file cannot be written: before a run, which may take minutes."""
    if file is None:
        return
    if not file.absolute().parent.is_dir():
        raise click.UsageError(f"{option}: there is no directory {file.absolute().parent}")
    try:
        files.trial(file)
    except OSError as problem:
        raise click.UsageError(f"{option}: cannot write {file}: {problem.strerror}") from None


def output() -> Console:
    """The console of results: standard output."""
    return console()


@contextmanager
def paged(console: Console, *, no_pager: bool) -> Iterator[Console]:
    """The console; what is printed on it goes through a pager where it is a terminal that is not as long."""
    if no_pager or os.environ.get("NO_PAGER") or not console.is_terminal:
        yield console
        return
    with console.capture() as printed:
        yield console
    text = printed.get()
    if text.count("\n") < console.height:
        click.echo(text, nl=False)
    else:
        click.echo_via_pager(text, color=True)


def progress_output() -> Console:
    """The console of everything beside the results: standard error."""
    return console(stderr=True)


def echo(text: str) -> None:
    """A sentence to the person, beside the results."""
    for line in printable(text).splitlines():
        click.echo(f"tlslab: {line}", err=True)


def say(text: str) -> None:
    """A line of the results."""
    click.echo(printable(text))


def say_data(data: "BaseModel") -> None:
    """Results as JSON, in ASCII: a terminal may show it."""
    click.echo(json.dumps(data.model_dump(mode="json"), indent=1))


def command_name() -> str:
    """How this program is started here."""
    return tlslab.PROGRAM


def last_record() -> Path:
    """Where the record of the last run is kept."""
    return cache_dir() / LAST_RECORD


def note_checkout() -> None:
    """Note beside the last record that this checkout played it: several may share a cache. Raises OSError."""
    _checkout_note().write_text(str(tlslab.ROOT), encoding="utf-8")


def other_checkout() -> str:
    """The checkout that played the last run, where that is not this one; else ""."""
    note = _checkout_note()
    where = note.read_text(encoding="utf-8") if note.exists() else ""
    return "" if where == str(tlslab.ROOT) else where


def _checkout_note() -> Path:
    return last_record().with_suffix(".from")


def run_setup(clients: "Iterable[Client] | None" = None, *, yes: bool) -> bool:
    """Install what these clients lack (None: all), and the servers; whether it is all here afterwards."""
    from tlslab.setup import all_needs, bring

    needs = None if clients is None else all_needs.to_play(clients)
    return bring.setup(needs, yes=yes, echo=echo).complete


def bring_clients(clients: "Iterable[Client] | None" = None) -> None:
    """Have the Python clients in the lab's cache, and the programs that the lab builds for `clients` (None: for all).
    When that fails, say why and go on with the others. A missing compiler is reported with its client.
    """
    from tlslab.setup import all_needs, build, installer, provision, system
    from tlslab.setup.needs import Built

    needs = all_needs.built() if clients is None else [need for client in clients for need in client.needs]
    built = [need for need in dict.fromkeys(needs) if isinstance(need, Built) and system.find(need.compiler)]
    steps: list[Callable[[Echo], Path]] = [provision.ensure_clients_venv]
    steps += [functools.partial(build.ensure, need) for need in built]
    for step in steps:
        try:
            step(echo)
        except installer.InstallError as problem:
            echo(str(problem))


def status_of(record: "Record") -> Exit:
    """The exit status for what a record shows. A failure of the lab outweighs findings: the run is not
    complete."""
    if next(chain(record.lab_errors(), record.failed_trust_procedures()), None) is not None:
        return Exit.LAB_FAILED
    found = next(chain(record.findings(), record.unexpected_trust_procedures()), None)
    return Exit.AS_EXPECTED if found is None else Exit.FINDINGS
