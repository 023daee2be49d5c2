"""The model: what the lab speaks about, as immutable values. Nothing here reads a clock, a file or a network."""
