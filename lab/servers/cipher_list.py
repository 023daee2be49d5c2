"""The cipher suites of a server side up to TLS 1.2, as a list of OpenSSL (openssl-ciphers(1)), and its Diffie-Hellman
parameters.

TLS 1.3 has suites of its own, which these lists say nothing of.
"""

import ssl

from tlslab.model.situation import KeyExchange, ServerSide

USUAL = "DEFAULT"
_BY_KEY_EXCHANGE = {
    KeyExchange.USUAL: USUAL,
    KeyExchange.RSA: "AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA256:AES128-SHA256:AES256-SHA:AES128-SHA",
    KeyExchange.DHE: "DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA",
}
_UNUSUAL = "NULL-SHA256:NULL-SHA"
"""Suites that do not encrypt (RFC 5246, A.5). They stand for those of old servers that no client offers any more, as
RC4 and 3DES, which OpenSSL 3 does not have either."""
_OAKLEY_1024 = bytes.fromhex(
    "30818702818100FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519"
    "B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C"
    "4B1FE649286651ECE65381FFFFFFFFFFFFFFFF020102"
)
"""The prime of 1024 bits of the Second Oakley Group (RFC 2409, 6.2), which many servers had built in, with
its generator in DER (DHParameter of PKCS #3)."""


def ciphers(side: ServerSide) -> str:
    """The list of a server side."""
    return _BY_KEY_EXCHANGE[side.key_exchange] if side.usual_suites else _UNUSUAL


def dh_parameters(side: ServerSide) -> str:
    """The parameters of a server side (PEM), as `ssl_dhparam` of nginx takes them; "" for those of its TLS library."""
    if not side.small_dh:
        return ""
    return ssl.DER_cert_to_PEM_cert(_OAKLEY_1024).replace("CERTIFICATE", "DH PARAMETERS")
