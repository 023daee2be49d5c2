"""The matrix itself: one test a cell, `expired/renew/odbc18/sqlserver`.

`tlslab.pytest_plugin` makes the cells from the catalogue and the clients, plays each in its four acts, and skips those
whose client is not on this machine.
"""

import pytest

from tlslab.pytesting.played import Played


def test_cell(lab_cell: Played) -> None:
    """The client fails as it is documented to, and the fix clears that and is worth what is claimed for it."""
    if not lab_cell.as_expected:
        pytest.fail(lab_cell.story(), pytrace=False)
