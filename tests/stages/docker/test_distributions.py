"""The distributions: complete, consistent with what is beside them, and told of a CA as their documents say."""

import re
import shlex
from pathlib import Path

import pytest

from tlslab import LOCKS
from tlslab.catalogue import load
from tlslab.clients import all_clients
from tlslab.matrix.choice import DISTRIBUTIONS as NAMES_OFFERED
from tlslab.matrix.choice import Choice
from tlslab.setup import all_needs, provision
from tlslab.setup.needs import Library, Program, from_pypi
from tlslab.stages.docker import build_contexts
from tlslab.stages.docker.build_contexts import DRIVER
from tlslab.stages.docker.distributions import APT, DEFAULT, DISTRIBUTIONS, DNF, ZYPPER, Distribution, Family
from tlslab.stages.trust_procedure import Way

ALL = [pytest.param(item, id=item.name) for item in DISTRIBUTIONS.values()]
FAMILIES = [pytest.param(item, id=item.name) for item in (APT, DNF, ZYPPER)]
WAYS = [pytest.param(way, id=f"{family.name}-{way.name}") for family in (APT, DNF, ZYPPER) for way in family.ways]

DOCUMENTED = {
    # Microsoft, Encrypt connections to SQL Server on Linux, "Register the certificate on your client machine".
    "dpkg-reconfigure": ("/usr/share/ca-certificates/", "dpkg-reconfigure -f teletype ca-certificates"),
    "update-ca-trust": ("/etc/pki/ca-trust/source/anchors/", "update-ca-trust"),
    ("zypper", "update-ca-certificates"): ("/usr/share/pki/trust/anchors/", "update-ca-certificates"),
    # update-ca-certificates(8) of Debian and of Ubuntu.
    ("apt", "update-ca-certificates"): ("/usr/local/share/ca-certificates/", "update-ca-certificates"),
}
"""Directory and command, as the documents have them."""


def dockerfile(family: Family) -> Path:
    return LOCKS / "docker" / "client" / family.dockerfile


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile without heredocs (Dockerfile reference, "Format")."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    whole = re.sub(r"\\\n\s*", " ", lines)
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in whole.splitlines() if line.strip())]


def test_the_command_line_offers_all_of_them_and_takes_the_first() -> None:
    assert tuple(NAMES_OFFERED) == tuple(DISTRIBUTIONS)
    assert Choice().distributions == (DEFAULT,) == ("bookworm",)


@pytest.mark.parametrize("item", ALL)
def test_names_fit_into_ids_images_and_containers(item: Distribution) -> None:
    assert DISTRIBUTIONS[item.name] is item
    # Docker: repository names and container names; and a cell's id knows only slashes and one colon.
    assert re.fullmatch(r"[a-z0-9]+(?:[.-][a-z0-9]+)*", item.name)


@pytest.mark.parametrize("item", ALL)
def test_what_it_refers_to_is_there(item: Distribution) -> None:
    assert (LOCKS / "requirements" / item.lock).is_file()
    assert dockerfile(item.family).is_file()
    assert item.family.driver in provision.DRIVER_FAMILIES.values()
    assert set(item.absent) <= {client.name for client in all_clients()}
    assert all(item.absent.values())


@pytest.mark.parametrize("item", ALL)
def test_its_lock_file_has_every_python_client_that_it_does_not_call_absent(item: Distribution) -> None:
    lock = (LOCKS / "requirements" / item.lock).read_text()
    pins = {pin.partition("==")[0] for pin in build_contexts.requirements(lock, ())}
    for client, needs in all_needs.of_clients().items():
        assert client in item.absent or from_pypi(needs) - {DRIVER} <= pins, client


@pytest.mark.parametrize("item", ALL)
def test_node_is_installed_unless_its_clients_are_absent(item: Distribution) -> None:
    of_node = {"axios", "tedious", "undici", "node-https", "node-fetch"}
    absent = of_node & set(item.absent)
    assert absent in (set(), of_node)
    node = item.renamed.get("nodejs", "nodejs")
    assert (node in build_contexts.packages(item)) == (not absent)
    assert build_contexts.clients_of_node(item) == (() if absent else ("axios", "tedious", "undici"))


@pytest.mark.parametrize("item", ALL)
def test_what_a_client_needs_of_the_system_has_a_package_or_it_is_absent(item: Distribution) -> None:
    """Every program and library: a client whose need no package brings could never run there."""
    for client, needs in all_needs.of_clients().items():
        for need in needs:
            if isinstance(need, Program | Library):
                assert need.packages.of(item.family.name) or client in item.absent, (client, need.name)


@pytest.mark.parametrize("item", ALL)
def test_what_nobody_needs_is_not_installed(item: Distribution) -> None:
    installed = set(build_contexts.packages(item))
    assert set(item.family.packages) <= installed
    if "tsql" in item.absent:
        assert not installed & {"freetds", "freetds-bin"}


def test_an_image_has_what_its_clients_need() -> None:
    """packages.debian.org, and the package indexes of Rocky Linux and openSUSE."""
    debian = {"python3", "ca-certificates", "openssl", "curl", "wget", "unixodbc", "libgssapi-krb5-2", "libltdl7"}
    assert set(build_contexts.packages(DISTRIBUTIONS["bookworm"])) >= debian | {"freetds-bin", "tdsodbc", "nodejs"}
    assert {"curl-minimal", "unixODBC", "krb5-libs", "freetds-libs"} <= set(
        build_contexts.packages(DISTRIBUTIONS["rocky-9"])
    )
    assert {"krb5", "libodbc2", "nodejs20"} <= set(build_contexts.packages(DISTRIBUTIONS["leap-15.6"]))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_dockerfile_is_well_formed_and_takes_what_the_recipe_gives(family: Family) -> None:
    found = instructions(dockerfile(family).read_text())
    assert {word for word, _ in found} <= {"ARG", "FROM", "RUN", "COPY", "CMD", "ENV"}
    assert [word for word, _ in found[:2]] == ["ARG", "FROM"]
    assert found[1][1] == "${BASE}"
    bases = {item.base for item in DISTRIBUTIONS.values() if item.family is family}
    assert found[0][1].removeprefix("BASE=") in bases
    declared = {rest.partition("=")[0] for word, rest in found if word == "ARG"}
    given = {"BASE", "PACKAGES", "PYTHON"} | ({"MODULES"} if family is DNF else set())
    assert declared == given
    # Arguments before FROM are not known behind it, so each is declared before it is used there.
    known: set[str] = set()
    for word, rest in found[2:]:
        if word == "ARG":
            known.add(rest.partition("=")[0])
        assert set(re.findall(r"\$\{(\w+)\}", rest)) <= known


def test_what_follows_the_packages_is_the_same_in_every_dockerfile() -> None:
    ends = {dockerfile(family).read_text().partition("# What follows")[2] for family in (APT, DNF, ZYPPER)}
    assert len(ends) == 1
    assert "agent.py" in ends.pop()


@pytest.mark.parametrize("way", WAYS)
def test_a_way_is_the_documents(way: Way) -> None:
    family = next(item for item in (APT, DNF, ZYPPER) if way in item.ways)
    directory, command = DOCUMENTED.get(way.name) or DOCUMENTED[family.name, way.name]
    copy, *then = way.commands
    program, source, target = shlex.split(copy)
    assert (program, source) == ("cp", "ca.crt")
    assert target.startswith(directory)
    # update-ca-certificates(8): the ending must be .crt.
    assert target.endswith(".crt")
    assert command in then[-1]
    assert all(source.url.startswith("https://") for source in way.sources)


@pytest.mark.parametrize(("words", "family"), [("Debian, Ubuntu: ", APT), ("RHEL: ", DNF), ("SUSE: ", ZYPPER)])
def test_the_catalogues_steps_say_the_same(words: str, family: Family) -> None:
    scenario = next(item for item in load().scenarios if item.id == "untrusted-ca")
    fix = next(item for item in scenario.fixes if item.name == "install-ca")
    step = next(step for step in fix.steps if step.startswith(words))
    way = family.ways[0]
    assert way.name in step
    assert Path(shlex.split(way.commands[0])[-1]).parent.name in step
    assert str(Path(shlex.split(way.commands[0])[-1]).parent) in step
