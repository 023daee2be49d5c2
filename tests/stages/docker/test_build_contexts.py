"""What is fetched for the images."""

from pathlib import Path

import pytest

from tlslab import LOCKS
from tlslab.stages.docker import build_contexts
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
