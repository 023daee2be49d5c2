"""What the tables rest on: counted by client; each document with the words that it is cited for."""

from tests.clients.acts import CATALOGUE
from tlslab.clients import all_clients
from tlslab.model.evidence import Basis
from tlslab.report.evidence import documents, evidence_in_markdown, lacking, shares

CLIENTS = all_clients()


def test_every_client_has_a_line_and_every_document_too() -> None:
    text = evidence_in_markdown(CATALOGUE, CLIENTS, {})
    for client in CLIENTS:
        assert f"\n| {client.name} | " in text
    for url in documents(CATALOGUE, CLIENTS):
        assert f"]({url}) | not yet | " in text


def test_the_rows_of_a_client_are_counted_by_what_they_rest_on() -> None:
    found = shares(CATALOGUE, CLIENTS)
    for client in CLIENTS:
        table = CATALOGUE.knowledge.table(client.templates, client.rows)
        assert sum(found[client.name].values()) == len(table)
    assert found["curl"][Basis.AUTHORITATIVE] > found["curl"][Basis.OBSERVED]


def test_a_document_that_was_read_says_when_and_how_many_words_were_there() -> None:
    (url, item), *_ = ((url, item) for url, item in documents(CATALOGUE, CLIENTS).items() if len(item.words) > 1)
    word = next(iter(item.words))
    text = evidence_in_markdown(
        CATALOGUE, CLIENTS, {url: {"read": "today", "copy": "there", "lacking": [word, "other"]}}
    )
    assert f"]({url}) | today, there | {len(item.words) - 1} of {len(item.words)} |" in text


def test_words_are_found_over_the_ends_of_strings_and_between_the_words_of_others() -> None:
    source = 'failf(data, "SSL: no alternative certificate subject name matches "\n   "target %s");'
    assert lacking(["no alternative certificate subject name matches target"], source) == ()
    assert lacking(["curl: (60) alternative certificate subject name matches"], source) == ()
    assert lacking(["unable to obtain common name"], source) == ("unable to obtain common name",)
