"""Texts of a baseline can be expected only where the machine's own TLS library is the same."""

import pytest

from tlslab.diff.sides import SideClient
from tlslab.diff.system import library, system_differs

PYMSSQL = "pymssql {} (freetds v1.5.19, OpenSSL 1.1.1k  FIPS 25 Mar 2021)"
ODBC = "ODBC Driver 18.06.0002 (pyodbc 5.5.0, OpenSSL {} 27 Jan 2026)"


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("curl 7.88.1 (OpenSSL/3.0.19)", "OpenSSL 3.0.19"),
        ("tdsodbc 01.03.0017 (pyodbc 5.5.0, GnuTLS 3.7.9)", "GnuTLS 3.7.9"),
        (PYMSSQL.format("2.4.6"), "OpenSSL 1.1.1k"),
        ("GNU Wget 1.21.3 (gnutls)", "unknown"),
    ],
)
def test_the_library_that_a_version_names(version: str, name: str) -> None:
    assert library(version) == name


@pytest.mark.parametrize(
    ("pinned", "words", "old", "new", "differs"),
    [
        (True, "OpenSSL of the system", ODBC.format("3.0.19"), ODBC.format("3.0.19"), False),
        (True, "OpenSSL of the system", ODBC.format("3.0.19"), ODBC.format("3.5.1"), True),
        (True, "OpenSSL 1.1.1, bundled in the wheel", PYMSSQL.format("2.4.6"), PYMSSQL.format("2.4.7"), False),
        (
            True,
            "OpenSSL inside Node",
            "tedious 19.2.2 (Node 20.20.2, OpenSSL 3.0.19)",
            "tedious 19.3.0 (Node 20.20.2, OpenSSL 3.0.19)",
            False,
        ),
        (False, "GnuTLS of the system", "GNU Wget 1.21.3 (gnutls)", "GNU Wget 1.24.5 (gnutls)", True),
        (False, "GnuTLS of the system", "GNU Wget 1.21.3 (gnutls)", "GNU Wget 1.21.3 (gnutls)", False),
        (None, "OpenSSL of the system", ODBC.format("3.0.19"), ODBC.format("3.5.1"), False),
    ],
    ids=[
        "same",
        "another-library",
        "bundled",
        "the-clients-own-bump",
        "another-program",
        "the-same-program",
        "records",
    ],
)
def test_who_may_say_something_else(pinned: bool | None, words: str, old: str, new: str, differs: bool) -> None:
    assert bool(system_differs(SideClient("x", old, words, pinned), SideClient("x", new, words))) is differs
    assert bool(system_differs(SideClient("x", new, words), SideClient("x", old, words, pinned))) is differs
