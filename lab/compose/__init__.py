"""Servers that a person starts by hand with Docker Compose: docker/compose.yaml, and what its containers are given."""
