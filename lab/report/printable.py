"""The edge between foreign texts and terminals, pages and test reports. The record keeps the texts verbatim."""

_IGNORABLE = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, *range(0xFE00, 0xFE10), 0xFFA0))
) | frozenset(map(chr, range(0xE0100, 0xE01F0)))
"""Invisible letters and marks (Unicode, DerivedCoreProperties.txt, Default_Ignorable_Code_Point); `isprintable`
takes them for printable.
"""


def printable(text: str) -> str:
    """The text with every character made visible that has no form: controls, changes of direction, what has no width,
    separators of lines. Foreign text must not drive the terminal, nor look like other words. Line breaks and tabs
    stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if has_form(char) else char.encode("unicode_escape").decode() for char in text)


def in_line(text: str) -> str:
    """The same on one line, for names and addresses: none may look like a line of the report's own."""
    return printable(text).replace("\n", r"\n").replace("\t", r"\t")


def has_form(char: str) -> bool:
    """Whether a character is seen, or is a line break or a tab."""
    return char in "\n\t" or (char.isprintable() and char not in _IGNORABLE)
