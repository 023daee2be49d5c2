"""Stand-ins: where their packages come from, and for which images there are any."""

import pytest

from lab.stages.docker import standins

DEB822 = """\
Types: deb
# http://snapshot.debian.org/archive/debian/20250520T000000Z
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
"""
ONE_LINE = """\
# deb http://commented.test/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] https://one.test/debian/ bookworm main
deb http://other.test/repository stable main
"""


def test_the_mirror_is_that_of_the_machine() -> None:
    assert standins.mirrors([DEB822]) == ("http://mirror.test/debian", "http://mirror.test/debian-security")


def test_the_old_style_is_read_as_well_and_comments_are_none() -> None:
    assert standins.mirrors([ONE_LINE]) == ("https://one.test/debian", "https://one.test/debian-security")


def test_a_machine_of_another_kind_has_no_mirror() -> None:
    assert standins.mirrors(["deb http://archive.ubuntu.test/ubuntu noble main"]) is None
    assert standins.mirrors([]) is None


@pytest.mark.parametrize("tag", ["rockylinux:9", "debian:bookworm", "mcr.microsoft.com/mssql/server:2022-latest"])
def test_there_is_no_stand_in_without_a_recipe(tag: str) -> None:
    assert "no recipe" in standins.why_impossible(tag)
