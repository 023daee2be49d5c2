"""What the containers of the compose file are given."""

import os
from pathlib import Path

import pytest
from cryptography import x509

from tlslab import catalogue
from tlslab.compose.layout import MOUNTS, Outfit, lay_out, outfit, trust
from tlslab.compose.servers import Server, numbered, servers, with_servers
from tlslab.model.situation import ServerKind
from tlslab.pki.keys import Keys
from tlslab.pki.mint import Mint
from tlslab.stages.docker.container import Directory, File
from tlslab.stages.docker.sqlserver_container import CA_STORE, OPENSSL_CNF

SCENARIOS = catalogue.load().scenarios
ALL = servers(SCENARIOS, numbered(with_servers(SCENARIOS), {}))


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> Mint:
    return Mint(Keys(tmp_path_factory.mktemp("keys")))


def of(name: str, mint: Mint) -> Outfit:
    return outfit(next(server for server in ALL if server.name == name), mint)


def words(found: Outfit, name: str) -> str:
    item = found.files[name]
    assert isinstance(item, File)
    return item.text


def test_sql_server_owns_its_volume_and_alone_reads_its_key(mint: Mint) -> None:
    """uid 10001, mode 0400 (Microsoft Learn, "Encrypt connections to SQL Server on Linux")."""
    found = of("expired-sqlserver", mint)
    assert found.volume == Directory(0o770, 10001)
    key = found.files["certs/server.key"]
    assert (key.owner, key.mode) == (10001, 0o400)
    assert "tlskey = /var/opt/mssql/certs/server.key" in words(found, "mssql.conf")


def test_a_key_that_sql_server_may_not_read_is_laid_out_so(mint: Mint) -> None:
    assert of("unreadable-key-sqlserver", mint).files["certs/server.key"].owner == 0


def test_nginx_listens_on_the_port_of_https_with_the_scenarios_certificate(mint: Mint) -> None:
    found = of("expired-https", mint)
    assert "listen 0.0.0.0:443 ssl" in words(found, "nginx.conf")
    leaf = x509.load_pem_x509_certificate(words(found, "expired-https.chain.pem").encode())
    assert leaf.not_valid_after_utc < mint.now
    assert found.files["expired-https.key.pem"].mode == 0o400


@pytest.mark.parametrize("server", ALL, ids=lambda server: server.name)
def test_every_file_that_a_server_is_told_of_is_in_its_volume(server: Server, mint: Mint) -> None:
    found, mount = outfit(server, mint), str(MOUNTS[server.kind])
    texts = [item.text for item in found.files.values() if isinstance(item, File)]
    told = [word.rstrip(";") for text in texts for word in text.split() if word.startswith(mount)]
    told += [CA_STORE, OPENSSL_CNF] if server.kind is ServerKind.SQLSERVER else []
    places = {str(Path(word).relative_to(mount)) for word in told}
    made_by_nginx = {"tmp", "nginx.pid"}
    assert places - found.files.keys() - made_by_nginx == set()


def test_clients_get_certificates_and_no_key(mint: Mint) -> None:
    found = trust(mint)
    assert set(found.files) == {"ca.pem", "intermediate.pem"}
    assert all("PRIVATE KEY" not in words(found, name) for name in found.files)


def test_a_client_that_trusts_the_lab_goes_on_trusting_it_after_a_restart(mint: Mint, tmp_path: Path) -> None:
    """Each start mints anew; the keys stay, so a root that was installed still vouches for the servers."""
    again = Mint(Keys(mint._keys.directory))
    root, issuing = (
        x509.load_pem_x509_certificate(words(trust(each), name).encode())
        for each, name in ((mint, "ca.pem"), (again, "intermediate.pem"))
    )
    issuing.verify_directly_issued_by(root)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to others")
def test_files_are_laid_out_with_their_modes_and_replaced_whole(tmp_path: Path) -> None:
    own = os.geteuid()
    files: dict[str, File | Directory] = {
        "a.conf": File("one", 0o640, own),
        "certs": Directory(0o700, own),
        "certs/b.key": File("key", 0o400, own),
    }
    lay_out(Outfit(files, Directory(0o770, own)), tmp_path / "volume")
    reading = (tmp_path / "volume" / "a.conf").open()
    lay_out(Outfit(files | {"a.conf": File("two", 0o640, own)}, Directory(0o770, own)), tmp_path / "volume")
    with reading:
        assert reading.read() == "one"
    found = {path.name: path for path in (tmp_path / "volume").rglob("*")}
    assert found.keys() == {"a.conf", "certs", "b.key"}
    assert found["a.conf"].read_text() == "two"
    assert [found[name].stat().st_mode & 0o777 for name in ("a.conf", "certs", "b.key")] == [0o640, 0o700, 0o400]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may give files away")
def test_only_root_can_give_files_to_sql_server(tmp_path: Path, mint: Mint) -> None:
    with pytest.raises(PermissionError):
        lay_out(of("expired-sqlserver", mint), tmp_path)
