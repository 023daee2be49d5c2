"""Node's HTTPS clients: their options and their words. Texts: Node.js, doc/api/tls.md, cli.md; lib/tls.js."""

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.curl import Curl
from tlslab.clients.node_https import PROBE, NodeClient, NodeFetch, NodeHttps
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, ServerKind, TLSVersion, healthy

HTTPS, FETCH = NodeHttps(), NodeFetch()
HOST = "shop.lab.test"
SAFE = ClientSide(HOST, trust_anchors=(LAB_ROOT,))
MACHINE = Machine(which={"node": "/usr/bin/node"})
VERSIONS = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}


def invoked(client: NodeClient, side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.HTTPS, "127.0.0.1", 8443)
    material = Material("PUBLIC ROOT\n", "ISSUING\n")
    return client.invoke(Request(MACHINE, side, endpoint, material, Login("", ""), PurePosixPath("/room")))


def test_https_trusts_its_ca_option_alone() -> None:
    invocation = invoked(HTTPS, SAFE)
    assert invocation.argv[:2] == ("/usr/bin/node", PROBE)
    assert json.loads(invocation.stdin) == {
        "directory": "/room",
        "client": "node-https",
        "url": "https://shop.lab.test:8443/",
        "ca": "ca.pem",
        "options": {},
    }
    assert invocation.files["ca.pem"] == "PUBLIC ROOT\nISSUING\n"
    assert invocation.env == {}


def test_fetch_is_given_its_file_by_the_variable_that_adds_to_its_roots() -> None:
    invocation = invoked(FETCH, SAFE)
    assert invocation.argv[:2] == ("/usr/bin/node", PROBE)
    assert invocation.env == {"NODE_EXTRA_CA_CERTS": "/room/ca.pem"}
    assert invocation.files["ca.pem"] == "PUBLIC ROOT\nISSUING\n"
    assert invocation.worker is None  # it keeps its connections, and knows them by the address alone


@pytest.mark.parametrize(
    ("changes", "options", "spelled"),
    [
        ({"trust_everything": True}, {"rejectUnauthorized": False}, ("rejectUnauthorized: false",)),
        ({"expected_name": "www.lab.test"}, {"servername": "www.lab.test"}, ("servername: 'www.lab.test'",)),
        ({"expected_name": HOST}, {}, ()),
        ({"tls_min": TLSVersion.TLSv1_2}, {"minVersion": "TLSv1.2"}, ("minVersion: 'TLSv1.2'",)),
        ({"tls_max": TLSVersion.TLSv1_2}, {"maxVersion": "TLSv1.2"}, ("maxVersion: 'TLSv1.2'",)),
        (
            {"tls_min": TLSVersion.TLSv1_0},
            {"minVersion": "TLSv1", "ciphers": "DEFAULT@SECLEVEL=0"},
            ("minVersion: 'TLSv1'", "ciphers: 'DEFAULT@SECLEVEL=0'"),
        ),
    ],
)
def test_https_takes_its_options_in_the_call(
    changes: dict[str, Any], options: dict[str, Any], spelled: tuple[str, ...]
) -> None:
    side = replace(SAFE, **changes)
    assert json.loads(invoked(HTTPS, side).stdin)["options"] == options
    assert HTTPS.options_as_typed(side) == ("ca: fs.readFileSync('ca.pem')", *spelled)


@pytest.mark.parametrize(
    ("changes", "spelled"),
    [
        ({}, ()),
        ({"trust_everything": True}, ("NODE_TLS_REJECT_UNAUTHORIZED=0",)),
        ({"tls_min": TLSVersion.TLSv1_2}, ("--tls-min-v1.2",)),
        ({"tls_max": TLSVersion.TLSv1_2}, ("--tls-max-v1.2",)),
        ({"tls_min": TLSVersion.TLSv1_0}, ("--tls-min-v1.0", "--tls-cipher-list=DEFAULT@SECLEVEL=0")),
    ],
)
def test_fetch_takes_its_options_from_node(changes: dict[str, Any], spelled: tuple[str, ...]) -> None:
    side = replace(SAFE, **changes)
    assert FETCH.options_as_typed(side) == ("NODE_EXTRA_CA_CERTS=ca.pem", *spelled)
    invocation = invoked(FETCH, side)
    given = {*invocation.argv, *(f"{name}={value}" for name, value in invocation.env.items())}
    assert set(spelled) <= given


def test_trust_is_spelled_only_when_there_is_some() -> None:
    assert HTTPS.options_as_typed(ClientSide(HOST)) == ()
    assert FETCH.options_as_typed(ClientSide(HOST)) == ()


def test_fetch_says_what_it_cannot_express() -> None:
    situation = healthy(ServerKind.HTTPS)
    assert FETCH.cannot(situation) is None
    assert "name to verify" in (FETCH.cannot(situation.with_client(expected_name="www.lab.test")) or "")
    assert FETCH.cannot(situation.with_client(tls_max=TLSVersion.TLSv1_2)) is None
    assert "1.2 and 1.3" in (FETCH.cannot(situation.with_client(tls_max=TLSVersion.TLSv1_1)) or "")
    assert HTTPS.cannot(situation.with_client(expected_name="www.lab.test")) is None


ALERT = "80EC:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../ssl/x.c:9:"
SHOWN = (
    f"Hostname/IP does not match certificate's altnames: Host: {HOST}. is not in the cert's altnames: DNS:www.lab.test"
)


def printed(head: str, code: str) -> str:
    return f"{head} {{\n  code: '{code}'\n}}"


def fetched(head: str, code: str) -> str:
    return f"TypeError: fetch failed {{\n  [cause]: {head} {{\n    code: '{code}'\n  }}\n}}"


HEADS = [
    ("Error: certificate has expired", "CERT_HAS_EXPIRED", {"expired"}),
    ("Error: self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT", {"self-signed"}),
    # OpenSSL's error 20 is said of both.
    (
        "Error: unable to get local issuer certificate",
        "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
        {"untrusted-ca", "missing-intermediate"},
    ),
    ("Error: unable to verify the first certificate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE", {"missing-intermediate"}),
    ("Error: CA signature digest algorithm too weak", "UNSPECIFIED", {"sha1-signature.client"}),
    (f"Error [ERR_TLS_CERT_ALTNAME_INVALID]: {SHOWN}", "ERR_TLS_CERT_ALTNAME_INVALID", {"name-mismatch"}),
    ("Error: read ECONNRESET", "ECONNRESET", VERSIONS),
    ("Error: socket hang up", "ECONNRESET", VERSIONS),
    ("Error: another reason", "ANOTHER_CODE", set[str]()),
]


@pytest.mark.parametrize(
    ("client", "text", "scenarios"),
    [
        *((HTTPS, printed(head, code), scenarios) for head, code, scenarios in HEADS),
        (HTTPS, printed(f"Error: write EPROTO {ALERT}SSL alert number 70", "EPROTO"), VERSIONS),
        *((FETCH, fetched(head, code), scenarios) for head, code, scenarios in HEADS),
        (FETCH, fetched(f"Error: {ALERT}SSL alert number 70", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"), VERSIONS),
    ],
)
def test_texts_are_recognised_where_they_are_documented_and_nowhere_else(
    client: NodeClient, text: str, scenarios: set[str]
) -> None:
    answer = {"connected": False, "text": text, "code": "X", "encrypted": None, "tls_version": ""}
    outcome = client.read(Completed(0, json.dumps(answer) + "\n", "", 0.1), SAFE)
    assert (outcome.result, outcome.text, outcome.code) == (Result.REFUSED, text, "X")
    assert documented(client, outcome).keys() == scenarios


def test_an_alert_in_https_is_what_people_posted_and_in_fetch_what_its_source_says() -> None:
    shown = f"write EPROTO {ALERT}SSL alert number 70"
    assert set(documented(HTTPS, printed(f"Error: {shown}", "EPROTO")).values()) == {Basis.REPORTED}
    assert set(documented(FETCH, fetched(f"Error: {shown}", "EPROTO")).values()) == {Basis.AUTHORITATIVE}


def test_an_error_without_fetch_failed_is_not_fetch_s() -> None:
    text = printed("Error: unable to get local issuer certificate", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY")
    assert documented(HTTPS, text)
    assert not documented(FETCH, text)


@pytest.mark.parametrize("scenario", ["expired", "self-signed", "untrusted-ca", "name-mismatch"])
def test_told_to_reject_nobody_it_refuses_no_certificate(scenario: str) -> None:
    situation = broken(scenario, ServerKind.HTTPS)
    careless = situation.with_client(trust_everything=True)
    assert not connects(HTTPS, situation)
    assert "rejectUnauthorized: false" in tolerated(HTTPS, careless)
    assert "NODE_TLS_REJECT_UNAUTHORIZED=0" in tolerated(FETCH, careless)


def test_probe_that_breaks_is_a_crash_and_no_refusal() -> None:
    outcome = HTTPS.read(Completed(1, "", "SyntaxError: Unexpected token\n", 0.1), SAFE)
    assert outcome.result is Result.CRASHED


def test_version_and_missing() -> None:
    shown = "Node 20.20.2 (OpenSSL 3.0.19, undici 6.24.1)"
    assert HTTPS.read_version(Completed(0, shown + "\n", "", 0.1)) == shown
    assert HTTPS.read_version(Completed(127, "", "not found", 0.1)) == ""
    assert HTTPS.missing(MACHINE) is None
    lacking = FETCH.missing(Machine())
    assert lacking is not None
    assert lacking.how_to_get == "./tlslab setup"


def test_https_sends_and_verifies_the_name_in_the_host_header() -> None:
    """Measured with Node 20.20.2: it connects where curl is shown the default certificate."""
    by_header = broken("virtual-host.host-header", ServerKind.HTTPS)
    assert connects(NodeHttps(), by_header)
    assert not connects(Curl(), by_header)
    assert not connects(NodeHttps(), by_header.with_client(host_header="nobody.lab.test"))


def test_fetch_cannot_be_told_of_a_host_header() -> None:
    assert "the Fetch Standard" in (NodeFetch().cannot(broken("virtual-host.host-header", ServerKind.HTTPS)) or "")
