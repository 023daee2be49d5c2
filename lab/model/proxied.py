"""What the proxy of a client makes of a situation: defects that are met before the server is."""

from collections.abc import Callable

from tlslab.model.condition import Condition, Seen
from tlslab.model.conditions import CONDITIONS, OF_THE_STORE
from tlslab.model.proxy import BAD_REQUEST, FORBIDDEN, LOGIN_REQUIRED
from tlslab.model.situation import Situation


def _answers(status: int) -> tuple[Callable[[Situation], bool], Callable[[Seen], bool]]:
    """Whether the proxy answers so: meant, and seen."""

    def present(situation: Situation) -> bool:
        proxy = situation.client.proxy
        return proxy is not None and proxy.status == status

    return present, lambda seen: seen.proxy == status


_BEHIND_IT = frozenset(item.name for item in CONDITIONS if item not in OF_THE_STORE)
"""What cannot be met where the proxy lets nobody through."""

PROXY_IN_CLEAR = Condition(
    "proxy-in-clear",
    "the client begins with TLS at its proxy, which speaks HTTP in clear",
    *_answers(BAD_REQUEST),
    wrong=True,
    masks=_BEHIND_IT,
)
PROXY_WANTS_LOGIN = Condition(
    "proxy-wants-login",
    "the client's proxy lets none but its users through, and the client shows it no login",
    *_answers(LOGIN_REQUIRED),
    wrong=True,
    masks=_BEHIND_IT,
)
PROXY_FORBIDS = Condition(
    "proxy-forbids", "the client's proxy does not let it through", *_answers(FORBIDDEN), wrong=True, masks=_BEHIND_IT
)
OF_PROXIES = (PROXY_IN_CLEAR, PROXY_WANTS_LOGIN, PROXY_FORBIDS)
