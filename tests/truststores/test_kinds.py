"""Kinds of trust stores: certificates become files and commands, and the programs of the field find them there.

Hash links: openssl-rehash(1). PEM: RFC 7468, section 5. DER of a certificate is a SEQUENCE (RFC 5280, 4.1): 0x30 first.
"""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tlslab.clients.base import Invocation, Machine, lacks_for_stores
from tlslab.model.certificate import LAB_ROOT
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, Store, StoreFlaw
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.runner import run
from tlslab.stages.sandbox import Sandbox
from tlslab.truststores import all_kinds
from tlslab.truststores.kind import Kind, Laid, each
from tlslab.truststores.pkcs12 import PASSWORD

KINDS = all_kinds()
JAVA = pytest.mark.skipif(not shutil.which("keytool"), reason="there is no keytool (a Java runtime) on this machine")
NSS = pytest.mark.skipif(not shutil.which("certutil"), reason="there is no certutil (NSS) on this machine")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two certificates: the unrelated root first, then the lab's, as in a client's trust store."""
    mint = Mint(Keys(tmp_path_factory.mktemp("keys")))
    return mint.anchors_pem(ClientSide("shop.lab.test", trust_anchors=(LAB_ROOT,)))


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n")
    return Sandbox(hosts)


def laid_out(sandbox: Sandbox, laid: Laid, room: Path, *look: str) -> str:
    """What a program says that looks at a store after it has been laid out."""
    room.mkdir()
    with sandbox as opened:
        invocation = Invocation(look or ("true",), files=laid.files, prepare=laid.prepare)
        done = asyncio.run(run(opened, invocation, room))
    assert done.exit_status == 0, done.stderr
    return done.stdout


def test_the_kinds_are_found_by_being_there() -> None:
    assert set(KINDS) == {PEM_FILE, HASHED_DIRECTORY, "nss", "pkcs12", "jks"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_flaw_that_a_kind_cannot_have_is_an_error(kind: Kind, pem: str) -> None:
    for flaw in set(StoreFlaw) - set(kind.wrong):
        with pytest.raises(ValueError, match=f"of the kind {kind.name} cannot be {flaw}"):
            kind.lay(pem, flaw)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_client_that_reads_one_place_alone_gets_its_store_there(kind: Kind, pem: str) -> None:
    assert kind.lay(pem).path == kind.path
    assert kind.lay(pem, path="profile/trusted").path == "profile/trusted"


@given(st.lists(st.text("abcdefghABCD+/", min_size=4, max_size=80), max_size=5), st.text("\n -=xyz", max_size=20))
@settings(deadline=None)
def test_certificates_are_taken_apart_whatever_stands_between_them(bodies: list[str], between: str) -> None:
    certificates = [f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n" for body in bodies]
    assert list(each(between.join(["", *certificates, ""]))) == certificates


@pytest.mark.parametrize(
    ("flaw", "there"),
    [
        (None, True),
        (StoreFlaw.MISSING, False),
        (StoreFlaw.DANGLING, False),
        (StoreFlaw.EMPTY, True),
        (StoreFlaw.DER, True),
    ],
)
def test_a_pem_file_is_there_or_not(
    flaw: StoreFlaw | None, there: bool, pem: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    room = tmp_path / "room"
    laid = KINDS[PEM_FILE].lay(pem, flaw)
    laid_out(sandbox, laid, room)
    file = room / laid.path
    assert file.exists() is there
    assert file.is_symlink() is (flaw is StoreFlaw.DANGLING)
    if there:
        held = {None: pem.encode(), StoreFlaw.EMPTY: b""}
        assert file.read_bytes() == held[flaw] if flaw in held else file.read_bytes()[0] == 0x30


def test_openssl_finds_each_certificate_of_a_hashed_directory(pem: str, sandbox: Sandbox, tmp_path: Path) -> None:
    room = tmp_path / "room"
    laid_out(sandbox, KINDS[HASHED_DIRECTORY].lay(pem), room)
    links = [path.name for path in (room / "certs").iterdir() if path.is_symlink()]
    assert len(links) == len(each(pem)) == 2
    assert all(re.fullmatch(r"[0-9a-f]{8}\.0", name) for name in links)
    for number in range(2):
        assert verified(room, f"certs/ca-{number}.pem") == 0


@pytest.mark.parametrize("flaw", [StoreFlaw.NOT_HASHED, StoreFlaw.BUNDLE])
def test_openssl_finds_none_where_there_are_no_links(
    flaw: StoreFlaw, pem: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    room = tmp_path / "room"
    laid_out(sandbox, KINDS[HASHED_DIRECTORY].lay(pem, flaw), room)
    (room / "root.pem").write_text(each(pem)[1])
    assert not [path for path in (room / "certs").iterdir() if path.is_symlink()]
    assert verified(room, "root.pem") != 0


def verified(room: Path, certificate: str) -> int:
    """The status of `openssl verify`, which looks for the certificate's issuer in the directory."""
    command = ["openssl", "verify", "-no-CAfile", "-no-CAstore", "-CApath", "certs", certificate]
    return subprocess.run(command, cwd=room, capture_output=True, check=False, timeout=60).returncode


@JAVA
@pytest.mark.parametrize("kind", ["pkcs12", "jks"])
def test_java_trusts_each_certificate_of_its_stores(kind: str, pem: str, sandbox: Sandbox, tmp_path: Path) -> None:
    """`trustedCertEntry` is what keytool calls a certificate that Java trusts."""
    laid = KINDS[kind].lay(pem)
    look = ("keytool", "-J-XX:-UsePerfData", "-list", "-keystore", laid.path, "-storepass", PASSWORD)
    listed = laid_out(sandbox, laid, tmp_path / "room", *look)
    assert listed.count("trustedCertEntry") == 2
    assert f"Keystore type: {kind.upper()}" in listed


@NSS
def test_an_nss_database_trusts_each_certificate(pem: str, sandbox: Sandbox, tmp_path: Path) -> None:
    look = ("certutil", "-L", "-d", "sql:.pki/nssdb")
    assert laid_out(sandbox, KINDS["nss"].lay(pem), tmp_path / "room", *look).count("CP,,") == 2


def test_what_a_machine_lacks_for_a_store_is_said_with_what_brings_it() -> None:
    nss, plain = ClientSide("x", store=Store("nss")), ClientSide("x")
    assert lacks_for_stores([plain], Machine()) is None
    missing = lacks_for_stores([plain, nss], Machine())
    assert missing is not None
    assert (missing.what, missing.how_to_get) == ("the program certutil", "./tlslab setup")
    assert lacks_for_stores([nss], Machine(which={"certutil": "/usr/bin/certutil"})) is None
