"""What the self-check finds out about revocation: from the lists that a client side is given, at the addresses in the
certificates that a server presents, and in what comes with its handshake. OpenSSL reads all of it.

Names of responders do not resolve where the lab looks from, so it connects to their ports on loopback.
"""

import http.client
import subprocess
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import AuthorityInformationAccessOID, ObjectIdentifier

from tlslab.model.situation import ClientSide, RevocationCheck
from tlslab.pki.mint import certificates
from tlslab.pki.openssl_verify import AuditError, readable, revocation_problems
from tlslab.pki.scan import PATIENCE, TIMEOUT, Staple

LOOPBACK = "127.0.0.1"
REVOKED, UNKNOWN, STALE = 23, 3, 12
"""X509_V_ERR_CERT_REVOKED, _UNABLE_TO_GET_CRL and _CRL_HAS_EXPIRED, which stand for the same of OCSP."""
WORDS = {REVOKED: "certificate revoked", UNKNOWN: "unable to get certificate CRL", STALE: "CRL has expired"}
Errors = frozenset[tuple[int, int]]
"""Numbers and depths, as of `openssl verify`."""


def errors_of_status(
    side: ClientSide, presented: str, anchors: str, given: str, lists: str, staple: Staple, time: datetime
) -> Errors:
    """What is found of these presented certificates (PEM, leaf first). `lists`: those that the client side is given
    (PEM). Raises AuditError.
    """
    found = set(revocation_problems(presented, anchors, given, lists, time)) if lists else set()
    for depth, (certificate, issuer) in enumerate(_pairs(presented + given)):
        if depth == 0 or side.revocation is RevocationCheck.CRL:
            fetched = fetch(_list_address(certificate))
            if fetched:
                pem = x509.load_der_x509_crl(fetched).public_bytes(serialization.Encoding.PEM).decode()
                found |= {(n, 0) for n, at in revocation_problems(presented, anchors, given, pem, time) if depth == 0}
            elif side.revocation is RevocationCheck.CRL:
                found.add((UNKNOWN, depth))
        if depth == 0 or side.revocation is RevocationCheck.OCSP:
            said = _ask(_access(certificate, AuthorityInformationAccessOID.OCSP), certificate, issuer)
            if said == "revoked":
                found.add((REVOKED, depth))
            elif not said and side.revocation is RevocationCheck.OCSP:
                found.add((UNKNOWN, depth))
    if staple.status == "revoked":
        found.add((REVOKED, 0))
    if staple.until is not None and staple.until <= time:
        found.add((STALE, 0))
    return frozenset(found)


def fetched_issuers(presented: str) -> str:
    """The issuers' certificates that are to be had at the addresses in the first of these certificates, and in what is
    found there, as PEM.
    """
    found: list[x509.Certificate] = []
    below = certificates(presented)[0]
    while len(found) < _LONGEST and (answer := fetch(_access(below, AuthorityInformationAccessOID.CA_ISSUERS))):
        below = x509.load_der_x509_certificate(answer)
        found.append(below)
    return "".join(item.public_bytes(serialization.Encoding.PEM).decode() for item in found)


_LONGEST = 5


def fetch(address: str) -> bytes:
    """What is to be had at an address; nothing where nobody answers, or not in time."""
    if not address:
        return b""
    where = urlsplit(address)
    connection = http.client.HTTPConnection(LOOPBACK, where.port, timeout=PATIENCE)
    try:
        connection.request("GET", where.path, headers={"Host": where.netloc})
        answer = connection.getresponse()
        return answer.read() if answer.status == http.HTTPStatus.OK else b""
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()


def _pairs(presented: str) -> Iterator[tuple[x509.Certificate, x509.Certificate | None]]:
    """Each certificate from the leaf on that is not self-signed, with its issuer where that is there."""
    known = certificates(presented)
    item: x509.Certificate | None = known[0]
    while item is not None and item.issuer != item.subject:
        above = next((other for other in known if other.subject == item.issuer), None)
        yield item, above
        item = above


def _list_address(certificate: x509.Certificate) -> str:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return ""
    return next((str(name.value) for point in points for name in point.full_name or ()), "")


def _access(certificate: x509.Certificate, how: ObjectIdentifier) -> str:
    try:
        told = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return ""
    return next((str(item.access_location.value) for item in told if item.access_method == how), "")


def _ask(address: str, certificate: x509.Certificate, issuer: x509.Certificate | None) -> str:
    """What OCSP says of a certificate: `good`, `revoked`, `unknown`; "" where nobody answers."""
    if not address or issuer is None:
        return ""
    where = urlsplit(address)
    pem = [item.public_bytes(serialization.Encoding.PEM).decode() for item in (certificate, issuer)]
    with readable(*pem) as (asked, above):
        done = subprocess.run(
            [
                *("openssl", "ocsp", "-issuer", above, "-cert", asked, "-noverify"),
                *("-url", f"http://{LOOPBACK}:{where.port}{where.path}", "-timeout", str(int(PATIENCE))),
            ],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT, check=False,
            pass_fds=[int(name.rpartition("/")[2]) for name in (asked, above)],
        )  # fmt: skip
    status = done.stdout.partition(f"{asked}: ")[2].partition("\n")[0]
    if done.returncode == 0 and not status:
        raise AuditError(f"openssl ocsp says nothing of a certificate: {done.stdout} {done.stderr}")
    return status
