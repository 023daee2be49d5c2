"""Go's net/http: its invocation and its words. Texts: Go 1.19 and 1.24, src/crypto/x509/verify.go and x509.go,
src/crypto/tls/alert.go, handshake_client.go and common.go, src/net/net.go, src/net/url/url.go.
"""

import json
import socket
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import PROBES, Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.go_https import PROGRAM, GoHttps
from tlslab.model.certificate import LAB_ISSUING, LAB_ROOT
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, ServerKind, TLSVersion, healthy
from tlslab.setup import build, system

GO = GoHttps()
HOST = "shop.lab.test"
SAFE = ClientSide(HOST, trust_anchors=(LAB_ROOT,))
MACHINE = Machine(which={"go-https": "/cache/go-https"})
VERSIONS = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}
NOT_FOUND = {"self-signed", "untrusted-ca", "missing-intermediate"}
"""Where no issuer is found: one error of Go's, whatever the reason."""
POOL = (
    'pem, err := os.ReadFile("ca.pem")',
    "pool := x509.NewCertPool()",
    "pool.AppendCertsFromPEM(pem)",
    "TLSClientConfig.RootCAs = pool",
)


def invoked(side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.HTTPS, "127.0.0.1", 8443)
    material = Material("PUBLIC ROOT\n", "ISSUING\n")
    return GO.invoke(Request(MACHINE, side, endpoint, material, Login("", ""), PurePosixPath("/room")))


def given(side: ClientSide) -> dict[str, Any]:
    """What reaches the probe."""
    told: dict[str, Any] = json.loads(invoked(side).argv[1])
    return told


def test_trusts_a_pool_of_its_own_alone() -> None:
    invocation = invoked(SAFE)
    assert invocation.argv[0] == "/cache/go-https"
    assert given(SAFE) == {"url": "https://shop.lab.test:8443/", "config": {"RootCAs": "ca.pem"}, "clock": 0}
    assert invocation.files == {"ca.pem": "PUBLIC ROOT\n"}
    assert invocation.env == {}


def test_a_clock_of_its_own_is_told_in_seconds() -> None:
    assert given(replace(SAFE, clock=timedelta(days=-1)))["clock"] == -86400


def test_left_to_its_defaults_it_is_told_nothing() -> None:
    side = replace(SAFE, defaults_only=True)
    assert given(side) == {"url": "https://shop.lab.test:8443/", "config": None, "clock": 0}
    assert (invoked(side).files, invoked(side).env, GO.options_as_typed(side)) == ({}, {}, ())


@pytest.mark.parametrize(
    ("changes", "fields", "spelled"),
    [
        ({}, {}, ()),
        ({"trust_everything": True}, {"InsecureSkipVerify": True}, ("InsecureSkipVerify = true",)),
        ({"expected_name": "www.lab.test"}, {"ServerName": "www.lab.test"}, ('ServerName = "www.lab.test"',)),
        ({"expected_name": HOST}, {}, ()),
        # The versions of RFC 8446, 4.1.2, which crypto/tls uses as they are.
        ({"tls_min": TLSVersion.TLSv1_2}, {"MinVersion": 0x0303}, ("MinVersion = tls.VersionTLS12",)),
        ({"tls_max": TLSVersion.TLSv1_2}, {"MaxVersion": 0x0303}, ("MaxVersion = tls.VersionTLS12",)),
        # A cap below Go's own floor, 1.2, takes the floor down: Go would have no version at all.
        (
            {"tls_max": TLSVersion.TLSv1_1},
            {"MinVersion": 0x0302, "MaxVersion": 0x0302},
            ("MinVersion = tls.VersionTLS11", "MaxVersion = tls.VersionTLS11"),
        ),
    ],
)
def test_options_are_the_fields_of_its_config(
    changes: dict[str, Any], fields: dict[str, Any], spelled: tuple[str, ...]
) -> None:
    side = replace(SAFE, **changes)
    assert given(side)["config"] == {"RootCAs": "ca.pem", **fields}
    assert GO.options_as_typed(side) == (*POOL, *(f"TLSClientConfig.{words}" for words in spelled))


def test_trust_is_spelled_only_when_there_is_some() -> None:
    assert GO.options_as_typed(ClientSide(HOST)) == ()
    assert GO.options_as_typed(ClientSide(HOST, trust_everything=True)) == (
        "TLSClientConfig.InsecureSkipVerify = true",
    )


def test_it_says_why_it_is_given_no_intermediates() -> None:
    situation = healthy(ServerKind.HTTPS)
    assert GO.cannot(situation) is None
    assert "RootCAs" in (GO.cannot(situation.with_client(intermediates=(LAB_ISSUING,))) or "")


def said(text: str, code: str = "") -> Completed:
    answer = {"connected": False, "text": text, "code": code, "encrypted": None, "tls_version": ""}
    return Completed(0, json.dumps(answer) + "\n", "", 0.1)


TIME = "x509: certificate has expired or is not yet valid: current time 2026-01-02T03:04:05Z is"
UNKNOWN = "x509: certificate signed by unknown authority"
HINT = (
    '(possibly because of "x509: cannot verify signature: insecure algorithm SHA1-RSA{}" while trying to verify '
    'candidate authority certificate "TLS Trust Lab Issuing CA")'
)
OF_THE_CERTIFICATE = [
    (f"{TIME} after 2026-01-01T00:00:00Z", {"expired"}),
    (f"{TIME} before 2026-02-01T00:00:00Z", set[str]()),  # not-yet-valid is none of SCENARIOS
    (UNKNOWN, NOT_FOUND),
    (f"{UNKNOWN} {HINT.format('')}", {"sha1-signature.client"}),
    # Go 1.18 to 1.23.
    (f"{UNKNOWN} {HINT.format(' (temporarily override with GODEBUG=x509sha1=1)')}", {"sha1-signature.client"}),
    (f"x509: certificate is valid for www.shop.lab.test, not {HOST}", {"name-mismatch"}),
    (f"x509: certificate is valid for a.lab.test, b.lab.test, not {HOST}", {"name-mismatch"}),
    (f"x509: certificate is not valid for any names, but wanted to match {HOST}", {"name-mismatch"}),
    ("x509: certificate relies on legacy Common Name field, use SANs instead", {"name-mismatch"}),
    ("x509: certificate is valid for www.lab.test, not another.lab.test", set[str]()),
    ("x509: certificate specifies an incompatible key usage", set[str]()),
]
OF_THE_CONNECTION = [
    ("remote error: tls: protocol version not supported", VERSIONS),
    ("tls: server selected unsupported protocol version 301", VERSIONS),
    ("tls: no supported versions satisfy MinVersion and MaxVersion", VERSIONS),
    ("read tcp 127.0.0.1:50000->127.0.0.1:8443: read: connection reset by peer", VERSIONS),
    ("EOF", VERSIONS),
    ("remote error: tls: handshake failure", set[str]()),
    ("dial tcp 127.0.0.1:8443: connect: connection refused", set[str]()),
]


@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        # Go 1.20 and newer.
        *((f"tls: failed to verify certificate: {text}", scenarios) for text, scenarios in OF_THE_CERTIFICATE),
        *OF_THE_CERTIFICATE,
        *OF_THE_CONNECTION,
    ],
)
def test_texts_are_recognised_where_they_are_documented_and_nowhere_else(text: str, scenarios: set[str]) -> None:
    whole = f'Get "https://{HOST}:8443/": {text}'
    outcome = GO.read(said(whole, "x509.Error"), SAFE)
    assert (outcome.result, outcome.text, outcome.code) == (Result.REFUSED, whole, "x509.Error")
    assert documented(GO, outcome) == dict.fromkeys(scenarios, Basis.AUTHORITATIVE)


def test_an_error_of_another_url_is_none_of_its() -> None:
    assert documented(GO, f'Get "https://another.lab.test:8443/": {UNKNOWN}') == {}
    assert documented(GO, UNKNOWN) == {}


def test_answer_200_is_a_connection_and_no_answer_a_crash() -> None:
    answer = {"connected": True, "text": "HTTP 200 OK", "code": "", "encrypted": True, "tls_version": "TLSv1.3"}
    outcome = GO.read(Completed(0, json.dumps(answer) + "\n", "", 0.1), SAFE)
    assert (outcome.result, outcome.encrypted, outcome.tls_version) == (Result.CONNECTED, True, "TLSv1.3")
    assert GO.read(Completed(2, "", "panic: no certificate in ca.pem", 0.1), SAFE).result is Result.CRASHED


@pytest.mark.parametrize(
    "scenario",
    ["expired", "self-signed", "untrusted-ca", "name-mismatch", "missing-intermediate", "sha1-signature.client"],
)
def test_with_insecure_skip_verify_it_looks_at_no_certificate(scenario: str) -> None:
    situation = broken(scenario, ServerKind.HTTPS)
    assert not connects(GO, situation)
    assert "InsecureSkipVerify" in tolerated(GO, situation.with_client(trust_everything=True))


def test_insecure_skip_verify_brings_no_version_of_tls() -> None:
    situation = broken("tls-version-mismatch.server-older", ServerKind.HTTPS)
    assert not connects(GO, situation.with_client(trust_everything=True))


def test_the_version_is_the_compilers() -> None:
    assert GO.version_probe(MACHINE).argv == ("/cache/go-https", "version")
    assert GO.read_version(Completed(0, "go1.19.8\n", "", 0.1)) == "Go 1.19.8"
    assert GO.read_version(Completed(127, "", "not found", 0.1)) == ""


def test_missing_names_the_compiler_until_it_is_there() -> None:
    assert GO.missing(MACHINE) is None
    without, unbuilt = GO.missing(Machine()), GO.missing(Machine(which={"go": "/usr/bin/go"}))
    assert without is not None
    assert (without.what, without.how_to_get) == ("the program go, which builds go-https", "./tlslab setup")
    assert unbuilt is not None
    assert unbuilt.what == "the program go-https, which the lab builds with go"


# --- the probe


@pytest.fixture(scope="module")
def program() -> Path:
    """The probe, built with the Go that the project pins."""
    if system.find_program("go") is None:
        pytest.skip(f"there is no Go here: {system.how_to_get(PROGRAM.compiler)}")
    return build.ensure(PROGRAM, print)


def asked(program: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(program), *words], capture_output=True, text=True, env={}, timeout=60)


def test_the_probe_says_its_version(program: Path) -> None:
    done = asked(program, "version")
    assert GO.read_version(Completed(done.returncode, done.stdout, done.stderr, 0.1)).startswith("Go 1.")


def test_the_probe_shows_what_net_http_says(program: Path) -> None:
    """net.OpError and os.SyscallError of Go, and ECONNREFUSED of zerrors_linux_amd64.go and its kin."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = asked(program, json.dumps({"url": f"https://127.0.0.1:{port}/", "config": None}))
    outcome = GO.read(Completed(done.returncode, done.stdout, done.stderr, 0.1), SAFE)
    assert outcome.result is Result.REFUSED
    assert outcome.text == f'Get "https://127.0.0.1:{port}/": dial tcp 127.0.0.1:{port}: connect: connection refused'
    assert outcome.code == "syscall.Errno"


def test_a_file_that_is_not_there_is_what_os_reads_of_it(program: Path) -> None:
    """fs.PathError of Go, and ENOENT of zerrors_linux_amd64.go and its kin."""
    told = {"url": "https://127.0.0.1:1/", "config": {"RootCAs": "/nowhere/ca.pem"}}
    done = asked(program, json.dumps(told))
    outcome = GO.read(Completed(done.returncode, done.stdout, done.stderr, 0.1), SAFE)
    assert (outcome.result, outcome.text) == (Result.REFUSED, "open /nowhere/ca.pem: no such file or directory")


def test_the_probe_needs_no_module_but_the_standard_library() -> None:
    """A path of a module has a dot in its first element (Go Modules Reference, "Module paths")."""
    source = (PROBES / "go_https.go").read_text()
    imported = [line.strip().strip('"') for line in source.partition("import (")[2].partition(")")[0].split()]
    assert "net/http" in imported
    assert [path for path in imported if "." in path.partition("/")[0]] == []
