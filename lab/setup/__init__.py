"""Setup: the lab brings what it and the clients need into its cache, or names what is missing."""
