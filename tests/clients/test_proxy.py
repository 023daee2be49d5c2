"""How clients are told of a proxy, and what they say of one that lets them not through."""

import pytest

from tests.clients.acts import broken, judge, tolerated
from tests.clients.invoked import HOST, invoked
from tlslab.clients import all_clients
from tlslab.clients.base import AS_TYPED
from tlslab.clients.git import Git
from tlslab.clients.proxy import proxy_url
from tlslab.model.outcome import Completed, Result
from tlslab.model.proxy import Lets, Proxy
from tlslab.model.situation import ClientSide, ServerKind, Situation, healthy

CLIENTS = {client.name: client for client in all_clients()}
LOGGED_IN = ClientSide(HOST, proxy=Proxy(lets=Lets.USERS, login=True))
URL = "http://USER:PASSWORD@proxy.lab.test:3128"
IN_CLEAR = "proxy.https-to-http"
NO_LOGIN = "proxy.authentication-required"


@pytest.mark.parametrize(
    ("client", "typed"),
    [
        ("curl", f"--proxy {URL}"),
        ("git", f"-c http.proxy={URL}"),
        ("apt", f"-o Acquire::https::Proxy={URL}"),
        ("npm", f"npm config set https-proxy {URL}"),
        ("pip", f"--proxy {URL}"),
        ("wget", f"--execute=https_proxy={URL}"),
        ("urllib", f'ProxyHandler({{"https": "{URL}"}})'),
        ("requests", f'session.proxies = {{"https": "{URL}"}}'),
        ("httpx", f'proxy="{URL}"'),
        ("aiohttp", f'proxy="{URL}"'),
        ("go-https", f"HTTPS_PROXY={URL}"),
        ("undici", f"new ProxyAgent({{uri: '{URL}', requestTls: options}})"),
        (
            "axios",
            (
                "proxy: {protocol: 'http', host: 'proxy.lab.test', port: 3128, "
                "auth: {username: 'USER', password: 'PASSWORD'}}"
            ),
        ),
        ("php-curl", f"curl_setopt($handle, CURLOPT_PROXY, '{URL}');"),
        ("perl-lwp", f"$agent->proxy('https', '{URL}');"),
        ("ruby", f'http = Net::HTTP.new("{HOST}", 443, "proxy.lab.test", 3128, "USER", "PASSWORD")'),
        ("openssl", "-proxy proxy.lab.test:3128"),
        ("php", "'proxy' => 'tcp://proxy.lab.test:3128'"),
    ],
)
def test_each_is_told_in_words_of_its_own(client: str, typed: str) -> None:
    assert typed in CLIENTS[client].typed(LOGGED_IN)


def test_the_others_say_why_they_take_none() -> None:
    through = healthy(ServerKind.HTTPS).with_client(proxy=Proxy())
    why = {
        name: client.cannot(through)
        for name, client in CLIENTS.items()
        if client.kinds == frozenset({ServerKind.HTTPS})
    }
    without = {name: said for name, said in why.items() if said}
    assert without.keys() >= {"gnutls-cli", "node-fetch", "node-https", "perl-ssl", "requests.ssl-context"}
    assert without["gnutls-cli"] == "gnutls-cli has no option for a proxy"


def test_a_url_has_the_login_where_the_client_is_given_one() -> None:
    assert proxy_url(LOGGED_IN) == URL
    assert proxy_url(ClientSide(HOST, proxy=Proxy(by_tls=True)), AS_TYPED) == "https://proxy.lab.test:3128"
    assert proxy_url(ClientSide(HOST)) == ""
    assert URL in invoked(CLIENTS["curl"], LOGGED_IN).argv


def test_who_does_not_look_at_the_scheme_of_a_proxy_connects() -> None:
    in_clear = broken(IN_CLEAR, ServerKind.HTTPS)
    for name in ("urllib", "wget"):
        assert "begins in clear at every proxy" in tolerated(CLIENTS[name], in_clear)
    for name in ("openssl", "ruby"):
        assert "begins there in clear" in (CLIENTS[name].cannot(in_clear) or "")


def test_no_refusal_of_a_proxy_is_one_for_trust() -> None:
    """An impostor that nobody gets through to proves nothing."""
    for identity in (NO_LOGIN, "proxy.forbidden", IN_CLEAR):
        situation = broken(identity, ServerKind.HTTPS)
        for client in CLIENTS.values():
            if ServerKind.HTTPS in client.kinds and client.cannot(situation) is None:
                says = judge(client).answer(situation).says
                assert {str(getattr(item.row, "phase", "")) for item in says} <= {"no-tls"}, client.name


def test_a_proxy_s_own_200_is_no_answer_of_the_server() -> None:
    trace = "<= Recv header: HTTP/1.1 200 Connection established\n"
    tls = "== Info: SSL connection using TLS1.3 / ECDHE_RSA_AES_256_GCM_SHA384\n"
    side = ClientSide(HOST, proxy=Proxy())

    def read(said: str) -> Result:
        return Git().read(Completed(128, "", "fatal: ", 0.1, collected=(("curl.trace", said),)), side).result

    assert read(trace) is read(trace + tls) is Result.REFUSED
    assert read(trace + tls + "<= Recv header: HTTP/1.1 200 OK\n") is Result.CONNECTED


def test_requests_adapter_has_no_part_in_a_tunnel() -> None:
    server = healthy(ServerKind.HTTPS).server
    side = ClientSide(HOST, proxy=Proxy(), expected_name="other.lab.test")
    assert "has no part" in (CLIENTS["requests"].cannot(Situation(server, side)) or "")
