"""tedious: its configuration and its words. Texts: tedious, src/connection.ts; Node.js, doc/api/tls.md."""

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.tedious import Tedious
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, Encryption, ServerEncryption, ServerKind, TLSVersion, healthy

TEDIOUS = Tedious()
HOST = "db.lab.test"
HEALTHY = healthy(ServerKind.SQLSERVER)
OPTIONAL = HEALTHY.with_client(encryption=Encryption.OPTIONAL)
MACHINE = Machine(which={"node": "/usr/bin/node"}, node_modules="/cache/node_modules", node_packages={"tedious": "19"})
VERSIONS = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}
REFUSED = """\
ConnectionError: Failed to connect to db.lab.test:1433 - Could not connect (sequence) {
  code: 'ESOCKET',
  [cause]: AggregateError: Could not connect (sequence) {
    [errors]: [
      Error: connect ECONNREFUSED 127.0.0.1:1433 {
        code: 'ECONNREFUSED'
      }
    ]
  }
}"""


def invoked(side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    material = Material(anchors="PUBLIC ROOT\n", intermediates="ISSUING\n")
    return TEDIOUS.invoke(Request(MACHINE, side, endpoint, material, Login("sa", "pw"), PurePosixPath("/room")))


def options(side: ClientSide) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(invoked(side).stdin)["options"]
    return found


def test_healthy_side() -> None:
    invocation = invoked(HEALTHY.client)
    assert invocation.env == {"NODE_PATH": "/cache/node_modules"}
    assert invocation.files["ca.pem"] == "PUBLIC ROOT\nISSUING\n"
    assert "pw" not in invocation.argv
    assert json.loads(invocation.stdin)["ca_file"] == "ca.pem"
    assert json.loads(invocation.stdin)["directory"] == "/room"
    assert invocation.worker is not None
    # A variable names a file of this attempt.
    assert invoked(replace(HEALTHY.client, defaults_only=True)).worker is None
    assert options(HEALTHY.client) == {"port": 1433, "encrypt": True, "cryptoCredentialsDetails": {}}


@pytest.mark.parametrize(
    ("side", "spelled"),
    [
        (ClientSide(HOST), ()),
        (ClientSide(HOST, encryption=Encryption.OPTIONAL), ("encrypt: false",)),
        (ClientSide(HOST, encryption=Encryption.STRICT), ("encrypt: 'strict'",)),
        (ClientSide(HOST, trust_anchors=(LAB_ROOT,)), ("cryptoCredentialsDetails: {ca: fs.readFileSync('ca.pem')}",)),
        (ClientSide(HOST, trust_everything=True), ("trustServerCertificate: true",)),
        (
            ClientSide(HOST, trust_anchors=(LAB_ROOT,), trust_everything=True),
            ("trustServerCertificate: true", "cryptoCredentialsDetails: {ca: fs.readFileSync('ca.pem')}"),
        ),
        (ClientSide(HOST, expected_name="db1.lab.test"), ("serverName: 'db1.lab.test'",)),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_2), ("cryptoCredentialsDetails: {minVersion: 'TLSv1.2'}",)),
        (ClientSide(HOST, tls_max=TLSVersion.TLSv1_2), ("cryptoCredentialsDetails: {maxVersion: 'TLSv1.2'}",)),
        (
            ClientSide(HOST, tls_max=TLSVersion.TLSv1_1),
            ("cryptoCredentialsDetails: {maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0'}",),
        ),
    ],
)
def test_spells_options_as_tedious_does(side: ClientSide, spelled: tuple[str, ...]) -> None:
    assert TEDIOUS.options_as_typed(side) == spelled


def test_never_encrypts_when_it_does_not_ask_for_it() -> None:
    broken_server = OPTIONAL.with_leaf(issuer=None)
    assert "in clear" in tolerated(TEDIOUS, broken_server)
    assert not connects(TEDIOUS, HEALTHY.with_leaf(issuer=None))
    forced = OPTIONAL.with_server(encryption=ServerEncryption.FORCED)
    assert not connects(TEDIOUS, forced)
    assert "encrypt: false" in (TEDIOUS.cannot(forced) or "")
    assert "encrypt: false" in (TEDIOUS.cannot(forced.with_client(trust_anchors=(), trust_everything=True)) or "")
    assert TEDIOUS.cannot(forced.with_client(trust_anchors=())) is None


def test_strict_ignores_trust_server_certificate() -> None:
    strict = HEALTHY.with_client(encryption=Encryption.STRICT)
    trusting = strict.with_client(trust_everything=True).with_leaf(issuer=None)
    assert TEDIOUS.cannot(trusting) is None
    assert not connects(TEDIOUS, trusting)


FAILED = "ConnectionError: Failed to connect to db.lab.test:1433 - "


@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        (
            (
                FAILED + "self-signed certificate {\n  code: 'ESOCKET',\n  [cause]: Error: self-signed certificate {\n"
                "    code: 'DEPTH_ZERO_SELF_SIGNED_CERT'\n  }\n}"
            ),
            {"self-signed", "untrusted-ca.fallback"},
        ),
        (FAILED + "certificate has expired {\n  code: 'ESOCKET'\n}", {"expired"}),
        (
            FAILED + "80EC:error:0A000102:SSL routines:ssl_choose_client_version:unsupported protocol:../ssl/x.c:9:",
            VERSIONS,
        ),
        (
            (
                FAILED + "socket hang up {\n  code: 'ESOCKET',\n  [cause]: Error: socket hang up {\n"
                "    code: 'ECONNRESET'\n  }\n}"
            ),
            VERSIONS | {"sha1-signature.server"},
        ),
        (REFUSED, {"unreadable-key"}),
        (
            "ConnectionError: Server requires encryption, set 'encrypt' config option to true. {\n  code: 'EENCRYPT'",
            {"untrusted-ca.forced"},
        ),
        # No certificate is shown where it does not encrypt.
        (FAILED + "unable to get local issuer certificate {\n  code: 'ESOCKET'\n}", {"missing-intermediate"}),
        ("ConnectionError: Login failed for user 'sa'. {\n  code: 'ELOGIN'\n}", set()),
    ],
)
def test_texts_are_recognised_where_they_are_documented_and_nowhere_else(text: str, scenarios: set[str]) -> None:
    assert documented(TEDIOUS, text).keys() == scenarios


@pytest.mark.parametrize("scenario", ["expired", "self-signed", "name-mismatch"])
def test_told_to_trust_the_server_it_looks_at_no_certificate_but_in_tds_8(scenario: str) -> None:
    situation = broken(scenario, ServerKind.SQLSERVER).with_client(trust_everything=True)
    assert "trustServerCertificate" in tolerated(TEDIOUS, situation)
    assert not connects(TEDIOUS, situation.with_client(encryption=Encryption.STRICT))


def test_reads_the_answer_of_its_probe() -> None:
    line = '{"connected": false, "text": "ConnectionError: ...", "code": "ESOCKET", "encrypted": null}\n'
    outcome = TEDIOUS.read(Completed(0, line, "", 0.1), HEALTHY.client)
    assert (outcome.result, outcome.code, outcome.encrypted) == (Result.REFUSED, "ESOCKET", None)


def test_version_is_asked_of_the_package_itself() -> None:
    probe = TEDIOUS.version_probe(MACHINE)
    assert "tedious/package.json" in probe.argv[-1]
    line = "tedious 19.2.2 (Node 20.20.2, OpenSSL 3.0.19)\n"
    assert TEDIOUS.read_version(Completed(0, line, "", 0.1)) == line.strip()
    assert TEDIOUS.read_version(Completed(1, "", "Error: Cannot find module", 0.1)) == ""


@pytest.mark.parametrize("machine", [Machine(), Machine(which={"node": "/usr/bin/node"})])
def test_says_what_is_missing(machine: Machine) -> None:
    missing = TEDIOUS.missing(machine)
    assert missing is not None
    assert missing.how_to_get == "./tlslab setup"
    assert TEDIOUS.missing(MACHINE) is None
