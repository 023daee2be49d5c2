"""jTDS: its invocation, its own words and what it never looks at.

Texts: jTDS 1.3.1, Messages.properties (`error.connection.ioerror`, `error.ssl.encryptionoff`), with OpenJDK's inside.
"""

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, tolerated
from tests.clients.machine import MACHINE
from tlslab.clients.base import Endpoint, Invocation, Login, Material, Request
from tlslab.clients.jtds import Jtds
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, Encryption, ServerEncryption, ServerKind, TLSVersion, healthy

JTDS = Jtds()
SQL = ServerKind.SQLSERVER
GOOD = healthy(SQL)
SAFE = GOOD.client
NETWORK = "java.sql.SQLException: Network error IOException: "
BUILDING = (
    "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid "
    "certification path to requested target"
)
CLOSED = (
    'java.lang.NullPointerException: Cannot invoke "String.indexOf(String)" because the return value of '
    '"java.io.IOException.getMessage()" is null'
)


def invoked(side: ClientSide) -> Invocation:
    material = Material("ROOT\n", "ISSUING\n", "PUBLIC ROOT\n")
    endpoint = Endpoint(SQL, "127.0.0.1", 1433)
    return JTDS.invoke(Request(MACHINE, side, endpoint, material, Login("sa", "secret"), PurePosixPath("/room")))


def asked(side: ClientSide) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(invoked(side).stdin)
    return found


@pytest.mark.parametrize(
    ("changes", "ssl"),
    [
        ({}, "authenticate"),
        ({"trust_everything": True}, "require"),
        ({"encryption": Encryption.OPTIONAL}, "request"),
        ({"encryption": None}, None),
    ],
)
def test_one_option_says_whether_to_encrypt_and_whether_to_verify(changes: dict[str, Any], ssl: str | None) -> None:
    side = replace(SAFE, **changes)
    assert asked(side).get("ssl") == ssl
    assert (f"ssl={ssl}" in JTDS.options_as_typed(side)) is (ssl is not None)


def test_the_trust_store_is_that_of_the_whole_jvm() -> None:
    invocation = invoked(SAFE)
    assert invocation.worker is not None
    assert invocation.worker.files == {"roots.pem": "ROOT\n"}
    assert "-Djavax.net.ssl.trustStore=ca.p12" in JTDS.options_as_typed(SAFE)
    other = invoked(replace(SAFE, trust_anchors=()))
    assert other.worker is not None
    assert other.worker.files == {"roots.pem": "PUBLIC ROOT\n"}


def test_left_to_its_defaults_it_is_given_no_option() -> None:
    side = replace(SAFE, defaults_only=True)
    assert "ssl" not in asked(side)
    assert JTDS.options_as_typed(replace(side, trust_anchors=())) == ()


def test_tls_limits_are_settings_of_the_jvm() -> None:
    assert "-Djdk.tls.client.protocols=TLSv1.1" in invoked(replace(SAFE, tls_max=TLSVersion.TLSv1_1)).argv


def test_no_password_stands_in_the_arguments() -> None:
    assert not any("secret" in word for word in invoked(SAFE).argv)


def test_it_has_no_tds_8() -> None:
    assert "TDS 8.0" in str(JTDS.cannot(GOOD.with_client(encryption=Encryption.STRICT)))


def test_where_the_login_alone_is_encrypted_it_may_hang() -> None:
    unasked = GOOD.with_client(encryption=Encryption.OPTIONAL)
    assert "one of ten" in str(JTDS.cannot(unasked))
    assert JTDS.cannot(unasked.with_server(encryption=ServerEncryption.FORCED)) is None


def test_versions_are_the_drivers_own_and_javas() -> None:
    done = Completed(0, '{"driver": "1.3.1", "java": "17.0.15"}\n', "", 0.1)
    assert JTDS.read_version(done) == "jtds 1.3.1 (Java 17.0.15)"


@pytest.mark.parametrize("word", ["", "(certificate_unknown) "])
def test_one_text_stands_for_every_chain_without_a_trusted_root(word: str) -> None:
    found = documented(JTDS, f"{NETWORK}{word}{BUILDING}")
    assert found.keys() == {"self-signed", "untrusted-ca.fallback", "missing-intermediate"}


def test_a_server_that_hangs_up_makes_it_fail_in_itself() -> None:
    closed = {"sha1-signature.server", "tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}
    assert documented(JTDS, CLOSED).keys() == closed
    assert documented(JTDS, "java.lang.NullPointerException").keys() == closed  # up to JDK 14


def test_it_never_looks_at_the_name() -> None:
    assert "never compares the name" in tolerated(JTDS, broken("name-mismatch", SQL))


def test_where_the_server_demands_encryption_and_it_did_not_ask_it_verifies_nothing() -> None:
    assert connects(JTDS, broken("untrusted-ca.forced", SQL))
    assert not connects(JTDS, broken("untrusted-ca.forced", SQL).with_client(encryption=Encryption.MANDATORY))


@pytest.mark.parametrize("identity", ["self-signed", "missing-intermediate", "expired"])
def test_require_looks_at_nothing(identity: str) -> None:
    assert connects(JTDS, broken(identity, SQL).with_client(trust_everything=True))
