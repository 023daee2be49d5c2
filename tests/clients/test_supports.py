"""Adapters opt in: an option that a client is not known to take is a reason to leave a cell out, never ignored."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.machine import MACHINE
from tlslab.catalogue import load
from tlslab.clients import Client, all_clients
from tlslab.clients.base import Endpoint, Invocation, Login, Material, Request, Roots, Trust
from tlslab.clients.curl import Curl
from tlslab.clients.placed import Placed
from tlslab.matrix.choice import LOCAL, Choice
from tlslab.model.certificate import LAB_ISSUING, LAB_ROOT, Chain, Leaf, RevocationList
from tlslab.model.environment import (
    NODE_EXTRA_CA_CERTS,
    REQUESTS_CA_BUNDLE,
    SSL_CERT_DIR,
    SSL_CERT_FILE,
    Variable,
)
from tlslab.model.evidence import Source
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.proxy import Proxy
from tlslab.model.situation import (
    HASHED_DIRECTORY,
    HOSTS,
    ClientSide,
    Encryption,
    Refusal,
    RevocationCheck,
    ServerEncryption,
    ServerKind,
    ServerSide,
    Situation,
    Store,
    StoreFlaw,
    TLSVersion,
    healthy,
    options,
    unsupported,
)
from tlslab.setup.versions.pinned import Pinned

CLIENTS = [pytest.param(client, id=client.name) for client in all_clients()]
CURL = Curl()
VALUES: dict[str, tuple[Any, ...]] = {
    "trust_anchors": ((LAB_ROOT,), ()),
    "intermediates": ((LAB_ISSUING,),),
    "trust_everything": (True,),
    "expected_name": ("other.lab.test",),
    "encryption": tuple(Encryption),
    "tls_min": tuple(TLSVersion),
    "tls_max": tuple(TLSVersion),
    "security_level": (0, 1),
    "defaults_only": (True,),
    "clock": (timedelta(days=1),),
    "server_name": ("", "other.lab.test"),
    "host_header": ("other.lab.test",),
    "store": (Store(flaw=StoreFlaw.MISSING),),
    "strict_x509": (True, False),
    "name_check": (False,),
    "chain_check": (False,),
    "crls": ((RevocationList(LAB_ISSUING), RevocationList(LAB_ROOT)),),
    "revocation": tuple(RevocationCheck),
    "fetches_issuers": (True,),
    "pin": (Leaf("x.lab.test", ("x.lab.test",), LAB_ISSUING),),
    "certificate": (Chain(Leaf("alice", (), LAB_ROOT, owner="client")),),
    "proxy": (Proxy(), Proxy(login=True), Proxy(by_tls=True)),
    "environment": ((Variable(SSL_CERT_FILE, anchors=(LAB_ROOT,)),),),
}

BY_THE_STAGE = {"clock"}
"""What the stage gives a client that opts in (`tlslab.stages.clock`)."""


@dataclass(frozen=True)
class LaterClientSide(ClientSide):
    """A client side as it may be one day: with a field that no adapter of today knows."""

    client_certificate: str | None = None
    patience: int = field(default=0, metadata={"words": "patience"})


def later(kind: ServerKind, **changes: Any) -> Situation:
    side = healthy(kind).client
    told = {name: getattr(side, name) for name in ClientSide.__dataclass_fields__}
    return replace(healthy(kind), client=LaterClientSide(**{**told, **changes}))


def a_kind_of(client: Client) -> ServerKind:
    return next(kind for kind in ServerKind if kind in client.kinds)


@pytest.mark.parametrize("client", CLIENTS)
def test_an_option_that_an_adapter_does_not_know_is_a_reason_and_not_ignored(client: Client) -> None:
    kind = a_kind_of(client)
    assert client.cannot(later(kind)) is None
    assert client.cannot(later(kind, patience=3)) == f"{client.name} has no option for patience"
    assert client.cannot(later(kind, client_certificate="me")) == f"{client.name} has no option for client certificate"


@pytest.mark.parametrize("client", CLIENTS)
def test_each_option_is_taken_or_lacked_in_words(client: Client) -> None:
    kind = a_kind_of(client)
    for name, words in options(ClientSide).items():
        if name not in {*client.supports, "environment"}:
            situation = healthy(kind).with_client(**{name: VALUES[name][0]})
            assert client.cannot(situation) == client.lacks.get(name, f"{client.name} has no option for {words}")


@pytest.mark.parametrize("client", CLIENTS)
def test_an_option_that_is_supported_reaches_the_client_or_its_values_are_inexpressible(client: Client) -> None:
    """A field that stands in `supports` alone would be ignored silently."""
    server = healthy(a_kind_of(client)).server
    plain, trusting = ClientSide("x.lab.test"), ClientSide("x.lab.test", trust_anchors=(LAB_ROOT,))
    loose = replace(trusting, trust_everything="trust_everything" in client.supports)
    for name in client.supports - BY_THE_STAGE:
        sides = [(side, replace(side, **{name: value})) for side in (plain, trusting, loose) for value in VALUES[name]]
        assert any(
            client.inexpressible(Situation(server, told)) is not None or invoked(client, side) != invoked(client, told)
            for side, told in sides
        ), name


@pytest.mark.parametrize("client", CLIENTS)
def test_a_variable_is_set_for_clients_that_were_tried_with_it_and_for_no_other(client: Client) -> None:
    for name in (SSL_CERT_FILE, SSL_CERT_DIR, REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS):
        side = ClientSide("x.lab.test", environment=(Variable(name, anchors=(LAB_ROOT,)),))
        why = client.cannot(Situation(healthy(a_kind_of(client)).server, side))
        assert (why is None) is (name in client.variables), why
        assert why is None or name in why
        assert client.typed(side)[0] == f"{name}={'company-cas' if name == SSL_CERT_DIR else 'company-ca.pem'}"


def test_a_client_that_takes_its_store_from_a_variable_cannot_be_told_it_twice() -> None:
    (odbc,) = (client for client in all_clients() if client.name == "odbc18")
    told = healthy(ServerKind.SQLSERVER).with_client(environment=(Variable(SSL_CERT_FILE, anchors=()),))
    assert odbc.cannot(told) == "odbc18 takes its trust store from the variable SSL_CERT_FILE itself"
    assert odbc.cannot(told.with_client(trust_anchors=())) is None


@pytest.mark.parametrize("client", CLIENTS)
def test_a_kind_of_trust_store_is_taken_or_excluded_in_words(client: Client) -> None:
    situation = healthy(a_kind_of(client)).with_client(store=Store(HASHED_DIRECTORY))
    if HASHED_DIRECTORY not in client.stores:
        said = f"{client.name} has no option for a trust store that is a hashed directory"
        assert client.cannot(situation) == said
        return
    assert client.cannot(situation) is None
    invocation = invoked(client, situation.client)
    assert invocation.prepare == (("openssl", "rehash", "certs"),)
    told = [*invocation.argv, *invocation.env.values(), invocation.stdin]
    assert any(word.endswith("certs") or '"certs"' in word for word in told), told
    assert any("certs" in word for word in client.options_as_typed(situation.client))


def invoked(client: Client, side: ClientSide) -> Invocation:
    endpoint, material = Endpoint(a_kind_of(client), "127.0.0.1", 4433), material_of(side)
    return client.invoke(Request(MACHINE, side, endpoint, material, Login("sa", "secret"), PurePosixPath("/room")))


def material_of(side: ClientSide) -> Material:
    """What a mint would make of it."""
    own = ("CERTIFICATE\n", "KEY\n") if side.certificate else ("", "")
    given = f"{side.intermediates}\n" if side.intermediates else ""
    return Material(f"PUBLIC {side.trust_anchors}\n", given, certificate=own[0], key=own[1])


def test_the_name_that_is_connected_to_is_no_other_name() -> None:
    side = ClientSide("x.lab.test", expected_name="x.lab.test")
    assert unsupported(side, set()) is None
    assert unsupported(replace(side, expected_name="y.lab.test"), set()) == (
        "expected_name",
        "another name to look for in the certificate",
    )


def test_what_the_stage_lays_out_is_asked_of_no_client() -> None:
    assert CURL.cannot(healthy(ServerKind.HTTPS).with_client(system_trust_anchors=(LAB_ROOT,))) is None


def test_a_client_in_a_place_or_in_a_version_takes_the_same_options() -> None:
    situation = later(ServerKind.HTTPS, patience=3)
    for client in (Placed(CURL, "trixie"), Pinned(CURL, "curl@8")):
        assert client.supports == CURL.supports
        assert client.cannot(situation) == CURL.cannot(situation)


# --- servers


@pytest.mark.parametrize("choice", [LOCAL, Choice(nginx=False), Choice("docker")], ids=["nginx", "endpoint", "docker"])
def test_an_option_that_a_server_does_not_know_is_a_reason(choice: Choice) -> None:
    forced = healthy(ServerKind.HTTPS).with_server(encryption=ServerEncryption.FORCED)
    assert (choice.cannot(forced) or "").endswith("has no setting for the demand for encryption")
    assert choice.cannot(healthy(ServerKind.SQLSERVER).with_server(encryption=ServerEncryption.FORCED)) is None
    assert choice.cannot(healthy(ServerKind.HTTPS).with_server(tls_max=TLSVersion.TLSv1_2, security_level=0)) is None


def test_a_later_option_of_servers_is_a_reason_too() -> None:
    @dataclass(frozen=True)
    class LaterServerSide(ServerSide):
        stapling: bool = False

    situation = healthy(ServerKind.SQLSERVER)
    server = LaterServerSide(ServerKind.SQLSERVER, situation.server.chain, stapling=True)
    assert LOCAL.cannot(replace(situation, server=server)) == "the lab's own TDS endpoint has no setting for stapling"


def test_the_catalogue_asks_servers_for_nothing_that_they_all_lack() -> None:
    for scenario in load().scenarios:
        for kind in scenario.kinds:
            broken = scenario.apply(healthy(kind)).with_client(connect_to=HOSTS[kind])
            assert None in (Choice("docker").cannot(broken), LOCAL.cannot(broken))


def test_what_nginx_cannot_be_set_up_with_the_lab_s_own_endpoint_plays_on_the_local_stage_alone() -> None:
    resets = healthy(ServerKind.HTTPS).with_server(refusal=Refusal.RESET)
    assert LOCAL.cannot(resets) is None
    assert Choice("docker").cannot(resets) == "nginx has no setting for how it ends a handshake that it refuses"


# --- what an adapter says of itself


def definition(**changes: object) -> dict[str, object]:
    """The body of a class that is a whole client."""
    methods = ("version_probe", "read_version", "options_as_typed", "invoke", "read")
    body: dict[str, object] = {name: getattr(Curl, name) for name in methods}
    body |= {
        "name": "mine",
        "title": "Mine",
        "kinds": frozenset({ServerKind.HTTPS}),
        "tls_library": "its own",
        "templates": (),
        "default_trust": Trust(Roots.NONE, "it asks for none", Source("its manual", "")),
        "needs": (),
        "supports": frozenset({"trust_anchors"}),
    }
    return body | changes


def test_a_whole_client_can_be_defined() -> None:
    assert type("Mine", (Client,), definition())().cannot(healthy(ServerKind.HTTPS)) is None


@pytest.mark.parametrize(
    "forgotten", ["name", "title", "kinds", "tls_library", "templates", "default_trust", "needs", "supports"]
)
def test_what_an_adapter_forgets_is_named_with_its_class_when_it_is_defined(forgotten: str) -> None:
    body = definition()
    del body[forgotten]
    with pytest.raises(TypeError, match=rf"the client Mine \(.*does not say its `{forgotten}`"):
        type("Mine", (Client,), body)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"supports": frozenset({"trust_anchor"})}, "`supports` names what is no option: trust_anchor. Options are "),
        ({"lacks": {"colour": "it has none"}}, "`lacks` names what is no option: colour"),
        ({"lacks": {"trust_anchors": "it has none"}}, "it both supports and lacks trust_anchors"),
        ({"cannot": lambda self, situation: None}, "values go into `inexpressible`"),
        ({"needs": ("curl",)}, r"`needs` holds what is no need \(tlslab.setup.needs\): \['curl'\]"),
    ],
    ids=["supports", "lacks", "both", "cannot", "needs"],
)
def test_what_cannot_be_is_said_when_it_is_defined(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        type("Mine", (Client,), definition(**changes))


def test_what_several_clients_have_in_common_says_nothing_of_itself_yet() -> None:
    class HalfAClient(Client):
        def read(self, completed: Completed, side: ClientSide) -> Outcome:
            return Outcome(Result.CRASHED, "")

    assert HalfAClient.__abstractmethods__
