"""A sandbox of each kind that this machine offers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tlslab.stages.sandbox import Sandbox, SandboxError


@pytest.fixture(params=[True, False], ids=["namespaces", "nss_wrapper"])
def sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sandbox]:
    """An open sandbox in which `shop.lab.test` and `db.lab.test` are names of this machine."""
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n127.0.0.1 shop.lab.test db.lab.test\n")
    try:
        with Sandbox(hosts, namespaces=request.param) as opened:
            if request.param and not opened.enters_namespaces:
                pytest.skip("this machine allows no private namespaces; the other sandbox is tested")
            yield opened
    except SandboxError as problem:
        pytest.skip(str(problem))
