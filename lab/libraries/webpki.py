"""webpki, which verifies certificates for rustls, and rustls itself: what clients are judged by. What people paste of
these two, in the forms of all their releases, is in `tlslab.libraries.rustls`.

A certificate's own properties are looked at first (its time, whether it is a CA's, its purposes), then who signed it,
then the names. Of several ways to a trusted root the most specific error is told. The key usage of a certificate is not
looked at, nor the time of a root. The shorter forms are those of rustls 0.21, which many programs still bring.
"""

from tlslab.model.circumstances import NOT_TOLD_OF_REVOCATION, TRUSTS_A_NAMESAKE
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CA_AS_LEAF,
    CRITICAL_EXTENSION,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
    ISSUER_NOT_FOR_SERVERS,
    ISSUER_NOT_YET_VALID,
    KEY_USAGE,
    LEAF_TRUSTED,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    OTHER_SERVICE,
    PATH_TOO_LONG,
    PLAIN_HTTP,
    REVOCATION_STALE,
    REVOKED,
    SELF_SIGNED,
    SERVER_REFUSES,
    SMALL_DH,
    STAPLE_MISSING,
    UNTRUSTED,
    VERSION_1,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Offers, says, says_alike, tolerates
from tlslab.model.situation import TLSVersion

_RUSTLS = "https://github.com/rustls/rustls/blob/f04804fa13341a9b1dc02b5d1dd8a746f2c4b7fb/rustls/src"
_WEBPKI = "https://github.com/rustls/webpki/blob/7d4f8d83cc13d3f4169ef774aebb6319a376e000/src"
DISPLAY = Source("rustls 0.23.46, rustls/src/error.rs, Display of CertificateError", f"{_RUSTLS}/error.rs")
NAMES_OF_ERRORS = Source(
    "rustls 0.23.46, rustls/src/webpki/mod.rs, pki_error: what rustls has no name for stands in Other(OtherError(...))",
    f"{_RUSTLS}/webpki/mod.rs",
)
OLD_DISPLAY = Source(
    "rustls 0.21.12, rustls/src/error.rs, Display of Error: the Debug form of its parts",
    "https://github.com/rustls/rustls/blob/v/0.21.12/rustls/src/error.rs",
)
PATHS = Source(
    "webpki 0.103.17, src/verify_cert.rs, check_issuer_independent_properties, build_chain_inner",
    f"{_WEBPKI}/verify_cert.rs",
)
ALERTS = Source(
    "rustls 0.23.46, rustls/src/error.rs, Display of Error: AlertReceived, PeerIncompatible", f"{_RUSTLS}/error.rs"
)
KEYS = Source(
    "webpki 0.103.17, src/aws_lc_rs_algs.rs, RSA_PKCS1_2048_8192_SHA256 and its kin: RSA keys of 2048 bits at least",
    f"{_WEBPKI}/aws_lc_rs_algs.rs",
)
END_OF_HANDSHAKE = Source(
    "tokio-rustls, src/common/mod.rs",
    "https://github.com/rustls/tokio-rustls/blob/1e138ad074c9fdadff64a8a97ba339e28400108d/src/common/mod.rs",
)
RECORDS = Source(
    "rustls 0.23.46, rustls/src/error.rs, Display of Error: InvalidMessage (InvalidContentType)", f"{_RUSTLS}/error.rs"
)
REVOCATION = Source(
    "rustls 0.23.46, rustls/src/webpki/server_verifier.rs, verify_server_cert_inner",
    f"{_RUSTLS}/webpki/server_verifier.rs",
)
VERSIONS = Source("rustls 0.23.46, rustls/src/versions.rs, DEFAULT_VERSIONS", f"{_RUSTLS}/versions.rs")

_OF_THE_CERTIFICATE: dict[tuple[Condition, ...], tuple[str, ...]] = {
    (EXPIRED, EXPIRED_ISSUER): ("certificate expired: verification time ", "Expired"),
    (NOT_YET_VALID, ISSUER_NOT_YET_VALID): ("certificate not valid yet: verification time ", "NotValidYet"),
    (UNTRUSTED, SELF_SIGNED, INCOMPLETE): ("UnknownIssuer",),
    (NOT_FOR_SERVERS, ISSUER_NOT_FOR_SERVERS): (
        "certificate does not allow extended key usage for server authentication",
        "InvalidPurpose",
    ),
    (FORGED,): ("BadSignature",),
    # rustls 0.21 says of an algorithm that it does not know what it says of a wrong signature.
    (WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE): ("UnsupportedSignatureAlgorithmContext { ", "BadSignature"),
}
"""What rustls has a name for, and a sentence in newer releases."""
_OTHERS: dict[Condition, str] = {
    CA_AS_LEAF: "CaUsedAsEndEntity",
    CRITICAL_EXTENSION: "UnsupportedCriticalExtension",
    NAME_NOT_PERMITTED: "NameConstraintViolation",
    NOT_A_CA: "EndEntityUsedAsCa",
    PATH_TOO_LONG: "PathLenConstraintViolated",
    VERSION_1: "UnsupportedCertVersion",
}
"""What it has none for."""
_NAMES = (
    "certificate not valid for name {*}; certificate is only valid for ",
    (
        "certificate not valid for name {*}; certificate is not valid for any names (according to its subjectAltName "
        "extension)"
    ),
)


LIBRARY = Library(
    "webpki",
    (
        *(
            row
            for conditions, (text, *older) in _OF_THE_CERTIFICATE.items()
            for texts, source in (((text,), DISPLAY), (older, OLD_DISPLAY))
            for row in says_alike(conditions, Phase.VERIFY, *texts, basis=Basis.AUTHORITATIVE, source=source)
        ),
        *(
            row
            for condition, name in _OTHERS.items()
            for of in ([condition], [condition, SELF_SIGNED])
            for row in says(
                of,
                Phase.VERIFY,
                f"Other(OtherError({name}))",
                f"Other({name})",
                basis=Basis.AUTHORITATIVE,
                source=NAMES_OF_ERRORS,
            )
        ),
        *says([NAME_MISMATCH], Phase.NAME, *_NAMES, basis=Basis.AUTHORITATIVE, source=DISPLAY),
        *says([NAME_MISMATCH], Phase.NAME, "NotValidForName", basis=Basis.AUTHORITATIVE, source=OLD_DISPLAY),
        # A CA is a name and a key: one of the right name, with another key, did not sign.
        *says(
            [UNTRUSTED],
            Phase.VERIFY,
            "BadSignature",
            basis=Basis.AUTHORITATIVE,
            source=PATHS,
            when=[TRUSTS_A_NAMESAKE],
        ),
        # The server's certificate itself is compared with no root.
        *says([LEAF_TRUSTED], Phase.VERIFY, "UnknownIssuer", basis=Basis.AUTHORITATIVE, source=PATHS),
        # Without extensions a certificate is of version 1.
        *says(
            [NOT_A_CA],
            Phase.VERIFY,
            "Other(OtherError(UnsupportedCertVersion))",
            "Other(UnsupportedCertVersion)",
            basis=Basis.AUTHORITATIVE,
            source=NAMES_OF_ERRORS,
        ),
        # The key signs the handshake, and its signature is not taken.
        *says([WEAK_KEY], Phase.VERIFY, "BadSignature", basis=Basis.AUTHORITATIVE, source=KEYS),
        tolerates(
            "webpki ignores the extension KeyUsage",
            of=[KEY_USAGE],
            basis=Basis.AUTHORITATIVE,
            source=PATHS,
        ),
        tolerates(
            "a root is a name and a key to webpki: its time is not looked at",
            of=[EXPIRED_ROOT],
            basis=Basis.AUTHORITATIVE,
            source=PATHS,
        ),
        *(
            tolerates(
                "rustls looks at revocation where it is given lists alone (WebPkiServerVerifier's with_crls)",
                of=[condition],
                when=[NOT_TOLD_OF_REVOCATION],
                basis=Basis.AUTHORITATIVE,
                source=REVOCATION,
            )
            for condition in (REVOKED, REVOCATION_STALE, STAPLE_MISSING)
        ),
        *says(
            [NO_COMMON_VERSION],
            Phase.HANDSHAKE,
            "received fatal alert: ProtocolVersion",
            "peer is incompatible: ServerDoesNotSupportTls12Or13",
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *says_alike(
            [NO_COMMON_CIPHER, SMALL_DH],
            Phase.HANDSHAKE,
            "received fatal alert: HandshakeFailure",
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *says_alike(
            [*SERVER_REFUSES, SMALL_DH, ENDS_EARLY, ENDS_AFTER_PRELOGIN],
            Phase.CLOSED,
            "tls handshake eof",
            basis=Basis.AUTHORITATIVE,
            source=END_OF_HANDSHAKE,
        ),
        *says_alike(
            [PLAIN_HTTP, OTHER_SERVICE],
            Phase.NO_TLS,
            "received corrupt message of type InvalidContentType",
            basis=Basis.AUTHORITATIVE,
            source=RECORDS,
        ),
    ),
    offers=(
        Offers(
            TLSVersion.TLSv1_2,
            TLSVersion.TLSv1_3,
            "rustls has TLS 1.2 and 1.3, and nothing older",
            Basis.AUTHORITATIVE,
            VERSIONS,
        ),
    ),
)
