"""OpenConnect, a client of VPNs: what it says of the server's certificate, behind `failed verification. Reason:`."""

from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
    NAME_MISMATCH,
    NOT_A_CA,
    NOT_YET_VALID,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, stands_for

VERIFY = Source(
    'OpenConnect, gnutls.c, verify_peer: `Certificate from VPN server "%s" failed verification.` and its reasons',
    "https://gitlab.com/openconnect/openconnect/-/blob/v9.12/gnutls.c",
)
_FAILED = "failed verification. Reason: "

LIBRARY = Library(
    "openconnect",
    stands_for(
        {
            f"{_FAILED}certificate revoked": (REVOKED,),
            f"{_FAILED}signer not found": (UNTRUSTED, INCOMPLETE, SELF_SIGNED),
            f"{_FAILED}signer not a CA certificate": (NOT_A_CA,),
            f"{_FAILED}insecure algorithm": (WEAK_SIGNATURE,),
            f"{_FAILED}certificate not yet activated": (NOT_YET_VALID,),
            f"{_FAILED}certificate expired": (EXPIRED, EXPIRED_ISSUER, EXPIRED_ROOT),
            f"{_FAILED}signature verification failed": (FORGED,),
            f"{_FAILED}certificate does not match hostname": (NAME_MISMATCH,),
        },
        Phase.VERIFY,
        basis=Basis.AUTHORITATIVE,
        source=VERIFY,
    ),
    vocabulary=True,
)
