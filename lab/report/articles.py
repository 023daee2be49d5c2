"""The document of the articles that people find: each line, what plays it, and what is seen, from the baselines."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tlslab.model.act import BROKEN, FIXED, IMPOSTOR
from tlslab.model.article import Advice, Sentence
from tlslab.model.evidence import Source, fold

HEAD = """\
# The articles, line by line

Who looks for the sentences of .NET Framework finds these articles: {articles}. Here is what they say, line by
line in the lab's words, with what plays it and what was seen over HTTPS in the committed baselines (`baselines/`). What
a client says word for word stands in the lessons (`./tlslab show SCENARIO`). This page is made by `./tlslab refresh`.

## The sentences

| sentence | in | scenario | seen |
|---|---|---|---|
"""
ADVICE_HEAD = """
## Causes and fixes

*Seen* counts clients: how many refuse as long as the cause is there, how many connect after the fix, and how many let
an attacker in then.

| cause | fix | in | scenario, fix | seen |
|---|---|---|---|---|
"""
_HTTPS = "/https: "


@dataclass
class Seen:
    """What the clients of baselines did over HTTPS. By scenario, or `scenario/fix` and act, and client: whether it
    connected. `said`: of each scenario what each client said when it refused.
    """

    broken: dict[str, dict[str, bool]] = field(default_factory=dict)
    fixed: dict[str, dict[str, bool]] = field(default_factory=dict)
    attacked: dict[str, dict[str, bool]] = field(default_factory=dict)
    said: dict[str, dict[str, str]] = field(default_factory=dict)


def seen_of(baselines: Iterable[Mapping[str, object]]) -> Seen:
    """What the clients of these baselines did."""
    seen = Seen()
    for baseline in baselines:
        client, outcomes = str(baseline["client"]), baseline["outcomes"]
        assert isinstance(outcomes, list)
        for outcome in outcomes:
            connected = outcome["result"] == "connected"
            for place in outcome["acts"]:
                cell, https, act = place.partition(_HTTPS)
                if https:
                    _note(seen, cell, act, client, connected, fold(" ".join(outcome["text"])))
    return seen


def _note(seen: Seen, cell: str, act: str, client: str, connected: bool, text: str) -> None:
    scenario = cell.partition("/")[0]
    if act == BROKEN:
        seen.broken.setdefault(scenario, {})[client] = connected
        if not connected:
            seen.said.setdefault(scenario, {})[client] = text
    elif act == FIXED:
        seen.fixed.setdefault(cell, {})[client] = connected
    elif act.startswith(IMPOSTOR):
        known = seen.attacked.setdefault(cell, {})
        known[client] = known.get(client, False) or connected


def articles_in_markdown(sentences: Sequence[Sentence], advice: Sequence[Advice], seen: Seen) -> str:
    """The whole document."""
    cited = {source.url: source for item in sentences for source in item.articles}
    links = "".join(f"\n[{_whose(source)}]: {source.url}" for source in cited.values())
    return (
        HEAD.format(articles=", ".join(f"[{_whose(source)}]" for source in cited.values()))
        + "".join(
            f"| `{item.text}` | {_in(item.articles)} | {_named(item.scenarios)} | {_shown(item, seen)} |\n"
            for item in sentences
        )
        + ADVICE_HEAD
        + "".join(
            f"| {item.cause} | {item.advice} | {_in(item.sections)} | {_named(item.fixes)} | {_came_of(item, seen)} |\n"
            for item in advice
        )
        + f"{links}\n"
    )


def _shown(sentence: Sentence, seen: Seen) -> str:
    """Who says it, or why nobody does here."""
    if sentence.otherwise:
        return sentence.otherwise
    if not sentence.scenarios:
        return f"still to come: {sentence.whose}"
    wanted = fold(sentence.status or sentence.text)
    who = sorted(
        {
            client
            for scenario in sentence.scenarios
            for client, text in seen.said.get(scenario, {}).items()
            if wanted in text
        }
    )
    clients = ", ".join(f"`{client}`" for client in who) or "nobody"
    if not sentence.status:
        return f"said by {clients}"
    return (
        f"documented of {sentence.whose}, which is not played here; the status behind it, `{sentence.status}`, is "
        f"told by {clients}, with another sentence"
    )


def _came_of(advice: Advice, seen: Seen) -> str:
    """What is seen of the cause and of the fix."""
    if advice.otherwise:
        return advice.otherwise
    if advice.waits:
        return f"still to come: {advice.waits}"
    return "; ".join(_counted(fix, seen) for fix in advice.fixes)


def _counted(fix: str, seen: Seen) -> str:
    broken, fixed = seen.broken.get(fix.partition("/")[0], {}), seen.fixed.get(fix, {})
    if not fixed:
        return "not in the baselines"
    refuse = [client for client in fixed if not broken.get(client, True)]
    words = f"{len(refuse)} of {len(fixed)} refuse, {sum(fixed[client] for client in refuse)} of them connect after it"
    let_in = sum(seen.attacked.get(fix, {}).values())
    return f"{words}, {let_in} let an attacker in" if let_in else words


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _in(sources: Sequence[Source]) -> str:
    """Where it stands: the articles, each once (the page ends with their addresses), with the sections."""
    found: dict[str, list[str]] = {}
    for source in sources:
        sections = found.setdefault(f"[{_whose(source)}]", [])
        sections += re.findall(r', section "(.*)"$', source.title)
    return "; ".join(f"{link} ({'; '.join(names)})" if names else link for link, names in found.items())


def _whose(source: Source) -> str:
    return source.title.partition(",")[0]
