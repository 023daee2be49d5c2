"""What a fix changes: the difference between the client sides and the servers of two attempts, in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import zip_longest

from tlslab.model.record import AttemptEntry, CertificateEntry, ServerEntry, TrustedEntry
from tlslab.report.text import plural

PLACES = {
    "client": "what the client trusts",
    "system": "the system's trust store",
    "variable": "what a variable of the client's environment names",
}
WHAT = {
    "unrelated-root": "an unrelated root",
    "authority": "of a CA",
    "server-certificate": "the server's own",
    "intermediate": "to complete chains",
}
Change = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Where, what goes, and what comes."""


def fix_changes(before: AttemptEntry, after: AttemptEntry, servers: Mapping[str, ServerEntry]) -> Iterator[Change]:
    """What differs between two attempts of a client, the client side first."""
    found: list[tuple[str, Sequence[str], Sequence[str]]] = [
        ("the client connects to", [before.connects_to], [after.connects_to]),
        ("the client's clock is", [_clock(before.clock)], [_clock(after.clock)]),
        ("the client's options", before.options, after.options),
    ]
    found += [
        (words, _certificates(before.trusts, place), _certificates(after.trusts, place))
        for place, words in PLACES.items()
    ]
    found += _presented(before.own, after.own, "of the client")
    old, new = servers[before.server], servers[after.server]
    found.append(("the server's settings", old.settings, new.settings))
    found += _presented(old.presented, new.presented, "as presented")
    for where, was, is_now in found:
        gone, come = _less(was, is_now), _less(is_now, was)
        if gone or come:
            yield where, gone, come


def _less(these: Iterable[str], those: Iterable[str]) -> tuple[str, ...]:
    left_out = set(those)
    return tuple(item for item in these if item not in left_out)


def _clock(seconds: int) -> str:
    if not seconds:
        return "right"
    wrong = timedelta(seconds=abs(seconds))
    much = plural(wrong.days, "day") if wrong.days else f"{seconds} s"
    return f"{much} {'ahead' if seconds > 0 else 'behind'}"


def _certificates(trusts: Iterable[TrustedEntry], place: str) -> list[str]:
    return [
        f"{item.subject} ({WHAT[item.what]}; sha256 {item.sha256[:16]}...)" for item in trusts if item.place == place
    ]


def _presented(old: Iterable[CertificateEntry], new: Iterable[CertificateEntry], what: str) -> Iterator[Change]:
    """What differs between two chains: of the certificates at one depth the facts, else the certificates."""
    for depth, (was, is_now) in enumerate(zip_longest(old, new)):
        where = f"certificate {depth} {what}"
        if was is None or is_now is None:
            yield where, _named(was), _named(is_now)
            continue
        for (label, before), (_, after) in zip(certificate_facts(was), certificate_facts(is_now), strict=True):
            if label != "sha256":  # it differs whenever another fact does
                yield f"{where}, {label}", (before,), (after,)


def _named(certificate: CertificateEntry | None) -> tuple[str, ...]:
    return (f"{certificate.subject}, issued by {certificate.issuer}",) if certificate else ()


def certificate_facts(certificate: CertificateEntry) -> list[tuple[str, str]]:
    """A certificate as people read it: labels and values, always in the same order."""
    return [
        ("subject", certificate.subject),
        ("issuer", certificate.issuer),
        ("names", ", ".join(certificate.names) or "none"),
        ("for", ", ".join(certificate.extended_key_usage) or "any purpose"),
        ("valid", f"{certificate.not_before} to {certificate.not_after}"),
        ("signed", certificate.signature_algorithm),
        ("key", certificate.key),
        ("sha256", certificate.sha256),
    ]
