"""axios and undici: how they find their package, and whose words they show."""

import pytest

from tests.clients.acts import documented
from tests.clients.invoked import HOST, SAFE, invoked
from tlslab.clients.node_packages import Axios, Undici
from tlslab.model.situation import ClientSide, ServerKind, healthy

AXIOS, UNDICI = Axios(), Undici()


@pytest.mark.parametrize("client", [AXIOS, UNDICI])
def test_they_are_the_labs_own_packages(client: Axios | Undici) -> None:
    assert invoked(client, SAFE).env["NODE_PATH"] == "/node_modules"


def test_axios_gives_nodes_error_its_own_name() -> None:
    said = (
        "AxiosError: certificate has expired {\n  [cause]: Error: certificate has expired {\n code: 'CERT_HAS_EXPIRED'"
    )
    assert documented(AXIOS, said).keys() == {"expired"}


def test_undici_shows_nodes_error_as_it_is() -> None:
    assert documented(UNDICI, "Error: certificate has expired {\n  code: 'CERT_HAS_EXPIRED'\n}").keys() == {"expired"}


def test_undici_cannot_leave_the_name_out() -> None:
    situation = healthy(ServerKind.HTTPS)
    assert UNDICI.cannot(situation) is None
    said = UNDICI.cannot(situation.with_client(server_name=""))
    assert said == "undici sends the name in the URL where `servername` is empty"


def test_what_another_name_is_sent_for_goes_into_the_options() -> None:
    assert '"servername": "other.lab.test"' in invoked(AXIOS, ClientSide(HOST, expected_name="other.lab.test")).stdin
