"""Nothing is left behind: real runs that end well, badly, by Ctrl-C and by SIGKILL, and a look at the machine then.

Every run gets a directory of its own for HOME, TMPDIR, the working directory and the cache, so whatever it leaves is
in there or names it: in its command line, environment or working directory.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tlslab import IMPORTED_FROM
from tlslab.model.record_file import load
from tlslab.setup import system
from tlslab.stages.sandbox import find_nss_wrapper

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds until an event that does not come is a failure."""
NOBODY = 65534
POLL = 0.01
"""Seconds between two looks into /proc, which has no way to tell."""
NAMESPACES = ("mnt", "pid")
HOLDER = "exec unshare --mount --pid --fork --kill-child sh -c 'echo ready; exec cat'"
"""A shell's command: a process in namespaces of its own, until its input ends."""

# The lab's program, told things about the machine that it would find out otherwise. curl needs no Python environment of
# clients, so nothing is fetched for it.
MAIN = (
    "from tlslab.commands import shared\nshared.bring_clients = lambda *_: None\nfrom tlslab.cli import main\nmain()\n"
)
NO_NAMESPACES = (
    "import functools, tlslab.stages.local.clients as here\n"
    "here.Sandbox = functools.partial(here.Sandbox, namespaces=False)\n"
)
NO_NGINX = (
    "import functools, tlslab.matrix.run as matrix\n"
    "from tlslab.matrix.choice import Choice\n"
    "matrix.run_plan = functools.partial(matrix.run_plan, stage=Choice(nginx=False).make)\n"
)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc, which Linux alone has"),
    pytest.mark.skipif(system.find_program("curl") is None, reason="curl plays these runs: apt-get install curl"),
    pytest.mark.skipif(
        system.find_program("openssl") is None, reason="the self-check needs openssl: apt-get install openssl"
    ),
]
needs_nginx = pytest.mark.skipif(
    system.find_program("nginx") is None, reason="nginx plays the server: apt-get install nginx"
)
needs_wrapper = pytest.mark.skipif(
    find_nss_wrapper() is None, reason="the way without namespaces: apt-get install libnss-wrapper"
)


def program(beliefs: str = "", python: str = sys.executable) -> tuple[str, ...]:
    """The command that starts the lab with these beliefs."""
    return (python, "-P", "-c", beliefs + MAIN)


@dataclass(frozen=True)
class Place:
    """Where a run lives: everything that it may touch is below `base`."""

    base: Path
    command: tuple[str, ...]
    python_path: str = str(IMPORTED_FROM)
    user: int | None = None

    @property
    def cache(self) -> Path:
        return self.base / "cache"

    def start(self, *arguments: str, path: str = "") -> "subprocess.Popen[str]":
        """Start `run` for the cells of one scenario with curl, as the leader of its own process group."""
        for name in ("home", "scratch", "here", "cache"):
            directory = self.base / name
            directory.mkdir(exist_ok=True)
            if self.user is not None:
                os.chown(directory, self.user, self.user)
        words = arguments or ("--client=curl", "--scenario=expired,self-signed,untrusted-ca")
        return subprocess.Popen(
            [*self.command, "run", *words],
            cwd=self.base / "here",
            env={
                "PATH": os.pathsep.join(filter(None, [path, os.environ["PATH"]])),
                "HOME": str(self.base / "home"),
                "TMPDIR": str(self.base / "scratch"),
                "TLSLAB_CACHE": str(self.cache),
                "PYTHONPATH": self.python_path,
                "PYTHONDONTWRITEBYTECODE": "1",
                "TLSLAB_DEBUG": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )

    def rooms(self) -> list[Path]:
        return sorted((self.cache / "runs").glob("run-*"))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, program())


@pytest.fixture
def fallback(tmp_path: Path) -> Place:
    return Place(tmp_path, program(NO_NAMESPACES))


@pytest.fixture
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place of the user `nobody`, with a checkout and a Python that it can read."""
    if os.geteuid() != 0:
        pytest.skip("the tests themselves run as an ordinary user, so all the others show it")
    base = Path("/tmp") / f"tlslab-nobody-{os.getpid()}"  # pytest's own directories are closed to others
    base.mkdir(mode=0o755)
    try:
        checkout = base / "checkout"
        for name in (".python", "lab", "scenarios", "requirements", "npm", "maven", "dotnet", "go", "cargo"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, checkout / name, ignore=ignored, symlinks=True)
        click = find_spec("click")
        assert click
        assert click.origin
        packages = str(Path(click.origin).parents[1])
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        for python in (sys.executable, f"/usr/local/bin/{version}", f"/usr/bin/{version}"):
            place = Place(base, program(python=python), os.pathsep.join([str(checkout / ".python"), packages]), NOBODY)
            if _can_start(place):
                yield place
                return
        pytest.skip(f"the user nobody can read neither {sys.executable} nor another {version} of this machine")
    finally:
        shutil.rmtree(base)


def _can_start(place: Place) -> bool:
    try:
        asked = subprocess.run(
            [*place.command, "--version"],
            env={"PYTHONPATH": place.python_path, "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(place.base)},
            cwd="/",
            user=place.user,
            group=place.user,
            extra_groups=[],
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
    except OSError:
        return False
    return asked.returncode == 0


# --- the four ways to end ---------------------------------------------------------------------------------------------


@needs_nginx
def test_nothing_is_left_after_success(place: Place) -> None:
    run = Watched(place, place.start())
    assert run.wait() == 0, run.said
    run.assert_clean()


@needs_nginx
def test_nothing_is_left_after_findings(place: Place) -> None:
    """A curl that verifies nothing accepts what it should refuse: a real finding."""
    _put_in_path(place, "curl", f'exec {system.find_program("curl")} "$@" --insecure')
    run = Watched(place, place.start(path=str(place.base / "bin")))
    assert run.wait() == 1, run.said
    run.assert_clean()


def test_nothing_is_left_when_a_server_does_not_start(place: Place) -> None:
    _put_in_path(place, "nginx", "exit 1")
    run = Watched(place, place.start(path=str(place.base / "bin")))
    assert run.wait() == 3
    assert "nginx does not answer" in run.said
    run.assert_clean()


@needs_nginx
@pytest.mark.parametrize("group", [False, True], ids=["the lab alone", "the process group"])
@pytest.mark.parametrize("moment", ["the workdir", "the servers", "the first attempt", "the fifth attempt"])
def test_nothing_is_left_after_ctrl_c(place: Place, moment: str, group: bool) -> None:
    run = Watched(place, place.start())
    run.until(moment)
    (os.killpg if group else os.kill)(run.pid, signal.SIGINT)
    assert run.wait() == 130, run.said
    run.assert_clean()
    if moment == "the fifth attempt":
        part = load(place.cache / "last-record.json")
        assert part.interrupted
        assert part.attempts
        assert "what was played before the interrupt is kept" in run.said


@needs_nginx
@pytest.mark.parametrize("prefix", [(), ("sh", "-c", 'trap "" INT; exec "$@"', "sh")], ids=["", "in the background"])
@pytest.mark.parametrize("moment", ["the workdir", "the first attempt"])
def test_nothing_is_left_after_sigterm(tmp_path: Path, moment: str, prefix: tuple[str, ...]) -> None:
    """`docker stop` and `kill` are as good as Ctrl-C, also where a shell had SIGINT ignored."""
    place = Place(tmp_path, (*prefix, *program()))
    run = Watched(place, place.start())
    run.until(moment)
    os.kill(run.pid, signal.SIGTERM)
    assert run.wait() == 130, run.said
    run.assert_clean()


@needs_nginx
@pytest.mark.parametrize("moment", ["the workdir", "the servers", "the first attempt", "the fifth attempt"])
def test_nothing_is_left_after_sigkill(place: Place, moment: str) -> None:
    """The room is left to the next run, which sweeps it."""
    run = Watched(place, place.start())
    run.until(moment)
    os.kill(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    run.assert_gone()
    assert place.rooms()
    following = Watched(place, place.start("--client=curl", "--scenario=expired"))
    assert following.wait() == 0, following.said
    following.assert_clean()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "sigkill"])
@pytest.mark.parametrize("moment", ["the servers", "the first attempt"])
@pytest.mark.parametrize(
    "way", [NO_NGINX, pytest.param(NO_NGINX + NO_NAMESPACES, marks=needs_wrapper)], ids=["namespaces", "none"]
)
def test_the_embedded_endpoint_ends_with_the_lab(tmp_path: Path, way: str, moment: str, number: signal.Signals) -> None:
    place = Place(tmp_path, program(way))
    run = Watched(place, place.start())
    run.until(moment)
    os.kill(run.pid, number)
    assert run.wait() in (130, -signal.SIGKILL), run.said
    run.assert_gone()


# --- as an ordinary user, and without namespaces ----------------------------------------------------------------------


@needs_nginx
def test_nothing_is_left_after_success_of_an_ordinary_user(ordinary: Place) -> None:
    run = Watched(ordinary, ordinary.start())
    assert run.wait() == 0, run.said
    run.assert_clean()


@needs_nginx
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "sigkill"])
def test_no_process_is_left_by_an_interrupted_ordinary_user(ordinary: Place, number: signal.Signals) -> None:
    run = Watched(ordinary, ordinary.start())
    run.until("the fifth attempt")
    os.kill(run.pid, number)
    assert run.wait() in (130, -signal.SIGKILL), run.said
    run.assert_gone()


@needs_nginx
@needs_wrapper
def test_nothing_is_left_after_success_without_namespaces(fallback: Place) -> None:
    run = Watched(fallback, fallback.start())
    assert run.wait() == 0, run.said
    run.assert_clean()


@needs_nginx
@needs_wrapper
@pytest.mark.parametrize("moment", ["the servers", "the first attempt", "the fifth attempt"])
def test_nothing_is_left_after_ctrl_c_without_namespaces(fallback: Place, moment: str) -> None:
    run = Watched(fallback, fallback.start())
    run.until(moment)
    os.killpg(run.pid, signal.SIGINT)
    assert run.wait() == 130, run.said
    run.assert_clean()


@needs_nginx
@needs_wrapper
@pytest.mark.parametrize("moment", ["the servers", "the first attempt", "the fifth attempt"])
def test_no_process_is_left_after_sigkill_without_namespaces(fallback: Place, moment: str) -> None:
    run = Watched(fallback, fallback.start())
    run.until(moment)
    os.kill(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    run.assert_gone()


# --- other labs -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0, reason="makes namespaces as root does")
def test_namespaces_of_another_lab_are_not_taken_for_those_of_the_run(place: Place) -> None:
    """The other labs have begun before the run ends, and get the numbers of its namespaces."""
    for name in ("home", "scratch", "here"):
        (place.base / name).mkdir()
    with contextlib.ExitStack() as stack:
        process, *others = [
            stack.enter_context(
                subprocess.Popen(
                    ["sh", "-c", f"read line; {HOLDER}"],
                    cwd=cwd,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for cwd in (str(place.base / "here"), *(10 * ["/"]))
        ]

        def enter(process: "subprocess.Popen[str]") -> None:
            assert process.stdin
            assert process.stdout
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "ready\n"

        enter(process)
        (place.cache / "runs" / f"run-{process.pid}-x").mkdir(parents=True)
        run = Watched(place, process)
        run.until("the workdir")
        assert run.wait() == 0
        for other in others:
            enter(other)
        run.assert_gone()


# --- looking ----------------------------------------------------------------------------------------------------------


class Watched:
    """A run, and the machine around it."""

    def __init__(self, place: Place, process: "subprocess.Popen[str]") -> None:
        self.said = ""
        self.pid = process.pid
        self._place = place
        self._process = process
        self._mounts = mounts(place.base)
        self._namespaces: dict[str, int] = {}
        """Each by its name, held open: the kernel gives the number of one that has gone to the next one."""

    def until(self, moment: str) -> None:
        """Wait for a moment of the run."""

        def reached(workdir: Path) -> bool:
            match moment:
                case "the workdir":
                    return True
                case "the servers":
                    return any(workdir.glob("*-process-*"))
                case "the first attempt":
                    return (workdir / "attempt-1").is_dir()
            return (workdir / "attempt-5").is_dir()

        def there() -> bool:
            assert self._process.poll() is None, f"the run ended before {moment}: {self._process.communicate()[0]}"
            return any(
                reached(workdir) for workdir in self._place.rooms() if workdir.name.startswith(f"run-{self.pid}-")
            )

        wait_for(there, f"{moment} did not come")
        own = _namespaces("self")
        for pid in processes_of(self._place.base):
            held = {str(Path(f"/proc/self/fd/{opened}").readlink()): opened for opened in _open_namespaces(pid)}
            mine = pid in processes_of(self._place.base)  # and not somebody else who got its number meanwhile
            for name, opened in held.items():
                if mine and name not in own and name not in self._namespaces:
                    self._namespaces[name] = opened
                else:
                    os.close(opened)

    def wait(self) -> int:
        """The exit status; then `said` is all that the run said."""
        self.said, _ = self._process.communicate(timeout=PATIENCE)
        return self._process.returncode

    def assert_gone(self) -> None:
        """No process, no mount, no namespace; of files only what is in the cache."""
        wait_for(lambda: not processes_of(self._place.base), lambda: f"left: {processes_of(self._place.base)}")
        held = {name for path in Path("/proc").glob("[0-9]*") for name in _namespaces(path.name)}
        assert not held & self._namespaces.keys()
        while self._namespaces:
            os.close(self._namespaces.popitem()[1])
        assert mounts(self._place.base) == self._mounts
        for name in ("home", "scratch", "here"):
            assert not list((self._place.base / name).rglob("*")), name

    def assert_clean(self) -> None:
        """Nothing at all but the keys and the record."""
        self.assert_gone()
        left = {str(path.relative_to(self._place.cache)) for path in self._place.cache.rglob("*")}
        left = {name for name in left if not name.startswith("keys/")}
        assert left <= {"keys", "runs", "runs.lock", "last-record.json", "last-record.from"}


def processes_of(base: Path) -> list[str]:
    """The pids of living processes that name this directory in their command line, environment or working directory.

    Zombies name nothing: they hold nothing, and vanish when their parent looks.
    """
    found: list[str] = []
    mark = os.fsencode(base)
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            if mark in words or mark in os.fsencode((entry / "cwd").readlink()):
                found.append(entry.name)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it has ended, or is somebody else's
    return found


def mounts(base: Path) -> list[str]:
    """What is mounted here from below this directory or over /etc/hosts; the machine may mount other things."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if str(base) in line or " /etc/hosts " in line]


def wait_for(happened: Callable[[], bool], otherwise: str | Callable[[], str]) -> None:
    """Look until it has happened; the test fails after `PATIENCE` seconds."""
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until, otherwise if isinstance(otherwise, str) else otherwise()
        time.sleep(POLL)


def _namespaces(pid: str) -> set[str]:
    """The mount and the PID namespace of a process, by name; none of one that has ended or is somebody else's."""
    with contextlib.suppress(OSError):
        return {str(Path(f"/proc/{pid}/ns/{kind}").readlink()) for kind in NAMESPACES}
    return set()


def _open_namespaces(pid: str) -> Iterator[int]:
    """The same, opened."""
    for kind in NAMESPACES:
        with contextlib.suppress(OSError):
            yield os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY)


def _put_in_path(place: Place, name: str, text: str) -> None:
    """A program of this name for the PATH of a run."""
    directory = place.base / "bin"
    directory.mkdir()
    program = directory / name
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
