"""The document of public reports: the scenario that plays each, and what is seen of it, from the baselines."""

from collections.abc import Iterable, Mapping, Sequence

from tlslab.model.act import BROKEN
from tlslab.model.evidence import Report

HEAD = """\
# Public reports, and the scenarios that play them

What people reported of this kind of failure, and what the clients of this project do in it. The column *seen* is of the
committed baselines (`baselines/`): how many clients refuse, and which connect all the same. What waits is named with
what has to come first. This page is made by `./tlslab refresh`.

| report | what happened | scenario | seen |
|---|---|---|---|
"""
Broken = Mapping[str, Mapping[str, str]]
"""Of each scenario what each client did in its broken act: `refused`, `connected` ..."""


def broken_of(baselines: Iterable[Mapping[str, object]]) -> Broken:
    """What the clients of these baselines did."""
    found: dict[str, dict[str, str]] = {}
    for baseline in baselines:
        outcomes = baseline["outcomes"]
        assert isinstance(outcomes, list)
        for outcome in outcomes:
            for place in outcome["acts"]:
                cell, _, act = place.rpartition(": ")
                if act == BROKEN:
                    scenario = cell.partition("/")[0]
                    found.setdefault(scenario, {})[str(baseline["client"])] = str(outcome["result"])
    return found


def reports_in_markdown(reports: Sequence[Report], seen: Broken) -> str:
    """The whole document."""
    return HEAD + "".join(
        f"| [{item.issue}]({item.url}) | {item.what} | {_scenarios(item)} | {_seen(item, seen)} |\n" for item in reports
    )


def _scenarios(report: Report) -> str:
    return ", ".join(f"`{name}`" for name in report.scenarios) or f"waits for: {report.waits}"


def _seen(report: Report, seen: Broken) -> str:
    done = {client: result for name in report.scenarios for client, result in seen.get(name, {}).items()}
    connected = sorted(client for client, result in done.items() if result == "connected")
    words = [f"{len(done) - len(connected)} refuse"] if done else []
    return "; ".join(words + ([f"connect: {', '.join(connected)}"] if connected else []))
