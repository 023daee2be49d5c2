"""DER that the libraries refuse to make.

`cryptography` does not sign certificates with SHA-1 any more, and rightly so; the lab must show what clients do with
one. The certificate is signed with SHA-256 first, its two AlgorithmIdentifiers are changed, and the changed
TBSCertificate is signed again (RFC 5280, 4.1.1: signatureAlgorithm and TBSCertificate.signature must be the same).
"""

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
_SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")
"""The object identifiers in DER (RFC 4055, 5; RFC 3279, 2.2.1)."""


def resign_with_sha1(certificate: x509.Certificate, issuer_key: rsa.RSAPrivateKey) -> x509.Certificate:
    """The same certificate with a sha1WithRSAEncryption signature by its issuer's RSA key."""
    before, signed = certificate.public_bytes(serialization.Encoding.DER), certificate.tbs_certificate_bytes
    forged = signed.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    signature = issuer_key.sign(forged, padding.PKCS1v15(), hashes.SHA1())
    # Both identifiers and both signatures are of one length, so nothing else of the encoding changes.
    head = before[: -len(signature)].replace(signed, forged).replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    return x509.load_der_x509_certificate(head + signature)
