"""DER that the libraries refuse to make.

`cryptography` does not sign certificates with SHA-1 any more, and rightly so; the lab must show what clients do with
one. The certificate is signed with SHA-256 first, its two AlgorithmIdentifiers are changed, and the changed
TBSCertificate is signed again (RFC 5280, 4.1.1: signatureAlgorithm and TBSCertificate.signature must be the same).
"""

from asn1crypto import x509 as der
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def resign_with_sha1(certificate: x509.Certificate, issuer_key: rsa.RSAPrivateKey) -> x509.Certificate:
    """The same certificate with a sha1WithRSAEncryption signature (RFC 3279, 2.2.1) by its issuer's RSA key."""
    forged = der.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    forged["tbs_certificate"]["signature"]["algorithm"] = "sha1_rsa"
    forged["signature_algorithm"]["algorithm"] = "sha1_rsa"
    forged["signature_value"] = issuer_key.sign(
        forged["tbs_certificate"].dump(force=True),
        padding.PKCS1v15(),
        hashes.SHA1(),
    )
    return x509.load_der_x509_certificate(forged.dump(force=True))
