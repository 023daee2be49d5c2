"""An author's mistake in a scenario is a sentence that names the module, the line and what is wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tlslab_scenarios
from tlslab import IMPORTED_FROM, catalogue
from tlslab.cli import run_command
from tlslab.commands.shared import Exit

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[1]
MATRIX = ROOT / "tests" / "matrix" / "test_matrix.py"
GOOD = '''\
"""A scenario of an author."""

from tlslab.model.check import EVERYTHING
from tlslab.model.condition import Condition
from tlslab.model.conditions import EXPIRED
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import says
from tlslab.model.scenario import Side, scenario
from tlslab.model.certificate import CURRENT, PAST
from tlslab.model.situation import Situation

BOOK = Source("a book", "https://example.org/book")
REVOKED = Condition("withdrawn", "the certificate was revoked", lambda situation: False, wrong=True)
ROWS = says([REVOKED], Phase.VERIFY, "certificate revoked", basis=Basis.AUTHORITATIVE, source=BOOK)


@scenario(title="It was revoked", conditions=[REVOKED], rows={"openssl": ROWS}, sources=[BOOK])
def revoked(healthy: Situation) -> Situation:
    """It was revoked."""
    return healthy.with_leaf(validity=PAST)


@revoked.fix(still_checks=EVERYTHING, side=Side.SERVER, steps=["renew"], sources=[BOOK])
def renew(broken: Situation) -> Situation:
    """Renew it."""
    return broken.with_leaf(validity=CURRENT)
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module beside the scenarios, imported by nobody yet."""
    monkeypatch.setattr(tlslab_scenarios, "__path__", [*tlslab_scenarios.__path__, str(tmp_path)])
    yield tmp_path / "authored.py"
    for name in ("authored", "scenario"):
        sys.modules.pop(f"tlslab_scenarios.{name}", None)


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if words in line)


def test_a_module_is_all_that_a_scenario_takes_with_a_condition_and_rows_of_its_own(module: Path) -> None:
    module.write_text(GOOD)
    known = catalogue.load()
    assert known.scenario("authored").title == "It was revoked"
    assert "withdrawn" in {condition.name for condition in known.knowledge.conditions}
    assert any("certificate revoked" in str(row) for row in known.knowledge.libraries["openssl"].rows)


@pytest.mark.parametrize(
    ("right", "wrong", "complaint", "line"),
    [
        ('rows={"openssl"', 'rows={"opensll"', "no TLS library is called 'opensll'; there are ", "@scenario("),
        ("sources=[BOOK])\ndef revoked", "source=[BOOK])\ndef revoked", "unexpected keyword argument", "@scenario("),
        ('steps=["renew"]', 'step=["renew"]', "unexpected keyword argument", "@revoked.fix("),
        ("import CURRENT, PAST", "import CURRENT, LAST", "cannot import name 'LAST'", "import CURRENT"),
        ("conditions=[REVOKED]", "conditions=[REVOKE]", "name 'REVOKE' is not defined", "@scenario("),
        ('Condition("withdrawn"', 'Condition("expired"', "another condition is called expired, too", "@scenario("),
        ('    """It was revoked."""\n', "", "needs a docstring", "@scenario("),
        ("    return healthy.with", "  return healthy.with", "IndentationError", "return healthy.with"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    module: Path, capsys: pytest.CaptureFixture[str], right: str, wrong: str, complaint: str, line: str
) -> None:
    assert GOOD.count(right) == 1
    text = GOOD.replace(right, wrong)
    module.write_text(text)
    place = f"{module}, line {line_of(text, line)}: "
    with pytest.raises(catalogue.CatalogueError) as told:
        catalogue.load()
    assert str(told.value).startswith(place)
    assert complaint in str(told.value)
    sys.modules.pop("tlslab_scenarios.authored", None)
    assert run_command(["list"]) == Exit.LAB_FAILED
    said = capsys.readouterr().err
    assert place in said
    assert "a mistake of the lab" not in said


def test_the_place_is_the_authors_although_a_module_of_the_lab_has_the_same_name(module: Path) -> None:
    text = GOOD.replace('    """It was revoked."""\n', "")
    namesake = module.with_name("scenario.py")
    namesake.write_text(text)
    with pytest.raises(catalogue.CatalogueError, match="needs a docstring") as told:
        catalogue.load()
    assert str(told.value).startswith(f"{namesake}, line {line_of(text, '@scenario(')}: ")


def test_pytest_ends_with_the_same_sentence(module: Path, pytester: pytest.Pytester) -> None:
    module.write_text(GOOD.replace("opens", "opnes"))
    pytester.makepyfile(author=f"import tlslab_scenarios\ntlslab_scenarios.__path__.append({str(module.parent)!r})\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "author", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"),
            *(
                f"--rootdir={ROOT}",
                f"--config-file={ROOT / 'pyproject.toml'}",
                str(ROOT / "tests/matrix/test_matrix.py"),
            ),
        ],
        env=os.environ | {"PYTHONPATH": f"{pytester.path}{os.pathsep}{IMPORTED_FROM}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert f"{module}, line 17: no TLS library is called 'opnessl'" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_scenario_without_a_fix_teaches_no_way_out(module: Path) -> None:
    module.write_text(GOOD.partition("\n\n@revoked.fix")[0])
    with pytest.raises(catalogue.CatalogueError, match=r"authored\.py, line 17: the scenario authored has no fix"):
        catalogue.load()


def test_two_scenarios_of_one_form_cannot_be_told_apart(module: Path) -> None:
    head, decorator, rest = GOOD.partition("@scenario")
    module.write_text(head + decorator + rest + f"\n\n{decorator}{rest.replace('revoked', 'revoked_again')}")
    with pytest.raises(catalogue.CatalogueError, match="another scenario is called authored, too"):
        catalogue.load()


def test_what_a_library_says_already_is_not_said_again(module: Path) -> None:
    again = "ROWS = tuple(row for row in LIBRARY.rows if row.of == frozenset({EXPIRED}))"
    text = GOOD.replace("\n\n\n@scenario", f"\n{again}\n\n\n@scenario")
    module.write_text(text.replace("\nBOOK", "\nfrom tlslab.libraries.openssl import LIBRARY\n\nBOOK", 1))
    with pytest.raises(catalogue.CatalogueError, match=r"authored\.py, line \d+: openssl says this already: "):
        catalogue.load()
