"""The endpoint as a process: what a client meets on the wire, and what the log says about it."""

import ssl
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import raw
from tests.servers.minted import Shelf
from tests.servers.process import Running, serving
from tests.servers.raw import Client
from tlslab.model.situation import ServerKind, TLSVersion
from tlslab.pki.scan import scan
from tlslab.servers.streams import MARK
from tlslab.servers.tds.tokens import routed

ENCRYPTED = "SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID"


def text(value: str) -> bytes:
    return value.encode("utf-16-le")


@pytest.fixture(scope="module")
def lab(shelf: Shelf) -> Iterator[Running]:
    conf = shelf.conf
    listeners: list[dict[str, object]] = [
        {"id": "plain", "conf": conf("plain.conf")},
        {"id": "forced", "conf": conf("forced.conf", forceencryption="1")},
        {"id": "strict", "conf": conf("strict.conf", forcestrict="1")},
        {"id": "fallback", "conf": conf("fallback.conf", None)},
        {"id": "none", "conf": conf("none.conf"), "encryption": "not_supported"},
        {"id": "clear", "conf": conf("clear.conf", forceencryption="1"), "encryption": "in_clear"},
        {"id": "sha1", "conf": conf("sha1.conf", "sha1.pem", "rsa.key.pem")},
        {"id": "sha1-reset", "conf": conf("sha1.conf", "sha1.pem", "rsa.key.pem"), "refusal": "reset"},
        {"id": "sha1-level0", "conf": conf("sha1.conf", "sha1.pem", "rsa.key.pem"), "security_level": 0},
        {"id": "tls10", "conf": conf("tls10.conf", tlsprotocols="1.0"), "security_level": 0},
        {"id": "tls11", "conf": conf("tls11.conf", tlsprotocols="1.1"), "security_level": 0},
        {"id": "cipher", "conf": conf("cipher.conf", tlsciphers="ECDHE-ECDSA-AES256-GCM-SHA384")},
        {"id": "tls13", "conf": conf("tls13.conf", tlsprotocols="1.3")},
        {"id": "chain-file", "conf": conf("chain.conf", "chain.pem")},
        {"id": "store", "conf": conf("store.conf"), "ca_store": str(shelf.directory / "store.pem")},
        {"id": "routing", "conf": conf("routing.conf"), "route": {"host": "db2.lab.test", "listener": "plain"}},
        {"id": "unknown-key", "conf": conf("unknown.conf", tlscacert="/etc/ssl/ca.pem")},
    ]
    with serving([{"kind": "sqlserver"} | entry for entry in listeners], login_timeout=15) as running:
        yield running


# MS-TDS 2.2.6.5: what the client sends; what the server answers as it is set: off, forced, not supported.
# None: the connection is terminated after the answer.
ANSWERS = [
    (0x00, (0, True), (3, True), (2, True)),
    (0x01, (1, True), (1, True), (2, False)),
    (0x02, (2, True), (3, False), (2, True)),
    (0x03, (1, True), (1, True), (2, False)),
    (0x80, (0, True), (3, True), (2, False)),
    (0x81, (1, True), (1, True), (2, False)),
    (0x82, (3, False), (3, False), (3, False)),
    (0x83, (1, True), (1, True), (2, False)),
]


@pytest.mark.parametrize(("sent", "off", "forced", "none"), ANSWERS)
def test_the_encryption_option_is_answered_by_the_table_of_the_specification(
    lab: Running,
    sent: int,
    off: tuple[int, bool],
    forced: tuple[int, bool],
    none: tuple[int, bool],
) -> None:
    for listener, (answer, goes_on) in (("plain", off), ("forced", forced), ("none", none)):
        with Client(lab.ports[listener]) as client:
            client.send(raw.prelogin(sent))
            kind, payload = client.receive()
            assert kind == raw.RESPONSE
            assert raw.options_of(payload)[1] == bytes([answer])
            if not goes_on:
                assert client.expect_end() == "fin"
            elif answer == 2:
                client.send(raw.packet(raw.LOGIN7, raw.login7()))
                assert b"\xad" in client.receive()[1]
            else:
                client.handshake()
        lab.lines_of(listener)


@pytest.mark.parametrize("sent", [row[0] for row in ANSWERS])
def test_a_server_that_plays_an_attacker_goes_on_in_clear_whatever_it_is_asked(lab: Running, sent: int) -> None:
    with Client(lab.ports["clear"]) as client:
        client.send(raw.prelogin(sent))
        assert raw.options_of(client.receive()[1])[1] == bytes([2])
        client.send(raw.packet(raw.LOGIN7, raw.login7()))
        assert b"\xad" in client.receive()[1]
        lab.wait_for_line("clear", "LOGIN7 came in clear, and the password with it.")


def test_only_the_options_of_the_client_come_back_in_its_order(lab: Running) -> None:
    with Client(lab.ports["plain"]) as client:
        client.send(raw.prelogin(1, mars=False))
        _, payload = client.receive()
        assert list(raw.options_of(payload)) == [0, 1, 2, 3]
        assert raw.options_of(payload)[3] == b""
    lab.lines_of("plain")


@pytest.mark.parametrize("version", [raw.TDS_7_1, raw.TDS_7_2, raw.TDS_7_3, raw.TDS_7_4])
def test_every_version_of_tds_7_logs_in_and_is_echoed_big_endian(lab: Running, version: int) -> None:
    with Client(lab.ports["plain"]) as client:
        tokens = client.connect(version=version)
        ack = tokens.index(b"\xad")
        assert tokens[ack + 4 : ack + 8] == struct.pack(">I", version)
        assert text("Microsoft SQL Server") in tokens
        assert text("TRUE") in client.query(ENCRYPTED, version)
        row_count = 4 if version == raw.TDS_7_1 else 8
        assert client.query("SET NOCOUNT ON", version) == struct.pack("<BHH", 0xFD, 0, 0) + bytes(row_count)
    lab.lines_of("plain")


@pytest.mark.parametrize("encryption", [0, 1])
def test_a_client_is_sent_on_behind_its_login_and_served_no_further(lab: Running, encryption: int) -> None:
    with Client(lab.ports["routing"]) as client:
        tokens = client.connect(encryption)
        assert tokens.index(b"\xad") < tokens.index(routed("db2.lab.test", lab.ports["plain"]))
        client.send(raw.packet(raw.BATCH, raw.batch(ENCRYPTED)))
        client.expect_end()
    lines = lab.lines_of("routing")
    assert f"was routed to db2.lab.test,{lab.ports['plain']}" in lines[1]
    assert "goes on here" in lines[2]


def test_a_client_that_knows_no_routing_stays(lab: Running) -> None:
    with Client(lab.ports["routing"]) as client:
        client.connect(version=raw.TDS_7_3)
        assert text("TRUE") in client.query(ENCRYPTED, raw.TDS_7_3)
    lab.lines_of("routing")


def test_encryption_off_protects_the_login_only_and_the_server_says_so(lab: Running) -> None:
    with Client(lab.ports["plain"]) as client:
        client.connect(0)
        assert client.tls is None
        assert text("FALSE") in client.query(ENCRYPTED)
    lines = lab.lines_of("plain")
    assert "TLS protects LOGIN7 only" in lines[0]
    assert "Login succeeded for user 'sa'." in lines[1]


def test_a_forcing_server_keeps_a_client_that_wants_no_encryption_in_tls(lab: Running) -> None:
    with Client(lab.ports["forced"]) as client:
        client.connect(0)
        assert client.tls is not None
        assert text("TRUE") in client.query(ENCRYPTED)
    assert "TLS protects the whole session" in lab.lines_of("forced")[0]


def test_a_client_without_encryption_is_turned_away_with_17835(lab: Running) -> None:
    with Client(lab.ports["forced"]) as client:
        client.send(raw.prelogin(2))
        client.receive()
        assert client.expect_end() == "fin"
    lines = lab.lines_of("forced")
    assert lines[0] == "Logon       Error: 17835, Severity: 20, State: 1."
    assert lines[1].startswith("Logon       Encryption is required to connect to this server but the client library")
    assert lines[1].endswith("[CLIENT: 127.0.0.1]")


def test_login7_without_prelogin_works_unless_encryption_is_forced(lab: Running) -> None:
    with Client(lab.ports["plain"]) as client:
        client.send(raw.packet(raw.LOGIN7, raw.login7(version=raw.TDS_7_1)))
        assert b"\xad" in client.receive()[1]
    lab.lines_of("plain")
    with Client(lab.ports["forced"]) as client:
        client.send(raw.packet(raw.LOGIN7, raw.login7()))
        assert client.expect_end() == "fin"
    assert "17835" in lab.lines_of("forced")[0]


def test_an_empty_list_of_features_is_not_acknowledged(lab: Running) -> None:
    """tedious before 9 sends one, and dies of a FEATUREEXTACK (0xAE) without a feature."""
    with Client(lab.ports["plain"]) as client:
        client.send(raw.packet(raw.LOGIN7, raw.login7(features=b"\xff")))
        answer = client.receive()[1]
    assert b"\xad" in answer
    assert b"\xae\xff" not in answer


def test_strict_is_tls_1_3_with_alpn_and_the_whole_session_encrypted(lab: Running) -> None:
    with Client(lab.ports["strict"]) as client:
        tls = client.strict()
        assert (tls.version(), tls.selected_alpn_protocol()) == ("TLSv1.3", "tds/8.0")
        client.send(raw.prelogin(2))
        client.receive()
        client.send(raw.packet(raw.LOGIN7, raw.login7(version=raw.TDS_8_0)))
        tokens = client.receive()[1]
        assert tokens[tokens.index(b"\xad") + 4 :][:4] == struct.pack(">I", raw.TDS_8_0)
        assert text("TRUE") in client.query(ENCRYPTED)
    assert "(TDS 8.0): TLSv1.3" in lab.lines_of("strict")[0]


@pytest.mark.parametrize("encryption", [None, 0, 1, 2, 3, 4, 0x80, 0xFF])
def test_strict_asks_nothing_of_the_encryption_option(lab: Running, encryption: int | None) -> None:
    """go-mssqldb sends 4 inside TLS, a value that is in no row of the table."""
    with Client(lab.ports["strict"]) as client:
        client.strict()
        client.send(raw.prelogin(encryption))
        assert client.receive()[0] == raw.RESPONSE
        client.send(raw.packet(raw.LOGIN7, raw.login7(version=raw.TDS_8_0)))
        assert b"\xad" in client.receive()[1]
    lab.lines_of("strict")


@pytest.mark.parametrize(
    ("encryption", "asked", "agreed"),
    [
        (1, 0, 4096),
        (1, 4096, 4096),
        (1, 8000, 8000),
        (1, 100, 512),
        (1, 32767, 16383),
        (0, 32767, 32767),  # the login alone is encrypted
        (2, 32767, 32767),
    ],
)
def test_the_packet_size_is_always_announced_and_smaller_under_tls(
    lab: Running, encryption: int, asked: int, agreed: int
) -> None:
    """mssql-python-rs takes it from there alone; mssql-jdbc takes no larger one under TLS."""
    size, default = str(agreed), "4096"
    change = bytes([4, len(size)]) + text(size) + bytes([len(default)]) + text(default)
    with Client(lab.ports["plain"]) as client:
        assert struct.pack("<BH", 0xE3, len(change)) + change in client.connect(encryption, packet_size=asked)
        answer = client.query("SELECT " + ",".join(["@@VERSION"] * 300))
        assert len(answer) > 32767
        assert client.header[6] == -(-len(answer) // (agreed - 8))
    lab.lines_of("plain")


def test_strict_needs_no_alpn(lab: Running) -> None:
    with Client(lab.ports["plain"]) as client:
        assert client.strict(alpn=()).selected_alpn_protocol() is None
    lab.lines_of("plain")


def test_forcestrict_refuses_tds_7(lab: Running) -> None:
    with Client(lab.ports["strict"]) as client:
        client.send(raw.prelogin(1))
        assert client.expect_end() == "fin"
    assert "network.forcestrict is 1" in lab.lines_of("strict")[0]


def test_strict_without_a_configured_certificate_is_17821(lab: Running) -> None:
    with Client(lab.ports["fallback"]) as client, pytest.raises(EOFError):
        client.strict()
    lines = lab.lines_of("fallback")
    assert lines[0] == "Logon       Error: 17821, Severity: 20, State: 1."
    assert lines[1].startswith("Logon       A valid TLS certificate is not configured to accept strict (TDS 8.0")


def presented(port: int) -> list[str]:
    """The certificates that the server sends, by subject, as OpenSSL on the client's side sees them."""
    with Client(port) as client:
        client.send(raw.prelogin(1))
        client.receive()
        tls = client.handshake()
        return [str(c.get_info()["subject"]) for c in tls._sslobj.get_unverified_chain()]  # type: ignore[attr-defined]


def test_the_fallback_certificate_is_the_one_that_sql_server_makes(lab: Running) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import rsa

    with Client(lab.ports["fallback"]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        der = client.handshake().getpeercert(binary_form=True)
    assert der is not None
    certificate = x509.load_der_x509_certificate(der)
    lab.lines_of("fallback")
    assert certificate.subject == certificate.issuer
    assert certificate.subject.rfc4514_string() == "CN=SSL_Self_Signed_Fallback"
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 3072
    assert certificate.signature_hash_algorithm is not None
    assert certificate.signature_hash_algorithm.name == "sha256"
    assert not list(certificate.extensions)
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert 29.9 < lifetime.days / 365 < 30.1
    assert "A self-generated certificate was successfully loaded for encryption." in lab.wait_for_line(
        "fallback", "self"
    )


def test_the_log_names_the_certificate_files_as_sql_server_on_linux_does(lab: Running, shelf: Shelf) -> None:
    line = lab.wait_for_line("plain", "certificate")
    expected = (
        f"Server      The certificate [Certificate File:'{shelf.directory}/leaf.pem', "
        f"Private Key File:'{shelf.directory}/key.pem'] was successfully loaded for encryption."
    )
    assert line.endswith(expected)


def test_only_the_leaf_of_the_certificate_file_is_sent(lab: Running) -> None:
    assert len(presented(lab.ports["chain-file"])) == 1
    lab.lines_of("chain-file")


def test_the_issuers_come_from_the_store_without_the_root(lab: Running) -> None:
    subjects = presented(lab.ports["store"])
    assert ["db.lab.test" in subjects[0], "intermediate" in subjects[1], len(subjects)] == [True, True, 2]
    lab.lines_of("store")


def test_a_certificate_that_openssl_refuses_is_logged_and_every_handshake_ended(lab: Running) -> None:
    assert "security level 2: ca md too weak" in lab.wait_for_line("sha1", "refused")
    for strict in (False, True):
        with Client(lab.ports["sha1"]) as client:
            if not strict:
                client.send(raw.prelogin(1))
                client.receive()
            handshake = client.strict if strict else client.handshake
            with pytest.raises(EOFError):
                handshake()
        assert "ca md too weak" in lab.lines_of("sha1")[0]


def test_a_refused_handshake_can_end_with_rst_instead(lab: Running) -> None:
    with Client(lab.ports["sha1-reset"]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        with pytest.raises(ConnectionResetError):
            client.handshake()
    assert lab.lines_of("sha1-reset")[0].endswith("the connection was reset. [CLIENT: 127.0.0.1]")


def test_the_same_certificate_is_served_at_level_0(lab: Running) -> None:
    with Client(lab.ports["sha1-level0"]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        context = raw.insecure_context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        assert client.handshake(context).version() == "TLSv1.2"
    lab.lines_of("sha1-level0")


def test_a_server_that_is_newer_than_its_client_ends_the_handshake(lab: Running) -> None:
    with Client(lab.ports["tls13"]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        with pytest.raises(EOFError):
            client.handshake()
    assert lab.lines_of("tls13")[0].endswith(
        "TLS handshake failed: no protocols available; the connection was closed. [CLIENT: 127.0.0.1]"
    )


def test_a_server_that_is_older_than_its_client_is_told_so(lab: Running) -> None:
    with Client(lab.ports["tls10"]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        with pytest.raises((EOFError, ssl.SSLError)):
            client.handshake()
    assert "TLS handshake failed:" in lab.lines_of("tls10")[0]


@pytest.mark.parametrize(
    ("listener", "version", "name"),
    [("tls10", ssl.TLSVersion.TLSv1, "TLSv1"), ("tls11", ssl.TLSVersion.TLSv1_1, "TLSv1.1")],
)
def test_old_versions_are_really_served_at_level_0(
    lab: Running, listener: str, version: ssl.TLSVersion, name: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context = raw.insecure_context(version)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with Client(lab.ports[listener]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        assert client.handshake(context).version() == name
        client.send(raw.packet(raw.LOGIN7, raw.login7()))
        client.receive()
        assert text("TRUE") in client.query(ENCRYPTED)
    assert f"TLS handshake completed: {name}," in lab.lines_of(listener)[0]


def test_the_cipher_list_is_obeyed(lab: Running) -> None:
    with Client(lab.ports["cipher"]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        cipher = client.handshake().cipher()
        assert cipher is not None
        assert cipher[0] == "ECDHE-ECDSA-AES256-GCM-SHA384"
    lab.lines_of("cipher")


def test_an_alert_of_the_client_is_named(lab: Running, shelf: Shelf) -> None:
    context = ssl.create_default_context(cafile=str(shelf.directory / "root.pem"))
    with Client(lab.ports["plain"]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        with pytest.raises(ssl.SSLCertVerificationError):
            client.handshake(context)
        client.expect_end()
    assert "the client sent the TLS alert unknown_ca after the server's Certificate" in lab.lines_of("plain")[0]


def test_a_client_that_leaves_without_an_alert_is_described(lab: Running) -> None:
    with Client(lab.ports["plain"]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        hello = raw.insecure_context()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = hello.wrap_bio(incoming, outgoing)
        with pytest.raises(ssl.SSLWantReadError):
            tls.do_handshake()
        client.send_raw(raw.packet(raw.PRELOGIN, outgoing.read()))
        client.receive()
    assert (
        "the client closed the connection after the server's Certificate, without a TLS alert"
        in (lab.lines_of("plain")[0])
    )


def test_a_client_that_leaves_before_login7_is_described(lab: Running) -> None:
    with Client(lab.ports["plain"]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        client.handshake()
    assert "after the TLS handshake and before LOGIN7, without a TLS alert" in lab.lines_of("plain")[1]


@pytest.mark.parametrize(
    ("user", "state", "reason"),
    [
        ("sa", 8, "Password did not match that for the login provided."),
        ("bob", 5, "Could not find a login matching the name provided."),
    ],
)
def test_a_failed_login_is_18456_and_the_end(lab: Running, user: str, state: int, reason: str) -> None:
    with Client(lab.ports["plain"]) as client:
        answer = client.connect(user=user, password="wrong")
        assert answer[0] == 0xAA
        assert struct.unpack_from("<iBB", answer, 3) == (18456, 1, 14)
        assert text(f"Login failed for user '{user}'.") in answer
        assert client.expect_end() == "fin"
    lines = lab.lines_of("plain")
    assert lines[1] == f"Logon       Error: 18456, Severity: 14, State: {state}."
    assert lines[2] == f"Logon       Login failed for user '{user}'. Reason: {reason} [CLIENT: 127.0.0.1]"


def test_an_unknown_database_and_integrated_security_are_refused(lab: Running) -> None:
    for more, number in (({"database": "sales"}, 4060), ({"integrated": True}, 18452)):
        with Client(lab.ports["plain"]) as client:
            answer = client.connect(**more)
            assert struct.unpack_from("<i", answer, 3) == (number,)
        lab.lines_of("plain")


def test_attention_is_answered_with_the_attention_bit(lab: Running) -> None:
    with Client(lab.ports["plain"]) as client:
        client.connect()
        client.send(raw.packet(raw.ATTENTION, b""))
        assert client.receive()[1] == struct.pack("<BHHQ", 0xFD, 0x20, 0, 0)
    lab.lines_of("plain")


def test_features_are_acknowledged_only_for_a_client_that_asks(lab: Running) -> None:
    asked = struct.pack("<BI", 0x01, 0) + struct.pack("<BIB", 0x0A, 1, 1) + b"\xff"
    with Client(lab.ports["plain"]) as client:
        assert bytes.fromhex("ae0a0100000001ff") in client.connect(features=asked)
    lab.lines_of("plain")
    with Client(lab.ports["plain"]) as client:
        assert bytes.fromhex("ae0a") not in client.connect()
    lab.lines_of("plain")


def test_an_answer_larger_than_a_packet_is_split(lab: Running) -> None:
    with Client(lab.ports["plain"]) as client:
        client.connect(packet_size=512)
        payload = client.query("SELECT '" + "x" * 3000 + "'")
        assert payload.count(b"x") == 3000
        assert client.header[6] > 1
    lab.lines_of("plain")


def test_a_setting_that_sql_server_does_not_have_is_named_in_the_log(lab: Running) -> None:
    assert "network.tlscacert is not a setting of SQL Server" in lab.wait_for_line("unknown-key", "tlscacert")


def test_the_password_is_in_no_log(lab: Running) -> None:
    with Client(lab.ports["plain"]) as client:
        client.connect(password="Secret-Canary")
    lab.lines_of("plain")
    assert all("Secret-Canary" not in str(event) for event in lab.events)


def test_names_from_the_client_cannot_break_a_line_of_the_log(lab: Running) -> None:
    with Client(lab.ports["plain"]) as client:
        client.connect(user="x\n2030-01-01 Logon       forged")
    assert all("\n" not in line for line in lab.lines_of("plain"))


def test_the_events_of_a_connection_are_open_log_close(lab: Running) -> None:
    before = len(lab.events)
    with Client(lab.ports["plain"]) as client:
        peer = "{}:{}".format(*client.sock.getsockname())
        client.connect()
    lab.lines_of("plain")
    mine = [e for e in lab.events[before:] if e["listener"] == "plain" and e["connection"]]
    assert mine[0] == {"listener": "plain", "connection": mine[0]["connection"], "event": "open", "peer": peer}
    assert [e["event"] for e in mine] == ["open", "log", "log", "close"]


def test_a_marker_comes_back_behind_all_who_have_gone_and_waits_for_nobody_else(lab: Running) -> None:
    port, token = lab.ports["plain"], "0123456789abcdef" * 2
    with Client(port) as stays:
        stays.connect()
        for _ in range(5):
            with Client(port) as goes:
                goes.connect()
        with Client(port) as marker:
            marker.send_raw(MARK.format(token=token).encode())
            events = []
            while (event := lab.next_event()) is not None and event["event"] != "mark":
                events.append(event)
    assert event is not None
    assert (event["listener"], event["token"]) == ("plain", token)
    closed = {e["connection"] for e in events if e["event"] == "close"}
    opened = {e["connection"] for e in events if e["event"] == "open"}
    assert len(opened - closed) == 2  # the one that stays, and the marker
    assert not [e for e in events if e["connection"] == event["connection"] and e["event"] == "log"]
    for _ in range(2):
        lab.lines_of("plain")


@pytest.mark.parametrize("damaged", ["tlslab-mark \n", "tlslab-mark " + "x" * 32 + "\n", MARK.format(token="a" * 33)])
def test_what_only_looks_like_a_marker_is_a_client(lab: Running, damaged: str) -> None:
    with Client(lab.ports["plain"]) as client:
        client.send_raw(damaged.encode())
        assert client.expect_end() == "fin"
    assert "Error: 17828" in lab.lines_of("plain")[0]


def test_a_given_fallback_certificate_is_used(shelf: Shelf, tmp_path: Path) -> None:
    from tests.servers.minted import mint, rsa_key

    own = mint("SSL_Self_Signed_Fallback", key=rsa_key())
    (tmp_path / "f.pem").write_text(own.pem)
    (tmp_path / "f.key").write_text(own.key_pem)
    entry = {
        "id": "f",
        "kind": "sqlserver",
        "conf": shelf.conf("fallback.conf", None),
        "fallback_cert": str(tmp_path / "f.pem"),
        "fallback_key": str(tmp_path / "f.key"),
    }
    with serving([entry]) as running, Client(running.ports["f"]) as client:
        client.send(raw.prelogin(1))
        client.receive()
        der = client.handshake().getpeercert(binary_form=True)
        assert der == ssl.PEM_cert_to_DER_cert(own.pem)
        assert "self-generated certificate was successfully loaded" in running.wait_for_line("f", "self-generated")


@pytest.mark.parametrize("low", [TLSVersion.TLSv1_0, TLSVersion.TLSv1_3])
def test_a_look_speaks_tls_at_once_to_a_strict_server(lab: Running, low: TLSVersion) -> None:
    where = (ServerKind.SQLSERVER, "127.0.0.1", lab.ports["strict"], "db.lab.test", low, TLSVersion.TLSv1_3)
    assert scan(*where, strict=True).certificates
    assert not scan(*where).certificates
