"""apt: its configuration and its words. Texts: apt 2.6.1, methods/connect.cc; options: apt-transport-https(1)."""

import pytest

from tests.clients.acts import broken, documented, tolerated
from tests.clients.invoked import HOST, SAFE, invoked
from tests.clients.machine import MACHINE
from tlslab.clients.apt import Apt
from tlslab.clients.base import Machine
from tlslab.model.outcome import Completed, Result
from tlslab.model.situation import ClientSide, ServerKind

APT = Apt()
FAILED = f"E: Failed to fetch https://{HOST}:8443/  "
END = "Could not handshake: Error in the certificate verification. [IP: 127.0.0.1 8443]\nE: Download Failed\n"
NOT_TRUSTED = FAILED + "Certificate verification failed: The certificate is NOT trusted. "


def test_reads_no_configuration_of_the_machine() -> None:
    invocation = invoked(APT, SAFE)
    assert invocation.env == {"APT_CONFIG": "/room/apt.conf"}
    lines = str(invocation.files["apt.conf"]).splitlines()
    assert 'Acquire::https::CaInfo "/room/ca.pem";' in lines
    assert 'Dir::Etc::parts "/dev/null";' in lines


@pytest.mark.parametrize(
    ("side", "typed"),
    [
        (ClientSide(HOST), ()),
        (SAFE, ("-o Acquire::https::CaInfo=ca.pem",)),
        (ClientSide(HOST, trust_everything=True), ("-o Acquire::https::Verify-Peer=false",)),
        (ClientSide(HOST, name_check=False), ("-o Acquire::https::Verify-Host=false",)),
    ],
)
def test_spells_options_as_apt_does(side: ClientSide, typed: tuple[str, ...]) -> None:
    assert APT.options_as_typed(side) == typed


def test_a_file_is_a_connection_and_anything_else_is_none() -> None:
    assert APT.read(Completed(0, "Get:1 ...\nFetched 37 B in 0s (3,700 B/s)", "", 0.1), SAFE).result is Result.CONNECTED
    assert APT.read(Completed(100, "", NOT_TRUSTED + END, 0.1), SAFE).result is Result.REFUSED


def test_what_gnutls_finds_wrong_is_told() -> None:
    assert documented(APT, NOT_TRUSTED + "The certificate chain uses expired certificate.  " + END).keys() == {
        "expired"
    }
    name = "The name in the certificate does not match the expected.  "
    assert documented(APT, NOT_TRUSTED + name + END).keys() == {"name-mismatch"}


def test_without_verification_it_goes_on() -> None:
    situation = broken("untrusted-ca", ServerKind.HTTPS)
    assert "Verify-Peer" in tolerated(APT, situation.with_client(trust_everything=True))


def test_an_apt_with_another_tls_library_is_not_this_client() -> None:
    missing = APT.missing(Machine(which=MACHINE.which, files=MACHINE.files))
    assert missing is not None
    assert "another TLS library" in missing.what
