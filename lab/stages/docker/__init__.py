"""The docker stage: servers and clients in containers, on a network of their own."""
