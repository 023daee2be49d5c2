"""Where the lab's cache is."""

import os
from pathlib import Path


def cache_dir() -> Path:
    """The lab's cache: TLSLAB_CACHE, else XDG_CACHE_HOME/tlslab, else ~/.cache/tlslab; as in the launcher."""
    if own := os.environ.get("TLSLAB_CACHE"):
        return Path(own).absolute()
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(xdg) if xdg.startswith("/") else Path.home() / ".cache") / "tlslab"
