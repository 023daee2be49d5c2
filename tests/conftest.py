"""What all tests stand on: they and what they start can be interrupted, and none of them is about speed."""

import os
import signal
from pathlib import Path

import pytest

OF_CONTAINERS = Path(__file__).parent / "stages" / "docker"


def pytest_configure(config: pytest.Config) -> None:
    # A shell has these ignored in what it starts in the background, and a child inherits that (POSIX, 2.11).
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
    if config.pluginmanager.has_plugin("hypothesispytest"):  # sessions within tests do without: it is slow to load
        _take_your_time()


def pytest_report_header(config: pytest.Config) -> list[str]:
    start = config.invocation_params.dir
    places = [(start / argument.partition("::")[0]).resolve() for argument in config.args]
    told = any(OF_CONTAINERS.is_relative_to(place) or place.is_relative_to(OF_CONTAINERS) for place in places)
    if told and (os.environ.get("DOCKER_HOST") or Path("/var/run/docker.sock").exists()):
        return ["docker: the tests use the daemon that answers, and remove the images that they build there"]
    return []


def _take_your_time() -> None:
    """A property holds as well on a machine that is busy."""
    from hypothesis import HealthCheck, settings

    settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("tests")
