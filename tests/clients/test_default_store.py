"""The store that a client reads by itself: what becomes of it when the client is given another, and what fills it."""

from pathlib import PurePosixPath

import pytest

from tests.clients.machine import MACHINE
from tlslab import catalogue
from tlslab.clients import Client, all_clients
from tlslab.clients.base import Endpoint, Invocation, Login, Material, Request
from tlslab.matrix.bystander import Visit, visit_by
from tlslab.matrix.judge import Judge
from tlslab.matrix.others import why_of
from tlslab.matrix.plan import make_plan
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.situation import ClientSide, ServerKind, healthy

CLIENTS = all_clients()
KNOWLEDGE = catalogue.load().knowledge
REPLACES = {
    *("gnutls-cli", "go-https", "go-mssqldb", "httpx", "jtds", "mssql-jdbc", "node-https", "openssl"),
    *("aiohttp", "axios", "undici", "perl-lwp", "perl-ssl", "php", "requests", "ruby", "tedious", "urllib"),
    *("apt", "npm"),
    *("java-httpclient", "java-httpclient.extended-trust-manager", "java-urlconnection"),
}
"""Played on Debian 12 with curl 7.88, wget 1.21, OpenSSL 3.0, GnuTLS 3.7, Node 20, Python 3.11."""
ADDS = {"curl", "git", "mssql-python", "mssql-rs", "mssqlodbc", "node-fetch", "odbc17", "odbc18"}
ADDS |= {
    "dotnet-httpclient",
    "dotnet-httpclient.httpwebrequest",
    "microsoft-data-sqlclient",
    "php-curl",
    "pip",
    "requests.ssl-context",
    "reqwest-native-tls",
    "reqwest-rustls",
    "sqlclient",
    "tiberius-native-tls",
    "tiberius-rustls",
    "wget",
}
GIVEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
UNTYPED = ("--capath", "--ca-directory", "-no-CApath", "-no-CAstore", "-no-CAfile", "SSL_CERT_DIR", "--use-openssl-ca")
"""What would shut out a default store, and what nobody is shown."""


def visit(client: Client) -> Visit:
    kind = next(kind for kind in ServerKind if kind in client.kinds)
    found = visit_by(client, healthy(kind).with_client(trust_anchors=()), healthy(kind), lambda _: None)
    assert found
    return found


def invoked(client: Client, side: ClientSide) -> Invocation:
    kind = next(kind for kind in ServerKind if kind in client.kinds)
    material = Material(GIVEN, "", "BY DEFAULT\n")
    return client.invoke(
        Request(MACHINE, side, Endpoint(kind, "127.0.0.1", 4433), material, Login("sa", "s"), PurePosixPath("/room"))
    )


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_row_with_its_source_says_whether_a_client_adds_to_its_default_store_or_replaces_it(client: Client) -> None:
    answer = Judge.of(client, KNOWLEDGE).answer(visit(client).after)
    assert answer.connects is (client.name not in REPLACES)
    assert bool(why_of(answer)) is (client.name in REPLACES | ADDS)
    assert client.name in REPLACES | ADDS or client.no_default_store


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_before_the_fix_every_client_must_connect(client: Client) -> None:
    found = visit(client)
    assert found.cannot or Judge.of(client, KNOWLEDGE).answer(found.before).connects


def test_no_client_is_kept_from_its_default_store_by_what_nobody_is_shown() -> None:
    plan = make_plan(catalogue.load(), CLIENTS, stage_cannot=lambda _: None)
    for cell in plan.cells:
        for situation in cell.acts.values():
            made = invoked(cell.client, situation.client)
            typed = " ".join(cell.client.options_as_typed(situation.client))
            given = [item for item in (*made.argv, *made.env) if item.split("=")[0] not in typed]
            assert not [word for word in UNTYPED if any(item.startswith(word) for item in given)], cell.id


@pytest.mark.parametrize("name", ["axios", "node-https", "npm", "tedious", "undici"])
def test_a_list_that_is_compiled_in_is_filled_by_the_variable_that_adds_to_it(name: str) -> None:
    client = next(item for item in CLIENTS if item.name == name)
    for situation in (visit(client).before, visit(client).after):
        made = invoked(client, situation.client)
        assert made.env["NODE_EXTRA_CA_CERTS"] == "/room/default-store.pem"
        assert made.files["default-store.pem"] == "BY DEFAULT\n"
    # Where nobody else is visited nothing is added.
    assert "NODE_EXTRA_CA_CERTS" not in invoked(client, ClientSide("x", trust_anchors=(LAB_ROOT,))).env


def test_the_file_of_certifi_is_the_list_of_those_who_bring_it() -> None:
    assert {client.name for client in CLIENTS if client.roots_file} == {
        "httpx",
        "requests",
        "requests.ssl-context",
    }
