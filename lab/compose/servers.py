"""The servers of docker/compose.yaml: one for each scenario and each kind of server, broken, and the healthy ones.

A scenario has a number there, which its ports are made of. Numbers stay: a new scenario takes one that is free.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count

from tlslab.model.certificate import as_address
from tlslab.model.scenario import Scenario, Side
from tlslab.model.situation import ServerEncryption, ServerKind, Situation, healthy, unsupported
from tlslab.servers import mssql_conf, nginx

HEALTHY = "healthy"
"""What the servers without a defect are called, in the place of a scenario."""
PORTS = {ServerKind.HTTPS: 8400, ServerKind.SQLSERVER: 14300}
"""The ports on the host, on which a scenario's number is counted; both below the range that systems hand out."""
INSIDE = {ServerKind.HTTPS: 443, ServerKind.SQLSERVER: 1433}
"""The ports in the containers."""
_SUPPORTS = {ServerKind.HTTPS: nginx.SUPPORTS, ServerKind.SQLSERVER: mssql_conf.SUPPORTS}
MOST = 99
"""The highest number: two digits."""
NUMBERS = "x-numbers"
_NUMBER = re.compile(r"^  (\S+): (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is started by hand. `names`: the names that clients use, the preferred one first."""

    scenario: str
    title: str
    number: int
    situation: Situation
    names: tuple[str, ...]

    @property
    def kind(self) -> ServerKind:
        return self.situation.kind

    @property
    def name(self) -> str:
        """The name of the service, of its volume and of its directory."""
        return f"{self.scenario}-{self.kind.value}"

    @property
    def port(self) -> int:
        """The port on the host."""
        return PORTS[self.kind] + self.number

    @property
    def serves(self) -> bool:
        """Whether it comes up at all."""
        return self.situation.server.starts

    @property
    def profiles(self) -> tuple[str, ...]:
        """The Compose profiles that start it: the class, and the scenario where a class has several."""
        return tuple(dict.fromkeys((self.scenario.partition(".")[0], self.scenario)))


def servers(scenarios: Iterable[Scenario], numbers: Mapping[str, int]) -> tuple[Server, ...]:
    """The servers of these scenarios and the healthy ones, which are first. A scenario whose client connects to an
    address has none: Docker gives a container its address when it starts, and the certificate is made before. Nor has
    one whose server is set up as nginx or SQL Server cannot be, or sends answers of OCSP, or names responders, of which
    no container runs any, or an nginx that does not start. Where the client's trust store is laid down wrongly, lists
    of revoked certificates are given, or a variable of its environment or a proxy decides, the server is that of
    another scenario. One that demands certificates of its clients has none, either: theirs are not laid out for people.
    """
    found = [_server(HEALTHY, "Nothing is wrong", 0, kind, healthy(kind)) for kind in ServerKind]
    for item in scenarios:
        for kind in (kind for kind in ServerKind if kind in item.kinds):
            broken = item.apply(healthy(kind))
            after = [fix.apply(broken) for fix in item.fixes if kind in fix.kinds]
            if not _stands(broken, after):
                continue
            found.append(_server(item.id, item.title, numbers[item.id], kind, broken, after))
    return tuple(found)


def _stands(broken: Situation, after: Iterable[Situation]) -> bool:
    """Whether a scenario has a server."""
    side = broken.client
    named = side.connect_to.isascii() and not as_address(side.connect_to)
    other = unsupported(broken.server, _SUPPORTS[broken.kind]) or broken.server.encryption is ServerEncryption.IN_CLEAR
    sides = [item.server for item in (broken, *after)]
    down = broken.kind is ServerKind.HTTPS and not broken.server.starts
    status = any(item.staple is not None or item.responders or item.client_anchors for item in sides)
    status = status or broken.visited is not None
    return named and not (side.store.flaw or side.crls or side.environment or side.proxy or other or status or down)


def with_servers(scenarios: Iterable[Scenario]) -> tuple[str, ...]:
    """The names of the scenarios that have a server."""
    return tuple(
        item.id
        for item in scenarios
        if any(
            _stands(broken, [fix.apply(broken) for fix in item.fixes if kind in fix.kinds])
            for kind in item.kinds
            for broken in (item.apply(healthy(kind)),)
        )
    )


def _server(
    scenario: str, title: str, number: int, kind: ServerKind, broken: Situation, after: Iterable[Situation] = ()
) -> Server:
    names = dict.fromkeys(each.client.connect_to for each in (broken, *after))
    return Server(scenario, title, number, broken, tuple(names))


def mended(server: Server, scenario: Scenario | None, fix: str) -> Server:
    """The server after this fix on its side; as it is where the scenario has none of that name for it."""
    for item in scenario.fixes if scenario else ():
        if item.name == fix and item.side is Side.SERVER and server.kind in item.kinds:
            return replace(server, situation=item.apply(server.situation))
    return server


def numbered(scenarios: Iterable[str], known: Mapping[str, int]) -> dict[str, int]:
    """A number for each of these scenarios: the known one, else the lowest that is free. Healthy has 0.

    Raises ValueError when there are more than MOST scenarios.
    """
    scenarios = [name for name in scenarios if name != HEALTHY]
    kept = {HEALTHY: 0, **{name: known[name] for name in scenarios if name in known}}
    for name in scenarios:
        if name not in kept:
            kept[name] = next(number for number in count(1) if number not in kept.values())
    if max(kept.values()) > MOST:
        raise ValueError(f"{len(kept)} scenarios do not fit into ports of two digits (lab/compose/servers.py)")
    return kept


def numbers_in(text: str) -> dict[str, int]:
    """The numbers that a compose file gives; none for a text that is no such file."""
    block = text.partition(f"\n{NUMBERS}:\n")[2].partition("\n\n")[0]
    return {name: int(number) for name, number in _NUMBER.findall(block)}
