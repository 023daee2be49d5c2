""".NET's runtime: what of a process an attempt shares with others, and what it has to itself."""

from dataclasses import replace
from pathlib import PurePosixPath

from tests.clients.invoked import SAFE
from tests.clients.machine import MACHINE
from tlslab.clients import dotnet
from tlslab.clients.base import Endpoint, Invocation, Login, Material, Request
from tlslab.model.environment import SSL_CERT_DIR, Variable
from tlslab.model.situation import HASHED_DIRECTORY, ClientSide, ServerKind, Store


def attempt(side: ClientSide, limits: str = "") -> Invocation:
    endpoint, material = Endpoint(ServerKind.HTTPS, "127.0.0.1", 8443), Material("ROOT\n", "ISSUING\n")
    request = Request(MACHINE, side, endpoint, material, Login("", ""), PurePosixPath("/room"))
    return dotnet.attempt(request, Invocation(("program",), stdin="asked"), {"program.json": "{}"}, limits)


def test_it_is_started_without_its_launcher() -> None:
    words = dotnet.argv(MACHINE, "SqlClient.exe")
    assert words[:4] == (MACHINE.python, "-I", "dotnet.py", "/dotnet")
    assert words[-1] == "/usr/bin/SqlClient.exe"
    assert {"dotnet.py", "runtimeconfig.json"} == dotnet.files().keys()


def test_a_good_file_of_certificates_and_limits_are_fixed_for_a_process() -> None:
    invocation = attempt(SAFE, "LIMITS")
    assert invocation.worker is not None
    assert invocation.worker.files == {"program.json": "{}", "openssl.cnf": "LIMITS", "ca.pem": "ROOT\nISSUING\n"}
    assert invocation.files == {}
    assert invocation.env["OPENSSL_CONF"] == "openssl.cnf"


def test_any_other_store_is_that_of_an_attempt() -> None:
    invocation = attempt(replace(SAFE, store=Store(HASHED_DIRECTORY)), "LIMITS")
    assert invocation.worker is None
    assert invocation.env["SSL_CERT_DIR"] == "/room/certs"
    assert invocation.env["OPENSSL_CONF"] == "/room/openssl.cnf"
    assert {"program.json", "openssl.cnf"} <= invocation.files.keys()


def test_what_a_variable_names_is_that_of_an_attempt() -> None:
    told = attempt(replace(SAFE, trust_anchors=(), environment=(Variable(SSL_CERT_DIR, anchors=()),)))
    assert told.worker is None
    assert "SSL_CERT_FILE" not in told.env


def test_what_it_would_take_up_or_keep_is_no_other_attempts() -> None:
    invocation = attempt(replace(SAFE, defaults_only=True))
    assert invocation.env == {"DOTNET_SYSTEM_NET_SECURITY_DISABLETLSRESUME": "1"}
    assert invocation.worker is not None
    kept = {trace.split("/", 3)[3] for trace in invocation.worker.traces}
    assert kept == {"x509stores/ca/*", "crls/*", "ocsp/*"}
