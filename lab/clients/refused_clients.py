"""What clients say of a server that finishes the handshake and answers then that it does not take their certificate.

nginx answers with status 400 and a page. To a client that is an answer like others: it shows the page, or no more than
the status.
"""

from tlslab.model.client_certificates import CERTIFICATE_NOT_TAKEN, CLIENT_CERTIFICATE_MISSING, NOT_SENT, NOT_TAKEN
from tlslab.model.client_certificates import OF_CLIENTS as REFUSED
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Does, Says, says_alike

_NGINX = "https://github.com/nginx/nginx/blob/release-1.22.1/src/http"
PAGES = Source(
    "nginx 1.22.1, src/http/ngx_http_special_response.c (the pages for 495 and 496, with status 400)",
    f"{_NGINX}/ngx_http_special_response.c",
)
STATUS = Source(
    "nginx 1.22.1, src/http/ngx_http_request.c (ngx_http_process_request: NGX_HTTPS_NO_CERT, NGX_HTTPS_CERT_ERROR), "
    "ngx_http_special_response.c (both with status 400)",
    f"{_NGINX}/ngx_http_request.c",
)


def shows_the_page() -> tuple[Says, ...]:
    """The rows of a client that prints what it was answered."""
    texts = {NOT_SENT: (CLIENT_CERTIFICATE_MISSING,), NOT_TAKEN: CERTIFICATE_NOT_TAKEN}
    return tuple(
        row
        for words, conditions in texts.items()
        for row in says_alike(conditions, Phase.RESPONSE, f"400 {words}", basis=Basis.AUTHORITATIVE, source=PAGES)
    )


def tells_the_status(words: str | Does = "HTTP 400", *, source: Source = STATUS) -> tuple[Says, ...]:
    """The rows of a client that tells no more than the status, in these words; by default that of a program which looks
    at the status itself, where the client raises no error.
    """
    return says_alike(REFUSED, Phase.RESPONSE, words, basis=Basis.AUTHORITATIVE, source=source)
