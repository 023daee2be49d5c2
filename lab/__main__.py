"""`python -m lab`: what the launcher starts, and the console script of an installed package."""

from tlslab.runtime import signals


def main() -> None:
    """The program from its first moment. Ends the process."""
    signals.hold()  # until the command line is there to answer them
    from tlslab.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
