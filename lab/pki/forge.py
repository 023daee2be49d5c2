"""DER that the libraries refuse to make.

`cryptography` does not sign certificates with SHA-1 or MD5 any more, gives them positive serial numbers and version 3
alone, and rightly so; the lab must show what clients do with others. A certificate that it did sign is changed and
signed again (RFC 5280, 4.1.1: signatureAlgorithm and TBSCertificate.signature must be the same).
"""

import secrets
import warnings
from collections.abc import Mapping

from asn1crypto import algos
from asn1crypto import x509 as der
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.utils import CryptographyDeprecationWarning

from tlslab.model.certificate import Profile, Serial, SignatureHash, Version
from tlslab.pki.keys import PrivateKey

# A serial number that RFC 5280 forbids is read with a warning; the lab means it.
warnings.filterwarnings("ignore", "Parsed a serial number which wasn't positive", CryptographyDeprecationWarning)

HASHES: Mapping[SignatureHash, hashes.HashAlgorithm] = {
    SignatureHash.MD5: hashes.MD5(),
    SignatureHash.SHA1: hashes.SHA1(),
    SignatureHash.SHA256: hashes.SHA256(),
    SignatureHash.SHA384: hashes.SHA384(),
}


def forged(certificate: x509.Certificate, profile: Profile, issuer_key: PrivateKey) -> x509.Certificate:
    """The certificate with those parts of its profile that the library refuses, signed by its issuer's key.

    Raises ValueError for a signature that has no name: ECDSA with MD5 (RFC 3279, 2.2; RFC 5758, 3.2).
    """
    whole = der.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
    signed = whole["tbs_certificate"]
    if profile.version is Version.V1:
        signed["version"] = "v1"
        del signed["extensions"]
    if profile.serial is not Serial.POSITIVE:
        signed["serial_number"] = 0 if profile.serial is Serial.ZERO else -1 - secrets.randbits(126)
    algorithm = algos.SignedDigestAlgorithm({"algorithm": _algorithm(issuer_key, profile.signature)})
    signed["signature"] = algorithm
    whole["signature_algorithm"] = algorithm
    whole["signature_value"] = _signature(issuer_key, signed.dump(force=True), HASHES[profile.signature])
    return x509.load_der_x509_certificate(whole.dump(force=True))


def _algorithm(key: PrivateKey, signature: SignatureHash) -> str:
    return f"{signature.value}_{'rsa' if isinstance(key, rsa.RSAPrivateKey) else 'ecdsa'}"


def _signature(key: PrivateKey, signed: bytes, algorithm: hashes.HashAlgorithm) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signed, padding.PKCS1v15(), algorithm)
    return key.sign(signed, ec.ECDSA(algorithm))
