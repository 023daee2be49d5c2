"""Causes: what the texts that were found can mean together, best first. Pure.

What gives a reason counts before what says that the connection ended; then a text that a client's own words surround
before one that stands alone; then one that is said of few causes before one that is said of many. A text that is said
whatever is wrong names no cause: it says that the reason is gone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tlslab.explain.findings import Code, Finding, Found
from tlslab.explain.outside import Outside
from tlslab.explain.programs import Layer, Program
from tlslab.explain.vocabulary import Cause, Meaning
from tlslab.model.beyond import NO_COMMON_GROUP, NO_COMMON_SIGNATURE
from tlslab.model.check import Worth
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    NO_COMMON_VERSION,
    NO_STRICT,
    NOT_LOADED,
    RSA_KEY_EXCHANGE,
    SMALL_DH,
    STRICT_ONLY,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import When
from tlslab.model.scenario import BOTH, Fix, Scenario
from tlslab.model.situation import ServerKind, healthy

_OPTION = "the client stops before TLS begins, because of its options"
_FIRST = (NO_COMMON_VERSION, ENDS_EARLY)
"""Where a connection ends without a word, these are thought of before what else can be so."""
_RARE = frozenset(
    {
        *(NO_STRICT, STRICT_ONLY, ENDS_AFTER_PRELOGIN, NOT_LOADED),
        *(SMALL_DH, RSA_KEY_EXCHANGE, NO_COMMON_GROUP, NO_COMMON_SIGNATURE),
    }
)
"""Few servers are like that: of the same words, what many are like is thought of before."""
_ENDED = frozenset({Phase.CLOSED, Phase.NO_TLS})
"""That a connection ends is often said of one for which another text gives the reason: that one comes first."""
_NEAR = 30
"""Lines within which a number and a text are about the same error."""
_LET_IN = ("bypass", "partial-bypass")
_OFTEN = 10
"""A client that lets an impostor in more often than so many times as often as it is cured does so by itself."""
_CELL = ("scenario", "fix", "kind")
"""What the name of a cell in a baseline is made of."""


_Words = tuple[int, str, int]


@dataclass(frozen=True)
class Shown:
    """What the lab measured of a fix: its verdicts, with the clients that showed each. `whatever`: those that let an
    impostor in after nearly every fix, so that it is no matter of this one.
    """

    verdicts: Mapping[str, tuple[str, ...]]
    whatever: tuple[str, ...] = ()

    def clients(self, *verdicts: str) -> tuple[str, ...]:
        """The clients that showed one of these verdicts."""
        return tuple(sorted(client for verdict in verdicts for client in self.verdicts.get(verdict, ())))


Measured = Mapping[tuple[str, str, ServerKind], Shown]
"""By scenario, fix and kind of server."""


@dataclass(frozen=True)
class Remedy:
    """A fix of a scenario, with what was measured of it (None: nothing here says)."""

    scenario: str
    fix: Fix
    shown: Shown | None


@dataclass(frozen=True)
class Candidate:
    """One thing that can be the cause.

    `conditions`: what is so, empty for an option of the client. `others`: causes of which the same texts are said.
    `findings`: the texts that say so. `scenarios`: the failures of the catalogue in which it is so, the plainest first.
    """

    cause: str
    conditions: tuple[Condition, ...]
    others: tuple[str, ...]
    findings: tuple[Finding, ...]
    scenarios: tuple[Scenario, ...]
    remedies: tuple[Remedy, ...]
    tls: bool

    @property
    def alone(self) -> bool:
        """Whether the texts are said of this cause and of no other."""
        return not self.others

    @property
    def observed(self) -> bool:
        """Whether only the lab has seen that."""
        return all(item.entry.basis is Basis.OBSERVED for item in self.findings if isinstance(item.entry, Meaning))

    @property
    def phases(self) -> frozenset[Phase]:
        """Where the connection failed."""
        return frozenset(phase for item in _meanings(self.findings) for phase in item.phases)

    @property
    def clients(self) -> tuple[str, ...]:
        """The clients whose own words surround the texts."""
        return tuple(dict.fromkeys(item.table for item in _meanings(self.findings) if item.client))

    @property
    def libraries(self) -> tuple[str, ...]:
        """Whose texts they are."""
        return tuple(dict.fromkeys(name for item in _meanings(self.findings) for name in item.libraries))

    @property
    def sources(self) -> tuple[Source, ...]:
        """Where that is documented."""
        return tuple(dict.fromkeys(source for item in _meanings(self.findings) for source in item.sources))


@dataclass(frozen=True)
class Explanation:
    """What is known of a pasted text. `hidden`: what speaks and gives no reason; `vague`: texts of tables that are said
    whatever is wrong; `outside`: what means that TLS is not the cause.
    """

    findings: tuple[Finding, ...]
    candidates: tuple[Candidate, ...]
    outside: tuple[tuple[Outside, Finding], ...] = ()
    hidden: tuple[tuple[Program, Finding], ...] = ()
    vague: tuple[Finding, ...] = ()
    codes: tuple[Code, ...] = ()

    @property
    def known(self) -> bool:
        """Whether any text was found."""
        return bool(self.findings)


def explain(
    found: Found,
    scenarios: Sequence[Scenario],
    known: Sequence[Condition],
    measured: Measured,
    kinds: frozenset[ServerKind] = BOTH,
) -> Explanation:
    """What these findings mean.

    `known`: all conditions, in the order in which people should think of them. `kinds`: the servers that they can be
    about.
    """
    said: dict[Cause | str, list[Finding]] = defaultdict(list)
    vague: list[Finding] = []
    for finding in _specific(tuple(_speaking(found.findings))):
        entry = finding.entry
        if not isinstance(entry, Meaning):
            continue
        if entry.vague:
            vague.append(finding)
        elif entry.causes:
            for cause in entry.causes:
                said[cause].append(finding)
        else:
            said[_option(entry)].append(finding)
    order = {condition: number for number, condition in enumerate(known)}
    candidates = [_candidate(cause, findings, scenarios, measured, kinds) for cause, findings in said.items()]
    common = frozenset(key for item in candidates if not _is_rare(item) for key in _words_of(item))
    candidates.sort(key=lambda candidate: _rank(candidate, order, kinds, common))
    return Explanation(
        found.findings,
        tuple(item for item in candidates if item.tls or item.scenarios),
        _outside(found.findings, candidates),
        tuple((item.entry, item) for item in found.findings if isinstance(item.entry, Program) and item.entry.hides),
        tuple(vague),
        found.codes,
    )


def _specific(findings: Sequence[Finding]) -> Iterable[Finding]:
    """The findings without those that are a part of what one client says whatever is wrong: within a table the most
    specific text decides, also where it tells nothing apart.
    """
    vague = [item for item in findings if isinstance(item.entry, Meaning) and item.entry.client and item.entry.vague]

    def decided(item: Finding) -> bool:
        return isinstance(item.entry, Meaning) and any(
            item.length < longer.length and item.entry.table == longer.entry.table
            for longer in vague
            if isinstance(longer.entry, Meaning)
        )

    return (item for item in findings if item in vague or not decided(item))


def _speaking(findings: Sequence[Finding]) -> Iterable[Finding]:
    """The findings without the bare numbers that stand near a text: the text says as much, or that it says nothing.

    SqlClient gives the number of an untrusted root to every certificate that it refuses; translated errors have nothing
    but their number.
    """
    texts = [item.line for item in findings if isinstance(item.entry, Meaning) and not item.number]
    return (item for item in findings if not item.number or all(abs(item.line - line) > _NEAR for line in texts))


def _is_rare(candidate: Candidate) -> bool:
    return not _RARE.isdisjoint(candidate.conditions)


def _words_of(candidate: Candidate) -> frozenset[_Words]:
    """The words that say so, as they stand in the text."""
    return frozenset((item.line, item.quote, item.length) for item in candidate.findings)


def _rank(
    candidate: Candidate, order: Mapping[Condition, int], kinds: frozenset[ServerKind], common: frozenset[_Words]
) -> tuple[object, ...]:
    def place(condition: Condition) -> tuple[bool, int]:
        return (condition not in _FIRST, order.get(condition, len(order)))

    elsewhere = bool(candidate.scenarios) and not any(item.kinds & kinds for item in candidate.scenarios)
    tables = {item.table for item in _meanings(candidate.findings)}
    return (
        not candidate.tls,
        candidate.phases <= _ENDED,
        not candidate.clients,
        _is_rare(candidate) and _words_of(candidate) <= common,
        len(candidate.others),
        -len(tables),
        candidate.observed,
        -max(item.length for item in candidate.findings),
        len(candidate.conditions),
        elsewhere,
        _written(candidate),
        [place(condition) for condition in candidate.conditions],
        candidate.cause,
    )


def _written(candidate: Candidate) -> int:
    """Where a vocabulary lists the cause for the longest of its texts; what a client shows has no such order."""
    of_table = [item for item in candidate.findings if isinstance(item.entry, Meaning) and item.entry.vocabulary]
    longest = max(of_table, key=lambda item: item.length, default=None)
    causes = longest.entry.causes if longest and isinstance(longest.entry, Meaning) else ()
    return next((at for at, cause in enumerate(causes) if cause == frozenset(candidate.conditions)), 0)


def _candidate(
    cause: Cause | str,
    findings: Sequence[Finding],
    scenarios: Sequence[Scenario],
    measured: Measured,
    kinds: frozenset[ServerKind],
) -> Candidate:
    meanings = list(_meanings(findings))
    fewest = min(meanings, key=lambda meaning: len(meaning.causes))
    same = [meaning for meaning in meanings if meaning.text == fewest.text]
    others = tuple(
        _words(other) for other in dict.fromkeys(one for item in same for one in item.causes) if other != cause
    )
    conditions = tuple(sorted(cause, key=str)) if not isinstance(cause, str) else ()
    options = dict.fromkeys(when for meaning in meanings for when in meaning.options)
    played = _scenarios(frozenset(conditions), scenarios, kinds) if conditions else _scenarios_with(options, scenarios)
    outside = all(meaning.outside for meaning in meanings)
    return Candidate(
        _words(cause), conditions, others, tuple(findings), played, _remedies(played, measured, kinds), tls=not outside
    )


def _words(cause: Cause | str) -> str:
    return cause if isinstance(cause, str) else ", and ".join(sorted(condition.words for condition in cause))


def _option(meaning: Meaning) -> str:
    where = ", and ".join(map(str, meaning.options))
    return f"{_OPTION}: {where}" if where else _OPTION


def _scenarios_with(options: Iterable[When], scenarios: Iterable[Scenario]) -> tuple[Scenario, ...]:
    """Those in which all these circumstances hold."""
    options = tuple(options)

    def holds(scenario: Scenario) -> bool:
        played = [scenario.apply(healthy(kind)) for kind in scenario.kinds]
        return any(all(when.holds(situation) is not when.negated for when in options) for situation in played)

    return tuple(scenario for scenario in scenarios if options and holds(scenario))


def _scenarios(conditions: Cause, scenarios: Iterable[Scenario], kinds: frozenset[ServerKind]) -> tuple[Scenario, ...]:
    """Those in which just this is so; then those in which something else is so as well, the other forms of the same
    failure first; then those of a part of it. Before all what is called like
    a single condition.
    """
    scenarios = tuple(scenarios)
    classes = {_class(scenario) for scenario in scenarios if scenario.conditions == conditions}

    def distance(scenario: Scenario) -> tuple[object, ...]:
        more, less = scenario.conditions - conditions, conditions - scenario.conditions
        defects = sum(condition.wrong for condition in more)
        return (len(less), bool(more), _class(scenario) not in classes, not scenario.kinds & kinds, defects, len(more))

    near = [item for item in scenarios if item.conditions >= conditions or item.conditions < conditions]
    names = tuple(condition.name for condition in conditions) if len(conditions) == 1 else ()
    return tuple(
        sorted(
            near,
            key=lambda item: (
                *(item.id not in names, distance(item), not item.id.startswith(names)),
                *(_class(item) != item.id, item.id),
            ),
        )
    )


def _class(scenario: Scenario) -> str:
    """The failure without its form."""
    return scenario.id.partition(".")[0]


def _remedies(scenarios: Sequence[Scenario], measured: Measured, kinds: frozenset[ServerKind]) -> tuple[Remedy, ...]:
    """The fixes of the plainest scenario, cures first; where the same is so in several, those of all of them."""
    if not scenarios:
        return ()
    plainest = [item for item in scenarios if item.conditions == scenarios[0].conditions]
    once: dict[tuple[str, str], tuple[str, Fix]] = {}
    for item in plainest:
        for fix in item.fixes:
            if fix.kinds & (kinds & item.kinds or item.kinds):
                once.setdefault((fix.name, fix.summary), (item.id, fix))
    best = list(Worth)
    ordered = sorted(once.values(), key=lambda found: (not found[1].clears, best.index(found[1].worth)))
    return tuple(Remedy(identity, fix, _shown(identity, fix, measured, kinds)) for identity, fix in ordered)


def _shown(scenario: str, fix: Fix, measured: Measured, kinds: frozenset[ServerKind]) -> Shown | None:
    """What was measured of a fix; where that was with other kinds of server, of the same fix in another form."""
    form_of = scenario.partition(".")[0]
    of_fix = {key: shown for key, shown in measured.items() if key[1] == fix.name and key[2] in kinds}
    found = [shown for key, shown in of_fix.items() if key[0] == scenario]
    found = found or [shown for key, shown in of_fix.items() if key[0].partition(".")[0] == form_of]
    verdicts = dict.fromkeys(verdict for item in found for verdict in item.verdicts)
    together = {
        verdict: tuple(sorted({client for item in found for client in item.clients(verdict)})) for verdict in verdicts
    }
    return Shown(together, tuple(sorted({client for item in found for client in item.whatever}))) if found else None


def _outside(found: Sequence[Finding], candidates: Iterable[Candidate]) -> tuple[tuple[Outside, Finding], ...]:
    once: dict[str, tuple[Outside, Finding]] = {}
    for item in found:
        if isinstance(item.entry, Outside):
            once.setdefault(item.entry.cause, (item.entry, item))
    for candidate in candidates:
        if not candidate.tls and not candidate.scenarios and not once:
            sentence = f"{candidate.cause[:1].upper()}{candidate.cause[1:]}."
            once[sentence] = (Outside(sentence, (), "", (), candidate.sources), candidate.findings[0])
    return tuple(once.values())


def layers(found: Iterable[Finding], titles: Mapping[str, str]) -> tuple[tuple[Layer, str, Finding], ...]:
    """Who speaks in the text, from the outside in, each once. `titles`: clients by their names, for people."""
    shown: dict[tuple[Layer, str], Finding] = {}
    for item in found:
        entry = item.entry
        if isinstance(entry, Program):
            shown.setdefault((entry.layer, entry.name), item)
        elif isinstance(entry, Meaning) and entry.client:
            shown.setdefault((Layer.CLIENT, titles.get(entry.table, entry.table)), item)
            for library in entry.libraries:
                if library != entry.table:
                    shown.setdefault((Layer.REASON, library), item)
        elif isinstance(entry, Meaning):
            shown.setdefault((Layer.REASON, entry.table), item)
    order = list(Layer)
    return tuple(
        (layer, who, item) for (layer, who), item in sorted(shown.items(), key=lambda pair: order.index(pair[0][0]))
    )


def _meanings(found: Iterable[Finding]) -> Iterable[Meaning]:
    return (item.entry for item in found if isinstance(item.entry, Meaning))


def measured_of(baselines: Iterable[Mapping[str, object]]) -> Measured:
    """What baselines say of each fix: of each the `client` and its `cells`. What is no baseline says nothing."""
    found: dict[tuple[str, str, ServerKind], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for baseline in baselines:
        client, cells = baseline.get("client"), baseline.get("cells")
        if not isinstance(client, str) or not isinstance(cells, Mapping):
            continue
        for cell, verdicts in cells.items():
            parts = str(cell).split("/")
            if len(parts) == len(_CELL) and parts[-1] in set(ServerKind):
                verdict = str(verdicts).rpartition(", ")[2].rstrip("!").strip()
                found[parts[0], parts[1], ServerKind(parts[2])][verdict].add(client)
    whatever = {kind: _leaky(verdicts for key, verdicts in found.items() if key[-1] is kind) for kind in ServerKind}
    return {
        key: Shown(
            {verdict: tuple(sorted(clients)) for verdict, clients in verdicts.items()},
            tuple(sorted(whatever[key[-1]] & _of(verdicts, *_LET_IN))),
        )
        for key, verdicts in found.items()
    }


def _leaky(measured: Iterable[Mapping[str, set[str]]]) -> frozenset[str]:
    """The clients that let an impostor in after nearly every fix: hardly one cures."""
    cured: Counter[str] = Counter()
    let_in: Counter[str] = Counter()
    for verdicts in measured:
        cured.update(_of(verdicts, "cure"))
        let_in.update(_of(verdicts, *_LET_IN))
    return frozenset(client for client, times in let_in.items() if times > _OFTEN and times > _OFTEN * cured[client])


def _of(verdicts: Mapping[str, set[str]], *names: str) -> set[str]:
    """The clients that showed one of these verdicts."""
    return {client for name in names for client in verdicts.get(name, ())}
