"""`python -m tlslab.pytesting`: pytest as `tlslab test` starts it.

A signal to end interrupts the session in good order, and the reader of its output may go (`| head`): pytest itself
would end with 1, as if tests had failed.
"""

import sys

from tlslab.runtime import signals, streams


def main() -> int:
    """The exit status is pytest's own: 2 when it was interrupted, 3 when its output could not be written."""
    streams.take()
    try:
        signals.take()
        import pytest

        status = pytest.main()
        sys.stdout.flush()
    except streams.OutputError as problem:
        signals.end()
        print(f"tlslab: {problem}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        signals.end()
        print("\ntlslab: interrupted", file=sys.stderr)
        return 2
    signals.end()
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
