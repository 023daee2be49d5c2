"""Android: Conscrypt, its TLS library, and OkHttp, with which most apps and many servers in Kotlin fetch.

The reason of a handshake is BoringSSL's. On Android 6 and older an untrusted CA is nearly always one that is newer than
the device.
"""

from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    NAME_MISMATCH,
    NOT_YET_VALID,
    OTHER_PIN,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, stands_for

_CONSCRYPT = (
    "https://github.com/google/conscrypt/blob/3869db7b83a5c8d489aeb98dc194d993ec375cd8/common/src/main/java/org"
)
TRUST = Source("Conscrypt, TrustManagerImpl.java", f"{_CONSCRYPT}/conscrypt/TrustManagerImpl.java#L676")
STRENGTH = Source("Conscrypt, ChainStrengthAnalyzer.java", f"{_CONSCRYPT}/conscrypt/ChainStrengthAnalyzer.java#L53")
_OKHTTP = (
    "https://github.com/square/okhttp/blob/1682d9bac8c03dffde2969b0b74d47649d0dbb52/okhttp/src/commonJvmAndroid/kotlin"
    "/okhttp3"
)
NAMES = Source("OkHttp, ConnectPlan.kt", f"{_OKHTTP}/internal/connection/ConnectPlan.kt#L370")
PINS = Source("OkHttp, CertificatePinner.kt", f"{_OKHTTP}/CertificatePinner.kt#L193")

LIBRARY = Library(
    "android",
    (
        *stands_for(
            {
                "Trust anchor for certification path not found.": (UNTRUSTED, INCOMPLETE, SELF_SIGNED),
                "CertificateException: Chain validation failed": (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=TRUST,
        ),
        *stands_for(
            {"Unacceptable certificate: ": (WEAK_SIGNATURE, WEAK_KEY)},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=STRENGTH,
        ),
        *says([NAME_MISMATCH], Phase.NAME, "Hostname {name} not verified", basis=Basis.AUTHORITATIVE, source=NAMES),
        *says([OTHER_PIN], Phase.PIN, "Certificate pinning failure!", basis=Basis.AUTHORITATIVE, source=PINS),
    ),
    vocabulary=True,
)
