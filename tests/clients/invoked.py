"""What an HTTPS client is invoked with, on a machine that has every program."""

from pathlib import PurePosixPath

from tests.clients.machine import MACHINE
from tlslab.clients import Client
from tlslab.clients.base import Endpoint, Invocation, Login, Material, Request
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.situation import ClientSide, ServerKind

HOST = "shop.lab.test"
SAFE = ClientSide(HOST, trust_anchors=(LAB_ROOT,))


def invoked(client: Client, side: ClientSide) -> Invocation:
    """Its invocation for a server at port 8443."""
    endpoint = Endpoint(ServerKind.HTTPS, "127.0.0.1", 8443)
    material = Material("ROOT\n", "ISSUING\n")
    return client.invoke(Request(MACHINE, side, endpoint, material, Login("", ""), PurePosixPath("/room")))
