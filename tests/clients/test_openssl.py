"""openssl s_client: its invocation and its words. Texts: s_cb.c; s_client(1); ERR_print_errors(3)"""

from pathlib import PurePosixPath

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.openssl import SClient
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, ServerKind, TLSVersion

OPENSSL = SClient()
HOST = "shop.lab.test"
SAFE = ClientSide(HOST, trust_anchors=(LAB_ROOT,))
UNSAFE = ClientSide(HOST, trust_anchors=(LAB_ROOT,), trust_everything=True)
MACHINE = Machine(which={"openssl": "/usr/bin/openssl"})
VERSIONS = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}
ANSWER = "HTTP/1.1 200 OK\nServer: nginx/1.22.1\nConnection: close\n\nclosed\n"
SESSION = "SSL-Session:\n    Protocol  : TLSv1.3\n    Cipher    : TLS_AES_256_GCM_SHA384\n"


def invoked(side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.HTTPS, "127.0.0.1", 8443)
    material = Material("PUBLIC ROOT\n", "ISSUING\n")
    return OPENSSL.invoke(Request(MACHINE, side, endpoint, material, Login("", ""), PurePosixPath("/room")))


def test_is_given_its_file_as_people_give_it_and_types_a_request() -> None:
    invocation = invoked(SAFE)
    argv = invocation.argv
    assert argv[:2] == ("/usr/bin/openssl", "s_client")
    assert argv[argv.index("-connect") + 1] == "shop.lab.test:8443"
    assert argv[argv.index("-CAfile") + 1] == "ca.pem"
    assert "-ign_eof" in argv
    assert not {"-no-CApath", "-no-CAstore"} & set(argv)
    assert invocation.files == {"ca.pem": "PUBLIC ROOT\nISSUING\n"}
    assert invocation.stdin == "GET / HTTP/1.1\r\nHost: shop.lab.test:8443\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("side", "spelled"),
    [
        (SAFE, ("-CAfile ca.pem", "-verify_return_error", "-verify_hostname shop.lab.test")),
        (UNSAFE, ("-CAfile ca.pem",)),
        (
            ClientSide(HOST, expected_name="www.lab.test"),
            ("-verify_return_error", "-verify_hostname www.lab.test", "-servername www.lab.test"),
        ),
        (ClientSide("127.0.0.1"), ("-verify_return_error", "-verify_ip 127.0.0.1")),
        (ClientSide(HOST, trust_everything=True, tls_min=TLSVersion.TLSv1_2), ("-min_protocol TLSv1.2",)),
        (ClientSide(HOST, trust_everything=True, tls_max=TLSVersion.TLSv1_2), ("-max_protocol TLSv1.2",)),
        (
            ClientSide(HOST, trust_everything=True, tls_min=TLSVersion.TLSv1_0),
            ("-min_protocol TLSv1", "-cipher DEFAULT@SECLEVEL=0"),
        ),
    ],
)
def test_spells_options_as_s_client_does(side: ClientSide, spelled: tuple[str, ...]) -> None:
    assert OPENSSL.options_as_typed(side) == spelled
    assert set(" ".join(spelled).split()) <= set(invoked(side).argv)


def test_unverified_connection_is_asked_for_by_leaving_verification_out() -> None:
    assert not {"-verify_return_error", "-verify_hostname"} & set(invoked(UNSAFE).argv)


def test_verified_and_answered_is_a_connection() -> None:
    stdout = f"Verification: OK\nVerified peername: {HOST}\n---\n{ANSWER}{SESSION}"
    outcome = OPENSSL.read(Completed(0, stdout, "depth=0 CN = shop.lab.test\nverify return:1\n", 0.02), SAFE)
    assert (outcome.result, outcome.encrypted, outcome.tls_version) == (Result.CONNECTED, True, "TLSv1.3")


@pytest.mark.parametrize(
    "stdout",
    [
        "Verification: OK\nNew, (NONE), Cipher is (NONE)\n    Verify return code: 0 (ok)\n",
        "Verification error: self-signed certificate\nVerify return code: 18 (self-signed certificate)\n" + ANSWER,
        "Verification: OK\n---\nHTTP/1.1 400 Bad Request\n",
        ANSWER,
        "",
    ],
)
def test_neither_exit_status_nor_return_code_0_is_proof(stdout: str) -> None:
    """s_client prints `Verify return code: 0 (ok)` after an alert, and exits 0 after verification errors."""
    outcome = OPENSSL.read(Completed(0, stdout, "", 0.02), SAFE)
    assert (outcome.result, outcome.encrypted) == (Result.REFUSED, None)


def test_unverified_connection_counts_when_it_was_asked_for() -> None:
    stdout = "Verification error: self-signed certificate\n" + ANSWER
    assert OPENSSL.read(Completed(0, stdout, "", 0.02), UNSAFE).result is Result.CONNECTED
    assert OPENSSL.read(Completed(0, stdout, "", 0.02), SAFE).result is Result.REFUSED


FAILED = "4087:error:0A000086:SSL routines:tls_process_server_certificate:certificate verify failed:../ssl/x.c:9:"


@pytest.mark.parametrize(
    ("stderr", "code", "scenarios"),
    [
        (f"depth=0 CN = x\nverify error:num=18:self-signed certificate\n{FAILED}\n", "18", {"self-signed"}),
        (f"depth=0 CN = x\nverify error:num=62:hostname mismatch\n{FAILED}\n", "62", {"name-mismatch"}),
        (
            "40C7:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../ssl/x.c:9:\n",
            "1",
            VERSIONS,
        ),
        ("write:errno=104\n", "1", VERSIONS),
        (f"depth=0 CN = x\nverify error:num=1:another reason\n{FAILED}\n", "1", set()),
    ],
)
def test_texts_are_recognised_where_they_are_documented_and_nowhere_else(
    stderr: str, code: str, scenarios: set[str]
) -> None:
    stdout = "CONNECTED(00000003)\n---\nno peer certificate available\n"
    outcome = OPENSSL.read(Completed(1, stdout, stderr, 0.02), SAFE)
    assert (outcome.result, outcome.text, outcome.code) == (Result.REFUSED, stderr + stdout, code)
    assert documented(OPENSSL, outcome).keys() == scenarios


def test_a_bare_number_for_a_reset_is_only_what_the_lab_saw() -> None:
    assert set(documented(OPENSSL, "write:errno=104").values()) == {Basis.OBSERVED}


def test_verification_error_that_was_passed_over_is_no_refusal() -> None:
    assert not documented(OPENSSL, "verify error:num=18:self-signed certificate\nverify return:1\nread:errno=0\n")


@pytest.mark.parametrize("scenario", ["expired", "self-signed", "untrusted-ca", "name-mismatch"])
def test_without_verify_return_error_it_goes_on_whatever_it_finds(scenario: str) -> None:
    """openssl-s_client(1): also where it is given no option at all."""
    situation = broken(scenario, ServerKind.HTTPS)
    assert not connects(OPENSSL, situation)
    assert "-verify_return_error" in tolerated(OPENSSL, situation.with_client(trust_everything=True))
    assert "-verify_return_error" in tolerated(OPENSSL, situation.with_client(defaults_only=True))


def test_version_and_missing() -> None:
    output = "OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)\n"
    assert OPENSSL.read_version(Completed(0, output, "", 0.01)) == output.strip()
    assert OPENSSL.read_version(Completed(1, "", "not found", 0.01)) == ""
    assert OPENSSL.missing(MACHINE) is None
    lacking = OPENSSL.missing(Machine())
    assert lacking is not None
    assert lacking.how_to_get == "./tlslab setup"
