""".NET (Core, 5 and later): what SslStream says, which HttpClient, PowerShell 7 and others pass on inside their own.

On Linux the reasons of a handshake are OpenSSL's, on Windows Schannel's, and stand one exception further inside. The
statuses behind `certificate chain: ` are names of X509ChainStatusFlags, several of them joined by commas.
"""

from itertools import product

from tlslab.model.beyond import (
    DISTRUSTED,
    NO_SERVER_CERTIFICATE,
    POLICY_NOT_MET,
)
from tlslab.model.certificate import Responder
from tlslab.model.circumstances import ISSUER_FETCHED_BEFORE, ISSUER_PUBLISHED
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CN_ALONE,
    CRITICAL_EXTENSION,
    ENDS_EARLY,
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
    ISSUER_NOT_FOR_SERVERS,
    ISSUER_NOT_YET_VALID,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_LOADED,
    NOT_YET_VALID,
    OTHER_SERVICE,
    PATH_TOO_LONG,
    PLAIN_HTTP,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Offers, Says, When, says, says_alike, tolerates
from tlslab.model.names import ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN
from tlslab.model.path import chain_of
from tlslab.model.situation import Situation, TLSVersion

STRINGS = Source(
    ".NET, System.Net.Security, Strings.resx",
    "https://github.com/dotnet/runtime/blob/015510cac22b172696e9c2ac95ffcf18078e1617/src/libraries/System.Net.Security"
    "/src/Resources/Strings.resx",
)
CHAIN_PROCESSOR = Source(
    ".NET, OpenSslX509ChainProcessor.cs (MapVerifyErrorToChainStatus: which error of OpenSSL's is which status)",
    "https://github.com/dotnet/runtime/blob/14337607ab00e22054524f1b4691ccc1f87e8c8c/src/libraries/"
    "System.Security.Cryptography/src/System/Security/Cryptography/X509Certificates/OpenSslX509ChainProcessor.cs",
)
ISSUERS_KEPT = Source(
    ".NET, ChainPal.OpenSsl.cs (SaveIntermediateCertificates: of a good chain, those that were downloaded)",
    "https://github.com/dotnet/runtime/blob/8e8ac0373980f7655b85d1e22ccf4a9f2309dc82/src/libraries/"
    "System.Security.Cryptography/src/System/Security/Cryptography/X509Certificates/ChainPal.OpenSsl.cs#L148-L153",
)
HANDSHAKE_REPORTED = Source(
    "dotnet/runtime issue 47117: SSL Handshake failed with OpenSSL error - SSL_ERROR_SSL. (alert handshake failure)",
    "https://github.com/dotnet/runtime/issues/47117",
)
CIPHER_SUITES = Source(
    "dotnet/docs issue 20842: New default TLS CipherSuites for .NET on Linux (TLS 1.0 and 1.1 effectively disabled)",
    "https://github.com/dotnet/docs/issues/20842",
)
FLAGS = Source("Observed by name: the other values of X509ChainStatusFlags", "")
MEASURED = Source("Measured with .NET 10.0.12 on Debian 12, OpenSSL 3.0.19", "")

_VALIDATION = "The remote certificate is invalid according to the validation procedure"
_CHAIN = "The remote certificate is invalid because of errors in the certificate chain: "

_STATUSES: tuple[tuple[str, tuple[Condition, ...]], ...] = (
    ("PartialChain", (UNTRUSTED, INCOMPLETE)),
    ("UntrustedRoot", (SELF_SIGNED, UNTRUSTED)),
    ("NotTimeValid", (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER, EXPIRED_ROOT, ISSUER_NOT_YET_VALID)),
    ("NotValidForUsage", (NOT_FOR_SERVERS, ISSUER_NOT_FOR_SERVERS)),
    ("InvalidBasicConstraints", (NOT_A_CA, PATH_TOO_LONG)),
    ("HasNotSupportedCriticalExtension", (CRITICAL_EXTENSION,)),
    ("Revoked", (REVOKED,)),
    ("RevocationStatusUnknown, OfflineRevocation", (REVOCATION_UNKNOWN,)),
    ("NotSignatureValid", (FORGED,)),
    ("ExplicitDistrust", (DISTRUSTED,)),
    ("HasExcludedNameConstraint", (NAME_NOT_PERMITTED,)),
    ("HasNotPermittedNameConstraint", (NAME_NOT_PERMITTED,)),
    ("InvalidPolicyConstraints", (POLICY_NOT_MET,)),
)
_BY_NAME: tuple[tuple[str, tuple[Condition, ...]], ...] = (
    ("HasWeakSignature", (WEAK_SIGNATURE,)),
    ("OfflineRevocation", (REVOCATION_UNKNOWN,)),
)


def _chains() -> tuple[Says, ...]:
    rows: list[Says] = []
    for status, about in _STATUSES:
        rows += says_alike(about, Phase.VERIFY, f"{_CHAIN}{status}", basis=Basis.AUTHORITATIVE, source=CHAIN_PROCESSOR)
    for status, about in _BY_NAME:
        rows += says_alike(about, Phase.VERIFY, f"{_CHAIN}{status}", basis=Basis.OBSERVED, source=FLAGS)
    for chain, status in ((UNTRUSTED, "PartialChain"), (SELF_SIGNED, "UntrustedRoot")):
        text = f"{_CHAIN}NotTimeValid, {status}"
        rows += says([EXPIRED, chain], Phase.VERIFY, text, basis=Basis.OBSERVED, source=MEASURED)
    return tuple(rows)


def _names() -> tuple[Says, ...]:
    both = f"{_VALIDATION}: RemoteCertificateNameMismatch, RemoteCertificateChainErrors"
    return (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            f"{_VALIDATION}: RemoteCertificateNameMismatch",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *(
            row
            for name, chain in product((NAME_MISMATCH,), (UNTRUSTED, SELF_SIGNED, EXPIRED, INCOMPLETE))
            for row in says([name, chain], Phase.NAME, both, basis=Basis.OBSERVED, source=MEASURED)
        ),
    )


def _is_told_by_either(act: Situation) -> bool:
    chain = chain_of(act)
    return all(Responder.ANSWERS in (item.crl, item.ocsp) for item in (chain.leaf, *chain.intermediates))


TOLD_BY_EITHER = When("of each certificate the list or the responder tells", _is_told_by_either)
_TOLERATES = (
    *(
        tolerates(why, of=[condition], basis=Basis.OBSERVED, source=MEASURED)
        for condition, why in (
            (WEAK_ISSUER_SIGNATURE, ".NET does not look at the hash of a CA's signature on Linux"),
            (WEAK_KEY, ".NET does not look at the length of a key on Linux"),
            (KEY_USAGE, ".NET does not look at the key usage of a server's certificate"),
        )
    ),
    *(
        tolerates(why, of=[condition], phases=[Phase.NAME], basis=Basis.OBSERVED, source=MEASURED)
        for condition, why in (
            (CN_ALONE, ".NET takes the common name where no DNS name stands in the SAN"),
            (ADDRESS_AS_CN_ALONE, ".NET takes the address in the common name where none stands in the SAN"),
            (ADDRESS_AS_CN_BESIDE_SAN, ".NET takes the address in the common name where none stands in the SAN"),
        )
    ),
    tolerates(
        ".NET fetches a missing intermediate from the address in the certificate",
        of=[INCOMPLETE],
        when=[ISSUER_PUBLISHED],
        basis=Basis.AUTHORITATIVE,
        source=CHAIN_PROCESSOR,
    ),
    tolerates(
        ".NET keeps an intermediate that it has fetched in the user's home, and completes later chains with it",
        of=[INCOMPLETE],
        when=[ISSUER_FETCHED_BEFORE],
        basis=Basis.AUTHORITATIVE,
        source=ISSUERS_KEPT,
    ),
    tolerates(
        ".NET takes the list or the answer of the responder, whichever it gets",
        of=[REVOCATION_UNKNOWN],
        when=[TOLD_BY_EITHER],
        basis=Basis.AUTHORITATIVE,
        source=CHAIN_PROCESSOR,
    ),
)


LIBRARY = Library(
    "dotnet",
    (
        *_chains(),
        *_names(),
        *_TOLERATES,
        *says(
            ANY,
            Phase.VERIFY,
            f"{_VALIDATION}.",
            f"{_VALIDATION}: RemoteCertificateChainErrors",
            "The remote certificate was rejected by RemoteCertificateValidationCallback.",
            "The remote certificate was rejected by the provided RemoteCertificateValidationCallback.",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says(
            [NO_SERVER_CERTIFICATE],
            Phase.VERIFY,
            f"{_VALIDATION}: RemoteCertificateNotAvailable",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says_alike(
            (NO_COMMON_VERSION, NO_COMMON_CIPHER, NOT_LOADED, CLIENT_CERTIFICATE_MISSING),
            Phase.CLOSED,
            "Authentication failed because the remote party has closed the transport stream.",
            "Received an unexpected EOF or 0 bytes from the transport stream.",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says_alike(
            (ENDS_EARLY,),
            Phase.NO_TLS,
            "Received an unexpected EOF or 0 bytes from the transport stream.",
            "Received incomplete authentication message. Remote party has probably closed the connection.",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
        *says_alike(
            (PLAIN_HTTP, OTHER_SERVICE),
            Phase.NO_TLS,
            "Cannot determine the frame size or a corrupted frame was received.",
            "The handshake failed due to an unexpected packet format.",
            basis=Basis.AUTHORITATIVE,
            source=STRINGS,
        ),
    ),
    offers=(
        Offers(
            TLSVersion.TLSv1_2,
            TLSVersion.TLSv1_3,
            "of the cipher suites that .NET offers on Linux by itself none goes with older versions",
            Basis.AUTHORITATIVE,
            CIPHER_SUITES,
        ),
    ),
)
