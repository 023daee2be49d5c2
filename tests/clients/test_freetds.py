"""pymssql, tsql and tdsodbc: how FreeTDS is told, and what its log says.

Settings: FreeTDS User Guide, table "freetds.conf settings". Log texts: FreeTDS, src/tds/tls.c.
"""

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import connects, documented, tolerated
from tlslab.clients.base import Endpoint, Invocation, Login, Machine, Material, Request
from tlslab.clients.freetds import FreeTds, Pymssql, Tdsodbc, Tsql
from tlslab.clients.freetds_library import gnutls_conf, trace_lines
from tlslab.model.certificate import (
    LAB_ISSUING,
    LAB_ROOT,
    PAST,
    RSA_1024,
    Authority,
    KeyPurpose,
    KeyUse,
    SignatureHash,
)
from tlslab.model.evidence import Basis
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import ClientSide, Encryption, ServerEncryption, ServerKind, Situation, TLSVersion, healthy

PYMSSQL, TDSODBC, TSQL = Pymssql(), Tdsodbc(), Tsql()
ALL = (PYMSSQL, TDSODBC, TSQL)
HOST = "db.lab.test"
HEALTHY = healthy(ServerKind.SQLSERVER)
SAFE = HEALTHY.client
MACHINE = Machine(
    which={"tsql": "/usr/bin/tsql"},
    python="/clients/python",
    python_packages={"pymssql": "2", "pyodbc": "5"},
    files={"tdsodbc": "/odbc/libtdsodbc.so", "odbc-manager": "/lib/libodbc.so.2"},
    gnutls=frozenset({"tsql", "tdsodbc"}),
)
VERSIONS = {"tls-version-mismatch.server-newer", "tls-version-mismatch.server-older"}
UNKNOWN_ISSUER = {"self-signed", "missing-intermediate", "untrusted-ca.fallback"}
TSQL_FAILED = (
    "Error 20002 (severity 9):\n\tAdaptive Server connection failed\nThere was a problem connecting to the server\n"
)
PYMSSQL_FAILED = (
    "pymssql.exceptions.OperationalError: (20002, b'DB-Lib error message 20002, severity 9:\\n"
    "Adaptive Server connection failed (db.lab.test)\\n')"
)
DUMP = """\
log.c:187:Starting log file for FreeTDS 1.3.17
tls.c:109:in tds_push_func_login
tls.c:198:GNUTLS: level 3:
  ASSERT: ../../lib/x509/verify.c[verify_crt]:693
tls.c:1091:setting default openssl cipher to:HIGH:!SSLv2:!aNULL:-DH
tls.c:403:Certificate status: 66
tls.c:567:handshake failed: Error in the certificate.
mem.c:665:tds_free_all_results()
"""


def invoked(client: FreeTds, side: ClientSide) -> Invocation:
    endpoint = Endpoint(ServerKind.SQLSERVER, "127.0.0.1", 1433)
    material = Material(anchors="PUBLIC ROOT\n", intermediates="ISSUING\n")
    return client.invoke(Request(MACHINE, side, endpoint, material, Login("sa", "pw"), PurePosixPath("/room")))


def shown(client: FreeTds, text: str, trace: str) -> set[str]:
    """The scenarios in which this text with this trace is documented."""
    return set(documented(client, Outcome(Result.REFUSED, text, trace=trace)))


@pytest.mark.parametrize("client", ALL, ids=lambda client: client.name)
def test_verifies_with_a_ca_file(client: FreeTds) -> None:
    invocation = invoked(client, SAFE)
    assert "\tca file = /room/ca.pem\n" in invocation.files["freetds.conf"]
    assert "\tencryption = require\n" in invocation.files["freetds.conf"]
    assert invocation.files["ca.pem"] == "PUBLIC ROOT\nISSUING\n"
    assert invocation.env["FREETDSCONF"] == "/room/freetds.conf"
    assert invocation.env["TDSDUMP"] == "/room/" + invocation.collect[0]
    assert not connects(client, HEALTHY.with_leaf(issuer=None))


@pytest.mark.parametrize("client", ALL, ids=lambda client: client.name)
@pytest.mark.parametrize(
    "side",
    [
        ClientSide(HOST, encryption=Encryption.MANDATORY),
        ClientSide(HOST, trust_anchors=(LAB_ROOT,), trust_everything=True, encryption=Encryption.MANDATORY),
    ],
)
def test_without_a_ca_file_any_certificate_is_accepted(client: FreeTds, side: ClientSide) -> None:
    assert "ca file" not in invoked(client, side).files["freetds.conf"]
    broken = Situation(HEALTHY.with_leaf(issuer=None, validity=PAST, names=()).server, side)
    assert "without `ca file`" in tolerated(client, broken)
    assert not connects(client, broken.with_client(encryption=Encryption.STRICT))


@pytest.mark.parametrize("client", ALL, ids=lambda client: client.name)
def test_what_ends_before_the_certificate_is_accepted_by_nobody(client: FreeTds) -> None:
    careless = HEALTHY.with_client(trust_anchors=())
    assert connects(client, careless)
    assert not connects(client, careless.with_client(tls_max=TLSVersion.TLSv1_1))
    assert not connects(client, careless.with_leaf(signature=SignatureHash.SHA1))
    assert not connects(client, careless.with_server(key_readable=False))


@pytest.mark.parametrize("client", ALL, ids=lambda client: client.name)
def test_optional_encryption_with_a_ca_file_switches_no_check_off(client: FreeTds) -> None:
    optional = HEALTHY.with_client(encryption=Encryption.OPTIONAL)
    assert "ca file" in (client.cannot(optional) or "")
    assert client.cannot(optional.with_client(trust_anchors=())) is None
    assert client.cannot(optional.with_server(encryption=ServerEncryption.FORCED)) is None


@pytest.mark.parametrize(
    ("side", "spelled"),
    [
        (ClientSide(HOST), ()),
        (ClientSide(HOST, encryption=Encryption.OPTIONAL), ("encryption = request",)),
        (SAFE, ("encryption = require", "ca file = ca.pem")),
        (ClientSide(HOST, intermediates=(LAB_ISSUING,)), ("ca file = ca.pem",)),
        (
            ClientSide(HOST, tls_min=TLSVersion.TLSv1_2),
            (
                "GNUTLS_SYSTEM_PRIORITY_FILE=gnutls.cfg",
                "[overrides]",
                "disabled-version = tls1.0",
                "disabled-version = tls1.1",
            ),
        ),
        (ClientSide(HOST, tls_min=TLSVersion.TLSv1_0), ("enable tls v1 = yes",)),
    ],
)
def test_spells_options_as_freetds_does(side: ClientSide, spelled: tuple[str, ...]) -> None:
    assert TSQL.options_as_typed(side) == spelled


def test_gnutls_switches_off_what_is_above_the_cap() -> None:
    text = gnutls_conf(ClientSide(HOST, tls_max=TLSVersion.TLSv1_1))
    assert text == "[overrides]\ndisabled-version = tls1.2\ndisabled-version = tls1.3\n"
    assert invoked(TSQL, ClientSide(HOST, tls_max=TLSVersion.TLSv1_1)).files["gnutls.cfg"] == text


def test_pymssql_limits_its_own_openssl() -> None:
    invocation = invoked(PYMSSQL, ClientSide(HOST, tls_max=TLSVersion.TLSv1_1))
    assert "MaxProtocol = TLSv1.1\n" in invocation.files["openssl.cnf"]
    assert invocation.env["OPENSSL_CONF"] == "/room/openssl.cnf"


def test_only_the_newer_freetds_expects_another_name() -> None:
    other = HEALTHY.with_client(expected_name="db1.lab.test")
    assert PYMSSQL.cannot(other) is None
    assert "certificate hostname = db1.lab.test" in PYMSSQL.options_as_typed(other.client)
    assert "certificate hostname" in (TSQL.cannot(other) or "")
    assert TDSODBC.cannot(other) is not None


def test_tdsodbc_reads_its_own_section_of_freetds_conf() -> None:
    invocation = invoked(TDSODBC, SAFE)
    assert str(invocation.files["freetds.conf"]).startswith("[lab]\n\thost = db.lab.test\n\tport = 1433\n")
    text = json.loads(invocation.stdin)["connection"]["connection_string"]
    assert text == "DRIVER={/odbc/libtdsodbc.so};UID={sa};PWD={pw};SERVERNAME=lab"


def test_tsql_is_asked_on_standard_input() -> None:
    invocation = invoked(TSQL, SAFE)
    assert invocation.argv[:5] == ("/usr/bin/tsql", "-H", HOST, "-p", "1433")
    assert "sys.dm_exec_connections" in invocation.stdin
    assert invocation.stdin.endswith("\nGO\nQUIT\n")


def test_no_password_stands_in_the_arguments_of_a_program() -> None:
    for client in (PYMSSQL, TDSODBC, TSQL):
        invocation = invoked(client, SAFE)
        assert not any("pw" in argument for argument in invocation.argv), client.name
        assert "pw" in invocation.stdin


def test_trace_is_what_freetds_says_of_tls() -> None:
    assert trace_lines(DUMP) == "Certificate status: 66\nhandshake failed: Error in the certificate."


def test_tsql_refused_keeps_text_code_and_trace() -> None:
    completed = Completed(1, "", TSQL_FAILED, 0.1, ((invoked(TSQL, SAFE).collect[0], DUMP),))
    outcome = TSQL.read(completed, SAFE)
    assert (outcome.result, outcome.code, outcome.text) == (Result.REFUSED, "20002", TSQL_FAILED.strip())
    assert outcome.trace.startswith("Certificate status: 66")
    assert set(documented(TSQL, outcome)) == UNKNOWN_ISSUER


@pytest.mark.parametrize(("answer", "encrypted"), [("TRUE", True), ("FALSE", False)])
def test_tsql_connected_says_whether_it_is_encrypted(answer: str, encrypted: bool) -> None:
    outcome = TSQL.read(Completed(0, f"encrypt_option\n{answer}\n", "", 0.1), SAFE)
    assert (outcome.result, outcome.encrypted, outcome.code) == (Result.CONNECTED, encrypted, "")


def test_tsql_that_dies_has_crashed() -> None:
    assert TSQL.read(Completed(-11, "", "", 0.1), SAFE).result is Result.CRASHED


@pytest.mark.parametrize(
    ("trace", "scenarios"),
    [
        ("Certificate status: 66\nhandshake failed: Error in the certificate.", UNKNOWN_ISSUER),
        ("Certificate status: 1026\nhandshake failed: Error in the certificate.", {"expired"}),
        ("Certificate status: 258\nhandshake failed: Error in the certificate.", {"sha1-signature.client"}),
        (
            "Certificate hostname does not match\nhandshake failed: Error in the certificate.",
            {"name-mismatch", "untrusted-ca.fallback"},
        ),
        ("handshake failed: A TLS fatal alert has been received.", VERSIONS),
        ("handshake failed: Error in the pull function.", VERSIONS | {"sha1-signature.server"}),
        ("Certificate status: 2\nhandshake failed: Error in the certificate.", set()),
        ("handshake succeeded!!", set()),
    ],
)
def test_gnutls_log_tells_the_failures_apart(trace: str, scenarios: set[str]) -> None:
    odbc = "('08001', '[08001] [FreeTDS][SQL Server]Unable to connect to data source (0) (SQLDriverConnect)')"
    assert shown(TSQL, TSQL_FAILED, trace) == scenarios
    assert shown(TSQL, TSQL_FAILED.replace("Adaptive Server", "TDS server"), trace) == scenarios
    assert shown(TDSODBC, odbc, trace) == scenarios


@pytest.mark.parametrize(
    ("trace", "scenarios"),
    [
        ("handshake failed with -1 4 1\nhandshake failed", UNKNOWN_ISSUER | {"expired"}),
        ("handshake failed with -1 12 1\nhandshake failed", VERSIONS),
        ("handshake failed with -1 3 1\nhandshake failed", VERSIONS),
        ("handshake failed with -1 12 5\nhandshake failed", VERSIONS | {"sha1-signature.server"}),
        ("Certificate hostname does not match", {"name-mismatch", "untrusted-ca.fallback"}),
        ("checking hostname failed", {"name-mismatch", "untrusted-ca.fallback"}),
        ("handshake failed with 0 4 1\nhandshake failed", set()),
    ],
)
def test_openssl_log_tells_the_phases_apart_and_not_the_reasons(trace: str, scenarios: set[str]) -> None:
    assert shown(PYMSSQL, PYMSSQL_FAILED, trace) == scenarios
    assert shown(PYMSSQL, PYMSSQL_FAILED.replace("Adaptive Server", "TDS server"), trace) == scenarios


def test_the_words_of_freetds_1_5_are_in_its_source_and_the_older_ones_of_pymssql_posted() -> None:
    trace = "handshake failed with -1 4 1\nhandshake failed"
    older = Outcome(Result.REFUSED, PYMSSQL_FAILED, trace=trace)
    newer = Outcome(Result.REFUSED, PYMSSQL_FAILED.replace("Adaptive Server", "TDS server"), trace=trace)
    assert documented(PYMSSQL, older)["expired"] is Basis.REPORTED
    assert documented(PYMSSQL, newer)["expired"] is Basis.AUTHORITATIVE


def test_pymssql_accepts_sha1_where_nothing_else_is_wrong() -> None:
    weak = HEALTHY.with_leaf(signature=SignatureHash.SHA1).with_server(security_level=0)
    assert "SHA-1" in tolerated(PYMSSQL, weak)
    assert not connects(TSQL, weak)
    for broken in (
        weak.with_leaf(issuer=None),
        weak.with_leaf(issuer=Authority("Nobody's CA")),
        weak.with_leaf(validity=PAST),
        weak.with_leaf(common_name="other.lab.test", names=("other.lab.test",)),
        weak.with_chain(after=()),
        weak.with_server(security_level=2),
    ):
        assert not connects(PYMSSQL, broken)


def below(**changes: Any) -> Situation:
    return HEALTHY.with_leaf(issuer=replace(LAB_ISSUING, **changes)).with_server(security_level=0)


def test_pymssql_accepts_an_intermediate_that_is_signed_with_sha1_and_none_with_md5() -> None:
    assert "SHA-1" in tolerated(PYMSSQL, below(signature=SignatureHash.SHA1))
    assert not connects(PYMSSQL, below(signature=SignatureHash.MD5))
    assert not connects(TSQL, below(signature=SignatureHash.SHA1))


@pytest.mark.parametrize("client", [PYMSSQL, TSQL, TDSODBC])
def test_every_freetds_accepts_an_rsa_key_of_1024_bits(client: FreeTds) -> None:
    assert "1024" in tolerated(client, HEALTHY.with_leaf(key=RSA_1024).with_server(security_level=0))


@pytest.mark.parametrize("client", [TSQL, TDSODBC])
def test_with_gnutls_what_a_certificate_may_be_used_for_is_overlooked(client: FreeTds) -> None:
    for situation in (
        HEALTHY.with_leaf(extended_key_usage=(KeyPurpose.CLIENT_AUTH,)),
        HEALTHY.with_leaf(key_usage=frozenset({KeyUse.DATA_ENCIPHERMENT})),
        HEALTHY.with_leaf(key_usage=frozenset({KeyUse.KEY_ENCIPHERMENT})),
        below(extended_key_usage=(KeyPurpose.CLIENT_AUTH,)),
    ):
        assert connects(client, situation)
    assert not connects(PYMSSQL, below(extended_key_usage=(KeyPurpose.CLIENT_AUTH,)))


def test_versions() -> None:
    pymssql = '{"pymssql": "2.4.6", "freetds": "freetds v1.5.19", "openssl": "OpenSSL 1.1.1k"}'
    assert PYMSSQL.read_version(Completed(0, pymssql, "", 0.1)) == "pymssql 2.4.6 (freetds v1.5.19, OpenSSL 1.1.1k)"
    compiled = "  Version: freetds v1.3.17\n  OpenSSL: no\n  GnuTLS: yes\n"
    assert TSQL.read_version(Completed(0, compiled, "", 0.1)) == "tsql 1.3.17 (GnuTLS)"
    odbc = '{"odbc_driver": "01.03.0017", "pyodbc": "5.5.0", "gnutls": "3.7.9", "openssl": ""}'
    assert TDSODBC.read_version(Completed(0, odbc, "", 0.1)) == "tdsodbc 01.03.0017 (pyodbc 5.5.0, GnuTLS 3.7.9)"
    assert [client.read_version(Completed(1, "", "", 0.1)) for client in ALL] == ["", "", ""]


@pytest.mark.parametrize("client", ALL, ids=lambda client: client.name)
def test_says_what_is_missing(client: FreeTds) -> None:
    missing = client.missing(Machine())
    assert missing is not None
    assert missing.how_to_get == "./tlslab setup"
    assert client.missing(MACHINE) is None


UNAVAILABLE = "Unable to connect: Adaptive Server is unavailable or does not exist"


@pytest.mark.parametrize(
    ("client", "text"),
    [
        (TSQL, f'Error 20009 (severity 9):\n\t{UNAVAILABLE}\n\tOS error 111, "Connection refused"\n'),
        (
            PYMSSQL,
            # As in pymssql/pymssql, issue 818, for another errno.
            (
                f"(20009, b'DB-Lib error message 20009, severity 9:\\n{UNAVAILABLE} (db.lab.test)\\n"
                "Net-Lib error during Connection refused (111)\\n')"
            ),
        ),
        (TDSODBC, f"('08S01', '[08S01] [FreeTDS][SQL Server]{UNAVAILABLE} (20009) (SQLDriverConnect)')"),
    ],
    ids=lambda item: getattr(item, "name", ""),
)
def test_a_refused_connection_is_error_20009_with_the_systems_words(client: FreeTds, text: str) -> None:
    trace = "getsockopt(2) reported: Connection refused"
    assert shown(client, text, trace) == {"unreadable-key"}
    assert shown(client, text.replace("Adaptive Server", "TDS server"), trace) == {"unreadable-key"}
    other = "Connection timed out"
    assert shown(client, text.replace("Connection refused", other), f"getsockopt(2) reported: {other}") == set()


def test_trace_has_what_the_system_says_of_the_connection_and_nothing_else_of_the_network() -> None:
    dump = (
        "net.c:318:Connecting to 127.0.0.1 port 37107\n"
        'net.c:340:tds_setup_socket: connect(2) returned "Operation now in progress"\n'
        "net.c:231:getsockopt(2) reported: Connection refused\nnet.c:526:tds_open_socket() failed\n"
    )
    assert trace_lines(dump) == "getsockopt(2) reported: Connection refused"


NEIGHBOUR = HEALTHY.with_leaf(names=("neighbour.lab.test",))
"""The CA of the lab's servers vouches for the name in the SAN; the expected one is the CN."""


def test_freetds_with_openssl_takes_the_common_name_beside_a_san_and_with_gnutls_only_without_one() -> None:
    """check_hostname of src/tds/tls.c against gnutls_x509_crt_check_hostname2."""
    assert connects(PYMSSQL, NEIGHBOUR)
    assert not connects(TSQL, NEIGHBOUR)
    for client in (PYMSSQL, TSQL):
        assert connects(client, NEIGHBOUR.with_leaf(names=()))
        assert not connects(client, NEIGHBOUR.with_leaf(common_name="neighbour.lab.test"))


@pytest.mark.parametrize("client", ALL, ids=lambda client: client.name)
def test_where_encryption_is_required_a_server_that_has_none_is_refused(client: FreeTds) -> None:
    in_clear = HEALTHY.with_server(chain=None, encryption=ServerEncryption.IN_CLEAR)
    assert not connects(client, in_clear)
    assert "in clear" in tolerated(client, in_clear.with_client(encryption=Encryption.OPTIONAL))


def test_that_the_server_does_not_encrypt_is_read_from_the_log() -> None:
    dump = "login.c:1476:detected crypt flag {flag}\nlogin.c:1477:something else\n"
    assert trace_lines(dump.format(flag=2)) == "detected crypt flag 2"
    assert trace_lines(dump.format(flag=1)) == ""
