"""OpenSSL's errors of path validation, X509_V_ERR_*: by number, by name, and in words.

The words are those of OpenSSL 3 and, where they differ, those of 1.1.1 and 1.0.2; LibreSSL and BoringSSL have most of
the older ones. An error that says nothing about the peer's certificate (out of memory, a wrong call) is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tlslab.model.beyond import (
    DANE_MISMATCH,
    DISTRUSTED,
    MALFORMED,
    NO_TRANSPARENCY,
    NOT_CONFORMING,
    POLICY_NOT_MET,
    REVOCATION_UNUSABLE,
    UNKNOWN_ALGORITHM,
)
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CA_AS_LEAF,
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
    NO_AUTHORITY_KEY_IDENTIFIER,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    PATH_TOO_LONG,
    REVOCATION_STALE,
    REVOCATION_UNKNOWN,
    REVOKED,
    ROOT_SENT,
    SELF_SIGNED,
    UNTRUSTED,
    VERSION_1,
    WEAK_ISSUER_KEY,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Prints, Says, says

_OPENSSL = "https://github.com/openssl/openssl/blob"
WORDS = Source(
    "OpenSSL, crypto/x509/x509_txt.c, X509_verify_cert_error_string (numbers: include/openssl/x509_vfy.h)",
    f"{_OPENSSL}/0223dfcf1e4d4d6f0a9a671ce570c6a1c057fe93/crypto/x509/x509_txt.c",
)


@dataclass(frozen=True, slots=True)
class VerifyError:
    """One error: its number (0: not in OpenSSL 3.0), its name, what can be so, and its words, the newest first."""

    number: int
    name: str
    of: tuple[tuple[Condition, ...], ...]
    words: tuple[str, ...]
    phase: Phase = Phase.VERIFY


def _error(number: int, name: str, of: Condition | tuple[Condition, ...], *words: str) -> VerifyError:
    return VerifyError(number, name, tuple((item,) for item in of) if isinstance(of, tuple) else ((of,),), words)


ERRORS = (
    _error(2, "UNABLE_TO_GET_ISSUER_CERT", (UNTRUSTED, INCOMPLETE), "unable to get issuer certificate"),
    _error(3, "UNABLE_TO_GET_CRL", REVOCATION_UNKNOWN, "unable to get certificate CRL"),
    _error(4, "UNABLE_TO_DECRYPT_CERT_SIGNATURE", FORGED, "unable to decrypt certificate's signature"),
    _error(5, "UNABLE_TO_DECRYPT_CRL_SIGNATURE", REVOCATION_UNUSABLE, "unable to decrypt CRL's signature"),
    _error(
        6, "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY", (UNKNOWN_ALGORITHM, MALFORMED), "unable to decode issuer public key"
    ),
    _error(7, "CERT_SIGNATURE_FAILURE", FORGED, "certificate signature failure"),
    _error(8, "CRL_SIGNATURE_FAILURE", REVOCATION_UNUSABLE, "CRL signature failure"),
    _error(
        9,
        "CERT_NOT_YET_VALID",
        (NOT_YET_VALID, ISSUER_NOT_YET_VALID),
        "certificate is not yet valid or the system clock is incorrect",
        "certificate is not yet valid",
    ),
    _error(10, "CERT_HAS_EXPIRED", (EXPIRED, EXPIRED_ISSUER, EXPIRED_ROOT), "certificate has expired"),
    _error(11, "CRL_NOT_YET_VALID", REVOCATION_STALE, "CRL is not yet valid"),
    _error(12, "CRL_HAS_EXPIRED", REVOCATION_STALE, "CRL has expired"),
    _error(13, "ERROR_IN_CERT_NOT_BEFORE_FIELD", MALFORMED, "format error in certificate's notBefore field"),
    _error(14, "ERROR_IN_CERT_NOT_AFTER_FIELD", MALFORMED, "format error in certificate's notAfter field"),
    _error(15, "ERROR_IN_CRL_LAST_UPDATE_FIELD", REVOCATION_UNUSABLE, "format error in CRL's lastUpdate field"),
    _error(16, "ERROR_IN_CRL_NEXT_UPDATE_FIELD", REVOCATION_UNUSABLE, "format error in CRL's nextUpdate field"),
    _error(18, "DEPTH_ZERO_SELF_SIGNED_CERT", SELF_SIGNED, "self-signed certificate", "self signed certificate"),
    VerifyError(
        19,
        "SELF_SIGNED_CERT_IN_CHAIN",
        ((UNTRUSTED, ROOT_SENT),),
        ("self-signed certificate in certificate chain", "self signed certificate in certificate chain"),
    ),
    _error(20, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", (UNTRUSTED, INCOMPLETE), "unable to get local issuer certificate"),
    _error(21, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", (INCOMPLETE, UNTRUSTED), "unable to verify the first certificate"),
    _error(23, "CERT_REVOKED", REVOKED, "certificate revoked"),
    _error(24, "NO_ISSUER_PUBLIC_KEY", MALFORMED, "issuer certificate doesn't have a public key"),
    _error(25, "PATH_LENGTH_EXCEEDED", PATH_TOO_LONG, "path length constraint exceeded"),
    _error(
        26,
        "INVALID_PURPOSE",
        (NOT_FOR_SERVERS, KEY_USAGE, ISSUER_NOT_FOR_SERVERS),
        "unsuitable certificate purpose",
        "unsupported certificate purpose",
    ),
    _error(27, "CERT_UNTRUSTED", DISTRUSTED, "certificate not trusted"),
    _error(28, "CERT_REJECTED", DISTRUSTED, "certificate rejected"),
    _error(32, "KEYUSAGE_NO_CERTSIGN", NOT_A_CA, "key usage does not include certificate signing"),
    _error(33, "UNABLE_TO_GET_CRL_ISSUER", REVOCATION_UNKNOWN, "unable to get CRL issuer certificate"),
    _error(34, "UNHANDLED_CRITICAL_EXTENSION", CRITICAL_EXTENSION, "unhandled critical extension"),
    _error(35, "KEYUSAGE_NO_CRL_SIGN", REVOCATION_UNUSABLE, "key usage does not include CRL signing"),
    _error(36, "UNHANDLED_CRITICAL_CRL_EXTENSION", REVOCATION_UNUSABLE, "unhandled critical CRL extension"),
    _error(37, "INVALID_NON_CA", CA_AS_LEAF, "invalid non-CA certificate (has CA markings)"),
    _error(41, "INVALID_EXTENSION", MALFORMED, "invalid or inconsistent certificate extension"),
    _error(42, "INVALID_POLICY_EXTENSION", MALFORMED, "invalid or inconsistent certificate policy extension"),
    _error(43, "NO_EXPLICIT_POLICY", POLICY_NOT_MET, "no explicit policy"),
    _error(44, "DIFFERENT_CRL_SCOPE", REVOCATION_UNUSABLE, "different CRL scope"),
    _error(47, "PERMITTED_VIOLATION", NAME_NOT_PERMITTED, "permitted subtree violation"),
    _error(48, "EXCLUDED_VIOLATION", NAME_NOT_PERMITTED, "excluded subtree violation"),
    _error(49, "SUBTREE_MINMAX", MALFORMED, "name constraints minimum and maximum not supported"),
    _error(51, "UNSUPPORTED_CONSTRAINT_TYPE", NAME_NOT_PERMITTED, "unsupported name constraint type"),
    _error(52, "UNSUPPORTED_CONSTRAINT_SYNTAX", MALFORMED, "unsupported or invalid name constraint syntax"),
    _error(53, "UNSUPPORTED_NAME_SYNTAX", MALFORMED, "unsupported or invalid name syntax"),
    _error(54, "CRL_PATH_VALIDATION_ERROR", REVOCATION_UNUSABLE, "CRL path validation error"),
    VerifyError(62, "HOSTNAME_MISMATCH", ((NAME_MISMATCH,),), ("hostname mismatch",), Phase.NAME),
    VerifyError(64, "IP_ADDRESS_MISMATCH", ((NAME_MISMATCH,),), ("IP address mismatch",), Phase.NAME),
    _error(65, "DANE_NO_MATCH", DANE_MISMATCH, "no matching DANE TLSA records"),
    _error(66, "EE_KEY_TOO_SMALL", WEAK_KEY, "EE certificate key too weak"),
    _error(67, "CA_KEY_TOO_SMALL", WEAK_ISSUER_KEY, "CA certificate key too weak"),
    _error(68, "CA_MD_TOO_WEAK", (WEAK_SIGNATURE, WEAK_ISSUER_SIGNATURE), "CA signature digest algorithm too weak"),
    _error(71, "NO_VALID_SCTS", NO_TRANSPARENCY, "Certificate Transparency required, but no valid SCTs found"),
    _error(74, "OCSP_VERIFY_FAILED", REVOCATION_UNUSABLE, "OCSP verification failed"),
    _error(75, "OCSP_CERT_UNKNOWN", REVOCATION_UNKNOWN, "OCSP unknown cert"),
    _error(76, "UNSUPPORTED_SIGNATURE_ALGORITHM", UNKNOWN_ALGORITHM, "Cannot find certificate signature algorithm"),
    _error(
        77,
        "SIGNATURE_ALGORITHM_MISMATCH",
        MALFORMED,
        "subject signature algorithm and issuer public key algorithm mismatch",
    ),
    _error(78, "SIGNATURE_ALGORITHM_INCONSISTENCY", MALFORMED, "cert info signature and signature algorithm mismatch"),
    # Before 3.0 its number was 24.
    _error(79, "INVALID_CA", NOT_A_CA, "invalid CA certificate"),
    _error(80, "PATHLEN_INVALID_FOR_NON_CA", NOT_CONFORMING, "Path length invalid for non-CA cert"),
    _error(81, "PATHLEN_WITHOUT_KU_KEY_CERT_SIGN", NOT_CONFORMING, "Path length given without key usage keyCertSign"),
    _error(82, "KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA", NOT_CONFORMING, "Key usage keyCertSign invalid for non-CA cert"),
    _error(83, "ISSUER_NAME_EMPTY", NOT_CONFORMING, "Issuer name empty"),
    _error(84, "SUBJECT_NAME_EMPTY", NOT_CONFORMING, "Subject name empty"),
    _error(85, "MISSING_AUTHORITY_KEY_IDENTIFIER", NO_AUTHORITY_KEY_IDENTIFIER, "Missing Authority Key Identifier"),
    _error(86, "MISSING_SUBJECT_KEY_IDENTIFIER", NOT_CONFORMING, "Missing Subject Key Identifier"),
    _error(87, "EMPTY_SUBJECT_ALT_NAME", NOT_CONFORMING, "Empty Subject Alternative Name extension"),
    _error(
        88,
        "EMPTY_SUBJECT_SAN_NOT_CRITICAL",
        NOT_CONFORMING,
        "Subject empty and Subject Alt Name extension not critical",
    ),
    _error(89, "CA_BCONS_NOT_CRITICAL", NOT_CONFORMING, "Basic Constraints of CA cert not marked critical"),
    _error(90, "AUTHORITY_KEY_IDENTIFIER_CRITICAL", NOT_CONFORMING, "Authority Key Identifier marked critical"),
    _error(91, "SUBJECT_KEY_IDENTIFIER_CRITICAL", NOT_CONFORMING, "Subject Key Identifier marked critical"),
    _error(92, "CA_CERT_MISSING_KEY_USAGE", NOT_CONFORMING, "CA cert does not include key usage extension"),
    _error(93, "EXTENSIONS_REQUIRE_VERSION_3", (VERSION_1, MALFORMED), "Using cert extension requires at least X509v3"),
    _error(94, "EC_KEY_EXPLICIT_PARAMS", UNKNOWN_ALGORITHM, "Certificate public key has explicit ECC parameters"),
    _error(0, "OCSP_RESP_INVALID", REVOCATION_UNUSABLE, "OCSP response(s) invalid"),
    _error(0, "OCSP_SIGNATURE_FAILURE", REVOCATION_UNUSABLE, "OCSP response signature verification failure"),
    _error(0, "OCSP_NOT_YET_VALID", REVOCATION_STALE, "OCSP response not yet valid (contains a date in the future)"),
    _error(0, "OCSP_HAS_EXPIRED", REVOCATION_STALE, "OCSP response has expired"),
    _error(0, "OCSP_NO_RESPONSE", REVOCATION_UNKNOWN, "no OCSP response available for certificate"),
)
"""In the order of their numbers."""


def _forms(error: VerifyError) -> Iterator[str | Prints]:
    """In what forms people paste an error: as s_client and verify print it, by its name, in words."""
    yield Prints(code=f"X509_V_ERR_{error.name}")
    if error.number:
        yield f"verify error:num={error.number}"
        yield f"Verify return code: {error.number} ("
        yield f"error {error.number} at {{*}} depth lookup"
    yield from error.words


def _rows() -> Iterator[Says]:
    for error in ERRORS:
        for form in _forms(error):
            for of in error.of:
                yield from says(of, error.phase, form, basis=Basis.AUTHORITATIVE, source=WORDS)


LIBRARY = Library("openssl-verify", tuple(_rows()), vocabulary=True)
