"""The TLS libraries that the lab knows: one module each, with its `LIBRARY`."""
