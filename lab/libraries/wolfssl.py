"""wolfSSL, the TLS of many small devices: the sentences of its errors, and their numbers."""

from collections.abc import Iterator

from tlslab.model.beyond import MALFORMED, REVOCATION_UNUSABLE, UNKNOWN_ALGORITHM
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CRITICAL_EXTENSION,
    EXPIRED,
    EXPIRED_ISSUER,
    FORGED,
    INCOMPLETE,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_AUTHORITY_KEY_IDENTIFIER,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    PATH_TOO_LONG,
    REVOCATION_STALE,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Does, Library, Says, stands_for

ERRORS = Source(
    "wolfSSL, wolfcrypt/src/error.c, wc_GetErrorString",
    "https://github.com/wolfSSL/wolfssl/blob/03817e000e7f5985347fddaabfaee154dd43a445/wolfcrypt/src/error.c",
)
NUMBER = Source(
    "wolfSSL/wolfssl issue 5808: -188, ASN no signer error to confirm failure",
    "https://github.com/wolfSSL/wolfssl/issues/5808",
)

_SENTENCES: dict[str | Does, tuple[Condition, ...]] = {
    "ASN no signer error to confirm failure": (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
    "ASN self-signed certificate error": (SELF_SIGNED,),
    "ASN sig error, confirm failure": (FORGED,),
    "ASN date error, current date is after expiration": (EXPIRED, EXPIRED_ISSUER),
    "ASN date error, current date after": (EXPIRED, EXPIRED_ISSUER),
    "ASN date error, current date is before start of validity": (NOT_YET_VALID,),
    "ASN date error, current date before": (NOT_YET_VALID,),
    "X.509 Critical extension ignored or invalid": (CRITICAL_EXTENSION,),
    "ASN sig error, unsupported hash type": (UNKNOWN_ALGORITHM,),
    "ASN sig error, unsupported key type": (UNKNOWN_ALGORITHM,),
    "ASN parsing error, invalid input": (MALFORMED,),
    "ASN CRL sig error, confirm failure": (REVOCATION_UNUSABLE,),
    "ASN CRL no signer error to confirm failure": (REVOCATION_UNUSABLE,),
    "CRL date error": (REVOCATION_STALE,),
    "ASN OCSP sig error, confirm failure": (REVOCATION_UNUSABLE,),
    "Name Constraint error": (NAME_NOT_PERMITTED,),
    "Key Usage value error": (KEY_USAGE,),
    "Extended Key Usage value error": (NOT_FOR_SERVERS,),
    "ASN CA path length larger than signer error": (PATH_TOO_LONG,),
    "ASN no Authority Key Identifier found error": (NO_AUTHORITY_KEY_IDENTIFIER,),
}


def _numbers() -> Iterator[Says]:
    for form in ("err = -188, ", "error -188", "error: -188"):
        yield from stands_for(
            {f"wolfSSL {form}": (UNTRUSTED, SELF_SIGNED, INCOMPLETE)},
            Phase.VERIFY,
            basis=Basis.REPORTED,
            source=NUMBER,
        )


LIBRARY = Library(
    "wolfssl",
    (
        *stands_for(
            {"peer subject name mismatch": (NAME_MISMATCH,)}, Phase.NAME, basis=Basis.AUTHORITATIVE, source=ERRORS
        ),
        *stands_for(_SENTENCES, Phase.VERIFY, basis=Basis.AUTHORITATIVE, source=ERRORS),
        *_numbers(),
    ),
    vocabulary=True,
)
