"""The trust store of the sandbox: in the system's place inside, and nowhere else."""

import os
import subprocess
from pathlib import Path

import pytest

from tlslab.model.certificate import LAB_ROOT
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.sandbox import Sandbox, SandboxError
from tlslab.stages.system_store import BUNDLE, BUNDLES, lay_out_store, places, variables


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> str:
    return Mint(Keys(tmp_path_factory.mktemp("keys"))).pem(LAB_ROOT)


def test_each_root_stands_in_the_bundle_and_under_its_hash(tmp_path: Path, roots: str) -> None:
    store = lay_out_store(tmp_path / "store", roots)
    assert (store / BUNDLE).read_text() == roots
    root = tmp_path / "root.pem"
    root.write_text(roots)
    asked = ["openssl", "x509", "-noout", "-hash", "-in", str(root)]
    wanted = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    assert (store / f"{wanted}.0").read_text() == roots


def test_only_places_that_exist_are_covered(tmp_path: Path, roots: str) -> None:
    found = places(lay_out_store(tmp_path / "store", roots))
    assert found
    assert all(place.exists() and source.exists() for place, source in found.items())


def test_where_nothing_can_be_covered_openssl_is_told(tmp_path: Path) -> None:
    assert variables(tmp_path) == {"SSL_CERT_FILE": str(tmp_path / BUNDLE), "SSL_CERT_DIR": str(tmp_path)}


@pytest.mark.parametrize("namespaces", [True, False], ids=["namespaces", "nss_wrapper"])
def test_openssl_trusts_the_store_inside_and_the_machine_is_as_before(
    tmp_path: Path, roots: str, namespaces: bool
) -> None:
    before = {place: Path(place).read_bytes() for place in BUNDLES if Path(place).is_file()}
    store = lay_out_store(tmp_path / "store", roots)
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n")
    (tmp_path / "leaf.pem").write_text(roots)
    # No -CAfile: from the default places alone.
    verify = ("openssl", "verify", str(tmp_path / "leaf.pem"))
    try:
        with Sandbox(tmp_path / "hosts", namespaces=namespaces, store=store) as sandbox:
            if namespaces and not sandbox.enters_namespaces:
                pytest.skip("this machine allows no private namespaces; the other sandbox is tested")
            inside = subprocess.run(
                sandbox.argv(verify, tmp_path),
                env=sandbox.env({"PATH": os.environ["PATH"]}),
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
            outside = subprocess.run(
                verify, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=30, check=False
            )
    except SandboxError as problem:
        pytest.skip(str(problem))
    assert inside.stdout.endswith(": OK\n"), inside
    assert outside.returncode != 0
    assert before == {place: Path(place).read_bytes() for place in before}
