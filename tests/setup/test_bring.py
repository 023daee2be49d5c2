"""A setup that goes on when a part cannot be had."""

from pathlib import Path

import pytest

from tlslab.clients import all_clients
from tlslab.setup import all_needs, bring, build, installer, jars, parts, provision, system
from tlslab.setup.needs import Built, NodePackage, Packages, Program, PythonPackage

CURL, NGINX = Program("curl", Packages(apt="curl")), Program("nginx", Packages(apt="nginx"))
GO, RUST = Program("go", Packages(apt="golang-go")), Program("rustc", Packages(apt="rustc"))


def built(name: str, compiler: Program) -> Built:
    return Built(name, (), compiler, ("version",), ("{compiler}", "{program}"))


def test_setup_goes_on_with_what_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = [[NGINX, CURL, RUST], [NGINX, RUST]]  # before and after apt: two could not be had
    monkeypatch.setattr(system, "missing", lambda _: lacking.pop(0))
    needs = (NGINX, CURL, PythonPackage(), NodePackage("x"), built("with-go", GO), built("with-rust", RUST))
    installed: list[str] = []

    def install(names: list[str], **_: object) -> None:
        installed.extend(names)
        raise system.SetupError("apt failed")

    def no_clients(_: object) -> Path:
        raise installer.InstallError("no network")

    reached: list[str] = []
    monkeypatch.setattr(system, "install", install)
    monkeypatch.setattr(provision, "ensure_clients_venv", no_clients)
    monkeypatch.setattr(provision, "ensure_node_modules", lambda _: reached.append("node"))
    monkeypatch.setattr(build, "ensure", lambda need, _: reached.append(need.name))
    said: list[str] = []
    report = bring.setup(needs, yes=True, echo=said.append)
    assert installed == ["nginx", "curl", "rustc"]
    assert reached == ["node", "with-go"]
    assert report == bring.Report(("curl",), (NGINX, RUST), ("apt failed", "no network"))
    assert not report.complete
    assert said[:2] == ["apt failed", "no network"]


def test_setup_on_a_machine_that_has_everything_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("nothing was missing")

    monkeypatch.setattr(system, "missing", lambda _: [])
    monkeypatch.setattr(system, "install", forbidden)
    monkeypatch.setattr(provision, "ensure_clients_venv", lambda _: None)
    monkeypatch.setattr(provision, "ensure_node_modules", lambda _: None)
    monkeypatch.setattr(build, "ensure", lambda *_: None)
    assert bring.setup(yes=False, echo=lambda _: None).complete


def test_who_plays_one_client_waits_for_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[str] = []
    monkeypatch.setattr(system, "missing", lambda needs: [need for need in needs if need in (GO, RUST)])
    monkeypatch.setattr(system, "install", lambda names, **_: reached.extend(names))
    for module, name in (
        (provision, "ensure_clients_venv"),
        (provision, "ensure_node_modules"),
        (build, "ensure"),
        (parts, "ensure"),
    ):
        monkeypatch.setattr(module, name, lambda *_, name=name: reached.append(name))
    monkeypatch.setattr(jars, "ensure", lambda artifacts, _: reached.extend(artifacts))
    (curl,) = (client for client in all_clients() if client.name == "curl")
    assert bring.setup(all_needs.to_play([curl]), yes=True, echo=lambda _: None).complete
    assert reached == []
    assert all_needs.of_named(["curl@8.5"]) == all_needs.to_play([curl])
    assert all_needs.of_named([]) == all_needs.everything()
