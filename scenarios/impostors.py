"""Impostors: what attacks every fix. Each owns the server's name and address, as whoever controls the network or the DNS
does, and is wrong only in what it is about.

A stranger's certificates come from a CA that the attacker made, a neighbour's from the CA of the lab's servers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tlslab.model.certificate import (
    LAB_ISSUING,
    PAST,
    Authority,
    Chain,
    KeyPurpose,
    KeyUse,
    Leaf,
    Responder,
    Validity,
    as_address,
)
from tlslab.model.check import EVERYTHING, Check
from tlslab.model.conditions import NOT_A_CA
from tlslab.model.impostor import impostor
from tlslab.model.scenario import Side
from tlslab.model.situation import Encryption, ServerEncryption, ServerKind, Situation

STRANGER_ROOT = Authority("Stranger Root CA")
STRANGER_ISSUING = Authority("Stranger Issuing CA", parent=STRANGER_ROOT)
STRANGER = "stranger.lab.test"
NEIGHBOUR = "neighbour.lab.test"
STRANGERS_OWN = Leaf(
    "alice",
    (),
    STRANGER_ISSUING,
    owner="stranger",
    emails=("alice@lab.test",),
    key_usage=frozenset({KeyUse.DIGITAL_SIGNATURE}),
    extended_key_usage=(KeyPurpose.CLIENT_AUTH,),
)


@impostor(attacks=[Check.CHAIN, Check.KEY])
def stranger(fixed: Situation) -> Situation:
    """A stranger's server: a certificate for exactly the right name, or address, issued by a CA that the attacker made.

    It carries the name that the client is told to expect and the one that it connects to. A client that verifies the
    chain refuses it.
    """
    return _of_stranger(fixed, (fixed.client.reference_identifier, fixed.client.connect_to))


@impostor(attacks=[Check.CHAIN, Check.KEY])
def stranger_expected_name(fixed: Situation) -> Situation:
    """A stranger's server whose certificate carries the expected name alone, not the one that the client connects to.

    A client that looks at the chain only where the name is right as well lets it in.
    """
    return _of_stranger(fixed, (fixed.client.reference_identifier,))


@impostor(attacks=[Check.CHAIN, Check.KEY], by_default=False)
def stranger_common_name(fixed: Situation) -> Situation:
    """A stranger's server whose certificate has the expected name in its common name and no SAN."""
    return _of_stranger(fixed, ())


@impostor(attacks=[Check.CHAIN, Check.KEY], by_default=False)
def stranger_common_name_beside_san(fixed: Situation) -> Situation:
    """A stranger's server whose certificate has the expected name in its common name, beside a SAN with another name."""
    return _of_stranger(fixed, (STRANGER,))


@impostor(attacks=[Check.NAME, Check.KEY])
def neighbour(fixed: Situation) -> Situation:
    """A neighbour's server: a certificate of the very CA that the client trusts, but issued to the attacker for the
    attacker's own name.

    A client that verifies the name refuses it. Fixes that keep the chain and drop the name check pass the stranger
    and fall here.
    """
    return _of_neighbour(fixed, NEIGHBOUR, (NEIGHBOUR,))


@impostor(attacks=[Check.NAME, Check.KEY], by_default=False)
def neighbour_common_name(fixed: Situation) -> Situation:
    """A neighbour's server whose certificate has the expected name in its common name and no SAN. To the CA that was a
    title, not the name of a server.

    A client that falls back on the common name lets it in.
    """
    return _of_neighbour(fixed, fixed.client.reference_identifier, ())


@impostor(attacks=[Check.NAME, Check.KEY], by_default=False)
def neighbour_common_name_beside_san(fixed: Situation) -> Situation:
    """A neighbour's server whose certificate has the expected name in its common name, which the CA did not look at,
    beside a SAN with the attacker's own name.

    A client that looks at the common name although there is a SAN lets it in.
    """
    return _of_neighbour(fixed, fixed.client.reference_identifier, (NEIGHBOUR,))


def _has_none_to_expire(fixed: Situation) -> str | None:
    chain = fixed.server.chain
    if chain is None:
        return "the server makes its certificate anew at each start: there is none that has expired"
    if chain.leaf in fixed.client.trust_anchors or fixed.client.pin is not None:
        return "the client accepts this one certificate of the server: another that has expired is a stranger's"
    return None


@impostor(attacks=[Check.DATE], by_default=False, unless=_has_none_to_expire)
def expired(fixed: Situation) -> Situation:
    """Whoever has an old key of the server: the right certificate, expired by the client's clock.

    A client that looks at dates refuses it.
    """
    clock = fixed.client.clock
    return fixed.met.with_leaf(validity=Validity(PAST.starts + clock, PAST.ends + clock))


def _nobody_could_revoke_it(fixed: Situation) -> str | None:
    chain = fixed.met.server.chain
    if chain is None or chain.leaf.issuer is None:
        return "the server's certificate signed itself: there is nobody who could revoke it"
    if NOT_A_CA.present(fixed):
        return "whoever signed the server's certificate is no CA, and signs no list of revoked certificates"
    if fixed.client.clock:
        return "by the client's clock no list of revoked certificates is of today"
    return None


@impostor(attacks=[Check.REVOCATION], unless=_nobody_could_revoke_it)
def revoked(fixed: Situation) -> Situation:
    """Whoever has the key of the server, which has told the CA: the right certificate, revoked. The CA says so at the address
    in it.

    A client that looks there, or has the current list, refuses it.
    """
    return fixed.met.with_leaf(revoked=True, crl=Responder.ANSWERS)


@impostor(attacks=[Check.CLIENT], side=Side.CLIENT, kinds=[ServerKind.HTTPS])
def unknown_client(fixed: Situation) -> Situation:
    """A client without a certificate, in the place of the client: whoever reaches the server's port.

    A server that demands certificates of its clients refuses it.
    """
    return fixed.with_client(certificate=None)


@impostor(attacks=[Check.CLIENT], side=Side.CLIENT, kinds=[ServerKind.HTTPS])
def stranger_client(fixed: Situation) -> Situation:
    """A client that shows a certificate for clients which a CA of the attacker's own issued.

    A server that looks at who issued the certificates of its clients refuses it.
    """
    return fixed.with_client(certificate=Chain(STRANGERS_OWN))


def _begins_with_tls(fixed: Situation) -> str | None:
    if fixed.client.encryption is Encryption.STRICT:
        return "the client begins with TLS (TDS 8.0): nobody can tell it that there is none"
    return None


@impostor(attacks=[*EVERYTHING, Check.KEY], kinds=[ServerKind.SQLSERVER], unless=_begins_with_tls)
def unencrypted(fixed: Situation) -> Situation:
    """A server that answers the PRELOGIN with ENCRYPT_NOT_SUP and goes on in clear, whatever the client asked for.

    It shows no certificate. A client that goes on, too, sends its password to anybody.
    """
    return fixed.with_server(chain=None, encryption=ServerEncryption.IN_CLEAR)


def _of_stranger(fixed: Situation, names: Iterable[str]) -> Situation:
    return _with(fixed, fixed.client.reference_identifier, names, STRANGER_ISSUING, "stranger")


def _of_neighbour(fixed: Situation, common_name: str, names: Iterable[str]) -> Situation:
    return _with(fixed, common_name, names, LAB_ISSUING, "neighbour")


def _told_by(fixed: Situation) -> Mapping[str, Any]:
    """What stands at the addresses in the server's certificate: an attacker's, and those above it, have such addresses,
    too, and answer there.
    """
    leaf = fixed.server.chain.leaf if fixed.server.chain else None
    named = [name for name in ("ca_issuers", "crl", "ocsp") if getattr(leaf, name, None) is not None]
    return dict.fromkeys(named, Responder.ANSWERS)


def _with(fixed: Situation, common_name: str, names: Iterable[str], issuer: Authority, owner: str) -> Situation:
    """With a certificate of the attacker's own; addresses stand in the SAN as addresses."""
    carried = dict.fromkeys(names)
    addresses = tuple(name for name in carried if as_address(name))
    told = _told_by(fixed)
    leaf = Leaf(
        common_name,
        tuple(name for name in carried if name not in addresses),
        replace(issuer, **told),
        owner=owner,
        addresses=addresses,
        **told,
    )
    return fixed.with_server(chain=Chain(leaf), virtual_hosts=())
