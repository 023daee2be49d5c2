""".NET's HttpClient, and HttpWebRequest on it: what they are told, and what they say and leave open.

Texts: dotnet/runtime, System.Net.Http and System.Net.Security, Strings.resx; X509ChainStatusFlags by
OpenSslX509ChainProcessor.cs.
"""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tests.clients.invoked import HOST, SAFE, invoked
from tlslab.clients.base import Client
from tlslab.clients.dotnet_https import DotnetHttpClient, DotnetHttpWebRequest
from tlslab.model.certificate import Responder
from tlslab.model.environment import SSL_CERT_FILE, Variable
from tlslab.model.outcome import Completed
from tlslab.model.situation import (
    HASHED_DIRECTORY,
    ClientSide,
    RevocationCheck,
    ServerKind,
    Store,
    TLSVersion,
    healthy,
)

CLIENT, OLDER = DotnetHttpClient(), DotnetHttpWebRequest()
GOOD = healthy(ServerKind.HTTPS)
FAILED = (
    "System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner exception.\n ---> "
)
REFUSED = f"{FAILED}System.Security.Authentication.AuthenticationException: The remote certificate "
CHAIN = f"{REFUSED}is invalid because of errors in the certificate chain: "
BY_CALLBACK = (
    "System.Net.WebException: The SSL connection could not be established, see inner exception.\n ---> "
    f"{REFUSED}was rejected by the provided RemoteCertificateValidationCallback."
)

CALLBACK = "handler.ServerCertificateCustomValidationCallback = "
GOOD_BUT_FOR_THE_NAME = "(errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None"


def asked(client: Client, side: ClientSide) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(invoked(client, side).stdin)
    return found


@pytest.mark.parametrize(
    ("changes", "request_says", "typed"),
    [
        (
            {"trust_everything": True},
            {"callback": "anything"},
            f"{CALLBACK}HttpClientHandler.DangerousAcceptAnyServerCertificateValidator",
        ),
        (
            {"name_check": False},
            {"callback": "names"},
            f"{CALLBACK}(message, certificate, chain, errors) => {GOOD_BUT_FOR_THE_NAME}",
        ),
        ({"expected_name": "www.lab.test"}, {"host": "www.lab.test"}, 'request.Headers.Host = "www.lab.test"'),
        ({"host_header": "www.lab.test"}, {"host": "www.lab.test"}, 'request.Headers.Host = "www.lab.test"'),
        (
            {"revocation": RevocationCheck.CRL},
            {"revocation": "online"},
            "handler.CheckCertificateRevocationList = true",
        ),
        (
            {"tls_max": TLSVersion.TLSv1_2},
            {"protocols": "3072"},
            "handler.SslProtocols = SslProtocols.Tls12",
        ),
        (
            {"tls_min": TLSVersion.TLSv1_2},
            {"protocols": "15360"},
            "handler.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13",
        ),
    ],
)
def test_options_are_what_people_set_in_code(changes: dict[str, Any], request_says: dict[str, str], typed: str) -> None:
    side = replace(SAFE, **changes)
    assert asked(CLIENT, side).items() >= request_says.items()
    assert asked(CLIENT, SAFE).keys() == {"by", "url"}
    assert typed in CLIENT.options_as_typed(side)


def test_the_older_class_has_properties_of_its_own() -> None:
    side = replace(SAFE, trust_everything=True, tls_max=TLSVersion.TLSv1_2, host_header="www.lab.test")
    words = OLDER.options_as_typed(side)
    assert "request.ServerCertificateValidationCallback = (sender, certificate, chain, errors) => true" in words
    assert "ServicePointManager.SecurityProtocol = SecurityProtocolType.Tls12" in words
    assert 'request.Host = "www.lab.test"' in words
    assert asked(OLDER, side)["by"] == "HttpWebRequest"


def test_an_old_version_takes_a_lower_security_level_too() -> None:
    invocation = invoked(CLIENT, replace(SAFE, tls_max=TLSVersion.TLSv1_1))
    assert invocation.worker is not None
    limits = str(invocation.worker.files["openssl.cnf"])
    assert "CipherString = DEFAULT@SECLEVEL=0" in limits
    assert "MinProtocol" not in limits  # the code says the versions, and goes before it
    assert asked(CLIENT, replace(SAFE, tls_max=TLSVersion.TLSv1_1))["protocols"] == "768"


def test_what_is_fixed_for_a_process_names_no_attempt() -> None:
    invocation = invoked(CLIENT, replace(SAFE, trust_everything=True))
    assert invocation.worker is not None
    assert invocation.env["SSL_CERT_FILE"] == "ca.pem"
    assert not any("/room" in value for value in (*invocation.argv, *invocation.env.values()))
    assert invocation.env["DOTNET_SYSTEM_NET_SECURITY_DISABLETLSRESUME"] == "1"
    assert any(trace.endswith("x509stores/ca/*") for trace in invocation.worker.traces)


@pytest.mark.parametrize(
    "changes",
    [
        {"store": Store(HASHED_DIRECTORY)},
        {"trust_anchors": (), "environment": (Variable(SSL_CERT_FILE, anchors=()),)},
    ],
)
def test_what_stands_in_the_directory_of_an_attempt_is_for_a_process_of_its_own(changes: dict[str, Any]) -> None:
    assert invoked(CLIENT, replace(SAFE, **changes)).worker is None


def test_left_to_its_defaults_it_is_given_no_option() -> None:
    side = replace(SAFE, defaults_only=True, trust_everything=True)
    assert asked(CLIENT, side).keys() == {"by", "url"}
    assert CLIENT.options_as_typed(side) == OLDER.options_as_typed(side) == ()


def test_it_cannot_demand_an_answer_with_the_handshake() -> None:
    assert "OCSP" in str(CLIENT.cannot(GOOD.with_client(revocation=RevocationCheck.STAPLE)))
    assert CLIENT.cannot(GOOD.with_client(revocation=RevocationCheck.OCSP)) is None


@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        (f"{CHAIN}PartialChain", {"untrusted-ca", "missing-intermediate"}),
        (f"{CHAIN}UntrustedRoot", {"self-signed"}),
        (f"{CHAIN}NotTimeValid", {"expired"}),
        (
            f"{REFUSED}is invalid according to the validation procedure: RemoteCertificateNameMismatch",
            {"name-mismatch"},
        ),
    ],
)
def test_it_names_the_fault(text: str, scenarios: set[str]) -> None:
    found = documented(CLIENT, text).keys()
    assert found >= scenarios
    assert found & {"self-signed", "expired", "name-mismatch", "missing-intermediate"} == scenarios - {"untrusted-ca"}


def test_the_older_class_names_none() -> None:
    assert documented(OLDER, BY_CALLBACK).keys() >= {"self-signed", "expired", "name-mismatch", "untrusted-ca"}
    assert documented(CLIENT, BY_CALLBACK.partition(" ---> ")[2]) == {}


def test_a_callback_that_refuses_takes_the_reason_away() -> None:
    untrusted = broken("untrusted-ca", ServerKind.HTTPS).with_client(name_check=False)
    assert not connects(CLIENT, untrusted)
    misnamed = broken("name-mismatch", ServerKind.HTTPS)
    assert not connects(CLIENT, misnamed)
    assert "the callback leaves out" in tolerated(CLIENT, misnamed.with_client(name_check=False))


def test_it_fetches_an_intermediate_where_there_is_an_address() -> None:
    alone = broken("missing-intermediate", ServerKind.HTTPS)
    assert not connects(CLIENT, alone)
    assert "fetches" in tolerated(CLIENT, alone.with_leaf(ca_issuers=Responder.ANSWERS))
    assert not connects(CLIENT, alone.with_leaf(ca_issuers=Responder.REFUSES))


def test_it_keeps_an_intermediate_that_it_has_fetched_and_none_that_was_sent() -> None:
    alone = broken("missing-intermediate", ServerKind.HTTPS)
    published = alone.with_leaf(ca_issuers=Responder.ANSWERS)
    assert "keeps" in tolerated(CLIENT, replace(alone, visited=published.server))
    assert not connects(CLIENT, replace(alone, visited=published.with_chain(after=None).server))
    assert not connects(CLIENT, replace(alone, visited=GOOD.server))


def test_its_version_is_that_of_the_runtime() -> None:
    line = '{"driver": "9.0.7+3c298d9f00936d651cc47d221762474e25277672", "runtime": "9.0.7"}\n'
    assert CLIENT.read_version(Completed(0, line, "", 0.1)) == ".NET 9.0.7"
    assert CLIENT.read_version(Completed(1, "", "no runtime", 0.1)) == ""


def test_its_own_certificate_is_a_file_of_the_attempt() -> None:
    shown = replace(SAFE, certificate=GOOD.chain)
    assert asked(CLIENT, shown)["certificate"] == "/room/client.pem"
    assert asked(CLIENT, shown)["key"] == "/room/client-key.pem"
    words = 'X509Certificate2.CreateFromPemFile("client.pem", "client-key.pem")'
    assert f"handler.ClientCertificates.Add({words})" in CLIENT.options_as_typed(shown)
    assert f"request.ClientCertificates.Add({words})" in OLDER.options_as_typed(shown)


def test_the_url_names_the_host_and_the_port() -> None:
    assert asked(CLIENT, SAFE)["url"] == f"https://{HOST}:8443/"
