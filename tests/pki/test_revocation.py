"""Lists of revoked certificates and answers of OCSP say of each certificate what its description says."""

import base64
from dataclasses import replace
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from tlslab.model.certificate import (
    LAB_ISSUING,
    LAB_ROOT,
    STALE,
    Leaf,
    Responder,
    RevocationList,
)
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.pki.revocation import answer_of_ocsp, given_out, list_pem

GOOD = Leaf("shop.lab.test", ("shop.lab.test",), LAB_ISSUING)
REVOKED = replace(GOOD, revoked=True)


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> Mint:
    made = Mint(Keys(tmp_path_factory.mktemp("keys")))
    for leaf in (GOOD, REVOKED):
        made.certificate(leaf)
    return made


def the_list(mint: Mint, wanted: RevocationList) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl(list_pem(mint, [wanted]).encode())


def test_a_list_holds_what_its_issuer_revoked_and_is_signed_by_it(mint: Mint) -> None:
    found = the_list(mint, RevocationList(LAB_ISSUING))
    assert [item.serial_number for item in found] == [mint.certificate(REVOKED).serial_number]
    assert found.is_signature_valid(mint.key_of(LAB_ISSUING).public_key())
    assert list(the_list(mint, RevocationList(LAB_ROOT))) == []


def test_a_list_may_be_out_of_date(mint: Mint) -> None:
    found = the_list(mint, RevocationList(LAB_ISSUING, STALE))
    assert found.next_update_utc is not None
    assert found.next_update_utc < mint.now


@pytest.mark.parametrize(("leaf", "status"), [(GOOD, ocsp.OCSPCertStatus.GOOD), (REVOKED, ocsp.OCSPCertStatus.REVOKED)])
def test_an_answer_says_whether_the_certificate_was_revoked(
    mint: Mint, leaf: Leaf, status: ocsp.OCSPCertStatus
) -> None:
    answer = ocsp.load_der_ocsp_response(answer_of_ocsp(mint, leaf))
    assert answer.certificate_status is status
    assert answer.serial_number == mint.certificate(leaf).serial_number


def test_nobody_answers_for_a_certificate_that_signed_itself(mint: Mint) -> None:
    with pytest.raises(ValueError, match="nobody but itself"):
        answer_of_ocsp(mint, Leaf("shop.lab.test", (), None))


def question(mint: Mint, nonce: bytes = b"") -> bytes:
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        mint.certificate(REVOKED), mint.certificate(LAB_ISSUING), hashes.SHA256()
    )
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def test_a_responder_answers_what_it_was_asked_with_the_nonce_that_came(mint: Mint) -> None:
    found = given_out(mint, "/ocsp", question(mint, nonce=b"0123456789abcdef"))
    assert found is not None
    kind, content = found
    answer = ocsp.load_der_ocsp_response(content)
    assert kind == "application/ocsp-response"
    assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert isinstance(answer.hash_algorithm, hashes.SHA256)
    assert answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"0123456789abcdef"


def test_a_question_may_stand_in_the_path(mint: Mint) -> None:
    found = given_out(mint, "/ocsp/" + quote(base64.b64encode(question(mint)).decode(), safe=""))
    assert found is not None
    assert ocsp.load_der_ocsp_response(found[1]).certificate_status is ocsp.OCSPCertStatus.REVOKED


@pytest.mark.parametrize("body", [b"", b"\x30\x03abc"])
def test_what_is_no_question_is_refused(mint: Mint, body: bytes) -> None:
    found = given_out(mint, "/ocsp", body)
    assert found is not None
    answer = ocsp.load_der_ocsp_response(found[1])
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_a_responder_knows_no_other_certificate_and_no_other_path(
    mint: Mint, tmp_path_factory: pytest.TempPathFactory
) -> None:
    another = Mint(Keys(tmp_path_factory.mktemp("keys")))
    another.certificate(REVOKED)
    found = given_out(mint, "/ocsp", question(another))
    assert found is not None
    assert ocsp.load_der_ocsp_response(found[1]).response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    assert given_out(mint, "/") is None
    assert given_out(mint, "/crl/nobody.crl") is None


def test_at_the_addresses_in_a_certificate_is_what_they_say(mint: Mint) -> None:
    mint.responders[Responder.ANSWERS] = 8080
    leaf = replace(GOOD, ca_issuers=Responder.ANSWERS, crl=Responder.ANSWERS, ocsp=Responder.REFUSES)
    extensions = mint.certificate(leaf).extensions
    access = {
        item.access_method: item.access_location.value
        for item in extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    }
    (point,) = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    where = "http://pki.lab.test:8080"
    assert access[AuthorityInformationAccessOID.OCSP] == "http://pki.lab.test/ocsp"
    of_issuer = access[AuthorityInformationAccessOID.CA_ISSUERS]
    of_list = point.full_name[0].value
    assert of_issuer.startswith(where)
    assert of_list.startswith(where)
    issuer, revoked = given_out(mint, of_issuer.removeprefix(where)), given_out(mint, of_list.removeprefix(where))
    assert issuer is not None
    assert revoked is not None
    assert x509.load_der_x509_certificate(issuer[1]) == mint.certificate(LAB_ISSUING)
    assert x509.load_der_x509_crl(revoked[1]).issuer == mint.certificate(LAB_ISSUING).subject


def test_a_certificate_may_demand_an_answer_with_the_handshake(mint: Mint) -> None:
    extensions = mint.certificate(replace(GOOD, must_staple=True)).extensions
    assert x509.TLSFeatureType.status_request in extensions.get_extension_for_class(x509.TLSFeature).value
