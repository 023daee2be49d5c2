"""What is fetched for the images."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tlslab
from tlslab import LOCKS
from tlslab.setup import all_needs, build
from tlslab.setup.installer import InstallError
from tlslab.setup.needs import Built, Need, Packages, Program
from tlslab.stages.docker import build_contexts, client_images
from tlslab.stages.docker.distributions import DEFAULT, DISTRIBUTIONS
from tlslab.stages.docker.image_building import Recipe, failure

LOCK = """\
one==1 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via two
two==2 ; python_version > '3' \\
    --hash=sha256:cc
"""


def test_pins_keep_their_hashes_and_lose_their_remarks() -> None:
    assert build_contexts.requirements(LOCK, ()) == [
        "one==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb",
        "two==2 ; python_version > '3' \\\n    --hash=sha256:cc",
    ]
    assert [pin.partition("==")[0] for pin in build_contexts.requirements(LOCK, ("two",))] == ["two"]


def test_what_the_endpoint_needs_is_in_the_labs_lock_file() -> None:
    lock = (LOCKS / "requirements" / "lab.txt").read_text()
    found = build_contexts.requirements(lock, build_contexts.ENDPOINT_PACKAGES)
    assert {pin.partition("==")[0] for pin in found} == set(build_contexts.ENDPOINT_PACKAGES)


@pytest.mark.parametrize("name", build_contexts.ENDPOINT_SOURCES)
def test_the_sources_of_the_endpoint_are_there(name: str) -> None:
    assert (Path(build_contexts.__file__).parents[2] / name).exists()


def test_an_image_is_another_when_its_recipe_or_its_base_is(tmp_path: Path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM x\n")
    recipe = Recipe("thing", dockerfile, "x")
    tags = {recipe.tag("one"), recipe.tag("two"), Recipe("thing", dockerfile, "x", key="k").tag("one")}
    dockerfile.write_text("FROM y\n")
    assert len(tags | {recipe.tag("one")}) == 4
    assert all(tag.startswith("tlslab/thing:") for tag in tags)


def test_a_full_disk_is_named_with_what_makes_room() -> None:
    said = failure("x", "write /y: no space left on device", ["Step 1", "Step 2"])
    assert "docker system prune" in said
    assert "Step 2" in said


# --- programs that the lab builds

HERE = ("Linux", "x86_64")


def of_go(name: str, static: bool = True) -> Built:
    return Built(name, (), Program("go", Packages(apt="golang-go")), ("version",), ("{compiler}",), static=static)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is built here for clients that need `static` and `linked`."""
    needs: dict[str, tuple[Need, ...]] = {
        "one": (of_go("static"),),
        "two": (of_go("linked", static=False),),
        "three": (),
    }
    built: list[str] = []

    def ensure(need: Built, _: object) -> Path:
        built.append(need.name)
        return Path("/cache/built") / need.name

    monkeypatch.setattr(all_needs, "of_clients", lambda: needs)
    monkeypatch.setattr(build, "ensure", ensure)
    monkeypatch.setattr(build_contexts.platform, "system", lambda: HERE[0])  # type: ignore[attr-defined]
    monkeypatch.setattr(build_contexts.platform, "machine", lambda: HERE[1])  # type: ignore[attr-defined]
    return built


def test_an_image_holds_the_programs_that_need_nothing_of_a_system(made: list[str]) -> None:
    programs, without = build_contexts.programs_and_jars(DISTRIBUTIONS[DEFAULT], "x86_64", print)
    assert programs == {"programs/static": Path("/cache/built/static")}
    assert (without, made) == ({}, ["static"])
    assert "static" in client_images.wanted()["programs"]


def test_a_program_for_another_machine_is_not_put_into_an_image(made: list[str]) -> None:
    programs, without = build_contexts.programs_and_jars(DISTRIBUTIONS[DEFAULT], "aarch64", print)
    assert (programs, made) == ({}, [])
    assert without == {"one": "static is built on this machine (Linux x86_64), and the image is for Linux aarch64"}


def test_an_image_goes_without_a_program_that_cannot_be_built(made: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(need: Built, _: object) -> Path:
        raise InstallError(f"{need.name} is built with go,\nwhich is not installed.")

    monkeypatch.setattr(build, "ensure", fails)
    programs, without = build_contexts.programs_and_jars(DISTRIBUTIONS[DEFAULT], "x86_64", print)
    assert (programs, without) == ({}, {"one": "static is built with go, which is not installed."})


def test_the_endpoints_image_holds_what_its_programs_import(tmp_path: Path) -> None:
    package = Path(tlslab.__file__).resolve().parent
    for name in build_contexts.ENDPOINT_SOURCES:
        source, target = package / name, tmp_path / "tlslab" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    imports = "import tlslab.stages.docker.pod_agent, tlslab.servers.mssql_image"
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {imports}"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, timeout=60, check=False, env={}
    )
    assert done.returncode == 0, done.stderr
