"""gnutls-cli: its invocation and its words. Texts: GnuTLS, src/cli.c, src/common.c, lib/cert-cred.c, lib/errors.c."""

from pathlib import PurePosixPath

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.gnutls_cli import GnuTLSCli
from tlslab.model.certificate import LAB_ISSUING, LAB_ROOT
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, ServerKind, TLSVersion

CLI = GnuTLSCli()
HOST = "shop.lab.test"
SAFE = ClientSide(HOST, trust_anchors=(LAB_ROOT,))
MACHINE = Machine(which={"gnutls-cli": "/usr/bin/gnutls-cli"})
KNOWN_ISSUER = {"self-signed", "untrusted-ca", "missing-intermediate"}
VERSIONS = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}
CERTIFICATE = "*** Fatal error: Error in the certificate.\n"
FAILED = "*** PKI verification of server certificate failed...\n"


def invoked(side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.HTTPS, "127.0.0.1", 8443)
    return CLI.invoke(
        Request(MACHINE, side, endpoint, Material("PUBLIC ROOT\n", "ISSUING\n"), Login("", ""), PurePosixPath("/room"))
    )


def test_trusts_nothing_but_its_own_file() -> None:
    invocation = invoked(SAFE)
    assert invocation.argv == ("/usr/bin/gnutls-cli", "--x509cafile=ca.pem", "--port=8443", HOST)
    assert invocation.files == {"ca.pem": "PUBLIC ROOT\nISSUING\n"}
    assert invocation.env == {}


def test_left_to_its_defaults_it_is_given_no_file() -> None:
    assert invoked(ClientSide(HOST, defaults_only=True)).argv == ("/usr/bin/gnutls-cli", "--port=8443", HOST)


@pytest.mark.parametrize(
    ("side", "spelled"),
    [
        (ClientSide(HOST), ()),
        (SAFE, ("--x509cafile=ca.pem",)),
        (ClientSide(HOST, intermediates=(LAB_ISSUING,)), ("--x509cafile=ca.pem",)),
        (ClientSide(HOST, trust_everything=True), ("--insecure",)),
        (
            ClientSide(HOST, expected_name="www.lab.test"),
            ("--verify-hostname=www.lab.test", "--sni-hostname=www.lab.test"),
        ),
        (ClientSide(HOST, server_name=""), ("--disable-sni",)),
        (ClientSide(HOST, expected_name=HOST), ()),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_0), ()),
        (ClientSide(HOST, tls_max=TLSVersion.TLSv1_3), ()),
        (ClientSide(HOST, tls_max=TLSVersion.TLSv1_2), ("--priority=NORMAL:-VERS-TLS1.3",)),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_2), ("--priority=NORMAL:-VERS-TLS1.0:-VERS-TLS1.1",)),
    ],
)
def test_spells_options_as_gnutls_cli_does(side: ClientSide, spelled: tuple[str, ...]) -> None:
    assert CLI.options_as_typed(side) == spelled
    assert set(spelled) <= {*invoked(side).argv}


def completed(status: int, stdout: str, stderr: str = "") -> Completed:
    return Completed(status, stdout, stderr, 0.01)


def test_answer_200_is_a_connection() -> None:
    said = (
        "- Status: The certificate is trusted. \n"
        "- Description: (TLS1.3-X.509)-(ECDHE-SECP256R1)-(RSA-PSS-RSAE-SHA256)-(AES-256-GCM)\n"
        "\n- Simple Client Mode:\n\nHTTP/1.1 200 OK\r\n"
    )
    outcome = CLI.read(completed(0, said), SAFE)
    assert (outcome.result, outcome.encrypted, outcome.tls_version) == (Result.CONNECTED, True, "TLSv1.3")


@pytest.mark.parametrize(
    ("status", "answer"), [(0, "HTTP/1.1 400 Bad Request\r\n"), (0, ""), (1, "HTTP/1.1 200 OK\r\n")]
)
def test_anything_else_is_none(status: int, answer: str) -> None:
    outcome = CLI.read(completed(status, "- Simple Client Mode:\n\n" + answer), SAFE)
    assert (outcome.result, outcome.encrypted, outcome.code) == (Result.REFUSED, None, str(status))


def status_of(reason: str) -> str:
    return f"- Status: The certificate is NOT trusted. {reason} \n{FAILED}"


@pytest.mark.parametrize(
    ("stdout", "stderr", "scenarios"),
    [
        (status_of("The certificate issuer is unknown."), CERTIFICATE, KNOWN_ISSUER),
        (status_of("The certificate chain uses expired certificate."), CERTIFICATE, {"expired"}),
        (status_of("The certificate chain uses insecure algorithm."), CERTIFICATE, {"sha1-signature.client"}),
        (status_of("The name in the certificate does not match the expected."), CERTIFICATE, {"name-mismatch"}),
        (
            "*** Received alert [70]: Error in protocol version\n",
            "*** Fatal error: A TLS fatal alert has been received.\n",
            VERSIONS,
        ),
        ("", "*** Fatal error: Error in the pull function.\n", VERSIONS),
        (status_of("The certificate chain is revoked."), CERTIFICATE, set()),
        ("- Status: The certificate is trusted. \n", CERTIFICATE, set()),
    ],
)
def test_texts_are_recognised_where_they_are_documented_and_nowhere_else(
    stdout: str, stderr: str, scenarios: set[str]
) -> None:
    outcome = CLI.read(completed(1, stdout, stderr), SAFE)
    assert (outcome.result, outcome.code) == (Result.REFUSED, "1")
    assert documented(CLI, outcome).keys() == scenarios


@pytest.mark.parametrize("scenario", ["expired", "self-signed", "untrusted-ca", "name-mismatch"])
def test_with_insecure_it_goes_on(scenario: str) -> None:
    situation = broken(scenario, ServerKind.HTTPS)
    assert not connects(CLI, situation)
    assert "--insecure" in tolerated(CLI, situation.with_client(trust_everything=True))


def test_version() -> None:
    assert CLI.read_version(completed(0, "gnutls-cli 3.7.9\nCopyright (C) 2000-2021\n")) == "gnutls-cli 3.7.9"
    assert CLI.read_version(completed(127, "", "not found")) == ""


def test_missing_says_how_to_get_it() -> None:
    assert CLI.missing(MACHINE) is None
    lacking = CLI.missing(Machine())
    assert lacking is not None
    assert lacking.how_to_get == "./tlslab setup"
