"""The process: its description, its first line, its ends."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers.minted import Shelf
from tests.servers.process import finish, serving, spawn
from tests.servers.raw import Client, works
from tlslab import IMPORTED_FROM
from tlslab.servers import embedded
from tlslab.servers.embedded import BadDescription
from tlslab.servers.https_endpoint import HttpsOptions
from tlslab.servers.tds.endpoint import SqlServerOptions
from tlslab.stages.local.services import ipv6_obstacle


def described(**entry: object) -> str:
    return json.dumps({"password": "x", "listeners": [{"id": "a", "kind": "sqlserver", "conf": "/c", **entry}]})


def test_a_description_becomes_listeners() -> None:
    text = json.dumps(
        {
            "password": "pw",
            "login_timeout": 5,
            "listeners": [
                {"id": "a", "kind": "sqlserver", "conf": "/c", "host": "h", "security_level": 0, "port": 1433},
                {"id": "b", "kind": "https", "chain": "/x", "key": "/y", "tls_min": "TLSv1", "tls_max": "TLSv1.2"},
            ],
        }
    )
    one, two = embedded.describe(text)
    assert isinstance(one.options, SqlServerOptions)
    assert isinstance(two.options, HttpsOptions)
    assert (one.id, one.address, one.port) == ("a", "127.0.0.1", 1433)
    assert (one.options.conf, one.options.security_level, one.options.limits.login_seconds) == (Path("/c"), 0, 5.0)
    assert (two.options.tls_min, two.options.security_level) == ("TLSv1", 2)


@pytest.mark.parametrize(
    ("text", "listener", "reason"),
    [
        ("", None, "not JSON"),
        ("[]", None, "listeners"),
        ('{"listeners": [{}]}', None, '"id"'),
        (described(kind="mysql"), "a", "kind of listener"),
        (described(conf=None, kind="https"), "a", "chain"),
        (described(security_level=9), "a", "security_level"),
        (described(login_timeout=0), "a", "login_timeout"),
        (described(encryption="maybe"), "a", "encryption"),
        (described(refusal="maybe"), "a", "refusal"),
        (described(port="x"), "a", "wrong"),
        (described(route="db2.lab.test"), "a", "route"),
        (described(route={"host": "db2.lab.test"}), "a", "listener"),
        (json.dumps({"listeners": [{"id": "a", "kind": "sqlserver", "conf": "/c"}]}), "a", "password"),
        (
            json.dumps({"password": "x", "listeners": [{"id": "a", "kind": "sqlserver", "conf": "/c"}] * 2}),
            None,
            "same id",
        ),
    ],
)
def test_a_wrong_description_is_said_with_its_listener(text: str, listener: str | None, reason: str) -> None:
    with pytest.raises(BadDescription, match=reason) as wrong:
        embedded.describe(text)
    assert wrong.value.listener == listener


def broken(shelf: Shelf) -> dict[str, dict[str, Any]]:
    shelf.put("garbage.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    shelf.put("empty.pem", "")
    sql = {"kind": "sqlserver"}
    web = {"kind": "https", "chain": str(shelf.directory / "chain.pem")}
    return {
        "no conf": sql | {"conf": "/nowhere/mssql.conf"},
        "no key": sql | {"conf": shelf.conf("b1.conf", key="nothing.pem")},
        "garbage": sql | {"conf": shelf.conf("b2.conf", "garbage.pem")},
        "empty": sql | {"conf": shelf.conf("b3.conf", "empty.pem")},
        "wrong key": sql | {"conf": shelf.conf("b4.conf", key="rsa.key.pem")},
        "ciphers": sql | {"conf": shelf.conf("b5.conf", tlsciphers="NOTHING")},
        "ciphers of the fallback": sql | {"conf": shelf.conf("b6.conf", None, tlsciphers="NOTHING")},
        "https key": web | {"key": str(shelf.directory / "rsa.key.pem")},
        "https versions": web | {"key": str(shelf.directory / "key.pem"), "tls_min": "TLSv9"},
    }


@pytest.mark.parametrize(
    ("which", "reason"),
    [
        ("no conf", "/nowhere/mssql.conf cannot be read"),
        ("no key", "nothing.pem cannot be read"),
        ("garbage", "cannot be loaded"),
        ("empty", "holds no PEM certificate"),
        ("wrong key", "the private key does not belong to the certificate"),
        ("ciphers", "no usable cipher in 'NOTHING'"),
        ("ciphers of the fallback", "no usable cipher in 'NOTHING'"),
        ("https key", "the private key does not belong to the certificate"),
        ("https versions", "'TLSv9' is no TLS version"),
    ],
)
def test_a_listener_that_cannot_start_is_named_and_the_status_is_3(shelf: Shelf, which: str, reason: str) -> None:
    good = {"id": "good", "kind": "sqlserver", "conf": shelf.conf("good.conf")}
    running = spawn({"listeners": [good, {"id": "bad"} | broken(shelf)[which]], "password": "x"})
    said = running.next_event()
    assert said is not None
    assert said["listener"] == "bad"
    assert reason in said["error"]
    assert running.child.wait(timeout=20) == 3
    finish(running)


def test_an_encrypted_key_is_refused_instead_of_asking_the_terminal(shelf: Shelf) -> None:
    from cryptography.hazmat.primitives import serialization

    locked = shelf.leaf.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    shelf.put("locked.pem", locked.decode())
    conf = shelf.conf("locked.conf", key="locked.pem")
    running = spawn({"listeners": [{"id": "a", "kind": "sqlserver", "conf": conf}], "password": "x"})
    said = running.next_event()
    assert said is not None
    assert "encrypted with a password" in said["error"]
    assert finish(running) == 3


def test_a_port_in_use_is_an_error_and_not_a_crash(shelf: Shelf) -> None:
    entry = {"id": "a", "kind": "sqlserver", "conf": shelf.conf("good.conf")}
    with serving([entry]) as running:
        second = spawn({"listeners": [entry | {"port": running.ports["a"]}], "password": "x"})
        said = second.next_event()
        assert said is not None
        assert "in use" in said["error"]
        assert finish(second) == 3


def test_a_listener_listens_at_the_ipv6_loopback_as_well_when_it_is_told(shelf: Shelf) -> None:
    entry = {"id": "a", "kind": "sqlserver", "conf": shelf.conf("good.conf"), "ipv6": True}
    if why := ipv6_obstacle():
        pytest.skip(why)
    with serving([entry]) as running:
        for address in ("127.0.0.1", "::1"):
            socket.create_connection((address, running.ports["a"]), timeout=10).close()


def test_the_ports_come_before_every_other_line(shelf: Shelf) -> None:
    entries = [{"id": f"s{n}", "kind": "sqlserver", "conf": shelf.conf("good.conf")} for n in range(40)]
    with serving(entries) as running:
        assert set(running.ports) == {f"s{n}" for n in range(40)}
        assert "certificate" in running.wait_for_line("s39", "successfully loaded")
        works(running.ports["s39"])


def test_the_process_ends_with_its_input_even_with_clients(shelf: Shelf) -> None:
    running = spawn({"listeners": [{"id": "a", "kind": "sqlserver", "conf": shelf.conf("good.conf")}], "password": "x"})
    ready = running.next_event()
    assert ready is not None
    with Client(ready["ready"]["a"]) as client:
        client.send(b"\x12\x01")
        assert finish(running) == 0
        client.expect_end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_on_a_signal(shelf: Shelf, number: int) -> None:
    running = spawn({"listeners": [{"id": "a", "kind": "sqlserver", "conf": shelf.conf("good.conf")}], "password": "x"})
    assert running.next_event() is not None
    running.child.send_signal(number)
    assert running.child.wait(timeout=20) == 0
    finish(running)


def test_the_process_ends_when_nobody_reads_its_events(shelf: Shelf) -> None:
    entry = {"id": "a", "kind": "sqlserver", "conf": shelf.conf("good.conf")}
    read_end, write_end = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "tlslab.servers.embedded"],
        stdin=subprocess.PIPE,
        stdout=write_end,
        env=os.environ | {"PYTHONPATH": str(IMPORTED_FROM)},
    ) as child:
        os.close(write_end)
        assert child.stdin is not None
        child.stdin.write(json.dumps({"listeners": [entry], "password": "x"}).encode() + b"\n")
        child.stdin.flush()
        with os.fdopen(read_end, "rb") as events:
            port = json.loads(events.readline())["ready"]["a"]
        # The pipe has no reader any more: what the process meets when its parent is gone.
        with contextlib.suppress(ConnectionError), Client(port) as client:
            client.sock.shutdown(socket.SHUT_WR)
            client.expect_end()
        assert child.wait(timeout=20) == 0
