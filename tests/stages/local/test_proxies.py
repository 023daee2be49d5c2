"""The proxy of a client side, as the self-check finds it on the local stage."""

import asyncio
import ssl
from pathlib import Path

import pytest

from tlslab.matrix.choice import Choice
from tlslab.model.certificate import PAST, Authority
from tlslab.model.condition import Condition, conditions_of, defects
from tlslab.model.conditions import CONDITIONS, UNTRUSTED
from tlslab.model.proxied import OF_PROXIES, PROXY_FORBIDS, PROXY_IN_CLEAR, PROXY_WANTS_LOGIN
from tlslab.model.proxy import OK, Lets, Proxy
from tlslab.model.situation import ServerKind, Situation, TLSVersion, healthy
from tlslab.pki.audit import audit
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.pki.scan import Scan, Staple, scan
from tlslab.stages.local.proxies import Proxies
from tlslab.stages.stage import Tunnel

GOOD = healthy(ServerKind.HTTPS)
KNOWN = (*CONDITIONS, *OF_PROXIES)


def through(proxy: Proxy, situation: Situation = GOOD) -> Situation:
    return situation.with_client(proxy=proxy)


def status_of(proxy: Proxy, workdir: Path) -> int:
    async def ask() -> int:
        async with Proxies(Mint(Keys(workdir)), workdir).tunnel(1, through(proxy).client) as found:
            assert (found == Tunnel(found.status)) is (found.status != OK)
            return found.status

    return asyncio.run(ask())


def meant(situation: Situation) -> frozenset[Condition]:
    return defects(conditions_of(situation, KNOWN))


def seen(situation: Situation, status: int, keys: Path) -> frozenset[Condition]:
    mint = Mint(Keys(keys))

    def scanner(low: TLSVersion, high: TLSVersion, *, other_door: bool = False) -> Scan:
        return Scan(tuple(mint.pem(item) for item in situation.chain.presented))

    return audit(situation, mint, scanner, Staple, KNOWN, proxy=status)


@pytest.mark.parametrize(
    ("proxy", "condition"),
    [
        (Proxy(by_tls=True), PROXY_IN_CLEAR),
        (Proxy(lets=Lets.NOBODY, by_tls=True), PROXY_IN_CLEAR),
        (Proxy(lets=Lets.USERS), PROXY_WANTS_LOGIN),
        (Proxy(lets=Lets.NOBODY, login=True), PROXY_FORBIDS),
    ],
)
def test_a_proxy_that_lets_not_through_is_meant_and_seen_and_hides_the_server(
    proxy: Proxy, condition: Condition, tmp_path: Path
) -> None:
    situation = through(proxy, GOOD.with_leaf(validity=PAST))
    assert meant(situation) == {condition}
    assert seen(situation, status_of(proxy, tmp_path), tmp_path) == {condition}


@pytest.mark.parametrize("proxy", [Proxy(), Proxy(login=True), Proxy(lets=Lets.USERS, login=True)])
def test_behind_a_proxy_that_does_the_server_is_met(proxy: Proxy, tmp_path: Path) -> None:
    assert proxy.status == OK
    assert meant(through(proxy)) == seen(through(proxy), OK, tmp_path) == frozenset()


def test_an_answer_that_no_proxy_is_meant_to_give_is_a_defect_of_its_own(tmp_path: Path) -> None:
    status = status_of(Proxy(), tmp_path)  # there is no server behind it
    (found,) = seen(through(Proxy()), status, tmp_path)
    assert found.words == "a proxy that answers 502"
    assert not meant(through(Proxy()))


def test_each_attempt_has_a_proxy_of_its_own(tmp_path: Path) -> None:
    async def both() -> tuple[int, int, str, str]:
        proxies, side = Proxies(Mint(Keys(tmp_path)), tmp_path), through(Proxy()).client
        async with proxies.before(1, side) as first, proxies.before(1, side) as second:
            return first.port, second.port, first.password, second.password

    first, second, password, other = asyncio.run(both())
    assert first != second
    assert password != other


async def genuine(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"the server says: " + await reader.readline())
    writer.close()


async def shown(mint: Mint, workdir: Path, proxy: Proxy) -> tuple[str, bytes]:
    """The certificates that the self-check sees behind a proxy, and what a client that speaks TLS there is answered."""
    proxies = Proxies(mint, workdir)
    server = await asyncio.start_server(genuine, "127.0.0.1", 0, ssl=proxies.context(GOOD.chain))
    port = server.sockets[0].getsockname()[1]
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    async with server, proxies.tunnel(port, through(proxy).client) as way:
        low, high = TLSVersion.TLSv1_0, TLSVersion.TLSv1_3
        found = await asyncio.to_thread(scan, ServerKind.HTTPS, way.address, way.port, "shop.lab.test", low, high)
        reader, writer = await asyncio.open_connection(way.address, way.port, ssl=unverified)
        writer.write(b"hello\n")
        said = await reader.read()
        writer.close()
        return "".join(found.certificates), said


def test_a_proxy_that_ends_tls_shows_its_own_certificate_and_hands_on_what_is_said(tmp_path: Path) -> None:
    mint = Mint(Keys(tmp_path))
    own = GOOD.with_leaf(owner="proxy", issuer=Authority("A Proxy's CA")).chain
    for chain, presented in ((None, GOOD.chain), (own, own)):
        certificates, said = asyncio.run(shown(mint, tmp_path, Proxy(chain=chain)))
        assert certificates == mint.chain_pem(presented)
        assert said == b"the server says: hello\n"
    assert not list(tmp_path.glob("**/chain-and-key.pem"))


def test_what_a_proxy_presents_is_what_its_client_meets() -> None:
    own = GOOD.with_leaf(owner="proxy", issuer=Authority("A Proxy's CA")).chain
    old = GOOD.with_server(tls_max=TLSVersion.TLSv1_0).with_leaf(validity=PAST)
    situation = through(Proxy(chain=own), old)
    assert meant(situation) == {UNTRUSTED}
    assert situation.met == through(Proxy(), GOOD).with_server(chain=own)
    assert situation.met.met == situation.met


def test_the_docker_stage_runs_none() -> None:
    assert "runs no proxy" in (Choice("docker").cannot(through(Proxy())) or "")
    assert Choice().cannot(through(Proxy())) is None
