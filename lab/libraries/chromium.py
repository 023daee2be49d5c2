"""Chromium: its network errors by name and number, and the sentences of its page about a certificate.

Chrome, Edge, Electron, Puppeteer and Playwright show the name (`net::ERR_CERT_AUTHORITY_INVALID`), its log the number
(`net_error -202`). Which of several defects of a certificate there is the name does not always say.
"""

from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    DISTRUSTED,
    INTERCEPTED,
    KEY_UNREADABLE,
    MALFORMED,
    NO_COMMON_APPLICATION,
    NO_COMMON_SIGNATURE,
    NO_TRANSPARENCY,
    PROXY_REFUSES,
    UNRECOGNIZED_NAME,
    VALID_TOO_LONG,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CN_ALONE,
    EXPIRED,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_YET_VALID,
    OTHER_PIN,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    SMALL_DH,
    UNTRUSTED,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Does, Library, Prints, says, stands_for

_CHROMIUM = "https://github.com/chromium/chromium/blob"
ERRORS = Source(
    "Chromium, net/base/net_error_list.h, with what its comments say of each",
    f"{_CHROMIUM}/0182b17bc505e3d68ffd2269d18e1a2fa5bc8876/net/base/net_error_list.h",
)
PAGE = Source(
    "Chromium, components/ssl_errors_strings.grdp",
    f"{_CHROMIUM}/25f01b8c29514842708d66b5a0bcb9b1e6aa316c/components/ssl_errors_strings.grdp",
)

PANEL = Source(
    "Chromium, components/security_state_strings.grdp: the security panel of the developer's tools",
    f"{_CHROMIUM}/550840a6a780af4812843ff8ea907b3cc1aa12d6/components/security_state_strings.grdp",
)

_Meanings = dict[tuple[str, int], tuple[Condition, ...]]
_OF_THE_CERTIFICATE: _Meanings = {
    ("CERT_DATE_INVALID", -201): (EXPIRED, NOT_YET_VALID),
    ("CERT_AUTHORITY_INVALID", -202): (UNTRUSTED, SELF_SIGNED),
    ("CERT_CONTAINS_ERRORS", -203): (MALFORMED,),
    ("CERT_NO_REVOCATION_MECHANISM", -204): (REVOCATION_UNKNOWN,),
    ("CERT_UNABLE_TO_CHECK_REVOCATION", -205): (REVOCATION_UNKNOWN,),
    ("CERT_REVOKED", -206): (REVOKED,),
    ("CERT_WEAK_SIGNATURE_ALGORITHM", -208): (WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE),
    ("CERT_WEAK_KEY", -211): (WEAK_KEY,),
    ("CERT_NAME_CONSTRAINT_VIOLATION", -212): (NAME_NOT_PERMITTED,),
    ("CERT_VALIDITY_TOO_LONG", -213): (VALID_TOO_LONG,),
    ("CERTIFICATE_TRANSPARENCY_REQUIRED", -214): (NO_TRANSPARENCY,),
    ("CERT_SYMANTEC_LEGACY", -215): (DISTRUSTED,),
    ("CERT_KNOWN_INTERCEPTION_BLOCKED", -217): (INTERCEPTED,),
    ("SSL_SERVER_CERT_BAD_FORMAT", -167): (MALFORMED,),
    ("SSL_KEY_USAGE_INCOMPATIBLE", -181): (KEY_USAGE,),
}
_OF_THE_HANDSHAKE: _Meanings = {
    ("NO_SSL_VERSIONS_ENABLED", -112): (NO_COMMON_VERSION,),
    ("SSL_VERSION_OR_CIPHER_MISMATCH", -113): (NO_COMMON_VERSION, NO_COMMON_CIPHER),
    ("SSL_OBSOLETE_VERSION", -218): (NO_COMMON_VERSION,),
    ("SSL_OBSOLETE_CIPHER", -172): (NO_COMMON_CIPHER,),
    ("SSL_CLIENT_AUTH_CERT_NEEDED", -110): (CLIENT_CERTIFICATE_MISSING,),
    ("BAD_SSL_CLIENT_AUTH_CERT", -117): (CLIENT_CERTIFICATE_MISSING, CLIENT_CERTIFICATE_REFUSED),
    ("SSL_CLIENT_AUTH_PRIVATE_KEY_ACCESS_DENIED", -134): (KEY_UNREADABLE,),
    ("SSL_CLIENT_AUTH_CERT_NO_PRIVATE_KEY", -135): (KEY_UNREADABLE,),
    ("SSL_CLIENT_AUTH_SIGNATURE_FAILED", -141): (KEY_UNREADABLE,),
    ("SSL_CLIENT_AUTH_CERT_BAD_FORMAT", -164): (KEY_UNREADABLE,),
    ("SSL_CLIENT_AUTH_NO_COMMON_ALGORITHMS", -177): (NO_COMMON_SIGNATURE,),
    ("ALPN_NEGOTIATION_FAILED", -122): (NO_COMMON_APPLICATION,),
    ("SSL_BAD_RECORD_MAC_ALERT", -126): (BROKEN_PROTOCOL,),
    ("SSL_WEAK_SERVER_EPHEMERAL_DH_KEY", -129): (SMALL_DH,),
    ("SSL_DECRYPT_ERROR_ALERT", -153): (WRONG_HANDSHAKE_SIGNATURE,),
    ("SSL_UNRECOGNIZED_NAME_ALERT", -159): (UNRECOGNIZED_NAME,),
    ("TLS13_DOWNGRADE_DETECTED", -180): (INTERCEPTED,),
}
_PROVE = "This server could not prove that it is {*}; its security certificate "


def _named(meanings: _Meanings) -> dict[str | Does, tuple[Condition, ...]]:
    """By the name and by the number, as the log has it."""
    by_name: dict[str | Does, tuple[Condition, ...]] = {
        Prints(code=f"ERR_{name}"): conditions for (name, _), conditions in meanings.items()
    }
    return by_name | {f"net_error {number}": conditions for (_, number), conditions in meanings.items()}


INSECURE = Source("microsoft/vscode issue 34385 (Chromium 58)", "https://github.com/microsoft/vscode/issues/34385")

LIBRARY = Library(
    "chromium",
    (
        *stands_for(_named(_OF_THE_CERTIFICATE), Phase.VERIFY, basis=Basis.AUTHORITATIVE, source=ERRORS),
        *stands_for(
            _named({("CERT_COMMON_NAME_INVALID", -200): (NAME_MISMATCH, CN_ALONE)}),
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *stands_for(
            _named({("SSL_PINNED_KEY_NOT_IN_CERT_CHAIN", -150): (OTHER_PIN,)}),
            Phase.PIN,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *stands_for(_named(_OF_THE_HANDSHAKE), Phase.HANDSHAKE, basis=Basis.AUTHORITATIVE, source=ERRORS),
        *stands_for(
            _named({("TUNNEL_CONNECTION_FAILED", -111): (PROXY_REFUSES,)}),
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        # One for all that has no name of its own.
        *says(
            ANY,
            Phase.VERIFY,
            Prints(code="ERR_CERT_INVALID"),
            "net_error -207",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            Prints(code="ERR_SSL_PROTOCOL_ERROR"),
            "net_error -107",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *stands_for(
            {
                f"{_PROVE}expired in the last day": (EXPIRED,),
                f"{_PROVE}expired {{*}} days ago": (EXPIRED,),
                "Server's certificate has expired.": (EXPIRED,),
                f"{_PROVE}is supposedly from ": (NOT_YET_VALID,),
                "Server's certificate is not yet valid.": (NOT_YET_VALID,),
                f"{_PROVE}is not valid at this time": (EXPIRED, NOT_YET_VALID),
                f"{_PROVE}is not trusted by ": (UNTRUSTED, SELF_SIGNED),
                "Server's certificate is not trusted.": (UNTRUSTED, SELF_SIGNED),
                f"{_PROVE}contains errors": (MALFORMED,),
                f"{_PROVE}might be revoked": (REVOCATION_UNKNOWN,),
                "Server's certificate cannot be checked.": (REVOCATION_UNKNOWN,),
                "the certificate that the server presented has been revoked by its issuer": (REVOKED,),
                "Server's certificate has been revoked.": (REVOKED,),
                "the server presented a certificate signed using a weak signature algorithm (such as SHA-1)": (
                    *(WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE),
                ),
                "the server presented a certificate containing a weak key": (WEAK_KEY,),
                f"{_PROVE}might have been issued fraudulently": (NAME_NOT_PERMITTED,),
                "Server's certificate violates name constraints.": (NAME_NOT_PERMITTED,),
                "the server presented a certificate whose validity period is too long to be trustworthy": (
                    VALID_TOO_LONG,
                ),
                "The server presented a certificate that was not publicly disclosed using the Certificate Transparency "
                "policy": (NO_TRANSPARENCY,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=PAGE,
        ),
        *stands_for(
            {
                f"{_PROVE}does not specify Subject Alternative Names": (CN_ALONE,),
                f"{_PROVE}is from ": (NAME_MISMATCH,),
                "Server's certificate does not match the URL.": (NAME_MISMATCH, CN_ALONE),
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=PAGE,
        ),
        *stands_for(
            {"The certificate for this site does not contain a Subject Alternative Name extension": (CN_ALONE,)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=PANEL,
        ),
        *stands_for(
            {
                "The certificate chain for this site contains a certificate signed using SHA-1.": (
                    *(WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE),
                ),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=PANEL,
        ),
        *stands_for(
            {"The server presented a certificate that doesn't match built-in expectations": (OTHER_PIN,)},
            Phase.PIN,
            basis=Basis.AUTHORITATIVE,
            source=PAGE,
        ),
        *stands_for(
            {"The server used an obsolete version of TLS.": (NO_COMMON_VERSION,)},
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=PAGE,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            Prints(code="ERR_INSECURE_RESPONSE"),
            basis=Basis.REPORTED,
            source=INSECURE,
        ),
    ),
    vocabulary=True,
)
