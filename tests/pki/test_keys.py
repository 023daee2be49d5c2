"""Keys that several labs make at once in one directory."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.pki.keys import Keys, key_pem


def test_labs_that_make_the_same_key_at_once_have_the_same_one(tmp_path: Path) -> None:
    """Containers that share a directory do so, and the lab is process number 1 in each: no name may depend on that."""
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: key_pem(Keys(tmp_path).get("owner", 1024)), range(6)))
    assert set(made) == {(tmp_path / "owner-1024.pem").read_bytes()}
    assert [path.name for path in tmp_path.iterdir()] == ["owner-1024.pem"]
