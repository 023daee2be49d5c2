"""The circumstances that rows of several clients depend on."""

from collections.abc import Callable

from tlslab.model.certificate import Responder, SignatureHash
from tlslab.model.conditions import UNTRUSTED
from tlslab.model.library import When
from tlslab.model.path import anchors, chain_of, fetched, signed
from tlslab.model.situation import Encryption, Refusal, RevocationCheck, ServerEncryption, Situation, Store, TLSVersion


def _level(act: Situation) -> int | None:
    """OpenSSL's security level, where the client side says one, or a variable does; 0 goes with old versions."""
    side = act.client
    levels = [item.limits.security_level for item in side.environment if item.limits is not None]
    if side.security_level is None and levels and levels[0] is not None:
        return levels[0]
    old = any(limit is not None and limit < TLSVersion.TLSv1_2 for limit in (side.tls_min, side.tls_max))
    return 0 if side.security_level is None and old else side.security_level


TRUST_EVERYTHING = When("told to trust every certificate", lambda act: act.client.trust_everything)
DEFAULTS_ONLY = When("given no security option", lambda act: act.client.defaults_only)
STRICT = When("TDS 8.0", lambda act: act.client.encryption is Encryption.STRICT)
ALLOWS_OLD_VERSIONS = When(
    "told to allow TLS 1.0 or 1.1, at OpenSSL's security level 0",
    lambda act: _level(act) == 0,
)
LOW_SECURITY_LEVEL = When("at OpenSSL's security level 1 or 0", lambda act: _level(act) in (0, 1))
STRICT_X509 = When("told to check certificates strictly by RFC 5280", lambda act: act.client.strict_x509 is True)
NOT_TOLD_OF_REVOCATION = When(
    "not told to look whether certificates were revoked",
    lambda act: not act.client.crls and act.client.revocation is None,
)
GIVEN_LISTS = When("given lists of revoked certificates (CRL)", lambda act: bool(act.client.crls))
DEMANDS_STAPLE = When(
    "told to demand an answer of OCSP with the handshake",
    lambda act: act.client.revocation is RevocationCheck.STAPLE,
)
ASKS_OCSP = When(
    "told to ask by OCSP at the address in the certificate", lambda act: act.client.revocation is RevocationCheck.OCSP
)
FETCHES_LIST = When(
    "told to fetch the list (CRL) at the address in the certificate",
    lambda act: act.client.revocation is RevocationCheck.CRL,
)
FETCHES_ISSUERS = When("told to fetch missing issuers (AIA)", lambda act: act.client.fetches_issuers)


def _meets(responder: Responder) -> Callable[[Situation], bool]:
    def holds(act: Situation) -> bool:
        leaf, side = chain_of(act).leaf, act.client
        looked_up = {RevocationCheck.OCSP: leaf.ocsp, RevocationCheck.CRL: leaf.crl}
        met = {leaf.ca_issuers} if side.fetches_issuers else set()
        return responder in met | ({looked_up.get(side.revocation)} if side.revocation else set())

    return holds


MEETS_NOBODY = When("nobody listens at the address in the certificate", _meets(Responder.REFUSES))
MEETS_SILENCE = When("nothing is said at the address in the certificate", _meets(Responder.SILENT))
ISSUER_PUBLISHED = When(
    "the issuer's certificate is to be had at the address in the server's (AIA)",
    lambda act: chain_of(act).leaf.ca_issuers is Responder.ANSWERS,
)


def _fetched_before(act: Situation) -> bool:
    if (before := act.before) is None:
        return False
    issuer = chain_of(act).leaf.issuer
    return issuer in fetched(before.with_client(fetches_issuers=True)) and issuer not in chain_of(before).presented


ISSUER_FETCHED_BEFORE = When(
    "on an earlier visit the issuer's certificate was to be had at the address in the server's (AIA), and was not sent",
    _fetched_before,
)
STAPLED = When("the server sends an answer of OCSP with the handshake", lambda act: act.server.staple is not None)
HOLDS_THE_CA = When(
    "the CA's certificate is in the trust store",
    lambda act: not UNTRUSTED.present(act.with_client(store=Store(act.client.store.kind))),
)
"""However the store is laid down."""
WITH_MD5 = When(
    "a certificate of the chain is signed with MD5",
    lambda act: any(item.signature is SignatureHash.MD5 for item in chain_of(act).presented),
)
SENT_ALONE = When("the server sends its certificate alone", lambda act: len(chain_of(act).presented) == 1)
TRUSTS_A_NAMESAKE = When(
    "another CA of the issuer's name is trusted",
    lambda act: any(
        item.issuer is not None and item.issuer.subject == trusted.subject and not signed(trusted, item)
        for item in chain_of(act).presented
        for trusted in anchors(act)
    ),
)
NAME_UNCHECKED = When("told not to look at the name", lambda act: not act.client.name_check)
CHAIN_UNCHECKED = When("told to look at the name alone", lambda act: not act.client.chain_check)
OTHER_NAME_EXPECTED = When("told which name to expect", lambda act: act.client.expected_name is not None)
PINNED = When("given the server's certificate itself (a pin)", lambda act: act.client.pin is not None)
LOGIN_ONLY = When(
    "only the login is encrypted",
    lambda act: act.client.encryption is Encryption.OPTIONAL and act.server.encryption is ServerEncryption.OFF,
)
"""A client that asks for no encryption, at a server that does not force it (MS-TDS, 2.2.6.5)."""
IN_CLEAR = When(
    "the session is not encrypted",
    lambda act: act.client.encryption is Encryption.OPTIONAL and not act.server.encryption.demanded,
)
"""What client and server agreed on: neither wants more than the login encrypted, if that."""
RESETS = When("the server ends a handshake with RST, not with FIN", lambda act: act.server.refusal is Refusal.RESET)
