"""The stages: where servers and clients run. A stage alone lays out files, starts, times out, ends and cleans up."""
