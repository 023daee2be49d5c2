"""The variables of a client side reach its process, with the files that they name."""

from pathlib import PurePosixPath

import pytest

from tests.clients.machine import MACHINE
from tlslab.clients.base import Endpoint, Invocation, Login, Material, Request
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.environment import OPENSSL_CONF, SSL_CERT_DIR, SSL_CERT_FILE, OpenSSLLimits, Variable
from tlslab.model.situation import ClientSide, ServerKind
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.environment import with_environment


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> Mint:
    return Mint(Keys(tmp_path_factory.mktemp("keys")))


def told(*variables: Variable, mint: Mint, **env: str) -> Invocation:
    side = ClientSide("shop.lab.test", environment=variables)
    endpoint, login = Endpoint(ServerKind.HTTPS, "127.0.0.1", 4433), Login("sa", "secret")
    request = Request(MACHINE, side, endpoint, Material("PEM"), login, PurePosixPath("/room"))
    return with_environment(Invocation(("curl",), env=env), request, mint)


def test_a_file_a_directory_and_a_configuration_are_laid_out_and_named_by_their_whole_paths(mint: Mint) -> None:
    invocation = told(
        Variable(SSL_CERT_FILE, anchors=(LAB_ROOT,)),
        Variable(SSL_CERT_DIR, anchors=(LAB_ROOT,)),
        Variable(OPENSSL_CONF, limits=OpenSSLLimits("TLSv1", 0)),
        mint=mint,
    )
    assert invocation.env == {
        "SSL_CERT_FILE": "/room/company-ca.pem",
        "SSL_CERT_DIR": "/room/company-cas",
        "OPENSSL_CONF": "/room/openssl.cnf",
    }
    assert invocation.files["company-ca.pem"] == mint.pem(LAB_ROOT)
    assert invocation.files["company-cas/ca-0.pem"] == mint.pem(LAB_ROOT)
    assert invocation.prepare == (("openssl", "rehash", "company-cas"),)


def test_a_variable_that_names_none_of_our_roots_names_the_public_ones(mint: Mint) -> None:
    invocation = told(Variable(SSL_CERT_FILE, anchors=()), mint=mint)
    assert invocation.files == {"public-roots.pem": mint.public_root}


def test_a_variable_that_the_adapter_has_set_is_not_set_again(mint: Mint) -> None:
    with pytest.raises(ValueError, match="twice"):
        told(Variable(SSL_CERT_FILE, anchors=()), mint=mint, SSL_CERT_FILE="/room/ca.pem")
