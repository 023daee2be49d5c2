"""The daemon's words, without what the SDK and its libraries put around them."""

import requests
from docker.errors import DockerException
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

FAILURES = (DockerException, OSError, HTTPError)
"""What the SDK raises when the daemon, or the way to it, fails. A stream that breaks in the
middle raises urllib3's own errors.
"""


def words(problem: BaseException) -> str:
    """What the daemon said, or what the system said of the connection to it."""
    if explanation := getattr(problem, "explanation", None):
        return str(explanation)
    plain = [item for item in chain(problem) if isinstance(item, OSError) and item.strerror]
    if timed_out(problem):
        return "no answer in time"
    if not plain:
        return "the connection to the daemon broke off" if isinstance(problem, ProtocolError) else str(problem)
    return f"{plain[-1].strerror}: {plain[-1].filename}" if plain[-1].filename else str(plain[-1].strerror)


def timed_out(problem: BaseException) -> bool:
    """Whether the daemon has not answered in time."""
    return any(isinstance(item, TimeoutError | requests.Timeout | ReadTimeoutError) for item in chain(problem))


def chain(problem: BaseException | None) -> list[BaseException]:
    """The exception and everything that it came from, also what libraries hide in arguments."""
    found: list[BaseException] = []
    waiting: list[object] = [problem]
    while waiting:
        item = waiting.pop()
        if isinstance(item, BaseException) and item not in found:
            found.append(item)
            waiting += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
    return found
