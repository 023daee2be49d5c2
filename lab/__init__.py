"""The TLS trust lab: reproduces documented TLS trust failures with real clients against real servers.

Only the standard library may be imported here: the launcher imports this package before the lab's environment exists.
"""

from pathlib import Path

__version__ = "0.1.0"

ROOT = Path(__file__).resolve().parents[1]
"""The checkout, or the directory that holds the installed packages."""

IMPORTED_FROM = Path(__file__).absolute().parents[1]
"""The directory of `sys.path` in which this package stands: in a checkout .python, where it has its name."""

LOCKS = ROOT / "tlslab" / "locks" if (ROOT / "tlslab" / "locks").is_dir() else ROOT
"""The directory with requirements/, npm/, maven/ and other locks: the checkout, or a part of the installed package."""

PROGRAM = "./tlslab" if (ROOT / "tlslab").is_file() else "tlslab"
"""How this program is started here: the launcher in a checkout, the console script elsewhere."""

CONTAINED = "TLSLAB_IMAGE"
"""The variable that the lab's own image sets (docker/lab/Dockerfile)."""
