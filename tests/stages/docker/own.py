"""A Docker daemon of the tests' own, which they may end, starve and fill without disturbing any other one.

It lives in namespaces of its own (network, mounts, processes), so its `docker0` and its packet filter are nobody
else's; its images lie on a tmpfs that only it sees. The first process there reads a pipe from the tests: when they
end, however they end, it does, and the kernel ends everything else inside (pid_namespaces(7)).
"""

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import trustme

import docker
from tests.stages.docker.remote import certificates, forwarded
from tlslab.stages.docker.daemon import connect

ROOT = Path(__file__).resolve().parents[3]
CGROUPS = Path("/sys/fs/cgroup")
PARENT, ROOM = "tlslab-tests-", "tlslab-own-"
PROGRAMS = ("dockerd", "unshare", "nsenter", "setpriv", "ip", "iptables")
START_TIMEOUT = 60.0
STOP_TIMEOUT = 60.0
TLS_PORT = 2376
"""In the daemon's own network."""
LOG_LINES = 4

# SIGCHLD is ignored, so that the kernel reaps who has lost its parent (wait(2), notes): dockerd takes a containerd that
# is a zombie for one that lives.
FIRST = """
set -e
mount --make-rprivate /
mkdir -p "$1/data" && mount -t tmpfs -o size="$2" tmpfs "$1/data"
mkdir -p /etc/docker && mount -t tmpfs tmpfs /etc/docker
ip link set lo up
exec "$3" -I -S -c 'import os, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
os.read(0, 1)'
"""


class NoOwnDaemon(Exception):
    """This machine cannot have a second daemon; the message says why."""


def why_impossible() -> str:
    """Why no daemon of the tests' own can be started here; "" when one can."""
    if os.geteuid() != 0:
        return "only root can start a Docker daemon of the tests' own"
    missing = [
        name for name in ("dockerd", "unshare", "nsenter", "setpriv", "ip", "iptables") if not shutil.which(name)
    ]
    return f"a Docker daemon of the tests' own needs {', '.join(missing)}" if missing else ""


class OwnDaemon:
    """A daemon, at `host`. Use as a context. `size`: of the tmpfs for its images, as mount(8) takes it.

    Raises NoOwnDaemon when it cannot be started.
    """

    def __init__(self, size: str = "6g") -> None:
        self._size = size
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if why := why_impossible():
            raise NoOwnDaemon(why)
        _sweep()
        # Not pytest's directory: the path of a socket has 107 bytes at most (unix(7)).
        self.workdir = Path(tempfile.mkdtemp(prefix=f"{ROOM}{os.getpid()}-"))
        self.socket = self.workdir / "docker.sock"
        self.host = f"unix://{self.socket}"
        self.ca = trustme.CA()
        """Signs the daemon's certificate, and those of its clients."""
        self._certificates = certificates(self.workdir / "tls", self.ca, self.ca, "127.0.0.1")
        self._log = (self.workdir / "log").open("ab")
        self._first = subprocess.Popen(
            [
                *("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
                *("sh", "-c", FIRST, "sh", str(self.workdir), self._size, sys.executable),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        try:
            assert self._first.stdout
            if self._first.stdout.readline() != b"ready\n":
                raise NoOwnDaemon(f"namespaces for a daemon of the tests' own cannot be made: {self.words}")
            self._inside = int(Path(f"/proc/{self._first.pid}/task/{self._first.pid}/children").read_text())
            self.start()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGTERM)
        self._close()

    @property
    def environment(self) -> dict[str, str]:
        """What a process is told so that it uses this daemon."""
        return {"DOCKER_HOST": self.host}

    @property
    def words(self) -> str:
        """The last lines of its log."""
        return " | ".join((self.workdir / "log").read_text(errors="replace").splitlines()[-LOG_LINES:])

    def client(self) -> docker.DockerClient:
        return connect(self.environment)

    def start(self) -> None:
        """Start it and wait until it says that it is ready (sd_notify(3))."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            path, tls = self.workdir / "notify", self._certificates
            path.unlink(missing_ok=True)
            notices.bind(str(path))
            self._process = subprocess.Popen(
                [
                    # nsenter stops itself when dockerd is stopped, and then would outlive the tests.
                    *("setpriv", "--pdeathsig", "KILL", "--"),
                    *("nsenter", "--target", str(self._inside), "--net", "--mount", "--pid", "--", "dockerd"),
                    *(f"--host={self.host}", f"--data-root={self.workdir}/data", f"--exec-root={self.workdir}/exec"),
                    *(f"--pidfile={self.workdir}/pid", f"--cgroup-parent=/{PARENT}{os.getpid()}"),
                    "--dns=127.0.0.1",  # nobody is there: a name that cannot be found is known at once
                    *("--exec-opt=native.cgroupdriver=cgroupfs", f"--host=tcp://127.0.0.1:{TLS_PORT}", "--tlsverify"),
                    *(f"--tlscacert={tls}/ca.pem", f"--tlscert={tls}/cert.pem", f"--tlskey={tls}/key.pem"),
                ],
                env=os.environ | {"NOTIFY_SOCKET": str(path)},
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )
            ended = os.pidfd_open(self._process.pid)
            try:
                ready, _, _ = select.select([notices.fileno(), ended], [], [], START_TIMEOUT)
            finally:
                os.close(ended)
            if notices.fileno() not in ready:
                raise NoOwnDaemon(f"dockerd does not start in namespaces of its own: {self.words}")
            assert b"READY=1" in notices.recv(4096)

    def be_up(self) -> None:
        """Start it unless it runs."""
        if self._process is None:
            self.start()

    def send(self, number: signal.Signals) -> None:
        """Send dockerd a signal."""
        assert self._process
        nsenter = self._process.pid
        os.kill(int(Path(f"/proc/{nsenter}/task/{nsenter}/children").read_text()), number)
        if number is signal.SIGCONT:
            os.kill(nsenter, number)  # it has stopped with its child

    def inside(self, *command: str, mounts: bool = False) -> list[str]:
        """The command that runs this one in the daemon's network, and with `mounts` among its file systems."""
        which = ["--net", *(["--mount"] if mounts else [])]
        return ["nsenter", "--target", str(self._inside), *which, "--", *command]

    @contextlib.contextmanager
    def over_tls(self) -> Iterator[int]:
        """A port on 127.0.0.1 of this machine that leads to where the daemon itself speaks TLS."""
        path = self.workdir / "over-tls.sock"
        command = self.inside(sys.executable, "-m", "tests.stages.docker.remote", str(path), str(TLS_PORT))
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as leading:
            assert leading.stdin
            assert leading.stdout
            assert leading.stdout.readline() == b"ready\n"
            try:
                with forwarded(path) as port:
                    yield port
            finally:
                leading.stdin.close()
                leading.wait(STOP_TIMEOUT)
                path.unlink(missing_ok=True)

    def end(self, number: signal.Signals) -> None:
        """End dockerd in this way, and wait until it has ended."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, ValueError):
            self.send(number)
        self._process.wait(STOP_TIMEOUT)
        self._process = None

    def load(self, source: docker.DockerClient, tags: Iterable[str]) -> None:
        """Copy images from another daemon. Raises NoOwnDaemon when they are not the same here."""
        tags = list(tags)
        with self.client().api as api:
            saved = source.api.get(
                f"{source.api.base_url}/images/get", params={"names": tags}, stream=True, timeout=START_TIMEOUT
            )
            with saved:
                parts = saved.iter_content(1 << 20)
                api.post(f"{api.base_url}/images/load", data=parts, timeout=START_TIMEOUT).raise_for_status()
            for tag in tags:
                if self.client().images.get(tag).id != source.images.get(tag).id:
                    raise NoOwnDaemon(f"{tag} got another id when it was copied, so the lab would build it anew")

    def _close(self) -> None:
        assert self._first.stdin
        assert self._first.stdout
        self._first.stdin.close()
        try:
            self._first.wait(STOP_TIMEOUT)
        finally:
            self._first.kill()
            self._first.wait()
            if self._process is not None:
                self._process.kill()
                self._process.wait()
            self._first.stdout.close()
            self._log.close()
            shutil.rmtree(self.workdir, ignore_errors=True)
            _sweep()


def _sweep() -> None:
    """Remove what daemons left whose tests were killed: their rooms, and groups in which no process is (the kernel
    removes no others).
    """
    for workdir in Path(tempfile.gettempdir()).glob(f"{ROOM}*"):
        if not Path("/proc", workdir.name.removeprefix(ROOM).partition("-")[0]).exists():
            shutil.rmtree(workdir, ignore_errors=True)
    for directory, _, _ in os.walk(CGROUPS, topdown=False):
        if PARENT in directory:
            with contextlib.suppress(OSError):
                Path(directory).rmdir()
