"""Server sides as configuration: nginx.conf and mssql.conf say what the side says, in the servers' documented words."""

import configparser
from dataclasses import replace
from pathlib import Path
from subprocess import run

import pytest

from tlslab.model.certificate import LAB_ROOT
from tlslab.model.situation import (
    KeyExchange,
    ServerEncryption,
    ServerKind,
    ServerSide,
    TLSVersion,
    VirtualHost,
    healthy,
)
from tlslab.servers import nginx
from tlslab.servers.mssql_conf import mssql_conf

WEB = healthy(ServerKind.HTTPS).server
DATABASE = healthy(ServerKind.SQLSERVER).server
ROOM = Path("/room")


def web(**changes: object) -> str:
    side = replace(WEB, **changes)  # type: ignore[arg-type]
    return nginx.configuration(ROOM, "127.0.0.1", nginx.blocks_of({"https-1": side}, {"https-1": 40001}), 40000)


def network(**changes: object) -> dict[str, str]:
    parser = configparser.ConfigParser()
    parser.read_string(mssql_conf(replace(DATABASE, **changes), "/crt.pem", "/key.pem"))  # type: ignore[arg-type]
    return dict(parser["network"])


def test_nginx_listens_on_loopback_alone() -> None:
    listens = [line.split()[1] for line in web().splitlines() if line.strip().startswith("listen")]
    listens += [line.split("listen ")[1].split()[0] for line in web().splitlines() if "{ listen" in line]
    assert listens
    assert all(item.startswith("127.0.0.1:") for item in listens)


def test_nginx_listens_at_the_ipv6_loopback_as_well_when_it_is_told() -> None:
    assert "listen 127.0.0.1:40001 ssl reuseport; listen [::1]:40001 ssl reuseport;" in web(ipv6=True)


def test_a_virtual_host_has_a_block_of_its_own_behind_the_default_one() -> None:
    assert WEB.chain
    other = VirtualHost("other.lab.test", WEB.chain)
    lines = [line.strip() for line in web(virtual_hosts=(other,)).splitlines()]
    default = lines.index("listen 127.0.0.1:40001 ssl reuseport;")
    assert lines.index("listen 127.0.0.1:40001 ssl; server_name other.lab.test;") > default
    assert "ssl_certificate /room/https-1.host-1.chain.pem;" in lines


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (TLSVersion.TLSv1_2, TLSVersion.TLSv1_3, "ssl_protocols TLSv1.2 TLSv1.3;"),
        (TLSVersion.TLSv1_0, TLSVersion.TLSv1_1, "ssl_protocols TLSv1 TLSv1.1;"),
        (TLSVersion.TLSv1_3, TLSVersion.TLSv1_3, "ssl_protocols TLSv1.3;"),
    ],
)
def test_nginx_offers_the_versions_of_the_side(low: TLSVersion, high: TLSVersion, words: str) -> None:
    assert words in web(tls_min=low, tls_max=high)


def test_nginx_runs_with_the_security_level_of_the_side() -> None:
    assert "DEFAULT:@SECLEVEL=2;" in web()
    assert "DEFAULT:@SECLEVEL=0;" in web(security_level=0)


def test_nginx_stays_one_process_in_the_foreground() -> None:
    """So that it dies with the lab, and leaves no worker behind."""
    assert "daemon off;" in web()
    assert "master_process off;" in web()
    assert nginx.command("/usr/sbin/nginx", ROOM)[0] == "/usr/sbin/nginx"


def test_mssql_conf_names_certificate_and_key() -> None:
    assert network() == {
        "tlscert": "/crt.pem",
        "tlskey": "/key.pem",
        "tlsprotocols": "1.2",
        "forceencryption": "0",
    }


def test_a_server_without_certificate_names_none_and_makes_its_own() -> None:
    assert "tlscert" not in network(chain=None)
    assert "tlskey" not in network(chain=None)


def test_old_versions_stand_newest_first_as_in_the_documentation() -> None:
    assert network(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_2)["tlsprotocols"] == "1.2,1.1,1.0"
    assert network(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_1)["tlsprotocols"] == "1.1,1.0"


def test_forced_and_strict_are_two_keys() -> None:
    assert network(encryption=ServerEncryption.FORCED)["forceencryption"] == "1"
    assert "forcestrict" not in network(encryption=ServerEncryption.FORCED)
    assert network(encryption=ServerEncryption.STRICT)["forcestrict"] == "1"


def test_tls_1_3_alone_is_no_value_of_tlsprotocols() -> None:
    side = ServerSide(ServerKind.SQLSERVER, DATABASE.chain, tls_min=TLSVersion.TLSv1_3)
    with pytest.raises(ValueError, match=r"1\.3 alone"):
        mssql_conf(side, "/crt.pem", "/key.pem")


def test_both_servers_are_told_of_the_key_exchange_by_their_cipher_suites() -> None:
    """`network.tlsciphers` of mssql.conf and nginx's `ssl_ciphers` take the names of OpenSSL (openssl-ciphers(1))."""
    assert "AES256-SHA:AES128-SHA:@SECLEVEL=2;" in web(key_exchange=KeyExchange.RSA)
    assert "ECDHE" not in web(key_exchange=KeyExchange.RSA)
    assert network(key_exchange=KeyExchange.RSA)["tlsciphers"].endswith(":AES256-SHA:AES128-SHA")
    assert "tlsciphers" not in network()


def test_nginx_is_given_a_group_of_1024_bits() -> None:
    """`ssl_dhparam` names a file (ngx_http_ssl_module)."""
    side = replace(WEB, key_exchange=KeyExchange.DHE, small_dh=True)
    (block,) = nginx.blocks_of({"https-1": side}, {"https-1": 40001})
    parameters = nginx.files(block, "", "")["https-1.dh.pem"]
    shown = run(["openssl", "dhparam", "-noout", "-text"], input=parameters, capture_output=True, text=True, check=True)
    assert "DH Parameters: (1024 bit)" in shown.stdout
    assert "ssl_dhparam /room/https-1.dh.pem;" in web(key_exchange=KeyExchange.DHE, small_dh=True)
    assert "ssl_dhparam" not in web()


def test_nginx_demands_certificates_of_its_clients() -> None:
    told = "ssl_verify_client on; ssl_client_certificate /room/https-1.clients.pem;"
    assert told in web(client_anchors=(LAB_ROOT,))
    assert "ssl_verify_client" not in web()
    (block,) = nginx.blocks_of({"https-1": replace(WEB, client_anchors=(LAB_ROOT,))}, {"https-1": 40001})
    assert nginx.files(block, "", "", "ROOT")["https-1.clients.pem"] == "ROOT"
    assert "https-1.clients.pem" not in nginx.files(block, "", "")


def test_suites_that_nobody_offers_do_not_encrypt() -> None:
    assert "ssl_ciphers NULL-SHA256:" in web(usual_suites=False)
    assert network(usual_suites=False)["tlsciphers"].startswith("NULL-SHA256:")
