"""What clients say of a server that answers 400 because of their certificate, and how each is given one."""

from dataclasses import replace

import pytest

from tests.clients.acts import judge
from tests.clients.test_supports import a_kind_of, invoked
from tlslab.clients import Client, all_clients
from tlslab.clients.dotnet_https import STATUS_AS_AN_ERROR
from tlslab.clients.openssl import SClient
from tlslab.clients.ruby import Ruby
from tlslab.matrix.judge import ActVerdict
from tlslab.model.certificate import CURRENT, LAB_ROOT, PAST, Authority, Chain
from tlslab.model.client_certificates import NOT_SENT, NOT_TAKEN
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.scenario import Side
from tlslab.model.situation import ClientSide, ServerKind, healthy
from tlslab.report.typed import beside_options
from tlslab_scenarios.client_certificate import CLIENTS_ROOT, OF_ALICE

DEMANDS = healthy(ServerKind.HTTPS).with_server(client_anchors=(CLIENTS_ROOT,))
OWN = ClientSide("shop.lab.test", trust_anchors=(LAB_ROOT,), certificate=Chain(OF_ALICE))
CLIENTS = {client.name: client for client in all_clients() if ServerKind.HTTPS in client.kinds}
PIP = "Could not fetch URL https://shop.lab.test:4433/x/: 400 Client Error: Bad Request for url: https://shop.lab.test"
SAID = {
    "aiohttp": "HTTP 400",
    "apt": "E: Failed to fetch https://shop.lab.test:4433/  400  Bad Request [IP: 127.0.0.1 4433]",
    "axios": "AxiosError: Request failed with status code 400 {\n  code: 'ERR_BAD_REQUEST'\n}",
    "curl": f"HTTP 400\n<html>\n<head><title>400 {NOT_SENT}</title></head>",
    "dotnet-httpclient": "HTTP 400",
    "dotnet-httpclient.httpwebrequest": STATUS_AS_AN_ERROR,
    "git": "fatal: unable to access 'https://shop.lab.test:4433/': The requested URL returned error: 400",
    "gnutls-cli": f"<head><title>400 {NOT_SENT}</title></head>",
    "go-https": "HTTP 400 Bad Request",
    "httpx": "HTTP 400",
    "java-httpclient": "HTTP 400",
    "java-httpclient.extended-trust-manager": "HTTP 400",
    "java-urlconnection": "HTTP 400",
    "mono-httpwebrequest": STATUS_AS_AN_ERROR,
    "node-fetch": "HTTP 400",
    "node-https": "HTTP 400",
    "npm": "npm error code E400\nnpm error 400 Bad Request - GET https://shop.lab.test:4433/-/ping",
    "openssl": f"HTTP/1.1 400 Bad Request\n<head><title>400 {NOT_SENT}</title></head>",
    "perl-lwp": "400 Bad Request",
    "perl-ssl": "HTTP/1.1 400 Bad Request",
    "php": "Warning: fopen(https://shop.lab.test:4433/): Failed to open stream: HTTP request failed! "
    "HTTP/1.1 400 Bad Request",
    "php-curl": "HTTP 400",
    "pip": "ERROR: No matching distribution found for x",
    "requests": "HTTP 400",
    "requests.ssl-context": "HTTP 400",
    "reqwest-native-tls": "HTTP 400 Bad Request",
    "reqwest-rustls": "HTTP 400 Bad Request",
    "ruby": "HTTP 400",
    "undici": "HTTP 400",
    "urllib": "urllib.error.HTTPError: HTTP Error 400: Bad Request",
    "wget": "2026-12-01 10:43:34 ERROR 400: Bad Request.",
}
TYPED = {
    "apt": ("-o Acquire::https::SslCert=client.pem", "-o Acquire::https::SslKey=client-key.pem"),
    "npm": (
        "npm config set //HOST:PORT/:certfile client.pem",
        "npm config set //HOST:PORT/:keyfile client-key.pem",
    ),
    "curl": ("--cert client.pem", "--key client-key.pem"),
    "wget": ("--certificate=client.pem", "--private-key=client-key.pem"),
    "git": ("-c http.sslCert=client.pem", "-c http.sslKey=client-key.pem"),
    "openssl": ("-cert client.pem", "-key client-key.pem"),
    "gnutls-cli": ("--x509certfile=client.pem", "--x509keyfile=client-key.pem"),
    "urllib": ('context.load_cert_chain("client.pem", "client-key.pem")',),
    "requests": ('session.cert = ("client.pem", "client-key.pem")',),
    "requests.ssl-context": ('context.load_cert_chain("client.pem", "client-key.pem")',),
    "node-https": ("cert: fs.readFileSync('client.pem')", "key: fs.readFileSync('client-key.pem')"),
    "go-https": ('pair, err := tls.LoadX509KeyPair("client.pem", "client-key.pem")',),
    "php": ("'local_cert' => 'client.pem'", "'local_pk' => 'client-key.pem'"),
    "php-curl": ("curl_setopt($handle, CURLOPT_SSLCERT, 'client.pem');",),
    "ruby": ('http.key = OpenSSL::PKey.read(File.read("client-key.pem"))',),
    "perl-lwp": ("SSL_cert_file => 'client.pem'", "SSL_key_file => 'client-key.pem'"),
}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_the_answer_is_known_of_every_client_and_refuses_nobody_but_a_client(client: Client) -> None:
    trace = PIP if client.name == "pip" else ""
    act = judge(client).act(DEMANDS, Outcome(Result.REFUSED, SAID[client.name], trace=trace))
    assert act.verdict is ActVerdict.AS_DOCUMENTED
    assert act.judgement.basis is Basis.AUTHORITATIVE
    assert judge(client).refuses_for_trust(act, Side.CLIENT)
    assert not judge(client).refuses_for_trust(act)


@pytest.mark.parametrize("name", ["curl", "openssl", "gnutls-cli"])
def test_a_page_tells_a_certificate_that_is_not_taken_from_none(name: str) -> None:
    expired = Outcome(Result.REFUSED, f"<title>400 {NOT_TAKEN}</title>")
    assert judge(CLIENTS[name]).act(DEMANDS, expired).verdict is ActVerdict.OTHER_ERROR


@pytest.mark.parametrize("name", TYPED)
def test_is_given_certificate_and_key_as_people_type_it(name: str) -> None:
    typed = CLIENTS[name].options_as_typed(OWN)
    assert [word for word in TYPED[name] if word not in typed] == []
    assert {"client.pem", "client-key.pem"} <= invoked(CLIENTS[name], OWN).files.keys()


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_without_a_certificate_no_file_of_one_is_laid_out(client: Client) -> None:
    side = healthy(a_kind_of(client)).client
    assert not {"client.pem", "client-key.pem"} & invoked(client, side).files.keys()


def test_the_built_in_fetch_says_why_it_can_show_none() -> None:
    why = CLIENTS["node-fetch"].cannot(DEMANDS.with_client(certificate=Chain(OF_ALICE)))
    assert why == "Node's built-in fetch has no option for a certificate of the client; undici's Agent has"


def test_what_reads_one_certificate_of_a_file_is_given_the_others_beside_it() -> None:
    below = Authority("Clients Issuing CA", parent=CLIENTS_ROOT)
    longer = ClientSide("shop.lab.test", certificate=Chain(OF_ALICE, after=(below,)))
    assert "-cert_chain client.pem" in SClient().options_as_typed(longer)
    assert any("extra_chain_cert" in word for word in Ruby().options_as_typed(longer))


def test_s_client_may_print_the_answer_in_the_middle_of_a_line() -> None:
    said = "Verification: OK\n    0140 - 93 00 74 64 15 cd ab HTTP/1.1 200 OK\r\n"
    assert SClient().read(Completed(0, said, "", 0.1), OWN).result is Result.CONNECTED


def test_a_new_certificate_in_the_old_ones_file_is_told_although_the_options_stay() -> None:
    old, new = (Chain(replace(OF_ALICE, validity=validity)) for validity in (PAST, CURRENT))
    before, after = (replace(OWN, certificate=certificate) for certificate in (old, new))
    assert list(beside_options(before, after)) == ["client.pem gets the new certificate"]
    assert list(beside_options(before, before)) == []
