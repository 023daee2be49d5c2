"""Keys that several labs make at once in one directory."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tlslab.model.certificate import RSA_1024
from tlslab.pki.keys import Keys, key_pem


def test_labs_that_make_the_same_key_at_once_have_the_same_one(tmp_path: Path) -> None:
    """Containers that share a directory do so, and the lab is process number 1 in each: no name may depend on that."""
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: key_pem(Keys(tmp_path).get("owner", RSA_1024)), range(6)))
    assert set(made) == {(tmp_path / "owner-1024.pem").read_bytes()}
    assert [path.name for path in tmp_path.iterdir()] == ["owner-1024.pem"]


@pytest.mark.parametrize("place", [120, 400, 700, 1000, 1300, 1600])
def test_a_key_that_was_damaged_on_the_disk_is_made_anew(tmp_path: Path, place: int) -> None:
    kept = Keys(tmp_path).path("owner")
    before = key_pem(Keys(tmp_path).get("owner")).decode()
    kept.write_text(before[:place] + ("A" if before[place] != "A" else "B") + before[place + 1 :])
    anew = key_pem(Keys(tmp_path).get("owner")).decode()
    assert anew == kept.read_text() == key_pem(Keys(tmp_path).get("owner")).decode()
    numbers = serialization.load_pem_private_key(anew.encode(), None)
    assert isinstance(numbers, rsa.RSAPrivateKey), "with all of its checks"
