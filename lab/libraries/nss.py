"""NSS, and Firefox around it: SEC_ERROR_*, SSL_ERROR_* and MOZILLA_PKIX_ERROR_*, with their sentences and numbers.

Firefox shows the name, older programs the sentence, and curl built with NSS the number. An alert (`..._ALERT`) is what
the other side says of one's own certificate.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_CERTIFICATE_REVOKED,
    DISTRUSTED,
    INAPPROPRIATE_FALLBACK,
    INTERCEPTED,
    KEY_MISMATCH,
    KEY_UNREADABLE,
    MALFORMED,
    NO_CIPHER_LEFT,
    NO_COMMON_APPLICATION,
    NO_COMMON_GROUP,
    NO_COMMON_SIGNATURE,
    NO_EXTENDED_MASTER_SECRET,
    NO_TRANSPARENCY,
    POLICY_NOT_MET,
    REVOCATION_UNUSABLE,
    SERIAL_REUSED,
    UNKNOWN_ALGORITHM,
    UNRECOGNIZED_NAME,
    UNSAFE_RENEGOTIATION,
    VALID_TOO_LONG,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CA_AS_LEAF,
    CN_ALONE,
    CRITICAL_EXTENSION,
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
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
    OTHER_SERVICE,
    PATH_TOO_LONG,
    PLAIN_HTTP,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    SERIAL_NOT_POSITIVE,
    SMALL_DH,
    STAPLE_MISSING,
    UNTRUSTED,
    WEAK_HANDSHAKE_SIGNATURE,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Prints, Says, says, stands_for

_NSS = "https://github.com/nss-dev/nss/blob/9d75dfde2e791c38fdf5ea7f3da9609c46d8a4f8/lib"
_GECKO = "https://github.com/mozilla/gecko-dev/blob/a6161d44c93942d69acf4b37bb30b10b3664e939"
SEC = Source("NSS, lib/util/SECerrs.h (numbers: SEC_ERROR_BASE, lib/util/secerr.h)", f"{_NSS}/util/SECerrs.h")
SSL = Source("NSS, lib/ssl/SSLerrs.h (numbers: SSL_ERROR_BASE, lib/ssl/sslerr.h)", f"{_NSS}/ssl/SSLerrs.h")
PKIX = Source(
    "Firefox, security/manager/locales, nsserrors.properties",
    f"{_GECKO}/security/manager/locales/en-US/chrome/pipnss/nsserrors.properties",
)
PAGES = Source(
    "Firefox, toolkit/locales/en-US/toolkit/neterror/nsserrors.ftl",
    f"{_GECKO}/toolkit/locales/en-US/toolkit/neterror/nsserrors.ftl",
)
CURL = Source(
    "curl 7.88.1, lib/vtls/nss.c: `NSS error %d (%s)`", "https://github.com/curl/curl/blob/curl-7_88_1/lib/vtls/nss.c"
)
NO_TLS = Source(
    "nextcloud-snap, issue 946: HTTPS to the port of an HTTP server",
    "https://github.com/nextcloud-snap/nextcloud-snap/issues/946",
)
CERT_PAGE = Source(
    "Firefox, toolkit/locales/en-US/toolkit/neterror/certError.ftl",
    "https://github.com/mozilla/gecko-dev/blob/0cabb6833707e80fec71618351113a382e3c4b03/toolkit/locales/en-US/toolkit"
    "/neterror/certError.ftl",
)
_SEC_BASE, _SSL_BASE = -0x2000, -0x3000


@dataclass(frozen=True, slots=True)
class NssError:
    """One error: its name, its offset to the base of its table (None: not told), its sentence, what can be so."""

    name: str
    offset: int | None
    sentence: str
    of: tuple[Condition, ...]
    phase: Phase = Phase.VERIFY


_UNTRUSTED = (UNTRUSTED, SELF_SIGNED, INCOMPLETE)

SEC_ERRORS = (
    NssError("BAD_SIGNATURE", 10, "Peer's certificate has an invalid signature.", (FORGED,)),
    NssError("EXPIRED_CERTIFICATE", 11, "Peer's Certificate has expired.", (EXPIRED,)),
    NssError("REVOKED_CERTIFICATE", 12, "Peer's Certificate has been revoked.", (REVOKED,)),
    NssError("UNKNOWN_ISSUER", 13, "Peer's Certificate issuer is not recognized.", _UNTRUSTED),
    NssError("BAD_KEY", 14, "Peer's public key is invalid.", (MALFORMED,)),
    NssError("BAD_DER", 9, "security library: improperly formatted DER-encoded message.", (MALFORMED,)),
    NssError(
        "UNTRUSTED_ISSUER",
        20,
        "Peer's certificate issuer has been marked as not trusted by the user.",
        (DISTRUSTED, UNTRUSTED),
    ),
    NssError(
        "UNTRUSTED_CERT",
        21,
        "Peer's certificate has been marked as not trusted by the user.",
        (DISTRUSTED, SELF_SIGNED),
    ),
    NssError(
        "EXPIRED_ISSUER_CERTIFICATE",
        30,
        "The certificate issuer's certificate has expired. Check your system date and time.",
        (EXPIRED_ISSUER, EXPIRED_ROOT),
    ),
    NssError(
        "CRL_EXPIRED",
        31,
        "The CRL for the certificate's issuer has expired. Update it or check your system date and time.",
        (REVOCATION_STALE,),
    ),
    NssError(
        "CRL_BAD_SIGNATURE",
        32,
        "The CRL for the certificate's issuer has an invalid signature.",
        (REVOCATION_UNUSABLE,),
    ),
    NssError("CRL_INVALID", 33, "New CRL has an invalid format.", (REVOCATION_UNUSABLE,)),
    NssError("EXTENSION_VALUE_INVALID", 34, "Certificate extension value is invalid.", (MALFORMED,)),
    NssError("CA_CERT_INVALID", 36, "Issuer certificate is invalid.", (NOT_A_CA,)),
    NssError("PATH_LEN_CONSTRAINT_INVALID", 37, "Certificate path length constraint is invalid.", (PATH_TOO_LONG,)),
    NssError(
        "UNKNOWN_CRITICAL_EXTENSION", 41, "Certificate contains unknown critical extension.", (CRITICAL_EXTENSION,)
    ),
    NssError("UNSUPPORTED_KEYALG", 48, "Unsupported or unknown key algorithm.", (UNKNOWN_ALGORITHM,)),
    NssError("REVOKED_KEY", 61, "The key for this site's certificate has been revoked.", (REVOKED,)),
    NssError(
        "INADEQUATE_KEY_USAGE", 90, "Certificate key usage inadequate for attempted operation.", (KEY_USAGE, NOT_A_CA)
    ),
    NssError("INADEQUATE_CERT_TYPE", 91, "Certificate type not approved for application.", (NOT_FOR_SERVERS,)),
    NssError(
        "CERT_NOT_IN_NAME_SPACE",
        112,
        "The Certifying Authority for this certificate is not permitted to issue a certificate with this name.",
        (NAME_NOT_PERMITTED,),
    ),
    NssError(
        "CRL_NOT_YET_VALID",
        114,
        "The certificate revocation list for this certificate is not yet valid.",
        (REVOCATION_STALE,),
    ),
    NssError("UNKNOWN_SIGNER", 116, "The signer's certificate could not be found.", (UNTRUSTED, INCOMPLETE)),
    NssError(
        "OCSP_BAD_HTTP_RESPONSE",
        119,
        "The OCSP server returned unexpected/invalid HTTP data.",
        (REVOCATION_UNKNOWN,),
    ),
    NssError("OCSP_SERVER_ERROR", 121, "The OCSP server experienced an internal error.", (REVOCATION_UNKNOWN,)),
    NssError("OCSP_TRY_SERVER_LATER", 122, "The OCSP server suggests trying again later.", (REVOCATION_UNKNOWN,)),
    NssError(
        "OCSP_UNAUTHORIZED_REQUEST",
        124,
        "The OCSP server has refused this request as unauthorized.",
        (REVOCATION_UNKNOWN,),
    ),
    NssError("OCSP_UNKNOWN_CERT", 126, "The OCSP server has no status for the certificate.", (REVOCATION_UNKNOWN,)),
    NssError(
        "REUSED_ISSUER_AND_SERIAL",
        138,
        "You are attempting to import a cert with the same issuer/serial as an existing cert, but that is not the same "
        "cert.",
        (SERIAL_REUSED,),
    ),
    NssError("UNSUPPORTED_ELLIPTIC_CURVE", 141, "Unsupported elliptic curve.", (UNKNOWN_ALGORITHM,)),
    NssError(
        "OCSP_INVALID_SIGNING_CERT",
        144,
        "Invalid OCSP signing certificate in OCSP response.",
        (REVOCATION_UNUSABLE,),
    ),
    NssError(
        "REVOKED_CERTIFICATE_CRL",
        145,
        "Certificate is revoked in issuer's certificate revocation list.",
        (REVOKED,),
    ),
    NssError("REVOKED_CERTIFICATE_OCSP", 146, "Issuer's OCSP responder reports certificate is revoked.", (REVOKED,)),
    NssError("OCSP_BAD_SIGNATURE", 157, "OCSP response has an invalid signature.", (REVOCATION_UNUSABLE,)),
    NssError("POLICY_VALIDATION_FAILED", 160, "Cert chain fails policy validation", (POLICY_NOT_MET,)),
    NssError(
        "CERT_SIGNATURE_ALGORITHM_DISABLED",
        176,
        "The certificate was signed using a signature algorithm that is disabled because it is not secure.",
        (WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE),
    ),
    NssError(
        "SIGNATURE_ALGORITHM_DISABLED",
        181,
        "Could not create or verify a signature using a signature algorithm that is disabled because it is not secure.",
        (WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE, WEAK_HANDSHAKE_SIGNATURE),
    ),
    NssError(
        "ALGORITHM_MISMATCH",
        182,
        "The signature algorithm in the signature field of the certificate does not match the algorithm in its "
        "signatureAlgorithm field.",
        (MALFORMED,),
    ),
)
_FIREFOX_OCSP = (
    NssError(
        "OCSP_MALFORMED_RESPONSE",
        None,
        "The response from the OCSP server was corrupted or improperly formed.",
        (REVOCATION_UNUSABLE,),
    ),
    NssError(
        "OCSP_UNAUTHORIZED_RESPONSE",
        None,
        "The signer of the OCSP response is not authorized to give status for this certificate.",
        (REVOCATION_UNUSABLE,),
    ),
    NssError(
        "OCSP_FUTURE_RESPONSE",
        None,
        "The OCSP response is not yet valid (contains a date in the future).",
        (REVOCATION_STALE,),
    ),
    NssError("OCSP_OLD_RESPONSE", None, "The OCSP response contains out-of-date information.", (REVOCATION_STALE,)),
)
_HANDSHAKE = Phase.HANDSHAKE
SSL_ERRORS = (
    NssError(
        "NO_CYPHER_OVERLAP",
        2,
        "Cannot communicate securely with peer: no common encryption algorithm(s).",
        (NO_COMMON_CIPHER, NO_COMMON_VERSION),
        _HANDSHAKE,
    ),
    NssError(
        "NO_CERTIFICATE",
        3,
        "Unable to find the certificate or key necessary for authentication.",
        (CLIENT_CERTIFICATE_MISSING,),
        _HANDSHAKE,
    ),
    NssError(
        "UNSUPPORTED_VERSION",
        9,
        "Peer using unsupported version of security protocol.",
        (NO_COMMON_VERSION,),
        _HANDSHAKE,
    ),
    NssError(
        "WRONG_CERTIFICATE",
        11,
        "Client authentication failed: private key in key database does not match public key in certificate database.",
        (KEY_MISMATCH,),
        _HANDSHAKE,
    ),
    NssError(
        "BAD_CERT_DOMAIN",
        12,
        "Unable to communicate securely with peer: requested domain name does not match the server's certificate.",
        (NAME_MISMATCH, CN_ALONE),
        Phase.NAME,
    ),
    NssError(
        "SSL2_DISABLED",
        14,
        "Peer only supports SSL version 2, which is locally disabled.",
        (NO_COMMON_VERSION,),
        _HANDSHAKE,
    ),
    NssError(
        "BAD_MAC_READ",
        15,
        "SSL received a record with an incorrect Message Authentication Code.",
        (BROKEN_PROTOCOL,),
        _HANDSHAKE,
    ),
    NssError(
        "BAD_CERT_ALERT", 17, "SSL peer cannot verify your certificate.", (CLIENT_CERTIFICATE_REFUSED,), _HANDSHAKE
    ),
    NssError(
        "REVOKED_CERT_ALERT",
        18,
        "SSL peer rejected your certificate as revoked.",
        (CLIENT_CERTIFICATE_REVOKED,),
        _HANDSHAKE,
    ),
    NssError(
        "EXPIRED_CERT_ALERT",
        19,
        "SSL peer rejected your certificate as expired.",
        (CLIENT_CERTIFICATE_EXPIRED,),
        _HANDSHAKE,
    ),
    NssError("SSL_DISABLED", 20, "Cannot connect: SSL is disabled.", (NO_COMMON_VERSION,), _HANDSHAKE),
    NssError(
        "NO_CIPHERS_SUPPORTED",
        23,
        "No cipher suites are present and enabled in this program.",
        (NO_CIPHER_LEFT,),
        _HANDSHAKE,
    ),
    NssError(
        "HANDSHAKE_FAILURE_ALERT",
        61,
        "SSL peer was unable to negotiate an acceptable set of security parameters.",
        (NO_COMMON_CIPHER, NO_COMMON_GROUP, NO_COMMON_SIGNATURE, CLIENT_CERTIFICATE_MISSING),
        _HANDSHAKE,
    ),
    NssError(
        "UNSUPPORTED_CERT_ALERT",
        63,
        "SSL peer does not support certificates of the type it received.",
        (CLIENT_CERTIFICATE_REFUSED,),
        _HANDSHAKE,
    ),
    NssError(
        "CERTIFICATE_UNKNOWN_ALERT",
        64,
        "SSL peer had some unspecified issue with the certificate it received.",
        (CLIENT_CERTIFICATE_REFUSED,),
        _HANDSHAKE,
    ),
    NssError(
        "EXTRACT_PUBLIC_KEY_FAILURE",
        67,
        "SSL was unable to extract the public key from the peer's certificate.",
        (MALFORMED, UNKNOWN_ALGORITHM),
        _HANDSHAKE,
    ),
    NssError(
        "SIGN_HASHES_FAILURE",
        66,
        "Unable to digitally sign data required to verify your certificate.",
        (KEY_UNREADABLE,),
        _HANDSHAKE,
    ),
    NssError(
        "UNKNOWN_CA_ALERT",
        93,
        "Peer does not recognize and trust the CA that issued your certificate.",
        (CLIENT_CERTIFICATE_UNTRUSTED,),
        _HANDSHAKE,
    ),
    NssError(
        "ACCESS_DENIED_ALERT",
        94,
        "Peer received a valid certificate, but access was denied.",
        (CLIENT_CERTIFICATE_REFUSED,),
        _HANDSHAKE,
    ),
    NssError(
        "DECRYPT_ERROR_ALERT",
        96,
        "Peer reports failure of signature verification or key exchange.",
        (WRONG_HANDSHAKE_SIGNATURE,),
        _HANDSHAKE,
    ),
    NssError(
        "PROTOCOL_VERSION_ALERT",
        98,
        "Peer reports incompatible or unsupported protocol version.",
        (NO_COMMON_VERSION,),
        _HANDSHAKE,
    ),
    NssError(
        "INSUFFICIENT_SECURITY_ALERT",
        99,
        "Server requires ciphers more secure than those supported by client.",
        (NO_COMMON_CIPHER,),
        _HANDSHAKE,
    ),
    NssError(
        "UNRECOGNIZED_NAME_ALERT",
        106,
        "SSL peer has no certificate for the requested DNS name.",
        (UNRECOGNIZED_NAME,),
        _HANDSHAKE,
    ),
    NssError(
        "UNSAFE_NEGOTIATION",
        113,
        "Peer attempted old style (potentially vulnerable) handshake.",
        (UNSAFE_RENEGOTIATION,),
        _HANDSHAKE,
    ),
    NssError(
        "WEAK_SERVER_EPHEMERAL_DH_KEY",
        115,
        "SSL received a weak ephemeral Diffie-Hellman key in Server Key Exchange handshake message.",
        (SMALL_DH,),
        _HANDSHAKE,
    ),
    NssError(
        "UNSUPPORTED_HASH_ALGORITHM",
        126,
        "Unsupported hash algorithm used by TLS peer.",
        (WEAK_HANDSHAKE_SIGNATURE, NO_COMMON_SIGNATURE),
        _HANDSHAKE,
    ),
    NssError(
        "NEXT_PROTOCOL_NO_PROTOCOL",
        130,
        "The server supports no protocols that the client advertises in the ALPN extension.",
        (NO_COMMON_APPLICATION,),
        _HANDSHAKE,
    ),
    NssError(
        "INAPPROPRIATE_FALLBACK_ALERT",
        131,
        "The server rejected the handshake because the client downgraded to a lower TLS version than the server "
        "supports.",
        (INAPPROPRIATE_FALLBACK,),
        _HANDSHAKE,
    ),
    NssError(
        "WEAK_SERVER_CERT_KEY",
        132,
        "The server certificate included a public key that was too weak.",
        (WEAK_KEY,),
        Phase.VERIFY,
    ),
    NssError(
        "UNSUPPORTED_SIGNATURE_ALGORITHM",
        135,
        "The peer used an unsupported combination of signature and hash algorithm.",
        (NO_COMMON_SIGNATURE, WEAK_HANDSHAKE_SIGNATURE),
        _HANDSHAKE,
    ),
    NssError(
        "MISSING_EXTENDED_MASTER_SECRET",
        136,
        "The peer did not use an extended master secret when required",
        (NO_EXTENDED_MASTER_SECRET,),
        _HANDSHAKE,
    ),
    NssError(
        "RX_CERTIFICATE_REQUIRED_ALERT",
        181,
        "SSL received a certificate_required alert.",
        (CLIENT_CERTIFICATE_MISSING,),
        _HANDSHAKE,
    ),
)
PKIX_ERRORS = (
    NssError(
        "KEY_PINNING_FAILURE",
        None,
        "The server uses key pinning (HPKP) but no trusted certificate chain could be constructed that matches the "
        "pinset.",
        (OTHER_PIN,),
        Phase.PIN,
    ),
    NssError(
        "CA_CERT_USED_AS_END_ENTITY",
        None,
        "The server uses a certificate with a basic constraints extension identifying it as a certificate authority.",
        (CA_AS_LEAF,),
    ),
    NssError(
        "INADEQUATE_KEY_SIZE",
        None,
        "The server presented a certificate with a key size that is too small to establish a secure connection.",
        (WEAK_KEY,),
    ),
    NssError(
        "V1_CERT_USED_AS_CA",
        None,
        "An X.509 version 1 certificate that is not a trust anchor was used to issue the server's certificate.",
        (NOT_A_CA,),
    ),
    NssError(
        "NOT_YET_VALID_CERTIFICATE", None, "The server presented a certificate that is not yet valid.", (NOT_YET_VALID,)
    ),
    NssError(
        "NOT_YET_VALID_ISSUER_CERTIFICATE",
        None,
        "A certificate that is not yet valid was used to issue the server's certificate.",
        (ISSUER_NOT_YET_VALID,),
    ),
    NssError(
        "OCSP_RESPONSE_FOR_CERT_MISSING",
        None,
        "The OCSP response does not include a status for the certificate being verified.",
        (REVOCATION_UNUSABLE,),
    ),
    NssError(
        "VALIDITY_TOO_LONG",
        None,
        "The server presented a certificate that is valid for too long.",
        (VALID_TOO_LONG,),
    ),
    NssError("REQUIRED_TLS_FEATURE_MISSING", None, "A required TLS feature is missing.", (STAPLE_MISSING,)),
    NssError(
        "INVALID_INTEGER_ENCODING",
        None,
        "The server presented a certificate that contains an invalid encoding of an integer.",
        (SERIAL_NOT_POSITIVE, MALFORMED),
    ),
    NssError(
        "EMPTY_ISSUER_NAME",
        None,
        "The server presented a certificate with an empty issuer distinguished name.",
        (MALFORMED,),
    ),
    NssError(
        "ADDITIONAL_POLICY_CONSTRAINT_FAILED",
        None,
        "An additional policy constraint failed when validating this certificate.",
        (DISTRUSTED,),
    ),
    NssError("SELF_SIGNED_CERT", None, "The certificate is not trusted because it is self-signed.", (SELF_SIGNED,)),
    NssError(
        "ISSUER_NO_LONGER_TRUSTED",
        None,
        "The certificate authority that issued the certificate was distrusted before the certificate was issued.",
        (DISTRUSTED,),
    ),
)


def _rows(errors: tuple[NssError, ...], prefix: str, source: Source, base: int | None = None) -> Iterator[Says]:
    for error in errors:
        forms: list[tuple[str | Prints, Source]] = [
            (Prints(code=f"{prefix}{error.name}"), source),
            (error.sentence, source),
        ]
        if base is not None and error.offset is not None:
            forms.append((f"NSS error {base + error.offset} (", CURL))
        for condition in error.of:
            for form, where in forms:
                yield from says([condition], error.phase, form, basis=Basis.AUTHORITATIVE, source=where)


LIBRARY = Library(
    "nss",
    (
        *_rows(SEC_ERRORS, "SEC_ERROR_", SEC, _SEC_BASE),
        *_rows(_FIREFOX_OCSP, "SEC_ERROR_", PKIX),
        *_rows(SSL_ERRORS, "SSL_ERROR_", SSL, _SSL_BASE),
        *_rows(PKIX_ERRORS, "MOZILLA_PKIX_ERROR_", PKIX),
        *stands_for(
            {
                Prints(code="SSL_ERROR_RX_RECORD_TOO_LONG"): (PLAIN_HTTP, OTHER_SERVICE),
                "SSL received a record that exceeded the maximum permissible length.": (PLAIN_HTTP, OTHER_SERVICE),
            },
            Phase.HANDSHAKE,
            basis=Basis.REPORTED,
            source=NO_TLS,
        ),
        *stands_for(
            {
                "Your certificate contains the same serial number as another certificate issued by the certificate "
                "authority.": (SERIAL_REUSED,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=PAGES,
        ),
        *stands_for(
            {
                "Can't connect securely because the site uses an older, insecure version of the SSL protocol.": (
                    NO_COMMON_VERSION,
                ),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=PAGES,
        ),
        *stands_for(
            {
                "because its certificate issuer is unknown, the certificate is self-signed, or the server is not "
                "sending the correct intermediate certificates": _UNTRUSTED,
                "because we can't tell who issued the certificate, it's self-signed, or the site isn't sending "
                "intermediate certificates we trust": _UNTRUSTED,
                "The certificate is not trusted because it was issued by an invalid CA certificate.": (NOT_A_CA,),
                "The certificate is not trusted because the issuer certificate is not trusted.": (
                    *(DISTRUSTED, UNTRUSTED),
                ),
                "The certificate is not trusted because it was signed using a signature algorithm that was disabled "
                "because that algorithm is not secure.": (WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE),
                "The certificate is not trusted because the issuer certificate has expired.": (
                    *(EXPIRED_ISSUER, EXPIRED_ROOT),
                ),
                "This site's certificate is self-signed.": (SELF_SIGNED,),
                "are no longer considered safe because these certificate authorities failed to follow security "
                "practices": (DISTRUSTED,),
                "because it couldn't prove it meets public certificate transparency requirements": (NO_TRANSPARENCY,),
                Prints(code="MOZILLA_PKIX_ERROR_MITM_DETECTED"): (INTERCEPTED,),
                "if an antivirus program or a network is intercepting a connection with a security certificate issued "
                "by a CA that is not in the Mozilla CA store": (INTERCEPTED,),
                "which are valid for a set time period. The certificate for {*} expired on ": (EXPIRED,),
                "because it looks like the certificate expired on ": (EXPIRED,),
                "which are valid for a set time period. The certificate for {*} will not be valid until ": (
                    NOT_YET_VALID,
                ),
                "because it looks like the certificate will not be valid until ": (NOT_YET_VALID,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=CERT_PAGE,
        ),
        *stands_for(
            {
                "does not trust this site because it uses a certificate that is not valid for ": (
                    *(NAME_MISMATCH, CN_ALONE),
                ),
                "doesn't trust this site because its certificate isn't valid for ": (NAME_MISMATCH, CN_ALONE),
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=CERT_PAGE,
        ),
        *stands_for(
            {
                "This website might not support the TLS 1.2 protocol, which is the minimum version supported by": (
                    NO_COMMON_VERSION,
                )
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=CERT_PAGE,
        ),
        *stands_for(
            {
                "The certificate is only valid for the following names": (NAME_MISMATCH, CN_ALONE),
                "The certificate does not come from a trusted source": _UNTRUSTED,
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=CERT_PAGE,
        ),
    ),
    vocabulary=True,
)
