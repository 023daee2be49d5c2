"""`python -m lab`: what the launcher starts."""

from lab.cli import main

if __name__ == "__main__":
    main()
