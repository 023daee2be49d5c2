"""Reading: fetches a document that the lab cites, from the network or from git repositories that are here already.

For those who change the lab: `./tlslab check --sources`. Nothing else of the lab goes to the network for documents.
"""

import json
import re
import subprocess
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

_BLOB = re.compile(r"https://github\.com/([^/]+)/([^/]+)/blob/([^/]+)/([^#]+)")
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL | re.IGNORECASE)
OUT_OF_REACH = "not reachable from the machine that looked"
_TIMEOUT = 30.0
_LONGEST = 8 << 20


class NotRead(Exception):
    """The document cannot be read; the text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A document: its text, and which copy of it that is."""

    text: str
    what: str


def kept(file: Path) -> dict[str, dict[str, Any]]:
    """What was read before, by address."""
    found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def read(url: str, repositories: Path | None) -> Copy:
    """A document. `repositories`: a folder of `OWNER+NAME`, each a git repository (or one in `repo`), or with the files
    of a release in `source-RELEASE`; then nothing is fetched. Raises NotRead.
    """
    blob = _BLOB.fullmatch(url.partition("#")[0])
    if repositories is None:
        return _fetched(
            f"https://raw.githubusercontent.com/{'/'.join(blob.groups())}" if blob else url, markup=not blob
        )
    if blob is None:
        raise NotRead(OUT_OF_REACH)
    owner, name, commit, path = blob.groups()
    folder = repositories / f"{owner}+{name}"
    repository = folder / "repo" if (folder / "repo").is_dir() else folder
    shown = subprocess.run(
        ("git", "-C", str(repository), "show", f"{commit}:{path}"), capture_output=True, timeout=_TIMEOUT, check=False
    )
    if shown.returncode == 0:
        return Copy(shown.stdout.decode(errors="replace"), "at that commit")
    for released in sorted(folder.glob("source-*")):
        if (released / path).is_file():
            text = (released / path).read_text(encoding="utf-8", errors="replace")
            return Copy(text, f"in {released.name.removeprefix('source-')}")
    raise NotRead(OUT_OF_REACH)


def _fetched(url: str, *, markup: bool) -> Copy:
    try:
        with urlopen(Request(url, headers={"User-Agent": "tlslab check --sources"}), timeout=_TIMEOUT) as answer:
            text = answer.read(_LONGEST).decode(errors="replace")
    except (URLError, OSError, ValueError) as problem:
        raise NotRead(f"not reachable: {problem}") from problem
    return Copy(unescape(_MARKUP.sub(" ", text)) if markup else text, "the address")
