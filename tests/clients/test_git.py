"""git: its invocation and its words. Texts: curl, lib/vtls/gtls.c; options: git-config(1), http.*."""

import pytest

from tests.clients.acts import broken, documented, tolerated
from tests.clients.invoked import HOST, SAFE, invoked
from tlslab.clients.git import Git
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, ServerKind, TLSVersion

GIT = Git()
FATAL = f"fatal: unable to access 'https://{HOST}:8443/': "
CHAIN = FATAL + "server certificate verification failed. CAfile: ca.pem CRLfile: none\n"


def test_reads_no_configuration_of_the_machine_and_asks_nobody() -> None:
    invocation = invoked(GIT, SAFE)
    assert invocation.argv[1:] == ("-c", "http.sslCAInfo=ca.pem", "ls-remote", f"https://{HOST}:8443/")
    assert invocation.env["GIT_CONFIG_NOSYSTEM"] == "1"
    assert invocation.env["GIT_TERMINAL_PROMPT"] == "0"


@pytest.mark.parametrize(
    ("side", "typed"),
    [
        (ClientSide(HOST), ()),
        (SAFE, ("-c http.sslCAInfo=ca.pem",)),
        (ClientSide(HOST, trust_everything=True), ("-c http.sslVerify=false",)),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_2), ("-c http.sslVersion=tlsv1.2",)),
        (ClientSide(HOST, host_header="www.lab.test"), ("-c 'http.extraHeader=Host: www.lab.test'",)),
    ],
)
def test_spells_options_as_git_does(side: ClientSide, typed: tuple[str, ...]) -> None:
    assert GIT.options_as_typed(side) == typed


def completed(trace: str) -> Completed:
    said = f"fatal: https://{HOST}:8443/info/refs not valid: is this a git repository?\n"
    return Completed(128, "", said, 0.1, collected=(("curl.trace", trace),))


def test_an_answer_in_the_trace_is_a_connection_although_there_is_no_repository() -> None:
    trace = "== Info: SSL connection using TLS1.3 / ECDHE_RSA_AES_256_GCM_SHA384\n<= Recv header: HTTP/1.1 200 OK\n"
    outcome = GIT.read(completed(trace), SAFE)
    assert (outcome.result, outcome.encrypted, outcome.tls_version) == (Result.CONNECTED, True, "TLSv1.3")


@pytest.mark.parametrize(
    "trace", ["", "== Info: SSL connection using TLS1.3 /\n<= Recv header: HTTP/1.1 403 Forbidden\n"]
)
def test_anything_else_is_none(trace: str) -> None:
    assert GIT.read(completed(trace), SAFE).result is Result.REFUSED


def test_one_text_stands_for_every_fault_of_a_chain() -> None:
    found = documented(GIT, CHAIN)
    assert {"expired", "self-signed", "untrusted-ca", "missing-intermediate"} <= found.keys()
    assert "name-mismatch" not in found


def test_a_wrong_name_has_a_text_of_its_own() -> None:
    said = FATAL + f"SSL: certificate subject name (www.{HOST}) does not match target host name '{HOST}'\n"
    assert documented(GIT, said).keys() == {"name-mismatch"}


def test_without_verification_it_goes_on() -> None:
    assert "http.sslVerify" in tolerated(
        GIT, broken("untrusted-ca", ServerKind.HTTPS).with_client(trust_everything=True)
    )
