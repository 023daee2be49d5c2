"""GnuTLS beyond what the lab's clients are judged by: the words of gnutls_certificate_verification_status_print, of
gnutls_strerror and of alerts, with the names of errors and of the bits of the status.

An alert is what the other side says of one's own certificate; a server's log reads it of the server's.
"""

from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_CERTIFICATE_REVOKED,
    ENDS_WITHOUT_NOTICE,
    IN_THE_SERVERS_LOG,
    INAPPROPRIATE_FALLBACK,
    KEY_MISMATCH,
    MALFORMED,
    NO_CIPHER_LEFT,
    NO_COMMON_APPLICATION,
    NO_COMMON_GROUP,
    NO_COMMON_SIGNATURE,
    REVOCATION_UNUSABLE,
    UNRECOGNIZED_NAME,
    UNSAFE_RENEGOTIATION,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.conditions import (
    CRITICAL_EXTENSION,
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
    NOT_YET_VALID,
    OTHER_PIN,
    PATH_TOO_LONG,
    REVOCATION_STALE,
    REVOKED,
    SELF_SIGNED,
    SMALL_DH,
    STAPLE_MISSING,
    UNTRUSTED,
    WEAK_ISSUER_KEY,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Prints, says, stands_for

_GNUTLS = "https://github.com/gnutls/gnutls/blob/f8971291ba0b21b5caaeffecdb66210fb01cc7a2"
WORDS = Source("GnuTLS, lib/cert-cred.c, gnutls_certificate_verification_status_print", f"{_GNUTLS}/lib/cert-cred.c")
STATUS = Source("GnuTLS, gnutls.h, enum gnutls_certificate_status_t", f"{_GNUTLS}/lib/includes/gnutls/gnutls.h.in")
ERRORS = Source("GnuTLS, lib/errors.c, error_entries (gnutls_strerror)", f"{_GNUTLS}/lib/errors.c")
ALERTS = Source(
    "GnuTLS, src/cli.c: `*** Received alert [%d]: %s`, with the words of lib/alert.c, sup_alerts",
    f"{_GNUTLS}/src/cli.c",
)

_UNTRUSTED = (UNTRUSTED, SELF_SIGNED, INCOMPLETE)
_EXPIRED = (EXPIRED, EXPIRED_ISSUER, EXPIRED_ROOT)
_WEAK = (WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE, WEAK_KEY, WEAK_ISSUER_KEY)
_EARLY = (NOT_YET_VALID, ISSUER_NOT_YET_VALID)
_CONSTRAINED = (NAME_NOT_PERMITTED, PATH_TOO_LONG)
_PURPOSE = (NOT_FOR_SERVERS, ISSUER_NOT_FOR_SERVERS)
IN_CURL = Source(
    "curl, lib/vtls/gtls.c (handshake: gnutls_strerror, gnutls_alert_get_name)",
    "https://github.com/curl/curl/blob/5c61e168698a72b87437d58ed728bcdea6d5db42/lib/vtls/gtls.c#L290-L297",
)

LIBRARY = Library(
    "gnutls-errors",
    (
        *stands_for(
            {
                "The certificate chain is revoked.": (REVOKED,),
                "The certificate doesn't match the local copy (TOFU).": (OTHER_PIN,),
                "The revocation or OCSP data are old and have been superseded.": (REVOCATION_STALE,),
                "The revocation or OCSP data are issued with a future date.": (REVOCATION_STALE,),
                "The certificate issuer is unknown.": _UNTRUSTED,
                "The certificate issuer is not a CA.": (NOT_A_CA,),
                "The certificate chain uses insecure algorithm.": _WEAK,
                "The certificate chain violates the signer's constraints.": _CONSTRAINED,
                "The certificate chain does not match the intended purpose.": _PURPOSE,
                "The certificate chain uses not yet valid certificate.": _EARLY,
                "The certificate chain uses expired certificate.": _EXPIRED,
                "The signature in the certificate is invalid.": (FORGED,),
                "The certificate requires the server to include an OCSP status in its response, but the OCSP status is "
                "missing.": (STAPLE_MISSING,),
                "The received OCSP status response is invalid.": (REVOCATION_UNUSABLE,),
                "The certificate contains an unknown critical extension.": (CRITICAL_EXTENSION,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=WORDS,
        ),
        *stands_for(
            {"The name in the certificate does not match the expected.": (NAME_MISMATCH,)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=WORDS,
        ),
        *stands_for(
            {
                Prints(code=f"GNUTLS_CERT_{name}"): conditions
                for name, conditions in {
                    "REVOKED": (REVOKED,),
                    "SIGNER_NOT_FOUND": _UNTRUSTED,
                    "SIGNER_NOT_CA": (NOT_A_CA,),
                    "INSECURE_ALGORITHM": _WEAK,
                    "NOT_ACTIVATED": _EARLY,
                    "EXPIRED": _EXPIRED,
                    "SIGNATURE_FAILURE": (FORGED,),
                    "REVOCATION_DATA_SUPERSEDED": (REVOCATION_STALE,),
                    "REVOCATION_DATA_ISSUED_IN_FUTURE": (REVOCATION_STALE,),
                    "UNEXPECTED_OWNER": (NAME_MISMATCH,),
                    "SIGNER_CONSTRAINTS_FAILURE": _CONSTRAINED,
                    "MISMATCH": (OTHER_PIN,),
                    "PURPOSE_MISMATCH": _PURPOSE,
                    "MISSING_OCSP_STATUS": (STAPLE_MISSING,),
                    "INVALID_OCSP_STATUS": (REVOCATION_UNUSABLE,),
                    "UNKNOWN_CRIT_EXTENSIONS": (CRITICAL_EXTENSION,),
                }.items()
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=STATUS,
        ),
        *stands_for(
            {
                text: conditions
                for name, words, conditions in (
                    ("UNKNOWN_CIPHER_SUITE", "Could not negotiate a supported cipher suite.", (NO_COMMON_CIPHER,)),
                    ("NO_CIPHER_SUITES", "No supported cipher suites have been found.", (NO_COMMON_CIPHER,)),
                    ("NO_PRIORITIES_WERE_SET", "No or insufficient priorities were set.", (NO_CIPHER_LEFT,)),
                    (
                        "CERTIFICATE_KEY_MISMATCH",
                        "The certificate and the given key do not match.",
                        (KEY_MISMATCH,),
                    ),
                    (
                        "UNSUPPORTED_VERSION_PACKET",
                        "A packet with illegal or unsupported version was received.",
                        (NO_COMMON_VERSION, BROKEN_PROTOCOL),
                    ),
                    (
                        "UNEXPECTED_PACKET_LENGTH",
                        "Error decoding the received TLS packet.",
                        (BROKEN_PROTOCOL,),
                    ),
                    ("UNEXPECTED_PACKET", "An unexpected TLS packet was received.", (BROKEN_PROTOCOL,)),
                    (
                        "DH_PRIME_UNACCEPTABLE",
                        "The Diffie-Hellman prime sent by the server is not acceptable (not long enough).",
                        (SMALL_DH,),
                    ),
                    (
                        "PREMATURE_TERMINATION",
                        "The TLS connection was non-properly terminated.",
                        (ENDS_WITHOUT_NOTICE,),
                    ),
                    (
                        "INAPPROPRIATE_FALLBACK",
                        "A connection with inappropriate fallback was attempted.",
                        (INAPPROPRIATE_FALLBACK,),
                    ),
                    ("CERTIFICATE_REQUIRED", "", (CLIENT_CERTIFICATE_MISSING,)),
                    (
                        "X509_UNSUPPORTED_CRITICAL_EXTENSION",
                        "Unsupported critical extension in X.509 certificate.",
                        (CRITICAL_EXTENSION,),
                    ),
                    (
                        "KEY_USAGE_VIOLATION",
                        "Key usage violation in certificate has been detected.",
                        (KEY_USAGE,),
                    ),
                    (
                        "CERTIFICATE_TIME_ERROR",
                        "Error in the time fields of certificate.",
                        (MALFORMED,),
                    ),
                    ("X509_DUPLICATE_EXTENSION", "Duplicate extension in X.509 certificate.", (MALFORMED,)),
                    (
                        "PK_SIG_VERIFY_FAILED",
                        "Public key signature verification has failed.",
                        (WRONG_HANDSHAKE_SIGNATURE,),
                    ),
                    ("SAFE_RENEGOTIATION_FAILED", "Safe renegotiation failed.", (UNSAFE_RENEGOTIATION,)),
                    ("UNSAFE_RENEGOTIATION_DENIED", "Unsafe renegotiation denied.", (UNSAFE_RENEGOTIATION,)),
                    (
                        "UNSUPPORTED_SIGNATURE_ALGORITHM",
                        "The signature algorithm is not supported.",
                        (NO_COMMON_SIGNATURE,),
                    ),
                )
                for text in (words, Prints(code=f"GNUTLS_E_{name}"))
                if text
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *stands_for(
            {
                f"Received alert [{number}]: {words}": conditions
                for number, words, conditions in (
                    (
                        40,
                        "Handshake failed",
                        (NO_COMMON_CIPHER, NO_COMMON_GROUP, NO_COMMON_SIGNATURE, CLIENT_CERTIFICATE_MISSING),
                    ),
                    (42, "Certificate is bad", (CLIENT_CERTIFICATE_REFUSED,)),
                    (43, "Certificate is not supported", (CLIENT_CERTIFICATE_REFUSED,)),
                    (44, "Certificate was revoked", (CLIENT_CERTIFICATE_REVOKED,)),
                    (45, "Certificate is expired", (CLIENT_CERTIFICATE_EXPIRED,)),
                    (46, "Unknown certificate", (CLIENT_CERTIFICATE_REFUSED,)),
                    (48, "CA is unknown", (CLIENT_CERTIFICATE_UNTRUSTED,)),
                    (49, "Access was denied", (CLIENT_CERTIFICATE_REFUSED,)),
                    (51, "Decrypt error", (WRONG_HANDSHAKE_SIGNATURE,)),
                    (70, "Error in protocol version", (NO_COMMON_VERSION,)),
                    (71, "Insufficient security", (NO_COMMON_CIPHER,)),
                    (86, "Inappropriate fallback", (INAPPROPRIATE_FALLBACK,)),
                    (112, "The server name sent was not recognized", (UNRECOGNIZED_NAME,)),
                    (116, "Certificate is required", (CLIENT_CERTIFICATE_MISSING,)),
                    (120, "No supported application protocol could be negotiated", (NO_COMMON_APPLICATION,)),
                )
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *stands_for(
            {
                "Received alert [48]: CA is unknown": _UNTRUSTED,
                "Received alert [45]: Certificate is expired": (EXPIRED,),
                "Received alert [42]: Certificate is bad": (*_UNTRUSTED, EXPIRED, NAME_MISMATCH),
                "Received alert [46]: Unknown certificate": (*_UNTRUSTED, EXPIRED, NAME_MISMATCH),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {
                # What libcurl, and git with it, makes of an alert that arrives.
                f"gnutls_handshake() failed: {words}": conditions
                for words, conditions in (
                    (
                        "Handshake failed",
                        (NO_COMMON_VERSION, NO_COMMON_CIPHER, CLIENT_CERTIFICATE_MISSING, NO_COMMON_GROUP),
                    ),
                    ("Certificate is bad", (CLIENT_CERTIFICATE_REFUSED,)),
                    ("Certificate is expired", (CLIENT_CERTIFICATE_EXPIRED,)),
                    ("Unknown certificate", (CLIENT_CERTIFICATE_REFUSED,)),
                    ("CA is unknown", (CLIENT_CERTIFICATE_UNTRUSTED,)),
                    ("Access was denied", (CLIENT_CERTIFICATE_REFUSED,)),
                    ("Decrypt error", (WRONG_HANDSHAKE_SIGNATURE,)),
                    ("Error in protocol version", (NO_COMMON_VERSION,)),
                    ("Insufficient security", (NO_COMMON_CIPHER,)),
                    ("The server name sent was not recognized", (UNRECOGNIZED_NAME,)),
                    ("Certificate is required", (CLIENT_CERTIFICATE_MISSING,)),
                )
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=IN_CURL,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "gnutls_handshake() failed: Error in the certificate verification.",
            "gnutls_handshake() failed: Error in the certificate.",
            basis=Basis.AUTHORITATIVE,
            source=IN_CURL,
        ),
    ),
    vocabulary=True,
)
