"""What all tests stand on: they and what they start can be interrupted."""

import signal


def pytest_configure() -> None:
    # A shell has SIGINT ignored in what it starts in the background, and a child inherits that (POSIX, 2.11).
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
