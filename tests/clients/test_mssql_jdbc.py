"""mssql-jdbc: its invocation, its own words and what it tolerates, by release.

Texts: microsoft/mssql-jdbc, SQLServerResource.java at v9.4.1, v12.10.2 and v13.4.0, and OpenJDK's, as the driver and
JDK 17 printed them.
"""

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import CATALOGUE, broken, connects, documented, tolerated
from tests.clients.machine import MACHINE
from tlslab.clients import Client
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request, Roots
from tlslab.clients.mssql_jdbc import MssqlJdbc
from tlslab.matrix.judge import ActVerdict, Judge
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import ClientSide, Encryption, ServerKind, Situation, TLSVersion, healthy

JDBC = MssqlJdbc()
SQL = ServerKind.SQLSERVER
SAFE = healthy(SQL).client
TRUST = {"anchors": "/room/ca.pem", "trustStore": "/room/ca.p12", "trustStorePassword": "changeit"}
SERVER = {
    "url": "jdbc:sqlserver://",
    "serverName": "db.lab.test",
    "portNumber": "1433",
    "user": "sa",
    "password": "secret",
    "loginTimeout": "10",
}
EXCEPTION = "com.microsoft.sqlserver.jdbc.SQLServerException: "
BUILDING = (
    "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid "
    "certification path to requested target"
)
VALIDITY = "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed"
NAME = (
    'Failed to validate the server name "db.lab.test"in a certificate during Secure Sockets Layer (SSL) initialization.'
)
CLOSED = "SQL Server did not return a response. The connection has been closed. ClientConnectionId:0b-1."


def at(version: str) -> Client:
    """The driver in this release."""
    client = MssqlJdbc()
    client.release = {"mssql-jdbc": version}
    return client


def said(reason: str) -> str:
    """What a driver from 12.3 on says, with this reason."""
    return (
        f'{EXCEPTION}"encrypt" property is set to "true" and "trustServerCertificate" property is set to "false" '
        "but the driver could not establish a secure connection to SQL Server by using Secure Sockets Layer (SSL) "
        f"encryption: Error: {reason}"
    )


def said_before(reason: str) -> str:
    """What an older one says."""
    return (
        f"{EXCEPTION}The driver could not establish a secure connection to SQL Server by using Secure Sockets Layer "
        f'(SSL) encryption. Error: "{reason}".'
    )


def invoked(side: ClientSide) -> Invocation:
    material = Material("ROOT\n", "ISSUING\n", "PUBLIC ROOT\n")
    endpoint = Endpoint(SQL, "127.0.0.1", 1433)
    return JDBC.invoke(Request(MACHINE, side, endpoint, material, Login("sa", "secret"), PurePosixPath("/room")))


def asked(side: ClientSide) -> dict[str, Any]:
    """What the probe is asked, but for the lab's question."""
    request: dict[str, Any] = json.loads(invoked(side).stdin)
    assert request.pop("question").startswith("SELECT encrypt_option ")
    return request


def test_trust_is_given_with_each_connection() -> None:
    assert asked(SAFE) == {**SERVER, **TRUST, "encrypt": "true"}
    assert invoked(SAFE).files == {"ca.pem": "ROOT\n"}


@pytest.mark.parametrize(
    ("changes", "properties"),
    [
        ({"encryption": Encryption.OPTIONAL}, {"encrypt": "false"}),
        ({"encryption": Encryption.STRICT}, {"encrypt": "strict"}),
        ({"trust_everything": True}, {"trustServerCertificate": "true"}),
        ({"expected_name": "sqlprod.lab.test"}, {"hostNameInCertificate": "sqlprod.lab.test"}),
    ],
)
def test_options_are_properties_of_the_connection(changes: dict[str, Any], properties: dict[str, str]) -> None:
    side = replace(SAFE, **changes)
    assert asked(side) == {**SERVER, **TRUST, "encrypt": "true", **properties}
    assert set(JDBC.options_as_typed(side)) >= {f"{name}={value}" for name, value in properties.items()}


@pytest.mark.parametrize(
    ("limits", "versions", "old"),
    [
        ({"tls_min": TLSVersion.TLSv1_2}, "TLSv1.2,TLSv1.3", False),
        ({"tls_max": TLSVersion.TLSv1_1}, "TLSv1.1", True),
        ({"tls_min": TLSVersion.TLSv1_0}, "TLSv1,TLSv1.1,TLSv1.2,TLSv1.3", True),
    ],
)
def test_tls_limits_are_settings_of_the_jvm(limits: dict[str, Any], versions: str, old: bool) -> None:
    invocation = invoked(replace(SAFE, **limits))
    assert invocation.worker is not None
    assert f"-Djdk.tls.client.protocols={versions}" in invocation.argv
    # What the JDK forbids no list of versions brings back (java.security, jdk.tls.disabledAlgorithms).
    forbidden = invocation.worker.files.get("jvm.security", "")
    assert bool(forbidden) is old
    assert "TLSv1" not in forbidden


def test_what_is_fixed_for_a_jvm_names_no_attempt() -> None:
    """Else no two attempts would have the same JVM."""
    for side in (SAFE, replace(SAFE, tls_max=TLSVersion.TLSv1_1), replace(SAFE, defaults_only=True)):
        invocation = invoked(side)
        assert invocation.worker is not None
        fixed = [*invocation.argv, *invocation.env.values(), *invocation.worker.files.values()]
        assert not any("/room" in text for text in fixed)


def test_trust_and_names_are_no_part_of_what_is_fixed() -> None:
    others = (
        replace(SAFE, trust_anchors=()),
        replace(SAFE, trust_everything=True),
        replace(SAFE, expected_name="x.lab.test"),
        replace(SAFE, encryption=Encryption.STRICT),
    )
    for side in others:
        assert (invoked(side).argv, invoked(side).worker) == (invoked(SAFE).argv, invoked(SAFE).worker)


def test_left_to_its_defaults_it_has_the_trust_store_of_its_jvm() -> None:
    invocation = invoked(replace(SAFE, defaults_only=True, encryption=None))
    assert asked(replace(SAFE, defaults_only=True, encryption=None)) == SERVER
    assert invocation.worker is not None
    assert invocation.worker.files == {"roots.pem": "PUBLIC ROOT\n"}
    assert "-Dlab.anchors=roots.pem" in invocation.argv


def test_no_password_stands_in_the_arguments() -> None:
    assert not any("secret" in word for word in invoked(SAFE).argv)


def test_intermediates_cannot_be_given_without_being_trusted() -> None:
    issuing = healthy(SQL).chain.intermediates
    why = JDBC.cannot(Situation(healthy(SQL).server, replace(SAFE, intermediates=issuing)))
    assert why is not None
    assert "trusted like a root" in why


def test_strict_ignores_the_switch_to_trust_everything() -> None:
    side = replace(SAFE, trust_everything=True, encryption=Encryption.STRICT)
    situation = Situation(healthy(SQL).server, side).with_leaf(issuer=None)
    assert JDBC.cannot(situation) is None
    assert not connects(JDBC, situation)


@pytest.mark.parametrize(("system", "roots"), [(frozenset(), Roots.OWN), (frozenset({"java"}), Roots.SYSTEM)])
def test_whose_roots_it_trusts_depends_on_the_java_runtime(system: frozenset[str], roots: Roots) -> None:
    assert JDBC.default_trust_on(Machine(system_roots=system)).roots is roots


def test_versions_are_the_drivers_own_and_javas() -> None:
    done = Completed(0, '{"driver": "13.6.2.0", "java": "17.0.15"}\n', "", 0.1)
    assert JDBC.read_version(done) == "mssql-jdbc 13.6.2.0 (Java 17.0.15)"
    assert JDBC.read_version(Completed(1, "", "Error: could not find java", 0.1)) == ""


def test_a_line_of_the_probe_is_the_outcome() -> None:
    line = '{"connected": true, "text": "TRUE", "code": "", "encrypted": true}'
    outcome = JDBC.read(Completed(0, f"{line}\n", "", 0.1), SAFE)
    assert (outcome.result, outcome.encrypted) == (Result.CONNECTED, True)


@pytest.mark.parametrize("word", ["", "(certificate_unknown) "])
def test_one_text_stands_for_every_chain_without_a_trusted_root(word: str) -> None:
    """JDK 25 and 17.0.21 put the name of an alert before the reason, 17.0.15 does not."""
    found = documented(JDBC, said(f"{word}{BUILDING}. ClientConnectionId:0b-1"))
    assert found.keys() == {"self-signed", "untrusted-ca.fallback", "untrusted-ca.forced", "missing-intermediate"}


@pytest.mark.parametrize(
    ("cause", "scenario"),
    [
        ("CertificateExpiredException: NotAfter: Fri Nov 20 21:15:07 UTC 2026", "expired"),
        ("CertificateNotYetValidException: NotBefore: Thu Dec 10 21:15:07 UTC 2026", "not-yet-valid"),
    ],
)
def test_of_a_certificate_out_of_date_the_last_cause_says_on_which_side(cause: str, scenario: str) -> None:
    text = said(f"{VALIDITY}. ClientConnectionId:0b-1\nCaused by: java.security.cert.{cause}")
    judge = Judge.of(JDBC, CATALOGUE.knowledge)
    verdicts = {
        identity: judge.act(broken(identity, SQL), Outcome(Result.REFUSED, text)).verdict
        for identity in ("expired", "not-yet-valid")
    }
    assert [identity for identity, verdict in verdicts.items() if verdict is ActVerdict.AS_DOCUMENTED] == [scenario]


def test_a_wrong_name_is_the_drivers_own_word() -> None:
    text = f'{NAME} Name in certificate "other.lab.test". ClientConnectionId:0b-1'
    assert documented(JDBC, said(text)).keys() == {"name-mismatch"}


def test_a_server_that_hangs_up_is_told_by_the_driver() -> None:
    closed = {"sha1-signature.server", "tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}
    assert documented(JDBC, said(CLOSED)).keys() == closed
    assert documented(at("9.4.1.jre11"), said_before(CLOSED)).keys() == closed


def test_before_10_1_the_name_is_not_told() -> None:
    old = "Failed to validate the server name in a certificate during Secure Sockets Layer (SSL) initialization."
    assert documented(at("9.4.1.jre11"), said_before(old)).keys() == {"name-mismatch"}
    assert documented(at("12.2.0.jre11"), said_before(NAME)).keys() == {"name-mismatch"}
    assert documented(JDBC, said_before(old)) == {}


@pytest.mark.parametrize(
    ("version", "takes"), [("9.4.1.jre11", False), ("13.3.0", False), ("13.3.1", True), ("", True)]
)
def test_the_address_in_a_certificate_counts_from_13_3_1_on(version: str, takes: bool) -> None:
    """CHANGELOG.md, 13.3.1: "Support IP Address Validation in Certificate SAN". A local build counts as the newest."""
    assert connects(at(version), broken("ip-san", SQL)) is takes


@pytest.mark.parametrize(("version", "verifies"), [("9.4.1.jre11", False), ("10.1.0", False), ("10.2.0", True)])
def test_where_the_server_forces_encryption_it_verifies_from_10_2_on(version: str, verifies: bool) -> None:
    """IOBuffer.java, enableSSL: until then the level that was requested decided, not the one that was negotiated."""
    forced = broken("untrusted-ca.forced", SQL)
    assert connects(at(version), forced) is not verifies
    assert bool(tolerated(at(version), forced)) is not verifies


def test_sha1_is_forbidden_under_the_jdks_own_cas_alone() -> None:
    assert "SHA-1" in tolerated(JDBC, broken("sha1-signature.client", SQL))


@pytest.mark.parametrize("identity", ["self-signed", "untrusted-ca.forced", "name-mismatch", "expired"])
def test_trust_server_certificate_looks_at_nothing(identity: str) -> None:
    assert connects(JDBC, broken(identity, SQL).with_client(trust_everything=True))


def test_an_ipv6_address_is_found_when_it_is_written_as_java_writes_it() -> None:
    """java.security.cert.X509Certificate, getSubjectAlternativeNames: eight groups, without `::`."""
    carried = healthy(SQL).with_leaf(addresses=("2001:db8::7",))
    judge = Judge.of(JDBC, CATALOGUE.knowledge)
    assert not judge.answer(carried.with_client(connect_to="2001:db8::7")).connects
    assert judge.answer(carried.with_client(connect_to="2001:db8:0:0:0:0:0:7")).connects
