"""The fault: what a client does wrong in a cell, in a sentence, from the data of the record. Pure.

A connection that nothing documents is told by the check that must have refused it. Which check that is follows from
what the self-check found wrong with the server, so the scenarios and impostors of the future are told, too.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tlslab.model.conditions import (
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_VERSION,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.record import AttemptEntry, CellEntry, CertificateEntry, ServerEntry

_LETS_IN = {"bypass", "partial-bypass"}
_SPEAKS = ("says ", "crashes", "connects", "gives ", "fails")
"""The beginnings of a judge's sentence whose subject, left out, is the client."""


_JUDGED = (
    "broken-promise",
    "bypass",
    "partial-bypass",
    "unexpected-connection",
    "never-connects",
    "unproven",
    "not-cleared",
    "no-answer",
    "other-error",
    "cure",
)
"""The verdicts, the most serious first."""
UNNOTICED = 10
"""The rank of a defect that no known check finds; behind it come the verdicts."""
LEAST = 99


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. Two faults with one `cause` are the same fault in two cells. `reason`: it in few words,
    for a list; `words`: the whole sentence. `unchecked`: what the client does not check, where it is that. `rank`: 0
    for the most serious.
    """

    cause: str
    reason: str
    words: str
    unchecked: tuple[str, ...] = ()
    rank: int = LEAST


@dataclass(frozen=True, slots=True)
class _Check:
    """A check that a client makes: of what, the defects that it finds, and what a server with one of them is, in words
    behind "it connected to a server".
    """

    of: str
    defects: frozenset[str]
    accepted: Callable[[CertificateEntry | None, str], str]


def _issuer(certificate: CertificateEntry | None, defect: str) -> str:
    if certificate is None or defect == SELF_SIGNED.name:
        return "whose certificate is self-signed"
    return f"whose certificate comes from {_common_name(certificate.issuer)}, which it does not trust"


def _names(certificate: CertificateEntry | None, _: str) -> str:
    if certificate is None or not certificate.names:
        return "whose certificate carries no name that it expects"
    return f"whose certificate is for {' and '.join(certificate.names[:2])}"


def _dates(_: CertificateEntry | None, defect: str) -> str:
    found = "has expired" if defect == EXPIRED.name else "is not valid yet"
    return f"whose certificate, by the client's clock, {found}"


def _signature(certificate: CertificateEntry | None, _: str) -> str:
    return f"whose certificate is signed with {certificate.signature_algorithm if certificate else 'SHA-1'}"


_CHECKS = (
    _Check("chain", frozenset({UNTRUSTED.name, SELF_SIGNED.name}), _issuer),
    _Check("host name", frozenset({NAME_MISMATCH.name}), _names),
    _Check("dates", frozenset({EXPIRED.name, NOT_YET_VALID.name}), _dates),
    _Check(
        "extended key usage",
        frozenset({NOT_FOR_SERVERS.name}),
        lambda *_: "whose certificate is not for servers",
    ),
    _Check("signature algorithm", frozenset({WEAK_SIGNATURE.name}), _signature),
    _Check("TLS version", frozenset({NO_COMMON_VERSION.name}), lambda *_: "with which it has no version in common"),
)
"""The most serious first."""
CHAIN = _CHECKS[0]
ALL_CHECKS = tuple(check.of for check in _CHECKS)


def faults(cell: CellEntry, attempts: Iterable[AttemptEntry], servers: Iterable[ServerEntry] = ()) -> list[Fault]:
    """What is wrong in a cell: first what the client does not check, then the broken act before the fix; empty when
    everything is as expected. `attempts`, `servers`: those of the record, or of the cell alone.
    """
    if cell.as_expected:
        return []
    if cell.status != "played":
        return [Fault(cell.status, cell.status, f"{cell.status}: {cell.broken_judgement.why}")]
    known, sides = {entry.id: entry for entry in attempts}, {entry.id: entry for entry in servers}
    accepted = [known[identity] for act, identity in cell.acts.items() if identity in known and _gets_in(cell, act)]
    return [*_unchecked([entry for entry in accepted if entry.result == "connected"], sides), *_judged(cell, accepted)]


def checks(defects: Iterable[str]) -> list[str]:
    """The checks of a client that find these defects, the most serious first: `host name`."""
    wrong = set(defects)
    return [check.of for check in _CHECKS if check.defects & wrong]


def together(found: Sequence[Fault]) -> Fault:
    """All faults of a cell as one: the most serious, with everything that the client does not check. `found` has one at
    least.
    """
    first = found[0]
    gone = tuple(check for fault in found for check in fault.unchecked)
    if len(gone) < 2:
        return first
    words = first.words.replace(f"does not check the {gone[0]}", f"checks neither the {' nor the '.join(gone)}", 1)
    return replace(first, reason=f"{' and '.join(gone)} not checked", words=words, unchecked=gone)


def _gets_in(cell: CellEntry, act: str) -> bool:
    """Whether nothing documents that the client connects in this act."""
    return act in cell.judged and cell.judged[act].verdict == "unexpected-connection"


def _unchecked(accepted: list[AttemptEntry], servers: Mapping[str, ServerEntry]) -> list[Fault]:
    """The checks that did not refuse these servers. What they have wrong alone is the better witness."""
    left = sorted(accepted, key=lambda entry: len(entry.audit))
    wrong = {defect: entry for entry in reversed(left) for defect in entry.audit}
    found: list[Fault] = []
    for rank, check in enumerate(_CHECKS):
        defect = next((name for name in wrong if name in check.defects), None)
        if defect:
            certificates = servers[wrong[defect].server].presented if wrong[defect].server in servers else []
            server = check.accepted(certificates[0] if certificates else None, defect)
            words = f"the client does not check the {check.of}: it connected to a server {server}"
            found.append(Fault(check.of, f"{check.of} not checked", words, (check.of,), rank))
    others = [name for name in wrong if not any(name in check.defects for check in _CHECKS)]
    if INCOMPLETE.name in others and wrong.keys() & CHAIN.defects:
        others.remove(INCOMPLETE.name)  # who does not look at the chain does not miss a part of it
    return [*found, *(_unnoticed(name) for name in others)]


def _unnoticed(defect: str) -> Fault:
    if defect == INCOMPLETE.name:
        words = "the client connected to a server that leaves out an intermediate certificate"
        return Fault(defect, "missing intermediate accepted", words, rank=UNNOTICED)
    words = f"the client does not notice what is wrong ({defect}): it connected to the server all the same"
    return Fault(defect, f"{defect} not noticed", words, rank=UNNOTICED)


def _judged(cell: CellEntry, accepted: list[AttemptEntry]) -> list[Fault]:
    """The faults that show in no unexpected connection, in the judge's words with the client as their subject."""
    judged = (
        (cell.broken, cell.broken_judgement, cell.broken == "unexpected-connection"),
        (cell.fix_verdict, cell.fix_judgement, cell.fix_verdict in _LETS_IN),
        (f"other hosts {cell.others}", cell.others_judgement, False),
    )
    told = any(entry.audit for entry in accepted)
    return [
        Fault(
            f"{verdict}: {judgement.why}",
            verdict.replace("-", " "),
            _with_subject(judgement.why),
            rank=UNNOTICED + 1 + _JUDGED.index(verdict) if verdict in _JUDGED else LEAST,
        )
        for verdict, judgement, by_connecting in judged
        if verdict and not judgement.as_expected and not (by_connecting and told)
    ]


def _with_subject(why: str) -> str:
    why = " ".join(why.split())
    if why.startswith(_SPEAKS):
        return f"the client {why}"
    return re.sub(r"\bit\b", "the client", why, count=1)


def _common_name(name: str) -> str:
    found = re.search(r"(?:^|,)CN=((?:\\.|[^,\\])*)", name)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else name
