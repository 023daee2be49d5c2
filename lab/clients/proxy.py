"""What clients have in common that take a proxy: its URL, and what they say of one that lets them not through."""

from collections.abc import Callable

from tlslab.clients.base import AS_TYPED, ProxyAddress
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Does, Own, Prints, says, tolerates
from tlslab.model.proxied import PROXY_FORBIDS, PROXY_IN_CLEAR, PROXY_WANTS_LOGIN
from tlslab.model.proxy import FORBIDDEN, HOST, LOGIN_REQUIRED
from tlslab.model.situation import ClientSide

_REFUSALS = {
    PROXY_WANTS_LOGIN: (LOGIN_REQUIRED, "Proxy Authentication Required"),
    PROXY_FORBIDS: (FORBIDDEN, "Forbidden"),
}
"""The status, and the reason that goes with it (RFC 9110, 15.5.8 and 15.5.4)."""


def proxy_url(side: ClientSide, at: ProxyAddress = AS_TYPED) -> str:
    """The URL of the client's proxy, `http://USER:PASSWORD@proxy.lab.test:3128`; "" where it has none."""
    proxy = side.proxy
    if proxy is None:
        return ""
    login = f"{at.user}:{at.password}@" if proxy.login else ""
    return f"{'https' if proxy.by_tls else 'http'}://{login}{HOST}:{at.port}"


def no_tunnel(
    text: str, source: Source, basis: Basis = Basis.AUTHORITATIVE, *, shown: Callable[[str], Does] = Prints
) -> tuple[Own, ...]:
    """What a client says of a proxy that answers CONNECT with an error: `STATUS` and `REASON` stand for its words.
    `shown`: where it says so, by default in its message.
    """
    return tuple(
        row
        for condition, (status, reason) in _REFUSALS.items()
        for row in says(
            [condition],
            Phase.NO_TLS,
            shown(text.replace("STATUS", str(status)).replace("REASON", reason)),
            basis=basis,
            source=source,
        )
    )


def says_in_clear(text: str, source: Source, basis: Basis = Basis.AUTHORITATIVE) -> tuple[Own, ...]:
    """What a client says of a proxy in clear at which it begins with TLS."""
    return says([PROXY_IN_CLEAR], Phase.NO_TLS, text, basis=basis, source=source)


def overlooks_tls(why: str, source: Source) -> Own:
    """A client that begins in clear at every proxy, whatever its URL says."""
    return tolerates(why, of=[PROXY_IN_CLEAR], basis=Basis.AUTHORITATIVE, source=source)
