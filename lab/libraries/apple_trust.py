"""What Apple's Security framework says of a certificate (SecTrustEvaluateWithError), in the language of the system.

Apps in Swift, Safari's details, and programs in Go on macOS print it (`x509: “NAME” certificate is not trusted`).
"""

from tlslab.model.beyond import DISTRUSTED, MALFORMED, NO_TRANSPARENCY, NOT_CONFORMING, POLICY_NOT_MET, VALID_TOO_LONG
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CRITICAL_EXTENSION,
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    INCOMPLETE,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    OTHER_PIN,
    PATH_TOO_LONG,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Does, Library, Prints, stands_for

STRINGS = Source(
    "Apple, Security, SecFrameworkStrings.h (SEC_TRUST_ERROR_*)",
    "https://github.com/apple-oss-distributions/Security/blob/db15acbe6a7f257a859ad9a3bb86097bfe0679d9/OSX/sec/Security"
    "/SecFrameworkStrings.h#L244",
)

_UNTRUSTED = (UNTRUSTED, SELF_SIGNED, INCOMPLETE)
_DATES = (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER)
_OF_NAMES: dict[str | Does, tuple[Condition, ...]] = {
    "” certificate name does not match input": (NAME_MISMATCH,),
    "SSL hostname does not match name(s) in certificate": (NAME_MISMATCH,),
    "Common Name does not match expected name": (NAME_MISMATCH,),
}
_OF_CHAINS: dict[str | Does, tuple[Condition, ...]] = {
    "” certificate is not trusted": _UNTRUSTED,
    "Root certificate is not trusted.": (UNTRUSTED, SELF_SIGNED),
    "Unable to build chain to root certificate.": (INCOMPLETE, UNTRUSTED),
    "Unable to build chain to root (possible missing intermediate)": (INCOMPLETE, UNTRUSTED),
    "” certificate is expired": (EXPIRED, EXPIRED_ISSUER),
    "Certificate is not temporally valid": _DATES,
    "One or more certificates have expired or are not valid yet.": _DATES,
    "Root is not temporally valid": (EXPIRED_ROOT,),
    "” certificate is revoked": (REVOKED,),
    "Failed to check revocation": (REVOCATION_UNKNOWN,),
    "” certificate is blocked": (DISTRUSTED,),
    "Certificate is listed as untrusted": (DISTRUSTED,),
    "User or administrator set “{*}” certificate as distrusted": (DISTRUSTED,),
    "User or administrator set certificate as distrusted": (DISTRUSTED,),
    "certificate is using a broken key size": (WEAK_KEY,),
    "One or more certificates is using a weak key size.": (WEAK_KEY,),
    "Key size is not permitted for this use": (WEAK_KEY,),
    "certificate is using a broken signature algorithm": (WEAK_SIGNATURE,),
    "Signature hash algorithm is not permitted for this use": (WEAK_SIGNATURE,),
    "certificate is not standards compliant": (VALID_TOO_LONG, NO_TRANSPARENCY, NOT_CONFORMING),
    "Certificate exceeds maximum temporal validity period": (VALID_TOO_LONG,),
    "Certificate Transparency validation required": (NO_TRANSPARENCY,),
    "certificate is not permitted for this usage": (NOT_FOR_SERVERS, KEY_USAGE),
    "Key usage does not match certificate usage": (KEY_USAGE,),
    "Extended key usage does not match certificate usage": (NOT_FOR_SERVERS,),
    "certificates do not meet pinning requirements": (OTHER_PIN,),
    "Public key does not match pinned value": (OTHER_PIN,),
    "Basic constraints are required but missing": (NOT_A_CA,),
    "Non-CA certificate used as a CA": (NOT_A_CA,),
    "Chain exceeded constrained path length": (PATH_TOO_LONG,),
    "Found unknown critical extensions": (CRITICAL_EXTENSION,),
    "One or more unsupported critical extensions found.": (CRITICAL_EXTENSION,),
    "Name constraints violated": (NAME_NOT_PERMITTED,),
    "Certificate violates issuer name constraints": (NAME_NOT_PERMITTED,),
    "Policy constraints violated": (POLICY_NOT_MET,),
    "Unable to parse known extension": (MALFORMED,),
}

CSSM = Source(
    "Apple, Security, cssmerr.h and cssmapple.h",
    "https://github.com/apple-oss-distributions/Security/blob/main/OSX/libsecurity_cssm/lib/cssmerr.h",
)

LIBRARY = Library(
    "apple-trust",
    (
        *stands_for(_OF_NAMES, Phase.NAME, basis=Basis.AUTHORITATIVE, source=STRINGS),
        *stands_for(_OF_CHAINS, Phase.VERIFY, basis=Basis.AUTHORITATIVE, source=STRINGS),
        *stands_for(
            {
                Prints(code="CSSMERR_TP_CERT_EXPIRED"): (EXPIRED, EXPIRED_ISSUER),
                Prints(code="CSSMERR_TP_CERT_NOT_VALID_YET"): (NOT_YET_VALID,),
                Prints(code="CSSMERR_TP_CERT_REVOKED"): (REVOKED,),
                Prints(code="CSSMERR_TP_NOT_TRUSTED"): (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
                Prints(code="CSSMERR_TP_INVALID_ANCHOR_CERT"): (UNTRUSTED, SELF_SIGNED),
                Prints(code="CSSMERR_APPLETP_HOSTNAME_MISMATCH"): (NAME_MISMATCH,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=CSSM,
        ),
    ),
    vocabulary=True,
)
