"""A plain client side: nothing about trust, names, encryption or TLS versions reaches the client."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from tests.clients.machine import MACHINE
from tlslab.clients import Client, all_clients
from tlslab.clients.base import Endpoint, Invocation, Login, Material, Request
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.situation import HOSTS, ClientSide, ServerKind, healthy

CLIENTS = all_clients()
OWN_LISTS = {
    "node-https": ("NODE_EXTRA_CA_CERTS=ca.pem",),
    "node-fetch": ("NODE_EXTRA_CA_CERTS=ca.pem",),
    "npm": ("NODE_EXTRA_CA_CERTS=ca.pem",),
    "tedious": ("NODE_EXTRA_CA_CERTS=ca.pem",),
    "requests": ("REQUESTS_CA_BUNDLE=ca.pem",),
    "axios": ("NODE_EXTRA_CA_CERTS=ca.pem",),
    "httpx": ("SSL_CERT_FILE=ca.pem",),
    "requests.ssl-context": ("REQUESTS_CA_BUNDLE=ca.pem",),
    "undici": ("NODE_EXTRA_CA_CERTS=ca.pem",),
    "jtds": ("-Djavax.net.ssl.trustStore=ca.p12", "-Djavax.net.ssl.trustStorePassword=changeit"),
    "mssql-jdbc": ("-Djavax.net.ssl.trustStore=ca.p12", "-Djavax.net.ssl.trustStorePassword=changeit"),
    **dict.fromkeys(
        ("java-httpclient", "java-httpclient.extended-trust-manager", "java-urlconnection"),
        ("-Djavax.net.ssl.trustStore=ca.p12", "-Djavax.net.ssl.trustStorePassword=changeit"),
    ),
}
"""Clients that read no system store, and the variable or the setting of the JVM by which they are told of a root."""
SECURITY_WORDS = (
    "ca.pem", "cacert", "capath", "CAfile", "ca-certificate", "ca-directory", "verify_return_error", "verify_hostname",
    "Encrypt=", "TrustServerCertificate", "HostnameInCertificate", "encryption =", "ca file", "cafile", "SSL_CERT_FILE",
    "SSL_CERT_DIR", "use-openssl-ca", '"encrypt"', "trustServerCertificate", "OPENSSL_CONF", "--insecure",
    "new-certs", "CaInfo", "--cert",
)  # fmt: skip


def invoked(client: Client, side: ClientSide) -> Invocation:
    kind = next(kind for kind in ServerKind if kind in client.kinds)
    endpoint, material = Endpoint(kind, "127.0.0.1", 4433), Material("ROOTS\n", "ISSUING\n")
    side = replace(side, connect_to=HOSTS[kind])
    return client.invoke(Request(MACHINE, side, endpoint, material, Login("sa", "secret"), PurePosixPath("/room")))


def given_to(client: Client, side: ClientSide) -> str:
    """All that reaches the program, but for the probe's own source and the variable for its own list of roots."""
    invocation = invoked(client, side)
    roots = {word.partition("=")[0] for word in OWN_LISTS.get(client.name, ())}
    env = [f"{name}={value}" for name, value in invocation.env.items() if name not in roots]
    files = [str(text) for name, text in invocation.files.items() if not name.endswith((".py", ".js", ".pem"))]
    prepared = [" ".join(command) for command in invocation.prepare]
    text = "\n".join([*invocation.argv, *env, *files, *prepared, invocation.stdin])
    # Empty or null: the option is not given.
    return text.replace('"ca": null', "").replace('"ca_file": ""', "").replace('"trust_everything": false', "")


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_no_security_option_is_given(client: Client) -> None:
    text = given_to(client, ClientSide("", trust_anchors=(LAB_ROOT,), defaults_only=True))
    assert [word for word in SECURITY_WORDS if word in text] == []


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_the_same_words_are_given_when_the_side_is_not_plain(client: Client) -> None:
    """The test above can fail: each client has one of these words when it is told to verify."""
    kind = next(kind for kind in ServerKind if kind in client.kinds)
    side = healthy(kind).client
    assert [word for word in SECURITY_WORDS if word in given_to(client, side)] or client.name in OWN_LISTS


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_people_are_shown_no_option_either(client: Client) -> None:
    assert client.options_as_typed(
        ClientSide("x.lab.test", trust_anchors=(LAB_ROOT,), defaults_only=True)
    ) == OWN_LISTS.get(client.name, ())


@pytest.mark.parametrize("name", [name for name, words in OWN_LISTS.items() if not words[0].startswith("-")])
def test_clients_with_a_list_of_their_own_are_told_of_the_root_by_its_variable(name: str) -> None:
    client = next(item for item in CLIENTS if item.name == name)
    invocation = invoked(client, ClientSide("", trust_anchors=(LAB_ROOT,), defaults_only=True))
    variable = OWN_LISTS[name][0].partition("=")[0]
    assert invocation.env[variable] == "/room/ca.pem"
    assert str(invocation.files["ca.pem"]).startswith("ROOTS\n")
