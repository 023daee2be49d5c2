"""Ruby's openssl: its own check of the name, and the frame of every other failure.

`SSL_connect returned=1 errno=0 ... state=...: certificate verify failed (REASON)` holds OpenSSL's reason in brackets.
"""

from tlslab.model.beyond import NO_SERVER_CERTIFICATE
from tlslab.model.conditions import NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says

_RUBY = "https://github.com/ruby/openssl/blob/5fe1b71b1cf233ca178fb1e2e9617840cb39f00a"
CONNECT = Source("ruby/openssl, ext/openssl/ossl_ssl.c, ossl_start_ssl", f"{_RUBY}/ext/openssl/ossl_ssl.c")
CHECK = Source("ruby/openssl, lib/openssl/ssl.rb, post_connection_check", f"{_RUBY}/lib/openssl/ssl.rb")

LIBRARY = Library(
    "ruby",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            'hostname "{*}" does not match the server certificate',
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
        *says(
            [NO_SERVER_CERTIFICATE],
            Phase.NAME,
            "Peer verification enabled, but no certificate received.",
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
        *says(ANY, Phase.HANDSHAKE, "SSL_connect returned=1 errno=", basis=Basis.AUTHORITATIVE, source=CONNECT),
    ),
    vocabulary=True,
)
