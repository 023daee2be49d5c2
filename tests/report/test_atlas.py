"""The atlas and the findings: made of what releases did, and never saying something else."""

from pathlib import Path

import pytest

from tlslab.commands import refresh
from tlslab.report.atlas import atlas_in_markdown
from tlslab.report.findings_page import contradictions, findings_in_markdown
from tlslab.report.known_findings import FOUND, Expected, Found, Harm, Shown
from tlslab.report.observed import Did, Release, of_baselines, of_measurement

CHECKOUT = Path(__file__).parents[2]
BASELINE = {
    "client": "tiny@1.2",
    "tls_library": "TinyTLS",
    "cells": {"expired/renew/sqlserver": "as-documented, cure", "expired/renew/https": "as-documented, cure"},
    "outcomes": [
        {"result": "refused", "text": ["the date", "is over"], "acts": ["expired/renew/sqlserver: broken"]},
        {"result": "timeout", "text": [], "acts": ["sha1-signature.server/x/sqlserver: broken"]},
        {
            "result": "connected",
            "text": ["TRUE"],
            "acts": [
                "expired/renew/https: broken",
                "expired/renew/sqlserver: fixed",
                "untrusted-ca.forced/install-ca/sqlserver: broken",
                "name-mismatch/expect-certificate-name/sqlserver: fixed",
            ],
        },
    ],
}
MEASUREMENT = {
    "releases": ["System.Data.SqlClient 4.6.0", "Microsoft.Data.SqlClient 5.1.9"],
    "texts": ["refused", "Keyword not supported"],
    "outcomes": [
        {"connected": True},
        {"chain": [["SqlException", 0]]},
        {"hangs": True},
        {"chain": [["System.ArgumentException", 1]]},
    ],
    "attempts": {
        "M:expired": {"outcomes": [1, 1]},
        "M:good": {"outcomes": [0, 0]},
        "M:old.fin": {"outcomes": [2, None]},
        "default:untrusted": {"outcomes": [0, 1]},
        "default:wrongname": {"outcomes": [0, 1]},
        "kw:hnic": {"outcomes": [3, 0]},
        "hnic=nope:good": {"outcomes": [3, 0]},
        "pin:untrusted=own": {"outcomes": [3, 1]},
        "pin:good=other": {"outcomes": [3, 0]},
    },
}
(PLAYED,) = of_baselines([BASELINE])
OLDER, NEWER = of_measurement(MEASUREMENT)


def test_of_a_baseline_the_broken_acts_at_sql_server_answer() -> None:
    assert (PLAYED.client, PLAYED.version, PLAYED.tls_library) == ("tiny", "1.2", "TinyTLS")
    assert PLAYED.did["expired"] == Did(False, "the date is over")
    assert PLAYED.did["server demands encryption"].connected
    assert PLAYED.did["sha1-signature.server"].hung
    assert PLAYED.other_name == "yes"


def test_a_client_of_https_alone_is_not_there() -> None:
    assert of_baselines([{**BASELINE, "cells": {"expired/renew/https": "as-documented, cure"}}]) == []


def test_of_the_measurement_each_release_answers_what_it_was_asked() -> None:
    assert (OLDER.client, NEWER.client) == ("sqlclient", "microsoft-data-sqlclient")
    assert OLDER.did["M:old.fin"].hung
    assert "M:old.fin" not in NEWER.did
    assert NEWER.did["expired"] == Did(False, "SqlException: refused")
    assert (OLDER.other_name, NEWER.other_name) == ("", "adds")


def test_the_atlas_tells_who_verifies_nothing_and_who_ignores_a_pin() -> None:
    page = atlas_in_markdown([PLAYED, OLDER, NEWER], {})
    assert "| `tiny` 1.2 | TinyTLS |  |  | **no** |  | `./tlslab run --client tiny@1.2` |" in page
    assert "| `microsoft-data-sqlclient` 5.1.9† | refused | **ignored** | connects |" in page
    assert "| `sqlclient` 4.6.0† | no option | no option | connects |" in page
    assert "| expired | `the date is over` | 1.2 |" in page


def test_a_finding_that_the_data_contradicts_is_named() -> None:
    shown = Shown("tiny", ("1.2",), "expired", Expected.CONNECTS)
    found = Found(Harm.LETS_IN, "tiny 1.2", "takes what has expired", "1.2", "nobody", "take 1.3", "", (shown,))
    assert contradictions([found], [PLAYED]) == ["tiny 1.2: tiny 1.2 at `expired` should be: connects"]
    assert contradictions([found], [Release("tiny", "1.3", "", {})]) == []


def test_a_finding_without_a_source_is_called_observed() -> None:
    page = findings_in_markdown([item for item in FOUND if not item.source], [])
    assert page.count("- **Evidence:** observed.") == sum(not item.source for item in FOUND)


def test_the_worst_comes_first() -> None:
    order = list(Harm)
    assert [order.index(item.harm) for item in FOUND] == sorted(order.index(item.harm) for item in FOUND)


def test_what_has_no_data_to_show_it_has_a_source_or_is_called_observed() -> None:
    assert all(item.source.startswith("https://") for item in FOUND if item.source)


@pytest.mark.parametrize("derived", list(refresh.of_releases(CHECKOUT)), ids=lambda item: str(item.path))
def test_the_committed_pages_are_what_the_committed_data_says(derived: refresh.Derived) -> None:
    assert derived.is_current(CHECKOUT), "bring it up to date: ./tlslab refresh"


def test_readmes_table_says_who_verifies_without_an_option() -> None:
    head = "| SQL Server client | encrypts | chain | name | dates |\n|---|---|---|---|---|\n"
    readme = f"{head}| `a` | always | yes | yes | yes |\n| `b` | never | no | no | no |\n\n"
    assert refresh.defaults_of(readme) == {"a": "yes", "b": "**no** (encrypts never)"}
