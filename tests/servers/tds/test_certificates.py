"""Which certificates are sent."""

import ssl
from pathlib import Path

import pytest

from tests.servers.minted import Minted, Shelf, mint, rsa_key
from tlslab.servers.tds import certificates
from tlslab.servers.tds.certificates import CertificateError, Identity, RefusedByOpenSSL, Unreadable


def test_the_issuers_of_a_leaf_are_found_nearest_first_without_the_root() -> None:
    root = mint("root", ca=True)
    one = mint("one", root, ca=True)
    two = mint("two", one, ca=True)
    leaf = mint("leaf", two)
    store = "".join(c.pem for c in (root, mint("other", ca=True), one, two))
    assert certificates.issuers(leaf.pem, store) == two.pem + one.pem


def test_an_issuer_of_the_right_name_and_another_key_is_not_taken() -> None:
    root = mint("root", ca=True)
    issuer = mint("issuer", root, ca=True)
    impostor = mint("issuer", root, ca=True)
    leaf = mint("leaf", issuer)
    assert certificates.issuers(leaf.pem, impostor.pem) == ""
    assert certificates.issuers(leaf.pem, impostor.pem + issuer.pem) == issuer.pem


def test_a_circle_of_issuers_ends() -> None:
    a_key, b_key = rsa_key(), mint("key", ca=True).key
    a = mint("a", Minted(mint("b", ca=True, key=b_key).certificate, b_key), ca=True, key=a_key)
    b = mint("b", a, ca=True, key=b_key)
    leaf = mint("leaf", a)
    assert certificates.issuers(leaf.pem, a.pem + b.pem) == a.pem + b.pem


def test_a_self_signed_certificate_and_an_empty_store_add_nothing() -> None:
    own = mint("self")
    assert certificates.issuers(own.pem, own.pem) == ""
    assert certificates.issuers(mint("x", mint("ca", ca=True)).pem, "") == ""


def test_a_store_that_is_damaged_is_said() -> None:
    with pytest.raises(CertificateError, match="not readable"):
        certificates.issuers(mint("x").pem, "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n")


def test_only_the_leaf_of_a_file_is_configured(shelf: Shelf) -> None:
    found = certificates.configured(shelf.directory / "chain.pem", shelf.directory / "key.pem", None)
    assert found.chain == shelf.leaf.pem
    found = certificates.configured(
        shelf.directory / "chain.pem", shelf.directory / "key.pem", shelf.directory / "store.pem"
    )
    assert found.chain == shelf.leaf.pem + shelf.intermediate.pem


def test_an_unreadable_file_is_named_with_the_account_that_may_not_read_it(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    # Permissions stop nobody who runs as root, so the refusal is the operating system's only in name here; a real one
    # is in tests/servers/test_mssql_image.py.
    monkeypatch.setattr(Path, "read_text", denied)
    with pytest.raises(Unreadable, match=r"leaf\.pem cannot be read by the account .* \(uid \d+\): Permission denied"):
        certificates.configured(shelf.directory / "leaf.pem", shelf.directory / "key.pem", None)


def test_a_file_that_is_not_there_is_unreadable_and_one_that_is_no_text_is_not(shelf: Shelf) -> None:
    """Error 49940 is about files that exist and may be read; what is in them is another one."""
    with pytest.raises(Unreadable, match="No such file"):
        certificates.read_pem(shelf.directory / "nowhere.pem", "certificate")
    (shelf.directory / "der.pem").write_bytes(b"\x30\x82\xff")
    with pytest.raises(CertificateError) as caught:
        certificates.read_pem(shelf.directory / "der.pem", "certificate")
    assert not isinstance(caught.value, Unreadable)


def at_level(level: int) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(f"ALL:@SECLEVEL={level}")
    return context


def test_openssl_refuses_by_its_security_level(shelf: Shelf) -> None:
    identity = Identity((shelf.directory / "sha1.pem").read_text(), (shelf.directory / "rsa.key.pem").read_text())
    certificates.load(at_level(0), identity)
    with pytest.raises(RefusedByOpenSSL, match="ca md too weak"):
        certificates.load(at_level(2), identity)


def test_a_small_key_is_refused_by_the_level_too() -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa

    small = mint("small", key=rsa.generate_private_key(65537, 1024))
    with pytest.raises(RefusedByOpenSSL, match="ee key too small"):
        certificates.load(at_level(2), Identity(small.pem, small.key_pem))


def test_nothing_is_left_behind_in_files(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    certificates.load(at_level(2), Identity(shelf.leaf.pem, shelf.leaf.key_pem))
    assert not list(tmp_path.iterdir())
