"""mssql.conf (docs/linux/sql-server-linux-configure-mssql-conf.md)."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlslab.servers.tds import conf
from tlslab.servers.tds.conf import ConfError, MssqlConf


def test_an_empty_file_has_the_defaults_of_sql_server() -> None:
    found = conf.parse("")
    assert found == MssqlConf()
    assert found.nested_protocols == ("1.0", "1.1", "1.2")
    assert not found.forceencryption
    assert "DHE-" not in found.tlsciphers.replace("ECDHE-", "")


def test_a_file_of_a_real_server_is_read() -> None:
    found = conf.parse(
        "[sqlagent]\nenabled = false\n[EULA]\naccepteula = Y\n[network]\n"
        "tlscert = /etc/ssl/certs/mssql.pem\ntlskey = /etc/ssl/private/mssql.key\n"
        "tlsprotocols = 1.2\nforceencryption = 1\nforcestrict = 1\ntlsciphers = AES128-SHA\ntcpport = 1434\n"
    )
    assert (found.tlscert, found.tlskey) == (Path("/etc/ssl/certs/mssql.pem"), Path("/etc/ssl/private/mssql.key"))
    assert (found.tlsprotocols, found.tlsciphers) == (("1.2",), "AES128-SHA")
    assert (found.forceencryption, found.forcestrict, found.unknown) == (True, True, ())


@pytest.mark.parametrize(
    ("written", "nested", "strict"),
    [
        ("1.2", ("1.2",), ("1.2", "1.3")),
        ("1.2,1.1,1.0", ("1.0", "1.1", "1.2"), ("1.0", "1.1", "1.2", "1.3")),
        (" 1.0 , 1.2 ", ("1.0", "1.2"), ("1.0", "1.2", "1.3")),
        ("1.3", (), ("1.3",)),
        ("", ("1.0", "1.1", "1.2"), ("1.0", "1.1", "1.2", "1.3")),
    ],
)
def test_tls_1_3_is_for_strict_only(written: str, nested: tuple[str, ...], strict: tuple[str, ...]) -> None:
    found = conf.parse(f"[network]\ntlsprotocols = {written}\n")
    assert (found.nested_protocols, found.strict_protocols) == (nested, strict)


def test_a_setting_that_does_not_exist_is_remembered_by_name() -> None:
    assert conf.parse("[network]\ntlscacert = /x\nfoo = 1\n").unknown == ("foo", "tlscacert")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[network]\ntlscert = /a\n", "tlskey is not"),
        ("[network]\ntlskey = /a\n", "tlscert is not"),
        ("[network]\ntlscert = a.pem\ntlskey = /b\n", "absolute"),
        ("[network]\nforceencryption = yes\n", "neither 0 nor 1"),
        ("[network]\ntlsprotocols = 1.2,TLSv1.1\n", "TLSv1.1"),
        ("tlscert = /a\n", "not an mssql.conf"),
    ],
)
def test_a_wrong_value_is_said_with_its_key(text: str, reason: str) -> None:
    with pytest.raises(ConfError, match=reason):
        conf.parse(text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfError, match=r"mssql\.conf cannot be read"):
        conf.read(tmp_path / "mssql.conf")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ConfError):
        conf.parse("[network]\n" + text)
