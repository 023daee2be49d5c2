"""Pinned clients: the adapter's own words and rules, on a machine of their own."""

from pathlib import Path, PurePosixPath

import pytest

from tlslab.clients import all_clients
from tlslab.clients.base import Client, Endpoint, Login, Machine, Material, Request
from tlslab.matrix.choice import LOCAL
from tlslab.matrix.plan import make_plan, matches
from tlslab.model.situation import ServerKind, healthy
from tlslab.setup.versions.environments import Environment
from tlslab.setup.versions.pinned import Again, Pinned, choose, find, planned, with_doors, wrong_version
from tlslab.setup.versions.spec import SpecError, parse

CLIENTS = all_clients()
PYMSSQL = next(client for client in CLIENTS if client.name == "pymssql")
HOME = Path("/cache/versions/pymssql@2.3.13-0123456789ab")
ENVIRONMENT = Environment(
    "pymssql@2.3.13", "2.3.13", HOME, python=f"{HOME}/bin/python", python_packages={"pymssql": "2.3.13"}
)
PINNED = Pinned(PYMSSQL, "pymssql@2.3.13", ENVIRONMENT)
MACHINE = Machine(python="/clients/bin/python", python_packages={"pymssql": "2.4.6"})


def test_a_version_runs_in_its_environment() -> None:
    side = healthy(ServerKind.SQLSERVER).client
    endpoint, login = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433), Login("sa", "secret")
    room = PurePosixPath("/room")
    own = PYMSSQL.invoke(Request(MACHINE, side, endpoint, Material("CA\n"), login, room))
    pinned = PINNED.invoke(Request(MACHINE, side, endpoint, Material("CA\n"), login, room))
    assert pinned.argv == (f"{HOME}/bin/python", *own.argv[1:])
    assert (pinned.env, pinned.files, pinned.stdin) == (own.env, own.files, own.stdin)
    assert PINNED.version_probe(MACHINE).argv[0] == f"{HOME}/bin/python"


def test_it_is_here_even_where_the_clients_environment_is_not() -> None:
    assert PYMSSQL.missing(Machine()) is not None
    assert PINNED.missing(Machine()) is None


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_it_can_and_says_what_its_adapter_can_and_says(client: Client) -> None:
    pinned = Pinned(client, f"{client.name}@1.0")
    kind = next(kind for kind in ServerKind if kind in client.kinds)
    situation = healthy(kind).with_client(trust_everything=True)
    assert (pinned.templates, pinned.rows, pinned.release) == (client.templates, client.rows, client.release)
    assert pinned.kinds == client.kinds
    assert pinned.options_as_typed(situation.client) == client.options_as_typed(situation.client)
    assert pinned.cannot(situation) == client.cannot(situation)


def test_a_version_is_played_behind_each_door_of_its_client_and_has_one_environment() -> None:
    assert with_doors("pymssql@2.3.13", CLIENTS) == ("pymssql@2.3.13", "pymssql.keyword@2.3.13")
    assert with_doors("pymssql.keyword@2.3.13", CLIENTS) == ("pymssql.keyword@2.3.13",)
    assert with_doors("curl@/opt/curl", CLIENTS) == ("curl@/opt/curl",)
    chosen, patterns = choose(["requests@2.32.3"], CLIENTS, lambda spec: planned(spec, CLIENTS))
    taken = [client.name for client in chosen if matches(client.name, patterns)]
    assert taken == ["requests@2.32.3", "requests.ssl-context@2.32.3"]
    (by_context,) = (client for client in CLIENTS if client.name == "requests.ssl-context")
    environment = Environment("requests@2.32.3", "2.32.3", Path("/cache"))
    assert Pinned(by_context, "requests.ssl-context@2.32.3", environment).release == {"requests": "2.32.3"}


def test_a_clients_name_takes_all_its_doors_and_a_doors_name_one() -> None:
    names = ("requests", "requests.ssl-context", "requests.ssl-context@2.32.3")
    assert [matches(name, ("requests",)) for name in names] == [True, True, True]
    assert [matches(name, ("requests.ssl-context",)) for name in names] == [False, True, False]


def test_planned_but_not_installed_it_is_missing() -> None:
    pinned = planned("pymssql@2.3.13", CLIENTS)
    assert pinned.name == "pymssql@2.3.13"
    missing = pinned.missing(MACHINE)
    assert missing is not None
    assert "pymssql@2.3.13" in missing.what


def test_a_bare_name_is_the_client_of_the_project() -> None:
    assert planned("pymssql", CLIENTS) is PYMSSQL


def test_an_unknown_client_is_a_sentence_with_the_right_name() -> None:
    with pytest.raises(SpecError, match=r"no client is called 'pymsql'\. Did you mean pymssql"):
        find(parse("pymsql@1.0"), CLIENTS)


def test_versions_stand_beside_the_clients_and_are_taken_by_their_own_names() -> None:
    given = ("curl", "py*", "pymssql@2.3.13", "python-tds+pyopenssl==25.0.0")
    clients, patterns = choose(given, CLIENTS, lambda text: planned(text, CLIENTS))
    taken = [client.name for client in clients if matches(client.name, patterns)]
    doors = {"pymssql.keyword", "pymssql.keyword@2.3.13"}
    assert {"curl", "pymssql", "python-tds", "pymssql@2.3.13", "python-tds+pyopenssl==25.0.0", *doors} == set(taken)
    assert len(taken) == len(set(taken))


def test_only_the_version_is_taken_when_only_it_was_named() -> None:
    clients, patterns = choose(("python-tds@1.17.1",), CLIENTS, lambda text: planned(text, CLIENTS))
    assert [client.name for client in clients if matches(client.name, patterns)] == ["python-tds@1.17.1"]


def test_a_version_is_planned_like_its_client() -> None:
    from tlslab.catalogue import load

    known = load()
    both = make_plan(known, (PYMSSQL, PINNED), stage_cannot=LOCAL.cannot)
    own = [cell.id for cell in both.cells if cell.client is PYMSSQL]
    pinned = [cell.id.replace("pymssql@2.3.13", "pymssql") for cell in both.cells if cell.client is PINNED]
    assert own
    assert own == pinned


def test_a_client_is_compared_with_itself_under_another_name() -> None:
    assert Again(PYMSSQL).name == "pymssql#2"
    assert Again(PYMSSQL).missing(MACHINE) is None
    assert Again(PINNED).name == "pymssql@2.3.13#2"
    assert Again(PINNED).missing(Machine()) is None


def test_a_program_that_says_another_version_is_found_out() -> None:
    assert wrong_version("pymssql 2.3.13 (freetds v1.4.27, OpenSSL 1.1.1k)", "2.3.13") == ""
    assert "not 2.3.12" in wrong_version("pymssql 2.3.13 (freetds v1.4.27, OpenSSL 1.1.1k)", "2.3.12")
    assert "gives no answer" in wrong_version("", "2.3.13")
