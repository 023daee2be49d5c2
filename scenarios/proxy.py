"""Proxy: the client shall go to the server through a proxy, and the proxy is what fails. No certificate is shown."""

from dataclasses import replace

from tlslab.model.check import EVERYTHING
from tlslab.model.proxied import PROXY_FORBIDS, PROXY_IN_CLEAR, PROXY_WANTS_LOGIN
from tlslab.model.proxy import Lets, Proxy
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import ServerKind, Situation
from tlslab_scenarios._sources import (  # fmt: skip
    CONNECT_REFUSED,
    CURL_NO_PROXY,
    CURL_PROXY,
    HTTP_CONNECT,
    HTTPX_PROXIES,
    PROXY_AUTHENTICATION,
    PROXY_OF_COMPANY,
    URLLIB3_HTTPS_PROXY,
)


@scenario(
    form="https-to-http",
    title="The proxy is called by https://, and speaks HTTP in clear",
    kinds={ServerKind.HTTPS},
    conditions=[PROXY_IN_CLEAR],
    sources=[HTTPX_PROXIES, URLLIB3_HTTPS_PROXY, CURL_PROXY],
)
def https_to_http(healthy: Situation) -> Situation:
    """The client was told `https://` in the address of its proxy. So it begins with TLS there, and the proxy, which
    speaks HTTP in clear, does not understand a word.

    **Symptom.** "wrong version number" (curl 35, httpx, aiohttp, axios, undici), of git "gnutls_handshake() failed: An
    unexpected TLS packet was received.", of Go "proxyconnect tcp: tls: first record does not look like a TLS handshake".
    requests guesses it: "Your proxy appears to only use HTTP and not HTTPS". urllib and wget connect: they do not look
    at the scheme of a proxy.

    **Cause.** HTTPS_PROXY names the proxy for URLs with https. How to speak with the proxy itself is in its value, and
    that is plain HTTP nearly always; what is sent through the tunnel is encrypted all the same. The words name TLS, and
    neither the server nor a certificate is at fault.

    **Look.** `env | grep -i proxy`: does a value begin with `https://`? `curl -v` prints "CONNECT" only where it has
    got through to the proxy.

    **Fix.** Call the proxy by `http://`.
    """
    return healthy.with_client(proxy=Proxy(by_tls=True))


@https_to_http.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["HTTPS_PROXY=http://PROXY:3128, with http, not https, in the value; the same in the program's own options."],
    sources=[HTTPX_PROXIES, URLLIB3_HTTPS_PROXY],
)
def call_it_by_http(broken: Situation) -> Situation:
    """Call the proxy by `http://`; the connection to the server through it is encrypted as before."""
    return broken.with_client(proxy=Proxy())


@scenario(
    form="authentication-required",
    title="The proxy wants a name and a password (407)",
    kinds={ServerKind.HTTPS},
    conditions=[PROXY_WANTS_LOGIN],
    sources=[PROXY_AUTHENTICATION, PROXY_OF_COMPANY],
)
def authentication_required(healthy: Situation) -> Situation:
    """The proxy lets through only those who show it the name and the password of a user. The client shows none.

    **Symptom.** "CONNECT tunnel failed, response 407" (curl 56, from 8.20 on 7; git), before curl 7.87 "Received HTTP code 407 from proxy
    after CONNECT"; "Tunnel connection failed: 407 Proxy Authentication Required" (urllib, requests), "407 Proxy
    Authentication Required" (httpx, Perl, openssl s_client), "Proxy tunneling failed: Proxy Authentication Required" (wget),
    "Request failed with status code 407" (axios), "Proxy response (407) !== 200 when HTTP Tunneling" (undici). Go says
    the three words alone, PHP "Cannot connect to HTTPS server through proxy".

    **Cause.** It is the proxy that answers 407, before there is any connection to the server: no certificate was shown.
    The password has expired or has changed, or stands in the browser alone; a character such as @ in it is not written
    as %40; or the proxy wants NTLM or Kerberos, which most programs do not speak.

    **Look.** `curl -v https://HOST/`: the answer to CONNECT, and its `Proxy-Authenticate`, which names what the proxy takes.

    **Fix.** Give the program the login. In a URL it can be read by others: in `ps`, in logs, in the environment.
    """
    return healthy.with_client(proxy=Proxy(lets=Lets.USERS))


@authentication_required.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "HTTPS_PROXY=http://USER:PASSWORD@PROXY:3128; `curl --proxy-user`, `git config http.proxy`, each in a file that only its user can read.",
        "Characters such as @ and : in the password are written as %40 and %3A.",
    ],
    sources=[PROXY_AUTHENTICATION, CURL_PROXY],
)
def give_the_login(broken: Situation) -> Situation:
    """Give the client the name and the password of a user of the proxy."""
    proxy = broken.client.proxy or Proxy()
    return broken.with_client(proxy=replace(proxy, login=True))


@scenario(
    form="forbidden",
    title="The proxy lets nobody through to this host (403)",
    kinds={ServerKind.HTTPS},
    conditions=[PROXY_FORBIDS],
    sources=[HTTP_CONNECT, CONNECT_REFUSED],
)
def forbidden(healthy: Situation) -> Situation:
    """The proxy knows the client, and has a rule against this host or this port.

    **Symptom.** "CONNECT tunnel failed, response 403" (curl 56, from 8.20 on 7; git), before curl 7.87 "Received HTTP code 403 from proxy
    after CONNECT"; "Tunnel connection failed: 403 Forbidden" (urllib, requests), "403 Forbidden" (httpx, Perl, openssl
    s_client), "Proxy tunneling failed: Forbidden" (wget), "Request failed with status code 403" (axios), "Proxy response
    (403) !== 200 when HTTP Tunneling" (undici).

    **Cause.** A rule of the proxy: the host is not on its list, or the port is not 443, which many allow alone for
    CONNECT. The server has not been asked, so nothing is wrong with its certificate, or with what it answers: a 403 of
    the server's own comes through the tunnel, and curl does not speak of CONNECT then.

    **Look.** `curl -v https://HOST/`: which request is answered by 403, CONNECT or GET? Another host through the same
    proxy works.

    **Fix.** Have the host allowed, or, for a host inside the company, go to it directly.
    """
    return healthy.with_client(proxy=Proxy(lets=Lets.NOBODY))


@forbidden.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=["Ask those who run the proxy to allow CONNECT to this host and this port."],
    sources=[CONNECT_REFUSED],
)
def have_the_host_allowed(broken: Situation) -> Situation:
    """Have the host allowed by those who run the proxy."""
    return broken.with_client(proxy=Proxy())


for _failing in (https_to_http, authentication_required, forbidden):

    @_failing.fix(
        still_checks=EVERYTHING,
        side=Side.CLIENT,
        steps=[
            "Where the network lets it: name the host in NO_PROXY (`curl --noproxy HOST`), or leave out the program's option for a proxy.",
        ],
        sources=[CURL_NO_PROXY],
    )
    def go_directly(broken: Situation) -> Situation:
        """Let the client go to this host without the proxy."""
        return broken.with_client(proxy=None)
