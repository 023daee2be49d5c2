"""What the tests of the servers share."""

import pytest

from tests.servers.minted import Shelf
from tests.servers.minted import shelf as mint_shelf


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Certificates and keys in a directory."""
    return mint_shelf(tmp_path_factory.mktemp("shelf"))
