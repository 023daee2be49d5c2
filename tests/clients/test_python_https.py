"""Python's HTTPS clients: their probe's settings, and how their words are read.

Texts: CPython, Modules/_ssl.c and Lib/urllib/error.py; urllib3, exceptions.py; HTTPX, docs/advanced/ssl.md.
"""

import ast
import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request, probe
from tlslab.clients.httpx import Httpx
from tlslab.clients.python_https import PROBE, PythonClient
from tlslab.clients.requests import Requests
from tlslab.clients.urllib import Urllib
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, ServerKind, TLSVersion, healthy

CLIENTS = (Urllib(), Requests(), Httpx())
HOST = "shop.lab.test"
SAFE = ClientSide(HOST, trust_anchors=(LAB_ROOT,))
ADAPTER = (
    "class Adapter(requests.adapters.HTTPAdapter):\n"
    "    def init_poolmanager(self, *args, **options):\n"
    "        super().init_poolmanager(*args, **options, {})\n"
    'session.mount("https://", Adapter())'
)
MACHINE = Machine(python="/venv/bin/python", python_packages={"requests": "2.34.2", "httpx": "0.28.1"})
VERSIONS = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}


def invoked(client: PythonClient, side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.HTTPS, "127.0.0.1", 8443)
    material = Material("PUBLIC ROOT\n", "ISSUING\n")
    return client.invoke(Request(MACHINE, side, endpoint, material, Login("", ""), PurePosixPath("/room")))


def settings(client: PythonClient, side: ClientSide) -> dict[str, Any]:
    given = json.loads(invoked(client, side).stdin)
    assert isinstance(given, dict)
    return given


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_runs_the_probe_isolated_with_its_own_trust(client: PythonClient) -> None:
    invocation = invoked(client, SAFE)
    assert invocation.argv == ("/venv/bin/python", "-I", PROBE, client.name)
    assert invocation.env == {}
    assert invocation.files["ca.pem"] == "PUBLIC ROOT\nISSUING\n"
    assert settings(client, SAFE) == {
        "directory": "/room",
        "client": client.name,
        "url": "https://shop.lab.test:8443/",
        "ca": {"cafile": "ca.pem"},
        "trust_everything": False,
        "expected_name": None,
        "tls_min": None,
        "tls_max": None,
        "ciphers": None,
        "strict": None,
        "crl": None,
        "certificate": None,
        "name_check": True,
    }


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_probe_knows_the_client(client: PythonClient) -> None:
    program = ast.parse(probe(PROBE))
    assert f"by_{client.name}" in {node.name for node in program.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
@pytest.mark.parametrize(
    ("side", "given"),
    [
        (replace(SAFE, trust_everything=True), {"trust_everything": True}),
        (replace(SAFE, tls_min=TLSVersion.TLSv1_2), {"tls_min": "TLSv1_2"}),
        (replace(SAFE, tls_max=TLSVersion.TLSv1_2), {"tls_max": "TLSv1_2"}),
        (replace(SAFE, tls_min=TLSVersion.TLSv1_0), {"tls_min": "TLSv1", "ciphers": "DEFAULT@SECLEVEL=0"}),
        (
            replace(SAFE, tls_max=TLSVersion.TLSv1_1),
            {"tls_min": "TLSv1_1", "tls_max": "TLSv1_1", "ciphers": "DEFAULT@SECLEVEL=0"},
        ),
        (replace(SAFE, strict_x509=True), {"strict": True}),
        (replace(SAFE, strict_x509=False), {"strict": False}),
        (replace(SAFE, expected_name=HOST), {}),
    ],
)
def test_options_reach_the_probe(client: PythonClient, side: ClientSide, given: dict[str, Any]) -> None:
    assert settings(client, side) == settings(client, SAFE) | given


def test_other_name_reaches_requests_and_httpx_and_is_refused_for_urllib() -> None:
    situation = healthy(ServerKind.HTTPS).with_client(expected_name="www.lab.test")
    for client in CLIENTS[1:]:
        assert client.cannot(situation) is None
        assert settings(client, situation.client)["expected_name"] == "www.lab.test"
    assert "urllib" in (CLIENTS[0].cannot(situation) or "")
    assert CLIENTS[0].cannot(healthy(ServerKind.HTTPS)) is None


@pytest.mark.parametrize(
    ("client", "side", "spelled"),
    [
        (Urllib(), ClientSide(HOST), ()),
        (Urllib(), SAFE, ('context = ssl.create_default_context(cafile="ca.pem")',)),
        (Urllib(), replace(SAFE, trust_everything=True), ("context = ssl._create_unverified_context()",)),
        (
            Urllib(),
            ClientSide(HOST, tls_min=TLSVersion.TLSv1_2),
            (
                "context = ssl.create_default_context()",
                "context.minimum_version = ssl.TLSVersion.TLSv1_2",
            ),
        ),
        (Requests(), SAFE, ('session.verify = "ca.pem"',)),
        (Requests(), replace(SAFE, trust_everything=True), ("session.verify = False",)),
        (
            Requests(),
            ClientSide(HOST, expected_name="www.lab.test"),
            (ADAPTER.format('server_hostname="www.lab.test"'),),
        ),
        (
            Requests(),
            ClientSide(HOST, trust_everything=True, tls_max=TLSVersion.TLSv1_2),
            (
                "session.verify = False",
                "context = urllib3.util.create_urllib3_context()",
                "context.maximum_version = ssl.TLSVersion.TLSv1_2",
                "context.check_hostname = False",
                ADAPTER.format("ssl_context=context"),
            ),
        ),
        (
            Httpx(),
            ClientSide(HOST, expected_name="www.lab.test"),
            ('extensions={"sni_hostname": "www.lab.test"}',),
        ),
    ],
)
def test_spells_options_as_people_write_them(client: PythonClient, side: ClientSide, spelled: tuple[str, ...]) -> None:
    assert client.options_as_typed(side) == spelled


VERIFY = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
ALERT = "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1006)"
POOL = "HTTPSConnectionPool(host='shop.lab.test', port=8443)"
RETRIES = f"{POOL}: Max retries exceeded with url: / (Caused by SSLError("
SHOWN = VERIFY + "Hostname mismatch, certificate is not valid for 'shop.lab.test'. (_ssl.c:1006)"


URLLIB, HTTPX = "urllib.error.URLError: <urlopen error ", "httpx.ConnectError: "
REQUESTS = f"requests.exceptions.SSLError: {RETRIES}"


@pytest.mark.parametrize(
    ("client", "text", "scenarios"),
    [
        (Urllib(), f"{URLLIB}{VERIFY}certificate has expired (_ssl.c:997)>", {"expired"}),
        # OpenSSL 1.1.1w, crypto/x509/x509_txt.c: without the hyphen.
        (Urllib(), f"{URLLIB}{VERIFY}self signed certificate (_ssl.c:1123)>", {"self-signed"}),
        (Urllib(), f"{URLLIB}{SHOWN}>", {"name-mismatch"}),
        (Urllib(), f"{URLLIB}{ALERT}>", VERSIONS),
        (Urllib(), f"{URLLIB}[Errno 104] Connection reset by peer>", VERSIONS),
        (
            Requests(),
            f"{REQUESTS}SSLCertVerificationError(1, '{VERIFY}certificate has expired (_ssl.c:1006)')))",
            {"expired"},
        ),
        (Requests(), f'{REQUESTS}SSLCertVerificationError(1, "{SHOWN}")))', {"name-mismatch"}),
        # urllib3 before 2.0 compared names itself.
        (
            Requests(),
            f"{REQUESTS}CertificateError(\"hostname 'shop.lab.test' doesn't match 'www.shop.lab.test'\")))",
            {"name-mismatch"},
        ),
        (Requests(), f"{REQUESTS}SSLError(1, '{ALERT}')))", VERSIONS),
        (
            Requests(),
            (
                "requests.exceptions.ConnectionError: "
                "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))"
            ),
            VERSIONS,
        ),
        (Httpx(), f"{HTTPX}{VERIFY}certificate has expired (_ssl.c:997)", {"expired"}),
        (Httpx(), f"{HTTPX}{SHOWN}", {"name-mismatch"}),
        (Httpx(), f"{HTTPX}{ALERT}", VERSIONS),
        (Httpx(), f"{HTTPX}[Errno 104] Connection reset by peer", VERSIONS),
        (Urllib(), f"{URLLIB}{VERIFY}another reason (_ssl.c:997)>", set()),
        (Urllib(), f"{URLLIB}{SHOWN}>".replace(HOST, "another.lab.test"), set()),
        (Requests(), f"{URLLIB}{VERIFY}certificate has expired (_ssl.c:997)>", set()),
    ],
)
def test_texts_are_recognised_where_they_are_documented_and_nowhere_else(
    client: PythonClient, text: str, scenarios: set[str]
) -> None:
    answer = {"connected": False, "text": text, "code": "some.Error", "encrypted": None, "tls_version": ""}
    outcome = client.read(Completed(0, json.dumps(answer) + "\n", "", 0.1), SAFE)
    assert (outcome.result, outcome.text, outcome.code) == (Result.REFUSED, text, "some.Error")
    assert documented(client, outcome).keys() == scenarios


def test_the_words_of_python_are_in_its_source_and_those_of_a_reset_only_seen() -> None:
    assert set(documented(Httpx(), f"{HTTPX}{ALERT}").values()) == {Basis.AUTHORITATIVE}
    assert set(documented(Httpx(), f"{HTTPX}[Errno 104] Connection reset by peer").values()) == {Basis.OBSERVED}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
@pytest.mark.parametrize("scenario", ["expired", "self-signed", "untrusted-ca", "name-mismatch"])
def test_without_verification_it_looks_neither_at_the_chain_nor_at_the_name(
    client: PythonClient, scenario: str
) -> None:
    situation = broken(scenario, ServerKind.HTTPS)
    assert not connects(client, situation)
    assert client.name in tolerated(client, situation.with_client(trust_everything=True))


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_probe_that_breaks_is_a_crash_and_no_refusal(client: PythonClient) -> None:
    outcome = client.read(Completed(1, "", "Traceback (most recent call last):\nKeyError: 'TLSv1_0'\n", 0.1), SAFE)
    assert outcome.result is Result.CRASHED


def test_missing_names_what_lacks() -> None:
    assert all(client.missing(MACHINE) is None for client in CLIENTS)
    assert all(client.missing(Machine()) for client in CLIENTS)
    bare = Machine(python="/venv/bin/python")
    assert CLIENTS[0].missing(bare) is None
    for client in CLIENTS[1:]:
        lacking = client.missing(bare)
        assert lacking is not None
        assert client.name in lacking.what
        assert lacking.how_to_get == "./tlslab setup"


def test_version_is_asked_of_the_program_itself() -> None:
    assert Httpx().version_probe(MACHINE).argv == ("/venv/bin/python", "-I", PROBE, "--version", "httpx")
    shown = "httpx 0.28.1 (Python 3.11.7, OpenSSL 3.0.19 27 Jan 2026)"
    assert Httpx().read_version(Completed(0, shown + "\n", "", 0.1)) == shown
    assert Httpx().read_version(Completed(1, "", "ModuleNotFoundError", 0.1)) == ""
