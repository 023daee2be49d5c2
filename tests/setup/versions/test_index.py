"""Locks from pip's installation report, as old and new pips write it."""

import pytest

from tlslab.setup.versions.index import _locked

DIGEST = "ab" * 32
METADATA = {"name": "tiny", "version": "1.0"}


@pytest.mark.parametrize(
    "archive", [{"hash": f"sha256={DIGEST}"}, {"hash": f"sha256={DIGEST}", "hashes": {"sha256": DIGEST}}]
)
def test_a_lock_holds_the_hash_in_either_form(archive: dict[str, object]) -> None:
    item: dict[str, object] = {"metadata": METADATA, "download_info": {"url": "x", "archive_info": archive}}
    assert _locked(item) == f"tiny==1.0 --hash=sha256:{DIGEST}\n"


def test_a_local_build_is_locked_by_its_address() -> None:
    download = {"url": "file:///tiny.whl", "archive_info": {"hashes": {"sha256": DIGEST}}}
    item: dict[str, object] = {"metadata": METADATA, "download_info": download, "is_direct": True}
    assert _locked(item) == f"tiny @ file:///tiny.whl --hash=sha256:{DIGEST}\n"
