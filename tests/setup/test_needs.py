"""What clients need is said once: the lists that others read name the same, and a machine is held to it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tlslab import IMPORTED_FROM, LOCKS
from tlslab.clients import Client, all_clients
from tlslab.clients.base import Machine, lacking
from tlslab.setup import all_needs, jars
from tlslab.setup.needs import (
    CARGO,
    MVN,
    NODE,
    NPM,
    Built,
    Jar,
    Library,
    NodePackage,
    PackagedLibrary,
    Packages,
    Program,
    PythonPackage,
    from_npm,
    from_pypi,
    of_the_system,
)

CLIENTS = [pytest.param(client, id=client.name) for client in all_clients()]
CC = Program("cc", Packages(apt="gcc"))
PROBE = Built("a-probe", (Path("probe.c"),), CC, ("--version",), ("{compiler}", "-o", "{program}", "probe.c"))


def test_the_locks_source_of_python_names_what_adapters_need() -> None:
    lines = (LOCKS / "requirements" / "clients.in").read_text().splitlines()
    named = {re.split(r"[=<>~]", line)[0].strip() for line in lines if line.strip() and not line.startswith("#")}
    assert named == from_pypi(all_needs.everything())


def test_the_locks_source_of_npm_names_what_adapters_need() -> None:
    manifest = json.loads((LOCKS / "npm" / "package.json").read_text())
    assert manifest["dependencies"].keys() == from_npm(all_needs.everything())


def test_the_lock_of_jars_names_what_adapters_need() -> None:
    assert {jar.artifact for jar in jars.known()} == {need.artifact for need in all_needs.jars()}


def test_a_system_without_the_labs_own_environment_can_be_told_what_is_needed() -> None:
    """The launcher's first start installs system packages before anything else is there."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", ASK.format(where=str(IMPORTED_FROM))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "curl" in done.stdout.split(), done.stderr


ASK = "import sys; sys.path.insert(0, {where!r}); from tlslab.setup import all_needs, system; "
ASK += "print(*system.packages(all_needs.system()))"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_bare_machine_lacks_the_first_thing_that_a_client_needs(client: Client) -> None:
    missing = client.missing(Machine())
    assert missing is not None
    # Neither NuGet nor Rust is anything that the lab's setup brings.
    brings_it = "./tlslab setup" if CARGO not in of_the_system(client.needs) else CARGO.how_to_get
    assert missing.how_to_get == brings_it or client.name == "microsoft-data-sqlclient"


@pytest.mark.parametrize(
    ("need", "what"),
    [
        (CC, "the program cc"),
        (Library("l", ("libl.so",), Packages(apt="l"), "the library l"), "the library l"),
        (PackagedLibrary("odbc18", "mssql-python-odbc", "the driver"), "the driver"),
        (PythonPackage("requests"), "the Python environment of the clients"),
        (NodePackage("tedious"), "the npm package tedious"),
        (Jar("driver", "org.example:driver"), "the jar org.example:driver"),
        (PROBE, "the program cc, which builds a-probe"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_need_is_missed_in_words(need: Program, what: str) -> None:
    missing = lacking([need], Machine())
    assert missing is not None
    assert missing.what == what


def test_what_is_here_is_not_missed() -> None:
    machine = Machine(
        which={"cc": "/usr/bin/cc", "a-probe": "/cache/a-probe"},
        python="/python",
        python_packages={"requests": "2"},
        node_packages={"tedious": "19"},
        files={"l": "/lib/l", "odbc18": "/driver"},
    )
    library = Library("l", ("libl.so",), Packages(apt="l"), "the library l")
    driver = PackagedLibrary("odbc18", "mssql-python-odbc", "the driver")
    needs = (CC, library, driver, PythonPackage(), PythonPackage("requests"), NodePackage("tedious"), PROBE)
    assert lacking(needs, machine) is None


def test_a_probe_that_is_not_built_yet_is_missed_where_its_compiler_is_here() -> None:
    missing = lacking([PROBE], Machine(which={"cc": "/usr/bin/cc"}))
    assert missing is not None
    assert missing.what == "the program a-probe, which the lab builds with cc"


def test_another_build_of_a_program_is_not_what_is_needed() -> None:
    wget = Program("wget", Packages(apt="wget"), gnutls=True)
    machine = Machine(which={"wget": "/usr/bin/wget"})
    missing = lacking([wget], machine)
    assert missing is not None
    assert "linked with GnuTLS" in missing.what
    assert lacking([wget], Machine(which=machine.which, gnutls=frozenset({"wget"}))) is None


def test_compilers_npm_and_maven_come_with_the_system() -> None:
    jar = Jar("driver", "org.example:driver")
    assert of_the_system([NODE, NodePackage("tedious"), PROBE, NodePackage("other"), jar]) == (NODE, NPM, CC, MVN)
