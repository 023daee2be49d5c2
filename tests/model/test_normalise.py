"""Normalisation takes the volatile parts out and leaves reasons, codes and names."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tlslab.model.normalise import normalise

CASES = [
    (
        "[error:0A000086:SSL routines::certificate verify failed:x]",
        "[error:NUMBER:SSL routines::certificate verify failed:x]",
    ),
    ("certificate has expired (_ssl.c:1006)", "certificate has expired (_ssl.c:LINE)"),
    (
        "HTTPSConnectionPool(host='shop.lab.test', port=40123)",
        "HTTPSConnectionPool(host='shop.lab.test', port=PORT)",
    ),
    ("Failed to connect to db.lab.test:40123 - reason", "Failed to connect to db.lab.test:PORT - reason"),
    ("Failed to connect to db:40123 - reason", "Failed to connect to db:PORT - reason"),
    ("https://SHOP.LAB.TEST:40123/", "https://SHOP.LAB.TEST:PORT/"),
    ("80FBC6D87F7F0000:error:0A000086:SSL", "THREAD:error:NUMBER:SSL"),
    (
        "Connecting to shop.lab.test (shop.lab.test)|127.0.0.1|:59653... connected.",
        "Connecting to shop.lab.test (shop.lab.test)|127.0.0.1|:PORT... connected.",
    ),
    (
        "Saving to: 'body'\n     0K                     100%  153M=0s\n2026-11-21 07:12:38 (81.9 MB/s) - 'body' saved",
        "Saving to: 'body'\n     0K                     100% PROGRESS\nDATE (SPEED) - 'body' saved",
    ),
    (
        "SSL handshake has read 1974 bytes and written 326 bytes",
        "SSL handshake has read SIZE bytes and written SIZE bytes",
    ),
    ("Start Time: 1795245158", "Start Time: TIME"),
    ("[Connect call failed ('127.0.0.1', 43877)]", "[Connect call failed ('127.0.0.1', PORT)]"),
    ("Connection refused [::ffff:127.0.0.1]:43877", "Connection refused [::ffff:127.0.0.1]:PORT"),
    ("Failed to connect to shop port 4433 after 16 ms", "Failed to connect to shop port PORT after TIME ms"),
    ("Fetched 37 B in 0s (3,700 B/s)", "Fetched 37 B in TIME (3,700 B/s)"),
    ("(node:30199) Warning: Setting", "(node:PID) Warning: Setting"),
    ("npm notice PONG 289ms", "npm notice PONG TIME"),
    (
        "verification time 1796138945 (UNIX), but certificate is not valid after 1795274871 (864074 seconds ago)",
        "verification time TIME (UNIX), but certificate is not valid after TIME (TIME seconds ago)",
    ),
    (
        "SSLHandshakeException: Remote host closed the channel",
        "SSLHandshakeException: Remote host terminated the handshake",
    ),
    ("NotAfter: Fri Nov 20 21:15:07 UTC 2026", "NotAfter: DATE"),
    ("ClientConnectionId:c4071ed6-4e54-4d41-866b-3489578b1fde", "ClientConnectionId:UUID"),
    ("Date: Mon, 30 Nov 2026 18:22:49 GMT", "Date: DATE"),
    ("KeyIdentifier [\n0000: 59 31 B1 79   Y1.y\n0010: DF 49   .I\n]", "KeyIdentifier [\nDUMP\n]"),
    ("ticket:\n    0000 - 35 cf 42 96-6a 0c   5.B\n    0010 - 7f 38   .8\nTime", "ticket:\n    DUMP\nTime"),
    ("not revoked as of Mon Nov 30 04:31:44 2026", "not revoked as of DATE"),
    (
        (
            "Server certificate\n-----BEGIN CERTIFICATE-----\nMIID/Q==\nBQAw...OwEW+A\n-----END CERTIFICATE-----\n"
            "subject=CN = x"
        ),
        "Server certificate\n-----BEGIN CERTIFICATE-----\nBASE64\n-----END CERTIFICATE-----\nsubject=CN = x",
    ),
    ("Cannot connect to host ::1:50543 ssl:True", "Cannot connect to host ::1:PORT ssl:True"),
    ("Connecting to [::1]:50543... connected.", "Connecting to [::1]:PORT... connected."),
    ("https://[::1]:50543/info", "https://[::1]:PORT/info"),
    ("serial 0x5d1c5ab0a3b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5, sha256:", "serial HEXADECIMAL, sha256:"),
    (
        "Session ID: 1F:B1:D7:3C:7C:0F:90:5B:76:01:DD, MAC: 02:42:AC:11:00:02",
        "Session ID: HEXADECIMAL, MAC: 02:42:AC:11:00:02",
    ),
    ('pin-sha256="Hx2Ip4zpE6Z4zJzMZRgXJ1ioT6yXQk9bJ3oqk6Vd8lU=";', 'pin-sha256="BASE64";'),
    (
        "/home/a/.cache/tlslab/versions/pymssql@2.3.13-0a1b2c3d4e5f/lib/python3.11/site-packages/x.so",
        "CLIENTS/lib/python3.11/site-packages/x.so",
    ),
    (
        "Can't open lib '/tmp/labcache/clients-b214227ebcee0ec2-Linux-x86_64-py3.11/lib/libmsodbcsql-18.so'",
        "Can't open lib 'CLIENTS/lib/libmsodbcsql-18.so'",
    ),
    ("at /tmp/c/npm-c7d9f5019df08842/node_modules/tedious/a.js:12:7", "at CLIENTS/node_modules/tedious/a.js:LINE"),
    ('File "/x/login.py", line 123, in connect', 'File "/x/login.py", line LINE, in connect'),
    ("TCP Provider: Error code 0x2746", "TCP Provider: Error code 0x2746"),
    ("connect ECONNREFUSED 172.21.0.3:1434", "connect ECONNREFUSED HOST:PORT"),
    ("connect ECONNREFUSED 127.0.0.1:41434", "connect ECONNREFUSED 127.0.0.1:PORT"),
    ("SQL Server 16.0.4105.2, ODBC 10.0.1.2", "SQL Server 16.0.4105.2, ODBC 10.0.1.2"),
    ("curl: (60) SSL certificate problem", "curl: (60) SSL certificate problem"),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_volatile_parts_become_words(text: str, wanted: str) -> None:
    assert normalise(text) == wanted


@pytest.mark.parametrize("port", [32768, 40123, 60999])
def test_two_runs_on_other_ports_are_equal(port: int) -> None:
    assert normalise(f"connect to shop.lab.test port {port} failed") == normalise(
        "connect to shop.lab.test port 51515 failed"
    )


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


NAME = r"[^\s'\":,\]\)/]"
PATH = r"/[^\s'\":,\]\)]*"
ROOM = re.compile(rf"{PATH}/runs/run-{NAME}*/{NAME}*")
ENVIRONMENT = re.compile(
    rf"{PATH}/(?:versions/{NAME}+-[0-9a-f]{{12}}|clients-[0-9a-f]{{16}}{NAME}*|npm-[0-9a-f]{{16}})"
)
PIECES = ("/", "runs", "run-", "/runs/run-1/", "versions", "-0123456789ab", "clients-0123456789abcdef", "x", " ")


@settings(deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "/versions/a-0123456789ab/", "/npm-0123456789abcdef"]), max_size=12))
def test_paths_lose_what_a_greedy_regular_expression_would_take(parts: list[str]) -> None:
    text = "".join(parts)
    assert normalise(text) == ENVIRONMENT.sub("CLIENTS", ROOM.sub("ROOM", text)).strip()
