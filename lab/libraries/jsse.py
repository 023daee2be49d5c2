"""JSSE, Java's TLS, with the X.509 validator of OpenJDK: what they say of a certificate and of a handshake.

The order decides, and a set of conditions is answered by the first of them: a path to a trusted root; the time of each
certificate on it; what the leaf is for. Names are the caller's. Without a path nothing else is looked at, and one text
stands for every reason; of a certificate out of date only the last cause says on which side. The words are those of JDK
11 to 25; JDK 25, and later updates of 17 (17.0.21), put the name of an alert before them, which is for the templates.
"""

from itertools import product

from tlslab.model.circumstances import NOT_TOLD_OF_REVOCATION, TRUSTS_A_NAMESAKE
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NO_STRICT,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    SERVER_REFUSES,
    STAPLE_MISSING,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Offers, says, says_each, tolerates
from tlslab.model.situation import TLSVersion

_JDK = "https://github.com/openjdk/jdk/blob"
_SECURITY = "src/java.base/share/classes/sun/security"
BUILDING = Source(
    "OpenJDK, PKIXValidator.java (doBuild) and SunCertPathBuilder.java (build)",
    f"{_JDK}/240349422ecb188d584a13c2c22d66508ce0e2fd/{_SECURITY}/provider/certpath/SunCertPathBuilder.java",
)
VALIDATION = Source(
    "OpenJDK, PKIXValidator.java (doValidate: the path is there, the certificates on it are looked at; which date is "
    "wrong says sun/security/x509/CertificateValidity.java, valid)",
    f"{_JDK}/0336d8fbf1d8c4c3eeda562856cac618e34d079e/{_SECURITY}/validator/PKIXValidator.java",
)
ANCHORS = Source(
    "OpenJDK, PKIXCertPathValidator.java (validate: trust anchors are chosen by name and key identifier; what is "
    "checked are the certificates of the path, to which the anchor does not belong)",
    f"{_JDK}/01267bb7ca65eeddb7bdd72cb4f70afbab646ca9/{_SECURITY}/provider/certpath/PKIXCertPathValidator.java",
)
CERTIFICATES = Source(
    "OpenJDK, BasicChecker.java (verifySignature)",
    f"{_JDK}/03790aa9ab1b31632d75b0f9f447357c282a6270/{_SECURITY}/provider/certpath/BasicChecker.java",
)
PURPOSE = Source(
    "OpenJDK, EndEntityChecker.java (checkTLSServer)",
    f"{_JDK}/59dc384fbd65e67d7080acb8fff9dbe16f585fea/{_SECURITY}/validator/EndEntityChecker.java",
)
ALERTS = Source(
    "OpenJDK, Alert.java (AlertConsumer)",
    f"{_JDK}/0195e41f627e6ab00af1fa039956072262680563/{_SECURITY}/ssl/Alert.java",
)
SERVER_HELLO = Source(
    "OpenJDK 17, sun/security/ssl/ServerHello.java (the version that was selected)",
    "https://github.com/openjdk/jdk17u/blob/jdk-17.0.13%2B11/src/java.base/share/classes/sun/security/ssl/ServerHello.java",
)
SOCKET = Source(
    "OpenJDK 17, sun/security/ssl/SSLSocketImpl.java (handleEOF)",
    SERVER_HELLO.url.replace("ServerHello", "SSLSocketImpl"),
)
DISABLED = Source(
    "OpenJDK, conf/security/java.security (jdk.certpath.disabledAlgorithms: SHA1 jdkCA & usage TLSServer)",
    f"{_JDK}/01dfee6b6674192fbd41e68382ab3e5a5d8bba7e/src/java.base/share/conf/security/java.security",
)
CHECK_REVOCATION = Source(
    "OpenJDK, PKIXValidator.java (checkTLSRevocation: com.sun.net.ssl.checkRevocation)",
    f"{_JDK}/1c651455a75ff21770bb3b112a440396fce402a5/{_SECURITY}/validator/PKIXValidator.java",
)
REVOKED_TEXT = Source(
    "OpenJDK, java/security/cert/CertificateRevokedException.java (getMessage)",
    f"{_JDK}/jdk-17%2B35/src/java.base/share/classes/java/security/cert/CertificateRevokedException.java",
)
REVOCATION = Source(
    "OpenJDK, RevocationChecker.java (checkCRLs, checkOCSP)",
    f"{_JDK}/59dc384fbd65e67d7080acb8fff9dbe16f585fea/{_SECURITY}/provider/certpath/RevocationChecker.java",
)

NO_PATH = (
    "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid "
    "certification path to requested target"
)
_NOT_VALID = "PKIX path validation failed: java.security.cert.CertPathValidatorException: "
NO_ANCHOR = _NOT_VALID + "Path does not chain with any of the trust anchors"
SIGNATURE = _NOT_VALID + "signature check failed"
OUT_OF_DATE = (
    "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed{*}"
    "Caused by: java.security.cert."
)
PAST = OUT_OF_DATE + "CertificateExpiredException: NotAfter: "
FUTURE = OUT_OF_DATE + "CertificateNotYetValidException: NotBefore: "

_NAME: tuple[tuple[Condition, ...], ...] = ((), (NAME_MISMATCH,))
_BEHIND_THE_TIME = tuple((*purpose, *name) for purpose, name in product(((), (NOT_FOR_SERVERS,)), _NAME))
_BEHIND_THE_PATH = tuple((*time, *rest) for time, rest in product(((), (EXPIRED,), (NOT_YET_VALID,)), _BEHIND_THE_TIME))

LIBRARY = Library(
    "jsse",
    (
        *(
            row
            for path, rest in product((SELF_SIGNED, UNTRUSTED, INCOMPLETE), _BEHIND_THE_PATH)
            for row in says([path, *rest], Phase.VERIFY, NO_PATH, basis=Basis.AUTHORITATIVE, source=BUILDING)
        ),
        *(
            row
            for (time, text), rest in product(((EXPIRED, PAST), (NOT_YET_VALID, FUTURE)), _BEHIND_THE_TIME)
            for row in says([time, *rest], Phase.VERIFY, text, basis=Basis.AUTHORITATIVE, source=VALIDATION)
        ),
        *(
            row
            for name in _NAME
            for row in says(
                [NOT_FOR_SERVERS, *name],
                Phase.VERIFY,
                "Extended key usage does not permit use for TLS server authentication",
                basis=Basis.AUTHORITATIVE,
                source=PURPOSE,
            )
        ),
        *says(
            [UNTRUSTED],
            Phase.VERIFY,
            NO_ANCHOR,
            basis=Basis.AUTHORITATIVE,
            source=ANCHORS,
            when=[TRUSTS_A_NAMESAKE],
        ),
        *says([FORGED], Phase.VERIFY, SIGNATURE, basis=Basis.AUTHORITATIVE, source=CERTIFICATES),
        tolerates(
            "Java looks at the dates of the certificates below the trust anchor, not at its own",
            of=[EXPIRED_ROOT],
            basis=Basis.AUTHORITATIVE,
            source=ANCHORS,
        ),
        *(
            tolerates(
                "Java looks at revocation only with com.sun.net.ssl.checkRevocation=true",
                of=[condition],
                when=[NOT_TOLD_OF_REVOCATION],
                basis=Basis.AUTHORITATIVE,
                source=CHECK_REVOCATION,
            )
            for condition in (REVOKED, REVOCATION_STALE, STAPLE_MISSING)
        ),
        *says(
            [REVOKED],
            Phase.VERIFY,
            _NOT_VALID + "Certificate has been revoked, reason: ",
            basis=Basis.AUTHORITATIVE,
            source=REVOKED_TEXT,
        ),
        *says(
            [REVOCATION_UNKNOWN],
            Phase.VERIFY,
            *(
                _NOT_VALID + words
                for words in (
                    "Unable to determine revocation status due to network error",
                    "Could not determine revocation status",
                    "Certificate does not specify OCSP responder",
                )
            ),
            basis=Basis.AUTHORITATIVE,
            source=REVOCATION,
        ),
        tolerates(
            "SHA-1 is forbidden under the CAs alone that the JDK brings",
            of=[WEAK_SIGNATURE],
            basis=Basis.AUTHORITATIVE,
            source=DISABLED,
        ),
        *says(
            [NO_COMMON_CIPHER],
            Phase.HANDSHAKE,
            "Received fatal alert: handshake_failure",
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *says(
            [NO_COMMON_VERSION],
            Phase.HANDSHAKE,
            "The server selected protocol version {*} is not accepted by client preferences",
            basis=Basis.AUTHORITATIVE,
            source=SERVER_HELLO,
        ),
        *says(
            [NO_COMMON_VERSION],
            Phase.HANDSHAKE,
            "Received fatal alert: protocol_version",
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *says(
            [NO_STRICT],
            Phase.CLOSED,
            "Remote host terminated the handshake",
            basis=Basis.AUTHORITATIVE,
            source=SOCKET,
        ),
        *says_each(
            dict.fromkeys(SERVER_REFUSES, "Connection reset"),
            Phase.CLOSED,
            basis=Basis.OBSERVED,
            source=Source("observed by the lab with JDK 17: what java.net.SocketException says of a reset", ""),
        ),
    ),
    offers=(
        Offers(
            TLSVersion.TLSv1_2,
            TLSVersion.TLSv1_3,
            "TLS 1.0 and 1.1 stand in jdk.tls.disabledAlgorithms",
            Basis.AUTHORITATIVE,
            DISABLED,
        ),
    ),
)
