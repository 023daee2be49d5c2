"""Go: one certificate with several faults is refused for the first that Certificate.Verify looks at: time, name, chain,
purpose.

Go, src/crypto/x509/verify.go: isValid(leafCertificate) comes first, then VerifyHostname, then buildChains, in which
CheckSignatureFrom a candidate comes before what is above it, then checkChainForKeyUsage.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.clients.acts import judge
from tlslab.clients.go_https import GoHttps
from tlslab.matrix.judge import ActVerdict
from tlslab.model.certificate import PAST, KeyPurpose, SignatureHash, Validity
from tlslab.model.outcome import Outcome, Result
from tlslab.model.situation import ServerKind, Situation, healthy

GO = GoHttps()
Fault = Callable[[Situation], Situation]


def expired(act: Situation) -> Situation:
    return act.with_leaf(validity=PAST)


def not_yet(act: Situation) -> Situation:
    return act.with_leaf(validity=Validity(timedelta(days=10), timedelta(days=100)))


def misnamed(act: Situation) -> Situation:
    return act.with_leaf(names=("www.lab.test",))


def self_signed(act: Situation) -> Situation:
    return act.with_leaf(issuer=None)


def untrusted(act: Situation) -> Situation:
    return act.with_client(trust_anchors=())


def incomplete(act: Situation) -> Situation:
    return act.with_chain(after=())


def weak(act: Situation) -> Situation:
    return act.with_leaf(signature=SignatureHash.SHA1).with_server(security_level=0)


def for_clients(act: Situation) -> Situation:
    return act.with_leaf(extended_key_usage=(KeyPurpose.CLIENT_AUTH,))


NOW = "x509: certificate has expired or is not yet valid: current time 2026-01-02T03:04:05Z is"
TEXTS = {
    "after": f"{NOW} after 2026-01-01T00:00:00Z",
    "before": f"{NOW} before 2026-02-01T00:00:00Z",
    "purpose": "x509: certificate specifies an incompatible key usage",
    "name": "x509: certificate is valid for www.lab.test, not shop.lab.test",
    "unknown": "x509: certificate signed by unknown authority",
    "sha1": (
        'x509: certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure '
        'algorithm SHA1-RSA" while trying to verify candidate authority certificate "TLS Trust Lab Issuing CA")'
    ),
}


@pytest.mark.parametrize(
    ("faults", "first"),
    [
        ([expired], "after"),
        ([not_yet], "before"),
        ([expired, misnamed], "after"),
        ([expired, weak], "after"),
        ([expired, misnamed, untrusted, weak], "after"),
        ([not_yet, self_signed], "before"),
        ([not_yet, misnamed, incomplete], "before"),
        ([misnamed], "name"),
        ([misnamed, self_signed], "name"),
        ([misnamed, untrusted], "name"),
        ([misnamed, incomplete], "name"),
        ([misnamed, incomplete, weak], "name"),
        ([untrusted], "unknown"),
        ([weak], "sha1"),
        ([untrusted, weak], "sha1"),
        # No certificate is there against whose key the signature could be held.
        ([incomplete, weak], "unknown"),
        ([for_clients], "purpose"),
        ([for_clients, expired], "after"),
        ([for_clients, not_yet, misnamed, untrusted], "before"),
        ([for_clients, misnamed], "name"),
        ([for_clients, misnamed, self_signed], "name"),
        ([for_clients, self_signed], "unknown"),
        ([for_clients, untrusted], "unknown"),
        ([for_clients, incomplete], "unknown"),
        ([for_clients, weak], "sha1"),
        ([for_clients, untrusted, weak], "sha1"),
        ([for_clients, incomplete, weak], "unknown"),
    ],
)
def test_the_first_fault_is_said_and_no_other(faults: list[Fault], first: str) -> None:
    act = healthy(ServerKind.HTTPS)
    for fault in faults:
        act = fault(act)
    heard = {name for name, text in TEXTS.items() if is_documented(act, text)}
    assert heard == {first}


def is_documented(act: Situation, text: str) -> bool:
    outcome = Outcome(Result.REFUSED, f'Get "https://shop.lab.test:8443/": tls: failed to verify certificate: {text}')
    return judge(GO).act(act, outcome).verdict is ActVerdict.AS_DOCUMENTED


def test_what_is_hidden_behind_a_fault_is_no_other_meaning_of_it() -> None:
    text = f'Get "https://shop.lab.test:8443/": {TEXTS["after"]}'
    act = judge(GO).act(expired(healthy(ServerKind.HTTPS)), Outcome(Result.REFUSED, text))
    assert not set(map(str, act.judgement.also)) & {"name-mismatch", "untrusted", "self-signed", "incomplete"}
