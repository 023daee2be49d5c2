"""The page of findings, docs/findings.md: what is wrong in real clients, and how to protect oneself."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from tlslab.report.known_findings import Expected, Found, Shown
from tlslab.report.observed import MEASURED, Did, Release

HEAD = f"""\
# Findings: what is wrong in real clients of SQL Server

What the lab found, the worst first, with the releases and a way to protect oneself. This page is made by
`./tlslab refresh`; what it says of releases is held against the baselines and against a measurement of SqlClient
(2026-11-30; {MEASURED}). *Shown by* names the answers of the [atlas](atlas.md)'s data that show it.
"""


def findings_in_markdown(found: Sequence[Found], releases: Sequence[Release]) -> str:
    """The whole page."""
    lines = [HEAD]
    for harm, of_harm in groupby(found, lambda item: item.harm):
        lines += [f"## {harm}\n"]
        for item in of_harm:
            source = f"[source]({item.source})" if item.source else "observed"
            lines += [
                f"### {item.who}\n",
                f"{item.what[0].upper()}{item.what[1:]}.\n",
                f"- **Since, until:** {item.since}.",
                f"- **Who brings it:** {item.brought_by}.",
                f"- **Protect yourself:** {item.protect}.",
                f"- **Evidence:** {source}.",
                f"- **Shown by:** {_shown(item, releases)}.\n",
            ]
    return "\n".join(lines)


def _shown(found: Found, releases: Sequence[Release]) -> str:
    asked = [shown for shown in found.shown if any(_answers(shown, releases))]
    if not asked:
        return "measured by hand, not replayed here" if not found.source else "the source"
    return "; ".join(
        f"{shown.client} {', '.join(shown.versions) or 'pinned'}, `{shown.question}`: {shown.expected}"
        for shown in asked
    )


def contradictions(found: Iterable[Found], releases: Sequence[Release]) -> list[str]:
    """Where a finding says something else than the data, a sentence each."""
    return [
        f"{item.who}: {release.client} {release.version} at `{shown.question}` should be: {shown.expected}"
        for item in found
        for shown in item.shown
        for release, done in _answers(shown, releases)
        if _came_out(done) is not shown.expected
    ]


def _answers(shown: Shown, releases: Sequence[Release]) -> list[tuple[Release, Did]]:
    """What the releases that are meant did, of those that the data has."""
    wanted = shown.versions or ("",)
    return [
        (release, release.did[shown.question])
        for release in releases
        if release.client == shown.client and release.version in wanted and shown.question in release.did
    ]


def _came_out(done: Did) -> Expected:
    return Expected.HANGS if done.hung else Expected.CONNECTS if done.connected else Expected.REFUSES
