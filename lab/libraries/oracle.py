"""Oracle Database: its client, and its packages that speak HTTPS (UTL_HTTP, APEX). Trust stands in a wallet."""

from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    ENDS_EARLY,
    EXPIRED,
    INCOMPLETE,
    KEY_USAGE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_FOR_SERVERS,
    PLAIN_HTTP,
    REVOKED,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Prints, says, stands_for

MESSAGES = Source(
    "Oracle Database Error Messages 12.2, NZE-28750 to NZE-29249",
    "https://docs.oracle.com/database/122/ERRMG/NZE-28750.htm",
)
TARGET = Source("Oracle Database Error Help, ORA-24263", "https://docs.oracle.com/en/error-help/db/ora-24263")
ODP = Source(
    "oracle/dotnet-db-samples issue 258: ODP.NET, the wallet's place is wrong",
    "https://github.com/oracle/dotnet-db-samples/issues/258",
)
_CHAIN = (UNTRUSTED, INCOMPLETE, EXPIRED, REVOKED)
_VERIFY: dict[int, tuple[str, tuple[Condition, ...]]] = {
    28791: ("certificate verification failure", _CHAIN),
    28868: ("Peer certificate chain check failed.", _CHAIN),
    28885: ("No certificate with the required key usage found.", (KEY_USAGE, NOT_FOR_SERVERS)),
    29002: ("SSL transport detected invalid or obsolete server certificate.", (EXPIRED, UNTRUSTED)),
    29024: ("Certificate validation failure", _CHAIN),
}
_WALLET: dict[int, tuple[str, tuple[Condition, ...]]] = {
    28759: ("failure to open file", (STORE_ABSENT, STORE_UNREADABLE)),
    29106: ("Cannot import PKCS #12 wallet.", (STORE_UNREADABLE,)),
}
_HANDSHAKE: dict[int, tuple[str, tuple[Condition, ...]]] = {
    28858: ("SSL protocol error", (PLAIN_HTTP, NO_COMMON_VERSION)),
    28859: ("SSL negotiation failure", (NO_COMMON_CIPHER, NO_COMMON_VERSION)),
    28860: ("Fatal SSL error", (NO_COMMON_VERSION, NO_COMMON_CIPHER, CLIENT_CERTIFICATE_MISSING)),
    29019: ("The protocol version is incorrect.", (NO_COMMON_VERSION,)),
    29039: ("There are no matching cipher suites.", (NO_COMMON_CIPHER,)),
}
_CLOSED: dict[int, tuple[str, tuple[Condition, ...]]] = {
    28862: ("SSL connection failed", (ENDS_EARLY, NO_COMMON_VERSION, NO_COMMON_CIPHER)),
    28864: ("SSL connection closed gracefully", (ENDS_EARLY, NO_COMMON_VERSION, NO_COMMON_CIPHER)),
    28865: ("SSL connection closed", (ENDS_EARLY, NO_COMMON_VERSION, NO_COMMON_CIPHER)),
}

LIBRARY = Library(
    "oracle",
    (
        *(
            row
            for phase, table in (
                *((Phase.VERIFY, _VERIFY), (Phase.NEGOTIATION, _WALLET)),
                *((Phase.HANDSHAKE, _HANDSHAKE), (Phase.CLOSED, _CLOSED)),
            )
            for number, (words, about) in table.items()
            for row in stands_for(
                {
                    f"ORA-{number}: {words}": about,
                    f"NZE-{number}: {words}": about,
                    Prints(code=f"ORA-{number}"): about,
                },
                phase,
                basis=Basis.AUTHORITATIVE,
                source=MESSAGES,
            )
        ),
        *stands_for(
            {
                "ORA-29003: SSL transport detected mismatched server certificate.": (NAME_MISMATCH,),
            },
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=MESSAGES,
        ),
        *stands_for(
            {"ORA-24263: Certificate of the remote server does not match the target address": (NAME_MISMATCH,)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=TARGET,
        ),
        *says(
            [STORE_ABSENT],
            Phase.NEGOTIATION,
            "Network Transport: SSL failure in parsing wallet location",
            basis=Basis.REPORTED,
            source=ODP,
        ),
    ),
    vocabulary=True,
)
