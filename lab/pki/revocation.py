"""Revocation: the lists (CRL; RFC 5280, 5) and the answers of OCSP (RFC 6960) of the mint's authorities, and what a
responder gives out under the addresses that stand in certificates.

An authority has revoked those of its certificates whose descriptions say so (`Profile.revoked`).
"""

import base64
import binascii
import re
from collections.abc import Iterable
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from tlslab.model.certificate import FRESH, Anchor, Authority, RevocationList, Validity
from tlslab.model.path import signed
from tlslab.pki.mint import Mint, subject_of

REASON = x509.ReasonFlags.key_compromise
_AGO = FRESH.starts
"""How long before the moment of minting a certificate was revoked."""


def list_pem(mint: Mint, lists: Iterable[RevocationList]) -> str:
    """These lists as PEM text."""
    return "".join(_list(mint, item).public_bytes(serialization.Encoding.PEM).decode() for item in lists)


def _list(mint: Mint, wanted: RevocationList) -> x509.CertificateRevocationList:
    key = mint.key_of(wanted.issuer)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(subject_of(wanted.issuer))
        .last_update(mint.now + wanted.validity.starts)
        .next_update(mint.now + wanted.validity.ends)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for item in mint.minted():
        if item.revoked and signed(wanted.issuer, item):
            revoked = (
                x509.RevokedCertificateBuilder()
                .serial_number(mint.certificate(item).serial_number)
                .revocation_date(mint.now + _AGO)
                .add_extension(x509.CRLReason(REASON), critical=False)
            )
            builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(key, hashes.SHA256())


def answer_of_ocsp(
    mint: Mint, about: Anchor, validity: Validity = FRESH, request: ocsp.OCSPRequest | None = None
) -> bytes:
    """What an issuer says of its certificate, signed by itself (DER). Raises ValueError for one that signed itself."""
    if about.issuer is None:
        raise ValueError("nobody but itself issued the certificate: nobody could revoke it")
    issuer = mint.certificate(about.issuer)
    good, revoked = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=mint.certificate(about),
            issuer=issuer,
            algorithm=request.hash_algorithm if request else hashes.SHA1(),
            cert_status=revoked if about.revoked else good,
            this_update=mint.now + validity.starts,
            next_update=mint.now + validity.ends,
            revocation_time=mint.now + _AGO if about.revoked else None,
            revocation_reason=REASON if about.revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, issuer)
    )
    if nonce := _nonce(request):
        builder = builder.add_extension(nonce, critical=False)
    return builder.sign(mint.key_of(about.issuer), hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _nonce(request: ocsp.OCSPRequest | None) -> x509.OCSPNonce | None:
    """That of a request, which the answer repeats (RFC 8954)."""
    try:
        return request.extensions.get_extension_for_class(x509.OCSPNonce).value if request else None
    except x509.ExtensionNotFound:
        return None


def given_out(mint: Mint, path: str, body: bytes = b"") -> tuple[str, bytes] | None:
    """What a responder has under this path of an address, with its media type; None: nothing. `body`: of a POST."""
    if found := re.fullmatch(r"/(crl|issuer)/([a-z0-9-]+)\.\w+", path):
        kind, name = found.groups()
        issuer = next((item for item in _issuers(mint) if item.holder.lower().replace(" ", "-") == name), None)
        if issuer is None:
            return None
        if kind == "issuer":
            return "application/pkix-cert", mint.certificate(issuer).public_bytes(serialization.Encoding.DER)
        fresh = _list(mint, RevocationList(issuer))
        return "application/pkix-crl", fresh.public_bytes(serialization.Encoding.DER)
    if path == "/ocsp" or path.startswith("/ocsp/"):
        return "application/ocsp-response", _asked(mint, body or _in_path(path))
    return None


def _issuers(mint: Mint) -> list[Authority]:
    return [item.issuer for item in mint.minted() if isinstance(item.issuer, Authority)]


def _in_path(path: str) -> bytes:
    """The request of a GET (RFC 6960, A.1)."""
    try:
        return base64.b64decode(unquote(path.removeprefix("/ocsp").lstrip("/")))
    except binascii.Error:
        return b""


def _asked(mint: Mint, question: bytes) -> bytes:
    try:
        request = ocsp.load_der_ocsp_request(question)
        serial = request.serial_number
    except (ValueError, NotImplementedError):
        return _refusal(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    for item in mint.minted():
        if item.issuer is not None and mint.certificate(item).serial_number == serial:
            return answer_of_ocsp(mint, item, request=request)
    return _refusal(ocsp.OCSPResponseStatus.UNAUTHORIZED)


def _refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(serialization.Encoding.DER)
