"""The check: formatting, lint and types of the lab's own source, with the tools that the lock file pins."""

import os
import subprocess
import sys
from pathlib import Path

from lab.provision import cache_dir

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("formatting", ("ruff", "format", "--check", ".")),
    ("lint", ("ruff", "check", ".")),
    ("types", ("mypy",)),
)


def check(root: Path) -> int:
    """Runs every step in the checkout `root`, also after one failed. Returns 0 when all passed, else 1.

    The tools' caches are in the lab's cache, not in the checkout.
    """
    caches = {"RUFF_CACHE_DIR": str(cache_dir() / "ruff"), "MYPY_CACHE_DIR": str(cache_dir() / "mypy")}
    failed = []
    for name, (tool, *arguments) in STEPS:
        print(f"check: {name}: {' '.join([tool, *arguments])}", flush=True)
        done = subprocess.run(
            [sys.executable, "-P", "-m", tool, *arguments], cwd=root, env=os.environ | caches, check=False
        )
        if done.returncode != 0:
            failed.append(name)
    print(f"check: failed: {', '.join(failed)}" if failed else "check: all passed", flush=True)
    return 1 if failed else 0
