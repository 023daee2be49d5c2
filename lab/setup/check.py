"""The check: formatting, lint and types of the lab's own source, with the tools that the lock file pins."""

import os
import subprocess
import sys
from pathlib import Path

from tlslab.setup.provision import cache_dir

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("formatting", ("ruff", "format", "--check", ".")),
    ("lint", ("ruff", "check", ".")),
    ("types", ("mypy",)),
)


def check(root: Path) -> int:
    """Runs every step in the checkout `root`, also after one failed. Returns 0 when all passed, else 1."""
    failed = []
    for name, command in STEPS:
        print(f"check: {name}: {' '.join(command)}", flush=True)
        if _run(root, command) != 0:
            failed.append(name)
    print(f"check: failed: {', '.join(failed)}" if failed else "check: all passed", flush=True)
    return 1 if failed else 0


def format_source(root: Path) -> None:
    """Formats the source of the checkout `root`."""
    _run(root, ("ruff", "format", "--quiet", "."))


def _run(root: Path, command: tuple[str, ...]) -> int:
    # The tools' caches are in the lab's cache, not in the checkout.
    caches = {"RUFF_CACHE_DIR": str(cache_dir() / "ruff"), "MYPY_CACHE_DIR": str(cache_dir() / "mypy")}
    return subprocess.run(
        [sys.executable, "-P", "-m", *command], cwd=root, env=os.environ | caches, check=False
    ).returncode
