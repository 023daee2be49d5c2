"""Unity: UnityTls, by the names of its flags. Newer releases print Mbed TLS's words instead."""

from tlslab.model.beyond import MALFORMED
from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ROOT,
    INCOMPLETE,
    KEY_USAGE,
    NAME_MISMATCH,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    REVOCATION_STALE,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Prints, says, stands_for

FLAGS = Source(
    "Mono for Unity, mcs/class/System/Mono.UnityTls/UnityTls.cs, unitytls_x509verify_result",
    "https://github.com/mono/mono/blob/1dafe55e4e111ce1f50ffa87c75fae850e737ca6/mcs/class/System/Mono.UnityTls/UnityTls.cs",
)
_FLAG = "UNITYTLS_X509VERIFY_FLAG_"

LIBRARY = Library(
    "unity",
    (
        *stands_for(
            {
                Prints(code=f"{_FLAG}EXPIRED"): (EXPIRED, EXPIRED_ROOT),
                Prints(code=f"{_FLAG}REVOKED"): (REVOKED,),
                Prints(code=f"{_FLAG}NOT_TRUSTED"): (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
                Prints(code=f"{_FLAG}BADCRL_EXPIRED"): (REVOCATION_STALE,),
                Prints(code=f"{_FLAG}BADCERT_FUTURE"): (NOT_YET_VALID,),
                Prints(code=f"{_FLAG}BADCERT_KEY_USAGE"): (KEY_USAGE,),
                Prints(code=f"{_FLAG}BADCERT_EXT_KEY_USAGE"): (NOT_FOR_SERVERS,),
                Prints(code=f"{_FLAG}BADCERT_BAD_MD"): (WEAK_SIGNATURE,),
                Prints(code=f"{_FLAG}BADCERT_BAD_KEY"): (WEAK_KEY,),
                Prints(code=f"{_FLAG}BADCERT_OTHER"): (MALFORMED,),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=FLAGS,
        ),
        *stands_for(
            {Prints(code=f"{_FLAG}CN_MISMATCH"): (NAME_MISMATCH,)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=FLAGS,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            Prints(code=f"{_FLAG}USER_ERROR1"),
            Prints(code=f"{_FLAG}UNKNOWN_ERROR"),
            Prints(code="UNITYTLS_X509VERIFY_FATAL_ERROR"),
            basis=Basis.AUTHORITATIVE,
            source=FLAGS,
        ),
    ),
    vocabulary=True,
)
