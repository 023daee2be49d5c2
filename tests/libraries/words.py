"""What a text that somebody pasted means in one library's table: the most specific text decides."""

import re

from tlslab import catalogue
from tlslab.model.evidence import fold, pattern_of
from tlslab.model.library import Any, Prints, Says

LIBRARIES = catalogue.load().knowledge.libraries
VALUES = {"host": "localhost", "name": "shop.example.com", "certificate": "shop.example.com"}
ANYTHING = frozenset({"anything"})
"""The meaning of a text that is said whatever is wrong."""

Meanings = set[frozenset[str]]


def meanings(library: str, text: str) -> Meanings:
    """The sets of conditions of which this library says the longest of its texts, or its codes, that are in the "
    "text."""
    folded = fold(text).casefold()
    found: dict[int, Meanings] = {}
    for row in LIBRARIES[library].rows:
        if isinstance(row, Says) and isinstance(row.does, Prints) and (length := _shown(row.does, folded)):
            about = ANYTHING if isinstance(row.of, Any) else frozenset(map(str, row.of))
            found.setdefault(length, set()).add(about)
    return found[max(found)] if found else set()


def of(*conditions: str) -> Meanings:
    """Each of these conditions alone."""
    return {frozenset({condition}) for condition in conditions}


def known_to(text: str) -> set[str]:
    """The libraries that know a text."""
    return {name for name in LIBRARIES if meanings(name, text)}


def _shown(does: Prints, folded: str) -> int:
    """How many letters of what is printed stand in a text; none when a part is not there."""
    if does.text and not pattern_of(does.text.casefold(), VALUES).within(folded):
        return 0
    if does.code and not re.search(rf"(?<![\w-]){re.escape(does.code.casefold())}(?!\w)", folded):
        return 0
    return len(does.text + does.code)
