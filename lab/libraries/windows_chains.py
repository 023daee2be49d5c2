"""What Windows names of a chain: the flags of CertGetCertificateChain (CERT_TRUST_*), which curl, certutil and R print,
the names of .NET's X509ChainStatusFlags, which are the same, and those of WinHTTP's callback, with their sentences.
"""

from collections.abc import Iterator

from tlslab.model.beyond import DISTRUSTED, POLICY_NOT_MET
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CRITICAL_EXTENSION,
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Prints, Says, says, stands_for

_SDK = "https://github.com/MicrosoftDocs/sdk-api/blob/023cd99e467bb44c526eee72195df7870d309831/sdk-api-src/content"
FLAGS = Source(
    "Microsoft, CERT_TRUST_STATUS structure (wincrypt.h): dwErrorStatus",
    f"{_SDK}/wincrypt/ns-wincrypt-cert_trust_status.md",
)
CHAIN_STATUS = Source(
    "Microsoft, X509ChainStatusFlags",
    "https://learn.microsoft.com/dotnet/api/system.security.cryptography.x509certificates.x509chainstatusflags",
)
POLICY_ERRORS = Source(
    "dotnet/corefx issue 30608: RemoteCertificateNameMismatch", "https://github.com/dotnet/corefx/issues/30608"
)
CALLBACK = Source(
    "Microsoft, WINHTTP_STATUS_CALLBACK, WINHTTP_CALLBACK_STATUS_SECURE_FAILURE",
    f"{_SDK}/winhttp/nc-winhttp-winhttp_status_callback.md",
)

_DATES = (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER, EXPIRED_ROOT)
_BOTH: dict[tuple[str, str], tuple[Condition, ...]] = {
    ("CERT_TRUST_IS_NOT_TIME_VALID", "NotTimeValid"): _DATES,
    ("CERT_TRUST_IS_REVOKED", ""): (REVOKED,),
    ("CERT_TRUST_IS_NOT_SIGNATURE_VALID", "NotSignatureValid"): (FORGED,),
    ("CERT_TRUST_IS_NOT_VALID_FOR_USAGE", "NotValidForUsage"): (NOT_FOR_SERVERS,),
    ("CERT_TRUST_IS_UNTRUSTED_ROOT", "UntrustedRoot"): (UNTRUSTED, SELF_SIGNED),
    ("CERT_TRUST_REVOCATION_STATUS_UNKNOWN", "RevocationStatusUnknown"): (REVOCATION_UNKNOWN,),
    ("CERT_TRUST_IS_OFFLINE_REVOCATION", "OfflineRevocation"): (REVOCATION_UNKNOWN,),
    ("CERT_TRUST_INVALID_BASIC_CONSTRAINTS", "InvalidBasicConstraints"): (NOT_A_CA,),
    ("CERT_TRUST_INVALID_NAME_CONSTRAINTS", "InvalidNameConstraints"): (NAME_NOT_PERMITTED,),
    ("CERT_TRUST_HAS_NOT_PERMITTED_NAME_CONSTRAINT", "HasNotPermittedNameConstraint"): (NAME_NOT_PERMITTED,),
    ("CERT_TRUST_HAS_EXCLUDED_NAME_CONSTRAINT", "HasExcludedNameConstraint"): (NAME_NOT_PERMITTED,),
    ("CERT_TRUST_INVALID_POLICY_CONSTRAINTS", "InvalidPolicyConstraints"): (POLICY_NOT_MET,),
    ("CERT_TRUST_HAS_NOT_SUPPORTED_CRITICAL_EXT", "HasNotSupportedCriticalExtension"): (CRITICAL_EXTENSION,),
    ("CERT_TRUST_IS_EXPLICIT_DISTRUST", "ExplicitDistrust"): (DISTRUSTED,),
    ("CERT_TRUST_HAS_WEAK_SIGNATURE", "HasWeakSignature"): (WEAK_SIGNATURE,),
    ("CERT_TRUST_IS_PARTIAL_CHAIN", "PartialChain"): (INCOMPLETE, UNTRUSTED),
}
"""By the name of wincrypt.h and that of .NET ("" for one that is an ordinary word)."""
_OF_THE_CALLBACK: dict[str, tuple[Phase, tuple[Condition, ...]]] = {
    "WINHTTP_CALLBACK_STATUS_FLAG_CERT_REV_FAILED": (Phase.VERIFY, (REVOCATION_UNKNOWN,)),
    "WINHTTP_CALLBACK_STATUS_FLAG_CERT_REVOKED": (Phase.VERIFY, (REVOKED,)),
    "WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA": (Phase.VERIFY, (UNTRUSTED, SELF_SIGNED)),
    "WINHTTP_CALLBACK_STATUS_FLAG_CERT_CN_INVALID": (Phase.NAME, (NAME_MISMATCH,)),
    "WINHTTP_CALLBACK_STATUS_FLAG_CERT_DATE_INVALID": (Phase.VERIFY, (EXPIRED, NOT_YET_VALID)),
    "The function is unfamiliar with the Certificate Authority that generated the server's certificate": (
        Phase.VERIFY,
        (UNTRUSTED, SELF_SIGNED),
    ),
    "SSL certificate common name (host name field) is incorrect": (Phase.NAME, (NAME_MISMATCH,)),
    "SSL certificate date that was received from the server is bad": (Phase.VERIFY, (EXPIRED, NOT_YET_VALID)),
}


def _rows() -> Iterator[Says]:
    for (flag, name), about in _BOTH.items():
        yield from stands_for({flag: about}, Phase.VERIFY, basis=Basis.AUTHORITATIVE, source=FLAGS)
        if name:
            yield from stands_for(
                {Prints(code=name): about}, Phase.VERIFY, basis=Basis.AUTHORITATIVE, source=CHAIN_STATUS
            )
    for flag, (phase, about) in _OF_THE_CALLBACK.items():
        yield from stands_for({flag: about}, phase, basis=Basis.AUTHORITATIVE, source=CALLBACK)


LIBRARY = Library(
    "windows-chains",
    (
        *_rows(),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "RemoteCertificateNameMismatch",
            basis=Basis.REPORTED,
            source=POLICY_ERRORS,
        ),
        *says(ANY, Phase.VERIFY, "RemoteCertificateChainErrors", basis=Basis.REPORTED, source=POLICY_ERRORS),
    ),
    vocabulary=True,
)
