"""Certificates: keys, minting, what the libraries refuse to mint, and the independent look at the result."""
