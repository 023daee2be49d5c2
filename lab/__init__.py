"""The TLS trust lab: reproduces documented TLS trust failures with real clients against real servers.

Only the standard library may be imported here: the launcher imports this package before the lab's environment exists.
"""

from pathlib import Path

__version__ = "0.1.0"

PROGRAM = "./tlslab" if (Path(__file__).resolve().parents[1] / "tlslab").is_file() else "tlslab"
"""How this program is started here: the launcher in a checkout, the console script elsewhere."""

CONTAINED = "TLSLAB_IMAGE"
"""The variable that the lab's own image sets (docker/lab/Dockerfile)."""
