"""Who issued a certificate, against what `cryptography` reads in it."""

import contextlib
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.minted import mint
from tlslab.servers.tds import issued

ROOT = mint("root", ca=True)
ISSUER = mint("issuer", ROOT, ca=True)
LEAF = mint("leaf", ISSUER)
NAMES = st.text(st.characters(codec="ascii"), min_size=1, max_size=64)


@given(NAMES, st.booleans())
def test_names_and_key_identifiers_are_those_that_cryptography_reads(name: str, ca: bool) -> None:
    made = mint(name, ISSUER, ca=ca, key=LEAF.key)
    found = issued.read(made.pem)
    own = made.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    authority = made.certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert made.certificate.subject.public_bytes().endswith(found.subject)
    assert made.certificate.issuer.public_bytes().endswith(found.issuer)
    assert (found.key_identifier, found.authority_key_identifier) == (own.digest, authority.key_identifier)
    assert found.pem == made.pem


def test_a_certificate_without_extensions_has_no_identifiers() -> None:
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bare")]), datetime.now(UTC)
    bare = (
        x509.CertificateBuilder(name, name, LEAF.key.public_key(), 1, now, now + timedelta(days=1))
        .sign(LEAF.key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    found = issued.read(bare.decode())
    assert (found.key_identifier, found.authority_key_identifier) == (None, None)
    assert found.self_issued


def test_who_may_have_issued_whom() -> None:
    leaf, issuer, root = (issued.read(item.pem) for item in (LEAF, ISSUER, ROOT))
    assert leaf.may_be_issued_by(issuer)
    assert issuer.may_be_issued_by(root)
    assert not leaf.may_be_issued_by(root)
    assert not leaf.may_be_issued_by(issued.read(mint("issuer", ROOT, ca=True).pem)), "the name, and another key"
    assert root.self_issued
    assert not issuer.self_issued


def test_the_certificates_of_a_bundle_are_found_whatever_stands_between_them() -> None:
    bundle = f"# a comment\n{LEAF.pem}\nsubject=/CN=issuer\n{ISSUER.pem}-----BEGIN CERTIFICATE-----\ncut off"
    assert list(issued.blocks(bundle)) == [LEAF.pem, ISSUER.pem]


@pytest.mark.parametrize("text", ["", "no PEM", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        issued.read(text)


@given(st.data())
def test_damaged_der_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    der = bytearray(ssl.PEM_cert_to_DER_cert(LEAF.pem))
    for place in data.draw(st.lists(st.integers(0, len(der) - 1), min_size=1, max_size=4)):
        der[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(der)))
    with contextlib.suppress(ValueError):
        issued.read(ssl.DER_cert_to_PEM_cert(bytes(der[:cut])))
