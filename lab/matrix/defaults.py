"""The measured defaults: what a client does when no security option is given to it.

Vendors change defaults (Encrypt, the common name, the oldest TLS version) and break or expose those who upgrade. Here
they are measured, not read: every client connects plainly to the same few servers, and from which of them it refuses
the lab concludes what it checks. Pure: the situations are played elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tlslab.clients.base import Client
from tlslab.model.act import DEFAULT
from tlslab.model.certificate import LAB_ROOT, PAST, Authority
from tlslab.model.record import AttemptEntry, Record
from tlslab.model.situation import HOSTS, ClientSide, ServerEncryption, ServerKind, Situation, TLSVersion, healthy

UNKNOWN_ISSUING = Authority("Unknown Issuing CA", parent=Authority("Unknown Root CA"))
UNKNOWN = "unknown: it does not connect to a healthy server"
OTHER_NAME = "elsewhere.lab.test"


@dataclass(frozen=True, slots=True)
class Default:
    """One server that is connected to plainly. `id` is the same for every client; `must_refuse`: a client that
    verifies everything does not connect.
    """

    id: str
    situation: Situation
    server: str
    certificate: str
    must_refuse: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """The case of a default: a client that connects plainly."""

    client: Client
    default: Default

    @property
    def id(self) -> str:
        """`sqlserver/forced/untrusted/odbc18`."""
        return f"{self.default.id}/{self.client.name}"

    @property
    def acts(self) -> Mapping[str, Situation]:
        """Its one act."""
        return {DEFAULT: self.default.situation}


@dataclass(frozen=True, slots=True)
class Fact:
    """One answer about a client's defaults, in words. `cautious` None: it cannot be told."""

    question: str
    answer: str
    cautious: bool | None


def measured(kind: ServerKind) -> tuple[Default, ...]:
    """The defaults that are measured at this kind of server."""
    good = plain(kind)
    if kind is ServerKind.HTTPS:
        return (*_certificates("https", good, "HTTPS"), _common_name_only(good), _old("https", good, "HTTPS"))
    forced = good.with_server(encryption=ServerEncryption.FORCED)
    return (
        Default(
            "sqlserver/off/self-generated",
            good.with_server(chain=None),
            "no certificate configured, encryption not forced",
            "self-generated",
            must_refuse=True,
        ),
        *_certificates("sqlserver/on", good, "certificate configured, encryption not forced"),
        *_certificates("sqlserver/forced", forced, "encryption forced"),
        _old("sqlserver/forced", forced, "encryption forced"),
    )


def plain(kind: ServerKind) -> Situation:
    """The healthy server, and a client that is told nothing but where to connect; the lab's root stands in the store
    that it reads by itself.
    """
    return Situation(healthy(kind).server, ClientSide(HOSTS[kind], trust_anchors=(LAB_ROOT,), defaults_only=True))


def _certificates(identity: str, good: Situation, server: str) -> tuple[Default, ...]:
    def at(certificate: str, situation: Situation) -> Default:
        return Default(f"{identity}/{certificate}", situation, server, certificate, certificate != "good")

    return (
        at("good", good),
        at("untrusted", good.with_leaf(issuer=UNKNOWN_ISSUING)),
        at("wrong-name", good.with_leaf(common_name=OTHER_NAME, names=(OTHER_NAME,))),
        at("expired", good.with_leaf(validity=PAST)),
    )


def _common_name_only(good: Situation) -> Default:
    """The name stands in the subject alone, where RFC 9525 (6.3) says not to look and clients used to."""
    situation = good.with_leaf(names=())
    return Default("https/cn-only", situation, "HTTPS", "cn-only", must_refuse=True)


def _old(identity: str, good: Situation, server: str) -> Default:
    situation = good.with_server(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1, security_level=0)
    words = f"{server}, TLS 1.0 and 1.1 alone"
    return Default(f"{identity}/tls-1.1", situation, words, "good", must_refuse=True)


# --- what follows from them


def facts(record: Record, client: str) -> tuple[Fact, ...]:
    """What a record says of the defaults of a client; empty when they were not measured."""
    attempts = {entry.id: entry for entry in record.attempts}
    seen = {
        item.default: attempts[item.acts[DEFAULT]]
        for item in record.defaults
        if item.client == client and item.status == "played"
    }
    return conclude(seen)


def conclude(seen: Mapping[str, AttemptEntry]) -> tuple[Fact, ...]:
    """The facts that follow from what was measured, by the ids of the defaults."""
    kinds = {identity.partition("/")[0] for identity in seen}
    if "sqlserver" in kinds:
        settings = ["sqlserver/on", "sqlserver/forced"]
        return (
            _encryption(seen),
            _checks("chain", "untrusted", seen, settings),
            _checks("name", "wrong-name", seen, settings),
            _checks("dates", "expired", seen, settings),
            _floor(seen, "sqlserver/forced"),
        )
    if "https" in kinds:
        return (
            _checks("chain", "untrusted", seen, ["https"]),
            _checks("name", "wrong-name", seen, ["https"]),
            _checks("dates", "expired", seen, ["https"]),
            _checks("SAN, not the common name", "cn-only", seen, ["https"]),
            _floor(seen, "https"),
        )
    return ()


def _connects(seen: Mapping[str, AttemptEntry], identity: str) -> bool | None:
    """Whether the client connected; None when that was not measured, or nothing can be concluded from how it ended."""
    entry = seen.get(identity)
    if entry is None or entry.result not in {"connected", "refused"}:
        return None
    return entry.result == "connected"


def _encryption(seen: Mapping[str, AttemptEntry]) -> Fact:
    question = "encrypts"
    on, forced = seen.get("sqlserver/on/good"), seen.get("sqlserver/forced/good")
    if on is None or forced is None or on.result != "connected":
        return Fact(question, UNKNOWN, None)
    if on.encrypted:
        return Fact(question, "always", True)
    if forced.result == "connected" and forced.encrypted:
        return Fact(question, "only where the server forces it", False)
    return Fact(question, "never", False)


def _checks(what: str, certificate: str, seen: Mapping[str, AttemptEntry], settings: Iterable[str]) -> Fact:
    """Whether a defect of the certificate makes it refuse a server that it connects to otherwise."""
    question = f"checks the {what}"
    said: dict[str, bool] = {}
    for setting in settings:
        if _connects(seen, f"{setting}/good") and (bad := _connects(seen, f"{setting}/{certificate}")) is not None:
            said[setting] = not bad
    if not said:
        return Fact(question, UNKNOWN, None)
    if len(set(said.values())) == 1:
        checks = next(iter(said.values()))
        return Fact(question, "yes" if checks else "no", checks)
    where = next(setting for setting, checks in said.items() if checks)
    return Fact(question, f"only where encryption is {where.rpartition('/')[2]}", False)


def _floor(seen: Mapping[str, AttemptEntry], setting: str) -> Fact:
    question = "a server with TLS 1.1 at most"
    connected = _connects(seen, f"{setting}/tls-1.1")
    if connected is None or not _connects(seen, f"{setting}/good"):
        return Fact(question, UNKNOWN, None)
    return Fact(question, "connects", False) if connected else Fact(question, "refuses", True)
