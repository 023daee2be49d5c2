"""Versions: a client of a chosen version, in an environment of its own (`odbc18@18.5.1`)."""
