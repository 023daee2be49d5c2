"""Parts: the lock's format, and what is kept of a package. npm and pip are scripts here."""

import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from tlslab.setup import all_needs, parts, system
from tlslab.setup.installer import InstallError
from tlslab.setup.parts import LockedPart

LISTED: dict[str, dict[str, dict[str, object]]] = {
    "targets": {
        ".NETCoreApp,Version=v9.0": {},
        ".NETCoreApp,Version=v9.0/linux-x64": {
            "azmcp/1.0": {"runtime": {"azmcp.dll": {}}},
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/9.0.7": {
                "runtime": {"System.Net.dll": {}},
                "native": {"libhostfxr.so": {}, "libcoreclr.so": {}},
            },
        },
    }
}
OF_THE_PROGRAM = {
    "package/dist/azmcp.deps.json": json.dumps(LISTED).encode(),
    "package/dist/azmcp.dll": b"the program",
    "package/dist/System.Net.dll": b"a library",
    "package/dist/libhostfxr.so": b"the host",
    "package/dist/libcoreclr.so": b"the runtime",
}


def tarball(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


def wheel(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


@pytest.fixture
def registries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with an npm and a pip that bring the one file which stands beside them."""
    for program in ("npm", "pip"):
        (tmp_path / program).write_text(
            '#!/bin/sh\necho "$@" >> "$(dirname "$0")/asked"\ncp "$(dirname "$0")"/tiny-* .\n'
        )
        (tmp_path / program).chmod(0o755)
    monkeypatch.setattr(system, "ADMIN_DIRECTORIES", ())
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path


def served(registries: Path, name: str, content: bytes, registry: str, file: str = "") -> LockedPart:
    (registries / name).write_bytes(content)
    return LockedPart("tiny", "9.0.7", registry, "tiny-package@1", hashlib.sha256(content).hexdigest(), file)


def ensure(part: LockedPart, registries: Path) -> None:
    parts.ensure([part], print, lambda: [str(registries / "pip")])


def test_a_lock_names_the_package_its_checksum_and_what_is_kept() -> None:
    line = f"tiny:1.2 npm:@scope/package@3 --hash=sha256:{'0' * 64} package/lib/tiny.dll"
    assert parts.read_lock(f"# a comment\n\n{line}\n") == (
        LockedPart("tiny", "1.2", "npm", "@scope/package@3", "0" * 64, "package/lib/tiny.dll"),
    )
    with pytest.raises(ValueError, match="no line of a lock of parts"):
        parts.read_lock("tiny:1.2 npm:package@3")


def test_the_lock_of_the_project_names_what_adapters_need() -> None:
    assert {part.name for part in parts.known()} == {need.name for need in all_needs.parts()}


def test_the_first_line_of_a_name_is_what_is_played() -> None:
    assert parts.pinned("sqlclient").version == parts.versions("sqlclient")[0]
    with pytest.raises(KeyError):
        parts.pinned("sqlclient", "0.1")


def test_of_a_tarball_the_one_file_is_kept(registries: Path) -> None:
    part = served(
        registries, "tiny-1.tgz", tarball({"package/a.dll": b"this", "package/b.dll": b"that"}), "npm", "package/a.dll"
    )
    ensure(part, registries)
    assert part.path.read_bytes() == b"this"
    assert [path.name for path in part.home.iterdir()] == ["a.dll"]
    ensure(part, registries)
    assert (registries / "asked").read_text().splitlines() == ["pack --silent --ignore-scripts tiny-package@1"]


def test_of_a_wheel_too_whatever_machine_it_is_for(registries: Path) -> None:
    part = served(registries, "tiny-1.whl", wheel({"tiny/a.dll": b"this"}), "pypi", "tiny/a.dll")
    ensure(part, registries)
    assert part.path.read_bytes() == b"this"
    assert "--platform manylinux1_x86_64" in (registries / "asked").read_text()


def test_the_runtime_of_a_program_is_laid_out_as_an_installed_one(registries: Path) -> None:
    part = served(registries, "tiny-1.tgz", tarball(OF_THE_PROGRAM), "npm")
    ensure(part, registries)
    found = {str(path.relative_to(part.home)) for path in part.home.rglob("*") if path.is_file()}
    assert found == {
        "host/fxr/9.0.7/libhostfxr.so",
        *(
            f"shared/Microsoft.NETCore.App/9.0.7/{name}"
            for name in ("System.Net.dll", "libcoreclr.so", "Microsoft.NETCore.App.deps.json")
        ),
    }


def test_another_file_than_the_locks_is_refused_and_nothing_stays(registries: Path) -> None:
    part = served(registries, "tiny-1.tgz", tarball(OF_THE_PROGRAM), "npm")
    (registries / "tiny-1.tgz").write_bytes(b"another")
    with pytest.raises(InstallError, match="not the file that its lock names"):
        ensure(part, registries)
    assert not part.path.exists()
    assert [path.suffix for path in (registries / "cache" / "parts").iterdir()] == [".lock"]


def test_what_a_registry_does_not_bring_is_told_with_the_command(registries: Path) -> None:
    (registries / "npm").write_text("#!/bin/sh\necho npm error 404\nexit 1\n")
    with pytest.raises(InstallError, match=r"cannot fetch tiny-package@1 \(.*pack.*\): npm error 404"):
        ensure(LockedPart("tiny", "1", "npm", "tiny-package@1", "0" * 64, "a"), registries)


def test_without_npm_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(system, "ADMIN_DIRECTORIES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(InstallError, match="npm"):
        ensure(LockedPart("tiny", "1", "npm", "tiny-package@1", "0" * 64, "a"), tmp_path)
