"""Setup: what the lab itself and the clients need is brought into the cache, or named."""
