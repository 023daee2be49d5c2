"""The volumes of servers: filled before anything starts."""

from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

import docker
from tlslab.stages.docker import cleanup
from tlslab.stages.docker.container import ContainerSpec, Directory, File
from tlslab.stages.docker.owner_labels import RUN, labels, new_run, this_process
from tlslab.stages.docker.volumes import Volume, contents, fill
from tlslab.stages.stage import StageError

HOME = PurePosixPath("/srv/home")


def volume(name: str) -> Volume:
    files: dict[str, File | Directory] = {
        f"{HOME}/certs": Directory(0o700, 10001),
        f"{HOME}/certs/key.pem": File(f"key of {name}", 0o400, 10001),
    }
    return Volume(name, HOME, Directory(0o770, 10001), files)


@pytest.fixture
def spec(daemon: docker.DockerClient) -> Iterator[ContainerSpec]:
    """A container of a run of this test's own."""
    run = new_run()
    try:
        yield ContainerSpec("debian:bookworm-slim", f"tlslab-{run}-filler", labels(run, this_process()))
    finally:
        cleanup.remove_run(daemon, run)


def test_each_volume_has_its_files_below_its_own_directory() -> None:
    assert contents([volume("one"), volume("two")]) == {
        "/volumes/one": Directory(0o770, 10001),
        "/volumes/one/certs": Directory(0o700, 10001),
        "/volumes/one/certs/key.pem": File("key of one", 0o400, 10001),
        "/volumes/two": Directory(0o770, 10001),
        "/volumes/two/certs": Directory(0o700, 10001),
        "/volumes/two/certs/key.pem": File("key of two", 0o400, 10001),
    }


def test_a_server_finds_its_files_with_owners_and_modes_and_the_run_leaves_no_volume(
    daemon: docker.DockerClient, lab_images: tuple[str, ...], spec: ContainerSpec
) -> None:
    names = [spec.name.replace("filler", part) for part in ("one", "two")]
    fill(daemon, spec, [volume(name) for name in names])
    script = f"stat -c '%n %a %u' {HOME} {HOME}/certs {HOME}/certs/key.pem; cat {HOME}/certs/key.pem; echo"
    said = [
        daemon.containers.run(
            spec.image, ["sh", "-c", script], volumes={name: {"bind": str(HOME)}}, network_mode="none", remove=True
        ).decode()
        for name in names
    ]
    assert said == [
        f"{HOME} 770 10001\n{HOME}/certs 700 10001\n{HOME}/certs/key.pem 400 10001\nkey of {name}\n" for name in names
    ]
    run = spec.labels[RUN]
    assert not daemon.containers.list(all=True, filters={"label": f"{RUN}={run}"}), "the container that filled them"
    cleanup.remove_run(daemon, run)
    assert not daemon.volumes.list(filters={"label": f"{RUN}={run}"})


def test_what_the_daemon_says_is_told(daemon: docker.DockerClient, spec: ContainerSpec) -> None:
    with pytest.raises(StageError, match=r"the volumes of the servers cannot be filled: .*invalid"):
        fill(daemon, spec, [volume("no / name")])
