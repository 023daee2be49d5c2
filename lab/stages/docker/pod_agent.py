"""The watch: the lab's own agent inside the network of its containers.

    python -m tlslab.stages.docker.pod_agent

Runs in the container that holds a network namespace in which servers listen (`pod`), so that no port is ever published
and no part of the host is between agent and server. One JSON order a line on standard input, one JSON answer a line on
standard output:

- `scan`: the certificates that a server presents (`tlslab.pki.scan`).
- `login`: whether a SQL Server lets the lab in (`tlslab.servers.tds.client`).
- `mark`: bytes that a server must answer or close upon, and whose line in its log follows everything before it.

Ends with its standard input. Runs on Python 3.11 and the standard library.
"""

import json
import os
import socket
import sys
import threading
import time
from typing import Any

from tlslab.model.situation import ServerKind, TLSVersion
from tlslab.pki.scan import scan
from tlslab.servers.tds.client import log_in

ADDRESS = "127.0.0.1"
TIMEOUT = 20.0
RETRY = 0.01
"""Seconds between two tries to connect to a server that does not listen yet: the server does not tell when it does."""

_answering = threading.Lock()


def scan_server(order: dict[str, Any]) -> dict[str, Any]:
    """Scan a server."""
    low, high = TLSVersion(order["low"]), TLSVersion(order["high"])
    kind, strict = ServerKind(order["kind"]), order["strict"]
    seen = scan(kind, ADDRESS, order["port"], order["host"], low, high, strict=strict)
    return {"certificates": list(seen.certificates), "refused": seen.refused, "unusual": seen.unusual}


def login(order: dict[str, Any]) -> dict[str, Any]:
    """Log in to a SQL Server once."""
    refused = log_in(ADDRESS, order["port"], order["user"], order["password"], strict=order["strict"], timeout=TIMEOUT)
    return {"refused": refused}


def mark(order: dict[str, Any]) -> dict[str, Any]:
    """Connect, send the bytes, and read to the end of the answer."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            connection = socket.create_connection((ADDRESS, order["port"]), timeout=TIMEOUT)
            break
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY)
    with connection:
        connection.sendall(bytes.fromhex(order["bytes"]))
        received = b""
        try:
            while part := connection.recv(4096):
                received += part
        except ConnectionResetError:
            pass
    return {"answer": received.decode("latin-1")}


def serve(order: dict[str, Any]) -> None:
    """Answer one order."""
    try:
        said = {"scan": scan_server, "login": login, "mark": mark}[order["do"]](order)
    except Exception as problem:
        said = {"error": f"{type(problem).__name__}: {problem}"}
    with _answering:
        print(json.dumps({**said, "id": order["id"]}), flush=True)


def main() -> None:
    """Answer until the end of standard input."""
    for line in sys.stdin:
        threading.Thread(target=serve, args=(json.loads(line),), daemon=True).start()


if __name__ == "__main__":
    main()
    os._exit(0)
