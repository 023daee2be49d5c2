"""GnuTLS: the words of gnutls_strerror and of alerts, and the status of a certificate as a number and in words.

The status is a bit mask, gnutls_certificate_status_t: INVALID 2, SIGNER_NOT_FOUND 64, INSECURE_ALGORITHM 256, EXPIRED
1024. Clients word it themselves (wget), log the number (FreeTDS), which is the `code` of a row, or print GnuTLS' own
words for it (gnutls-cli), which are its text.
"""

from tlslab.model.circumstances import GIVEN_LISTS, NOT_TOLD_OF_REVOCATION, STAPLED
from tlslab.model.conditions import (
    CN_ALONE,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    OTHER_SERVICE,
    PLAIN_HTTP,
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
from tlslab.model.library import Library, Offers, Prints, says, says_each, tolerates, where
from tlslab.model.names import NO_DNS_NAME
from tlslab.model.situation import TLSVersion

ALERTS = Source(
    "GnuTLS, lib/alert.c, sup_alerts",
    "https://github.com/gnutls/gnutls/blob/03a70ed76e08018a995a665f10e75a2ae2599a0e/lib/alert.c",
)
ERRORS = Source(
    "GnuTLS, lib/errors.c, error_entries (gnutls_strerror)",
    "https://github.com/gnutls/gnutls/blob/68fc06c0a963fe1cd3e907dec1e2571c457f953a/lib/errors.c",
)
STATUS = Source(
    "GnuTLS, gnutls.h, enum gnutls_certificate_status_t (INVALID 2, SIGNER_NOT_FOUND 64, INSECURE_ALGORITHM 256, "
    "EXPIRED 1024, REVOKED 32, REVOCATION_DATA_SUPERSEDED 4096, MISSING_OCSP_STATUS 524288)",
    "https://github.com/gnutls/gnutls/blob/5c0711523df8f108ecc1707dcd0cc4134003343e/lib/includes/gnutls/gnutls.h.in",
)

WORDS = Source(
    "GnuTLS, lib/cert-cred.c, gnutls_certificate_verification_status_print",
    "https://github.com/gnutls/gnutls/blob/ca61668d7764fc29fb4cc2aa396cb035e176636d/lib/cert-cred.c",
)

HOSTNAMES = Source(
    "GnuTLS, lib/x509/hostname-verify.c, gnutls_x509_crt_check_hostname2 (the CN, where there is no dNSName in a SAN)",
    "https://github.com/gnutls/gnutls/blob/459d432c3e7f2aaeb3b7f54f98c5af825c1142d3/lib/x509/hostname-verify.c",
)
PRIORITIES = Source(
    "GnuTLS 3.7.9, lib/priority.c (protocol_priority, of NORMAL)",
    "https://github.com/gnutls/gnutls/blob/ca61668d7764fc29fb4cc2aa396cb035e176636d/lib/priority.c",
)

LISTS = Source(
    "GnuTLS 3.7.9, lib/x509/x509.c (_gnutls_x509_crt_check_revocation)",
    "https://github.com/gnutls/gnutls/blob/ca61668d7764fc29fb4cc2aa396cb035e176636d/lib/x509/x509.c",
)
REVOCATION = Source(
    "GnuTLS 3.7.9, lib/cert-session.c (_gnutls_x509_cert_verify_peers: check_ocsp_response, of what the peer has sent)",
    "https://github.com/gnutls/gnutls/blob/ca61668d7764fc29fb4cc2aa396cb035e176636d/lib/cert-session.c",
)

LIBRARY = Library(
    "gnutls",
    (
        *says_each(
            {
                SELF_SIGNED: Prints(code="66"),
                UNTRUSTED: Prints(code="66"),
                INCOMPLETE: Prints(code="66"),
                EXPIRED: Prints(code="1026"),
                WEAK_SIGNATURE: Prints(code="258"),
                REVOKED: Prints(code="34"),
                REVOCATION_STALE: Prints(code="4098"),
                STAPLE_MISSING: Prints(code="524290"),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=STATUS,
        ),
        *says_each(
            {
                **dict.fromkeys((SELF_SIGNED, UNTRUSTED, INCOMPLETE), "The certificate issuer is unknown."),
                EXPIRED: "The certificate chain uses expired certificate.",
                WEAK_SIGNATURE: "The certificate chain uses insecure algorithm.",
                REVOKED: "The certificate chain is revoked.",
                REVOCATION_STALE: "The revocation or OCSP data are old and have been superseded.",
                STAPLE_MISSING: "The certificate requires the server to include an OCSP status in its response, but "
                "the OCSP status is missing.",
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=WORDS,
        ),
        tolerates(
            "GnuTLS looks at an answer of OCSP in the handshake, and at lists that it is given; it fetches nothing by "
            "itself",
            of=[REVOKED],
            when=[NOT_TOLD_OF_REVOCATION, ~STAPLED],
            basis=Basis.AUTHORITATIVE,
            source=REVOCATION,
        ),
        *(
            tolerates(
                "of the lists that it is given GnuTLS looks at issuers and serial numbers, not at dates, and takes a "
                "certificate without a list for not revoked",
                of=[condition],
                when=[GIVEN_LISTS],
                basis=Basis.AUTHORITATIVE,
                source=LISTS,
            )
            for condition in (REVOCATION_STALE, REVOCATION_UNKNOWN)
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "The name in the certificate does not match the expected.",
            basis=Basis.AUTHORITATIVE,
            source=WORDS,
        ),
        tolerates(
            "GnuTLS takes the common name where a SAN has neither names nor addresses",
            of=[NAME_MISMATCH, CN_ALONE],
            when=[~where(NO_DNS_NAME)],
            basis=Basis.AUTHORITATIVE,
            source=HOSTNAMES,
        ),
        *says(
            [NO_COMMON_VERSION], Phase.HANDSHAKE, "Error in protocol version", basis=Basis.AUTHORITATIVE, source=ALERTS
        ),
        *says([NO_COMMON_CIPHER], Phase.HANDSHAKE, "Handshake failed", basis=Basis.AUTHORITATIVE, source=ALERTS),
        *says_each(
            dict.fromkeys((NO_COMMON_VERSION, NO_COMMON_CIPHER), "A TLS fatal alert has been received."),
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says_each(
            dict.fromkeys(SERVER_REFUSES, "Error in the pull function."),
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says_each(
            {
                **dict.fromkeys((PLAIN_HTTP, OTHER_SERVICE), "An unexpected TLS packet was received."),
                ENDS_EARLY: "The TLS connection was non-properly terminated.",
                ENDS_AFTER_PRELOGIN: "Error in the pull function.",
            },
            Phase.NO_TLS,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says([ENDS_EARLY], Phase.NO_TLS, "Error in the pull function.", basis=Basis.AUTHORITATIVE, source=ERRORS),
    ),
    offers=(
        Offers(
            TLSVersion.TLSv1_0,
            TLSVersion.TLSv1_3,
            "its priority NORMAL has every version",
            Basis.AUTHORITATIVE,
            PRIORITIES,
        ),
    ),
)
