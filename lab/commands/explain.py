"""The command `explain`: from the error on the screen to its cause."""

import codecs
import gc
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

import tlslab
from tlslab.commands.shared import command_name, echo, hint, json_option, output, patterns

if TYPE_CHECKING:
    from tlslab.explain.causes import Candidate, Explanation, Measured
    from tlslab.explain.findings import Found
    from tlslab.explain.looking import System
    from tlslab.explain.prepared import Known, Speaker
    from tlslab.explain.vocabulary import Entry, Vocabulary
    from tlslab.model.situation import ServerKind

    Build = Callable[[str | None, Callable[[Entry], bool]], Vocabulary]
    """Makes the vocabulary of a text (None: of any) with the meanings that are kept."""

PIECE = 1 << 16
"""Bytes that are read at a time."""
LONGEST_PATH = 4096
_PEEKED = 3
"""Pieces after which a text is a long one: a short file is read in one, and ends in an empty one."""
SYSTEMS = ("linux", "windows", "macos")


@click.command()
@click.argument("text", nargs=-1)
@patterns("--client", "Only what these clients say, or these TLS libraries.")
@click.option("--os", "system", type=click.Choice(SYSTEMS), help="Where the client runs.")
@json_option
def explain(text: tuple[str, ...], client: tuple[str, ...], system: str | None, as_json: bool) -> None:
    """Explain an error: what causes it, how sure that is, what clears it, and what plays it.

    TEXT is the error as it was printed, in quotes; a file, which may be a long log; or - for standard input. It may be
    wrapped, coloured, escaped as JSON, or stand among other lines. Nothing is started, and nothing is sent anywhere.
    """
    from tlslab.commands import prepared
    from tlslab.explain.causes import explain as explained
    from tlslab.explain.causes import layers
    from tlslab.explain.findings import search
    from tlslab.explain.looking import System
    from tlslab.explain.prepared import LONGEST, from_bytes, needs_situations, to_bytes
    from tlslab.explain.reading import is_binary
    from tlslab.report.explanation import Advice, explanation_as_data, show_explanation

    # Everything that is built here is needed until the end: to look for garbage in it costs a tenth of the start.
    gc.disable()
    try:
        state = prepared.stamp()
        kept = from_bytes(prepared.read(state) or b"")
        known, build = (kept.known(), kept.vocabulary) if kept else _built()
        own, keep = _asked(known, client, System(system) if system else None)
        pieces = _pieces(text)
        head = list(islice(pieces, _PEEKED))
        short = "".join(head) if len(head) < _PEEKED and sum(map(len, head)) <= LONGEST else None
        if kept and short is None:
            known, build = _built()
        found = search(chain(head, pieces), build(short, keep))
        if kept and needs_situations(found):
            known, build = _built()
            found = search(head, build(short, keep))
    finally:
        gc.enable()
    kinds = _kinds(found, own, asked=bool(client))
    explanation = explained(found, known.scenarios, known.conditions, known.measured, kinds)
    advice = Advice(
        [_play(candidate, own, kinds, known.measured) for candidate in explanation.candidates],
        _looks(explanation, kinds, System(system) if system else None),
        kinds,
        layers(found.findings, {item.name: item.title for item in known.speakers}),
    )
    if as_json:
        click.echo(json.dumps(explanation_as_data(explanation, advice), indent=1))
    else:
        show_explanation(explanation, advice, command_name(), output())
        if not "".join(head).strip():
            echo("there was nothing to read")
        elif not explanation.known and is_binary(head[0]):
            echo("what was given is no text")
    if not kept:
        prepared.write(state, to_bytes(build(None, lambda _: True), known))


def _built() -> "tuple[Known, Build]":
    """What is known, from the tables themselves; and what makes a vocabulary of them."""
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.explain.causes import measured_of
    from tlslab.explain.phrases import Index
    from tlslab.explain.prepared import Known, Speaker
    from tlslab.explain.vocabulary import Vocabulary, vocabulary

    found, clients = catalogue.load(), all_clients()
    whole = vocabulary(found.knowledge, clients)
    speakers = [
        Speaker(item.name, item.title, item.kinds, frozenset(template.library for template in item.templates))
        for item in clients
    ]

    def build(_: str | None, keep: "Callable[[Entry], bool]") -> Vocabulary:
        kept = {phrase: tuple(filter(keep, entries)) for phrase, entries in whole.entries.items()}
        entries = {phrase: entries for phrase, entries in kept.items() if entries}
        return (
            whole
            if len(entries) == len(whole.entries) and kept == whole.entries
            else Vocabulary(Index(entries), entries)
        )

    known = Known(
        found.scenarios,
        found.knowledge.conditions,
        speakers,
        sorted(found.knowledge.libraries),
        measured_of(_baselines()),
    )
    return known, build


def _asked(
    known: "Known", asked: tuple[str, ...], system: "System | None"
) -> "tuple[list[Speaker], Callable[[Entry], bool]]":
    """The clients whose texts are looked for, and which texts these are. Raises click.UsageError for a pattern that
    matches no client and no library.
    """
    from tlslab.explain.looking import LIBRARIES_OF_A_SYSTEM
    from tlslab.explain.vocabulary import Meaning

    def is_there(library: str) -> bool:
        where = [some for pattern, some in LIBRARIES_OF_A_SYSTEM.items() if fnmatchcase(library, pattern)]
        return system is None or all(system in some for some in where)

    names = [item.name for item in known.speakers]
    for pattern in asked:
        if not any(fnmatchcase(name, pattern) for name in (*names, *known.libraries)):
            raise click.UsageError(
                f"--client: nothing is called {pattern!r}. {hint(pattern, sorted({*names, *known.libraries}))}"
            )

    def is_asked(name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in asked)

    own = [item for item in known.speakers if not asked or is_asked(item.name)]
    clients = {item.name for item in own}
    within = frozenset[str]().union(*(item.libraries for item in own))
    libraries = {name for name in known.libraries if is_there(name) and (not asked or is_asked(name) or name in within)}

    def keep(entry: "Entry") -> bool:
        return not isinstance(entry, Meaning) or entry.table in (clients if entry.client else libraries)

    return own, keep


def _pieces(words: Sequence[str]) -> Iterator[str]:
    """The text in pieces. Raises click.UsageError when there is none, or a file cannot be read."""
    text = " ".join(words)
    if words == ("-",) or (not words and not sys.stdin.isatty()):
        yield from _decoded(sys.stdin.buffer)
        return
    if not text.strip():
        raise click.UsageError("give the error as it was printed, in quotes; a file; or - for standard input")
    path = _file(text)
    if path is None:
        yield text
        return
    try:
        with path.open("rb") as file:
            yield from _decoded(file)
    except OSError as problem:
        raise click.UsageError(f"cannot read {path}: {problem.strerror}") from None


def _file(text: str) -> Path | None:
    """The file that a text names. Raises click.UsageError for a directory."""
    if len(text) >= LONGEST_PATH or "\n" in text or "\0" in text:
        return None
    try:
        path = Path(text)
        if path.is_dir():
            raise click.UsageError(f"{text} is a directory: name a file in it")
        return path if path.exists() else None
    except OSError:
        return None


def _decoded(file: IO[bytes]) -> Iterator[str]:
    """UTF-8, or what a mark at the beginning says (PowerShell writes UTF-16); what is neither becomes U+FFFD."""
    begin = file.read(PIECE)
    marks = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    encoding = next((name for mark, name in marks if begin.startswith(mark)), "utf-8")
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    piece = begin
    while piece:
        yield decoder.decode(piece)
        piece = file.read(PIECE)
    yield decoder.decode(b"", final=True)


def _baselines() -> Iterator[dict[str, Any]]:
    """Of the committed baselines the client and the cells, where this is a checkout. What cannot be read says nothing.

    These stand in front of the outcomes, which are most of a file and aren't parsed.
    """
    decode = json.JSONDecoder().raw_decode
    for path in sorted((Path(tlslab.ROOT) / "baselines").glob("*.json")):
        try:
            text = path.read_text(encoding="utf-8")
            yield {key: decode(text, text.index(f'\n "{key}": ') + len(key) + 6)[0] for key in ("client", "cells")}
        except (OSError, ValueError):
            continue


_OF_SQLSERVER = (
    "sqlclient",
    "msodbc",
    "freetds",
    "tds",
    "sql server",
    "sqlserver",
    "mssql",
    "odbc driver",
    "sqlexception",
)


def _kinds(found: "Found", clients: Iterable["Speaker"], *, asked: bool) -> "frozenset[ServerKind]":
    """The servers that the text can be about: those of the clients that speak in it; else what its words name."""
    from tlslab.explain.vocabulary import Meaning
    from tlslab.model.situation import ServerKind

    speaking = {item.entry.table for item in found.findings if isinstance(item.entry, Meaning)}
    kinds = {kind for client in clients if asked or client.name in speaking for kind in client.kinds}
    words = " ".join((*speaking, *(item.quote for item in found.findings))).lower()
    if any(word in words for word in _OF_SQLSERVER):
        return frozenset({ServerKind.SQLSERVER})
    return frozenset(kinds or {ServerKind.HTTPS})


def _looks(found: "Explanation", kinds: "frozenset[ServerKind]", system: "System | None") -> Any:
    from tlslab.explain.looking import looks
    from tlslab.model.evidence import Phase

    phases = {phase for candidate in found.candidates if candidate.tls for phase in candidate.phases}
    if not found.candidates and not found.outside:
        phases = {Phase.VERIFY, Phase.NAME, Phase.HANDSHAKE, Phase.CLOSED}
    return looks(phases, kinds, system)


def _play(
    candidate: "Candidate", clients: Sequence["Speaker"], kinds: "frozenset[ServerKind]", measured: "Measured"
) -> str:
    """The command that plays a cause, with a client that says the same; "" where no scenario does."""
    for scenario in candidate.scenarios:
        played = {
            name
            for (identity, _, kind), worth in measured.items()
            if identity == scenario.id and kind in kinds
            for names in worth.verdicts.values()
            for name in names
        }

        def rank(client: "Speaker", played: set[str] = played) -> tuple[bool, bool, bool]:
            of_library = not client.libraries.isdisjoint(candidate.libraries)
            return (client.name not in candidate.clients, not of_library, client.name not in played)

        able = [item for item in clients if item.kinds & scenario.kinds & kinds]
        if able:
            client = min(able, key=rank)
            return f"{command_name()} run --scenario {scenario.id} --client {client.name}"
    return ""


COMMANDS = (explain,)
