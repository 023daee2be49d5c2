"""Programs that the lab builds: once for each source and compiler, whole or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest

from tlslab.runtime import child
from tlslab.setup import all_needs, build, system
from tlslab.setup.installer import InstallError
from tlslab.setup.needs import Built, Packages, Program
from tlslab.stages import machine

COMPILER = """\
[ "$1" = version ] && { echo "shc $(cat "$0.version")"; exit 0; }
echo "$LEVEL $HOME_OF_IT" >> "$0.calls"
[ ! -e "$0.broken" ] || { echo "main.sh:1: syntax error"; exit 2; }
[ ! -e "$0.hangs" ] || exec sleep 1000
{ echo "#!/bin/sh"; cat main.sh; } > "$2"
[ -e "$0.silent" ] || chmod +x "$2"
"""


class Workshop:
    """A compiler of shell scripts, a source, and an empty cache."""

    def __init__(self, directory: Path) -> None:
        self.programs = directory / "programs"
        self.cache = directory / "cache"
        self.source = directory / "main.sh"
        self.programs.mkdir()
        self.compiler = self.programs / "shc"
        self.compiler.write_text(f"#!/bin/sh\n{COMPILER}")
        self.compiler.chmod(0o755)
        self.beside("version").write_text("1.0")
        self.source.write_text("echo hello\n")
        self.said: list[str] = []
        self.need = Built(
            "hello",
            (self.source,),
            Program("shc", Packages(apt="shell-compiler")),
            ("version",),
            ("{compiler}", "compile", "{program}"),
            env=(("LEVEL", "3"), ("HOME_OF_IT", "{home}")),
        )

    def beside(self, what: str) -> Path:
        return self.programs / f"shc.{what}"

    def build(self) -> Path:
        return build.ensure(self.need, self.said.append)

    @property
    def calls(self) -> list[str]:
        return self.beside("calls").read_text().splitlines() if self.beside("calls").exists() else []

    @property
    def left(self) -> list[str]:
        """The directories in which something is, or was, built."""
        return [path.name for path in (self.cache / "built").glob("*") if path.is_dir()]


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop(tmp_path)
    monkeypatch.setenv("TLSLAB_CACHE", str(made.cache))
    monkeypatch.setenv("PATH", f"{made.programs}:/usr/bin:/bin")
    return made


def test_a_program_is_built_once_and_says_so(workshop: Workshop) -> None:
    assert build.find(workshop.need) is None
    program = workshop.build()
    assert program.read_text().endswith("echo hello\n")
    assert build.find(workshop.need) == program == workshop.build()
    assert workshop.calls == [f"3 {workshop.cache}/downloads/shc"]
    assert workshop.said == [f"building hello with shc 1.0 (once) into {program.parent}"]


def test_another_source_builds_another_program_and_the_first_is_still_there(workshop: Workshop) -> None:
    first = workshop.build()
    workshop.source.write_text("echo goodbye\n")
    assert build.find(workshop.need) is None
    assert workshop.build() != first
    workshop.source.write_text("echo hello\n")
    assert build.find(workshop.need) == first


def test_another_version_of_the_compiler_builds_another_program(workshop: Workshop) -> None:
    first = workshop.build()
    workshop.compiler.write_text(f"#!/bin/sh\n# version 2.0\n{COMPILER}")
    assert build.find(workshop.need) is None
    assert workshop.build() != first


def test_a_failed_build_leaves_nothing_and_says_the_last_words(workshop: Workshop) -> None:
    workshop.beside("broken").touch()
    with pytest.raises(InstallError, match=r"exit status 2\)\n  \| main.sh:1: syntax error"):
        workshop.build()
    assert workshop.left == []
    workshop.beside("broken").unlink()
    assert workshop.build().exists()


def test_a_compiler_that_makes_no_program_has_failed(workshop: Workshop) -> None:
    workshop.beside("silent").touch()
    with pytest.raises(InstallError, match="it made no program hello"):
        workshop.build()
    assert workshop.left == []


def test_a_compiler_that_hangs_is_ended(workshop: Workshop) -> None:
    workshop.beside("hangs").touch()
    with pytest.raises(InstallError, match="shc was not done within 0 s"):
        build.ensure(replace(workshop.need, timeout=0.3), workshop.said.append)
    assert workshop.left == []


def test_what_a_killed_build_left_is_removed(workshop: Workshop) -> None:
    program = workshop.build()
    abandoned = program.parent.with_name(f"{program.parent.name}.new-abc")
    program.unlink()
    abandoned.mkdir()
    workshop.build()
    assert workshop.left == [program.parent.name]


def test_without_the_compiler_the_command_that_brings_it_is_said(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.compiler.unlink()
    monkeypatch.setattr(system, "has_apt", lambda: True)
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)  # type: ignore[attr-defined]
    with pytest.raises(InstallError, match=r"Get it: apt-get install .* shell-compiler"):
        workshop.build()
    assert build.find(workshop.need) is None


def test_a_cache_that_cannot_be_written_is_a_sentence(workshop: Workshop) -> None:
    workshop.cache.write_text("not a directory")
    with pytest.raises(InstallError, match=r"hello cannot be built: .*cache"):
        workshop.build()


def test_the_machine_offers_what_was_built(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_needs, "built", lambda: (workshop.need,))
    assert "hello" not in machine.local_machine().which
    program = workshop.build()
    assert machine.local_machine().which["hello"] == str(program)


def test_a_c_program_is_built_with_the_machines_own_compiler(workshop: Workshop, tmp_path: Path) -> None:
    if system.find_program("cc") is None:
        pytest.skip("there is no C compiler here: apt-get install gcc")
    source = tmp_path / "answer.c"
    source.write_text("int main(void) { return 42; }\n")
    cc = Program("cc", Packages(apt="gcc libc6-dev"))
    need = Built("answer", (source,), cc, ("--version",), ("{compiler}", "-o", "{program}", "answer.c"))
    program = build.ensure(need, workshop.said.append)
    assert child.run([str(program)], timeout=60).returncode == 42
