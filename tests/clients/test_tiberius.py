"""tiberius: its invocation and its words. Texts: tiberius 0.13.0 and 0.12.3, src/error.rs, rustls_tls_stream.rs."""

import json
import socket
import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.tiberius import CLIENTS, Tiberius, TiberiusNativeTls, TiberiusRustls
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, Encryption, ServerKind, TLSVersion, healthy
from tlslab.setup import build, system
from tlslab.setup.needs import CARGO

RUSTLS, NATIVE = TiberiusRustls(), TiberiusNativeTls()
HOST = "db.lab.test"
HEALTHY = healthy(ServerKind.SQLSERVER)
SAFE = HEALTHY.client
REJECTED = "Error forming TLS connection: the server's certificate was rejected during the TLS handshake: "
VERIFY_FAILED = (
    "Error forming TLS connection: error:0A000086:SSL routines:tls_post_process_server_certificate:"
    "certificate verify failed:../ssl/statem/statem_clnt.c:1889: "
)


def invoked(side: ClientSide, password: str = "secret") -> Invocation:
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    material = Material("PUBLIC ROOT\n", "ISSUING\n")
    machine = Machine(which={"tiberius-rustls": "/cache/tiberius-rustls"})
    return RUSTLS.invoke(Request(machine, side, endpoint, material, Login("sa", password), PurePosixPath("/room")))


def test_it_is_given_a_connection_string_on_standard_input_so_that_no_password_stands_in_argv() -> None:
    invocation = invoked(SAFE, 'p@ss;w"rd')
    assert invocation.argv == ("/cache/tiberius-rustls",)
    assert json.loads(invocation.stdin)["connection"] == (
        f'server=tcp:{HOST},1433;user="sa";password="p@ss;w""rd";encrypt=true;TrustServerCertificateCA=ca.pem'
    )
    assert set(invocation.files) == {"ca.pem"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ("encrypt=true", "TrustServerCertificateCA=ca.pem")),
        ({"encryption": Encryption.OPTIONAL}, ("encrypt=false", "TrustServerCertificateCA=ca.pem")),
        ({"encryption": Encryption.STRICT}, ("encrypt=strict", "TrustServerCertificateCA=ca.pem")),
        ({"trust_everything": True}, ("encrypt=true", "TrustServerCertificate=true")),
        (
            {"expected_name": "sql.lab.test"},
            ("encrypt=true", "HostNameInCertificate=sql.lab.test", "TrustServerCertificateCA=ca.pem"),
        ),
        ({"defaults_only": True}, ()),
    ],
)
def test_options_are_words_of_the_connection_string(changes: dict[str, Any], words: tuple[str, ...]) -> None:
    side = replace(SAFE, **changes)
    assert RUSTLS.options_as_typed(side) == words
    given = json.loads(invoked(side).stdin)["connection"].split(";")
    assert tuple(given[3:]) == words


def test_limits_of_tls_cannot_be_set_from_outside() -> None:
    assert "no option for versions" in (RUSTLS.cannot(HEALTHY.with_client(tls_max=TLSVersion.TLSv1_2)) or "")


def said(text: str) -> Completed:
    return Completed(
        0, json.dumps({"connected": False, "text": text, "code": "Tls", "encrypted": None}) + "\n", "", 0.1
    )


@pytest.mark.parametrize(
    ("client", "text", "scenarios"),
    [
        (
            RUSTLS,
            f"{REJECTED}UnknownIssuer. To connect anyway you can: ",
            {"untrusted-ca.forced", "missing-intermediate"},
        ),
        (RUSTLS, f"{REJECTED}Other(OtherError(CaUsedAsEndEntity)). To connect anyway", {"self-signed"}),
        (RUSTLS, f"{REJECTED}certificate expired: verification time 1 (UNIX), but certificate", {"expired"}),
        (
            RUSTLS,
            f'{REJECTED}certificate not valid for name "{HOST}"; certificate is only valid for DnsName("x.lab.test").',
            {"name-mismatch"},
        ),
        (
            RUSTLS,
            "An error occured during the attempt of performing I/O: invalid peer certificate: UnknownIssuer",
            {"untrusted-ca.forced"},
        ),
        (
            RUSTLS,
            "An error occurred during the attempt of performing I/O: tls handshake eof",
            {"sha1-signature.server"},
        ),
        (NATIVE, f"{VERIFY_FAILED}(unable to get local issuer certificate)", {"untrusted-ca.forced"}),
        (NATIVE, f"{VERIFY_FAILED}(self-signed certificate)", {"self-signed"}),
        (NATIVE, f"{VERIFY_FAILED}(hostname mismatch)", {"name-mismatch"}),
    ],
)
def test_texts_are_documented(client: Tiberius, text: str, scenarios: set[str]) -> None:
    outcome = client.read(said(text), SAFE)
    assert (outcome.result, outcome.text) == (Result.REFUSED, text)
    found = documented(client, outcome)
    assert scenarios <= found.keys()
    assert set(found.values()) <= {Basis.AUTHORITATIVE}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_without_encryption_it_verifies_all_the_same(client: Tiberius) -> None:
    assert not connects(client, broken("self-signed", ServerKind.SQLSERVER).with_client(encryption=Encryption.OPTIONAL))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_told_to_trust_everything_it_does_so_in_strict_connections_too(client: Tiberius) -> None:
    situation = broken("untrusted-ca.direct", ServerKind.SQLSERVER)
    strict = situation.with_client(trust_everything=True, encryption=Encryption.STRICT)
    assert "in strict connections too" in tolerated(client, strict)


def test_a_release_is_built_with_the_dialect_that_it_has() -> None:
    registry = RUSTLS.registry
    assert registry is not None
    assert registry.packages("0.12.3") == ("tiberius[tds73,rustls]@0.12.3",)
    assert registry.packages("0.13.0") == ("tiberius[tds80,rustls]@0.13.0",)
    assert registry.packages("local") == ("tiberius[tds80,rustls]@local",)


def test_missing_says_what_brings_it() -> None:
    without = RUSTLS.missing(Machine())
    assert without is not None
    assert without.what == "the program cargo, which builds tiberius-rustls"
    assert without.how_to_get == CARGO.how_to_get
    only_unbuilt = RUSTLS.missing(Machine(which={"cargo": "/usr/bin/cargo"}))
    assert only_unbuilt is not None
    assert "setup" in only_unbuilt.how_to_get


# --- the probe


@pytest.fixture(scope="module", params=CLIENTS, ids=lambda client: client.name)
def built(request: pytest.FixtureRequest) -> tuple[Tiberius, Path]:
    """The probe, built with the crates that the project pins."""
    client: Tiberius = request.param
    if build.find(client.built) is None and system.find_program("cargo") is None:
        pytest.skip(f"there is no Cargo here: {CARGO.how_to_get}")
    return client, build.ensure(client.built, print)


def test_the_probe_is_of_the_pinned_release(built: tuple[Tiberius, Path]) -> None:
    client, program = built
    done = subprocess.run([str(program), "version"], capture_output=True, text=True, env={}, timeout=60)
    version = client.read_version(Completed(done.returncode, done.stdout, done.stderr, 0.1))
    assert version.startswith(f"tiberius {client.release[client.name]} ({client.tls} ")


def test_the_probe_shows_what_the_driver_says(built: tuple[Tiberius, Path]) -> None:
    client, program = built
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    request = json.dumps({"connection": f"server=tcp:127.0.0.1,{port};user=sa;password=x", "question": "SELECT 1"})
    done = subprocess.run([str(program)], input=request, capture_output=True, text=True, env={}, timeout=60)
    outcome = client.read(Completed(done.returncode, done.stdout, done.stderr, 0.1), SAFE)
    assert (outcome.result, outcome.code) == (Result.REFUSED, "Io")
    assert outcome.text == "An error occurred during the attempt of performing I/O: Connection refused (os error 111)"
