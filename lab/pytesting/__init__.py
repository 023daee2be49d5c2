"""The parts of the pytest plugin: options, the engine that plays cells, the wire to xdist's workers, a played cell."""
