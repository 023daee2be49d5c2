"""The mint: certificates as described, relative to now, each once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tlslab.matrix.entries import certificate_entry
from tlslab.model.certificate import (
    CURRENT,
    FALLBACK,
    LAB_ISSUING,
    LAB_ROOT,
    PAST,
    Authority,
    Chain,
    KeyPurpose,
    Leaf,
    SignatureHash,
)
from tlslab.model.situation import ServerKind, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint, certificates

NOW = datetime.now(UTC).replace(microsecond=0)
HOST = "db.lab.test"


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> Mint:
    return Mint(Keys(tmp_path_factory.mktemp("keys")), NOW)


def leaf(**changes: object) -> Leaf:
    return Leaf(**{"common_name": HOST, "names": (HOST,), "issuer": LAB_ISSUING, **changes})  # type: ignore[arg-type]


def test_equal_descriptions_are_the_same_certificate(mint: Mint) -> None:
    assert mint.certificate(leaf()) is mint.certificate(leaf())
    assert mint.certificate(leaf()) != mint.certificate(leaf(validity=PAST))


def test_dates_are_relative_to_now(mint: Mint) -> None:
    past = mint.certificate(leaf(validity=PAST))
    assert past.not_valid_after_utc < NOW - timedelta(days=2)
    current = mint.certificate(leaf())
    assert current.not_valid_before_utc == NOW + CURRENT.starts
    assert current.not_valid_after_utc == NOW + CURRENT.ends
    assert current.not_valid_after_utc - current.not_valid_before_utc < timedelta(days=398)


def test_the_chain_is_signed_link_by_link(mint: Mint) -> None:
    end, issuing = certificates(mint.chain_pem(Chain(leaf())))
    end.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(mint.certificate(LAB_ROOT))


def test_a_leaf_without_names_has_no_san_at_all(mint: Mint) -> None:
    with pytest.raises(x509.ExtensionNotFound):
        mint.certificate(leaf(names=())).extensions.get_extension_for_class(x509.SubjectAlternativeName)


def test_addresses_stand_beside_the_names_as_addresses(mint: Mint) -> None:
    found = mint.certificate(leaf(addresses=("127.0.0.1", "2001:DB8:0::1")))
    san = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert san.get_values_for_type(x509.DNSName) == [HOST]
    assert [str(item) for item in san.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "2001:db8::1"]
    assert certificate_entry(found).names == [HOST, "IP:127.0.0.1", "IP:2001:db8::1"]


def test_an_address_may_be_all_that_a_leaf_is_for(mint: Mint) -> None:
    found = mint.certificate(leaf(names=(), addresses=("127.0.0.1",)))
    assert certificate_entry(found).names == ["IP:127.0.0.1"]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ((KeyPurpose.SERVER_AUTH,), [ExtendedKeyUsageOID.SERVER_AUTH]),
        ((KeyPurpose.CLIENT_AUTH,), [ExtendedKeyUsageOID.CLIENT_AUTH]),
        (
            (KeyPurpose.EMAIL_PROTECTION, KeyPurpose.CODE_SIGNING, KeyPurpose.ANY),
            [
                ExtendedKeyUsageOID.EMAIL_PROTECTION,
                ExtendedKeyUsageOID.CODE_SIGNING,
                ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
            ],
        ),
    ],
)
def test_a_leaf_has_the_extended_key_usage_that_was_asked_for(
    mint: Mint, asked: tuple[KeyPurpose, ...], written: list[x509.ObjectIdentifier]
) -> None:
    extensions = mint.certificate(leaf(extended_key_usage=asked)).extensions
    assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == written


def test_a_leaf_is_for_servers_unless_something_else_was_asked_for(mint: Mint) -> None:
    assert mint.certificate(leaf()) is mint.certificate(leaf(extended_key_usage=(KeyPurpose.SERVER_AUTH,)))


def test_a_leaf_without_purposes_has_no_extended_key_usage_at_all(mint: Mint) -> None:
    with pytest.raises(x509.ExtensionNotFound):
        mint.certificate(leaf(extended_key_usage=())).extensions.get_extension_for_class(x509.ExtendedKeyUsage)


def test_a_self_signed_leaf_is_its_own_issuer(mint: Mint) -> None:
    alone = mint.certificate(leaf(issuer=None))
    assert alone.subject == alone.issuer
    alone.verify_directly_issued_by(alone)


def test_a_sha1_leaf_says_so_twice_and_its_signature_is_good(mint: Mint) -> None:
    weak = mint.certificate(leaf(signature=SignatureHash.SHA1))
    assert isinstance(weak.signature_hash_algorithm, hashes.SHA1)
    parsed = x509.load_der_x509_certificate(weak.public_bytes(Encoding.DER))
    issuer = mint.certificate(LAB_ISSUING).public_key()
    assert isinstance(issuer, rsa.RSAPublicKey)
    issuer.verify(parsed.signature, parsed.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA1())


def test_the_impostors_key_is_not_the_servers(mint: Mint) -> None:
    assert mint.leaf_key_pem(leaf()) != mint.leaf_key_pem(leaf(owner="stranger"))
    assert mint.certificate(leaf()).public_key() != mint.certificate(leaf(owner="stranger")).public_key()


def test_every_trust_store_holds_an_unrelated_public_root_first(mint: Mint) -> None:
    alone = certificates(mint.anchors_pem(healthy(ServerKind.HTTPS).with_client(trust_anchors=()).client))
    assert len(alone) == 1
    with_root = certificates(mint.anchors_pem(healthy(ServerKind.HTTPS).client))
    assert with_root == (alone[0], mint.certificate(LAB_ROOT))


def test_the_fallback_certificate_is_sql_servers(mint: Mint) -> None:
    """CN=SSL_Self_Signed_Fallback, no SAN, RSA 3072, SHA-256, 30 years (SQL Server 2022)."""
    (fallback,) = certificates(mint.pem(FALLBACK))
    assert fallback.subject == fallback.issuer
    assert fallback.subject.rfc4514_string() == "CN=SSL_Self_Signed_Fallback"
    assert len(fallback.extensions) == 0
    assert fallback.public_key().key_size == 3072  # type: ignore[union-attr]
    assert fallback.not_valid_after_utc - fallback.not_valid_before_utc == timedelta(days=30 * 365)


def test_keys_survive_a_run_and_certificates_do_not(tmp_path: Path) -> None:
    first, second = Mint(Keys(tmp_path), NOW), Mint(Keys(tmp_path), NOW)
    assert first.leaf_key_pem(leaf()) == second.leaf_key_pem(leaf())
    assert first.certificate(leaf()).serial_number != second.certificate(leaf()).serial_number


def test_keys_are_readable_by_their_owner_alone_and_a_damaged_one_is_made_anew(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    keys.get("leaf-server")
    path = keys.path("leaf-server")
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("rubbish")
    assert Keys(tmp_path).get("leaf-server").key_size == 2048


def test_authorities_with_the_same_name_and_another_parent_are_others(mint: Mint) -> None:
    one, other = Authority("Same"), Authority("Same", parent=LAB_ROOT)
    assert mint.certificate(one) != mint.certificate(other)
