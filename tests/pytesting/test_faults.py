"""A check is taken out of a real driver, one line each, and a session of pytest says which one is gone."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest

from tlslab import IMPORTED_FROM
from tlslab.commands.shared import command_name
from tlslab.setup import provision
from tlslab.stages.machine import local_machine

ROOT = Path(__file__).resolve().parents[2]
MATRIX = str(ROOT / "tests" / "matrix" / "test_matrix.py")
CACHE = provision.cache_dir()
VERIFIES = "    return ret_code == 1\n"
"""The line of python-tds that lets OpenSSL's verdict stand; the numbers below are X509_V_ERR_* of OpenSSL."""
OTHER_DRIVER = """
from tlslab.clients import tds

as_it_is = tds.probe
tds.probe = lambda name: "import sys; sys.path.insert(0, {place!r})\\n" + as_it_is(name)
"""


@dataclass(frozen=True)
class Session:
    """What a session of pytest printed, and the JUnit XML that it wrote."""

    lines: list[str]
    junit: ET.Element

    @property
    def failure(self) -> list[str]:
        """The first failure as printed, below its title."""
        start = self.lines.index(next(line for line in self.lines if "= FAILURES =" in line))
        return self.lines[start + 2 :]

    @property
    def summary(self) -> list[str]:
        return [line for line in self.lines if line.startswith("FAILED ")]


def python_tds_without(place: Path, line: str, changed: str) -> None:
    """Let the sessions of this place play a python-tds that has another line in place of this one."""
    packages = Path(local_machine().python).parents[1].glob("lib/python3.*/site-packages/pytds")
    source = next(packages, None)
    if source is None:
        pytest.skip("python-tds is not on this machine: `tlslab setup` brings it")
    copy = shutil.copytree(source, place / "driver" / "pytds")
    text = (copy / "tls.py").read_text()
    assert text.count(line) == 1
    (copy / "tls.py").write_text(text.replace(line, changed))
    (place / "sitecustomize.py").write_text(OTHER_DRIVER.format(place=str(place / "driver")))


def session(place: Path, scenario: str, *more: str, tests: str = MATRIX) -> Session:
    """Cells of python-tds in a session of pytest, at 80 columns, as a person runs it."""
    env = {name: value for name, value in os.environ.items() if name not in {"PYTEST_ADDOPTS", "CI"}}
    paths = os.pathsep.join(map(str, (place, IMPORTED_FROM, ROOT)))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-q"]
    options = [f"--rootdir={ROOT}", f"--config-file={ROOT / 'pyproject.toml'}", "--junitxml=report.xml"]
    done = subprocess.run(
        [*command, *options, "--lab-client=python-tds", f"--lab-scenario={scenario}", *more, tests],
        cwd=place,
        env=env | {"TLSLAB_CACHE": str(CACHE), "PYTHONPATH": paths, "COLUMNS": "80"},
        text=True,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    return Session(done.stdout.splitlines(), ET.parse(place / "report.xml").getroot())


@pytest.mark.parametrize("xdist", [(), ("-n2",)], ids=["without-xdist", "with-xdist"])
def test_a_driver_that_does_not_check_the_host_name(tmp_path: Path, xdist: tuple[str, ...]) -> None:
    python_tds_without(tmp_path, "            if login.validate_host:\n", "            if False:\n")

    found = session(tmp_path, "expired,not-yet-valid", *xdist)

    assert found.failure[0] == (
        "the client does not check the host name: it connected to a server whose certificate is for neighbour.lab.test"
    )
    assert found.lines.count(found.failure[0]) == 1
    assert found.failure[1:4] == [
        "in      2 cells of python-tds: expired (renew); not-yet-valid",
        "        (reissue-with-past-start)",
        f"repeat  {command_name()} run --scenario expired --fix renew --client python-tds --server sqlserver",
    ]
    assert found.summary == [
        "FAILED host name not checked: expired/renew/python-tds/sqlserver",
        "FAILED host name not checked: not-yet-valid/reissue-with-past-start/python-tds/sqlserver",
    ]


def test_a_driver_that_does_not_check_the_chain(tmp_path: Path) -> None:
    python_tds_without(tmp_path, VERIFIES, "    return ret_code == 1 or err_num in (18, 19, 20, 21)\n")

    found = session(tmp_path, "expired")

    assert found.failure[0] == (
        "the client does not check the chain: it connected to a server whose certificate comes from "
        "Stranger Issuing CA, which it does not trust"
    )
    assert found.summary == ["FAILED chain not checked: expired/renew/python-tds/sqlserver"]


def test_a_driver_that_does_not_check_the_dates(tmp_path: Path) -> None:
    python_tds_without(tmp_path, VERIFIES, "    return ret_code == 1 or err_num in (9, 10)\n")

    found = session(tmp_path, "expired")

    assert found.failure[0] == (
        "the client does not check the dates: it connected to a server whose certificate, by the client's clock, "
        "has expired"
    )
    assert found.summary == ["FAILED dates not checked: expired/renew/python-tds/sqlserver"]


def test_a_driver_that_accepts_every_chain_checks_no_dates_either(tmp_path: Path) -> None:
    python_tds_without(tmp_path, VERIFIES, "    return True\n")

    found = session(tmp_path, "expired,untrusted-ca.forced")

    assert found.failure[0] == (
        "the client checks neither the chain nor the dates: it connected to a server whose certificate comes from "
        "Stranger Issuing CA, which it does not trust"
    )
    assert found.summary == [
        "FAILED chain and dates not checked: expired/renew/python-tds/sqlserver",
        "FAILED chain not checked: untrusted-ca.forced/install-ca/python-tds/sqlserver",
    ]


def test_the_junit_xml_keeps_every_cell_with_its_story_and_its_name(tmp_path: Path) -> None:
    python_tds_without(tmp_path, "            if login.validate_host:\n", "            if False:\n")

    found = session(tmp_path, "expired,not-yet-valid")

    tests = {test.get("name"): test for test in found.junit.iter("testcase")}
    assert tests.keys() == {
        "test_cell[expired/renew/python-tds/sqlserver]",
        "test_cell[not-yet-valid/reissue-with-past-start/python-tds/sqlserver]",
    }
    for test in tests.values():
        (failure,) = test.iter("failure")
        assert (failure.get("message") or "").startswith("the client does not check the host name: ")
        assert "4a impostor neighbour" in (failure.text or "")


def test_a_test_of_ones_own_says_it_too(tmp_path: Path) -> None:
    python_tds_without(tmp_path, "            if login.validate_host:\n", "            if False:\n")
    own = tmp_path / "test_own.py"
    own.write_text("def test_trust(lab_cell):\n    assert lab_cell.as_expected, lab_cell.story()\n")

    found = session(tmp_path, "expired", "-p", "tlslab.pytest_plugin", tests=str(own))

    assert found.failure[0].startswith("the client does not check the host name: ")
    assert found.summary == ["FAILED host name not checked: expired/renew/python-tds/sqlserver"]
    assert any(line.startswith("E ") and "AssertionError" in line for line in found.failure)


def test_what_fails_for_another_reason_stays_as_pytest_has_it(tmp_path: Path) -> None:
    python_tds_without(tmp_path, "            if login.validate_host:\n", "            if False:\n")
    own = tmp_path / "test_own.py"
    own.write_text("def test_trust(lab_cell):\n    assert lab_cell.cell.fix == 'another'\n")

    found = session(tmp_path, "expired", "-p", "tlslab.pytest_plugin", tests=str(own))

    (line,) = found.summary
    assert "::test_trust[expired/renew/python-tds/sqlserver]" in line
    assert "host name" not in "\n".join(found.failure)
