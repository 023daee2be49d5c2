"""The explanation of an error text, for people and as JSON: the answer first, the sources last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from tlslab.explain.causes import Candidate, Explanation, Remedy
from tlslab.explain.findings import Finding
from tlslab.explain.looking import NMAP, TDS, Look
from tlslab.explain.programs import Layer
from tlslab.explain.vocabulary import Meaning
from tlslab.model.check import Check, Worth
from tlslab.model.evidence import Source
from tlslab.model.situation import ServerKind
from tlslab.report.cited import Cited
from tlslab.report.text import command_line, hang, plural

SHOWN = 4
"""Causes that are told in full; further ones are named."""
_BYPASSES, _CURES, _FAILED = ("bypass", "partial-bypass"), ("cure",), ("not-cleared", "broken-promise")
_NAMED = 3
_CURES_TOLD, _OTHERS_TOLD = 4, 2
"""Cures, and fixes that are none, that are told in full of a cause; further ones are named."""
_LABEL = 11
"""Columns of the labels."""


@dataclass(frozen=True)
class Advice:
    """What goes with an explanation.

    `plays`: a command for each candidate ("" where no scenario plays it). `looks`: the commands that tell causes apart.
    `kinds`: the servers that it can be about. `layers`: who speaks, from the outside in.
    """

    plays: Sequence[str]
    looks: Sequence[Look]
    kinds: frozenset[ServerKind]
    layers: Sequence[tuple[Layer, str, Finding]]


def certainty(candidate: Candidate) -> str:
    """How sure a cause is, in a sentence without its full stop."""
    observed = "; only the lab has seen that" if candidate.observed else ""
    if candidate.alone:
        return f"the text is said of this cause alone{observed}"
    count = "one more cause" if len(candidate.others) == 1 else f"{len(candidate.others)} more causes"
    return f"the same text is said of {count}: {'; or '.join(candidate.others)}{observed}"


def show_explanation(found: Explanation, advice: Advice, command: str, console: Console) -> None:
    """Print an explanation. `command`: how this program is started."""
    cited, read = Cited(), set[str]()
    _answer(found, console)
    for number, (candidate, play) in enumerate(zip(found.candidates[:SHOWN], advice.plays, strict=False), start=1):
        console.print()
        words = f"{_capital(_certainty(candidate, found.candidates))}."
        _candidate(candidate, words, number if len(found.candidates) > 1 else 0, play, command, cited, read, console)
    for candidate in found.candidates[SHOWN:]:
        hang(
            console,
            "or         ",
            Text(f"{candidate.cause} ({', '.join(item.id for item in candidate.scenarios)})"),
            "dim",
        )
    for outside, finding in found.outside:
        console.print()
        _labelled(console, "not TLS", Text(f"{outside.cause} {cited.mark(outside.sources)}"))
        _found(console, [finding])
        if outside.instead:
            _labelled(console, "instead", Text(outside.instead))
        for line in outside.commands:
            command_line(console, line)
    if not found.candidates:
        _hidden(found, cited, console)
    if found.known:
        _layers(found, advice, console)
    if advice.looks:
        _looks(advice, cited, console)
    if cited.sources:
        cited.show(console)


def _answer(found: Explanation, console: Console) -> None:
    """The answer in one line."""
    sure = [item for item in found.candidates if item.alone]
    if sure:
        more = len(found.candidates) - 1
        answer = f"{_capital(sure[0].cause)}." + (f" {_capital(plural(more, 'more cause'))} below." if more else "")
    elif found.candidates:
        first = found.candidates[0]
        answer = f"One of {len(first.others) + 1} causes: {first.cause}; or {'; or '.join(first.others)}."
    elif found.outside:
        answer = "TLS is not the cause."
    elif found.hidden or found.vague:
        answer = "The text does not say what is wrong: the reason has been lost on its way."
    else:
        answer = "Nothing here is known: no documented text stands in it."
    hang(console, "", Text(answer, "bold"))


def _certainty(candidate: Candidate, all_of_them: Sequence[Candidate]) -> str:
    """How sure a cause is, where every one has its number: the others are not told once more."""
    numbers = {item.cause: number for number, item in enumerate(all_of_them[:SHOWN], start=1)}
    if candidate.alone or not numbers.keys() >= set(candidate.others):
        return certainty(candidate)
    observed = "; only the lab has seen that" if candidate.observed else ""
    *rest, last = sorted(str(numbers[other]) for other in candidate.others)
    which = f"causes {', '.join(rest)} and {last}" if rest else f"cause {last}"
    return f"the same text is said of {which}{observed}"


def _candidate(
    candidate: Candidate,
    sure: str,
    number: int,
    play: str,
    command: str,
    cited: Cited,
    read: set[str],
    console: Console,
) -> None:
    if number:
        hang(console, f"{number}. ", Text(f"{_capital(candidate.cause)}.", "bold"))
    _labelled(console, "sure", Text(f"{sure} {cited.mark(candidate.sources)}"))
    if quotes := [item for item in candidate.findings if item.quote not in read]:
        _found(console, quotes)
        read |= {item.quote for item in quotes}
    told = _told(candidate)
    for place, remedy in enumerate(told):
        _remedy(remedy, candidate, place == 0, console)
    if unsaid := dict.fromkeys(item.fix.name for item in candidate.remedies if item not in told):
        _labelled(console, "" if told else "fix", Text(f"{'and ' if told else ''}{', '.join(unsaid)}"), "dim")
    if candidate.scenarios:
        _labelled(console, "learn", Text.assemble((f"{command} show {candidate.scenarios[0].id}", "cyan")))
    if play:
        _labelled(console, "play", Text.assemble((play, "cyan")))
    if len(candidate.scenarios) > 1:
        further = [item.id for item in candidate.scenarios[1:]]
        more = f" and {len(further) - _NAMED} more" if len(further) > _NAMED else ""
        _labelled(console, "also", Text(f"it is so in {', '.join(further[:_NAMED])}{more}, too"), "dim")


def _found(console: Console, findings: Iterable[Finding]) -> None:
    """The pasted words, each line once."""
    quotes: dict[tuple[int, str], int] = {}
    for item in findings:
        key = (item.line, item.quote)
        quotes[key] = max(quotes.get(key, 0), item.count)
    for number, ((line, quote), count) in enumerate(list(quotes.items())[:_NAMED]):
        times = f" ({count} times)" if count > 1 else ""
        _labelled(console, "read" if number == 0 else "", Text(f"line {line}{times}: {quote}"))


def _told(candidate: Candidate) -> list[Remedy]:
    """The fixes that are told in full, cures first: none that fails with the clients that the text is of, and of two
    that are put in the same words the first.
    """

    def works(remedy: Remedy) -> bool:
        failed = set(remedy.shown.clients(*_FAILED)) if remedy.shown else set()
        return not failed.issuperset(candidate.clients) if candidate.clients else True

    once: dict[str, Remedy] = {}
    for item in filter(works, candidate.remedies):
        once.setdefault(item.fix.summary, item)
    best = list(once.values())
    cures = [item for item in best if item.fix.clears and item.fix.worth is Worth.CURE]
    return [*cures[:_CURES_TOLD], *[item for item in best if item not in cures][:_OTHERS_TOLD]]


def _remedy(remedy: Remedy, candidate: Candidate, first: bool, console: Console) -> None:
    fix = remedy.fix
    style = "green" if fix.clears and fix.worth is Worth.CURE else "yellow"
    summary = " ".join(fix.summary.partition("\n\n")[0].split())
    text = Text.assemble((fix.name, style), f" ({fix.claim}, on the {fix.side}): {summary}")
    if said := measured(remedy, candidate.clients):
        text.append(f" Measured: {said}.", "dim")
    _labelled(console, "fix" if first else "", text)


def measured(remedy: Remedy, clients: Sequence[str]) -> str:
    """What the lab measured of a fix, first with the clients that the text is of; "" where nothing is."""
    if remedy.shown is None:
        return ""
    said: list[str] = []
    for verdicts, words in (
        (_BYPASSES, "it lets an impostor in with"),
        (_CURES, "it clears the error and keeps impostors out with"),
        (_FAILED, "it does not work with"),
    ):
        if shown := [item for item in remedy.shown.clients(*verdicts) if item not in _left_out(remedy, verdicts)]:
            own = [client for client in clients if client in shown]
            rest = [client for client in shown if client not in own]
            named = [*own, *rest][:_NAMED]
            more = len(shown) - len(named)
            said.append(f"{words} {', '.join(named)}" + (f" and {plural(more, 'more client')}" if more else ""))
    if remedy.fix.worth is Worth.CURE and (whatever := remedy.shown.whatever):
        said.append(f"{' and '.join(whatever)} let an impostor in after nearly every fix: that is the client's doing")
    return "; ".join(said)


def _left_out(remedy: Remedy, verdicts: Sequence[str]) -> Sequence[str]:
    """The clients of which it says nothing about a cure that they let an impostor in."""
    return remedy.shown.whatever if remedy.shown and verdicts == _BYPASSES and remedy.fix.worth is Worth.CURE else ()


def _hidden(found: Explanation, cited: Cited, console: Console) -> None:
    for program, finding in found.hidden:
        console.print()
        _labelled(
            console, "hidden", Text(f"{program.name} names no reason. {program.how} {cited.mark([program.source])}")
        )
        _found(console, [finding])
    shown = {finding.quote for _, finding in found.hidden}
    once = {item.quote: item for item in found.vague if item.quote not in shown}
    for item in once.values():
        entry = item.entry
        if isinstance(entry, Meaning):
            console.print()
            _labelled(
                console,
                "hidden",
                Text(f"{entry.table} says this whatever is wrong with the certificate. {cited.mark(entry.sources)}"),
            )
            _found(console, [item])


def _layers(found: Explanation, advice: Advice, console: Console) -> None:
    if not advice.layers and not found.codes:
        return
    console.print()
    for layer in Layer:
        who = [name for at, name, _ in advice.layers if at is layer]
        if layer is Layer.CODE:
            who = [f"{code.code} ({code.what})" for code in found.codes]
        if who:
            _labelled(console, layer.value, Text(", ".join(who)), "dim")


def _looks(advice: Advice, cited: Cited, console: Console) -> None:
    console.print()
    hang(console, "", Text("What tells causes apart (put your host for HOST)", "bold"))
    for side in dict.fromkeys(look.side for look in advice.looks):
        for look in advice.looks:
            if look.side == side:
                hang(console, f"  on the {side}: ", Text(look.shows))
                command_line(console, look.command)
    if ServerKind.SQLSERVER in advice.kinds:
        hang(
            console,
            "  ",
            Text(
                f"Up to TDS 7.x the handshake travels inside TDS, where openssl cannot look. {cited.mark([TDS, NMAP])}"
            ),
            "dim",
        )


def _labelled(console: Console, label: str, text: Text, style: str = "bold") -> None:
    hang(console, f"{label:<{_LABEL}}", text, style)


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def explanation_as_data(found: Explanation, advice: Advice) -> dict[str, Any]:
    """The explanation as JSON values."""
    return {
        "candidates": [
            {
                "cause": candidate.cause,
                "conditions": [condition.name for condition in candidate.conditions],
                "tls": candidate.tls,
                "scenarios": [scenario.id for scenario in candidate.scenarios],
                "certainty": certainty(candidate),
                "others": list(candidate.others),
                "texts": [_text(finding) for finding in candidate.findings],
                "fixes": [_fix(remedy, candidate) for remedy in candidate.remedies],
                "play": play,
                "sources": _sources(candidate.sources),
            }
            for candidate, play in zip(found.candidates, advice.plays, strict=True)
        ],
        "not_tls": [
            {
                "cause": outside.cause,
                "texts": [_text(finding)],
                "instead": outside.instead,
                "commands": list(outside.commands),
                "sources": _sources(outside.sources),
            }
            for outside, finding in found.outside
        ],
        "hidden": [
            {"by": program.name, "texts": [_text(finding)], "how": program.how, "sources": _sources([program.source])}
            for program, finding in found.hidden
        ]
        + [
            {"by": entry.table, "texts": [_text(finding)], "how": "", "sources": _sources(entry.sources)}
            for finding in found.vague
            if isinstance(entry := finding.entry, Meaning)
        ],
        "layers": [{"layer": layer.value, "who": who, "found": finding.quote} for layer, who, finding in advice.layers],
        "codes": [{"code": code.code, "what": code.what} for code in found.codes],
        "looks": [{"side": look.side, "command": look.command, "shows": look.shows} for look in advice.looks],
    }


def _text(finding: Finding) -> dict[str, Any]:
    entry = finding.entry
    said: Mapping[str, Any] = {"found": finding.quote, "line": finding.line, "count": finding.count}
    if not isinstance(entry, Meaning):
        return dict(said)
    return {
        **said,
        "documented": entry.text,
        "table": entry.table,
        "client": entry.client,
        "basis": entry.basis.name.lower(),
        "sources": _sources(entry.sources),
    }


def _fix(remedy: Remedy, candidate: Candidate) -> dict[str, Any]:
    fix = remedy.fix
    return {
        "scenario": remedy.scenario,
        "name": fix.name,
        "claim": fix.claim,
        "clears": fix.clears,
        "still_checks": [check.value for check in Check if check in fix.still_checks],
        "side": fix.side.value,
        "summary": fix.summary,
        "steps": list(fix.steps),
        "whatever": list(remedy.shown.whatever) if remedy.shown else [],
        "measured": {verdict: list(clients) for verdict, clients in remedy.shown.verdicts.items()}
        if remedy.shown
        else {},
        "sources": _sources(fix.sources),
    }


def _sources(sources: Iterable[Source]) -> list[dict[str, str]]:
    return [{"title": source.title, "url": source.url} for source in sources]
