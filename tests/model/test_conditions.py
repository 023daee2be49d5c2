"""What is so in a situation, told from its facts."""

from datetime import timedelta

import pytest

from tlslab.model.certificate import LAB_ISSUING, LAB_ROOT, PAST, Authority, KeyPurpose, KeyUse, SignatureHash
from tlslab.model.circumstances import HOLDS_THE_CA
from tlslab.model.condition import Condition, Seen, conditions_of, conditions_seen, defects, unmasked
from tlslab.model.conditions import (
    CN_ALONE,
    CN_BESIDE_SAN,
    CONDITIONS,
    CRITICAL_EXTENSION,
    DEMANDS_ENCRYPTION,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
    IP_ADDRESS,
    ISSUER_NOT_FOR_SERVERS,
    ISSUER_NOT_YET_VALID,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NO_ENCRYPTION,
    NO_SIGNING,
    NO_STRICT,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_LOADED,
    NOT_SERVING,
    NOT_YET_VALID,
    OTHER_SERVICE,
    OTHER_STORE,
    PATH_TOO_LONG,
    PLAIN_HTTP,
    SELF_SIGNED,
    SILENT,
    SMALL_DH,
    STORE_ABSENT,
    STORE_NOT_HASHED,
    STORE_UNREADABLE,
    STRICT_ONLY,
    UNTRUSTED,
    WEAK_HANDSHAKE_SIGNATURE,
    WEAK_ISSUER_KEY,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
    client_versions,
)
from tlslab.model.situation import (
    HASHED_DIRECTORY,
    Encryption,
    KeyExchange,
    ServerEncryption,
    ServerKind,
    Situation,
    Speaks,
    Store,
    StoreFlaw,
    TLSVersion,
    healthy,
)

WEB, SQL = healthy(ServerKind.HTTPS), healthy(ServerKind.SQLSERVER)
SELF_MADE = WEB.with_leaf(issuer=None)
FALLBACK = SQL.with_server(chain=None)
SHA1 = SQL.with_leaf(signature=SignatureHash.SHA1)
BY_ADDRESS = WEB.with_leaf(addresses=("192.0.2.7", "2001:db8::7")).with_client(connect_to="192.0.2.7")
EVERYTHING = (TLSVersion.TLSv1_0, TLSVersion.TLSv1_3)
OLD = SQL.with_server(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1)


def found(situation: Situation) -> frozenset[Condition]:
    return conditions_of(situation, CONDITIONS)


@pytest.mark.parametrize(
    "situation",
    [
        WEB,
        SQL,
        SELF_MADE.with_client(trust_anchors=(SELF_MADE.chain.leaf,)),
        WEB.with_client(trust_anchors=(), system_trust_anchors=(LAB_ROOT,)),
        WEB.with_chain(after=()).with_client(intermediates=(LAB_ISSUING,)),
        WEB.with_chain(after=()).with_client(trust_anchors=(LAB_ROOT, LAB_ISSUING)),
        WEB.with_leaf(names=("www.lab.test",)).with_client(expected_name="www.lab.test"),
        OLD.with_client(tls_min=TLSVersion.TLSv1_0),
        SQL.with_client(encryption=Encryption.OPTIONAL),
        # Without the extension nothing is ruled out.
        *(
            WEB.with_leaf(extended_key_usage=purposes)
            for purposes in ((), (KeyPurpose.CLIENT_AUTH, KeyPurpose.SERVER_AUTH))
        ),
    ],
)
def test_nothing_is_wrong(situation: Situation) -> None:
    assert defects(found(situation)) == frozenset()


@pytest.mark.parametrize(
    ("situation", "conditions"),
    [
        (SELF_MADE, {SELF_SIGNED}),
        (FALLBACK, {SELF_SIGNED, NAME_MISMATCH}),
        (WEB.with_client(trust_anchors=()), {UNTRUSTED}),
        (WEB.with_leaf(issuer=Authority("Nobody's CA")), {UNTRUSTED}),
        (WEB.with_leaf(validity=PAST), {EXPIRED}),
        # It is the client's clock that decides: 90 days to go, 10 days gone (CURRENT).
        (WEB.with_client(clock=timedelta(days=91)), {EXPIRED}),
        (WEB.with_client(clock=timedelta(days=89)), set()),
        (WEB.with_client(clock=timedelta(days=-11)), {NOT_YET_VALID}),
        (WEB.with_leaf(validity=PAST).with_client(clock=timedelta(days=-20)), set()),
        (FALLBACK.with_client(clock=timedelta(seconds=-1)), {SELF_SIGNED, NAME_MISMATCH, NOT_YET_VALID}),
        (WEB.with_leaf(names=()), {NAME_MISMATCH, CN_ALONE}),
        (WEB.with_leaf(names=(), common_name="www.lab.test"), {NAME_MISMATCH}),
        (WEB.with_leaf(names=("www.lab.test",)), {NAME_MISMATCH, CN_BESIDE_SAN}),
        # An address is none of the names that a CN can hold.
        (WEB.with_leaf(names=(), common_name="192.0.2.7").with_client(connect_to="192.0.2.7"), {NAME_MISMATCH}),
        (SQL.with_server(encryption=ServerEncryption.IN_CLEAR), {NO_ENCRYPTION}),
        # Nobody can tell a client that begins with TLS that there is none.
        (SQL.with_server(encryption=ServerEncryption.IN_CLEAR).with_client(encryption=Encryption.STRICT), set()),
        (WEB.with_client(expected_name="www.lab.test"), {NAME_MISMATCH}),
        (BY_ADDRESS, {IP_ADDRESS}),
        (BY_ADDRESS.with_client(connect_to="2001:0DB8:0:0::7"), {IP_ADDRESS}),
        (BY_ADDRESS.with_client(connect_to="192.0.2.8"), {NAME_MISMATCH}),
        (BY_ADDRESS.with_client(trust_anchors=()), {IP_ADDRESS, UNTRUSTED}),
        (BY_ADDRESS.with_client(expected_name="shop.lab.test"), set()),
        # An address that stands among the DNS names is none (RFC 9525, 6.4).
        (BY_ADDRESS.with_leaf(names=("192.0.2.7",), addresses=()), {NAME_MISMATCH}),
        (FALLBACK.with_client(connect_to="127.0.0.1"), {SELF_SIGNED, NAME_MISMATCH}),
        (WEB.with_chain(after=()), {INCOMPLETE}),
        # Whose CA nobody trusts is not helped by its intermediate.
        (WEB.with_chain(after=()).with_client(trust_anchors=()), {UNTRUSTED}),
        (SHA1.with_server(security_level=0), {WEAK_SIGNATURE}),
        *(
            (situation.with_leaf(extended_key_usage=purposes), {NOT_FOR_SERVERS})
            for situation in (WEB, SQL)
            for purposes in ((KeyPurpose.CLIENT_AUTH,), (KeyPurpose.CODE_SIGNING, KeyPurpose.EMAIL_PROTECTION))
        ),
        (WEB.with_leaf(key_usage=frozenset({KeyUse.KEY_ENCIPHERMENT})), {NO_SIGNING}),
        (WEB.with_leaf(key_usage=frozenset({KeyUse.DATA_ENCIPHERMENT})), {KEY_USAGE, NO_SIGNING}),
        (WEB.with_leaf(key_usage=frozenset()), set()),
        (OLD, {NO_COMMON_VERSION}),
        (SQL.with_client(tls_max=TLSVersion.TLSv1_1), {NO_COMMON_VERSION}),
        (WEB.with_server(tls_min=TLSVersion.TLSv1_3).with_client(tls_max=TLSVersion.TLSv1_2), {NO_COMMON_VERSION}),
        (
            SQL.with_client(encryption=Encryption.OPTIONAL).with_server(encryption=ServerEncryption.FORCED),
            {DEMANDS_ENCRYPTION},
        ),
        (SELF_MADE.with_leaf(validity=PAST, names=()), {SELF_SIGNED, EXPIRED, NAME_MISMATCH, CN_ALONE}),
    ],
)
def test_what_is_so_is_named_and_nothing_else(situation: Situation, conditions: set[Condition]) -> None:
    assert found(situation) == conditions


@pytest.mark.parametrize("level", [2, 3])
def test_a_certificate_that_the_server_does_not_load_is_met_by_nobody(level: int) -> None:
    """SSL_CTX_set_security_level(3): level 2 excludes what is signed with SHA-1."""
    unloaded = SHA1.with_server(security_level=level)
    assert found(unloaded.with_leaf(validity=PAST)) == {NOT_LOADED}
    assert found(unloaded.with_server(tls_max=TLSVersion.TLSv1_1)) == {NOT_LOADED}


def test_where_nobody_listens_nothing_else_is_met_but_what_the_server_would_demand() -> None:
    assert found(SHA1.with_server(key_readable=False)) == {NOT_SERVING}
    assert found(OLD.with_server(key_readable=False)) == {NOT_SERVING}


@pytest.mark.parametrize(
    ("speaks", "condition"),
    [
        (Speaks.HTTP, PLAIN_HTTP),
        (Speaks.SSH, OTHER_SERVICE),
        (Speaks.CLOSES, ENDS_EARLY),
        (Speaks.CLOSES_AFTER_PRELOGIN, ENDS_AFTER_PRELOGIN),
        (Speaks.NOTHING, SILENT),
    ],
)
def test_where_no_such_server_answers_that_is_all_that_can_be_met(speaks: Speaks, condition: Condition) -> None:
    assert found(OLD.with_leaf(validity=PAST).with_server(speaks=speaks)) == {condition}
    assert conditions_seen(Seen(presents=False, shares_version=False, speaks=speaks), CONDITIONS) == {condition}


@pytest.mark.parametrize(
    ("store", "how"),
    [
        (Store(flaw=StoreFlaw.MISSING), STORE_ABSENT),
        (Store(flaw=StoreFlaw.DANGLING), STORE_ABSENT),
        (Store(flaw=StoreFlaw.EMPTY), STORE_UNREADABLE),
        (Store(flaw=StoreFlaw.DER), STORE_UNREADABLE),
        (Store(HASHED_DIRECTORY, StoreFlaw.NOT_HASHED), STORE_NOT_HASHED),
        (Store(HASHED_DIRECTORY, StoreFlaw.BUNDLE), STORE_NOT_HASHED),
    ],
    ids=str,
)
def test_of_a_store_that_is_laid_down_wrongly_nothing_is_trusted(store: Store, how: Condition) -> None:
    assert found(WEB.with_client(store=store)) == {UNTRUSTED, how}
    assert not how.wrong, "the server is in order, and no look at it shows what the client has"
    own = SELF_MADE.with_client(trust_anchors=(SELF_MADE.chain.leaf,))
    assert found(own.with_client(store=store)) == {SELF_SIGNED, how}
    assert found(WEB.with_client(store=store, system_trust_anchors=(LAB_ROOT,))) == {how}


def test_a_store_of_another_kind_that_is_in_order_changes_nothing() -> None:
    assert found(WEB.with_client(store=Store(HASHED_DIRECTORY))) == set()


def test_whether_a_store_holds_the_ca_is_asked_apart_from_how_it_is_laid_down() -> None:
    wrongly = WEB.with_client(store=Store(HASHED_DIRECTORY, StoreFlaw.NOT_HASHED))
    assert HOLDS_THE_CA.holds(wrongly)
    assert not HOLDS_THE_CA.holds(wrongly.with_client(trust_anchors=()))


def test_a_store_beside_the_one_with_the_root_is_told_and_is_no_defect() -> None:
    """Whether the default store counts when a client is given another one differs between clients."""
    elsewhere = (Authority("Another CA"),)
    by_default = WEB.with_client(trust_anchors=(), default_trust_anchors=(LAB_ROOT,))
    assert found(by_default) == frozenset()
    assert found(by_default.with_client(trust_anchors=elsewhere)) == {OTHER_STORE}
    assert found(by_default.with_client(intermediates=(LAB_ISSUING,))) == {OTHER_STORE}
    assert found(by_default.with_client(trust_anchors=(LAB_ROOT,))) == frozenset()
    assert not OTHER_STORE.wrong


def test_an_old_version_is_signed_with_sha1_unless_the_key_exchange_is_rsa() -> None:
    """RFC 4346, 7.4.3: ServerKeyExchange is signed with MD5 and SHA-1; with RSA key exchange it is not sent."""
    old = WEB.with_server(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1).with_client(offered=EVERYTHING)
    assert conditions_of(old, CONDITIONS) == {WEAK_HANDSHAKE_SIGNATURE}
    assert WEAK_HANDSHAKE_SIGNATURE not in conditions_of(old.with_server(key_exchange=KeyExchange.RSA), CONDITIONS)
    assert conditions_of(old.with_server(tls_max=TLSVersion.TLSv1_2), CONDITIONS) == set()
    assert conditions_of(old.with_client(tls_min=TLSVersion.TLSv1_2), CONDITIONS) == {NO_COMMON_VERSION}


def test_cipher_suites_and_groups_matter_up_to_tls_1_2() -> None:
    """TLS 1.3 has suites and groups of its own (RFC 8446, appendix B.4 and 4.2.7)."""
    ends = WEB.with_server(tls_max=TLSVersion.TLSv1_2)
    for changes, condition in (
        ({"usual_suites": False}, NO_COMMON_CIPHER),
        ({"key_exchange": KeyExchange.DHE, "small_dh": True}, SMALL_DH),
    ):
        assert conditions_of(ends.with_server(**changes), CONDITIONS) == {condition}
        assert conditions_of(WEB.with_server(**changes), CONDITIONS) == set()
    assert conditions_of(ends.with_server(usual_suites=False).with_leaf(issuer=None), CONDITIONS) == {NO_COMMON_CIPHER}


def test_tds_8_0_takes_two_who_speak_it() -> None:
    """A server may refuse who begins with PRELOGIN (network.forcestrict), and an old one knows nothing else; with a
    self-generated certificate there is no strict connection (error 17821).
    """
    strict = SQL.with_client(encryption=Encryption.STRICT)
    demanding = ServerEncryption.STRICT
    assert conditions_of(strict.with_server(encryption=demanding), CONDITIONS) == set()
    assert conditions_of(SQL.with_server(encryption=demanding).with_leaf(issuer=None), CONDITIONS) == {STRICT_ONLY}
    for server in ({"speaks_tds8": False}, {"chain": None}):
        assert conditions_of(strict.with_server(**server), CONDITIONS) == {NO_STRICT}
    assert conditions_of(SQL.with_server(speaks_tds8=False), CONDITIONS) == set()


def test_a_demand_is_no_defect() -> None:
    assert defects({DEMANDS_ENCRYPTION, EXPIRED}) == {EXPIRED}


def test_what_is_masked_by_what_is_not_there_stays() -> None:
    assert unmasked([EXPIRED, NAME_MISMATCH]) == {EXPIRED, NAME_MISMATCH}
    assert unmasked([EXPIRED, NOT_LOADED]) == {NOT_LOADED}


@pytest.mark.parametrize(
    ("situation", "versions"),
    [
        (WEB, (TLSVersion.TLSv1_2, TLSVersion.TLSv1_3)),
        (WEB.with_client(tls_max=TLSVersion.TLSv1_1), (TLSVersion.TLSv1_1, TLSVersion.TLSv1_1)),
        (WEB.with_client(tls_min=TLSVersion.TLSv1_0), (TLSVersion.TLSv1_0, TLSVersion.TLSv1_3)),
        # TLS inside TDS ends at 1.2, TDS 8.0 begins with TLS (MS-TDS, 2.2.6.5).
        (SQL, (TLSVersion.TLSv1_2, TLSVersion.TLSv1_2)),
        (SQL.with_client(tls_max=TLSVersion.TLSv1_3), (TLSVersion.TLSv1_2, TLSVersion.TLSv1_2)),
        (SQL.with_client(encryption=Encryption.STRICT), (TLSVersion.TLSv1_2, TLSVersion.TLSv1_3)),
        # What the client offers by itself is what holds where nothing is said.
        (WEB.with_client(offered=EVERYTHING), EVERYTHING),
        (WEB.with_client(offered=EVERYTHING, tls_min=TLSVersion.TLSv1_2), (TLSVersion.TLSv1_2, TLSVersion.TLSv1_3)),
        (WEB.with_client(offered=EVERYTHING, tls_max=TLSVersion.TLSv1_1), (TLSVersion.TLSv1_0, TLSVersion.TLSv1_1)),
        (SQL.with_client(offered=EVERYTHING), (TLSVersion.TLSv1_0, TLSVersion.TLSv1_2)),
    ],
)
def test_the_versions_that_a_client_side_allows(situation: Situation, versions: tuple[TLSVersion, TLSVersion]) -> None:
    assert client_versions(situation) == versions


@pytest.mark.parametrize(
    ("seen", "conditions"),
    [
        (Seen(), set[Condition]()),
        (Seen(errors=frozenset({(18, 0)})), {SELF_SIGNED}),
        (Seen(errors=frozenset({(19, 1)})), {UNTRUSTED}),
        # An issuer that is not there: of an authority that nobody trusts, or of one that was left out.
        (Seen(errors=frozenset({(20, 0)}), errors_when_complete=frozenset({(20, 0)})), {UNTRUSTED}),
        (Seen(errors=frozenset({(20, 0), (21, 0)})), {INCOMPLETE}),
        (Seen(errors=frozenset({(10, 0)})), {EXPIRED}),
        (Seen(errors=frozenset({(26, 0)}), purposes=frozenset({KeyPurpose.CLIENT_AUTH})), {NOT_FOR_SERVERS}),
        (Seen(errors=frozenset({(26, 0)}), uses=frozenset({KeyUse.CRL_SIGN})), {KEY_USAGE}),
        (Seen(errors=frozenset({(26, 1)})), {ISSUER_NOT_FOR_SERVERS}),
        # OpenSSL adds that its purpose is unsuitable.
        (Seen(errors=frozenset({(79, 1), (26, 1)})), {NOT_A_CA}),
        (Seen(errors=frozenset({(10, 1)})), {EXPIRED_ISSUER}),
        (Seen(errors=frozenset({(10, 2)}), anchors=frozenset({2})), {EXPIRED_ROOT}),
        (Seen(errors=frozenset({(9, 1)})), {ISSUER_NOT_YET_VALID}),
        (Seen(errors=frozenset({(7, 0)})), {FORGED}),
        (Seen(errors=frozenset({(25, 2)})), {PATH_TOO_LONG}),
        (Seen(errors=frozenset({(47, 0)})), {NAME_NOT_PERMITTED}),
        (Seen(errors=frozenset({(48, 0)})), {NAME_NOT_PERMITTED}),
        (Seen(errors=frozenset({(34, 1)})), {CRITICAL_EXTENSION}),
        (Seen(weak_signatures=frozenset({1})), {WEAK_ISSUER_SIGNATURE}),
        (Seen(weak_keys=frozenset({0, 1})), {WEAK_KEY, WEAK_ISSUER_KEY}),
        (Seen(carries_name=False), {NAME_MISMATCH}),
        (Seen(weak_signatures=frozenset({0})), {WEAK_SIGNATURE}),
        (Seen(shares_version=False), {NO_COMMON_VERSION}),
        (Seen(shares_cipher=False), {NO_COMMON_CIPHER}),
        (Seen(presents=False, shares_version=False), {NOT_LOADED}),
        (Seen(presents=False, shares_version=False, only_strict=True), {STRICT_ONLY}),
        (Seen(presents=False, shares_version=False, not_strict=True), {NO_STRICT}),
        (Seen(answers=False, presents=False, shares_version=False), {NOT_SERVING}),
    ],
)
def test_what_the_self_check_measured_shows_the_same(seen: Seen, conditions: set[Condition]) -> None:
    assert conditions_seen(seen, CONDITIONS) == conditions
