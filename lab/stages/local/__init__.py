"""The local stage: servers and clients as processes of this machine."""
