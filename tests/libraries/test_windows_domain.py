"""The trust of a computer in its domain is no matter of TLS."""

import pytest

from tests.libraries.words import meanings, of


@pytest.mark.parametrize(
    "text",
    [
        "The trust relationship between this workstation and the primary domain failed.",
        "Trust relationship between the workstation and primary domain failed.",
    ],
)
def test_a_lost_domain_is_told_apart(text: str) -> None:
    assert meanings("windows-domain", text) == of("no-domain-trust")
