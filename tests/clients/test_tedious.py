"""tedious: its configuration and its words. Texts: tedious, src/connection.ts; Node.js, doc/api/tls.md."""

import json
from pathlib import PurePosixPath
from typing import Any

import pytest

from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material
from tlslab.clients.tedious import Tedious
from tlslab.model.evidence import Basis, Phase, Reason, Source, expectations
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import LAB_ROOT, ClientSide, Encryption, ServerEncryption, ServerKind, TLSVersion, healthy

TEDIOUS = Tedious()
HOST = "db.lab.test"
HEALTHY = healthy(ServerKind.SQLSERVER)
OPTIONAL = HEALTHY.with_client(encryption=Encryption.OPTIONAL)
MACHINE = Machine(which={"node": "/usr/bin/node"}, node_modules="/cache/node_modules", node_packages={"tedious": "19"})
DOCUMENT = Source("a document", "https://example.org/")
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
    return TEDIOUS.invoke(MACHINE, side, endpoint, material, Login("sa", "pw"), PurePosixPath("/room"))


def options(side: ClientSide) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(invoked(side).stdin)["options"]
    return found


def test_healthy_side() -> None:
    invocation = invoked(HEALTHY.client)
    assert invocation.env == {"NODE_PATH": "/cache/node_modules"}
    assert invocation.files["ca.pem"] == "PUBLIC ROOT\nISSUING\n"
    assert "pw" not in invocation.argv
    assert json.loads(invocation.stdin)["ca_file"] == "ca.pem"
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
    acceptance = TEDIOUS.accepts(OPTIONAL.with_leaf(issuer=None))
    assert acceptance is not None
    assert "clear" in acceptance.why
    assert TEDIOUS.accepts(HEALTHY.with_leaf(issuer=None)) is None
    forced = OPTIONAL.with_server(encryption=ServerEncryption.FORCED)
    assert TEDIOUS.accepts(forced) is None
    assert "encrypt: false" in (TEDIOUS.cannot(forced) or "")
    assert "encrypt: false" in (TEDIOUS.cannot(forced.with_client(trust_anchors=(), trust_everything=True)) or "")
    assert TEDIOUS.cannot(forced.with_client(trust_anchors=())) is None


def test_strict_ignores_trust_server_certificate() -> None:
    strict = HEALTHY.with_client(encryption=Encryption.STRICT)
    assert TEDIOUS.cannot(strict) is None
    assert "trustServerCertificate" in (TEDIOUS.cannot(strict.with_client(trust_everything=True)) or "")


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (
            Reason("node-code", Phase.VERIFY, "DEPTH_ZERO_SELF_SIGNED_CERT", Basis.AUTHORITATIVE, DOCUMENT),
            (
                "ConnectionError: Failed to connect to db.lab.test:1433 - self-signed certificate {\n"
                "  code: 'ESOCKET',\n  [cause]: Error: self-signed certificate {\n"
                "    code: 'DEPTH_ZERO_SELF_SIGNED_CERT'\n  }\n}"
            ),
        ),
        (
            Reason("openssl", Phase.VERIFY, "certificate has expired", Basis.AUTHORITATIVE, DOCUMENT),
            "ConnectionError: Failed to connect to db.lab.test:1433 - certificate has expired {\n  code: 'ESOCKET'\n}",
        ),
        (
            Reason("openssl", Phase.HANDSHAKE, "unsupported protocol", Basis.AUTHORITATIVE, DOCUMENT),
            (
                "ConnectionError: Failed to connect to db.lab.test:1433 - 80EC:error:0A000102:SSL routines:"
                "ssl_choose_client_version:unsupported protocol:../deps/openssl/openssl/ssl/statem/statem_lib.c:1952:"
            ),
        ),
        (
            Reason("node-code", Phase.CLOSED, "ECONNRESET", Basis.AUTHORITATIVE, DOCUMENT),
            (
                "ConnectionError: Failed to connect to db.lab.test:1433 - socket hang up {\n  code: 'ESOCKET',\n"
                "  [cause]: Error: socket hang up {\n    code: 'ECONNRESET'\n  }\n}"
            ),
        ),
        (Reason("node-code", Phase.CONNECT, "ECONNREFUSED", Basis.AUTHORITATIVE, DOCUMENT), REFUSED),
        (Reason("node", Phase.CONNECT, "Could not connect (sequence)", Basis.AUTHORITATIVE, DOCUMENT), REFUSED),
        (
            Reason(
                "tedious",
                Phase.HANDSHAKE,
                "Server requires encryption, set 'encrypt' config option to true.",
                Basis.AUTHORITATIVE,
                DOCUMENT,
            ),
            "ConnectionError: Server requires encryption, set 'encrypt' config option to true. {\n  code: 'EENCRYPT'",
        ),
    ],
)
def test_documented_texts_are_recognised(reason: Reason, text: str) -> None:
    found = expectations([reason], TEDIOUS.wrappers)
    assert any(item.matches(text, "", {"host": HOST, "name": HOST}) for item in found)
    other = "ConnectionError: Login failed for user 'sa'. {\n  code: 'ELOGIN'\n}"
    assert not any(item.matches(other, "", {"host": HOST, "name": HOST}) for item in found)


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
