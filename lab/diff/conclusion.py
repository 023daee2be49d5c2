"""The conclusion: what all changes together mean for somebody who upgrades, in one sentence. Pure."""

from collections.abc import Sequence

from tlslab.diff.groups import Group, listed
from tlslab.diff.kinds import Kind, Level
from tlslab.model.act import BROKEN

_HARMLESS = {
    Level.CODE: "error codes",
    Level.TEXT: "texts",
    Level.TLS: "TLS versions and ciphers",
    Level.SECONDS: "seconds",
}
_BETTER = {
    Kind.HEALTHY_CONNECTS: "the client connects again where nothing is wrong",
    Kind.ENCRYPTED: "the client encrypts now",
    Kind.DEFAULT_ENCRYPTED: "the client encrypts by itself now",
    Kind.DEFAULT_CONNECTS: "the client connects by itself now",
    Kind.FIX_CLEARS: "a fix clears the error now",
    Kind.KEEPS_OUT: "a fix keeps an impostor out now",
}
_WORSE = {
    Kind.ACCEPTS: "the client accepts what it refused",
    Kind.LETS_IN: "a fix lets an impostor in that was refused",
    Kind.UNENCRYPTED: "the client does not encrypt any more",
    Kind.HEALTHY_FAILS: "the client does not connect any more, even where nothing is wrong",
    Kind.REFUSES: "the client refuses what it accepted",
    Kind.DEFAULT_ACCEPTS: "the client accepts by itself what it refused",
    Kind.DEFAULT_UNENCRYPTED: "the client does not encrypt by itself any more",
    Kind.DEFAULT_REFUSES: "the client refuses by itself what it accepted",
    Kind.DEFAULT_FAILS: "the client does not connect by itself any more",
    Kind.DEFAULT_TLS: "the client speaks another TLS version or cipher by itself",
    Kind.FIX_FAILS: "a fix does not clear the error any more",
}

_IN_A_SCENARIO = {
    Kind.HEALTHY_CONNECTS: "the client connects now",
    Kind.HEALTHY_FAILS: "the client does not connect any more",
}
"""Of a scenario without a defect, which only some clients do not take."""


def conclude(groups: Sequence[Group], compared: int) -> str:
    """What the changes mean. `groups`: the most serious first; `compared`: how many outcomes were."""
    if not compared:
        return "nothing could be compared"
    if not groups:
        return "nothing changes"
    serious = [item for item in groups if item.level not in _HARMLESS]
    bad = [item for item in serious if item.security] or [item for item in serious if item.kind is Kind.HEALTHY_FAILS]
    if bad:
        return _told("do not upgrade: " if _is_upgrade(bad[0]) else "it got worse: ", bad, groups)
    if safer := [item for item in serious if item.improvement and item.checks]:
        breaks = ", and breaks who relied on the opposite" if any(item.breaking for item in safer) else ""
        told = _told("", safer, groups)
        if any(item.kind is Kind.DEFAULT_ENCRYPTED and item.client == safer[0].client for item in serious):
            told = told.replace(" checks ", " encrypts by itself and checks ", 1)
        return f"{told}: that is safer{breaks}"
    if doubtful := [item for item in serious if item.kind not in _BETTER]:
        return _told("look before you upgrade: " if _is_upgrade(doubtful[0]) else "look at it: ", doubtful, groups)
    changed = [words for level, words in _HARMLESS.items() if any(item.level is level for item in groups)]
    harmless = f"nothing but {' and '.join(changed)}" if changed else ""
    return "; beside that ".join(filter(None, [_told("", serious, groups) if serious else "", harmless]))


def _is_upgrade(group: Group) -> bool:
    pair = group.client
    return pair.old != pair.new or pair.old_version != pair.new_version


def _told(before: str, chosen: Sequence[Group], everything: Sequence[Group]) -> str:
    """The first of these groups as a sentence; with the client's name where several have changed."""
    first = chosen[0]
    of = list(dict.fromkeys(check for item in chosen if item.client == first.client for check in item.checks))
    words = _sentence(first, of)
    if len({item.client.new for item in everything}) > 1:
        words = (
            words.replace("the client", first.client.new, 1)
            if "the client" in words
            else (f"{first.client.new}: {words}")
        )
    return before + words


def _sentence(group: Group, of: list[str]) -> str:
    if of:
        gone = group.kind.opens
        return f"the client does not check {listed(of)} any more" if gone else f"the client checks {listed(of)} now"
    if group.kind in _IN_A_SCENARIO and group.lead.act == BROKEN:
        return f"{_IN_A_SCENARIO[group.kind]} in {group.lead.scenario}, where nothing is wrong"
    if known := (_WORSE | _BETTER).get(group.kind):
        return known
    was, now = (verdict.endswith("!") for verdict in (group.lead.verdict_before, group.lead.verdict_after))
    if was is now:
        return "the verdict is another one"
    return "the client does what is documented now" if was else "the client does not do what is documented any more"
