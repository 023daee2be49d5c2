"""The servers of the lab: what presents the certificates that the clients judge."""
