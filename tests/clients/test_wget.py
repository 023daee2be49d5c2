"""wget: its invocation and its words. Texts: GNU Wget, src/gnutls.c; wget(1), EXIT STATUS."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.wget import Wget
from tlslab.model.certificate import LAB_ISSUING, LAB_ROOT, PAST, KeyPurpose, KeyUse, SignatureHash
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, ServerKind, Situation, TLSVersion, healthy

WGET = Wget()
HOST = "shop.lab.test"
SAFE = ClientSide(HOST, trust_anchors=(LAB_ROOT,))
MACHINE = Machine(which={"wget": "/usr/bin/wget"}, gnutls=frozenset({"wget"}))
KNOWN_ISSUER = {"self-signed", "untrusted-ca", "missing-intermediate"}
VERSIONS = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}
OPEN, CLOSE = "\N{LEFT SINGLE QUOTATION MARK}", "\N{RIGHT SINGLE QUOTATION MARK}"
CONNECTED = f"Connecting to {HOST} ({HOST})|127.0.0.1|:8443... connected.\n"


def invoked(side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.HTTPS, "127.0.0.1", 8443)
    return WGET.invoke(
        Request(MACHINE, side, endpoint, Material("PUBLIC ROOT\n", "ISSUING\n"), Login("", ""), PurePosixPath("/room"))
    )


def test_is_given_its_file_as_people_give_it() -> None:
    invocation = invoked(SAFE)
    assert "--ca-certificate=ca.pem" in invocation.argv
    assert not [word for word in invocation.argv if word.startswith("--ca-directory")]
    assert "--no-check-certificate" not in invocation.argv
    assert invocation.files == {"ca.pem": "PUBLIC ROOT\nISSUING\n"}
    assert invocation.argv[-1] == "https://shop.lab.test:8443/"


@pytest.mark.parametrize(
    ("side", "spelled"),
    [
        (ClientSide(HOST), ()),
        (SAFE, ("--ca-certificate=ca.pem",)),
        (ClientSide(HOST, trust_everything=True), ("--no-check-certificate",)),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_2), ("--secure-protocol=TLSv1_2",)),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_0), ("--secure-protocol=TLSv1",)),
        (ClientSide(HOST, tls_max=TLSVersion.TLSv1_3), ()),
        (ClientSide(HOST, tls_max=TLSVersion.TLSv1_2), ("--ciphers=NORMAL:-VERS-TLS1.3",)),
        (
            ClientSide(HOST, tls_min=TLSVersion.TLSv1_2, tls_max=TLSVersion.TLSv1_2),
            ("--ciphers=NORMAL:-VERS-TLS1.0:-VERS-TLS1.1:-VERS-TLS1.3",),
        ),
    ],
)
def test_spells_options_as_wget_does(side: ClientSide, spelled: tuple[str, ...]) -> None:
    assert WGET.options_as_typed(side) == spelled
    assert set(spelled) <= set(invoked(side).argv)


def test_another_name_than_the_one_in_the_url_cannot_be_verified() -> None:
    situation = healthy(ServerKind.HTTPS)
    assert WGET.cannot(situation) is None
    assert "wget" in (WGET.cannot(situation.with_client(expected_name="www.lab.test")) or "")
    assert WGET.cannot(situation.with_client(expected_name=HOST)) is None


OLD = healthy(ServerKind.HTTPS).with_server(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1)


def test_it_speaks_to_an_old_server_unless_a_floor_is_set() -> None:
    assert connects(WGET, OLD)
    assert not connects(WGET, OLD.with_client(tls_min=TLSVersion.TLSv1_2))


@pytest.mark.parametrize(
    "situation",
    [
        OLD.with_leaf(validity=PAST),
        OLD.with_leaf(issuer=None),
        OLD.with_leaf(signature=SignatureHash.SHA1),
        OLD.with_chain(after=()),
        OLD.with_leaf(names=("another.lab.test",)),
        OLD.with_client(trust_anchors=()),
        OLD.with_server(tls_min=TLSVersion.TLSv1_1).with_client(tls_max=TLSVersion.TLSv1_0),
        healthy(ServerKind.HTTPS).with_server(tls_min=TLSVersion.TLSv1_3).with_client(tls_max=TLSVersion.TLSv1_2),
    ],
)
def test_whatever_else_is_wrong_with_an_old_server_is_refused(situation: Situation) -> None:
    assert not connects(WGET, situation)


def test_what_a_certificate_may_be_used_for_is_overlooked() -> None:
    good = healthy(ServerKind.HTTPS)
    for situation in (
        good.with_leaf(extended_key_usage=(KeyPurpose.CLIENT_AUTH,)),
        good.with_leaf(issuer=replace(LAB_ISSUING, extended_key_usage=(KeyPurpose.CLIENT_AUTH,))),
        good.with_leaf(key_usage=frozenset({KeyUse.DATA_ENCIPHERMENT})),
        good.with_leaf(key_usage=frozenset({KeyUse.KEY_ENCIPHERMENT})),
    ):
        assert connects(WGET, situation)


def test_with_no_check_certificate_it_looks_at_no_certificate() -> None:
    for scenario in ("expired", "self-signed", "name-mismatch", "sha1-signature.client"):
        situation = broken(scenario, ServerKind.HTTPS)
        assert not connects(WGET, situation)
        assert "--no-check-certificate" in tolerated(WGET, situation.with_client(trust_everything=True))


def test_completed_download_is_a_connection() -> None:
    stderr = CONNECTED + "HTTP request sent, awaiting response... 200 OK\nLength: 8 [text/plain]\n"
    outcome = WGET.read(Completed(0, "", stderr, 0.05), SAFE)
    assert (outcome.result, outcome.encrypted, outcome.text) == (Result.CONNECTED, True, stderr)


def test_http_error_is_no_connection() -> None:
    stderr = CONNECTED + "HTTP request sent, awaiting response... 400 Bad Request\n"
    assert WGET.read(Completed(8, "", stderr, 0.05), SAFE).result is Result.REFUSED
    assert WGET.read(Completed(0, "", stderr, 0.05), SAFE).result is Result.REFUSED


NOT_TRUSTED = f"ERROR: The certificate of {OPEN}{HOST}{CLOSE} is not trusted.\n"


@pytest.mark.parametrize(
    ("said", "status", "scenarios"),
    [
        (
            NOT_TRUSTED + f"ERROR: The certificate of {OPEN}{HOST}{CLOSE} doesn't have a known issuer.\n",
            5,
            KNOWN_ISSUER,
        ),
        (
            NOT_TRUSTED + f"ERROR: The certificate of {OPEN}{HOST}{CLOSE} has expired.\nThe certificate has expired\n",
            5,
            {"expired"},
        ),
        (
            NOT_TRUSTED + f"ERROR: The certificate of {OPEN}{HOST}{CLOSE} was signed using an insecure algorithm.\n",
            5,
            {"sha1-signature.client"},
        ),
        (f"The certificate's owner does not match hostname {OPEN}{HOST}{CLOSE}\n", 5, {"name-mismatch"}),
        (
            (
                "GnuTLS: A TLS fatal alert has been received.\n"
                "GnuTLS: received alert [70]: Error in protocol version\n"
                "Unable to establish SSL connection.\n"
            ),
            4,
            VERSIONS,
        ),
        ("GnuTLS: Error in the pull function.\nUnable to establish SSL connection.\n", 4, VERSIONS),
        (NOT_TRUSTED + f"ERROR: The certificate of {OPEN}{HOST}{CLOSE} has another fault.\n", 5, set()),
        (f"The certificate's owner does not match hostname {OPEN}another.lab.test{CLOSE}\n", 5, set()),
    ],
)
def test_texts_are_recognised_where_they_are_documented_and_nowhere_else(
    said: str, status: int, scenarios: set[str]
) -> None:
    outcome = WGET.read(Completed(status, "", CONNECTED + said, 0.05), SAFE)
    assert (outcome.result, outcome.code) == (Result.REFUSED, str(status))
    assert documented(WGET, outcome).keys() == scenarios


def test_warning_of_an_unverified_download_is_no_documented_refusal() -> None:
    """With --no-check-certificate wget prints the same sentences as warnings and goes on."""
    assert documented(WGET, NOT_TRUSTED + "ERROR: The certificate has expired.\n")
    assert not documented(WGET, NOT_TRUSTED.replace("ERROR", "WARNING") + "WARNING: The certificate has expired.\n")


def test_version_names_the_tls_library() -> None:
    output = "GNU Wget 1.21.3 built on linux-gnu.\n\n-cares +digest +https +ipv6 +ntlm +psl +ssl/gnutls \n"
    assert WGET.read_version(Completed(0, output, "", 0.01)) == "GNU Wget 1.21.3 (gnutls)"
    assert WGET.read_version(Completed(1, "", "", 0.01)) == ""


def test_missing_says_how_to_get_it() -> None:
    assert WGET.missing(MACHINE) is None
    lacking = WGET.missing(Machine())
    assert lacking is not None
    assert lacking.how_to_get == "./tlslab setup"


def test_a_build_with_another_tls_library_is_not_this_client() -> None:
    lacking = WGET.missing(Machine(which={"wget": "/usr/bin/wget"}))
    assert lacking is not None
    assert "linked with GnuTLS" in lacking.what
