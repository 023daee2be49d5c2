"""aiohttp: its words. Texts: aiohttp, client_exceptions.py, round those of the ssl module."""

import json

import pytest

from tests.clients.acts import documented
from tests.clients.invoked import HOST, SAFE, invoked
from tlslab.clients.aiohttp import Aiohttp

AIOHTTP = Aiohttp()
CANNOT = f"Cannot connect to host {HOST}:8443 ssl:"


def test_it_is_told_of_the_trust_store() -> None:
    assert json.loads(invoked(AIOHTTP, SAFE).stdin)["ca"] == {"cafile": "ca.pem"}
    assert AIOHTTP.options_as_typed(SAFE) == ('context = ssl.create_default_context(cafile="ca.pem")',)


@pytest.mark.parametrize("ssl", ["True", "default", "<ssl.SSLContext object at 0x7f20b1d6a1b0>"])
def test_the_argument_is_shown_before_the_words_of_the_ssl_module(ssl: str) -> None:
    said = (
        f"aiohttp.client_exceptions.ClientConnectorCertificateError: {CANNOT}{ssl} [SSLCertVerificationError: (1, "
        "'[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)')]"
    )
    assert documented(AIOHTTP, said).keys() == {"expired"}
