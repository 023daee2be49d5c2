"""nginx, which speaks TLS through OpenSSL: its own words, in its log and in the pages that it answers with."""

from tlslab.model.beyond import (
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_SPEAKS_PLAIN,
    IN_THE_SERVERS_LOG,
    KEY_MISMATCH,
    KEY_UNREADABLE,
    NO_SERVER_CERTIFICATE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_NOT_YET_VALID,
    CLIENT_CERTIFICATE_UNTRUSTED,
    NOT_FOR_CLIENTS,
)
from tlslab.model.conditions import (
    CN_ALONE,
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    NAME_MISMATCH,
    ROOT_SENT,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, stands_for

_NGINX = "https://github.com/nginx/nginx/blob/3f6f7824d4e2eb1ac37dec76683d525ac0ff521c/src"
FILES = Source(
    "nginx, src/event/ngx_event_openssl.c, ngx_ssl_certificate (and ngx_event_openssl_cache.c)",
    f"{_NGINX}/event/ngx_event_openssl.c",
)
UPSTREAM = Source(
    "nginx, src/http/ngx_http_upstream.c, ngx_http_upstream_ssl_handshake (numbers: X509_V_ERR_* of OpenSSL)",
    f"{_NGINX}/http/ngx_http_upstream.c",
)
REQUEST = Source("nginx, src/http/ngx_http_request.c, ngx_http_process_request", f"{_NGINX}/http/ngx_http_request.c")
MODULE = Source("nginx, src/http/modules/ngx_http_ssl_module.c", f"{_NGINX}/http/modules/ngx_http_ssl_module.c")
PAGES = Source(
    "nginx, src/http/ngx_http_special_response.c: the pages for 494 to 497",
    f"{_NGINX}/http/ngx_http_special_response.c",
)
KONG = Source(
    "Kong, Mutual TLS Authentication plugin (mtls-auth): what it answers, which stands on nginx",
    "https://docs.konghq.com/hub/kong-inc/mtls-auth/",
)

_VERIFY = "upstream SSL certificate verify error: ({}:"
_CLIENT = "client SSL certificate verify error: ({}:"

LIBRARY = Library(
    "nginx",
    (
        *stands_for(
            {
                'cannot load certificate "': (KEY_UNREADABLE,),
                'cannot load certificate key "': (KEY_UNREADABLE,),
                "PEM_read_bio_PrivateKey() failed": (KEY_UNREADABLE,),
                "PEM_read_bio_X509_AUX() failed": (KEY_UNREADABLE,),
                'SSL_CTX_use_PrivateKey("{*}") failed (SSL: error:{*}:key values mismatch': (KEY_MISMATCH,),
            },
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=FILES,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {'no "ssl_certificate" is defined for the "listen ': (NO_SERVER_CERTIFICATE,)},
            Phase.NEGOTIATION,
            basis=Basis.AUTHORITATIVE,
            source=MODULE,
            when=[IN_THE_SERVERS_LOG],
        ),
        # As a client, of the server behind it.
        *stands_for(
            {
                _VERIFY.format(10): (EXPIRED, EXPIRED_ISSUER),
                _VERIFY.format(18): (SELF_SIGNED,),
                _VERIFY.format(20): (UNTRUSTED, INCOMPLETE),
                _VERIFY.format(21): (INCOMPLETE, UNTRUSTED),
            },
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=UPSTREAM,
        ),
        *says([UNTRUSTED, ROOT_SENT], Phase.VERIFY, _VERIFY.format(19), basis=Basis.AUTHORITATIVE, source=UPSTREAM),
        *stands_for(
            {'upstream SSL certificate does not match "': (NAME_MISMATCH, CN_ALONE)},
            Phase.NAME,
            basis=Basis.AUTHORITATIVE,
            source=UPSTREAM,
        ),
        *stands_for(
            {
                _CLIENT.format(9): (CLIENT_CERTIFICATE_NOT_YET_VALID,),
                _CLIENT.format(10): (CLIENT_CERTIFICATE_EXPIRED,),
                _CLIENT.format(26): (NOT_FOR_CLIENTS,),
                **dict.fromkeys(map(_CLIENT.format, (2, 18, 19, 20, 21)), (CLIENT_CERTIFICATE_UNTRUSTED,)),
                "client sent no required SSL certificate": (CLIENT_CERTIFICATE_MISSING,),
                "client sent plain HTTP request to HTTPS port": (CLIENT_SPEAKS_PLAIN,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=REQUEST,
            when=[IN_THE_SERVERS_LOG],
        ),
        *stands_for(
            {
                "The SSL certificate error": (CLIENT_CERTIFICATE_REFUSED,),
                "No required SSL certificate was sent": (CLIENT_CERTIFICATE_MISSING,),
                "The plain HTTP request was sent to HTTPS port": (CLIENT_SPEAKS_PLAIN,),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=PAGES,
        ),
        *stands_for(
            {
                "No required TLS certificate was sent": (CLIENT_CERTIFICATE_MISSING,),
                "TLS certificate failed verification": (CLIENT_CERTIFICATE_REFUSED, CLIENT_CERTIFICATE_UNTRUSTED),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=KONG,
        ),
    ),
    vocabulary=True,
)
