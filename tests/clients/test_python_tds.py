"""python-tds: when it uses TLS at all, and its words. Texts: denisenkom/pytds issue 82; src/pytds/tls.py."""

import json
from pathlib import PurePosixPath
from typing import Any

import pytest

from tlslab.clients.base import Endpoint, Login, Machine, Material
from tlslab.clients.python_tds import PythonTds
from tlslab.model.evidence import Basis, Phase, Reason, Source, expectations
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, Encryption, ServerEncryption, ServerKind, Situation, TLSVersion, healthy

PYTHON_TDS = PythonTds()
HOST = "db.lab.test"
HEALTHY = healthy(ServerKind.SQLSERVER)
OPTIONAL = HEALTHY.with_client(encryption=Encryption.OPTIONAL)
FORCED = OPTIONAL.with_server(encryption=ServerEncryption.FORCED)
MACHINE = Machine(python="/clients/python", python_packages={"python-tds": "1", "pyopenssl": "26"})
DOCUMENT = Source("a document", "https://example.org/")


def arguments(side: ClientSide) -> dict[str, Any]:
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    invocation = PYTHON_TDS.invoke(
        MACHINE, side, endpoint, Material("PUBLIC ROOT\n"), Login("sa", "pw"), PurePosixPath("/room")
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


def test_accepts_everything_where_it_uses_no_tls() -> None:
    careless = OPTIONAL.with_client(trust_anchors=()).with_leaf(issuer=None)
    assert PYTHON_TDS.accepts(careless) is not None
    assert PYTHON_TDS.accepts(careless.with_server(encryption=ServerEncryption.FORCED)) is None
    assert PYTHON_TDS.accepts(HEALTHY.with_leaf(issuer=None)) is None


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (
            Reason("pyopenssl", Phase.VERIFY, "certificate verify failed", Basis.AUTHORITATIVE, DOCUMENT),
            "OpenSSL.SSL.Error: [('SSL routines', 'tls_process_server_certificate', 'certificate verify failed')]",
        ),
        (
            Reason("openssl", Phase.HANDSHAKE, "unsupported protocol", Basis.AUTHORITATIVE, DOCUMENT),
            "OpenSSL.SSL.Error: [('SSL routines', '', 'unsupported protocol')]",
        ),
        (
            Reason(
                "python-tds", Phase.NAME, "Certificate does not match host name '{name}'", Basis.AUTHORITATIVE, DOCUMENT
            ),
            "pytds.tds_base.Error: Certificate does not match host name 'db.lab.test'",
        ),
        (
            Reason("python-tds", Phase.CLOSED, "ClosedConnectionError: Server closed", Basis.AUTHORITATIVE, DOCUMENT),
            "pytds.tds_base.ClosedConnectionError: Server closed connection",
        ),
        (
            Reason("posix", Phase.CONNECT, "Connection refused", Basis.AUTHORITATIVE, DOCUMENT),
            (
                "ConnectionRefusedError: [Errno 111] Connection refused\n\n"
                "The above exception was the direct cause of the following exception:\n\nTimeoutError"
            ),
        ),
    ],
)
def test_documented_texts_are_recognised(reason: Reason, text: str) -> None:
    found = expectations([reason], PYTHON_TDS.wrappers)
    assert any(item.matches(text, "", {"host": HOST, "name": HOST}) for item in found)
    assert not any(item.matches("AttributeError: something else", "", {"host": HOST, "name": HOST}) for item in found)


def test_version() -> None:
    line = '{"python-tds": "1.17.1", "pyopenssl": "26.1.0", "openssl": "OpenSSL 4.0.0"}'
    assert PYTHON_TDS.read_version(Completed(0, line, "", 0.1)) == "python-tds 1.17.1 (pyOpenSSL 26.1.0, OpenSSL 4.0.0)"


def test_says_what_is_missing() -> None:
    assert PYTHON_TDS.missing(MACHINE) is None
    assert PYTHON_TDS.missing(Machine(python="/clients/python")) is not None


def test_a_timeout_that_no_refusal_led_to_is_another_failure() -> None:
    refused = Reason("posix", Phase.CONNECT, "Connection refused", Basis.AUTHORITATIVE, DOCUMENT)
    found = expectations([refused], PYTHON_TDS.wrappers)
    assert found
    assert not any(item.matches("TimeoutError", "", {"host": HOST, "name": HOST}) for item in found)
