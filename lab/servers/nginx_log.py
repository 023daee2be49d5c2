"""The log of nginx: one for all server sides, in the order in which things happen, and the side of each line.

Some lines about a connection name the address that it came to, others its number alone. So the number of a connection
tells the side once any line has told both; the line of the access log, which comes last, always does.
"""

import re
from collections.abc import Iterable

ACCESS_PREFIX = "*$connection $server_port "
"""What stands before a line of the access log (`log_format`), and is no part of what it says."""
_ACCESS = re.compile(r"\*(\d+) (\d+) (.*)")
_CONNECTION = re.compile(r" \*(\d+) ")
_LISTENS = re.compile(r"server: (?:[\d.]+|\[[\da-f:]+\]):(\d+)")


class NginxLog:
    """The lines about the sides that listen on these ports, until they are taken."""

    def __init__(self, ports: Iterable[int]) -> None:
        self._lines: dict[int, list[str]] = {port: [] for port in ports}
        self._ports: dict[str, int] = {}

    def add(self, lines: list[str]) -> None:
        """Give each line to the side that it is about. The last is about a connection that came after all others."""
        found = [_parsed(line) for line in lines]
        self._ports |= {number: port for number, port, _ in found if number and port}
        for number, _, text in found:
            port = self._ports.get(number, 0)
            if port in self._lines:
                self._lines[port].append(text)

    def take(self, port: int) -> tuple[str, ...]:
        """The lines about a side since they were last taken."""
        lines, self._lines[port] = self._lines[port], []
        return tuple(lines)


def _parsed(line: str) -> tuple[str, int, str]:
    """The number of the connection that a line is about, the port to which it came (both as far as the line tells) and
    what the line says.
    """
    if access := _ACCESS.match(line):
        return access[1], int(access[2]), access[3]
    number, listens = _CONNECTION.search(line), _LISTENS.search(line)
    return number[1] if number else "", int(listens[1]) if listens else 0, line
