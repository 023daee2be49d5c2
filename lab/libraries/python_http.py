"""urllib3, requests, aiohttp and pip: what they say beside the words of Python's ssl module.

urllib3 checks names itself where the ssl module does not (before 2.0, and with pyOpenSSL), and pins by fingerprint.
"""

from tlslab.model.beyond import KEY_UNREADABLE, NO_SERVER_CERTIFICATE, NO_TLS_LIBRARY, PROXY_REFUSES
from tlslab.model.conditions import (
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NOT_SERVING,
    OTHER_PIN,
    SELF_SIGNED,
    STORE_ABSENT,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, stands_for
from tlslab.model.proxied import PROXY_IN_CLEAR

_URLLIB3 = "https://github.com/urllib3/urllib3/blob/6a8536b6e1b0cbe69ae801337c599951e527ae29/src/urllib3"
NAMES = Source("urllib3, util/ssl_match_hostname.py, match_hostname", f"{_URLLIB3}/util/ssl_match_hostname.py")
PINS = Source("urllib3, util/ssl_.py, assert_fingerprint", f"{_URLLIB3}/util/ssl_.py")
PROXY = Source("urllib3, connection.py, _wrap_proxy_error", f"{_URLLIB3}/connection.py")
POOL = Source("urllib3, connectionpool.py, HTTPSConnectionPool._new_conn", f"{_URLLIB3}/connectionpool.py")
REQUESTS = Source(
    "requests, adapters.py, HTTPAdapter.cert_verify",
    "https://github.com/psf/requests/blob/1f6589ec3a1ee910f9a65cc3ceac60b26677bc0e/src/requests/adapters.py",
)
AIOHTTP = Source(
    "aiohttp, client_exceptions.py, ServerFingerprintMismatch and ClientConnectorCertificateError",
    "https://github.com/aio-libs/aiohttp/blob/495e778360d1924da63e16dba0f0d76baf56a56a/aiohttp/client_exceptions.py",
)
ENGINE_IO = Source(
    "python-engineio, src/engineio/async_client.py, _connect_polling: of whatever keeps it from the server",
    "https://github.com/miguelgrinberg/python-engineio/blob/59a59908180421d1d29ff1c1048ee78faba03a1d/src/engineio"
    "/async_client.py",
)
TUNNEL = Source(
    "CPython 3.11.7, Lib/http/client.py, HTTPConnection._tunnel",
    "https://github.com/python/cpython/blob/v3.11.7/Lib/http/client.py",
)
OLD_PROXY = Source("conda/conda issue 5513: Cannot connect to proxy.", "https://github.com/conda/conda/issues/5513")
_PIP = "https://github.com/pypa/pip/blob/6d309205789d368b2749d93fd6193d584811efd5/src/pip/_internal"
PIP = Source("pip, exceptions/network.py", f"{_PIP}/exceptions/network.py")
PIP_INDEX = Source("pip, index/collector.py", f"{_PIP}/index/collector.py")
PIP_SCOPE = Source("pip, models/search_scope.py", f"{_PIP}/models/search_scope.py")
MODULE = Source("CPython 3.11.7, Lib/ssl.py (import _ssl)", "https://github.com/python/cpython/blob/v3.11.7/Lib/ssl.py")

LIBRARY = Library(
    "python-http",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "hostname '{*}' doesn't match either of '",
            "hostname '{*}' doesn't match '",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *says(
            [NO_SERVER_CERTIFICATE],
            Phase.NAME,
            "empty or no certificate, match_hostname needs a SSL socket or SSL context with either",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *says([OTHER_PIN], Phase.PIN, "Fingerprints did not match. Expected", basis=Basis.AUTHORITATIVE, source=PINS),
        *says([OTHER_PIN], Phase.PIN, "ServerFingerprintMismatch", basis=Basis.AUTHORITATIVE, source=AIOHTTP),
        *says(
            [PROXY_IN_CLEAR],
            Phase.NO_TLS,
            "Your proxy appears to only use HTTP and not HTTPS",
            "Unable to connect to proxy. Your proxy appears to only use HTTP and not HTTPS",
            basis=Basis.AUTHORITATIVE,
            source=PROXY,
        ),
        *says(
            [PROXY_REFUSES], Phase.NEGOTIATION, "Unable to connect to proxy", basis=Basis.AUTHORITATIVE, source=PROXY
        ),
        *says(
            [PROXY_REFUSES], Phase.NEGOTIATION, "Tunnel connection failed: ", basis=Basis.AUTHORITATIVE, source=TUNNEL
        ),
        *says([PROXY_REFUSES], Phase.NEGOTIATION, "Cannot connect to proxy.", basis=Basis.REPORTED, source=OLD_PROXY),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "Can't connect to HTTPS URL because the SSL module is not available.",
            basis=Basis.AUTHORITATIVE,
            source=POOL,
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "The 'ssl' module is unavailable but required for HTTPS URLs",
            basis=Basis.AUTHORITATIVE,
            source=PIP,
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "TLS/SSL, however the ssl module in Python is not available.",
            basis=Basis.AUTHORITATIVE,
            source=PIP_SCOPE,
        ),
        *says(
            [STORE_ABSENT],
            Phase.VERIFY,
            "Could not find a suitable TLS CA certificate bundle, invalid path:",
            basis=Basis.AUTHORITATIVE,
            source=REQUESTS,
        ),
        *says(
            [KEY_UNREADABLE],
            Phase.HANDSHAKE,
            "Could not find the TLS certificate file, invalid path:",
            "Could not find the TLS key file, invalid path:",
            basis=Basis.AUTHORITATIVE,
            source=REQUESTS,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "There was a problem confirming the ssl certificate:",
            basis=Basis.AUTHORITATIVE,
            source=PIP_INDEX,
        ),
        *says(
            ANY,
            Phase.VERIFY,
            "ClientConnectorCertificateError",
            basis=Basis.AUTHORITATIVE,
            source=AIOHTTP,
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            "No module named '_ssl'",
            "No module named _ssl",
            basis=Basis.AUTHORITATIVE,
            source=MODULE,
        ),
        *stands_for(
            {
                "Connection refused by the server": (
                    *(NOT_SERVING, UNTRUSTED, SELF_SIGNED, INCOMPLETE, NAME_MISMATCH, EXPIRED),
                ),
            },
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ENGINE_IO,
        ),
    ),
    vocabulary=True,
)
