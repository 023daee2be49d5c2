"""reqwest: its invocation and its words. Texts: reqwest 0.13.5, src/error.rs; rustls 0.23.46, src/error.rs."""

import json
import socket
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, judge
from tests.clients.invoked import HOST, invoked
from tlslab.clients.reqwest import CLIENTS, Reqwest, ReqwestNativeTls, ReqwestRustls
from tlslab.matrix.judge import ActVerdict
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import ServerKind, TLSVersion, healthy
from tlslab.setup import build, system
from tlslab.setup.needs import CARGO

RUSTLS, NATIVE = ReqwestRustls(), ReqwestNativeTls()
HEALTHY = healthy(ServerKind.HTTPS)
SAFE = HEALTHY.client
SENDING = f"error sending request for url (https://{HOST}:4433/): client error (Connect): "
VERIFY_FAILED = (
    "error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:"
    "../ssl/statem/statem_clnt.c:1889: "
)
FILE = 'Certificate::from_pem_bundle(&fs::read("ca.pem")?)?'


@pytest.mark.parametrize(
    ("changes", "typed", "given"),
    [
        ({}, (f".tls_certs_merge({FILE})",), {"roots": "ca.pem"}),
        (
            {"name_check": False},
            (f".tls_certs_only({FILE})", ".tls_danger_accept_invalid_hostnames(true)"),
            {"roots": "ca.pem", "roots_only": True, "invalid_hostnames": True},
        ),
        (
            {"trust_everything": True, "trust_anchors": ()},
            (".tls_danger_accept_invalid_certs(true)",),
            {"invalid_certs": True},
        ),
        (
            {"tls_max": TLSVersion.TLSv1_2},
            (f".tls_certs_merge({FILE})", ".tls_version_max(Version::TLS_1_2)"),
            {"max": "1.2"},
        ),
        ({"defaults_only": True}, (), {}),
    ],
)
def test_options_are_methods_of_the_builder(
    changes: dict[str, Any], typed: tuple[str, ...], given: dict[str, Any]
) -> None:
    side = replace(SAFE, **changes)
    assert RUSTLS.options_as_typed(side) == typed
    asked = json.loads(invoked(RUSTLS, side).stdin)
    assert {name: asked[name] for name in given} == given


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expected_name": "other.lab.test"}, "the name that stands in the URL"),
        ({"tls_min": TLSVersion.TLSv1_0}, "TLS 1.2 and 1.3 alone"),
        ({"name_check": False, "trust_anchors": ()}, "tls_certs_only"),
    ],
)
def test_it_says_what_it_cannot_express(changes: dict[str, Any], words: str) -> None:
    assert RUSTLS.cannot(HEALTHY) is None
    assert words in (RUSTLS.cannot(HEALTHY.with_client(**changes)) or "")


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_without_the_check_of_the_name_the_chain_is_looked_at(client: Reqwest) -> None:
    assert connects(client, broken("name-mismatch", ServerKind.HTTPS).with_client(name_check=False))
    assert not connects(client, broken("expired", ServerKind.HTTPS).with_client(name_check=False))


@pytest.mark.parametrize(
    ("client", "text", "scenarios"),
    [
        (RUSTLS, f"{SENDING}invalid peer certificate: UnknownIssuer", {"untrusted-ca", "missing-intermediate"}),
        (RUSTLS, f"{SENDING}invalid peer certificate: certificate expired: verification time 1 (UNIX)", {"expired"}),
        (
            NATIVE,
            f"{SENDING}{VERIFY_FAILED}(certificate has expired)",
            {"expired"},
        ),
    ],
)
def test_texts_are_documented(client: Reqwest, text: str, scenarios: set[str]) -> None:
    answer = json.dumps({"connected": False, "text": text})
    outcome = client.read(Completed(0, f"{answer}\n", "", 0.1), SAFE)
    assert (outcome.result, outcome.text) == (Result.REFUSED, text)
    found = documented(client, outcome)
    assert scenarios <= found.keys()
    assert set(found.values()) <= {Basis.AUTHORITATIVE}


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        ("wrong-eku", f"{SENDING}invalid peer certificate: Other(OtherError(EkuError))"),
        ("proxy.forbidden", f"{SENDING}tunnel error: unsuccessful"),
        ("proxy.authentication-required", f"{SENDING}tunnel error: proxy authorization required"),
    ],
)
def test_texts_of_its_own_are_documented(scenario: str, text: str) -> None:
    act = judge(RUSTLS).act(broken(scenario, ServerKind.HTTPS), Outcome(Result.REFUSED, text))
    assert act.verdict is ActVerdict.AS_DOCUMENTED


# --- the probe


@pytest.fixture(scope="module", params=CLIENTS, ids=lambda client: client.name)
def built(request: pytest.FixtureRequest) -> tuple[Reqwest, Path]:
    """The probe, built with the crates that the project pins."""
    client: Reqwest = request.param
    if build.find(client.built) is None and system.find_program("cargo") is None:
        pytest.skip(f"there is no Cargo here: {CARGO.how_to_get}")
    return client, build.ensure(client.built, print)


def test_the_probe_is_of_the_pinned_release(built: tuple[Reqwest, Path]) -> None:
    client, program = built
    done = subprocess.run([str(program), "version"], capture_output=True, text=True, env={}, timeout=60)
    version = client.read_version(Completed(done.returncode, done.stdout, done.stderr, 0.1))
    assert version.startswith(f"reqwest {client.release[client.name]} ({client.tls} ")


def test_the_probe_shows_all_that_is_behind_an_error(built: tuple[Reqwest, Path]) -> None:
    client, program = built
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    request = json.dumps({"url": f"https://127.0.0.1:{port}/"})
    done = subprocess.run([str(program)], input=request, capture_output=True, text=True, env={}, timeout=60)
    outcome = client.read(Completed(done.returncode, done.stdout, done.stderr, 0.1), SAFE)
    assert outcome.result is Result.REFUSED
    assert outcome.text.startswith(
        f"error sending request for url (https://127.0.0.1:{port}/): client error (Connect): tcp connect error"
    )
