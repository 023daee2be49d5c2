"""SqlClient's rows say what sixteen releases did in 2,310 measured attempts: all of them.

The measurement stands in `data/sqlclient.json`. What each attempt was about stands here, by hand: the conditions of a
server, those that the dialled name or HostNameInCertificate change, and the circumstances that the options make.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any as Json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tlslab.libraries.sqlclient import FRAMES, LIBRARY
from tlslab.libraries.sqlclient.conditions import (
    ENCRYPT_BY_WORD,
    ENCRYPT_IS_NONSENSE,
    EXPECTS,
    KNOWN,
    NO_CRL,
    OF_THE_CHAIN,
    OPTIONAL,
    PINNED,
    SSLSTREAM_COMPLAINS,
    STRICT,
    TRUSTS_ALL,
    UNKNOWN_HOST,
    WRONG_PASSWORD,
)
from tlslab.libraries.sqlclient.drivers import MICROSOFT, SYSTEM
from tlslab.libraries.sqlclient.sources import MEASURED
from tlslab.model.beyond import PIN_UNREADABLE
from tlslab.model.circumstances import RESETS
from tlslab.model.condition import Condition, conditions_of, unmasked
from tlslab.model.conditions import (
    CN_ALONE,
    CN_BESIDE_SAN,
    CRITICAL_EXTENSION,
    DEMANDS_ENCRYPTION,
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
    ISSUER_NOT_FOR_SERVERS,
    ISSUER_NOT_YET_VALID,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NO_ENCRYPTION,
    NO_STRICT,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_LOADED,
    NOT_SERVING,
    NOT_YET_VALID,
    OF_REVOCATION,
    OTHER_PIN,
    PATH_TOO_LONG,
    REVOKED,
    RSA_KEY_EXCHANGE,
    SELF_SIGNED,
    SMALL_DH,
    STRICT_ONLY,
    UNTRUSTED,
    WEAK_ISSUER_KEY,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, shows
from tlslab.model.knowledge import Answer, Knowledge, Statement, answer
from tlslab.model.library import Any, Hangs, Prints, When
from tlslab.model.names import DIALLED_NAME, NAMES, SUBJECT_IS_THE_NAME
from tlslab.model.release import Versions, numbers
from tlslab.model.situation import Encryption, ServerEncryption, ServerKind, Situation, healthy

DATA: dict[str, Json] = json.loads((Path(__file__).parent / "data" / "sqlclient.json").read_text(encoding="utf-8"))
ATTEMPTS: dict[str, dict[str, Json]] = DATA["attempts"]
TABLE = Knowledge({"sqlclient": LIBRARY}, KNOWN).table(FRAMES)

SERVERS: dict[str, set[Condition]] = {
    **{name: set() for name in ("good", "inter", "rootsent", "catrue", "noeku", "wildcard", "forced")},
    **{name: set() for name in ("new.rst", "new.fin")},
    "cnonly": {NAME_MISMATCH, CN_ALONE},
    "cnonly_expired": {EXPIRED, NAME_MISMATCH, CN_ALONE},
    "cnonly_untrusted": {UNTRUSTED, NAME_MISMATCH, CN_ALONE},
    "cnright_sanwrong": {NAME_MISMATCH, SUBJECT_IS_THE_NAME},
    "cnright_sanwrong_self": {SELF_SIGNED, NAME_MISMATCH, SUBJECT_IS_THE_NAME},
    "cnright_sanwrong_untrusted": {UNTRUSTED, NAME_MISMATCH, SUBJECT_IS_THE_NAME},
    "ekuclient": {NOT_FOR_SERVERS},
    "expired": {EXPIRED},
    "expireduntrusted": {EXPIRED, UNTRUSTED},
    "expiredwrong": {EXPIRED, NAME_MISMATCH},
    "fallback": {SELF_SIGNED, NAME_MISMATCH},
    "fallback.forced": {SELF_SIGNED, NAME_MISMATCH},
    "fallbackcn": {SELF_SIGNED, NAME_MISMATCH},
    "forceduntrusted": {UNTRUSTED},
    "ipdns": {NAME_MISMATCH, SUBJECT_IS_THE_NAME},
    "ipsan": {NAME_MISMATCH, CN_ALONE},
    "nointer": {INCOMPLETE},
    "notsup": {NO_ENCRYPTION},
    "notyet": {NOT_YET_VALID},
    **{name: {NO_COMMON_VERSION} for name in ("old.rst", "old.fin", "old10.rst")},
    **{name: {NO_COMMON_CIPHER, RSA_KEY_EXCHANGE} for name in ("cipher.rst", "cipher.fin")},
    **{name: {NOT_LOADED} for name in ("sha1srv.rst", "sha1srv.fin")},
    "oldroot": {UNTRUSTED},  # Nobody shows the client that the root has expired.
    "rsa1024": {WEAK_KEY},
    "selfsigned": {SELF_SIGNED},
    "sha1": {WEAK_SIGNATURE},
    "sha1self": {SELF_SIGNED},
    "short": {NAME_MISMATCH},
    **{name: {UNTRUSTED} for name in ("untrusted", "untrustedsent")},
    "wrongboth": {UNTRUSTED, NAME_MISMATCH},
    "wrongname": {NAME_MISMATCH},
}
"""The conditions of each server for a client that dials db.lab.test, asks for encryption and was given nothing else."""

OF_THE_NAME = {NAME_MISMATCH, CN_ALONE, SUBJECT_IS_THE_NAME, DIALLED_NAME}
DIALLED: dict[str, set[Condition] | None] = {
    "": None,
    "DB.LAB.TEST": None,
    "tcp:db.lab.test": None,
    "db": {NAME_MISMATCH, SUBJECT_IS_THE_NAME},
    "localhost": {NAME_MISMATCH},
    "(local)": {NAME_MISMATCH},
    ".": {NAME_MISMATCH},
    "127.0.0.1": {NAME_MISMATCH},
    "nosuch.lab.test": {UNKNOWN_HOST},
}
"""What another dialled name makes of the conditions of the name; None: it is the same name."""
BY_NAME: dict[tuple[str, str], set[Condition]] = {
    ("ipsan", "127.0.0.1"): set(),
    ("good", "other.lab.test"): {NAME_MISMATCH, DIALLED_NAME},
    ("good", "nope.lab.test"): {NAME_MISMATCH, DIALLED_NAME},
    ("good", "db.lab.test"): {SUBJECT_IS_THE_NAME},  # 127.0.0.1 was dialled.
    ("wrongname", "other.lab.test"): {SUBJECT_IS_THE_NAME},
    ("wrongboth", "other.lab.test"): {SUBJECT_IS_THE_NAME},
    ("expiredwrong", "other.lab.test"): {SUBJECT_IS_THE_NAME},
    ("fallback", "SSL_Self_Signed_Fallback"): {NAME_MISMATCH, CN_ALONE, SUBJECT_IS_THE_NAME},
}
"""The conditions of the name of a server whose name is the dialled one or that of HostNameInCertificate."""
BY_ATTEMPT = {"badpw": {WRONG_PASSWORD}, "down": {NOT_SERVING}}
UNREADABLE_PINS = {"nofile", "good.key"}


@dataclass(frozen=True)
class Act:
    """One attempt with one release: what is there, and which circumstances hold."""

    present: frozenset[Condition]
    whens: frozenset[When]

    def holds(self, when: When) -> bool:
        """Circumstances that a condition is there are told by its name."""
        return when in self.whens or when.name in {condition.name for condition in self.present}

    def answer(self, release: dict[str, str]) -> Answer:
        return answer(TABLE, self.present, self.holds, release)


def release_of(name: str) -> dict[str, str]:
    driver, version = name.split(" ")
    return {{"Microsoft.Data.SqlClient": MICROSOFT, "System.Data.SqlClient": SYSTEM}[driver]: version}


def encrypts_by_default(release: dict[str, str]) -> bool:
    return Versions.of({MICROSOFT: ">=4"}).take(release)


def circumstances(server: str, options: dict[str, str], release: dict[str, str]) -> set[When]:
    encrypt = options.get("Encrypt", "True" if encrypts_by_default(release) else "False")
    found = {
        STRICT: encrypt == "Strict",
        OPTIONAL: encrypt in {"False", "no", "Optional"},
        ENCRYPT_BY_WORD: encrypt in {"Strict", "Optional", "Mandatory"},
        ENCRYPT_IS_NONSENSE: encrypt in {"bogus", "off"},
        TRUSTS_ALL: options.get("TrustServerCertificate") == "True",
        EXPECTS: "HostNameInCertificate" in options,
        PINNED: "ServerCertificate" in options,
        RESETS: not server.endswith(".fin"),
    }
    return {when for when, holds in found.items() if holds}


def conditions(name: str, server: str, dialled: str, options: dict[str, str], whens: set[When]) -> set[Condition]:
    if name in BY_ATTEMPT and server not in SERVERS:
        return BY_ATTEMPT[name]
    strict_only, server = server.endswith(".s"), server.removesuffix(".s")
    found = {NO_CRL} | SERVERS[server] | BY_ATTEMPT.get(name, set())
    expected = options.get("HostNameInCertificate", dialled)
    of_the_name = BY_NAME.get((server, expected), DIALLED.get(expected))
    if of_the_name is not None:
        found = (found - OF_THE_NAME) | of_the_name
    pin = options.get("ServerCertificate", server)
    if pin != server:
        found |= {PIN_UNREADABLE if pin in UNREADABLE_PINS else OTHER_PIN}
    if OPTIONAL in whens and server in {"forced", "forceduntrusted", "fallback.forced"}:
        found |= {DEMANDS_ENCRYPTION}
    if strict_only and STRICT not in whens:
        found |= {STRICT_ONLY}
    if strict_only and STRICT in whens and server == "fallback":
        found |= {NO_STRICT}
    return found


def sslstream_complains(present: frozenset[Condition]) -> bool:
    name = SUBJECT_IS_THE_NAME in present or (NAME_MISMATCH in present and not present & {CN_ALONE, DIALLED_NAME})
    return name or bool(present & set(OF_THE_CHAIN))


def act(name: str, release: dict[str, str]) -> Act:
    attempt = ATTEMPTS[name]
    server, dialled = attempt["server"], attempt.get("dialled", "")
    options = dict(option.split("=") for option in attempt["options"].split(";") if option)
    whens = circumstances(server, options, release)
    present = unmasked(conditions(name, server, dialled, options, whens))
    return Act(present, frozenset(whens | ({SSLSTREAM_COMPLAINS} if sslstream_complains(present) else set())))


def outcomes(name: str) -> dict[str, dict[str, Json]]:
    """What came of an attempt, for each release with which it was made."""
    of_releases = zip(DATA["releases"], ATTEMPTS[name]["outcomes"], strict=True)
    return {release: DATA["outcomes"][number] for release, number in of_releases if number is not None}


def printed(outcome: dict[str, Json]) -> tuple[str, str]:
    """What a program prints that prints every exception, and SqlException.Number."""
    exceptions = "\n ---> ".join(f"{name}: {DATA['texts'][text]}" for name, text in outcome["chain"])
    return exceptions, str(outcome.get("number", ""))


def matches(statement: Statement, text: str, code: str) -> bool:
    does = statement.does
    return isinstance(does, Prints) and shows(text, does.text, {}) and does.code in {"", code}


def literal(statement: Statement) -> int:
    """How many characters of a statement are its own."""
    assert isinstance(statement.does, Prints)
    text = " ".join(re.sub(r"\{\*\}", "", statement.does.text).split())
    return len(text) + len(statement.does.code)


@cache
def deciding(text: str, code: str) -> frozenset[Statement]:
    """Of all statements that match what was printed, those with most literal characters."""
    found = [statement for statement in TABLE if matches(statement, text, code)]
    return frozenset(statement for statement in found if literal(statement) == max(map(literal, found)))


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_rows_say_what_every_release_did(name: str) -> None:
    for release_name, outcome in outcomes(name).items():
        release = release_of(release_name)
        attempted = act(name, release)
        found = attempted.answer(release)
        seen = f"{release_name}: {sorted(map(str, attempted.present))}, {sorted(map(str, attempted.whens))}"
        assert not found.unanswered, seen
        assert found.connects == outcome.get("connected", False), seen
        if outcome.get("hangs"):
            assert {statement.does for statement in found.says} == {Hangs()}, seen
        elif not found.connects:
            text, code = printed(outcome)
            assert any(matches(statement, text, code) for statement in found.says), f"{seen}: {text}"
            assert deciding(text, code) & set(found.says), f"{seen}: {text}"


def test_every_outcome_of_the_measurement_is_asked_for() -> None:
    kinds = Counter(
        next(key for key in ("connected", "hangs", "chain") if key in outcome)
        for name in ATTEMPTS
        for outcome in outcomes(name).values()
    )
    assert kinds == {"connected": 989, "chain": 1315, "hangs": 6}


NOT_ATTEMPTED: list[frozenset[Condition] | Any] = [
    frozenset({EXPIRED_ROOT}),  # Measured apart from the others.
    *(frozenset({item}) for item in (SMALL_DH, REVOKED)),  # Played by the lab's own cells.
    *(frozenset({chain, NAME_MISMATCH}) for chain in (INCOMPLETE, NOT_YET_VALID, NOT_FOR_SERVERS, EXPIRED_ROOT)),
]
"""What no attempt was about. The driver appends its text about the name to that about the chain, whatever stands there
(NAME_TEXT)."""


def test_what_is_called_observed_was_observed() -> None:
    answered = {
        statement.row
        for name in ATTEMPTS
        for release in map(release_of, outcomes(name))
        for found in [act(name, release).answer(release)]
        for statement in (*found.says, *found.tolerated)
    }
    observed = [row for row in LIBRARY.rows if row.source is MEASURED and row not in answered]
    assert [row.of for row in observed if row.of not in NOT_ATTEMPTED] == []


def test_every_source_that_is_not_a_measurement_has_a_permanent_address() -> None:
    cited = [(row.basis, row.source.url) for row in (*LIBRARY.rows, *FRAMES)]
    assert all(re.search(r"/blob/[0-9a-f]{40}/.+#L\d+", url) for basis, url in cited if basis is Basis.AUTHORITATIVE)
    assert all(re.search(r"/issues/\d+$", url) for basis, url in cited if basis is Basis.REPORTED)


def test_no_act_is_answered_by_a_row_of_the_other_driver() -> None:
    present = frozenset({UNTRUSTED})
    for driver, other in ((MICROSOFT, SYSTEM), (SYSTEM, MICROSOFT)):
        found = answer(TABLE, present, lambda when: False, {driver: "5.1.9"})
        assert found.says
        assert all(name != other for statement in found.says for name, _, _ in statement.versions.bounds)


BETWEEN = ["Microsoft.Data.SqlClient " + version for version in ("1.1.4", "2.0.1", "3.1.7", "4.0.1", "4.1.0", "4.1.1")]
BETWEEN += ["Microsoft.Data.SqlClient " + version for version in ("5.1.0", "6.1.9", "7.0.1", "8.0.0", "main")]


UNMEASURED = {
    *(FORGED, KEY_USAGE, CRITICAL_EXTENSION, EXPIRED_ISSUER, ISSUER_NOT_YET_VALID, WEAK_ISSUER_SIGNATURE),
    *(WEAK_ISSUER_KEY, NOT_A_CA, ISSUER_NOT_FOR_SERVERS, PATH_TOO_LONG, NAME_NOT_PERMITTED),
    *OF_REVOCATION,
}
"""Of these nobody has seen what SqlClient says."""


@settings(deadline=None)
@given(
    st.sampled_from([*DATA["releases"], *BETWEEN]),
    st.frozensets(st.sampled_from([item for item in KNOWN if item not in UNMEASURED]), max_size=5),
    st.frozensets(st.sampled_from([OPTIONAL, TRUSTS_ALL, EXPECTS, PINNED, RESETS]), max_size=3),
)
def test_whatever_is_wrong_has_an_answer_with_every_release(
    release: str, found: frozenset[Condition], whens: frozenset[When]
) -> None:
    """Also with those that nobody measured; no row contradicts another."""
    present = unmasked(found)
    if sslstream_complains(present):
        whens |= {SSLSTREAM_COMPLAINS}
    assert not Act(present, whens).answer(release_of(release)).unanswered


def test_a_local_build_does_what_the_newest_release_does() -> None:
    present = frozenset({UNTRUSTED, NAME_MISMATCH, SUBJECT_IS_THE_NAME, NO_CRL})
    newest = DATA["releases"][12]
    assert numbers(newest.split(" ")[1]) == (7, 1, 1)
    ours = answer(TABLE, present, lambda when: False, {MICROSOFT: "/home/me/SqlClient"})
    assert ours == answer(TABLE, present, lambda when: False, release_of(newest))


GOOD = healthy(ServerKind.SQLSERVER)


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (GOOD, set()),
        (GOOD.with_leaf(names=()), {NAME_MISMATCH, CN_ALONE}),
        (GOOD.with_leaf(names=("other.lab.test",)), {NAME_MISMATCH, SUBJECT_IS_THE_NAME, CN_BESIDE_SAN}),
        (GOOD.with_client(connect_to="db"), {NAME_MISMATCH, SUBJECT_IS_THE_NAME}),
        (GOOD.with_client(connect_to="d"), {NAME_MISMATCH}),
        (GOOD.with_client(expected_name="other.lab.test"), {NAME_MISMATCH, DIALLED_NAME}),
        (GOOD.with_client(connect_to="127.0.0.1", expected_name="db.lab.test"), {SUBJECT_IS_THE_NAME}),
        (GOOD.with_server(encryption=ServerEncryption.STRICT), {STRICT_ONLY}),
        (GOOD.with_server(encryption=ServerEncryption.STRICT).with_client(encryption=Encryption.STRICT), set()),
        (
            GOOD.with_server(encryption=ServerEncryption.STRICT, chain=None).with_client(encryption=Encryption.STRICT),
            {NO_STRICT},
        ),
    ],
)
def test_the_conditions_of_a_situation(situation: Situation, expected: set[Condition]) -> None:
    assert conditions_of(situation, KNOWN) - {NO_CRL} == expected


def test_a_condition_is_named_once() -> None:
    assert [name for name, times in Counter(condition.name for condition in KNOWN).items() if times > 1] == []
    used = {item for row in LIBRARY.rows if not isinstance(row.of, Any) for item in row.of}
    assert used <= {*KNOWN, *NAMES}
