"""Entries: the values of a run as the entries of its record."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import SignatureAlgorithmOID

from tlslab.matrix.defaults import Measured
from tlslab.matrix.judge import Acts, Judgement, Status, Verdict, not_played
from tlslab.matrix.plan import Cell, Exclusion, Plan
from tlslab.matrix.play import Attempt, Attempts
from tlslab.matrix.procedure import Show, Treatment, TrustProcedureVerdict
from tlslab.model.act import BROKEN
from tlslab.model.certificate import Anchor, Authority, Responder
from tlslab.model.check import Check
from tlslab.model.evidence import Source
from tlslab.model.normalise import normalise
from tlslab.model.outcome import Outcome, Result
from tlslab.model.record import (  # fmt: skip
    ActEntry,
    AttemptEntry,
    BasisName,
    CellEntry,
    CertificateEntry,
    ChangeEntry,
    CheckName,
    DefaultEntry,
    FixEntry,
    ImpostorEntry,
    JudgementEntry,
    RepeatEntry,
    ScenarioEntry,
    ServerEntry,
    ShareEntry,
    ShownEntry,
    SourceEntry,
    StepEntry,
    TrustedAs,
    TrustedEntry,
    TrustProcedureEntry,
)
from tlslab.model.scenario import Scenario
from tlslab.model.situation import (
    ClientSide,
    KeyExchange,
    Refusal,
    ServerEncryption,
    ServerKind,
    ServerSide,
    Speaks,
    StoreFlaw,
    TLSVersion,
)
from tlslab.pki.mint import PURPOSES, Mint, certificates
from tlslab.stages.stage import Stage
from tlslab.stages.trust_procedure import Followed


class Entries:
    """Makes entries for a run on this stage with certificates of this mint."""

    def __init__(self, stage: Stage, mint: Mint) -> None:
        self._stage = stage
        self._mint = mint

    def attempt(self, attempt: Attempt) -> AttemptEntry:
        """One attempt."""
        outcome = attempt.outcome
        return AttemptEntry(
            id=attempt.id,
            client=attempt.client.name,
            server=self._stage.sides[attempt.situation.server][1],
            visited=self._stage.sides[visited][1] if (visited := attempt.situation.visited) else None,
            connects_to=attempt.situation.client.connect_to,
            options=list(attempt.client.typed(attempt.situation.client)),
            trusts=list(self._trusts(attempt.situation.client)),
            store=str(attempt.situation.client.store),
            clock=attempt.situation.client.clock // timedelta(seconds=1),
            own=[certificate_entry(self._mint.certificate(item)) for item in _own(attempt.situation.client)],
            audit=sorted(map(str, attempt.defects)),
            result=outcome.result.value,
            text=outcome.text,
            normalised=normalise(outcome.text),
            code=outcome.code,
            trace=outcome.trace,
            exit_status=outcome.exit_status,
            seconds=round(outcome.seconds, 4),
            encrypted=outcome.encrypted,
            tls_version=outcome.tls_version,
            server_log=list(outcome.server_log),
            repeats=[_repeat(item) for item in attempt.repeats],
        )

    def _trusts(self, side: ClientSide) -> Iterator[TrustedEntry]:
        """What the stage lays into the trust stores of a client side."""
        if side.store.flaw not in (StoreFlaw.MISSING, StoreFlaw.DANGLING, StoreFlaw.EMPTY):
            yield _trusted(certificates(self._mint.public_root)[0], "unrelated-root")
            for anchor in side.trust_anchors:
                yield _trusted(self._mint.certificate(anchor), _what(anchor))
            for authority in side.intermediates:
                yield _trusted(self._mint.certificate(authority), "intermediate")
        for anchor in side.system_trust_anchors:
            yield _trusted(self._mint.certificate(anchor), _what(anchor), "system")
        for anchor in side.default_trust_anchors:
            yield _trusted(self._mint.certificate(anchor), _what(anchor), "default")
        for anchor in side.named_by_variables:
            yield _trusted(self._mint.certificate(anchor), _what(anchor), "variable")

    def default(self, measured: Measured, attempts: Attempts, acts: Acts, problem: str) -> DefaultEntry:
        """One measured default. `problem`: how the lab failed, in words; "" when it did not."""
        default = measured.default
        return DefaultEntry(
            id=measured.id,
            default=default.id,
            client=measured.client.name,
            kind=default.situation.kind.value,
            status="lab-error" if problem else "played",
            as_expected=not problem,
            why=problem,
            acts=_ids(attempts),
            judged=_judged(acts),
            server=default.server,
            server_id=self._stage.sides[default.situation.server][1],
            certificate=default.certificate,
            must_refuse=default.must_refuse,
        )

    def cell(self, cell: Cell, attempts: Attempts, acts: Acts, verdict: Verdict) -> CellEntry:
        """One judged cell."""
        distribution = [
            ShareEntry(act=name, result=kind[0].value, code=kind[1], normalised=kind[2], count=count)
            for name, attempt in attempts.items()
            if attempt.unstable
            for kind, count in attempt.classes.most_common()
        ]
        broken = attempts.get(BROKEN)
        entry = _cell_entry(cell, attempts, acts, verdict, broken.outcome.result if broken else None)
        return entry.model_copy(update={"unstable": bool(distribution), "distribution": distribution})

    def procedure(
        self, treatment: Treatment, followed: Followed | None, shown: Iterable[ShownEntry]
    ) -> TrustProcedureEntry:
        """A treatment with its results. `followed` None: the lab could not follow it."""
        return TrustProcedureEntry(
            id=treatment.id,
            distribution=treatment.distribution,
            way=treatment.way.name,
            remark=treatment.way.remark,
            sources=_sources(treatment.way.sources),
            steps=[
                StepEntry(
                    command=step.command,
                    exit_status=step.status,
                    output=step.output,
                    seconds=round(step.seconds, 4),
                )
                for step in (followed.steps if followed else ())
            ],
            changes=[
                ChangeEntry(path=path, change=change)  # type: ignore[arg-type]
                for path, change in sorted((followed.changes if followed else {}).items())
            ],
            shown=list(shown),
        )

    def shown(
        self,
        show: Show,
        attempts: Attempts,
        acts: Acts,
        verdict: TrustProcedureVerdict | Status,
        judgement: Judgement,
    ) -> ShownEntry:
        """What one client showed of a trust procedure. `verdict`: its status when it was not played."""
        was_played = isinstance(verdict, TrustProcedureVerdict)
        return ShownEntry(
            id=show.id,
            cell=show.cell.id,
            client=show.client.name,
            kind=show.cell.kind.value,
            status="played" if was_played else verdict.value,  # type: ignore[arg-type]
            roots=show.trust.roots.value,
            acts=_ids(attempts),
            judged=_judged(acts),
            verdict=verdict.value if was_played else "",  # type: ignore[arg-type]
            as_expected=judgement.as_expected,
            judgement=_judgement(judgement),
        )

    def exclusion(self, exclusion: Exclusion) -> CellEntry:
        """One cell that cannot be played."""
        return _cell_entry(exclusion, {}, {}, not_played(Status.EXCLUDED, exclusion.why))

    def servers(self, seen: Callable[[ServerSide], str]) -> list[ServerEntry]:
        """Every server side of the stage. `seen`: what a side was seen to present; a certificate that a server makes
        for itself is known from there alone.
        """
        entries: list[ServerEntry] = []
        for side, (service, identity) in self._stage.sides.items():
            entries.append(
                ServerEntry(
                    id=identity,
                    kind=side.kind.value,
                    implementation=service.implementation,
                    real=service.real,
                    settings=describe(side),
                    presented=[certificate_entry(item) for item in self._presented(side, seen)],
                    log=list(service.start_log(identity)),
                )
            )
        return entries

    def _presented(self, side: ServerSide, seen: Callable[[ServerSide], str]) -> tuple[x509.Certificate, ...]:
        """The certificates that the server sends: none where it does not come up."""
        if not side.starts or ServerEncryption.IN_CLEAR is side.encryption or side.speaks is not Speaks.ITS_PROTOCOL:
            return ()
        presented = self._mint.chain_pem(side.chain) if side.chain else seen(side)
        return certificates(presented) if presented else ()

    def scenarios(self, plan: Plan) -> list[ScenarioEntry]:
        """Every scenario of the plan, each once."""
        found = {item.scenario.id: item.scenario for item in plan.everything}
        return [scenario_entry(item) for item in found.values()]

    def impostors(self, plan: Plan) -> list[ImpostorEntry]:
        """Every impostor of the plan, each once."""
        found = {impostor.id: impostor for cell in plan.cells for impostor, _ in cell.impostors}
        return [
            ImpostorEntry(
                id=identity,
                lesson=impostor.lesson,
                side=impostor.side.value,
                attacks=_checks(impostor.attacks),
            )
            for identity, impostor in found.items()
        ]


def _own(side: ClientSide) -> tuple[Anchor, ...]:
    """What a client side sends of its own."""
    return side.certificate.presented if side.certificate else ()


def describe(side: ServerSide) -> list[str]:
    """A server side in words."""
    if side.speaks is not Speaks.ITS_PROTOCOL:
        return [_INSTEAD[side.speaks], *(["with RST, not with FIN"] if side.refusal is Refusal.RESET else [])]
    words = [_versions(side), f"OpenSSL security level {side.security_level}"]
    words += ["it does not speak TDS 8.0"] if not side.speaks_tds8 else []
    words += [_EXCHANGES[side.key_exchange]] if side.key_exchange is not KeyExchange.USUAL else []
    words += ["Diffie-Hellman parameters of 1024 bits"] if side.small_dh else []
    words += ["up to TLS 1.2 with cipher suites that no client offers"] if not side.usual_suites else []
    words += (
        ["it does not know the versions that a client lists (supported_versions)"] if not side.reads_versions else []
    )
    if side.kind is ServerKind.SQLSERVER:
        words.append(f"encryption {side.encryption.value}")
    if side.refusal is Refusal.RESET:
        words.append("it ends a handshake that it refuses with RST, not with FIN")
    words += [f"to who names {host.name}: a certificate of its own" for host in side.virtual_hosts]
    if side.staple is not None:
        words.append("sends an answer of OCSP about its certificate with the handshake")
    words += [_AT_ADDRESSES[item] for item in sorted(side.responders)]
    if side.client_anchors:
        of = ", ".join(anchor.subject for anchor in side.client_anchors)
        words.append(f"demands a certificate of its clients, below {of}")
    if side.encryption is ServerEncryption.IN_CLEAR:
        words.append("shows no certificate")
    elif side.chain is None:
        words.append("no certificate configured: self-generated at start")
    if side.on_disk is not None:
        words.append("its files were replaced when it had started, and it has not loaded them")
    if side.route is not None:
        words.append(f"sends its clients on to {side.route.host}")
    if not side.key_readable:
        words.append("its account cannot read its private key: it does not start")
    elif not side.starts:
        words.append("its certificate is not the first one in its file: it does not start")
    return words


_AT_ADDRESSES = {
    Responder.ANSWERS: "a responder answers at addresses in its certificates",
    Responder.REFUSES: "nobody listens at addresses in its certificates",
    Responder.SILENT: "at addresses in its certificates connections are accepted, and nothing is said",
}
_EXCHANGES = {
    KeyExchange.RSA: "up to TLS 1.2 with RSA key exchange alone",
    KeyExchange.DHE: "up to TLS 1.2 with Diffie-Hellman (DHE) alone",
}
_INSTEAD = {
    Speaks.HTTP: "in its place HTTP without TLS answers",
    Speaks.SSH: "in its place SSH answers",
    Speaks.NOTHING: "in its place nothing answers: connections are accepted, and that is all",
    Speaks.CLOSES: "it ends each connection before TLS begins",
    Speaks.CLOSES_AFTER_PRELOGIN: "it ends each connection when it has answered PRELOGIN",
}


def _versions(side: ServerSide) -> str:
    """The TLS versions that clients are offered. TLS 1.3 came with TDS 8.0 (`tlslab.servers.tds.conf`)."""
    ends = side.tls_max
    if side.kind is ServerKind.SQLSERVER and side.encryption is not ServerEncryption.STRICT:
        ends = min(ends, TLSVersion.TLSv1_2)
    words = ends.label if side.tls_min >= ends else f"{side.tls_min.label} to {ends.label}"
    return f"{words} in TDS 7.x (TLSv1.3 only with TDS 8.0)" if ends < side.tls_max else words


def scenario_entry(scenario: Scenario) -> ScenarioEntry:
    """A scenario with its lesson and fixes."""
    return ScenarioEntry(
        id=scenario.id,
        title=scenario.title,
        lesson=scenario.lesson,
        kinds=[kind.value for kind in ServerKind if kind in scenario.kinds],
        conditions=sorted(map(str, scenario.conditions)),
        fixes=[
            FixEntry(
                name=fix.name,
                summary=fix.summary,
                claim=fix.claim,  # type: ignore[arg-type]
                clears=fix.clears,
                still_checks=_checks(fix.still_checks),
                side=fix.side.value,
                keeps_others=fix.keeps_others,
                steps=list(fix.steps),
                sources=_sources(fix.sources),
            )
            for fix in scenario.fixes
        ],
        sources=_sources(scenario.sources),
    )


def certificate_entry(certificate: x509.Certificate) -> CertificateEntry:
    """A certificate as people read it."""
    try:
        san = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        addresses = [f"IP:{address}" for address in san.get_values_for_type(x509.IPAddress)]
        names = [*san.get_values_for_type(x509.DNSName), *addresses]
    except x509.ExtensionNotFound:
        names = []
    return CertificateEntry(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        names=names,
        extended_key_usage=_purposes(certificate),
        not_before=certificate.not_valid_before_utc.isoformat(),
        not_after=certificate.not_valid_after_utc.isoformat(),
        signature_algorithm=_SIGNATURES.get(
            certificate.signature_algorithm_oid, certificate.signature_algorithm_oid.dotted_string
        ),
        key=_key(certificate),
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def _purposes(certificate: x509.Certificate) -> list[str]:
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return []
    names = {number: purpose.value for purpose, number in PURPOSES.items()}
    return [names.get(purpose, purpose.dotted_string) for purpose in purposes]


_SIGNATURES = {
    SignatureAlgorithmOID.RSA_WITH_SHA1: "sha1WithRSAEncryption",
    SignatureAlgorithmOID.RSA_WITH_SHA256: "sha256WithRSAEncryption",
    SignatureAlgorithmOID.ECDSA_WITH_SHA256: "ecdsa-with-SHA256",
}


def _what(anchor: Anchor) -> TrustedAs:
    return "authority" if isinstance(anchor, Authority) else "server-certificate"


def _trusted(
    certificate: x509.Certificate, what: TrustedAs, place: Literal["client", "system", "default", "variable"] = "client"
) -> TrustedEntry:
    return TrustedEntry(
        subject=certificate.subject.rfc4514_string(),
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        what=what,
        place=place,
    )


def _key(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    return f"EC {key.curve.name}" if isinstance(key, ec.EllipticCurvePublicKey) else type(key).__name__


def _repeat(outcome: Outcome) -> RepeatEntry:
    return RepeatEntry(
        result=outcome.result.value,
        code=outcome.code,
        normalised=normalise(outcome.text),
        seconds=round(outcome.seconds, 4),
    )


def _ids(attempts: Attempts) -> dict[str, str]:
    return {act: attempt.id for act, attempt in attempts.items()}


def _judged(acts: Acts) -> dict[str, ActEntry]:
    return {
        name: ActEntry(
            verdict=act.verdict.value,  # type: ignore[arg-type]
            as_expected=act.judgement.as_expected,
            why=act.judgement.why,
            basis=_basis(act.judgement),
        )
        for name, act in acts.items()
    }


def _cell_entry(
    cell: Cell | Exclusion, attempts: Attempts, acts: Acts, verdict: Verdict, broken_result: Result | None = None
) -> CellEntry:
    return CellEntry(
        id=cell.id,
        scenario=cell.scenario.id,
        fix=cell.fix.name,
        client=cell.client.name,
        kind=cell.kind.value,
        acts=_ids(attempts),
        judged=_judged(acts),
        status=verdict.status.value,
        broken=verdict.broken.value if verdict.broken else "",
        fix_verdict=verdict.fix.value if verdict.fix else "",
        broken_result=broken_result.value if broken_result else "",
        as_expected=verdict.as_expected,
        broken_judgement=_judgement(verdict.broken_judgement),
        fix_judgement=_judgement(verdict.fix_judgement),
        still_checks=_checks(verdict.remaining),
        checks_gone=_checks(verdict.gone),
        left_out=dict(cell.left_out) if isinstance(cell, Cell) else {},
        others=verdict.others.value if verdict.others else "",
        others_judgement=_judgement(verdict.others_judgement),
    )


def _judgement(judgement: Judgement) -> JudgementEntry:
    return JudgementEntry(
        as_expected=judgement.as_expected,
        why=judgement.why,
        basis=_basis(judgement),
        sources=_sources(judgement.sources),
        also=[condition.name for condition in judgement.also],
    )


def _checks(checks: Iterable[Check]) -> list[CheckName]:
    return [check.value for check in Check if check in frozenset(checks)]


def _basis(judgement: Judgement) -> BasisName:
    return "" if judgement.basis is None else judgement.basis.name.lower()  # type: ignore[return-value]


def _sources(sources: Iterable[Source]) -> list[SourceEntry]:
    return [SourceEntry(title=item.title, url=item.url) for item in sources]
