"""Entries of a record, made up for the tests of the pytest plugin's parts."""

from collections.abc import Mapping

from tlslab.model.record import AttemptEntry, CellEntry, JudgementEntry


def judgement(why: str = "", *, as_expected: bool = True) -> JudgementEntry:
    return JudgementEntry(as_expected=as_expected, why=why, basis="", sources=[])


def cell(acts: Mapping[str, str], **more: object) -> CellEntry:
    """A cell of curl, as expected unless `more` says otherwise."""
    given: dict[str, object] = {
        "id": "expired/renew/curl/https", "scenario": "expired", "fix": "renew", "client": "curl", "kind": "https",
        "acts": dict(acts), "status": "played", "broken": "as-documented", "fix_verdict": "cure",
        "broken_result": "refused", "as_expected": True,
        "broken_judgement": judgement(), "fix_judgement": judgement(),
    }  # fmt: skip
    return CellEntry.model_validate(given | more)


def attempt(identity: str, *, text: str = "") -> AttemptEntry:
    """A refused attempt."""
    return AttemptEntry(
        id=identity, client="curl", server="https-1", connects_to="shop.lab.test", trusts=[],
        options=["--cacert ca.pem"], audit=["expired"], result="refused",
        text=text, normalised=text, code="60", trace="", exit_status=60, seconds=0.02, encrypted=None, tls_version="",
        server_log=["handshake failed", "closed"],
    )  # fmt: skip
