"""The document of articles names scenarios and fixes that there are, and counts what the baselines hold."""

import pytest

from tlslab.catalogue import load
from tlslab.model.article import Advice, Sentence
from tlslab.model.evidence import Source
from tlslab.report.articles import articles_in_markdown, seen_of
from tlslab_scenarios._articles import ADVICE, SENTENCES

SCENARIOS = {scenario.id: {fix.name for fix in scenario.fixes} for scenario in load().scenarios}
ARTICLE = Source("Somebody, How to", "https://example.test/")


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.text)
def test_every_sentence_is_played_or_says_why_not(sentence: Sentence) -> None:
    assert set(sentence.scenarios) <= SCENARIOS.keys()
    assert sentence.scenarios or sentence.whose


@pytest.mark.parametrize("advice", ADVICE, ids=lambda advice: f"{advice.cause}: {advice.advice}")
def test_every_advice_is_played_by_fixes_that_there_are_or_says_why_not(advice: Advice) -> None:
    for place in advice.fixes:
        scenario, _, fix = place.partition("/")
        assert fix in SCENARIOS[scenario]
    assert sum(map(bool, (advice.fixes, advice.waits, advice.otherwise))) == 1


def test_what_is_seen_is_counted_over_the_clients_of_the_baselines() -> None:
    def outcome(result: str, text: str, *acts: str) -> dict[str, object]:
        return {"result": result, "text": text.split("\n"), "acts": [f"expired/renew/https: {act}" for act in acts]}

    baselines = [
        {
            "client": "strict",
            "outcomes": [outcome("refused", "it has\nexpired", "broken"), outcome("connected", "", "fixed")],
        },
        {"client": "lax", "outcomes": [outcome("connected", "", "broken", "fixed", "impostor:stranger")]},
    ]
    text = articles_in_markdown(
        [Sentence("has expired", [ARTICLE], ["expired"])],
        [Advice("the date", "renew", [Source('Somebody, How to, section "Dates"', ARTICLE.url)], ["expired/renew"])],
        seen_of(baselines),
    )
    assert "| `has expired` | [Somebody] | `expired` | said by `strict` |" in text
    assert "| the date | renew | [Somebody] (Dates) | `expired/renew` | " in text
    assert "| 1 of 2 refuse, 1 of them connect after it, 1 let an attacker in |\n" in text
    assert text.endswith("\n[Somebody]: https://example.test/\n")


def test_a_status_is_shown_and_its_sentence_not_claimed() -> None:
    outcome = {"result": "refused", "text": ["Error: TrustFailure (no)"], "acts": ["expired/renew/https: broken"]}
    sentence = Sentence("A sentence", [ARTICLE], ["expired"], "Other", "TrustFailure")
    text = articles_in_markdown([sentence], [], seen_of([{"client": "mono", "outcomes": [outcome]}]))
    assert "documented of Other, which is not played here" in text
    assert "`TrustFailure`, is told by `mono`, with another sentence" in text
