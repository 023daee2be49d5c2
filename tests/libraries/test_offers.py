"""Which TLS versions clients offer by themselves: what all layers of a client allow."""

import pytest

from tests.clients.acts import CATALOGUE
from tlslab.clients import all_clients
from tlslab.matrix.defaults import measured
from tlslab.matrix.plan import by_itself
from tlslab.model.conditions import NO_COMMON_VERSION
from tlslab.model.situation import ServerKind, TLSVersion, healthy

OLD, MODERN, NEWEST = TLSVersion.TLSv1_0, TLSVersion.TLSv1_2, TLSVersion.TLSv1_3
OFFERED = {
    # OpenSSL and GnuTLS begin with the oldest version that they have; Node, Python, Go and Java raised their minimum.
    **dict.fromkeys(("curl", "openssl", "wget", "gnutls-cli"), (OLD, NEWEST)),
    **dict.fromkeys(("odbc18", "mssql-python", "pymssql", "tsql", "tdsodbc"), (OLD, NEWEST)),
    **dict.fromkeys(("urllib", "requests", "httpx", "node-https", "node-fetch"), (MODERN, NEWEST)),
    **dict.fromkeys(("tedious", "go-https", "mssql-jdbc", "java-httpclient", "java-urlconnection"), (MODERN, NEWEST)),
    # pyOpenSSL's TLSv1_2_METHOD is this version and no other.
    "python-tds": (MODERN, MODERN),
}


@pytest.mark.parametrize("name", OFFERED)
def test_a_client_offers_what_all_its_layers_offer(name: str) -> None:
    (client,) = (item for item in all_clients() if item.name == name)
    kind = next(iter(client.kinds))
    assert by_itself(client, healthy(kind), CATALOGUE.knowledge).client.offered == OFFERED[name]


def test_a_default_is_measured_with_the_versions_that_the_client_offers_by_itself() -> None:
    (old,) = (item for item in measured(ServerKind.HTTPS) if item.id == "https/tls-1.1")
    found = {
        client.name: NO_COMMON_VERSION.present(by_itself(client, old.situation, CATALOGUE.knowledge))
        for client in all_clients()
        if ServerKind.HTTPS in client.kinds and client.name in OFFERED
    }
    assert found == {name: OFFERED[name][0] is MODERN for name in found}
