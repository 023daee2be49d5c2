"""What the machine lacks, the commands that bring it, and installing as root: against stand-ins for apt."""

import os
import subprocess
from pathlib import Path

import pytest

from tlslab.setup import all_needs, system
from tlslab.setup.needs import NODE, Library, Packages, Program

NGINX = next(need for need in all_needs.system() if need.name == "nginx")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty PATH and no libraries; returns its directory of programs."""
    programs = tmp_path / "bin"
    libraries = tmp_path / "lib"
    programs.mkdir()
    libraries.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(system, "ADMIN_DIRECTORIES", (str(tmp_path / "sbin"),))
    monkeypatch.setattr(system, "library_directories", lambda: [libraries])
    monkeypatch.delenv("CI", raising=False)
    return programs


def add_program(directory: Path, name: str, text: str = "exit 0") -> None:
    directory.mkdir(exist_ok=True)
    (directory / name).write_text(f"#!/bin/sh\n{text}\n")
    (directory / name).chmod(0o755)


def echo(_: str) -> None:
    pass


def forbidden(question: str) -> bool:
    raise AssertionError(f"asked: {question}")


def test_a_bare_machine_lacks_everything(bare: Path) -> None:
    needs = all_needs.system()
    assert system.missing(needs) == list(needs)
    assert {"nginx", "openssl", "curl", "freetds-bin", "npm"} <= set(system.packages(system.missing(needs)))


def test_packages_that_bring_several_things_are_named_once() -> None:
    brings_both = Packages(apt="util-linux")
    assert system.packages([Program("unshare", brings_both), Program("nsenter", brings_both), NODE]) == [
        "util-linux",
        "nodejs",
    ]


def test_a_daemon_is_found_where_ordinary_users_do_not_look(bare: Path) -> None:
    add_program(bare.parent / "sbin", "nginx")
    assert system.find(NGINX) == bare.parent / "sbin" / "nginx"
    assert system.missing([NGINX]) == []


def test_a_library_is_found_by_each_of_its_names(bare: Path) -> None:
    driver = Library("tdsodbc", ("libtdsodbc.so", "libtdsodbc.so.0"), Packages(apt="tdsodbc"), "FreeTDS' driver")
    assert system.missing([driver]) == [driver]
    (bare.parent / "lib" / "libtdsodbc.so.0").touch()
    assert system.missing([driver]) == []


def test_a_library_may_have_any_version_where_the_need_says_so(bare: Path) -> None:
    (bare.parent / "lib" / "libnss_wrapper.so").touch()
    assert "nss-wrapper" not in {need.name for need in system.missing(all_needs.system())}


def test_linux_things_are_not_missed_elsewhere(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.sys, "platform", "darwin")  # type: ignore[attr-defined]
    names = {each.name for each in system.missing(all_needs.system())}
    assert "nginx" in names
    assert not names & {"unshare", "nsenter", "nss-wrapper", "libltdl.so.7"}


@pytest.mark.parametrize(
    ("user", "sudo", "command"),
    [
        (0, False, "apt-get install -y --no-install-recommends nginx"),
        (1000, True, "sudo apt-get install -y --no-install-recommends nginx"),
        (1000, False, "su -c 'apt-get install -y --no-install-recommends nginx'"),
    ],
)
def test_how_to_get_is_the_command_that_this_user_can_type(
    user: int, sudo: bool, command: str, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_program(bare, "apt-get")
    if sudo:
        add_program(bare, "sudo")
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert system.how_to_get(NGINX) == command


def test_without_apt_the_packages_are_named(bare: Path) -> None:
    assert system.how_to_get(NGINX) == "with this system's package manager: what Debian calls nginx"
    with pytest.raises(system.SetupError, match="what Debian calls: nginx curl"):
        system.install(["nginx", "curl"], yes=True, ask=forbidden, echo=echo)


def test_an_ordinary_user_without_sudo_gets_the_command_and_is_not_asked(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_program(bare, "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(system.SetupError, match="su -c 'apt-get install"):
        system.install(["nginx"], yes=True, ask=forbidden, echo=echo)


@pytest.mark.parametrize("user", [0, 1000])
def test_nothing_runs_when_the_user_says_no(user: int, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("apt-get", "sudo", "sh"):
        add_program(bare, name, f'/bin/touch "{bare.parent}/{name}-ran"')
    monkeypatch.setattr(os, "geteuid", lambda: user)
    said: list[str] = []
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    with pytest.raises(system.SetupError, match="not installed"):
        system.install(["nginx", "curl"], yes=False, ask=no, echo=said.append)
    assert said == ["setup will install these system packages: nginx curl"]
    assert asked == [f"Install them now ({'as root' if user == 0 else 'with sudo'})?"]
    assert not list(bare.parent.glob("*-ran"))


@pytest.mark.parametrize(
    ("yes", "ci", "agreed"),
    [
        (True, "", True),
        (False, "true", True),
        (False, "1", True),
        (False, "false", False),
        (False, "", False),
    ],
)
def test_yes_and_ci_answer_the_question(yes: bool, ci: str, agreed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", ci)
    assert system.agreed_beforehand(yes) is agreed


def test_without_a_terminal_nobody_agrees(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "input").write_text("y\n")
    with (tmp_path / "input").open() as not_a_terminal:
        monkeypatch.setattr(system.sys, "stdin", not_a_terminal)  # type: ignore[attr-defined]
        assert not system.ask_on_terminal("Install?")
    assert "--yes or CI=true" in capsys.readouterr().err


class Root:
    """The installation as root against a stand-in for apt, with a directory in the place of /usr/sbin."""

    def __init__(self, directory: Path) -> None:
        self.sbin = directory / "sbin"
        self.programs = directory / "programs"
        self.calls = directory / "calls"
        self.policy = self.sbin / "policy-rc.d"
        self.sbin.mkdir()
        self.calls.touch()
        # Knows the packages nginx and curl once its lists were updated; notes what policy-rc.d says while it
        # installs.
        add_program(
            self.programs,
            "apt-get",
            f"""echo "apt-get $*" >>"{self.calls}"
case "$*" in
    *update*) touch "{directory}/updated" ;;
    *" -s "*) [ -e "{directory}/updated" ] || exit 100 ;;
    *) "{self.policy}"; echo "policy says $?" >>"{self.calls}"; [ ! -e "{directory}/broken" ] || exit 7 ;;
esac""",
        )
        add_program(
            self.programs,
            "apt-cache",
            f'[ -e "{directory}/updated" ] && case $2 in nginx|curl) exit 0 ;; esac; exit 100',
        )

    def install(self, *names: str) -> subprocess.CompletedProcess[str]:
        """Runs the script that `system.install` runs as root."""
        script = system.INSTALL_AS_ROOT.replace("/usr/sbin", str(self.sbin))
        return subprocess.run(
            ["sh", "-c", script, "tlslab-setup", *names],
            env={"PATH": f"{self.programs}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def as_root(tmp_path: Path) -> Root:
    if not any(Path(directory, "flock").exists() for directory in ("/usr/bin", "/bin")):
        pytest.skip("there is no flock: this script runs only on systems with apt, which have it")
    return Root(tmp_path)


def test_services_do_not_start_while_packages_are_installed_and_the_switch_is_gone_afterwards(
    as_root: Root,
) -> None:
    done = as_root.install("nginx", "curl")
    assert done.returncode == 0, done.stderr
    assert "policy says 101" in as_root.calls.read_text()
    assert not as_root.policy.exists()


def test_package_lists_are_updated_only_when_they_do_not_know_the_packages(as_root: Root) -> None:
    as_root.install("nginx")
    assert as_root.calls.read_text().count("update") == 1
    as_root.install("nginx")
    assert as_root.calls.read_text().count("update") == 1


def test_an_administrators_own_switch_stays(as_root: Root) -> None:
    own = "#!/bin/sh\nexit 104\n"
    as_root.policy.write_text(own)
    as_root.policy.chmod(0o755)
    assert as_root.install("nginx").returncode == 0
    assert "policy says 104" in as_root.calls.read_text()
    assert as_root.policy.read_text() == own


def test_the_switch_that_a_killed_setup_left_behind_is_removed(as_root: Root) -> None:
    as_root.policy.write_text("#!/bin/sh\n# made by tlslab setup, removed when it ends\nexit 101\n")
    assert as_root.install("nginx").returncode == 0
    assert not as_root.policy.exists()


def test_a_package_that_the_system_does_not_have_is_named_and_the_rest_is_installed(as_root: Root) -> None:
    done = as_root.install("nginx", "tdsodbc")
    assert done.returncode == 0
    assert "not available from this system's package sources: tdsodbc" in done.stdout
    assert "install nginx\n" in as_root.calls.read_text()


def test_a_failed_installation_keeps_apts_exit_status_and_removes_the_switch(as_root: Root, tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    assert as_root.install("nginx").returncode == 7
    assert not as_root.policy.exists()
