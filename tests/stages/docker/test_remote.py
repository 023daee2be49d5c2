"""A daemon that is elsewhere: reached over TCP, with TLS and client certificates; and what is said when it is not."""

import hashlib
import json
import re
import signal
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import trustme

import docker
from tests.stages.docker.own import OwnDaemon
from tests.stages.docker.process import SMALL, inventory, running
from tests.stages.docker.remote import certificates, forwarded
from tlslab.stages.docker.daemon import connect
from tlslab.stages.stage import StageError


@pytest.fixture
def ca(own: OwnDaemon) -> trustme.CA:
    """The CA of the daemon."""
    return own.ca


@pytest.fixture(scope="module")
def stranger() -> trustme.CA:
    """A CA that the other side does not know."""
    return trustme.CA()


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home in which nobody has configured anything."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def over_tls(port: int, place: Path, name: str = "127.0.0.1") -> dict[str, str]:
    return {"DOCKER_HOST": f"tcp://{name}:{port}", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(place)}


def complaint(environment: Mapping[str, str]) -> str:
    """What is said when this daemon cannot be used."""
    with pytest.raises(StageError) as problem:
        connect(environment)
    return str(problem.value)


# --- whole runs


def test_a_whole_run_over_tcp(own: OwnDaemon, own_client: docker.DockerClient) -> None:
    before = inventory(own_client)
    with forwarded(own.socket) as port, running(SMALL, {"DOCKER_HOST": f"tcp://127.0.0.1:{port}"}) as lab:
        assert lab.wait() == 0, lab.said
        assert inventory(own_client) == before


def test_a_whole_run_over_tls_whatever_else_the_machine_trusts(
    own: OwnDaemon, own_client: docker.DockerClient, ca: trustme.CA, stranger: trustme.CA, tmp_path: Path
) -> None:
    """REQUESTS_CA_BUNDLE is preset on many machines, and would take the place of the daemon's CA in the SDK."""
    before = inventory(own_client)
    place, other = certificates(tmp_path / "own", ca, ca), certificates(tmp_path / "other", stranger)
    with own.over_tls() as port:
        environment = over_tls(port, place) | {"REQUESTS_CA_BUNDLE": str(other / "ca.pem")}
        with running(SMALL, environment) as lab:
            assert lab.wait() == 0, lab.said
            assert inventory(own_client) == before


def test_nothing_is_left_on_a_daemon_elsewhere_when_the_lab_is_killed(
    own: OwnDaemon, own_client: docker.DockerClient, ca: trustme.CA, tmp_path: Path
) -> None:
    before = inventory(own_client)
    with own.over_tls() as port, running(SMALL, over_tls(port, certificates(tmp_path, ca, ca))) as lab:
        lab.wait_for_words("up after")
        lab.process.send_signal(signal.SIGKILL)
        lab.wait()
        lab.wait_until_gone(own_client)
        assert inventory(own_client) == before


# --- what is said


@pytest.fixture
def daemon_over_tls(own: OwnDaemon) -> Iterator[int]:
    """The port of a daemon that asks for client certificates of the CA."""
    with own.over_tls() as port:
        yield port


def test_a_wrong_ca_is_named(daemon_over_tls: int, ca: trustme.CA, stranger: trustme.CA, tmp_path: Path) -> None:
    said = complaint(over_tls(daemon_over_tls, certificates(tmp_path / "c", stranger, ca)))
    assert "the certificate of the Docker daemon at tcp://127.0.0.1" in said
    assert "is refused: " in said
    assert f"{tmp_path}/c/ca.pem has to be the CA that signed it" in said


def test_a_name_that_is_not_in_the_certificate_is_named(daemon_over_tls: int, ca: trustme.CA, tmp_path: Path) -> None:
    said = complaint(over_tls(daemon_over_tls, certificates(tmp_path / "c", ca, ca), "localhost"))
    assert "is refused: Hostname mismatch" in said
    assert "the name in DOCKER_HOST one of those in it" in said


def test_a_missing_client_certificate_is_asked_for(daemon_over_tls: int, ca: trustme.CA, tmp_path: Path) -> None:
    said = complaint(over_tls(daemon_over_tls, certificates(tmp_path / "c", ca)))
    assert re.search("(refuses|may refuse) this client's certificate", said)  # the alert may be lost when it hangs up
    assert f"cert.pem and key.pem in {tmp_path}/c have to be there" in said


def test_a_client_certificate_of_another_ca_is_refused(
    daemon_over_tls: int, ca: trustme.CA, stranger: trustme.CA, tmp_path: Path
) -> None:
    said = complaint(over_tls(daemon_over_tls, certificates(tmp_path / "c", ca, stranger)))
    assert "signed by a CA that the daemon trusts" in said


def test_a_daemon_with_tls_that_is_asked_without_says_how(daemon_over_tls: int, at_home: Path) -> None:
    said = complaint({"DOCKER_HOST": f"tcp://127.0.0.1:{daemon_over_tls}"})
    assert "Set DOCKER_TLS_VERIFY=1" in said


def test_a_daemon_without_tls_that_is_asked_with_it(own: OwnDaemon, ca: trustme.CA, tmp_path: Path) -> None:
    with forwarded(own.socket) as port:
        assert "speaks no TLS on this port" in complaint(over_tls(port, certificates(tmp_path / "c", ca, ca)))


@pytest.mark.parametrize(
    ("absent", "named"),
    [(["ca.pem"], "ca.pem cannot"), (["key.pem"], "key.pem cannot"), (["ca.pem", "cert.pem"], "ca.pem and cert.pem")],
)
def test_missing_files_are_named(stranger: trustme.CA, tmp_path: Path, absent: list[str], named: str) -> None:
    place = certificates(tmp_path / "c", stranger, stranger)
    for name in absent:
        (place / name).unlink()
    said = complaint(over_tls(1, place))
    assert named in said
    assert str(place) in said
    assert "DOCKER_CERT_PATH" in said


def test_files_that_are_no_certificates_are_named(stranger: trustme.CA, tmp_path: Path) -> None:
    place = certificates(tmp_path / "c", stranger, stranger)
    (place / "ca.pem").write_text("this is none")
    assert "have to be PEM" in complaint(over_tls(1, place))
    certificates(place, stranger, stranger)
    stranger.issue_cert("x.test").private_key_pem.write_to_path(str(place / "key.pem"))
    assert "key.pem has to belong to cert.pem" in complaint(over_tls(1, place))


def test_the_files_are_looked_for_at_home_when_nobody_says_where(at_home: Path) -> None:
    said = complaint({"DOCKER_HOST": "tcp://127.0.0.1:1", "DOCKER_TLS_VERIFY": "1", "HOME": str(at_home)})
    assert f"cannot be found in {at_home}/.docker" in said


def test_a_daemon_that_takes_the_connection_and_says_nothing_is_not_waited_for_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(StageError, match="does not answer"):
            connect({"DOCKER_HOST": host}, knock=0.2)


@pytest.mark.parametrize(
    ("host", "command"),
    [
        ("ssh://far.test", "ssh -nNT -L /tmp/far.sock:/var/run/docker.sock far.test &"),
        ("ssh://me@far.test:2222", "ssh -nNT -L /tmp/far.sock:/var/run/docker.sock -p 2222 me@far.test &"),
    ],
)
def test_ssh_is_told_how_to_forward_the_socket(host: str, command: str) -> None:
    said = complaint({"DOCKER_HOST": host})
    assert command in said
    assert "DOCKER_HOST=unix:///tmp/far.sock" in said


# --- contexts of the docker command


def context(home: Path, name: str, host: str, **more: object) -> Path:
    """A context as `docker context create` stores it; the directory for its TLS."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    meta = home / ".docker" / "contexts" / "meta" / digest
    meta.mkdir(parents=True)
    endpoint = {"Host": host, "SkipTLSVerify": False, **more}
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    return home / ".docker" / "contexts" / "tls" / digest / "docker"


def test_a_context_leads_to_its_daemon(own: OwnDaemon, ca: trustme.CA, at_home: Path) -> None:
    with own.over_tls() as port:
        place = context(at_home, "far", f"tcp://127.0.0.1:{port}")
        place.mkdir(parents=True)
        certificates(place, ca, ca)
        with connect({"HOME": str(at_home), "DOCKER_CONTEXT": "far"}).api as api:
            assert api.base_url == f"https://127.0.0.1:{port}"
            assert api.ping()


def test_a_context_that_asks_for_no_verification_gets_none(
    own: OwnDaemon, ca: trustme.CA, stranger: trustme.CA, at_home: Path
) -> None:
    with own.over_tls() as port:
        place = context(at_home, "far", f"tcp://127.0.0.1:{port}", SkipTLSVerify=True)
        place.mkdir(parents=True)
        certificates(place, stranger, ca)
        with connect({"HOME": str(at_home), "DOCKER_CONTEXT": "far"}).api as api:
            assert api.ping()


def test_the_context_in_use_is_honoured_and_the_environment_goes_before_it(at_home: Path) -> None:
    """As the docker command does: DOCKER_HOST, DOCKER_CONTEXT, `docker context use`."""
    context(at_home, "used", "tcp://127.0.0.1:1")
    context(at_home, "named", "tcp://127.0.0.1:2")
    (at_home / ".docker" / "config.json").write_text(json.dumps({"currentContext": "used"}))
    environment = {"HOME": str(at_home)}
    assert "tcp://127.0.0.1:1 (the docker context used)" in complaint(environment)
    environment |= {"DOCKER_CONTEXT": "named"}
    assert "tcp://127.0.0.1:2 (DOCKER_CONTEXT=named)" in complaint(environment)
    environment |= {"DOCKER_HOST": "tcp://127.0.0.1:3"}
    assert "tcp://127.0.0.1:3 (DOCKER_HOST)" in complaint(environment)


def test_a_context_that_is_not_there_is_named(at_home: Path) -> None:
    said = complaint({"HOME": str(at_home), "DOCKER_CONTEXT": "none"})
    assert "DOCKER_CONTEXT=none names no Docker daemon" in said
    assert "docker context ls" in said
