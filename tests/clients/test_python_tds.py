"""python-tds: when it uses TLS at all, and its words. Texts: denisenkom/pytds issue 82; src/pytds/tls.py."""

import json
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import connects, documented, tolerated
from tlslab.clients.base import Endpoint, Login, Machine, Material, Request
from tlslab.clients.python_tds import PythonTds
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, Encryption, ServerEncryption, ServerKind, Situation, TLSVersion, healthy

PYTHON_TDS = PythonTds()
HOST = "db.lab.test"
HEALTHY = healthy(ServerKind.SQLSERVER)
OPTIONAL = HEALTHY.with_client(encryption=Encryption.OPTIONAL)
FORCED = OPTIONAL.with_server(encryption=ServerEncryption.FORCED)
MACHINE = Machine(python="/clients/python", python_packages={"python-tds": "1", "pyopenssl": "26"})


def arguments(side: ClientSide) -> dict[str, Any]:
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    invocation = PYTHON_TDS.invoke(
        Request(MACHINE, side, endpoint, Material("PUBLIC ROOT\n"), Login("sa", "pw"), PurePosixPath("/room"))
    )
    assert invocation.files["ca.pem"] == "PUBLIC ROOT\n"
    found: dict[str, Any] = json.loads(invocation.stdin)["connection"]
    return found


@pytest.mark.parametrize(
    ("side", "cafile"),
    [
        (HEALTHY.client, True),
        (HEALTHY.with_client(trust_anchors=()).client, True),
        (OPTIONAL.client, True),
        (OPTIONAL.with_client(trust_anchors=()).client, False),
    ],
)
def test_uses_tls_unless_nothing_is_asked_and_nothing_trusted(side: ClientSide, cafile: bool) -> None:
    given = arguments(side)
    assert given.get("cafile") == ("/room/ca.pem" if cafile else None)
    assert "enc_login_only" not in given
    assert PYTHON_TDS.options_as_typed(side) == (('cafile="ca.pem"',) if cafile else ())


@pytest.mark.parametrize(
    ("situation", "why"),
    [
        (HEALTHY.with_client(trust_everything=True), "denisenkom/pytds#162"),
        (HEALTHY.with_client(expected_name="db1.lab.test"), "no option"),
        (HEALTHY.with_client(encryption=Encryption.STRICT), "TDS 8.0"),
        (HEALTHY.with_client(tls_min=TLSVersion.TLSv1_0), "TLS 1.2"),
        (HEALTHY.with_client(tls_max=TLSVersion.TLSv1_1), "TLS 1.2"),
        (OPTIONAL, "enc_login_only=True"),
    ],
)
def test_says_what_it_cannot_express(situation: Situation, why: str) -> None:
    assert why in (PYTHON_TDS.cannot(situation) or "")


@pytest.mark.parametrize(
    "situation",
    [HEALTHY, FORCED, OPTIONAL.with_client(trust_anchors=()), HEALTHY.with_client(tls_min=TLSVersion.TLSv1_2)],
)
def test_can_express_the_rest(situation: Situation) -> None:
    assert PYTHON_TDS.cannot(situation) is None


def test_where_it_uses_no_tls_it_minds_no_certificate_and_gives_up_when_the_server_forces_encryption() -> None:
    careless = OPTIONAL.with_client(trust_anchors=()).with_leaf(issuer=None)
    assert "without `cafile`" in tolerated(PYTHON_TDS, careless)
    assert "without `cafile`" in tolerated(PYTHON_TDS, careless.with_server(tls_max=TLSVersion.TLSv1_1))
    assert not connects(PYTHON_TDS, careless.with_server(encryption=ServerEncryption.FORCED))
    assert not connects(PYTHON_TDS, HEALTHY.with_leaf(issuer=None))


DEMANDED = (
    "pytds.tds_base.Error: Client does not have encryption enabled but it is required by server, "
    "enable encryption and try connecting again"
)
REFUSED = (
    "ConnectionRefusedError: [Errno 111] Connection refused\n\n"
    "The above exception was the direct cause of the following exception:\n\nTimeoutError"
)


@pytest.mark.parametrize(
    ("text", "scenarios"),
    [
        # pyOpenSSL does not say why.
        (
            "OpenSSL.SSL.Error: [('SSL routines', 'tls_process_server_certificate', 'certificate verify failed')]",
            {"expired", "missing-intermediate", "self-signed", "sha1-signature.client", "untrusted-ca.fallback"},
        ),
        ("OpenSSL.SSL.Error: [('SSL routines', '', 'unsupported protocol')]", {"tls-version-mismatch.server-older"}),
        (
            "pytds.tds_base.Error: Certificate does not match host name 'db.lab.test'",
            {"name-mismatch", "untrusted-ca.fallback"},
        ),
        (
            "pytds.tds_base.ClosedConnectionError: Server closed connection",
            {"sha1-signature.server", "tls-version-mismatch.server-older"},
        ),
        (DEMANDED, {"untrusted-ca.forced"}),
        (REFUSED, {"unreadable-key"}),
        # A timeout that no refusal led to is another failure.
        ("TimeoutError", set()),
        ("AttributeError: something else", set()),
    ],
)
def test_texts_are_recognised_where_they_are_documented_and_nowhere_else(text: str, scenarios: set[str]) -> None:
    assert documented(PYTHON_TDS, text).keys() == scenarios


def test_what_pyopenssl_lists_is_what_people_posted() -> None:
    shown = documented(PYTHON_TDS, "OpenSSL.SSL.Error: [('SSL routines', '', 'certificate verify failed')]")
    assert set(shown.values()) == {Basis.REPORTED}
    assert documented(PYTHON_TDS, DEMANDED) == {"untrusted-ca.forced": Basis.AUTHORITATIVE}


def test_version() -> None:
    line = '{"python-tds": "1.17.1", "pyopenssl": "26.1.0", "openssl": "OpenSSL 4.0.0"}'
    assert PYTHON_TDS.read_version(Completed(0, line, "", 0.1)) == "python-tds 1.17.1 (pyOpenSSL 26.1.0, OpenSSL 4.0.0)"


def test_says_what_is_missing() -> None:
    assert PYTHON_TDS.missing(MACHINE) is None
    assert PYTHON_TDS.missing(Machine(python="/clients/python")) is not None
