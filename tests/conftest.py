"""What all tests stand on: they and what they start can be interrupted, and none of them is about speed."""

import signal

import pytest


def pytest_configure(config: pytest.Config) -> None:
    # A shell has SIGINT ignored in what it starts in the background, and a child inherits that (POSIX, 2.11).
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if config.pluginmanager.has_plugin("hypothesispytest"):  # sessions within tests do without: it is slow to load
        _take_your_time()


def _take_your_time() -> None:
    """A property holds as well on a machine that is busy."""
    from hypothesis import HealthCheck, settings

    settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("tests")
