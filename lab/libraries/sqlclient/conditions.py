"""What SqlClient speaks of beside the conditions of every library, and the circumstances that decide what it does.

A predicate that is `_not_yet` is about what no situation can have so far.
"""

from tlslab.model.beyond import PIN_UNREADABLE
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CONDITIONS,
    EXPIRED,
    EXPIRED_ROOT,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_FOR_SERVERS,
    NOT_LOADED,
    NOT_SERVING,
    NOT_YET_VALID,
    OTHER_PIN,
    SELF_SIGNED,
    SILENT,
    UNTRUSTED,
    WEAK_KEY,
    WEAK_SIGNATURE,
    leaf_of,
)
from tlslab.model.library import When
from tlslab.model.names import DIALLED_NAME, SUBJECT_IS_THE_NAME, in_san_or_alone
from tlslab.model.situation import Encryption, ServerEncryption, ServerKind, Situation


def _not_yet(situation: Situation) -> bool:
    return False


def _is_strict(situation: Situation) -> bool:
    return situation.client.encryption is Encryption.STRICT


def _speaks_strict_only(situation: Situation) -> bool:
    return situation.server.encryption is ServerEncryption.STRICT


NO_CRL = Condition(
    "no-crl",
    "the client can reach no list of revoked certificates",
    lambda situation: True,  # No certificate of the lab names one.
)
_OF_THE_CERTIFICATE = (
    *(SELF_SIGNED, UNTRUSTED, INCOMPLETE, EXPIRED, NOT_YET_VALID, NAME_MISMATCH, WEAK_SIGNATURE, NOT_FOR_SERVERS),
    *(EXPIRED_ROOT, WEAK_KEY, NO_CRL, OTHER_PIN, PIN_UNREADABLE),
)
_OF_TLS = frozenset(item.name for item in (*_OF_THE_CERTIFICATE, NO_COMMON_VERSION, NO_COMMON_CIPHER, NOT_LOADED))

WRONG_PASSWORD = Condition("wrong-password", "the server does not know this user and password", _not_yet, wrong=True)
UNKNOWN_HOST = Condition(
    "unknown-host", "the name of the host does not resolve", _not_yet, wrong=True, masks=_OF_TLS | {NOT_SERVING.name}
)

OWN_CONDITIONS = (
    *(NO_CRL, PIN_UNREADABLE),
    *(DIALLED_NAME, SUBJECT_IS_THE_NAME),
    *(WRONG_PASSWORD, UNKNOWN_HOST),
)
KNOWN = (*(item for item in CONDITIONS if item is not SILENT), *OWN_CONDITIONS)
"""Those of which it is known what SqlClient does; nobody has tried it with a server that never answers."""

OF_THE_CHAIN = (SELF_SIGNED, UNTRUSTED, INCOMPLETE, EXPIRED, NOT_YET_VALID, EXPIRED_ROOT, NOT_FOR_SERVERS)
"""What .NET's SslStream itself finds wrong with a chain, as SslPolicyErrors, before the driver is asked."""


def _sslstream_complains(situation: Situation) -> bool:
    chain = any(condition.present(situation) for condition in OF_THE_CHAIN)
    return chain or not in_san_or_alone(leaf_of(situation), situation.client.connect_to)


STRICT = When("Encrypt=Strict", lambda situation: situation.kind is ServerKind.SQLSERVER and _is_strict(situation))
OPTIONAL = When("Encrypt=False", lambda situation: situation.client.encryption is Encryption.OPTIONAL)
TRUSTS_ALL = When("TrustServerCertificate=True", lambda situation: situation.client.trust_everything)
EXPECTS = When("HostNameInCertificate is given", lambda situation: situation.client.expected_name is not None)
PINNED = When("ServerCertificate is given", lambda situation: situation.client.pin is not None)
ENCRYPT_BY_WORD = When("Encrypt is Optional, Mandatory or Strict", _is_strict)
ENCRYPT_IS_NONSENSE = When("Encrypt has a value that no release knows", _not_yet)
SSLSTREAM_COMPLAINS = When("SslStream finds something wrong with the certificate", _sslstream_complains)
