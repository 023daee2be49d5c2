"""Java's HTTPS clients: what the JVM and the probe are told, and whose words they show.

Texts: OpenJDK 17, sun/security/util/HostnameChecker.java, sun/security/ssl/SSLSocketInputRecord.java and
SSLEngineInputRecord.java, jdk/internal/net/http/common/SSLTube.java, javax/net/ssl/SNIHostName.java, as JDK 17 printed
them.
"""

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import CATALOGUE, broken, connects, documented, judge, tolerated
from tests.clients.machine import MACHINE
from tlslab.clients import Client
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request, Roots
from tlslab.clients.java_https import HttpClient, HttpClientExtended, UrlConnection
from tlslab.matrix.judge import ActVerdict, Judge
from tlslab.model.certificate import LAB_ROOT, Chain, Leaf
from tlslab.model.environment import SSL_CERT_FILE, Variable
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import (
    ClientSide,
    RevocationCheck,
    ServerKind,
    Situation,
    Store,
    StoreFlaw,
    TLSVersion,
    healthy,
)

WEB = ServerKind.HTTPS
SAFE = healthy(WEB).client
URL, CLIENT, EXTENDED = UrlConnection(), HttpClient(), HttpClientExtended()
ALL = [pytest.param(client, id=client.name) for client in (URL, CLIENT, EXTENDED)]
HANDSHAKE = "javax.net.ssl.SSLHandshakeException: "
BUILDING = (
    "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid "
    "certification path to requested target"
)
TERMINATED = f"{HANDSHAKE}Remote host terminated the handshake"
CLOSED = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}
STORE = {"store": "/room/ca.p12", "password": "changeit"}


def invoked(client: Client, side: ClientSide) -> Invocation:
    material = Material("ROOT\n", "ISSUING\n", "PUBLIC ROOT\n")
    endpoint = Endpoint(WEB, "127.0.0.1", 8443)
    return client.invoke(Request(MACHINE, side, endpoint, material, Login("", ""), PurePosixPath("/room")))


def asked(client: Client, side: ClientSide) -> dict[str, Any]:
    """What the probe is asked, but for which client and where."""
    request: dict[str, Any] = json.loads(invoked(client, side).stdin)
    assert request.pop("url") == "https://shop.lab.test:8443/"
    assert request.pop("client") == ("urlconnection" if client is URL else "httpclient")
    return request


def fixed(invocation: Invocation) -> dict[str, Any]:
    """The files of the whole JVM."""
    assert invocation.worker is not None
    return dict(invocation.worker.files)


def verdict(client: Client, situation: Situation, text: str) -> ActVerdict:
    return judge(client).act(situation, Outcome(Result.REFUSED, text)).verdict


def test_urlconnection_is_given_trust_by_the_properties_of_its_jvm() -> None:
    assert asked(URL, SAFE) == {}
    assert fixed(invoked(URL, SAFE)) == {"roots.pem": "ROOT\n"}
    assert "-Djavax.net.ssl.trustStore=ca.p12" in URL.options_as_typed(SAFE)


def test_httpclient_is_given_trust_by_a_context_of_its_own() -> None:
    assert asked(CLIENT, SAFE) == {**STORE, "anchors": "/room/ca.pem"}
    assert invoked(CLIENT, SAFE).files == {"ca.pem": "ROOT\n"}
    assert fixed(invoked(CLIENT, SAFE)) == {"roots.pem": "PUBLIC ROOT\n"}
    assert "builder.sslContext(context)" in CLIENT.options_as_typed(SAFE)


@pytest.mark.parametrize(
    ("client", "told", "typed"),
    [
        (URL, {"trust": "X509TrustManager", "verifier": ""}, "connection.setHostnameVerifier((name, session) -> true)"),
        (CLIENT, {"trust": "X509TrustManager"}, "builder.sslContext(context)"),
        (EXTENDED, {"trust": "X509ExtendedTrustManager"}, "builder.sslContext(context)"),
    ],
)
def test_everything_is_trusted_by_a_trust_manager_of_ones_own(client: Client, told: dict[str, str], typed: str) -> None:
    side = replace(SAFE, trust_everything=True)
    assert asked(client, side) == told
    assert typed in client.options_as_typed(side)


@pytest.mark.parametrize("client", ALL)
def test_a_certificate_of_its_own_goes_into_a_context(client: Client) -> None:
    side = replace(SAFE, certificate=Chain(Leaf("alice", (), LAB_ROOT, owner="client")))
    told = {"certificate": "/room/client.pem", "key": "/room/client-key.pem", "password": "changeit"}
    assert told.items() <= asked(client, side).items()
    typed = client.options_as_typed(side)
    trusted = "null" if client is URL else "factory.getTrustManagers()"
    assert f"context.init(keyFactory.getKeyManagers(), {trusted}, null)" in typed
    assert verdict(client, broken("client-certificate.required", WEB), "HTTP 400") is ActVerdict.AS_DOCUMENTED


def test_the_name_is_left_unchecked_by_a_verifier_or_by_a_property() -> None:
    side = replace(SAFE, name_check=False)
    disabled = "-Djdk.internal.httpclient.disableHostnameVerification=true"
    assert asked(URL, side) == {"verifier": ""}
    assert disabled in invoked(CLIENT, side).argv
    assert disabled in CLIENT.options_as_typed(side)
    assert disabled not in invoked(CLIENT, SAFE).argv


@pytest.mark.parametrize(
    ("client", "allowed"),
    [
        (URL, "-Dsun.net.http.allowRestrictedHeaders=true"),
        (CLIENT, "-Djdk.httpclient.allowRestrictedHeaders=host"),
    ],
)
def test_a_host_header_is_allowed_by_a_property(client: Client, allowed: str) -> None:
    side = replace(SAFE, host_header="www.lab.test")
    assert asked(client, side)["host"] == "www.lab.test"
    assert allowed in invoked(client, side).argv
    assert allowed not in invoked(client, SAFE).argv


@pytest.mark.parametrize(
    ("limits", "versions", "old"),
    [
        ({"tls_min": TLSVersion.TLSv1_2}, "TLSv1.2,TLSv1.3", False),
        ({"tls_max": TLSVersion.TLSv1_1}, "TLSv1.1", True),
        ({"tls_min": TLSVersion.TLSv1_0}, "TLSv1,TLSv1.1,TLSv1.2,TLSv1.3", True),
    ],
)
def test_tls_limits_are_a_property_or_sslparameters(limits: dict[str, Any], versions: str, old: bool) -> None:
    side = replace(SAFE, **limits)
    assert f"-Djdk.tls.client.protocols={versions}" in invoked(URL, side).argv
    assert asked(CLIENT, side)["protocols"] == versions
    assert not any("client.protocols" in word for word in invoked(CLIENT, side).argv)
    # What the JDK forbids no list of versions brings back (java.security, jdk.tls.disabledAlgorithms).
    assert [bool(fixed(invoked(client, side)).get("jvm.security")) for client in (URL, CLIENT)] == [old, old]


@pytest.mark.parametrize("client", ALL)
def test_what_is_fixed_for_a_jvm_names_no_attempt(client: Client) -> None:
    """Else no two attempts would have the same JVM."""
    for side in (SAFE, replace(SAFE, tls_max=TLSVersion.TLSv1_1), replace(SAFE, defaults_only=True)):
        invocation = invoked(client, side)
        given = [*invocation.argv, *invocation.env.values(), *map(str, fixed(invocation).values())]
        assert not any("/room" in text for text in given)


@pytest.mark.parametrize("client", ALL)
def test_what_a_jvm_keeps_is_for_one_attempt(client: Client) -> None:
    """Lists and issuers that it fetched; variables that name the attempt's files."""
    named = (Variable(SSL_CERT_FILE, anchors=(LAB_ROOT,)),)
    for changes in ({"revocation": RevocationCheck.CRL}, {"fetches_issuers": True}, {"environment": named}):
        assert invoked(client, replace(SAFE, **changes)).worker is None
    assert invoked(client, SAFE).worker is not None


@pytest.mark.parametrize("client", ALL)
def test_left_to_its_defaults_it_has_the_trust_store_of_its_jvm(client: Client) -> None:
    side = replace(SAFE, defaults_only=True)
    assert asked(client, side) == {}
    assert fixed(invoked(client, side)) == {"roots.pem": "PUBLIC ROOT\n"}
    assert fixed(invoked(client, replace(side, trust_anchors=()))) == {}


@pytest.mark.parametrize("client", ALL)
def test_what_java_has_no_way_to_be_told(client: Client) -> None:
    good = healthy(WEB)
    refused = (
        good.with_client(intermediates=good.chain.intermediates),
        good.with_client(expected_name="other.lab.test"),
        good.with_client(server_name=""),
        good.with_client(store=Store(flaw=StoreFlaw.DER)),
        good.with_client(revocation=RevocationCheck.STAPLE),
    )
    words = ("trusted like a root", "verifies the name in the URL", "send the name in the URL", "PKCS#12", "responder")
    for situation, word in zip(refused, words, strict=True):
        assert word in (client.cannot(situation) or "")


@pytest.mark.parametrize("client", ALL)
@pytest.mark.parametrize("flaw", [StoreFlaw.MISSING, StoreFlaw.DANGLING])
def test_a_store_that_is_not_there_is_not_made(client: Client, flaw: StoreFlaw) -> None:
    made = invoked(client, replace(SAFE, store=Store(flaw=flaw)))
    assert "ROOT\n" not in {**made.files, **fixed(made)}.values()
    assert "anchors" not in json.loads(made.stdin)


@pytest.mark.parametrize(("system", "roots"), [(frozenset(), Roots.OWN), (frozenset({"java"}), Roots.SYSTEM)])
def test_whose_roots_it_trusts_depends_on_the_java_runtime(system: frozenset[str], roots: Roots) -> None:
    assert URL.default_trust_on(Machine(system_roots=system)).roots is roots


def test_the_version_is_the_runtimes() -> None:
    assert URL.read_version(Completed(0, '{"java": "17.0.15"}\n', "", 0.1)) == "Java 17.0.15"
    assert URL.read_version(Completed(1, "", "Error: could not find java", 0.1)) == ""


@pytest.mark.parametrize("client", ALL)
@pytest.mark.parametrize("word", ["", "(certificate_unknown) "])
def test_one_text_stands_for_every_chain_without_a_trusted_root(client: Client, word: str) -> None:
    """JDK 25 and 17.0.21 put the name of an alert before the reason, 17.0.15 does not."""
    found = documented(client, f"{HANDSHAKE}{word}{BUILDING}")
    assert found.keys() == {"self-signed", "untrusted-ca", "missing-intermediate"}


@pytest.mark.parametrize("client", ALL)
@pytest.mark.parametrize("word", ["", "(certificate_unknown) "])
@pytest.mark.parametrize(
    ("identity", "text"),
    [
        ("name-mismatch", "No subject alternative DNS name matching shop.lab.test found."),
        ("name-mismatch.no-dns-name", ""),
        ("ip-san.as-common-name", "No subject alternative names present"),
        ("ip-san.as-dns-name", "No subject alternative names matching IP address 127.0.0.1 found"),
    ],
)
def test_names_are_jsses(client: Client, word: str, identity: str, text: str) -> None:
    situation = broken(identity, WEB)
    if text:
        assert verdict(client, situation, f"{HANDSHAKE}{word}{text}") is ActVerdict.AS_DOCUMENTED
    else:
        assert "common name" in tolerated(client, situation)


@pytest.mark.parametrize(
    ("client", "text"), [(URL, TERMINATED), (URL, "java.net.SocketException: Connection reset"), (CLIENT, TERMINATED)]
)
def test_a_server_that_hangs_up(client: Client, text: str) -> None:
    assert documented(client, text).keys() == CLOSED


@pytest.mark.parametrize(
    ("client", "text"),
    [
        (URL, "Unsupported or unrecognized SSL message"),
        (CLIENT, "Unrecognized SSL message, plaintext connection?"),
    ],
)
def test_what_is_no_tls_is_told_in_other_words_by_a_socket_than_by_an_engine(client: Client, text: str) -> None:
    for identity in ("no-such-server.plain-http", "no-such-server.other-service"):
        said = f"javax.net.ssl.SSLException: {text}"
        assert verdict(client, broken(identity, WEB), said) is ActVerdict.AS_DOCUMENTED
        other = CLIENT if client is URL else URL
        assert verdict(other, broken(identity, WEB), said) is not ActVerdict.AS_DOCUMENTED


def test_a_store_that_is_not_there_is_an_empty_one_to_the_jvm_and_an_error_to_a_program() -> None:
    situation = broken("trust-store.missing-file", WEB)
    empty = (
        "javax.net.ssl.SSLException: Unexpected error: java.security.InvalidAlgorithmParameterException: the "
        "trustAnchors parameter must be non-empty"
    )
    absent = "java.io.FileNotFoundException: /room/ca.p12 (No such file or directory)"
    assert verdict(URL, situation, empty) is ActVerdict.AS_DOCUMENTED
    assert verdict(CLIENT, situation, absent) is ActVerdict.AS_DOCUMENTED
    assert verdict(URL, situation, absent) is not ActVerdict.AS_DOCUMENTED


def test_httpclient_takes_no_name_with_a_dot_at_the_end_or_in_unicode() -> None:
    for identity, text in (
        ("valid-name.dot-at-the-end", "Server name value of host_name cannot have the trailing dot"),
        ("valid-name.unicode", "unsupported URI https://b\u00fccher.lab.test:8443/"),
    ):
        situation = broken(identity, WEB)
        assert connects(URL, situation)
        assert verdict(CLIENT, situation, f"java.lang.IllegalArgumentException: {text}") is ActVerdict.AS_DOCUMENTED


@pytest.mark.parametrize("identity", ["self-signed", "untrusted-ca", "expired", "missing-intermediate"])
def test_a_trust_manager_that_accepts_everything_looks_at_no_chain(identity: str) -> None:
    situation = broken(identity, WEB).with_client(trust_everything=True)
    assert all(connects(client, situation) for client in (URL, CLIENT, EXTENDED))


def test_for_a_plain_one_jsse_still_compares_the_name() -> None:
    situation = broken("name-mismatch", WEB).with_client(trust_everything=True)
    assert [connects(client, situation) for client in (URL, CLIENT, EXTENDED)] == [True, False, True]


@pytest.mark.parametrize("client", ALL)
def test_without_the_check_of_the_name_the_chain_is_verified(client: Client) -> None:
    assert connects(client, broken("name-mismatch", WEB).with_client(name_check=False))
    assert not connects(client, broken("untrusted-ca", WEB).with_client(name_check=False))


def test_of_a_certificate_out_of_date_the_last_cause_says_on_which_side() -> None:
    validity = f"{HANDSHAKE}PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check"
    text = f"{validity} failed\nCaused by: java.security.cert.CertificateExpiredException: NotAfter: Fri Nov 20"
    of = Judge.of(CLIENT, CATALOGUE.knowledge)
    found = [
        identity
        for identity in ("expired", "not-yet-valid")
        if of.act(broken(identity, WEB), Outcome(Result.REFUSED, text)).verdict is ActVerdict.AS_DOCUMENTED
    ]
    assert found == ["expired"]
