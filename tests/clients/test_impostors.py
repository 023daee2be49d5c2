"""What each client does of impostors that do not fall to the usual checks: measured with the real clients."""

import pytest

from tests.clients.acts import connects, tolerated
from tlslab.clients import Client, all_clients
from tlslab.model.situation import Encryption, ServerEncryption, ServerKind, healthy

CLIENTS = [pytest.param(client, id=client.name) for client in all_clients()]
SAN_ALONE = {"go-mssqldb", "requests", "go-https", "reqwest-rustls", "tiberius-rustls"}
"""urllib3 switches the common name off, Go knows none since 1.15, rustls never knew one."""
COMMON_NAME_FIRST = {"pymssql", "python-tds", "mssql-jdbc", "jtds", "sqlclient", "sqlclient-mono"}
COMMON_NAME_FIRST |= {"perl-ssl", "pymssql.keyword"}
"""jTDS looks at no name at all; where SqlClient finds the name in the CN, it looks at nothing else."""
IN_CLEAR_UNASKED = {"tedious"}
NEVER_IN_CLEAR = {"tiberius-native-tls", "tiberius-rustls"}
"""tiberius begins a handshake whatever the server has answered."""


@pytest.mark.parametrize("client", CLIENTS)
def test_most_clients_take_the_common_name_where_there_is_no_san(client: Client) -> None:
    for kind in client.kinds:
        assert connects(client, healthy(kind).with_leaf(names=())) is (client.name not in SAN_ALONE)


@pytest.mark.parametrize("client", CLIENTS)
def test_few_take_it_beside_a_san_with_another_name(client: Client) -> None:
    for kind in client.kinds:
        beside = healthy(kind).with_leaf(names=("neighbour.lab.test",))
        assert connects(client, beside) is (client.name in COMMON_NAME_FIRST)


@pytest.mark.parametrize("client", CLIENTS)
def test_told_to_trust_everything_it_is_that_which_lets_the_common_name_in(client: Client) -> None:
    for kind in client.kinds:
        careless = healthy(kind).with_leaf(names=()).with_client(trust_everything=True)
        # requests verifies with a context of one's own whatever that says, and for a trust manager of one's own Java
        # still compares the name.
        if client.cannot(careless) is None and client.name not in ("requests.ssl-context", "java-httpclient"):
            assert "common name" not in tolerated(client, careless)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_server_that_says_that_it_cannot_encrypt_gets_the_password_of_whom_did_not_ask_and_of_tedious(
    client: Client,
) -> None:
    if ServerKind.SQLSERVER not in client.kinds:
        return
    in_clear = healthy(ServerKind.SQLSERVER).with_server(chain=None, encryption=ServerEncryption.IN_CLEAR)
    assert connects(client, in_clear) is (client.name in IN_CLEAR_UNASKED)
    unasked = in_clear.with_client(encryption=Encryption.OPTIONAL, trust_anchors=())
    if client.name in NEVER_IN_CLEAR:
        assert not connects(client, unasked)
    else:
        assert "in clear" in tolerated(client, unasked)
