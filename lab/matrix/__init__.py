"""The matrix: which cells there are (plan), and how they are played (run)."""
