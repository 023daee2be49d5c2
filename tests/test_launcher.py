"""The launcher and the installer behind it, on a small checkout whose lock file pins one package made here.

Nothing is downloaded: the package is a wheel in a directory, and pip's own settings say to look nowhere else.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tlslab.setup import first_start, installer, provision

ROOT = Path(__file__).resolve().parent.parent
NEEDED_BY_SH = ("sh", "cksum", "uname", "readlink")

PROGRAM = """
import json, os, sys
import small
print(json.dumps({"arguments": sys.argv[1:], "cwd": os.getcwd(), "cache": os.environ["TLSLAB_CACHE"]}))
"""


def make_wheel(directory: Path) -> str:
    """Lays a wheel with the module `small` into `directory`; returns the line of a lock file that pins it."""
    wheel = directory / "small-1.0-py3-none-any.whl"
    info = "small-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("small.py", "")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"small.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return f"small==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


class Checkout:
    """A small checkout in a path with a space, its wheel, and an environment in which only they are known."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "the checkout"
        self.cache = directory / "the cache"
        (self.root / "lab" / "setup").mkdir(parents=True)
        (self.root / "lab" / "runtime").mkdir()
        (self.root / ".python").mkdir()
        (self.root / ".python" / "tlslab").symlink_to("../lab")
        (self.root / "requirements").mkdir()
        shutil.copy(ROOT / "tlslab", self.root / "tlslab")
        for module in ("__init__", "runtime/__init__", "runtime/child", "runtime/signals"):
            shutil.copy(ROOT / "lab" / f"{module}.py", self.root / "lab" / f"{module}.py")
        for module in ("__init__", "first_start", "installer", "needs", "system"):
            shutil.copy(ROOT / "lab" / "setup" / f"{module}.py", self.root / "lab" / "setup")
        (self.root / "lab" / "__main__.py").write_text(PROGRAM)
        wheels = directory / "wheels"
        wheels.mkdir()
        (self.root / "requirements" / "lab.txt").write_text(make_wheel(wheels))
        (wheels / "uv.toml").write_text(f'no-index = true\nfind-links = ["{wheels}"]\n')
        self.programs = directory / "programs"
        self.programs.mkdir()
        for name in NEEDED_BY_SH:
            self.add_program(name, f'exec {shutil.which(name)} "$@"')
        self.add_program("python3", f'exec {installer.base_python()} "$@"')
        self.environment = {
            "PATH": str(self.programs),
            "TLSLAB_CACHE": str(self.cache),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": wheels.as_uri(),
            "UV_CONFIG_FILE": str(wheels / "uv.toml"),
        }

    def add_program(self, name: str, line: str) -> None:
        """Puts a shell script into the directory that is all of PATH."""
        program = self.programs / name
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)

    def popen(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts the launcher."""
        return subprocess.Popen(
            [self.root / "tlslab", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        *arguments: str,
        program: Path | None = None,
        cwd: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Runs the launcher to its end; a setting that is empty is taken out of the environment."""
        environment = self.environment | dict(settings or {})
        return subprocess.run(
            [program or self.root / "tlslab", *arguments],
            env={name: value for name, value in environment.items() if value},
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def built(self) -> list[Path]:
        """The environments in the cache, finished or not."""
        return [path for path in self.cache.glob("lab-*") if path.is_dir()]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout that has never been started."""
    return Checkout(tmp_path)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout after its first start; tests may not change it."""
    checkout = Checkout(tmp_path_factory.mktemp("started"))
    first = checkout.start("first", "--start")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["arguments"] == ["first", "--start"]
    assert "installing what the lab itself runs on (1 packages, once)" in first.stderr
    return checkout


def test_the_second_start_runs_no_installer_and_needs_no_python_in_path(started: Checkout) -> None:
    python = started.programs / "python3"
    away = python.rename(python.with_suffix(".away"))
    try:
        second = started.start("run", "a b", "")
    finally:
        away.rename(python)
    assert second.stderr == ""
    assert json.loads(second.stdout)["arguments"] == ["run", "a b", ""]


def test_a_start_through_symbolic_links_from_elsewhere_stays_where_the_user_is(
    started: Checkout, tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "relative").symlink_to(os.path.relpath(started.root / "tlslab", tmp_path / "deep"))
    (tmp_path / "absolute").symlink_to(tmp_path / "deep" / "relative")
    said = started.start(program=tmp_path / "absolute", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["cwd"] == str(tmp_path)


def test_a_directory_tlslab_where_the_user_stands_is_not_imported(started: Checkout, tmp_path: Path) -> None:
    (tmp_path / "tlslab").mkdir()
    (tmp_path / "tlslab" / "__init__.py").write_text("raise SystemExit('the wrong lab')")
    said = started.start(cwd=tmp_path)
    assert said.returncode == 0, said.stderr


def test_nothing_is_written_into_the_checkout(started: Checkout) -> None:
    started.start()
    assert not list(started.root.rglob("__pycache__"))
    assert {path.name for path in started.root.iterdir()} == {".python", "tlslab", "lab", "requirements"}


@pytest.mark.parametrize("variable", ["TLSLAB_CACHE", "XDG_CACHE_HOME", "HOME"])
def test_launcher_and_lab_agree_on_the_cache(
    variable: str, started: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {"TLSLAB_CACHE": tmp_path / "own", "XDG_CACHE_HOME": tmp_path / "xdg", "HOME": tmp_path / "home"}
    expected = {
        "TLSLAB_CACHE": tmp_path / "own",
        "XDG_CACHE_HOME": tmp_path / "xdg" / "tlslab",
        "HOME": tmp_path / "home" / ".cache" / "tlslab",
    }[variable]
    expected.parent.mkdir(parents=True, exist_ok=True)
    expected.symlink_to(started.cache)  # so that nothing has to be built
    settings = dict.fromkeys(places, "") | {variable: str(places[variable])}
    said = started.start(settings=settings)
    assert said.returncode == 0, said.stderr
    for name, value in settings.items():
        if value:
            monkeypatch.setenv(name, value)
        else:
            monkeypatch.delenv(name, raising=False)
    assert Path(json.loads(said.stdout)["cache"]) == provision.cache_dir() == expected


def test_without_home_the_sentence_names_the_variable(started: Checkout) -> None:
    said = started.start(settings={"TLSLAB_CACHE": ""})
    assert said.returncode == 3
    assert "TLSLAB_CACHE=" in said.stderr


def test_two_first_starts_at_once_build_one_environment(checkout: Checkout) -> None:
    starts = [checkout.popen(str(number)) for number in range(2)]
    said = [start.communicate(timeout=120) for start in starts]
    assert [start.returncode for start in starts] == [0, 0], said
    assert [json.loads(out)["arguments"] for out, _ in said] == [["0"], ["1"]]
    assert sum("installing what" in err for _, err in said) == 1
    assert len(checkout.built()) == 1


def test_a_killed_first_start_is_repaired_once_its_orphan_has_ended(checkout: Checkout, tmp_path: Path) -> None:
    # A `uv` that stops half-way, tells its parent's process id, and goes on when it is told to.
    reached, go_on = tmp_path / "reached", tmp_path / "go-on"
    os.mkfifo(reached)
    os.mkfifo(go_on)
    checkout.add_program("mkdir", f'exec {shutil.which("mkdir")} "$@"')
    checkout.add_program(
        "uv",
        'for last; do :; done; case $1 in venv) mkdir -p "$last/bin" ;; '
        f'*) echo $PPID >"{reached}"; read -r line <"{go_on}"; exit 1 ;; esac',
    )
    killed = checkout.popen()
    os.kill(int(reached.read_text()), signal.SIGKILL)
    killed.communicate(timeout=60)
    assert killed.returncode != 0
    [half_built] = checkout.built()
    assert not installer.is_ready(half_built)

    (checkout.programs / "uv").unlink()
    again = checkout.popen("again")
    assert again.stderr is not None
    assert "another start is installing; waiting for it." in again.stderr.readline()
    go_on.write_text("now\n")
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert json.loads(out)["arguments"] == ["again"]
    assert installer.is_ready(half_built)


def test_where_uv_fails_venv_and_pip_do_it(checkout: Checkout) -> None:
    checkout.add_program("uv", "echo no index for uv; exit 2")
    said = checkout.start()
    assert said.returncode == 0, said.stderr


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not on PATH; the launcher then uses venv and pip")
def test_uv_builds_the_environment_where_it_is(checkout: Checkout) -> None:
    checkout.add_program("uv", f'exec {shutil.which("uv")} "$@"')
    said = checkout.start()
    assert said.returncode == 0, said.stderr
    assert not list(checkout.built()[0].glob("bin/pip*"))


def test_an_environment_whose_python_is_gone_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(tmp_path / "removed-by-an-upgrade")
    (tmp_path / installer.READY).touch()
    assert not installer.is_ready(tmp_path)
    (tmp_path / "removed-by-an-upgrade").symlink_to(sys.executable)
    assert installer.is_ready(tmp_path)


def test_without_the_package_index_the_sentence_says_what_is_needed_and_nothing_half_built_stays(
    checkout: Checkout,
) -> None:
    said = checkout.start(
        settings={
            "PIP_NO_INDEX": "",
            "PIP_FIND_LINKS": "",
            "PIP_RETRIES": "1",
            "PIP_INDEX_URL": "http://127.0.0.1:1/simple",
        }
    )
    assert said.returncode == 3
    assert "cannot install what the lab itself runs on" in said.stderr
    assert "Connection refused" in said.stderr
    assert "small==1.0" in said.stderr
    assert "Traceback" not in said.stderr
    assert checkout.built() == []


def test_a_package_that_differs_from_the_lock_file_is_refused(checkout: Checkout) -> None:
    lock = checkout.root / "requirements" / "lab.txt"
    lock.write_text(f"small==1.0 --hash=sha256:{'0' * 64}\n")
    said = checkout.start()
    assert said.returncode == 3
    assert "DO NOT MATCH THE HASHES" in said.stderr
    assert checkout.built() == []


def test_a_python_that_is_too_old_is_named_with_its_version(checkout: Checkout) -> None:
    # The interpreter of this test, made to believe that it is an old one.
    checkout.add_program(
        "python3",
        f"""exec {sys.executable} -c '
import sys
sys.version_info, sys.version = (3, 9, 2, "final", 0), "3.9.2 (main)"
exec(sys.argv[2])
' "$@\"""",
    )
    said = checkout.start()
    assert said.returncode == 3
    assert f"Python 3.11 or newer is needed. Found only: {checkout.programs}/python3 (3.9.2)." in said.stderr


def test_without_any_python_the_sentence_says_so(checkout: Checkout) -> None:
    (checkout.programs / "python3").unlink()
    said = checkout.start()
    assert said.returncode == 3
    assert "No python3 was found in PATH" in said.stderr
    assert "apt-get install python3" in said.stderr


def test_a_cache_that_cannot_be_made_is_a_sentence(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = checkout.start(settings={"TLSLAB_CACHE": str(tmp_path / "file" / "cache")})
    assert said.returncode == 3
    assert "cannot write the lab's cache: Not a directory" in said.stderr
    assert "TLSLAB_CACHE=" in said.stderr


def test_an_installation_that_does_not_come_to_its_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "BUILD_TIMEOUT", 0.2)
    log = tmp_path / "log"
    failed = installer.build([["sh", "-c", "echo waiting; exec sleep 1000"]], log, 0, tmp_path, {"PATH": os.defpath})
    assert failed == "sh -c echo waiting; exec sleep 1000 (not done within 0 s)"
    assert "waiting" in log.read_text()


def test_a_python_without_ensurepip_names_the_package_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "can_make_environments", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    lock = tmp_path / "lab.txt"
    lock.write_text("small==1.0\n")
    with pytest.raises(installer.InstallError, match=rf"python3\.{sys.version_info.minor}-venv") as raised:
        installer.ensure(tmp_path / "cache" / "lab", lock, lambda _: None, "the lab")
    assert "--setup" in str(raised.value)


HELD = """
import signal
print(*sorted(number.name for number in signal.pthread_sigmask(signal.SIG_BLOCK, ())))
"""


def test_signals_are_held_back_until_the_lab_can_answer_them(checkout: Checkout) -> None:
    """Where env can do that; elsewhere the lab starts all the same, as the other tests show."""
    held = subprocess.run(["env", "--block-signal=INT", "true"], capture_output=True, check=False, timeout=60)
    if held.returncode:
        pytest.skip("the env of this machine cannot hold signals back (GNU coreutils 8.31 can)")
    checkout.add_program("env", f'exec {shutil.which("env")} "$@"')
    (checkout.root / "lab" / "__main__.py").write_text(HELD)
    assert checkout.start().stdout == "SIGHUP SIGINT SIGQUIT SIGTERM\n"


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["run", "--setup"], True),
        (["setup"], True),
        (["--no-color", "setup", "--yes"], True),
        (["run"], False),
        (["show", "setup"], False),
        (["test", "--", "--setup"], False),
        ([], False),
    ],
)
def test_setup_is_recognised_before_the_real_parser_exists(arguments: list[str], wanted: bool) -> None:
    assert first_start.wants_setup(arguments) is wanted


@pytest.mark.parametrize(
    ("arguments", "clients"),
    [
        (["setup", "--client", "curl"], ("curl",)),
        (["run", "--setup", "--client=curl, tedious@latest", "--client", "wget"], ("curl", "tedious@latest", "wget")),
        (["test", "--setup", "--lab-client=curl"], ("curl",)),
        (["run", "--setup"], ()),
    ],
)
def test_the_clients_that_are_wanted_are_known_before_the_real_parser_exists(
    arguments: list[str], clients: tuple[str, ...]
) -> None:
    assert first_start.wanted_clients(arguments) == clients


def test_settings_that_aim_pip_elsewhere_are_left_out_and_where_packages_come_from_stays(
    tmp_path: Path,
) -> None:
    outer = {
        "PIP_TARGET": "/x",
        "PIP_USER": "1",
        "PYTHONPATH": "/x",
        "PIP_CERT": "/ca",
        "PIP_CACHE_DIR": "/mine",
    }
    inner = installer.installer_environment(outer, tmp_path)
    assert not {"PIP_TARGET", "PIP_USER", "PYTHONPATH"} & inner.keys()
    assert inner["PIP_CERT"] == "/ca"
    assert inner["PIP_CACHE_DIR"] == "/mine"
    assert inner["UV_CACHE_DIR"] == str(tmp_path / "uv")


@pytest.mark.parametrize("name", ["lab", "clients"])
def test_every_package_of_a_lock_file_has_version_and_hash_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    requirements = text.replace("\\\n", " ").splitlines()
    pinned = [line for line in requirements if line and not line.lstrip().startswith("#")]
    assert len(pinned) > 20
    assert [line for line in pinned if "==" not in line or "--hash=sha256:" not in line] == []
    assert "://" not in text


def test_the_node_lock_file_has_integrity_and_no_address_to_fetch_from() -> None:
    packages = json.loads((ROOT / "npm" / "package-lock.json").read_text())["packages"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert fetched["node_modules/tedious"]["version"].startswith("19.")
    assert [name for name, entry in fetched.items() if not entry["integrity"].startswith("sha512-")] == []
    assert [name for name, entry in fetched.items() if "resolved" in entry] == []
