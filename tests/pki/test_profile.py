"""Whatever certificates a situation describes, the self-check sees in them what the situation is meant to have.

Whole situations are drawn from the profile of certificates; the two halves of the self-check must agree on each, or
differ under a rule. `./tlslab test tests/pki/test_profile.py --hypothesis-show-statistics` prints the share of draws
under each rule.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, example, given, note, settings
from hypothesis import strategies as st

from tlslab.model.certificate import (
    A_CA,
    EC_256,
    FALLBACK,
    FUTURE,
    LAB_ISSUING,
    LAB_ROOT,
    NO_EXTENSIONS,
    NOT_A_CA,
    OF_A_CA,
    OF_A_SERVER,
    PAST,
    RSA_1024,
    Anchor,
    Authority,
    BasicConstraints,
    Chain,
    KeyPurpose,
    KeyUse,
    Leaf,
    NameConstraints,
    Responder,
    Serial,
    SignatureHash,
    Version,
)
from tlslab.model.condition import conditions_of, conditions_seen, defects
from tlslab.model.conditions import CONDITIONS
from tlslab.model.situation import ServerKind, Situation, healthy
from tlslab.pki.audit import measure_chain
from tlslab.pki.cross_check import Rule
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint

GOOD = healthy(ServerKind.HTTPS).with_server(security_level=0)
NO_SAN: Mapping[str, Any] = {"names": (), "addresses": (), "emails": (), "uris": ()}

OF_EVERY: Mapping[str, Mapping[str, Any]] = {
    "expired": {"validity": PAST},
    "not yet valid": {"validity": FUTURE},
    "SHA-1": {"signature": SignatureHash.SHA1},
    "SHA-384": {"signature": SignatureHash.SHA384},
    "RSA 1024": {"key": RSA_1024},
    "P-256": {"key": EC_256},
    "negative serial": {"serial": Serial.NEGATIVE},
    "serial 0": {"serial": Serial.ZERO},
    "no key usage": {"key_usage": frozenset()},
    "no subject key identifier": {"subject_key_identifier": False},
    "no authority key identifier": {"authority_key_identifier": False},
    "unknown critical extension": {"unknown_critical_extension": True},
    "no basic constraints": {"basic_constraints": None},
    "addresses": {"ca_issuers": Responder.REFUSES, "crl": Responder.REFUSES, "ocsp": Responder.REFUSES},
}
OF_A_LEAF: Mapping[str, Mapping[str, Any]] = {
    **OF_EVERY,
    "MD5": {"signature": SignatureHash.MD5},
    "key usage cRLSign": {"key_usage": frozenset({KeyUse.CRL_SIGN})},
    "key usage keyAgreement": {"key_usage": frozenset({KeyUse.KEY_AGREEMENT})},
    "key usage with keyCertSign": {"key_usage": OF_A_SERVER | {KeyUse.KEY_CERT_SIGN}},
    "no purpose": {"extended_key_usage": ()},
    "any purpose": {"extended_key_usage": (KeyPurpose.ANY,)},
    "for clients": {"extended_key_usage": (KeyPurpose.CLIENT_AUTH,)},
    "for clients and servers": {"extended_key_usage": (KeyPurpose.CLIENT_AUTH, KeyPurpose.SERVER_AUTH)},
    "CA:TRUE": {"basic_constraints": A_CA},
    "CA:TRUE with keyCertSign": {"basic_constraints": A_CA, "key_usage": OF_A_CA | OF_A_SERVER},
    "empty subject": {"common_name": ""},
    "another CN": {"common_name": "other.lab.test"},
    "two names": {"names": ("other.lab.test", "shop.lab.test")},
    "wildcard": {"names": ("*.lab.test",)},
    "wildcard of a top-level domain": {"names": ("*.test",)},
    "wildcard for a part of a label": {"names": ("s*.lab.test",)},
    "upper case": {"names": ("SHOP.Lab.Test",)},
    "IDN": {"names": ("bücher.lab.test",)},
    "an address as DNS name": {"names": ("127.0.0.1",)},
    "addresses alone": {"names": (), "addresses": ("127.0.0.1", "::1")},
    "a URI alone": {"names": (), "uris": ("https://shop.lab.test/",)},
    "an e-mail address": {"emails": ("shop@lab.test",)},
    "no SAN": {"names": ()},
    "version 1": {"version": Version.V1, **NO_SAN, **NO_EXTENSIONS},
}
OF_A_CA_ALONE: Mapping[str, Mapping[str, Any]] = {
    **OF_EVERY,
    "CA:FALSE": {"basic_constraints": NOT_A_CA},
    "path length 0": {"basic_constraints": BasicConstraints(ca=True, path_length=0)},
    "path length 1": {"basic_constraints": BasicConstraints(ca=True, path_length=1)},
    "without keyCertSign": {"key_usage": OF_A_SERVER},
    "for servers": {"extended_key_usage": (KeyPurpose.SERVER_AUTH,)},
    "for clients": {"extended_key_usage": (KeyPurpose.CLIENT_AUTH,)},
    "permitted lab.test": {"name_constraints": NameConstraints(permitted=("lab.test",))},
    "permitted other.test": {"name_constraints": NameConstraints(permitted=("other.test",))},
    "excluded lab.test": {"name_constraints": NameConstraints(excluded=("lab.test",))},
    "permitted a network": {"name_constraints": NameConstraints(permitted=("192.0.2.0/24",))},
    "excluded a network": {"name_constraints": NameConstraints(excluded=("127.0.0.0/8",))},
    "version 1": {"version": Version.V1, **NO_EXTENSIONS},
}
EXPECTED = ("shop.lab.test", "SHOP.lab.test.", "a.shop.lab.test", "bücher.lab.test", "127.0.0.1", "::1", "*.lab.test")


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> Mint:
    return Mint(Keys(tmp_path_factory.mktemp("keys")))


def below(issuer: Authority, **changes: Any) -> Situation:
    return GOOD.with_leaf(issuer=issuer, **changes)


def under_root(**changes: Any) -> Situation:
    root = replace(LAB_ROOT, **changes)
    return below(replace(LAB_ISSUING, parent=root)).with_client(trust_anchors=(root,))


OLD_ROOT = Authority("Old Root CA", validity=PAST)
CROSS = replace(LAB_ROOT, parent=OLD_ROOT)
ANEW = replace(LAB_ROOT, owner="made anew")
SINGLE = {
    **{f"leaf: {words}": GOOD.with_leaf(**change) for words, change in OF_A_LEAF.items()},
    **{f"intermediate: {words}": below(replace(LAB_ISSUING, **change)) for words, change in OF_A_CA_ALONE.items()},
    **{f"root: {words}": under_root(**change) for words, change in OF_A_CA_ALONE.items()},
    **{f"expected: {name}": GOOD.with_client(connect_to=name) for name in EXPECTED},
    "root: expired, with a comma in its name": under_root(name="Example, Inc. Root CA", validity=PAST),
    "root sent": GOOD.with_chain(after=(LAB_ISSUING, LAB_ROOT)),
    "root sent and not trusted": GOOD.with_chain(after=(LAB_ISSUING, LAB_ROOT)).with_client(trust_anchors=()),
    "a root that signs leaves": below(LAB_ROOT),
    "a root that signs leaves and is not trusted": below(LAB_ROOT).with_client(trust_anchors=()),
    "intermediate trusted": GOOD.with_client(trust_anchors=(LAB_ISSUING,)),
    "leaf trusted": GOOD.with_client(trust_anchors=(GOOD.chain.leaf,)),
    "made anew, with key identifiers": GOOD.with_client(trust_anchors=(ANEW,)),
    "made anew, without": below(LAB_ROOT, authority_key_identifier=False).with_client(trust_anchors=(ANEW,)),
    "superfluous": GOOD.with_chain(after=(Authority("Other CA"), LAB_ISSUING)),
    "cross-signed, both roots": GOOD.with_chain(after=(LAB_ISSUING, CROSS)).with_client(
        trust_anchors=(LAB_ROOT, OLD_ROOT)
    ),
    "cross-signed, the expired root alone": GOOD.with_chain(after=(LAB_ISSUING, CROSS)).with_client(
        trust_anchors=(OLD_ROOT,)
    ),
    "cross-signed, left out": below(LAB_ISSUING).with_client(trust_anchors=(OLD_ROOT,)),
    "fallback": healthy(ServerKind.SQLSERVER).with_server(chain=None),
    "fallback of version 1": healthy(ServerKind.SQLSERVER).with_server(
        chain=None, fallback=replace(FALLBACK, version=Version.V1)
    ),
    "fallback with SHA-1": healthy(ServerKind.SQLSERVER).with_server(
        chain=None, fallback=replace(FALLBACK, signature=SignatureHash.SHA1)
    ),
}
"""Situations in which one thing is not as usual."""


@pytest.mark.parametrize("situation", SINGLE.values(), ids=SINGLE)
def test_what_is_seen_of_one_unusual_thing_is_what_is_meant(mint: Mint, situation: Situation) -> None:
    _agrees(mint, situation)


UNCHANGED: Mapping[str, Any] = {}
CHANGES = st.sampled_from(tuple(OF_A_LEAF.values()))
CA_CHANGES = st.sampled_from((UNCHANGED, *OF_A_CA_ALONE.values())) | st.just(UNCHANGED)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    root = replace(LAB_ROOT, **draw(CA_CHANGES))
    issuer = root
    for number in range(draw(st.integers(0, 2))):
        issuer = Authority(f"Issuing CA {number}", parent=issuer, **draw(CA_CHANGES))
    leaf = Leaf("shop.lab.test", ("shop.lab.test",), draw(st.sampled_from([issuer, issuer, issuer, None])))
    for change in draw(st.lists(CHANGES, max_size=2)):
        leaf = _changed(leaf, change)
    intermediates = Chain(leaf).intermediates
    after: tuple[Anchor, ...] | None = draw(
        st.sampled_from([None, None, (), (*intermediates, root), (Authority("Other CA"), *reversed(intermediates))])
    )
    anew = replace(root, owner="made anew")
    trusted = draw(st.sampled_from([(root,), (root,), (root,), (), (leaf,), intermediates[:1], (anew,), (root, anew)]))
    return (
        GOOD.with_server(chain=Chain(leaf, after))
        .with_client(trust_anchors=trusted, connect_to=draw(st.sampled_from(("shop.lab.test", *EXPECTED))))
        .with_client(clock=timedelta(days=draw(st.sampled_from([0, 0, 0, -20, 200, 4000]))))
    )


def _changed(leaf: Leaf, change: Mapping[str, Any]) -> Leaf:
    if leaf.version is Version.V1 and change.keys() & NO_EXTENSIONS.keys():
        return leaf
    return replace(leaf, **change)


# The same draws in each run: others are for the person who changes the profile, not for whoever runs the tests.
@settings(deadline=None, max_examples=150, derandomize=True)
@given(situations())
@example(GOOD)
def test_what_is_seen_of_any_certificates_is_what_is_meant(mint: Mint, situation: Situation) -> None:
    note(f"meant: {sorted(map(str, conditions_of(situation, CONDITIONS)))}")
    rule = _agrees(mint, situation)
    event(rule.name if rule else "no rule: they agree")


def _agrees(mint: Mint, situation: Situation) -> Rule | None:
    server = situation.server
    presented = mint.chain_pem(server.chain) if server.chain else mint.pem(server.fallback)
    found = measure_chain(situation, mint, presented)
    meant = defects(conditions_of(situation, CONDITIONS))
    assert defects(conditions_seen(found.seen, CONDITIONS)) == meant, found.words
    return found.rule
