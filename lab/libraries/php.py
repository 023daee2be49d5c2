"""PHP: what its streams (file_get_contents, SoapClient, SMTP libraries) say round OpenSSL's reason.

PDO and sqlsrv pass on the words of the ODBC driver, and ext/curl those of libcurl.
"""

from tlslab.model.beyond import NO_SERVER_CERTIFICATE, NO_TLS_LIBRARY
from tlslab.model.conditions import (
    EXPIRED_ROOT,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says, says_alike

_PHP = "https://github.com/php/php-src/blob"
STREAMS = Source(
    "PHP, ext/openssl/xp_ssl.c (php_openssl_handle_ssl_error, php_openssl_sockop_set_option, "
    "php_openssl_enable_peer_verification)",
    f"{_PHP}/d687a1bf573d6439293dfa9327789fe94f906348/ext/openssl/xp_ssl.c",
)
NAMES = Source(
    "PHP, ext/openssl/tests/bug54992.phpt",
    f"{_PHP}/2b72c6e7dffca1c3d4ec33e33ac24512cf1dc2d2/ext/openssl/tests/bug54992.phpt",
)
WRAPPERS = Source(
    "PHP, main/streams/streams.c (php_stream_locate_url_wrapper)",
    f"{_PHP}/00443c77e48cf43304addf6195b1e7986a9604c6/main/streams/streams.c",
)
CAFILE = Source("PHP, ext/openssl/xp_ssl.c (php_openssl_load_stream_cafile)", STREAMS.url)
LOCATIONS = Source("facebook/hhvm issue 5830 (HHVM)", "https://github.com/facebook/hhvm/issues/5830")
_COMPOSER = "https://github.com/composer/composer/blob/eba7baa59eb1b59246cf9800b0120fe78915b6ac/src/Composer"
_COMPOSER_SAYS = {
    "Repository/ComposerRepository.php": "You must enable the openssl extension in your php.ini to load information",
    "Downloader/FileDownloader.php": "You must enable the openssl extension to download files via https",
    "Factory.php": "The openssl extension is required for SSL/TLS protection",
}
"""Without PHP's openssl, by the file of Composer that says it."""
COMPOSER_SETUP = Source("composer/windows-setup issue 94", "https://github.com/composer/windows-setup/issues/94")

LIBRARY = Library(
    "php",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "Peer certificate CN=`{*}' did not match expected CN=`",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            "Failed to enable crypto",
            "SSL operation failed with code 1. OpenSSL Error messages:",
            "SSL: fatal protocol error",
            basis=Basis.AUTHORITATIVE,
            source=STREAMS,
        ),
        *says_alike(
            (NO_COMMON_CIPHER, NO_SERVER_CERTIFICATE),
            Phase.HANDSHAKE,
            "SSL_R_NO_SHARED_CIPHER: no suitable shared cipher could be used.",
            basis=Basis.AUTHORITATIVE,
            source=STREAMS,
        ),
        *says(
            [NO_TLS_LIBRARY],
            Phase.NEGOTIATION,
            'Unable to find the wrapper "https"',
            basis=Basis.AUTHORITATIVE,
            source=WRAPPERS,
        ),
        *(
            row
            for file, text in _COMPOSER_SAYS.items()
            for row in says(
                [NO_TLS_LIBRARY],
                Phase.NEGOTIATION,
                text,
                basis=Basis.AUTHORITATIVE,
                source=Source(f"Composer, src/Composer/{file}", f"{_COMPOSER}/{file}"),
            )
        ),
        *says_alike(
            (STORE_ABSENT, STORE_UNREADABLE),
            Phase.VERIFY,
            "failed loading cafile stream",
            basis=Basis.AUTHORITATIVE,
            source=CAFILE,
        ),
        *says_alike(
            (STORE_ABSENT, STORE_UNREADABLE),
            Phase.VERIFY,
            "Unable to set verify locations",
            basis=Basis.REPORTED,
            source=LOCATIONS,
        ),
        *says_alike(
            (STORE_ABSENT, UNTRUSTED, EXPIRED_ROOT),
            Phase.VERIFY,
            "This indicates a problem with the Certificate Authority file(s) on your system",
            basis=Basis.REPORTED,
            source=COMPOSER_SETUP,
        ),
    ),
    vocabulary=True,
)
