"""Ruby's openssl: its own check of the name, and the frame of every other failure.

`SSL_connect returned=1 errno=0 ... state=...: certificate verify failed (REASON)` holds OpenSSL's reason in brackets.
"""

from tlslab.model.beyond import NO_SERVER_CERTIFICATE, NO_TLS_LIBRARY
from tlslab.model.conditions import ENDS_EARLY, NAME_MISMATCH, NO_COMMON_CIPHER, NO_COMMON_VERSION
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, stands_for

_RUBY = "https://github.com/ruby/openssl/blob/5fe1b71b1cf233ca178fb1e2e9617840cb39f00a"
CONNECT = Source("ruby/openssl, ext/openssl/ossl_ssl.c, ossl_start_ssl", f"{_RUBY}/ext/openssl/ossl_ssl.c")
CHECK = Source("ruby/openssl, lib/openssl/ssl.rb, post_connection_check", f"{_RUBY}/lib/openssl/ssl.rb")
BUNDLER = Source(
    "Bundler, lib/bundler/fetcher.rb (CertificateFailureError, SSLError)",
    "https://github.com/rubygems/rubygems/blob/25102c6512131dc44a45ff4e9c7c0190162ad36f/bundler/lib/bundler/fetcher.rb",
)
GEM = Source(
    "postmodern/ruby-install issue 194: gem, older; Ruby was built without OpenSSL's headers",
    "https://github.com/postmodern/ruby-install/issues/194",
)
GEM_TODAY = Source("ruby/rubygems pull request 4192: gem", "https://github.com/ruby/rubygems/pull/4192")
REQUIRE = Source("rubygems/bundler issue 1886: Ruby's LoadError", "https://github.com/rubygems/bundler/issues/1886")
_NO_OPENSSL = {
    "Unable to require openssl, install OpenSSL and rebuild": GEM,
    "OpenSSL is not available. Install OpenSSL and rebuild": GEM_TODAY,
    "cannot load such file -- openssl": REQUIRE,
}

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
        *stands_for(
            {"SSL_connect SYSCALL returned=5 errno=": (ENDS_EARLY, NO_COMMON_VERSION, NO_COMMON_CIPHER)},
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=CONNECT,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "Could not verify the SSL certificate for",
            basis=Basis.AUTHORITATIVE,
            source=BUNDLER,
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "Could not load OpenSSL. You must recompile Ruby with OpenSSL support",
            basis=Basis.AUTHORITATIVE,
            source=BUNDLER,
        ),
        *(
            row
            for text, source in _NO_OPENSSL.items()
            for row in says([NO_TLS_LIBRARY], Phase.NEGOTIATION, text, basis=Basis.REPORTED, source=source)
        ),
    ),
    vocabulary=True,
)
