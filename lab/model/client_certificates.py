"""Certificates of clients: what a server that demands one finds wrong with what a client shows, or does not show.

A server verifies its clients as a client verifies its server (RFC 8446, 4.4.2.4), by its own clock and its own list of
CAs, and looks for no name.
"""

from collections.abc import Callable

from tlslab.model.certificate import KeyPurpose, Leaf
from tlslab.model.condition import Condition, Seen
from tlslab.model.path import at_hand, paths
from tlslab.model.situation import ClientSide, ServerSide, Situation

NOT_SENT, NOT_TAKEN = "No required SSL certificate was sent", "The SSL certificate error"
"""What nginx answers a client without a certificate, and one whose certificate it does not take
(src/http/ngx_http_special_response.c, the pages for 496 and 495)."""
_ENDED, _NOT_BEGUN, _UNSUITABLE = 10, 9, 26
_NO_PATH = frozenset({2, 7, 18, 19, 20, 21})
"""Numbers of OpenSSL's (X509_V_ERR_*)."""


def as_the_server_sees_it(situation: Situation) -> Situation | None:
    """The situation with the two in each other's place: the client's certificate is what is shown, and the server looks
    at it. None where the server demands none, or the client has none.
    """
    shown, trusted = situation.client.certificate, situation.server.client_anchors
    if shown is None or not trusted:
        return None
    return Situation(ServerSide(situation.kind, shown), ClientSide(shown.leaf.common_name, trusted, name_check=False))


def _of_the_leaf(wrong: Callable[[Leaf], bool]) -> Callable[[Situation], bool]:
    def present(situation: Situation) -> bool:
        seen = as_the_server_sees_it(situation)
        return seen is not None and wrong(seen.chain.leaf)

    return present


def _shows_none(situation: Situation) -> bool:
    return bool(situation.server.client_anchors) and situation.client.certificate is None


def _leads_nowhere(situation: Situation) -> bool:
    seen = as_the_server_sees_it(situation)
    return seen is not None and not paths(seen, at_hand(seen))


def _is_for_others(leaf: Leaf) -> bool:
    return bool(leaf.extended_key_usage) and KeyPurpose.CLIENT_AUTH not in leaf.extended_key_usage


def _finds(*numbers: int) -> Callable[[Seen], bool]:
    return lambda seen: any(number in numbers for number, _ in seen.client_errors)


CLIENT_CERTIFICATE_MISSING = Condition(
    "client-certificate-missing",
    "the server demands a client certificate, and the client sends none",
    _shows_none,
    lambda seen: NOT_SENT in seen.answered,
    wrong=True,
)
CLIENT_CERTIFICATE_EXPIRED = Condition(
    "client-certificate-expired",
    "the client's certificate has expired",
    _of_the_leaf(lambda leaf: leaf.validity.ends.total_seconds() <= 0),
    _finds(_ENDED),
    wrong=True,
)
CLIENT_CERTIFICATE_NOT_YET_VALID = Condition(
    "client-certificate-not-yet-valid",
    "the client's certificate is not valid yet",
    _of_the_leaf(lambda leaf: leaf.validity.starts.total_seconds() > 0),
    _finds(_NOT_BEGUN),
    wrong=True,
)
CLIENT_CERTIFICATE_UNTRUSTED = Condition(
    "client-certificate-untrusted",
    "the server does not trust the CA of the client's certificate",
    _leads_nowhere,
    _finds(*_NO_PATH),
    wrong=True,
)
NOT_FOR_CLIENTS = Condition(
    "not-for-clients",
    "the extended key usage of the client's certificate does not name clients",
    _of_the_leaf(_is_for_others),
    _finds(_UNSUITABLE),
    wrong=True,
)
CERTIFICATE_NOT_TAKEN = (
    *(CLIENT_CERTIFICATE_EXPIRED, CLIENT_CERTIFICATE_NOT_YET_VALID, CLIENT_CERTIFICATE_UNTRUSTED),
    NOT_FOR_CLIENTS,
)
"""What a server finds wrong with a certificate that a client shows."""
OF_CLIENTS = (CLIENT_CERTIFICATE_MISSING, *CERTIFICATE_NOT_TAKEN)
