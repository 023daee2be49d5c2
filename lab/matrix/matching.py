"""Matching: which rows of a client's table a printed text shows. Pure, and linear in the text."""

import re
from collections.abc import Iterable, Mapping

from tlslab.model.evidence import shows
from tlslab.model.knowledge import Statement
from tlslab.model.library import Prints
from tlslab.model.names import in_url
from tlslab.model.outcome import Outcome
from tlslab.model.situation import Situation


def shown_statements(table: Iterable[Statement], outcome: Outcome, situation: Situation) -> tuple[Statement, ...]:
    """The rows that decide: of all that match what the client printed, those with most literal characters.

    Raises KeyError for a placeholder that has no value.
    """
    values = pattern_values(situation)
    best, found = 0, list[Statement]()
    for item in table:
        if isinstance(item.does, Prints) and matches(item.does, outcome, values):
            length = literal_length(item.does, values)
            if length > best:
                best, found = length, []
            if length == best:
                found.append(item)
    return tuple(found)


def matches(does: Prints, outcome: Outcome, values: Mapping[str, str]) -> bool:
    """Whether an outcome shows this text, code and trace; what a row leaves empty is not looked at.

    Raises KeyError for a placeholder that has no value.
    """
    return (
        (not does.code or does.code == outcome.code)
        and (not does.text or shows(outcome.text, does.text, values))
        and (not does.trace or shows(outcome.trace, does.trace, values))
    )


def literal_length(does: Prints, values: Mapping[str, str]) -> int:
    """The characters of text, code and trace that are literal."""
    pattern = with_values(does.text + does.trace, values).replace("{*}", "")
    return len(pattern) + len(does.code)


_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


def with_values(pattern: str, values: Mapping[str, str]) -> str:
    """A pattern with what its names stand for; `{*}`, which stands for any words, stays."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], pattern)


def with_names(pattern: str, situation: Situation) -> str:
    """A documented text with the names of this situation."""
    return with_values(pattern, pattern_values(situation))


def pattern_values(situation: Situation) -> dict[str, str]:
    """What the placeholders of documented texts stand for in this situation."""
    chain, client = situation.met.server.chain, situation.arrival.client
    return {
        "host": client.connect_to,
        "urlhost": in_url(client.connect_to),
        "name": client.reference_identifier,
        "certificate": chain.leaf.common_name if chain else "SSL_Self_Signed_Fallback",
    }
