"""Documents that the lab cites are read from repositories that are at hand, and nothing is fetched then."""

import subprocess
from pathlib import Path

import pytest

from tlslab.setup.reading import NotRead, kept, read

BLOB = "https://github.com/owner/name/blob"


def repository(folder: Path) -> str:
    """A git repository with one file; its commit."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ("git", "-C", str(folder), *words), capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout.strip()

    folder.mkdir(parents=True)
    git("init", "--quiet")
    (folder / "src.c").write_text("the words\n")
    git("add", "src.c")
    git("-c", "user.name=a", "-c", "user.email=a@lab.test", "commit", "--quiet", "-m", "one")
    return git("rev-parse", "HEAD")


def test_a_file_is_read_at_its_commit(tmp_path: Path) -> None:
    commit = repository(tmp_path / "owner+name" / "repo")
    copy = read(f"{BLOB}/{commit}/src.c#L1", tmp_path)
    assert (copy.text, copy.what) == ("the words\n", "at that commit")


def test_a_release_stands_in_for_a_commit_that_is_not_there_and_says_so(tmp_path: Path) -> None:
    released = tmp_path / "owner+name" / "source-name-1.2"
    released.mkdir(parents=True)
    (released / "src.c").write_text("older words\n")
    copy = read(f"{BLOB}/main/src.c", tmp_path)
    assert (copy.text, copy.what) == ("older words\n", "in name-1.2")


@pytest.mark.parametrize("url", [f"{BLOB}/main/src.c", "https://www.rfc-editor.org/rfc/rfc5280"])
def test_what_is_not_at_hand_is_not_read(tmp_path: Path, url: str) -> None:
    with pytest.raises(NotRead, match="not reachable from the machine that looked"):
        read(url, tmp_path)


def test_without_a_file_nothing_was_read_before(tmp_path: Path) -> None:
    assert kept(tmp_path / "sources.json") == {}
