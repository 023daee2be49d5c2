"""What was not played, and why: what a client or the stage cannot, and the clients that are not here."""

from rich.console import Console
from rich.text import Text

from tlslab.model.record import CellEntry, Record
from tlslab.report.fold import columns
from tlslab.report.printable import printable
from tlslab.report.text import command_line, hang, plural


def show_excluded(record: Record, console: Console, all_of_them: str) -> None:
    """Print how many cells a client or the stage cannot play, and why. `all_of_them`: the command that tells the
    reasons that are always the same, those of the clients ("": tell them here).
    """
    reasons: dict[str, list[CellEntry]] = {}
    for cell in record.cells:
        if cell.status == "excluded":
            reasons.setdefault(_reason(cell), []).append(cell)
    if not reasons:
        return
    ordered = sorted(reasons.items(), key=lambda item: -len(item[1]))
    always = {why for why, cells in ordered if all_of_them and all(_reason(cell) != _why(cell) for cell in cells)}
    told = [(why, cells) for why, cells in ordered if why not in always]
    total = plural(sum(map(len, reasons.values())), "cell")
    if always:
        count = sum(len(reasons[why]) for why in always)
        which = f"{count} of them" if told else "all"
        words = f"{total} cannot be played, {which} because the client has no way to say it ("
        hang(console, "", Text(f"{words}{plural(len(always), 'reason')}):", "bold"))
        command_line(console, all_of_them)
    else:
        console.print(Text(f"{total} cannot be played", "bold"))
    digits = max(len(str(len(cells))) for cells in reasons.values())
    for why, cells in told:
        who = _placed(record, columns(cells))
        hang(console, f"  {len(cells):>{digits}}  ", Text(f"{who}: {printable(why)}"))
    console.print()


def _reason(cell: CellEntry) -> str:
    """The reason without the beginning that names the client and the act
    (`tlslab.matrix.plan.why_impossible`), so that clients can share it."""
    why = _why(cell)
    if why.startswith(f"{cell.client} cannot express "):
        return why.partition(": ")[2] or why
    return why


def _why(cell: CellEntry) -> str:
    return cell.broken_judgement.why


def show_missing(record: Record, console: Console) -> None:
    """Print the clients that are not here, what each lacks, and what brings it."""
    missing = [entry for entry in record.clients if entry.missing]
    if not missing:
        return
    console.print(Text(f"{plural(len(missing), 'client')} not here", "bold"))
    lacking: dict[str, list[str]] = {}
    ways: dict[str, list[str]] = {}
    for entry in missing:
        lacking.setdefault(entry.missing, []).append(entry.name)
        ways.setdefault(entry.how_to_get, []).append(entry.name)
    for what, names in lacking.items():
        hang(console, "  ", Text(f"{_together(record, names)}: {printable(what)} is missing"))
    for way, names in ways.items():
        whom = "it" if len(missing) == 1 else "them" if len(ways) == 1 else _together(record, names)
        label = f"this brings {whom}"
        hang(console, "  ", Text(f"{label}:"))
        command_line(console, way)
    console.print()


def distribution_of(client: str) -> str:
    """Where a client runs, from its name: `trixie` of `curl:trixie`, "" of `curl`."""
    return client.partition(":")[2]


def _placed(record: Record, names: list[str]) -> str:
    """These clients in words; where each is in the same distributions, those are named once."""
    distributions: dict[str, set[str]] = {}
    for name in names:
        distributions.setdefault(name.partition(":")[0], set()).add(distribution_of(name))
    alike, *others = distributions.values()
    if len(alike) == 1 or any(other != alike for other in others):
        return ", ".join(names)
    everywhere = {distribution_of(entry.name) for entry in record.clients} <= alike
    where = (
        "in every distribution"
        if everywhere
        else f"on {', '.join(sorted(distribution or 'this machine' for distribution in alike))}"
    )
    return f"{', '.join(distributions)} {where}"


def _together(record: Record, names: list[str]) -> str:
    """These clients in words; all of a distribution by its name."""
    distributions = {distribution_of(name) for name in names}
    everybody = {entry.name for entry in record.clients if distribution_of(entry.name) in distributions}
    if "" in distributions or everybody != set(names) or len(names) == len(distributions):
        return ", ".join(names)
    return f"every client of {' and '.join(sorted(distributions))}"
