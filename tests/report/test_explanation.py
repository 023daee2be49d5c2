"""How an explanation looks in a terminal."""

import pytest

from tests.explain.known import everything, explained
from tests.report.consoles import Screen
from tlslab.explain.causes import layers
from tlslab.explain.findings import search
from tlslab.explain.looking import looks
from tlslab.model.evidence import Phase
from tlslab.model.situation import ServerKind
from tlslab.report.explanation import Advice, show_explanation

PASTED = 'Get "https://shop.example:443/": x509: certificate signed by unknown authority\n' + "x" * 500


def shown(text: str, width: int) -> list[str]:
    found, kinds = explained(text), frozenset(ServerKind)
    screen = Screen(width, terminal=True)
    advice = Advice(
        ["tlslab run --scenario untrusted-ca --client go-https"] * len(found.candidates),
        looks([Phase.VERIFY], kinds, None),
        kinds,
        layers(search([text], everything()).findings, {}),
    )
    show_explanation(found, advice, "tlslab", screen.console)
    return screen.lines


@pytest.mark.parametrize("width", [80, 160])
def test_only_commands_and_addresses_are_wider_than_the_terminal(width: int) -> None:
    wide = [line for line in shown(PASTED, width) if len(line) > width]
    assert all(line.lstrip().startswith(("http", "openssl", "nmap", "grep", "tlslab")) for line in wide)


def test_the_causes_stand_in_the_first_lines_and_each_has_its_number() -> None:
    lines = shown(PASTED, 160)
    assert lines[0].startswith("One of 4 causes: the server's certificate is self-signed; or ")
    assert [line[:2] for line in lines if line[:2] in {"1.", "2.", "3.", "4."}] == ["1.", "2.", "3.", "4."]


def test_cures_stand_before_bypasses_and_sources_at_the_end() -> None:
    lines = shown(PASTED, 160)
    claims = [word for line in lines for word in ("(cure,", "(bypass,") if word in line]
    assert claims.index("(bypass,") > claims.index("(cure,")
    assert lines.index("Sources") > max(number for number, line in enumerate(lines) if "fix " in line)


def test_what_was_pasted_does_not_drive_the_terminal() -> None:
    assert "\x1b[2J" not in "\n".join(shown(f"\x1b[2J{PASTED}\x9b2J", 80))
