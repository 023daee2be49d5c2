"""The texts that every report of changes shares: headlines, locations, what is left out."""

from collections.abc import Iterable, Iterator, Sequence

from tlslab.diff.cells import Change
from tlslab.diff.changes import Changes, NotCompared, Unstable
from tlslab.diff.groups import Group, Pair, masked
from tlslab.diff.word_difference import Part, Piece
from tlslab.model.act import DEFAULT
from tlslab.model.record import ShareEntry
from tlslab.report.printable import in_line
from tlslab.report.text import plural

REGRESSION, IMPROVEMENT, BREAKING = "SECURITY REGRESSION", "SECURITY IMPROVEMENT", "BREAKING CHANGE"
TEXTS_SHOWN = 6
"""So many other texts of a change are shown, and so many characters of each."""
TEXT_SHOWN = 160
CONTEXT = 48
"""The number of equal characters that are shown beside a difference."""


def closing(changes: Changes) -> str:
    """The result of the diff, in one sentence."""
    compared = f"{plural(changes.cells, 'cell')} and {plural(changes.acts, 'outcome')} compared"
    if not changes.groups:
        return f"{compared}: no change"
    counted = (
        (sum(group.security for group in changes.groups), "security regression"),
        (sum(group.improvement for group in changes.groups), "security improvement"),
    )
    of_them = "".join(f", {count} of them a {words}" for count, words in counted if count)
    return f"{compared}: {plural(len(changes.groups), 'change')}{of_them}"


def who(pair: Pair) -> str:
    """The client, by both names where they differ."""
    return pair.new if pair.old == pair.new else f"{pair.old} -> {pair.new}"


def versions(pairs: Iterable[Pair]) -> Iterator[tuple[str, str]]:
    """The clients that are not the same on both sides, and both versions in words."""
    for pair in pairs:
        if pair.old != pair.new or pair.old_version != pair.new_version:
            old, new = pair.old_version or "not here", pair.new_version or "not here"
            yield who(pair), old if old == new else f"{old} -> {new}"


def conclusion(changes: Changes) -> str:
    """What all of it means, as a sentence of its own."""
    return in_line(f"{changes.conclusion[:1].upper()}{changes.conclusion[1:]}.")


def head(changes: Changes, group: Group) -> str:
    """What changed; where several clients were compared, with the client."""
    return in_line(f"{who(group.client)}: {group.title}" if len(changes.clients) > 1 else group.title)


def tags(group: Group) -> list[str]:
    """What the change is to those who decide, in few words."""
    known = ((REGRESSION, group.security), (IMPROVEMENT, group.improvement), (BREAKING, group.breaking))
    return [words for words, meant in known if meant]


def other_texts(group: Group) -> list[str]:
    """What else the client says of what it checks now, or said of what it no longer checks, each once, on one line."""
    if not group.checks:
        return []
    sides = [(change.before if change.kind.opens else change.after).text for change in group.changes]
    told = dict.fromkeys(" ".join(masked(text).split()) for text in sides if text)
    lead = group.lead
    told.pop(" ".join(masked((lead.before if lead.kind.opens else lead.after).text).split()), None)
    return list(told)


def some_texts(group: Group) -> list[str]:
    """Those of the texts for which there is room."""
    texts = other_texts(group)
    shown = [text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}..." for text in texts[:TEXTS_SHOWN]]
    return [*shown, f"and {len(texts) - TEXTS_SHOWN} more"] if len(texts) > TEXTS_SHOWN else shown


def scenarios_of(group: Group) -> list[str]:
    """The scenarios in which the change shows; of the default probe the situations."""
    return list(dict.fromkeys(change.scenario or f"no options: {change.server}" for change in group.changes))


def cells_of(group: Group) -> list[str]:
    """The cells that a change touches, each once."""
    return list(dict.fromkeys(change.cell for change in group.changes))


def acts_of(group: Group) -> str:
    """The acts in which the change shows."""
    return ", ".join(dict.fromkeys(change.act for change in group.changes))


def where(group: Group) -> str:
    """The scenarios with their fixes, or the situations of the default probe."""
    return "; ".join(_places(group.changes))


def _places(changes: Sequence[Change]) -> Iterator[str]:
    fixes: dict[str, dict[str, None]] = {}
    for change in changes:
        if change.act == DEFAULT:
            fixes.setdefault("without any option", {})[change.server] = None
        else:
            fixes.setdefault(change.scenario, {})[change.fix] = None
    for scenario, names in fixes.items():
        yield f"{scenario} ({', '.join(names)})"


def excerpt(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """A difference with so much of what is the same as is needed to find the place."""
    last = len(pieces) - 1
    for index, piece in enumerate(pieces):
        text = piece.text
        if piece.part is not Part.SAME or len(text) <= 2 * CONTEXT + 3:
            yield piece
            continue
        before = "" if index == 0 else text[:CONTEXT]
        after = "" if index == last else text[-CONTEXT:]
        yield Piece(part=Part.SAME, text=f"{before}...{after}")


def unstable_groups(items: Iterable[Unstable]) -> Iterator[tuple[list[str], list[str]]]:
    """Cells that came out in the same different ways: their ids, and the distribution line by line."""
    groups: dict[tuple[tuple[ShareEntry, ...], tuple[ShareEntry, ...]], list[str]] = {}
    for item in items:
        groups.setdefault((tuple(item.old), tuple(item.new)), []).append(item.cell)
    for (old, new), cells in groups.items():
        if old == new:
            yield cells, [share_words("", share) for share in new]
        else:
            yield cells, [share_words(side, share) for side, of in (("old: ", old), ("new: ", new)) for share in of]


def reasons(items: Iterable[NotCompared]) -> Iterator[tuple[str, list[str]]]:
    """Why cells were not compared, and which."""
    groups: dict[str, list[str]] = {}
    for item in items:
        groups.setdefault(item.why, []).append(item.cell)
    yield from groups.items()


def share_words(side: str, share: ShareEntry) -> str:
    """How often an act came out like this, in words."""
    code = f", code {in_line(share.code)}" if share.code else ""
    text = " ".join(share.normalised.split())
    said = f": {text[:160]}" if text else ""
    return f"{side}{share.count} times {share.act} {share.result}{code}{said}"
