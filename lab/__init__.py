"""The TLS trust lab: reproduces documented TLS trust failures with real clients against real servers.

Only the standard library may be imported here: the launcher imports this package before the lab's environment exists.
"""

__version__ = "0.1.0"
