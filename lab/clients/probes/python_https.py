"""HTTPS GETs by urllib, requests, httpx or aiohttp: a line of JSON in, a line of JSON out.

Each is made by a process of its own, which finds the client imported already: importing takes longer than connecting.
"""

import json
import os
import platform
import ssl
import sys
import traceback
from importlib import import_module


class NotLoaded(Exception):
    """The ssl module does not take the trust store; what it says is the cause."""


def context(given):
    """The client's context, with `trust_everything` one that verifies neither chain nor name; None for its own."""
    told = any(
        given[option] for option in ("trust_everything", "ca", "tls_min", "tls_max", "ciphers", "crl", "certificate")
    )
    if not told and given["strict"] is None and given["name_check"]:
        return None
    if given["trust_everything"]:
        return limited(ssl._create_unverified_context(), given)
    try:
        made = ssl.create_default_context(**given["ca"])
    except OSError as error:
        raise NotLoaded from error
    return limited(made, given)


def limited(made, given):
    if not given["name_check"]:
        made.check_hostname = False
    if given["ciphers"]:
        made.set_ciphers(given["ciphers"])
    if given["tls_min"]:
        made.minimum_version = ssl.TLSVersion[given["tls_min"]]
    if given["tls_max"]:
        made.maximum_version = ssl.TLSVersion[given["tls_max"]]
    if given["crl"]:
        made.load_verify_locations(given["crl"])
        made.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    if given["certificate"]:
        made.load_cert_chain(*given["certificate"])
    if given["strict"] is True:
        made.verify_flags |= ssl.VERIFY_X509_STRICT
    if given["strict"] is False:
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return made


def by_urllib(given):
    from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

    # Without a proxy that is what urlopen makes.
    proxies = [ProxyHandler({"https": given["proxy"]})] if "proxy" in given else []
    opener = build_opener(*proxies, HTTPSHandler(context=context(given)))

    def get():
        with opener.open(Request(given["url"], headers=given.get("headers", {}))) as response:
            return response.status, response.fp.raw._sock.version()

    return get, OSError


def by_requests(given):
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
    from urllib3.util.ssl_ import create_urllib3_context

    options = {}
    by_context = given.get("door") == "ssl-context"
    if given["expected_name"]:
        options.update(server_hostname=given["expected_name"])
    if by_context:
        made = context(given)
        options.update({} if made is None else {"ssl_context": made})
    elif given["tls_min"] or given["tls_max"] or given["ciphers"] or given["crl"] or given["strict"] is not None:
        made = limited(create_urllib3_context(), given)
        # With the name check of a context of one's own on, `verify=False` ends in a ValueError.
        made.check_hostname = given["name_check"] and not given["trust_everything"]
        options.update(ssl_context=made)

    if not (by_context or given["name_check"]):
        options.update(assert_hostname=False)

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args, **defaults):
            super().init_poolmanager(*args, **defaults, **options)

    session = requests.Session()
    if "proxy" in given:
        session.proxies = {"https": given["proxy"]}
    if options:
        session.mount("https://", Adapter())
    if given["ca"] and not by_context:
        session.verify = next(iter(given["ca"].values()))
    if given["certificate"] and not by_context:
        session.cert = tuple(given["certificate"])
    if given["trust_everything"] and not by_context:
        session.verify = False
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def get():
        with session.get(given["url"], headers=given.get("headers", {}), stream=True) as response:
            # http.client has let go of the socket already where the server closes after its answer.
            sock = response.raw.connection.sock or response.raw._original_response.fp.raw._sock
            return response.status_code, sock.version()

    return get, OSError  # a RequestException is one; about a trust store that is not there it is no more than that


def by_httpx(given):
    import httpx

    made = context(given)
    options = {} if made is None else {"verify": made}
    if "proxy" in given:
        options.update(proxy=given["proxy"])
    extensions = {"sni_hostname": given["expected_name"]} if given["expected_name"] else {}

    def get():
        with (
            httpx.Client(**options) as client,
            client.stream("GET", given["url"], headers=given.get("headers", {}), extensions=extensions) as response,
        ):
            connection = response.extensions["network_stream"].get_extra_info("ssl_object")
            return response.status_code, connection.version()

    return get, httpx.HTTPError


def by_aiohttp(given):
    import asyncio

    import aiohttp

    made = context(given)
    options = {} if made is None else {"ssl": made}
    if given["expected_name"]:
        options.update(server_hostname=given["expected_name"])
    if "proxy" in given:
        options.update(proxy=given["proxy"])

    async def ask():
        async with (
            aiohttp.ClientSession() as session,
            session.get(given["url"], headers=given.get("headers", {}), **options) as response,
        ):
            # It has let go of the connection already where the answer is all there.
            connection = response.connection
            return response.status, connection.transport.get_extra_info("ssl_object").version() if connection else ""

    return lambda: asyncio.run(ask()), (aiohttp.ClientError, OSError)


def version(client):
    python = f"Python {platform.python_version()}, {ssl.OPENSSL_VERSION}"
    client = client.partition(".")[0]
    if client == "requests":
        python = f"urllib3 {import_module('urllib3').__version__}, {python}"
    return python if client == "urllib" else f"{client} {import_module(client).__version__} ({python})"


def refused(error):
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    return {"connected": False, "text": text, "code": kind, "encrypted": None, "tls_version": ""}


def attempt(given):
    try:
        get, refusals = globals()[f"by_{given['client']}"](given)
    except NotLoaded as problem:  # any other error of set-up is the probe's own and must not pass for a refusal
        return refused(problem.__cause__)
    try:
        status, tls = get()
    except refusals as error:
        return refused(error)
    return {
        "connected": status == 200,
        "text": f"HTTP {status}",
        "code": "",
        "encrypted": True,
        "tls_version": tls,
    }


def serve(client):
    import_module({"urllib": "urllib.request"}.get(client, client))
    for request in sys.stdin:
        child = os.fork()
        if child == 0:
            alone(json.loads(request))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status < 0:
            os.kill(os.getpid(), -status)
        elif status > 0:
            sys.exit(status)


def alone(given):
    try:
        os.chdir(given.pop("directory"))
        print(json.dumps(attempt(given)), flush=True)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


if sys.argv[1] == "--version":
    print(version(sys.argv[2]))
else:
    serve(sys.argv[1])
