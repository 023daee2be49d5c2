"""pip: its invocation and its words. Texts: pip 26.3, index/collector.py; options: pip's documentation."""

from dataclasses import replace
from os import devnull

import pytest

from tests.clients.acts import broken, documented, judge, tolerated
from tests.clients.invoked import HOST, SAFE, invoked
from tlslab.clients.pip import Pip
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import ClientSide, ServerKind

PIP = Pip()
NOT_FOUND = "ERROR: No matching distribution found for x\n"
FETCH = f"Could not fetch URL https://{HOST}:8443/x/: "
PROBLEM = FETCH + "There was a problem confirming the ssl certificate: "
PAGE = (
    f"WARNING: Skipping page https://{HOST}:8443/x/ because the GET request got Content-Type: text/plain. The only "
    "supported Content-Types are application/vnd.pypi.simple.v1+json\n"
)


def test_reads_no_configuration_of_the_machine() -> None:
    invocation = invoked(PIP, SAFE)
    assert invocation.argv[:4] == ("/clients/bin/python", "-I", "-m", "pip")
    assert invocation.argv[-4:] == ("--cert", "ca.pem", f"--index-url=https://{HOST}:8443", "x")
    assert "--retries=0" in invocation.argv
    assert invocation.env == {"PIP_CONFIG_FILE": devnull}


@pytest.mark.parametrize(
    ("side", "typed"),
    [
        (ClientSide(HOST), ()),
        (SAFE, ("--cert ca.pem",)),
        (replace(SAFE, trust_everything=True), ("--cert ca.pem", f"--trusted-host {HOST}")),
    ],
)
def test_spells_options_as_pip_does(side: ClientSide, typed: tuple[str, ...]) -> None:
    assert PIP.options_as_typed(side) == typed


def completed(said: str, log: str = "") -> Completed:
    return Completed(1, "", said, 0.1, collected=(("pip.log", log),))


def test_a_page_that_is_no_index_is_a_connection() -> None:
    assert PIP.read(completed(PAGE + NOT_FOUND), SAFE).result is Result.CONNECTED
    assert PIP.read(completed(NOT_FOUND), SAFE).result is Result.REFUSED


def test_the_log_has_the_reasons_that_pip_does_not_show() -> None:
    reset = FETCH + "connection error: the connection was closed without a reply from the server. - skipping"
    log = f"2026-12-01T14:19:06,404 Looking in indexes\n2026-12-01T14:19:06,930 {reset}\n"
    assert PIP.read(completed(NOT_FOUND, log), SAFE).trace == reset


def test_the_words_of_the_ssl_module_are_known_with_and_without_those_of_urllib3() -> None:
    """Older releases of pip show urllib3's MaxRetryError round them."""
    reason = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)"
    older = f"HTTPSConnectionPool(host='{HOST}', port=8443): Max retries exceeded with url: /x/ (Caused by SSLError("
    for text in (reason, f"{older}SSLCertVerificationError(1, '{reason}')))"):
        assert documented(PIP, PROBLEM + text + " - skipping\n" + NOT_FOUND).keys() == {"expired"}


def test_a_proxy_that_wants_a_login_is_told_by_the_log_alone() -> None:
    proxy = (
        FETCH + "proxy connection error: ('Unable to connect to proxy', OSError('Tunnel connection failed: 407 Proxy "
    )
    situation = broken("proxy.authentication-required", ServerKind.HTTPS)
    outcome = Outcome(Result.REFUSED, NOT_FOUND, trace=proxy + "Authentication Required')) - skipping")
    assert judge(PIP).act(situation, outcome).verdict.value == "as-documented"


def test_a_trusted_host_is_not_looked_at() -> None:
    situation = broken("untrusted-ca", ServerKind.HTTPS)
    assert "--trusted-host" in tolerated(PIP, situation.with_client(trust_everything=True))


def test_a_pip_with_an_older_urllib3_compares_names_in_words_of_its_own() -> None:
    text = f"{PROBLEM}HTTPSConnectionPool(host='{HOST}', port=8443): Max retries exceeded with url: /x/ (Caused by "
    text += f"SSLError(CertificateError(\"hostname '{HOST}' doesn't match 'www.{HOST}'\"))) - skipping\n{NOT_FOUND}"
    assert documented(PIP, text).keys() == {"name-mismatch"}
