"""An invented record of full size for the tests of the reports: every scenario, every client, every kind
of verdict."""

from collections.abc import Iterable
from typing import Literal, get_args

from tlslab.model.record import (
    ActEntry,
    AttemptEntry,
    CellEntry,
    CertificateEntry,
    ChangeEntry,
    ClientEntry,
    Environment,
    FixEntry,
    ImpostorEntry,
    JudgementEntry,
    Record,
    ScenarioEntry,
    ServerEntry,
    ShownEntry,
    SourceEntry,
    StepEntry,
    TrustedEntry,
    TrustProcedureEntry,
)

Kind = Literal["https", "sqlserver"]
Basis = Literal["", "observed", "reported", "authoritative"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SOURCE = SourceEntry(
    title="OpenSSL, crypto/x509/x509_txt.c",
    url="https://github.com/openssl/openssl/blob/master/crypto/x509/x509_txt.c",
)

FIXES: dict[str, tuple[str, ...]] = {
    "expired": ("renew",),
    "missing-intermediate": ("present-the-whole-chain", "give-the-client-the-intermediate"),
    "name-mismatch": (
        "connect-by-the-certificate-name",
        "reissue-with-the-right-names",
        "host-name-in-certificate",
    ),
    "self-signed": (
        "trust-the-certificate",
        "replace-by-a-trusted-ca",
        "trust-everything",
        "stop-asking-for-encryption",
    ),
    "sha1-signature.client-refuses": ("reissue-with-sha256",),
    "sha1-signature.server-drops": ("reissue-with-sha256",),
    "tls-version-mismatch.server-newer": ("enable-on-the-server", "allow-on-the-client"),
    "tls-version-mismatch.server-older": ("enable-on-the-server", "allow-on-the-client"),
    "untrusted-ca": ("install-the-ca", "trust-everything", "stop-asking-for-encryption"),
    "untrusted-ca.fallback-certificate": (
        "install-a-certificate",
        "trust-everything",
        "stop-asking-for-encryption",
    ),
    "untrusted-ca.forced-by-the-server": ("install-the-ca", "trust-everything"),
}
SQL_ONLY = ("untrusted-ca.fallback-certificate", "untrusted-ca.forced-by-the-server")
BYPASSES = ("trust-everything", "stop-asking-for-encryption")
CLIENTS: dict[str, tuple[Kind, str]] = {
    "curl": ("https", "curl"),
    "httpx": ("https", "httpx"),
    "node-fetch": ("https", "Node fetch"),
    "node-https": ("https", "Node https"),
    "openssl": ("https", "openssl s_client"),
    "requests": ("https", "requests"),
    "urllib": ("https", "Python urllib"),
    "wget": ("https", "GNU wget"),
    "mssql-python": ("sqlserver", "mssql-python"),
    "odbc18": ("sqlserver", "Microsoft ODBC Driver 18 through pyodbc"),
    "pymssql": ("sqlserver", "pymssql"),
    "python-tds": ("sqlserver", "python-tds"),
    "tdsodbc": ("sqlserver", "FreeTDS' ODBC driver through pyodbc"),
    "tedious": ("sqlserver", "tedious"),
    "tsql": ("sqlserver", "tsql"),
}
FREETDS = ("pymssql", "tdsodbc", "tsql")
STRANGER = "A stranger's server, with a\ncertificate of its own. A client that verifies refuses it."
WHY = "shows: SSL Provider: [error:0A000086:SSL routines::certificate verify failed:{reason}]"
SAID = (
    "[08001] [Microsoft][ODBC Driver 18 for SQL Server]SSL Provider: [error:0A000086:SSL routines::"
    "certificate verify failed:certificate has expired] (-1) (SQLDriverConnect)"
)


def judgement(
    as_expected: bool = True, why: str = WHY, basis: Basis = "authoritative", also: Iterable[str] = ()
) -> JudgementEntry:
    """A judgement; its sources are there where it has a basis."""
    sources = [SOURCE] if basis else []
    return JudgementEntry(as_expected=as_expected, why=why, basis=basis, sources=sources, also=list(also))


ENDS = {"as-documented": "refused", "unexpected-connection": "connected", "no-answer": "timeout"}
"""How the attempt of the broken act ends, unless something else is said."""


def cell(identity: str, broken: str = "as-documented", fix: str = "cure", **changes: object) -> CellEntry:
    """A cell as expected in everything, with these changes."""
    scenario, name, client, kind = identity.split("/")
    values: dict[str, object] = {
        "id": identity,
        "scenario": scenario,
        "fix": name,
        "client": client,
        "kind": kind,
        "acts": {act: f"a-{client}-{act}" for act in ("control", "broken", "fixed", "impostor:stranger")},
        "status": "played",
        "broken": broken,
        "fix_verdict": fix,
        "broken_result": ENDS.get(broken, "refused"),
        "as_expected": True,
        "broken_judgement": judgement(),
        "fix_judgement": judgement(why="connects, and every impostor is refused", basis=""),
    }
    return CellEntry.model_validate(values | changes)


def let_in(*acts: str) -> dict[str, ActEntry]:
    """The verdicts of acts in which the client connects, and nothing says that it would."""
    why = "connects, and nothing says that it would"
    return {act: ActEntry(verdict="unexpected-connection", as_expected=False, why=why, basis="") for act in acts}


def not_played(identity: str, status: str, why: str) -> CellEntry:
    """A cell that was not played, and why. That the lab failed is never as expected."""
    good = status != "lab-error"
    judged = judgement(good, why, "")
    return cell(
        identity,
        "",
        "",
        status=status,
        acts={},
        broken_result="",
        as_expected=good,
        broken_judgement=judged,
        fix_judgement=judged,
    )


def finding(identity: str, broken: str, why: str, *, fix: str = "cure") -> CellEntry:
    """A cell whose broken act is a finding."""
    return cell(identity, broken, fix, as_expected=False, broken_judgement=judgement(False, why, ""))


def fix_finding(identity: str, fix: str, why: str) -> CellEntry:
    """A cell whose fix is a finding."""
    return cell(identity, fix=fix, as_expected=False, fix_judgement=judgement(False, why, ""))


def never_connects(identity: str, why: str) -> CellEntry:
    """A cell of a client that does not connect when nothing is wrong."""
    nothing = judgement(why="nothing can be said of the fix: the client connects to no server", basis="")
    return finding(identity, "never-connects", why, fix="").model_copy(update={"fix_judgement": nothing})


def verifies_nothing(identity: str) -> CellEntry:
    """A cell of a client that is documented to connect all the same, to impostors too."""
    tolerated = judgement(why="without `ca file` FreeTDS verifies nothing")
    let_in = judgement(why=f"connects, and so does the impostor `stranger`: {tolerated.why}")
    return cell(identity, fix="bypass", broken_result="connected", broken_judgement=tolerated, fix_judgement=let_in)


def trusted(name: str, what: str = "authority", place: str = "client") -> TrustedEntry:
    """A certificate in a trust store."""
    values = {"subject": f"CN={name}", "sha256": "cd" * 32, "what": what, "place": place}
    return TrustedEntry.model_validate(values)


def attempt(identity: str, **changes: object) -> AttemptEntry:
    """A refused attempt, with these changes."""
    values: dict[str, object] = {
        "id": identity,
        "client": "odbc18",
        "server": "s1",
        "connects_to": "db.lab.test",
        "trusts": [trusted("Unrelated Public Root", "unrelated-root"), trusted("TLS Trust Lab Root CA")],
        "options": [
            "Driver={ODBC Driver 18 for SQL Server}",
            "Server=tcp:db.lab.test,PORT",
            "Encrypt=yes",
            "ServerCertificate=ca.pem",
        ],
        "audit": ["expired"],
        "result": "refused",
        "text": SAID,
        "normalised": SAID,
        "code": "08001",
        "trace": "",
        "exit_status": 1,
        "seconds": 0.31,
        "encrypted": None,
        "tls_version": "",
        "server_log": ["2026-01-01 10:00:00.00 Logon  TLS handshake failed. [CLIENT: 127.0.0.1]"],
    }
    return AttemptEntry.model_validate(values | changes)


def attempts(client: str, server: str) -> list[AttemptEntry]:
    """The attempts that `cell` refers to for a client."""
    connected = {
        "result": "connected",
        "text": "",
        "code": "",
        "exit_status": 0,
        "encrypted": True,
        "tls_version": "TLSv1.2",
        "audit": [],
    }
    prefix = f"a-{client}-"
    return [
        attempt(prefix + "control", client=client, server=server, **connected),
        attempt(prefix + "broken", client=client, server=server),
        attempt(prefix + "fixed", client=client, server=server, **connected),
        attempt(prefix + "impostor:stranger", client=client, server=server, audit=["untrusted"]),
    ]


def certificate(subject: str, issuer: str, names: list[str]) -> CertificateEntry:
    """A certificate as presented."""
    return CertificateEntry(
        subject=subject,
        issuer=issuer,
        names=names,
        not_before="2026-01-01T10:00:00Z",
        not_after="2026-04-01T10:00:00Z",
        signature_algorithm="sha256WithRSAEncryption",
        key="RSA 2048",
        sha256="ab" * 32,
    )


def server(identity: str, kind: Kind, *, real: bool) -> ServerEntry:
    """A server that presents a leaf and its intermediate."""
    return ServerEntry(
        id=identity,
        kind=kind,
        implementation="nginx 1.22.1" if real else "the lab's TDS endpoint 0.1.0",
        real=real,
        settings=["TLSv1.2 to TLSv1.3", "security level 2"],
        presented=[
            certificate("CN=db.lab.test", "CN=TLS Trust Lab Issuing CA", ["db.lab.test"]),
            certificate("CN=TLS Trust Lab Issuing CA", "CN=TLS Trust Lab Root CA", []),
        ],
        log=["Server is listening on [ 127.0.0.1 <ipv4> 14330]."],
    )


def client(name: str, *, missing: str = "") -> ClientEntry:
    """A client that is here, or lacks something."""
    title = CLIENTS[name][1]
    get = "apt-get install -y --no-install-recommends nodejs npm" if missing else ""
    version = "" if missing else f"{title} 18.6.2.1 (OpenSSL 3.0.17)"
    return ClientEntry(
        name=name,
        title=title,
        tls_library="OpenSSL of the system",
        version=version,
        missing=missing,
        how_to_get=get,
    )


def scenario(identity: str) -> ScenarioEntry:
    """A scenario with its fixes."""
    return ScenarioEntry(
        id=identity,
        title=f"The certificate is wrong: {identity}",
        lesson="What happened.\n\nWhere to look.",
        kinds=["sqlserver"] if identity in SQL_ONLY else ["https", "sqlserver"],
        conditions=["expired"],
        fixes=[
            FixEntry(
                name=name,
                summary=f"Do {name}.",
                claim="bypass" if name in BYPASSES else "cure",
                side="client" if name in BYPASSES else "server",
                steps=["Do it."],
                sources=[SOURCE],
            )
            for name in FIXES[identity]
        ],
        sources=[SOURCE],
    )


def record(
    cells: list[CellEntry],
    *,
    clients: list[ClientEntry] | None = None,
    attempts: list[AttemptEntry] | None = None,
) -> Record:
    """A record of these cells; of the attempts that `cell` refers to where none are given."""
    return Record(
        lab_version="0.1.0",
        started="2026-01-11T10:00:00Z",
        seconds=61.4,
        environment=Environment(
            system="Debian GNU/Linux 12",
            kernel="6.1",
            python="3.11.7",
            openssl="OpenSSL 3.0.17",
            cores=2,
            stage="local",
            isolation="namespaces",
        ),
        servers=[server("s1", "sqlserver", real=False), server("s2", "https", real=True)],
        clients=[client(name) for name in CLIENTS] if clients is None else clients,
        scenarios=[scenario(identity) for identity in FIXES],
        impostors=[ImpostorEntry(id="stranger", lesson=STRANGER)],
        attempts=_attempts_of(cells) if attempts is None else attempts,
        cells=cells,
    )


def _attempts_of(cells: Iterable[CellEntry]) -> list[AttemptEntry]:
    kinds = {entry.client: entry.kind for entry in cells if entry.acts}
    return [item for name, kind in kinds.items() for item in attempts(name, "s1" if kind == "sqlserver" else "s2")]


DROPS, INTERMEDIATE = "sha1-signature.server-drops/reissue-with-sha256", "missing-intermediate/present-the-whole-chain"
OTHERWISE: dict[str, CellEntry] = {
    item.id: item
    for item in (
        not_played("expired/renew/openssl/https", "lab-error", "the act control: nginx has died"),
        never_connects(f"{DROPS}/wget/https", "nothing is wrong, and it does not connect: refused: no ciphers"),
        finding(f"{DROPS}/requests/https", "unexpected-connection", "connects, and nothing says that it would"),
        finding(f"{DROPS}/urllib/https", "no-answer", "gives no answer within 20 s"),
        fix_finding(
            "missing-intermediate/give-the-client-the-intermediate/wget/https",
            "not-cleared",
            "after the fix it still fails: refused: ERROR: certificate is not trusted.",
        ),
        fix_finding(f"{INTERMEDIATE}/curl/https", "broken-promise", "the fix promises an encrypted session"),
        fix_finding(f"{INTERMEDIATE}/httpx/https", "unproven", "the impostor `stranger` fails, but not for trust"),
        cell(
            "name-mismatch/host-name-in-certificate/mssql-python/sqlserver",
            fix="partial-bypass",
            fix_judgement=judgement(why="connects, and so does the impostor `neighbour`: it compares no names"),
        ),
    )
}
"""What one cell alone shows."""


def _full_cell(identity: str) -> CellEntry:
    if identity in OTHERWISE:
        return OTHERWISE[identity]
    scenario_id, fix, name, _ = identity.split("/")
    if name == "tedious":
        return not_played(identity, "missing", "Node is missing")
    if fix == "host-name-in-certificate" and name in ("urllib", "requests", "tsql"):
        return not_played(
            identity,
            "excluded",
            f"{name} cannot express the fix: {name} has no option to look for another name",
        )
    if fix == "trust-the-certificate" and name in FREETDS:
        return not_played(
            identity,
            "excluded",
            f"{name} cannot express the fix: GnuTLS is given authorities, not certificates",
        )
    if scenario_id.endswith("server-newer") and name in FREETDS:
        return not_played(
            identity,
            "excluded",
            f"{name} cannot express the failure: FreeTDS has no option for the highest TLS version",
        )
    if scenario_id == "name-mismatch" and name == "python-tds":
        return finding(
            identity,
            "other-error",
            "says nothing that is documented for this: refused: AttributeError: no attribute 'get_extension'",
        )
    if name in ("tsql", "tdsodbc") and not scenario_id.startswith("tls"):
        return verifies_nothing(identity)
    observed = (
        judgement(basis="observed")
        if name == "node-fetch" or (name == "odbc18" and scenario_id.startswith("sha1"))
        else judgement()
    )
    if fix in BYPASSES:
        let_in = judgement(why="connects, and so does the impostor `stranger`", basis="")
        return cell(identity, fix="bypass", broken_judgement=observed, fix_judgement=let_in)
    return cell(identity, broken_judgement=observed)


def full_record() -> Record:
    """Eleven scenarios, fifteen clients, every kind of verdict that a run can have."""
    cells = [
        _full_cell(f"{scenario_id}/{fix}/{name}/{kind}")
        for scenario_id, fixes in FIXES.items()
        for kind in KINDS
        for name, (spoken, _) in CLIENTS.items()
        for fix in fixes
        if spoken == kind and not (kind == "https" and (scenario_id in SQL_ONLY or fix == "stop-asking-for-encryption"))
    ]
    played = [
        entry for name, (kind, _) in CLIENTS.items() for entry in attempts(name, "s1" if kind == "sqlserver" else "s2")
    ]
    here = [client(name, missing="Node" if name == "tedious" else "") for name in CLIENTS]
    return record(cells, clients=here, attempts=played)


def shown(cell_id: str, verdict: str = "cure", *, as_expected: bool = True, **changes: object) -> ShownEntry:
    """What the client of a cell showed of a trust procedure, with attempts of `attempts`."""
    _, _, name, kind = cell_id.split("/")
    status = verdict if verdict in ("excluded", "lab-error") else "played"
    values: dict[str, object] = {
        "id": f"here/way/{cell_id}",
        "status": status,
        "cell": cell_id,
        "client": name,
        "kind": kind,
        "roots": "system",
        "acts": {"before": f"a-{name}-broken", "after": f"a-{name}-fixed"},
        "verdict": verdict if status == "played" else "",
        "as_expected": as_expected,
        "judgement": judgement(as_expected, f"{verdict}, because it is so"),
    }
    return ShownEntry.model_validate(values | changes)


def procedure(distribution: str, way: str, *entries: ShownEntry, remark: str = "") -> TrustProcedureEntry:
    """A trust procedure that was followed."""
    return TrustProcedureEntry(
        id=f"{distribution}/{way}",
        distribution=distribution,
        way=way,
        remark=remark,
        sources=[SOURCE],
        steps=[
            StepEntry(command="cp ca.crt /store/lab.crt", exit_status=0, output="", seconds=0.01),
            StepEntry(command=way, exit_status=0, output="1 added, 0 removed; done.\n", seconds=0.8),
        ],
        changes=[ChangeEntry(path="/store/lab.crt", change="added"), ChangeEntry(path="/store", change="changed")],
        shown=[entry.model_copy(update={"id": f"{distribution}/{way}/{entry.cell}"}) for entry in entries],
    )
