"""curl: its invocation and its words. Texts: curl(1), EXIT CODES; curl, lib/vtls/openssl.c."""

from pathlib import PurePosixPath

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.curl import TRACE, Curl
from tlslab.model.certificate import LAB_ISSUING, LAB_ROOT
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, ServerKind, TLSVersion

CURL = Curl()
HOST = "shop.lab.test"
SAFE = ClientSide(HOST, trust_anchors=(LAB_ROOT,))
MACHINE = Machine(which={"curl": "/usr/bin/curl"})
VERSIONS = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}


def invoked(side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.HTTPS, "127.0.0.1", 8443)
    material = Material(anchors="PUBLIC ROOT\n", intermediates="ISSUING\n")
    return CURL.invoke(Request(MACHINE, side, endpoint, material, Login("", ""), PurePosixPath("/room")))


def options(side: ClientSide) -> list[str]:
    """What the side adds to the command line of the plain verified connection."""
    plain = invoked(SAFE).argv
    return [word for word in invoked(side).argv if word not in plain]


def test_trusts_nothing_but_its_own_file() -> None:
    invocation = invoked(SAFE)
    argv = invocation.argv
    assert argv[argv.index("--cacert") + 1] == "ca.pem"
    assert argv[argv.index("--capath") + 1] == "."
    assert invocation.files == {"ca.pem": "PUBLIC ROOT\nISSUING\n"}
    assert invocation.env == {}
    assert argv[-1] == "https://shop.lab.test:8443/"
    assert "--insecure" not in argv


@pytest.mark.parametrize(
    ("side", "spelled"),
    [
        (ClientSide(HOST), ()),
        (SAFE, ("--cacert ca.pem",)),
        (ClientSide(HOST, intermediates=(LAB_ISSUING,)), ("--cacert ca.pem",)),
        (ClientSide(HOST, trust_everything=True), ("--insecure",)),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_2), ("--tlsv1.2",)),
        (ClientSide(HOST, tls_max=TLSVersion.TLSv1_2), ("--tls-max 1.2",)),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_0), ("--tlsv1.0", "--ciphers DEFAULT@SECLEVEL=0")),
        (
            ClientSide(HOST, expected_name="www.lab.test"),
            ("--connect-to www.lab.test::shop.lab.test:", "https://www.lab.test/"),
        ),
        (ClientSide(HOST, expected_name=HOST), ()),
    ],
)
def test_spells_options_as_curl_does(side: ClientSide, spelled: tuple[str, ...]) -> None:
    assert CURL.options_as_typed(side) == spelled


def test_a_bypass_reaches_the_command_line() -> None:
    assert options(ClientSide(HOST, trust_anchors=(LAB_ROOT,), trust_everything=True)) == ["--insecure"]


def test_other_name_is_the_one_in_the_url() -> None:
    argv = invoked(ClientSide(HOST, trust_anchors=(LAB_ROOT,), expected_name="www.lab.test")).argv
    assert argv[-1] == "https://www.lab.test:8443/"
    assert argv[argv.index("--connect-to") + 1] == "www.lab.test::shop.lab.test:"


def completed(status: int | None, stdout: str, stderr: str = "", trace: str = "") -> Completed:
    return Completed(status, stdout, stderr, 0.01, ((TRACE, trace),))


def test_answer_200_is_a_connection() -> None:
    trace = "== Info: SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384\n=> Send SSL data, 5 bytes (0x5)\n"
    outcome = CURL.read(completed(0, "200", trace=trace), SAFE)
    assert (outcome.result, outcome.encrypted, outcome.tls_version) == (Result.CONNECTED, True, "TLSv1.3")
    assert outcome.trace == "== Info: SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384\n"


@pytest.mark.parametrize("status", ["400", "500", "000", ""])
def test_exit_status_0_without_a_200_is_no_connection(status: str) -> None:
    """curl exits 0 on nginx's HTTP 400, which is what it answers when a client certificate is lacking."""
    outcome = CURL.read(completed(0, status), SAFE)
    assert (outcome.result, outcome.encrypted) == (Result.REFUSED, None)
    assert status in outcome.text


@pytest.mark.parametrize(
    ("stderr", "scenarios"),
    [
        (
            (
                "curl: (60) SSL certificate problem: certificate has expired\n"
                "More details here: https://curl.se/docs/sslcerts.html\n"
            ),
            {"expired"},
        ),
        # lib/vtls/openssl.c of curl 8.22.0.
        ("curl: (60) SSL certificate OpenSSL verify result: certificate has expired (10)\n", {"expired"}),
        ("curl: (60) SSL certificate problem: self-signed certificate\n", {"self-signed"}),
        # Without the hyphen: OpenSSL 1.1.1w, crypto/x509/x509_txt.c.
        ("curl: (60) SSL certificate problem: self signed certificate\n", {"self-signed"}),
        # One error of OpenSSL (20) for an authority that is not trusted, and one that is not there.
        (
            "curl: (60) SSL certificate problem: unable to get local issuer certificate\n",
            {"untrusted-ca", "missing-intermediate"},
        ),
        ("curl: (60) SSL certificate problem: unable to verify the first certificate\n", {"missing-intermediate"}),
        ("curl: (60) SSL certificate problem: CA signature digest algorithm too weak\n", {"sha1-signature.client"}),
        (
            "curl: (60) SSL: no alternative certificate subject name matches target hostname 'shop.lab.test'\n",
            {"name-mismatch"},
        ),
        ("curl: (35) error:0A00042E:SSL routines::tlsv1 alert protocol version\n", VERSIONS),
        ("curl: (35) OpenSSL/3.0.19: error:0A00042E:SSL routines::tlsv1 alert protocol version\n", VERSIONS),
        ("curl: (35) OpenSSL SSL_connect: Connection reset by peer in connection to shop.lab.test:8443\n", VERSIONS),
        ("curl: (35) Recv failure: Connection reset by peer\n", VERSIONS),
        ("curl: (60) SSL certificate problem: another reason\n", set()),
        ("curl: (35) OpenSSL SSL_connect: Connection reset by peer in connection to another.lab.test:8443\n", set()),
    ],
)
def test_texts_are_recognised_where_they_are_documented_and_nowhere_else(stderr: str, scenarios: set[str]) -> None:
    outcome = CURL.read(completed(int(stderr[7:9]), "000", stderr), SAFE)
    assert (outcome.result, outcome.text, outcome.code) == (Result.REFUSED, stderr, stderr[7:9])
    assert documented(CURL, outcome).keys() == scenarios


def test_what_only_the_lab_saw_is_not_called_documented() -> None:
    assert set(documented(CURL, "curl: (35) Recv failure: Connection reset by peer").values()) == {Basis.OBSERVED}
    assert documented(CURL, "curl: (60) SSL certificate problem: certificate has expired") == {
        "expired": Basis.AUTHORITATIVE
    }


@pytest.mark.parametrize(
    "scenario", ["expired", "self-signed", "untrusted-ca", "name-mismatch", "missing-intermediate"]
)
def test_with_insecure_it_looks_at_no_certificate(scenario: str) -> None:
    situation = broken(scenario, ServerKind.HTTPS)
    assert not connects(CURL, situation)
    assert "--insecure" in tolerated(CURL, situation.with_client(trust_everything=True))


def test_insecure_brings_no_version_of_tls() -> None:
    situation = broken("tls-version-mismatch.server-older", ServerKind.HTTPS)
    assert not connects(CURL, situation.with_client(trust_everything=True))


def test_version_names_the_tls_library() -> None:
    output = "curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.19 zlib/1.2.13 libidn2/2.3.3\n"
    assert CURL.read_version(Completed(0, output, "", 0.01)) == "curl 7.88.1 (OpenSSL/3.0.19)"
    assert CURL.read_version(Completed(127, "", "not found", 0.01)) == ""


def test_missing_says_how_to_get_it() -> None:
    assert CURL.missing(MACHINE) is None
    lacking = CURL.missing(Machine())
    assert lacking is not None
    assert lacking.how_to_get == "./tlslab setup"
