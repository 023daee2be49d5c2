"""The cipher suites by which a server has a key exchange up to TLS 1.2, as lists of OpenSSL (openssl-ciphers(1)).

TLS 1.3 has suites of its own, which these lists say nothing of.
"""

from tlslab.model.situation import KeyExchange

CIPHERS = {
    KeyExchange.USUAL: "DEFAULT",
    KeyExchange.RSA: "AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA256:AES128-SHA256:AES256-SHA:AES128-SHA",
}
