"""go-mssqldb: its invocation and its words. Texts: go-mssqldb 1.11.2, tds.go, protocol_go113.go, msdsn/conn_str.go."""

import json
import socket
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request, Roots
from tlslab.clients.go_mssqldb import PROGRAM, GoMssqldb
from tlslab.model.certificate import LAB_ISSUING
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, Encryption, ServerKind, TLSVersion, healthy
from tlslab.setup import build, system

GO = GoMssqldb()
HOST = "db.lab.test"
HEALTHY = healthy(ServerKind.SQLSERVER)
SAFE = HEALTHY.client
MACHINE = Machine(which={"go-mssqldb": "/cache/go-mssqldb"})
FAILED = "TLS Handshake failed: tls: failed to verify certificate: "
DIALS = "dial tcp 127.0.0.1"
UNKNOWN = f"{FAILED}x509: certificate signed by unknown authority"


def invoked(side: ClientSide, password: str = "secret") -> Invocation:
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    material = Material("PUBLIC ROOT\n", "ISSUING\n")
    return GO.invoke(Request(MACHINE, side, endpoint, material, Login("sa", password), PurePosixPath("/room")))


def parameters(side: ClientSide) -> dict[str, str]:
    """What stands behind the question mark of the URL, without the limit of time."""
    found = dict(parse_qsl(urlsplit(json.loads(invoked(side).stdin)["url"]).query))
    assert found.pop("connection timeout") == "10"
    return found


def test_it_is_given_a_url_on_standard_input_so_that_no_password_stands_in_argv() -> None:
    invocation = invoked(SAFE, "p@ss:w/rd")
    assert invocation.argv == ("/cache/go-mssqldb",)
    url = urlsplit(json.loads(invocation.stdin)["url"])
    assert (url.scheme, url.username, url.password) == ("sqlserver", "sa", "p%40ss%3Aw%2Frd")
    assert (url.hostname, url.port) == (HOST, 1433)
    assert (invocation.files, invocation.env) == ({"ca.pem": "PUBLIC ROOT\n"}, {})


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({}, {}),
        ({"encryption": Encryption.OPTIONAL}, {"encrypt": "false"}),
        ({"encryption": Encryption.STRICT}, {"encrypt": "strict"}),
        ({"trust_everything": True}, {"TrustServerCertificate": "true"}),
        ({"expected_name": "sql.lab.test"}, {"hostNameInCertificate": "sql.lab.test"}),
        ({"tls_min": TLSVersion.TLSv1_1}, {"tlsmin": "1.1"}),
    ],
)
def test_options_are_the_parameters_of_the_url(changes: dict[str, Any], more: dict[str, str]) -> None:
    side = replace(SAFE, **changes)
    wanted = {"encrypt": "true", **more}
    assert parameters(side) == {**wanted, "certificate": "ca.pem"}
    assert GO.options_as_typed(side) == (*(f"{name}={value}" for name, value in wanted.items()), "certificate=ca.pem")


def test_left_to_its_defaults_it_is_told_nothing_and_trusts_everything() -> None:
    side = replace(SAFE, defaults_only=True)
    assert (parameters(side), invoked(side).files, GO.options_as_typed(side)) == ({}, {}, ())
    assert GO.default_trust.roots is Roots.NONE
    why = tolerated(GO, broken("untrusted-ca.direct", ServerKind.SQLSERVER).with_client(defaults_only=True))
    assert "TrustServerCertificate is true" in why


def test_a_clock_of_its_own_is_told_in_seconds() -> None:
    assert json.loads(invoked(replace(SAFE, clock=timedelta(days=-1))).stdin)["clock"] == -86400


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"intermediates": (LAB_ISSUING,)}, "no option for intermediates"),
        ({"tls_max": TLSVersion.TLSv1_2}, "`tlsmin`"),
    ],
)
def test_it_says_what_it_cannot_express(changes: dict[str, Any], words: str) -> None:
    assert GO.cannot(HEALTHY) is None
    assert words in (GO.cannot(HEALTHY.with_client(**changes)) or "")


def said(text: str) -> Completed:
    answer = {"connected": False, "text": text, "code": "*errors.errorString", "encrypted": None}
    return Completed(0, json.dumps(answer) + "\n", "", 0.1)


@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        (f"{FAILED}x509: certificate has expired or is not yet valid: current time T is after U", {"expired"}),
        (UNKNOWN, {"self-signed", "untrusted-ca.forced", "missing-intermediate"}),
        (f"{FAILED}x509: certificate is valid for sql.lab.test, not {HOST}", {"name-mismatch"}),
        ("TLS Handshake failed: cannot read handshake packet: EOF", {"tls-version-mismatch.server-older"}),
        (
            f"unable to open tcp connection with host '{HOST}:1433': {DIALS}:1433: connect: connection refused",
            {"unreadable-key"},
        ),
        ("mssql: Login failed for user 'sa'. (18456)", set[str]()),
    ],
)
def test_texts_are_documented(text: str, scenarios: set[str]) -> None:
    outcome = GO.read(said(text), SAFE)
    assert (outcome.result, outcome.text) == (Result.REFUSED, text)
    found = documented(GO, outcome)
    assert scenarios <= found.keys()
    assert bool(scenarios) is bool(found)
    assert set(found.values()) <= {Basis.AUTHORITATIVE}


def test_without_encryption_it_verifies_all_the_same_when_that_was_said() -> None:
    """parseTLS: TrustServerCertificate is true only where `encrypt` is not given."""
    situation = broken("self-signed", ServerKind.SQLSERVER).with_client(encryption=Encryption.OPTIONAL)
    assert not connects(GO, situation)
    assert connects(GO, situation.with_client(defaults_only=True))


def test_the_version_is_that_of_the_module_and_of_the_go_that_built_it() -> None:
    assert GO.version_probe(MACHINE).argv == ("/cache/go-mssqldb", "version")
    assert GO.read_version(Completed(0, "go-mssqldb 1.11.2 (go1.26.8)\n", "", 0.1)) == "go-mssqldb 1.11.2 (go1.26.8)"
    assert GO.read_version(Completed(127, "", "not found", 0.1)) == ""


def test_missing_says_what_builds_it() -> None:
    assert GO.missing(MACHINE) is None
    without = GO.missing(Machine())
    assert without is not None
    assert without.what == "the program go, which builds go-mssqldb"


# --- the probe


@pytest.fixture(scope="module")
def program() -> Path:
    """The probe, built with the Go that the project pins."""
    if system.find_program("go") is None and build.find(PROGRAM) is None:
        pytest.skip(f"there is no Go here: {system.how_to_get(PROGRAM.compiler)}")
    return build.ensure(PROGRAM, print)


def test_the_probe_is_of_the_pinned_release(program: Path) -> None:
    done = subprocess.run([str(program), "version"], capture_output=True, text=True, env={}, timeout=60)
    assert GO.read_version(Completed(done.returncode, done.stdout, done.stderr, 0.1)) == (
        f"go-mssqldb {GO.release['go-mssqldb']} (go{GO.release['go']})"
    )


def test_the_probe_shows_what_the_driver_says(program: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    request = json.dumps({"url": f"sqlserver://sa:x@127.0.0.1:{port}?encrypt=true", "question": "SELECT 1"})
    done = subprocess.run([str(program)], input=request, capture_output=True, text=True, env={}, timeout=60)
    outcome = GO.read(Completed(done.returncode, done.stdout, done.stderr, 0.1), SAFE)
    assert (outcome.result, outcome.code) == (Result.REFUSED, "syscall.Errno")
    assert outcome.text == (
        f"unable to open tcp connection with host '127.0.0.1:{port}': {DIALS}:{port}: connect: connection refused"
    )
