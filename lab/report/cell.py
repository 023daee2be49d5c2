"""One cell in full: the four acts with both sides' words, the chain as presented, and the documentation
that it was held against."""

import re
from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase

from rich.console import Console
from rich.text import Text

from tlslab.model.act import AFTER, BEFORE, BROKEN, BYSTANDER, CONTROL, FIXED, IMPOSTOR
from tlslab.model.record import (
    AttemptEntry,
    CellEntry,
    CertificateEntry,
    FixEntry,
    JudgementEntry,
    Record,
    ServerEntry,
    narrow,
)
from tlslab.report.fix_changes import certificate_facts, fix_changes
from tlslab.report.marks import Marked, mark_broken, mark_fix, mark_others
from tlslab.report.printable import in_line, printable
from tlslab.report.text import gaps, hang, plural, quoted, version_line
from tlslab.report.trust_procedures import show_trust_procedure

ACTS = {
    CONTROL: "the healthy situation must connect",
    BROKEN: "the failure",
    FIXED: "the failure with the fix applied",
    f"{BYSTANDER}{BEFORE}": "before the fix, another good host, whose root stands in the client's default store alone",
    f"{BYSTANDER}{AFTER}": "after the fix, the same host; its root stands in no file that the fix writes",
}
BASES = {
    "authoritative": "documented by the vendor or project",
    "reported": "posted by people",
    "observed": "observed by this lab only: a baseline, not documentation",
}
INDENT = "    "


def show_cell(
    record: Record, cell: CellEntry, console: Console, *, with_trace: bool = False, folded: bool = False
) -> None:
    """Print everything that the record knows about a cell. `with_trace`: also the client's diagnostic trace in full.
    `folded`: of each certificate one line.
    """
    _head(record, cell, console)
    known = {entry.id: entry for entry in record.attempts}
    servers = {entry.id: entry for entry in record.servers}
    if BROKEN in cell.acts and FIXED in cell.acts:
        _fix(known[cell.acts[BROKEN]], known[cell.acts[FIXED]], servers, console)
    _verdict(cell, console)
    shown: dict[str, str] = {}
    seen: dict[str, str] = {}
    for number, (act, identity) in zip(_numbers(cell), cell.acts.items(), strict=True):
        console.print()
        hang(console, f"{number} {act.replace(':', ' ')}  ", Text(_act_meaning(record, act), "not bold"), "bold")
        if identity in shown:
            words = f"the same attempt as in the act {shown[identity]}: equal situations are attempted once"
            hang(console, "  ", Text(words), "dim")
            continue
        attempt = known[identity]
        server = servers[attempt.server]
        if attempt.visited is not None:
            _visit(servers[attempt.visited], console)
        _attempt(attempt, console, with_trace)
        _server(server, console, seen.get(server.id, ""), folded)
        shown[identity] = act
        seen.setdefault(server.id, act)
    for procedure in record.trust_procedures:
        for item in procedure.shown:
            if item.cell == cell.id:
                console.print()
                show_trust_procedure(record, procedure, item, console)
    console.print()


def select(record: Record, cells: Iterable[CellEntry]) -> Record:
    """The same record with these cells alone, and of everything else what they refer to."""
    cells = list(cells)
    ids = {cell.id for cell in cells}
    trust_procedures = [narrowed for entry in record.trust_procedures if (narrowed := narrow(entry, ids)).shown]
    attempts = {identity for cell in cells for identity in cell.acts.values()}
    attempts |= {identity for entry in trust_procedures for item in entry.shown for identity in item.acts.values()}
    kept = [entry for entry in record.attempts if entry.id in attempts]
    servers = {server for entry in kept for server in (entry.server, entry.visited)}
    acts = {act for cell in cells for act in cell.acts}
    return record.model_copy(
        update={
            "cells": cells,
            "attempts": kept,
            "servers": [entry for entry in record.servers if entry.id in servers],
            "clients": [entry for entry in record.clients if any(cell.client == entry.name for cell in cells)],
            "scenarios": [entry for entry in record.scenarios if any(cell.scenario == entry.id for cell in cells)],
            "impostors": [entry for entry in record.impostors if IMPOSTOR + entry.id in acts],
            "trust_procedures": trust_procedures,
        }
    )


def _head(record: Record, cell: CellEntry, console: Console) -> None:
    scenario = next((entry for entry in record.scenarios if entry.id == cell.scenario), None)
    fix = next((entry for entry in scenario.fixes if entry.name == cell.fix), None) if scenario else None
    client = next((entry for entry in record.clients if entry.name == cell.client), None)
    console.print(Text(in_line(cell.id), "bold underline"), soft_wrap=True)
    if scenario:
        hang(console, "  failure  ", Text(scenario.title), "dim")
    if fix:
        summary = fix.summary.partition("\n\n")[0].replace("\n", " ")
        hang(console, "  fix      ", Text(f"{summary} (on the {fix.side}; {_claim(fix)})"), "dim")
    if client:
        version = (
            f"{client.missing} is missing. Get it: {client.how_to_get}"
            if client.missing
            else version_line(client.version, client.tls_library)
        )
        hang(console, "  client   ", Text(f"{client.title}: {version}"), "dim")


def _claim(fix: FixEntry) -> str:
    return f"documented as a {fix.claim}" if fix.clears else "documented not to clear the error"


def _fix(before: AttemptEntry, after: AttemptEntry, servers: Mapping[str, ServerEntry], console: Console) -> None:
    console.print()
    hang(console, "what the fix changes  ", Text("between the acts broken and fixed", "not bold"), "bold")
    changes = list(fix_changes(before, after, servers))
    if not changes:
        hang(console, INDENT, Text("nothing that the record knows of", "dim"))
    for where, gone, come in changes:
        hang(console, "  ", Text(where, "dim"))
        for sign, words, style in (("-", gone, "red"), ("+", come, "green")):
            for word in words:
                hang(console, f"{INDENT}{sign} ", Text(printable(word), style))


def _verdict(cell: CellEntry, console: Console) -> None:
    console.print()
    if cell.status != "played":
        _judgement("not played", mark_broken(cell), cell.status, cell.broken_judgement, console)
        return
    _judgement("failure", mark_broken(cell), cell.broken, cell.broken_judgement, console)
    if cell.fix_verdict:
        _judgement("fix", mark_fix(cell), cell.fix_verdict, cell.fix_judgement, console)
        for label, checks in (("checks:   ", cell.still_checks), ("lost:     ", cell.checks_gone)):
            if checks:
                hang(console, f"{INDENT}{label}", Text(", ".join(checks)), "dim")
        for impostor, why in cell.left_out.items():
            hang(console, f"{INDENT}left out: ", Text(printable(f"the impostor {impostor}: {why}")), "dim")
    if cell.others:
        _judgement("other hosts", mark_others(cell), cell.others, cell.others_judgement, console)
    elif cell.others_judgement.why:
        hang(console, "other hosts: ", Text(printable(cell.others_judgement.why)), "bold")


def _judgement(of: str, marked: Marked, verdict: str, judgement: JudgementEntry, console: Console) -> None:
    opinion = "as expected" if judgement.as_expected else "NOT as expected"
    if verdict == "lab-error":
        opinion = "which says nothing about the client"
    signs = marked.signs(console.options.ascii_only)
    console.print(
        Text.assemble((f"{of}: ", "bold"), (f"{signs} {verdict}", marked.style), f", {opinion}"),
        highlight=False,
    )
    hang(console, INDENT, Text(printable(gaps(judgement.why, ascii_only=console.options.ascii_only))))
    if judgement.basis:
        hang(console, f"{INDENT}basis:    ", Text(f"{judgement.basis} ({BASES[judgement.basis]})"), "dim")
    if judgement.also:
        also = f"the same words are documented for: {', '.join(judgement.also)}"
        hang(console, f"{INDENT}also:     ", Text(printable(also)), "dim")
    for source in judgement.sources:
        hang(console, f"{INDENT}source:   ", Text(source.title), "dim")
        if source.url:
            console.print(Text(f"{INDENT}          {in_line(source.url)}", "cyan"), soft_wrap=True, highlight=False)


def _numbers(cell: CellEntry) -> Iterator[str]:
    """1, 2, 3 and 4 for the four acts; 4a, 4b where several impostors play the fourth; 5a, 5b for the visits to a
    bystander.
    """
    impostors = [act for act in cell.acts if act.startswith(IMPOSTOR)]
    visits = [act for act in cell.acts if act.startswith(BYSTANDER)]
    for number, act in enumerate(cell.acts, start=1):
        if act in impostors:
            yield f"4{ascii_lowercase[impostors.index(act)]}" if len(impostors) > 1 else "4"
        elif act in visits:
            yield f"5{ascii_lowercase[visits.index(act)]}"
        else:
            yield str(number)


def _act_meaning(record: Record, act: str) -> str:
    if not act.startswith(IMPOSTOR):
        return ACTS.get(act, "")
    lesson = next((entry.lesson for entry in record.impostors if IMPOSTOR + entry.id == act), "")
    first = re.split(r"(?<=\.)\s", " ".join(lesson.split()), maxsplit=1)[0]
    return first or "after the fix, an attacker with the same name and address and a certificate of its own"


def _visit(server: ServerEntry, console: Console) -> None:
    presented = "; ".join(map(_in_short, server.presented)) or "nothing"
    words = f"with the same home, when the server presented {presented}"
    hang(console, "  visited before  ", Text(printable(words)), "dim")


def _attempt(attempt: AttemptEntry, console: Console, with_trace: bool) -> None:
    facts: list[str] = [attempt.result]
    if attempt.encrypted is not None:
        facts.append("encrypted" if attempt.encrypted else "NOT encrypted")
    facts += [in_line(attempt.tls_version)] if attempt.tls_version else []
    facts += [f"code {in_line(attempt.code)}"] if attempt.code else []
    if status := attempt.exit_status:
        # 0 says no more than the result: programs of the lab that are run as clients end so when they are refused, too.
        facts.append(f"ended by signal {-status}" if status < 0 else f"exit status {status}")
    facts.append(f"{attempt.seconds:.2f} s")
    style = {"connected": "green", "refused": "yellow"}.get(attempt.result, "red")
    console.print(Text.assemble(("  result  ", "dim"), (facts[0], style), ", " + ", ".join(facts[1:])), highlight=False)
    _words("client side", "\n".join(attempt.options), console, "no options")
    for depth, certificate in enumerate(attempt.own):
        hang(console, f"  its own certificate {depth}  ", Text(printable(_in_short(certificate))), "dim")
    _words("client says", attempt.text, console, "nothing")
    _words("server says", "\n".join(attempt.server_log), console, "nothing")
    lines = attempt.trace.splitlines()
    if lines and with_trace:
        _words("client's trace", attempt.trace, console, "")
    elif lines:
        console.print(
            Text(f"  client's trace: {plural(len(lines), 'line')} (--trace shows it)", "dim"), highlight=False
        )
    defects = ", ".join(attempt.audit) or "nothing"
    hang(console, "  the self-check found wrong: ", Text(defects), "dim")


def _words(who: str, text: str, console: Console, none: str) -> None:
    if not text.strip():
        console.print(Text(f"  {who}: {none}", "dim"), highlight=False)
        return
    console.print(Text(f"  {who}", "dim"), highlight=False)
    quoted(console, INDENT, text)


def _server(server: ServerEntry, console: Console, shown_in: str, folded: bool) -> None:
    who = server.implementation if server.real else f"{server.implementation} (a stand-in)"
    if shown_in:
        hang(console, "  server  ", Text(f"{who}, the same server and chain as in the act {shown_in}"), "dim")
        return
    hang(console, "  server  ", Text("; ".join([who, *server.settings])), "dim")
    if not server.presented:
        console.print(Text("  presents no certificate", "dim"), highlight=False)
        _words("the server said when it started", "\n".join(server.log), console, "nothing")
    for depth, certificate in enumerate(server.presented):
        if folded:
            hang(console, f"  certificate {depth}  ", Text(printable(_in_short(certificate))), "dim")
            continue
        console.print(Text(f"  certificate {depth} as presented", "dim"), highlight=False)
        for label, value in certificate_facts(certificate):
            hang(console, f"{INDENT}{label:<10}", Text(printable(value)), "dim")


def _in_short(certificate: CertificateEntry) -> str:
    names = f" (names: {', '.join(certificate.names)})" if certificate.names else ""
    days = " to ".join(moment.partition("T")[0] for moment in (certificate.not_before, certificate.not_after))
    return f"{certificate.subject}{names}, issued by {certificate.issuer}, valid {days}"
