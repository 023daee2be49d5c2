"""The record: a whole run as data, in one JSON file with a published schema (`schema/record.schema.json`).

Everything that shows or compares results reads a record, never the run itself. Attempts are stored once and referred
to by id, because cells share them. `tlslab schema` prints the schema.
"""

import json
from collections.abc import Container, Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 2
"""Raised when a reader of the previous version could misread a record."""


BasisName = Literal["", "observed", "reported", "authoritative"]
"""What a judgement rests on; "": on nothing that is documented."""
CheckName = Literal["chain", "name", "date", "key", "client", "revocation"]
"""What is looked at before anybody is let in."""
Result = Literal["connected", "refused", "timeout", "crashed", "lab-error"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class SourceEntry(_Model):
    """A document that a statement rests on."""

    title: str
    url: str


class Environment(_Model):
    """Where the run took place."""

    system: str = Field(description="distribution and release")
    kernel: str
    python: str
    openssl: str = Field(description="the OpenSSL that made the self-check")
    cores: int
    stage: str = Field(description="`local` or `docker`")
    isolation: str = Field(description="how names are resolved and processes contained, in words")


class CertificateEntry(_Model):
    """One certificate as presented."""

    subject: str
    issuer: str
    names: list[str] = Field(description="DNS names of the SAN extension, then its addresses, each as `IP:127.0.0.1`")
    extended_key_usage: list[str] = Field(
        default=[], description="purposes by their names in RFC 5280, or by their numbers; empty: no extension"
    )
    not_before: str = Field(description="ISO 8601, UTC")
    not_after: str = Field(description="ISO 8601, UTC")
    signature_algorithm: str
    key: str
    sha256: str = Field(description="fingerprint, hexadecimal")


class ServerEntry(_Model):
    """One server side and what stood in for it."""

    id: str
    kind: Literal["https", "sqlserver"]
    implementation: str = Field(description="program and version, as it says itself")
    real: bool = Field(description="false: an endpoint of the lab stands in for the real server")
    settings: list[str] = Field(description="the server side in words: versions, security level, encryption")
    presented: list[CertificateEntry]
    log: list[str] = Field(description="the server's lines that belong to no attempt (start-up)")


class ClientEntry(_Model):
    """One client of the run."""

    name: str
    title: str
    tls_library: str
    version: str = Field(
        description="as the program says; empty when it is missing, or was not asked before the run was interrupted"
    )
    missing: str = Field(default="", description="what is lacking, in words")
    how_to_get: str = Field(default="", description="the command that brings it")


class FixEntry(_Model):
    """One fix of a scenario."""

    name: str
    summary: str
    claim: Literal["cure", "partial bypass", "bypass", "does not help"] = Field(
        description="what it is worth by the checks that are documented to remain"
    )
    clears: bool = Field(default=True, description="false: documents advise it, and it does not clear the error")
    still_checks: list[CheckName] = Field(default=[], description="the checks that are documented to remain")
    side: Literal["server", "client"]
    keeps_others: bool = Field(
        default=True, description="it claims that the hosts which the client trusted before are trusted still"
    )
    steps: list[str]
    sources: list[SourceEntry]


class ScenarioEntry(_Model):
    """One scenario of the run, with its lesson."""

    id: str
    title: str
    lesson: str
    kinds: list[Literal["https", "sqlserver"]]
    conditions: list[str] = Field(description="what is so in its situation; what is wrong of it is a defect")
    fixes: list[FixEntry]
    sources: list[SourceEntry]


class ImpostorEntry(_Model):
    """One impostor: what it does to every fix."""

    id: str
    lesson: str
    side: Literal["server", "client"] = Field(default="server", description="whose place it takes")
    attacks: list[CheckName] = Field(default=[], description="the checks that would keep it out, each by itself")


TrustedAs = Literal["unrelated-root", "authority", "server-certificate", "intermediate"]


class TrustedEntry(_Model):
    """One certificate in a trust store of the client."""

    subject: str
    sha256: str = Field(description="fingerprint, hexadecimal")
    what: TrustedAs = Field(
        description="unrelated-root: no server of the lab chains to it; intermediate: given to complete chains alone"
    )
    place: Literal["client", "system", "default", "variable"] = Field(
        description="client: in what the client is given (ca.pem), or in the store that it reads by itself; system: in "
        "the system's trust store, whether or not the client reads it; default: in the store that the client reads "
        "when it is given no other, whether or not it is given one; variable: in what a variable of its environment "
        "names, whether or not it reads that"
    )


class RepeatEntry(_Model):
    """One of several times that the same attempt was made."""

    result: Result
    code: str
    normalised: str = Field(description="the text without its volatile parts")
    seconds: float


class AttemptEntry(_Model):
    """One connection by one client in one situation. When it was repeated: the most frequent outcome."""

    id: str
    client: str
    server: str = Field(description="id of the server entry")
    visited: str | None = Field(
        default=None, description="id of the server that it visited before, with the same home; null: its home was new"
    )
    connects_to: str = Field(description="the name that the client connects to")
    options: list[str] = Field(description="the client side in the client's own words")
    trusts: list[TrustedEntry] = Field(description="what stood in its trust stores")
    store: str = Field(
        default="pem-file", description="the kind of its trust store, and how that was laid down wrongly"
    )
    clock: int = Field(default=0, description="seconds by which its clock was ahead; less than 0: behind")
    own: list[CertificateEntry] = Field(
        default=[], description="its own certificate, and what it sends beside that; empty: it has none"
    )
    audit: list[str] = Field(description="what the self-check found wrong with the situation")
    result: Result
    text: str = Field(description="what the client shows its user, verbatim")
    normalised: str = Field(description="the text without its volatile parts")
    code: str
    trace: str
    exit_status: int | None
    seconds: float
    encrypted: bool | None
    tls_version: str
    server_log: list[str]
    repeats: list[RepeatEntry] = Field(default=[], description="every time that it was made; empty when only once")


class JudgementEntry(_Model):
    """A judged act or fix."""

    as_expected: bool
    why: str
    basis: BasisName
    sources: list[SourceEntry]
    also: list[str] = Field(default=[], description="other conditions that the same text could mean")


class ActEntry(_Model):
    """What an act showed, held against what the client's table says of its situation."""

    verdict: Literal["as-documented", "other-error", "unexpected-connection", "no-answer"]
    as_expected: bool
    why: str
    basis: BasisName


class ShareEntry(_Model):
    """How often an act of an unstable cell came out like this."""

    act: str
    result: Result
    code: str
    normalised: str
    count: int


class CaseEntry(_Model):
    """A client and its acts; what they came to is summed up by the kind of case."""

    id: str = Field(description="no other case of the record has it")
    client: str
    kind: Literal["https", "sqlserver"]
    status: Literal["played", "excluded", "missing", "lab-error"] = Field(
        description="lab-error: the lab itself failed, and nothing can be said about the client"
    )
    as_expected: bool
    acts: dict[str, str] = Field(description="ids of attempts, by the names of the acts; empty when not played")
    judged: dict[str, ActEntry] = Field(
        default={}, description="what each act showed, by its name; empty when the lab failed"
    )


class CellEntry(CaseEntry):
    """One cell and its verdicts. Its acts: control, broken, fixed, one `impostor:NAME` each, and of a fix that touches
    the client's trust `bystander:before` and `bystander:after`.
    """

    scenario: str
    fix: str
    broken: Literal["", "as-documented", "other-error", "unexpected-connection", "no-answer", "never-connects"] = Field(
        description="what the broken act showed; empty when it was not played"
    )
    fix_verdict: Literal["", "cure", "partial-bypass", "bypass", "not-cleared", "broken-promise", "unproven"] = Field(
        description="what the fix is worth; empty when it was not played, or the client never connects"
    )
    broken_result: Literal["", "connected", "refused", "timeout", "crashed", "lab-error"] = Field(
        default="", description="how the attempt of the broken act ended"
    )
    broken_judgement: JudgementEntry = Field(description="of a cell that was not played: why not")
    fix_judgement: JudgementEntry
    still_checks: list[CheckName] = Field(default=[], description="the checks that kept impostors out after the fix")
    checks_gone: list[CheckName] = Field(default=[], description="the checks that impostors went past after the fix")
    left_out: dict[str, str] = Field(
        default={}, description="ids of the impostors that did not attack this fix, and why, in a sentence"
    )
    others: Literal["", "kept", "broken", "unproven"] = Field(
        default="",
        description="what the fix does to other hosts that the client trusts by default; empty: none was visited",
    )
    others_judgement: JudgementEntry = Field(
        default=JudgementEntry(as_expected=True, why="", basis="", sources=[]),
        description="of a fix that touches the client's trust: of the visits, or why there were none",
    )
    unstable: bool = Field(default=False, description="an act that was repeated did not always come out the same")
    distribution: list[ShareEntry] = Field(default=[], description="of the acts that did not, most frequent first")

    @property
    def verdict(self) -> str:
        """What the broken act showed; of a cell that was not played, its status."""
        return self.broken or self.status


class DefaultEntry(CaseEntry):
    """What a client does when no security option is given to it, in one situation. Its act: `default`. It is measured
    and held against nothing.
    """

    default: str = Field(description="the situation, the same for every client: `sqlserver/forced/untrusted`")
    why: str = Field(default="", description="how the lab failed, in words; empty when it did not")
    server: str = Field(description="the server side in words")
    server_id: str = Field(description="id of the server entry")
    certificate: str = Field(description="what is the matter with it: good, untrusted, wrong-name, expired ...")
    must_refuse: bool = Field(description="a client that verifies everything does not connect here")


class StepEntry(_Model):
    """One command of a trust procedure."""

    command: str = Field(description="of the shell, run by the administrator where the certificate lies as ca.crt")
    exit_status: int | None = Field(description="null when it did not end in time")
    output: str
    seconds: float


class ChangeEntry(_Model):
    """One path of a system that a trust procedure left otherwise than it was."""

    path: str
    change: Literal["added", "changed", "deleted"]


class ShownEntry(CaseEntry):
    """What one client showed of a trust procedure: told nothing about trust, before it and after it. Its acts: before,
    after and one `impostor:NAME` each, as far as they were played.
    """

    cell: str = Field(description="id of the cell whose fix this is")
    roots: Literal["system", "own", "none"] = Field(
        description="what it trusts when it is told nothing: the system's store, one of its own, or everybody"
    )
    verdict: Literal[
        "",
        "cure",
        "ignored",
        "verifies-nothing",
        "not-cleared",
        "bypass",
        "unproven",
        "unexpected-connection",
        "other-error",
        "failed",
    ] = Field(description="what it showed; empty when it was not played")
    judgement: JudgementEntry = Field(description="of a case that was not played: why not")

    @property
    def word(self) -> str:
        """Its verdict; of a case that was not played, its status."""
        return self.verdict or self.status


class TrustProcedureEntry(_Model):
    """A documented way to make a system trust a CA, followed in a fresh copy of a distribution, and what it changed."""

    id: str = Field(description="`bookworm/update-ca-certificates`")
    distribution: str
    way: str
    remark: str = Field(description="what a person must know who follows it")
    sources: list[SourceEntry]
    steps: list[StepEntry]
    changes: list[ChangeEntry]
    shown: list[ShownEntry]


class Record(_Model):
    """A whole run."""

    schema_version: Literal[2] = 2
    lab_version: str
    started: str = Field(description="ISO 8601, UTC")
    seconds: float
    interrupted: bool = Field(default=False, description="it holds what had been played when the run was interrupted")
    environment: Environment
    servers: list[ServerEntry]
    clients: list[ClientEntry]
    scenarios: list[ScenarioEntry]
    impostors: list[ImpostorEntry] = Field(default=[], description="of the cells that were planned")
    attempts: list[AttemptEntry]
    cells: list[CellEntry]
    defaults: list[DefaultEntry] = Field(default=[], description="empty when the clients' defaults were not measured")
    trust_procedures: list[TrustProcedureEntry] = Field(
        default=[], description="empty where no system is the lab's to change"
    )

    def cases(self) -> Iterator[CaseEntry]:
        """All cases: the cells, what was shown of trust procedures, the measured defaults."""
        yield from self.cells
        for procedure in self.trust_procedures:
            yield from procedure.shown
        yield from self.defaults

    def findings(self) -> Iterator[CellEntry]:
        """The cells that are not as expected, the lab's own failures aside."""
        return (cell for cell in self.cells if not cell.as_expected and cell.status != "lab-error")

    def lab_errors(self) -> Iterator[CellEntry]:
        """The cells about which the lab can say nothing because it failed itself."""
        return (cell for cell in self.cells if cell.status == "lab-error")

    def unexpected_trust_procedures(self) -> Iterator[tuple[TrustProcedureEntry, ShownEntry]]:
        """What was shown of a trust procedure and is not as documented, the lab's own failures aside."""
        return (
            (procedure, shown)
            for procedure in self.trust_procedures
            for shown in procedure.shown
            if not shown.as_expected and shown.status != "lab-error"
        )

    def failed_trust_procedures(self) -> Iterator[tuple[TrustProcedureEntry, ShownEntry]]:
        """What the lab could not show of a trust procedure because it failed itself."""
        return (
            (procedure, shown)
            for procedure in self.trust_procedures
            for shown in procedure.shown
            if shown.status == "lab-error"
        )

    def attempt(self, identity: str) -> AttemptEntry:
        """The attempt of this id. Raises KeyError when there is none."""
        for entry in self.attempts:
            if entry.id == identity:
                return entry
        raise KeyError(identity)


def narrow(procedure: TrustProcedureEntry, cells: Container[str]) -> TrustProcedureEntry:
    """The trust procedure with what was shown for these cells alone, by their ids."""
    return procedure.model_copy(update={"shown": [item for item in procedure.shown if item.cell in cells]})


def schema_text() -> str:
    """The JSON schema of a record, as committed in `schema/record.schema.json`."""
    return json.dumps(Record.model_json_schema(), indent=2, sort_keys=True) + "\n"
