"""One bad server side falls alone, with the server's own words, and all others are played."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.stages.local.test_services import needs_curl, nginx_that, plan, record_of
from tlslab.clients.curl import Curl
from tlslab.commands.shared import Exit, status_of
from tlslab.model.situation import ServerEncryption, ServerKind, Situation, TLSVersion, healthy
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.setup import system
from tlslab.stages.local.services import Service, ServiceError
from tlslab.stages.local.stage import LocalStage

NGINX = system.find_program("nginx")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx plays the server: apt-get install nginx")
needs_openssl = pytest.mark.skipif(
    system.find_program("openssl") is None, reason="the self-check needs openssl: apt-get install openssl"
)
UP = "up"


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


KEY_OF_ANOTHER = pem(rsa.generate_private_key(65537, 2048))


def sides_of(kind: ServerKind) -> tuple[Situation, ...]:
    """Four situations with four server sides, which are called 1 to 4."""
    first = healthy(kind)
    changes: list[dict[str, object]]
    if kind is ServerKind.HTTPS:
        changes = [{"tls_min": TLSVersion.TLSv1_3}, {"tls_max": TLSVersion.TLSv1_2}, {"security_level": 1}]
    else:
        changes = [{"security_level": 0}, {"encryption": ServerEncryption.FORCED}, {"security_level": 1}]
    return (first, *(first.with_server(**change) for change in changes))


@pytest.fixture
def damage(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Files of services, by name, and what is written into them instead; fill it before the stage serves."""
    damaged: dict[str, str] = {}
    write = Service.write

    def badly(service: Service, name: str, text: str) -> str:
        return write(service, name, damaged.get(name, text))

    monkeypatch.setattr(Service, "write", badly)
    return damaged


def served(kind: ServerKind, cache: Path, program: str = str(NGINX)) -> Mapping[str, str]:
    """What becomes of each of the four sides: UP where its server presents a certificate, else the lab's words.
    `program`: what is started as nginx.
    """

    async def play() -> dict[str, str]:
        found = {}
        situations = sides_of(kind)
        async with LocalStage(cache, Mint(Keys(cache / "keys"))) as stage:
            stage.machine = replace(stage.machine, which={**stage.machine.which, "nginx": program})
            stage.open([situations[0].client.connect_to])
            await stage.serve(situations)
            assert [name for _, name in stage.sides.values()] == [f"{kind.value}-{number}" for number in (1, 2, 3, 4)]
            for situation in situations:
                side = situation.server
                _, name = stage.sides[side]
                try:
                    async with stage.hold(side):
                        host = situation.client.connect_to
                        seen = await asyncio.to_thread(stage.scan, side, host, side.tls_min, side.tls_max, strict=False)
                        assert await stage.server_log(side), "the server has written about this side"
                        found[name] = UP if seen.certificates else seen.refused
                except ServiceError as problem:
                    found[name] = str(problem)
        return found

    return asyncio.run(play())


@needs_nginx
@needs_openssl
@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("https-2.key.pem", KEY_OF_ANOTHER, "key values mismatch"),
        ("https-2.chain.pem", "", 'cannot load certificate "'),
        ("https-2.key.pem", "", 'cannot load certificate key "'),
    ],
    ids=["a key that does not belong to the certificate", "an empty certificate file", "an empty key file"],
)
def test_the_others_are_up_when_nginx_refuses_the_certificate_of_one_side(
    tmp_path: Path, damage: dict[str, str], file: str, text: str, words: str
) -> None:
    damage[file] = text
    found = served(ServerKind.HTTPS, tmp_path)
    assert "[emerg]" in found["https-2"]
    assert words in found["https-2"]
    assert {name for name, what in found.items() if what == UP} == {"https-1", "https-3", "https-4"}


@needs_nginx
@needs_openssl
def test_the_others_are_up_when_nginx_starts_with_a_side_that_fails_later(
    tmp_path: Path, damage: dict[str, str]
) -> None:
    """OpenSSL keeps a key of another kind beside the certificate, and then has none to present."""
    damage["https-2.key.pem"] = pem(ec.generate_private_key(ec.SECP256R1()))
    found = served(ServerKind.HTTPS, tmp_path)
    assert "handshake failure" in found["https-2"]
    assert {name for name, what in found.items() if what == UP} == {"https-1", "https-3", "https-4"}


@needs_nginx
@needs_openssl
def test_several_bad_sides_each_have_words_of_their_own(tmp_path: Path, damage: dict[str, str]) -> None:
    damage |= {"https-1.chain.pem": "", "https-3.chain.pem": "", "https-4.key.pem": KEY_OF_ANOTHER}
    found = served(ServerKind.HTTPS, tmp_path)
    assert found["https-2"] == UP
    for name in ("https-1", "https-3", "https-4"):
        assert f"/{name}." in found[name]


@needs_nginx
@needs_openssl
@pytest.mark.parametrize("lines", ["exit 1", "kill -SEGV $$"], ids=["ends", "crashes"])
def test_the_others_are_up_when_nginx_does_not_say_which_side_it_cannot_start_with(tmp_path: Path, lines: str) -> None:
    program = nginx_that(
        tmp_path, "for last; do :; done", f'grep -qs "https-3[.]" "$last" && {lines}', f'exec {NGINX} "$@"'
    )
    found = served(ServerKind.HTTPS, tmp_path, program)
    assert "nginx does not answer" in found["https-3"]
    assert {name for name, what in found.items() if what == UP} == {"https-1", "https-2", "https-4"}


@needs_openssl
def test_the_others_are_up_when_the_endpoint_cannot_start_two_of_its_sides(
    tmp_path: Path, damage: dict[str, str]
) -> None:
    damage |= {"sqlserver-2.key.pem": KEY_OF_ANOTHER, "sqlserver-4.chain.pem": ""}
    found = served(ServerKind.SQLSERVER, tmp_path)
    assert found["sqlserver-1"] == found["sqlserver-3"] == UP
    assert "could not start sqlserver-2: " in found["sqlserver-2"]
    assert "could not start sqlserver-4: " in found["sqlserver-4"]


@needs_nginx
@needs_openssl
@needs_curl
def test_only_the_cells_that_meet_the_bad_side_are_lost(tmp_path: Path, damage: dict[str, str]) -> None:
    whole = asyncio.run(record_of(plan(Curl(), "expired", "self-signed"), tmp_path))
    (expired,) = {
        entry.server for cell in whole.cells for entry in whole.attempts
        if cell.scenario == "expired" and entry.id == cell.acts["broken"]
    }  # fmt: skip
    damage[f"{expired}.chain.pem"] = ""
    record = asyncio.run(record_of(plan(Curl(), "expired", "self-signed"), tmp_path))
    lost = [cell for cell in record.cells if cell.status == "lab-error"]
    assert {cell.scenario for cell in lost} == {"expired"}
    assert all(f"{expired}.chain.pem" in cell.broken_judgement.why for cell in lost)
    assert {cell.scenario for cell in record.cells if cell.as_expected} == {"self-signed", "self-signed.end-entity"}
    assert status_of(record) is Exit.LAB_FAILED
