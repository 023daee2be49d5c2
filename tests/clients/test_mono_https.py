"""HttpWebRequest of mono: its store, its statuses, and what it overlooks; as the lab saw mono 6.8."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tests.clients.invoked import SAFE, invoked
from tlslab.clients.mono_https import MonoHttpWebRequest
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import RevocationCheck, ServerKind, Store, StoreFlaw, TLSVersion, healthy

MONO = MonoHttpWebRequest()
GOOD = healthy(ServerKind.HTTPS)
FRAME = "System.Net.WebException: Error: "
BTLS = (
    "(Authentication failed, see inner exception.)\n ---> System.Security.Authentication.AuthenticationException: "
    "Authentication failed, see inner exception.\n ---> Mono.Btls.MonoBtlsException: Ssl error:1000007d:SSL "
    "routines:OPENSSL_internal:"
)
STORE = ".config/.mono/new-certs/Trust"


def test_its_store_is_a_directory_in_the_home_of_the_attempt() -> None:
    invocation = invoked(MONO, SAFE)
    assert invocation.prepare == (("openssl", "rehash", STORE),)
    assert invocation.worker is None
    assert "cert-sync --user ca.pem" in MONO.options_as_typed(SAFE)


def test_its_options_are_those_of_the_request_and_of_the_process() -> None:
    side = replace(SAFE, name_check=False, tls_max=TLSVersion.TLSv1_2, revocation=RevocationCheck.OCSP)
    asked = json.loads(invoked(MONO, side).stdin)
    assert asked.items() >= {"by": "HttpWebRequest", "callback": "names", "protocols": "3072"}.items()
    words = MONO.options_as_typed(side)
    assert "ServicePointManager.SecurityProtocol = SecurityProtocolType.Tls12" in words
    assert "ServicePointManager.CheckCertificateRevocationList = true" in words


def test_left_to_its_defaults_it_is_given_nothing() -> None:
    side = replace(SAFE, defaults_only=True)
    assert invoked(MONO, side).files == {}
    assert MONO.options_as_typed(side) == ()


def test_one_text_and_one_status_stand_for_every_certificate() -> None:
    found = documented(MONO, Outcome(Result.REFUSED, f"{FRAME}TrustFailure {BTLS}CERTIFICATE_VERIFY_FAILED", ""))
    assert found.keys() >= {"self-signed", "expired", "name-mismatch", "untrusted-ca", "missing-intermediate"}


@pytest.mark.parametrize("reason", ["TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"])
def test_without_tls_it_has_another_status(reason: str) -> None:
    said = Outcome(Result.REFUSED, f"{FRAME}SecureChannelFailure {BTLS}{reason}", "SecureChannelFailure")
    assert documented(MONO, said).keys() == {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}


def test_it_takes_a_name_in_the_common_name_and_still_looks_at_the_chain() -> None:
    alone = GOOD.with_leaf(names=())
    assert "common name" in tolerated(MONO, alone)
    assert not connects(MONO, alone.with_client(trust_anchors=()))
    assert not connects(MONO, GOOD.with_leaf(names=("other.lab.test",)))
    assert not connects(MONO, broken("name-mismatch.short-name", ServerKind.HTTPS))


def test_told_to_look_at_revocation_it_does_not() -> None:
    revoked = broken("revoked.fetched-list", ServerKind.HTTPS)
    assert MONO.cannot(revoked) is None
    assert "revoked" in tolerated(MONO, revoked)


def test_a_newer_version_than_it_has_cannot_be_allowed() -> None:
    newer = broken("tls-version-mismatch.server-newer", ServerKind.HTTPS)
    assert MONO.cannot(newer) is None
    assert "TLS 1.2" in str(MONO.cannot(newer.with_client(tls_max=None)))


CANNOT: list[dict[str, Any]] = [
    {"tls_min": TLSVersion.TLSv1_3},
    {"revocation": RevocationCheck.STAPLE},
    {"store": Store(flaw=StoreFlaw.EMPTY)},
    {"server_name": ""},
    {"certificate": GOOD.chain},
]


@pytest.mark.parametrize("changes", CANNOT)
def test_what_it_has_no_way_to_say_is_left_out(changes: dict[str, Any]) -> None:
    assert MONO.cannot(GOOD.with_client(**changes))


def test_its_version_is_monos() -> None:
    line = '{"driver": "4.6.57.0", "runtime": "6.8.0.105 (Debian 6.8.0.105+dfsg-3.3)"}\n'
    assert MONO.read_version(Completed(0, line, "", 0.1)) == "mono 6.8.0.105"
