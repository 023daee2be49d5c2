"""What JDKs said before 17, and what they still say of chains and handshakes beside `jdk` and `jsse`.

Programs that cannot be updated run on JDK 7 and 8 for years; their own words stand in most public posts.
"""

from tlslab.model.beyond import DISTRUSTED, IN_THE_SERVERS_LOG
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.conditions import (
    ENDS_EARLY,
    EXPIRED,
    EXPIRED_ISSUER,
    NAME_MISMATCH,
    NO_COMMON_VERSION,
    NOT_A_CA,
    NOT_YET_VALID,
    SMALL_DH,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, stands_for

_JDK = "https://github.com/openjdk/jdk/blob"
_SSL = "src/java.base/share/classes/sun/security/ssl"
_17 = f"{_JDK}/jdk-17%2B35/src/java.base/share/classes/sun"
RECORDS = Source(
    "OpenJDK, SSLSocketInputRecord.java, read",
    f"{_JDK}/00d485c60da5139e25be8e851ae282e3a7769013/{_SSL}/SSLSocketInputRecord.java",
)
SMALL = Source(
    "OpenJDK, DHServerKeyExchange.java",
    f"{_JDK}/3114fea4dcbe127cec1896890134811dba8a2bb9/{_SSL}/DHServerKeyExchange.java",
)
SYMANTEC = Source(
    "OpenJDK, SymantecTLSPolicy.java",
    f"{_JDK}/597c61458eef0347dee6a053f97aa84b67b62d2e/src/java.base/share/classes/sun/security/validator"
    "/SymantecTLSPolicy.java",
)
HTTPS = Source("OpenJDK 17, HttpsClient.java, checkURLSpoofing", f"{_17}/net/www/protocol/https/HttpsClient.java")
CONSTRAINTS = Source(
    "OpenJDK 17, SSLContextImpl.java (AbstractTrustManagerWrapper)", f"{_17}/security/ssl/SSLContextImpl.java"
)
VALIDITY = Source(
    "gradle/gradle issue 22862: PKIX path validation failed, validity check failed",
    "https://github.com/gradle/gradle/issues/22862",
)
OLD_CONSTRAINTS = Source(
    "validator/validator issue 385: Certificates does not conform to algorithm constraints (RSA 512, SHA-1)",
    "https://github.com/validator/validator/issues/385",
)
OLD_VERSION = Source(
    "square/okhttp issue 6824: JDK 8, Server chose TLSv1",
    "https://github.com/lysine-dev/okhttp/issues/6824",
)
OLD_DH = Source(
    "zaproxy/zaproxy issue 2626: Could not generate DH keypair", "https://github.com/zaproxy/zaproxy/issues/2626"
)
OLD_SERVER = Source(
    "monkeyWie/proxyee issue 293: Client requested protocol TLSv1 is not enabled or supported in server context",
    "https://github.com/monkeyWie/proxyee/issues/293",
)

ANCHORS = Source("OpenJDK 17, PKIXValidator.java, verifyTrustAnchor", f"{_17}/security/validator/PKIXValidator.java")
NO_CHAIN = Source(
    "OpenJDK 8, ServerHandshaker.java, clientCertificate: fatalSE(Alerts.alert_bad_certificate, ...)",
    "https://github.com/openjdk/jdk8u/blob/master/jdk/src/share/classes/sun/security/ssl/ServerHandshaker.java",
)

LIBRARY = Library(
    "jdk-of-old",
    (
        *stands_for(
            {'TrustAnchor with subject "{*}" is not a CA certificate': (NOT_A_CA,)},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=ANCHORS,
        ),
        *says(
            [CLIENT_CERTIFICATE_MISSING],
            Phase.HANDSHAKE,
            "null cert chain",
            basis=Basis.AUTHORITATIVE,
            source=NO_CHAIN,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {"validity check failed": (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER)},
            Phase.VERIFY,
            basis=Basis.REPORTED,
            source=VALIDITY,
        ),
        *stands_for(
            {"Certificates do not conform to algorithm constraints": (WEAK_SIGNATURE, WEAK_KEY)},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=CONSTRAINTS,
        ),
        *stands_for(
            {
                "Certificates does not conform to algorithm constraints": (WEAK_SIGNATURE, WEAK_KEY),
                "Algorithm constraints check failed: SHA1withRSA": (WEAK_SIGNATURE,),
                "Algorithm constraints check failed: MD5withRSA": (WEAK_SIGNATURE,),
            },
            Phase.VERIFY,
            basis=Basis.REPORTED,
            source=OLD_CONSTRAINTS,
        ),
        *stands_for(
            {"and anchored by a distrusted legacy": (DISTRUSTED,)},
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=SYMANTEC,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "HTTPS hostname wrong: should be",
            basis=Basis.AUTHORITATIVE,
            source=HTTPS,
        ),
        *stands_for(
            {
                "DH ServerKeyExchange does not comply to algorithm constraints": (SMALL_DH,),
                "Could not generate DHPublicKey": (SMALL_DH,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=SMALL,
        ),
        *stands_for(
            {
                "Could not generate DH keypair": (SMALL_DH,),
                "Prime size must be multiple of 64, and can only range from 512 to": (SMALL_DH,),
            },
            Phase.HANDSHAKE,
            basis=Basis.REPORTED,
            source=OLD_DH,
        ),
        *stands_for(
            {
                "Server chose {*}, but that protocol version is not enabled or not supported by the client": (
                    NO_COMMON_VERSION,
                )
            },
            Phase.HANDSHAKE,
            basis=Basis.REPORTED,
            source=OLD_VERSION,
        ),
        *stands_for(
            {
                "Client requested protocol {*} is not enabled or supported in server context": (NO_COMMON_VERSION,),
                "Client requested protocol {*} not enabled or not supported": (NO_COMMON_VERSION,),
            },
            Phase.HANDSHAKE,
            basis=Basis.REPORTED,
            source=OLD_SERVER,
        ),
        *stands_for(
            {"SSL peer shut down incorrectly": (ENDS_EARLY, NO_COMMON_VERSION)},
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=RECORDS,
        ),
    ),
    vocabulary=True,
)
