"""What a stage cannot play is said in words, with the stage that can."""

from dataclasses import replace

import pytest

from tlslab.catalogue import load
from tlslab.matrix.choice import LOCAL, STAGES, Choice
from tlslab.model.certificate import FALLBACK, LAB_ROOT, SignatureHash, as_address
from tlslab.model.situation import Route, ServerEncryption, ServerKind, healthy, unsupported
from tlslab.servers import mssql_conf, nginx
from tlslab.stages.local import down

SUPPORTS = {ServerKind.HTTPS: nginx.SUPPORTS, ServerKind.SQLSERVER: mssql_conf.SUPPORTS}
UNREADABLE = healthy(ServerKind.SQLSERVER).with_server(key_readable=False)


def test_where_root_cannot_be_kept_from_a_file_the_local_stage_says_why_and_names_the_other_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(down, "obstacle", lambda: "root reads what it may not")
    why = LOCAL.cannot(UNREADABLE)
    assert why is not None
    assert "root reads what it may not" in why
    assert "the docker stage" in why
    assert Choice("docker").cannot(UNREADABLE) is None


def test_everywhere_else_both_stages_play_an_unreadable_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(down, "obstacle", lambda: "")
    assert LOCAL.cannot(UNREADABLE) is None
    assert Choice("docker").cannot(UNREADABLE) is None


@pytest.mark.parametrize("kind", list(ServerKind))
def test_a_client_that_connects_to_an_address_is_for_the_local_stage(kind: ServerKind) -> None:
    by_address = healthy(kind).with_leaf(addresses=("127.0.0.1",)).with_client(connect_to="127.0.0.1")
    assert LOCAL.cannot(by_address) is None
    why = Choice("docker").cannot(by_address)
    assert why is not None
    assert "no container's address" in why
    assert "the local stage" in why
    expecting = healthy(kind).with_leaf(addresses=("127.0.0.1",)).with_client(expected_name="127.0.0.1")
    assert Choice("docker").cannot(expecting) is None


def test_an_older_form_of_the_certificate_that_sql_server_makes_for_itself_is_for_the_local_stage() -> None:
    own = healthy(ServerKind.SQLSERVER).with_server(chain=None)
    older = own.with_server(fallback=replace(FALLBACK, signature=SignatureHash.SHA1))
    assert LOCAL.cannot(older) is None
    assert Choice("docker").cannot(own) is None
    assert "another form of its self-generated certificate" in (Choice("docker").cannot(older) or "")


def test_a_server_that_sends_its_clients_on_is_for_the_local_stage_and_both_servers_must_start() -> None:
    good = healthy(ServerKind.SQLSERVER)
    sent = good.with_server(route=Route("db2.lab.test", good.server))
    assert LOCAL.cannot(sent) is None
    assert "another server to send its clients on to" in (Choice("docker").cannot(sent) or "")
    for down_side in (sent.with_server(key_readable=False), good.with_server(route=Route("b", UNREADABLE.server))):
        assert "both must start" in (LOCAL.cannot(down_side) or "")
    with_its_root = good.with_server(route=Route("b", good.with_chain(after=(LAB_ROOT,)).server))
    assert "SQL Server sends its own certificate" in (LOCAL.cannot(with_its_root) or "")


def test_an_nginx_that_does_not_start_is_for_the_local_stage() -> None:
    good = healthy(ServerKind.HTTPS)
    wrong = good.with_chain(before=good.chain.presented[1:], after=())
    assert LOCAL.cannot(wrong) is None
    assert Choice(nginx=False).cannot(wrong) is None
    assert "one must not start" in (Choice("docker").cannot(wrong) or "")


@pytest.mark.parametrize("kind", list(ServerKind))
def test_files_that_are_replaced_while_a_server_runs_are_for_the_local_stage(kind: ServerKind) -> None:
    renewed = healthy(kind).with_server(on_disk=healthy(kind).chain)
    assert LOCAL.cannot(renewed) is None
    assert Choice(nginx=False).cannot(renewed) is None
    assert "files that were replaced while it runs" in (Choice("docker").cannot(renewed) or "")


@pytest.mark.parametrize("stage", STAGES)
def test_everything_else_that_real_servers_can_be_set_up_as_is_played_everywhere(stage: str) -> None:
    for scenario in load().scenarios:
        for kind in scenario.kinds:
            broken = scenario.apply(healthy(kind))
            set_up = unsupported(broken.server, SUPPORTS[kind]) is None
            named = broken.client.connect_to.isascii() and not as_address(broken.client.connect_to)
            if broken.server.encryption is ServerEncryption.IN_CLEAR and stage == "docker":
                continue
            status = broken.server.responders or broken.server.staple is not None or broken.client.revocation
            told = bool(status or broken.server.client_anchors or broken.client.proxy or broken.visited)
            if set_up and broken.server.starts and ((named and not told) or stage != "docker"):
                assert Choice(stage).cannot(broken) is None
