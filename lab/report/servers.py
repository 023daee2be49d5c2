"""The kinds of server in words: a stand-in for SQL Server is never called SQL Server."""

from collections.abc import Iterator

from tlslab.model.record import Record

TITLES = {"https": "HTTPS", "sqlserver": "SQL Server"}
STAND_INS = {"https": "HTTPS endpoint", "sqlserver": "TDS endpoint"}
"""Names of servers where no real one played: a stand-in for SQL Server is never called SQL Server."""


def stand_ins(record: Record) -> Iterator[tuple[str, ...]]:
    """One sentence for each implementation that stands in for a real server, in phrases: no name is parted."""
    played = {entry.kind: entry.implementation for entry in record.servers if not entry.real}
    for kind, implementation in played.items():
        real = {"https": "a real nginx", "sqlserver": "SQL Server"}[kind]
        of_kind = [entry.real for entry in record.servers if entry.kind == kind]
        if any(of_kind):
            number = f"{of_kind.count(False)} of {len(of_kind)} {TITLES[kind]} servers"
            are = "are" if of_kind.count(False) > 1 else "is"
            yield f"{number} {are} played by", f"{implementation},", f"not by {real}, which cannot be set up so."
        else:
            yield f"{TITLES[kind]} is played by", f"{implementation},", f"not by {real}."


def server_title(record: Record, kind: str) -> str:
    """What played this kind of server in this record: the real one, where it did at all."""
    of_kind = [entry.real for entry in record.servers if entry.kind == kind]
    return STAND_INS[kind] if of_kind and not any(of_kind) else TITLES[kind]


def section_title(record: Record, kind: str) -> str:
    """What played it, with the word `stand-in` where it is one."""
    title = server_title(record, kind)
    return title if title == TITLES[kind] else f"{title} (stand-in)"
