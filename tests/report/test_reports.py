"""The document of public reports names scenarios that there are, and counts what the baselines hold."""

import pytest

from tlslab.catalogue import load
from tlslab.model.evidence import Report
from tlslab.report.reports import broken_of, reports_in_markdown
from tlslab_scenarios._reports import REPORTS

SCENARIOS = {scenario.id for scenario in load().scenarios}


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: f"{report.issue}: {report.what}")
def test_every_report_is_played_by_scenarios_that_there_are_or_says_what_it_waits_for(report: Report) -> None:
    assert set(report.scenarios) <= SCENARIOS
    assert bool(report.scenarios) is not bool(report.waits)
    assert report.url.startswith("https://github.com/")


def test_what_is_seen_is_counted_over_the_clients_of_the_baselines() -> None:
    refused = {"result": "refused", "acts": ["ip-san/connect-by-name/https: broken", "x/y/https: control"]}
    connected = {"result": "connected", "acts": ["ip-san/connect-by-name/https: broken"]}
    baselines = [
        {"client": "example", "outcomes": [refused]},
        {"client": "other", "outcomes": [connected]},
        {"client": "third", "outcomes": [refused]},
    ]
    report = Report("owner/name#1", "what happened", ["ip-san"])
    text = reports_in_markdown([report], broken_of(baselines))
    assert "| [owner/name#1](https://github.com/owner/name/issues/1) | what happened | `ip-san` |" in text
    assert text.endswith("| 2 refuse; connect: other |\n")
