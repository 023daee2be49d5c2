"""Which image runs as SQL Server, and what people are told when it cannot be had."""

from collections.abc import Callable

import pytest

from tlslab.stages.docker.sqlserver_image import Chosen, choose, image_of
from tlslab.stages.stage import StageError

OWN = "tlslab/sqlserver-endpoint:0123456789ab"
OF_2022 = "mcr.microsoft.com/mssql/server:2022-latest"
NO_NETWORK = 'Get "https://mcr.microsoft.com/v2/": dial tcp: lookup mcr.microsoft.com: no such host'


def chosen(
    wanted: str = "", *, required: bool = False, here: tuple[str, ...] = (), pull: Callable[[str], str] = lambda _: ""
) -> Chosen:
    return choose(
        wanted,
        required=required,
        endpoint=OWN,
        has=lambda image: image in (OWN, *here),
        pull=pull,
        is_endpoint=lambda image: image == OWN,
    )


def never(image: str) -> str:
    raise AssertionError(f"{image} is here and need not be pulled")


def refused(image: str) -> str:
    return NO_NETWORK


@pytest.mark.parametrize(
    ("wanted", "image"),
    [
        ("", OF_2022),
        ("2019", "mcr.microsoft.com/mssql/server:2019-latest"),
        ("2025", "mcr.microsoft.com/mssql/server:2025-latest"),
        ("registry.test/mssql:cu9", "registry.test/mssql:cu9"),
        ("endpoint", ""),
    ],
)
def test_a_release_is_an_image_of_microsofts(wanted: str, image: str) -> None:
    """Microsoft Artifact Registry, mssql/server, tags."""
    assert image_of(wanted) == image


def test_a_year_without_a_release_is_told_with_those_that_have_one() -> None:
    with pytest.raises(StageError, match="no image of SQL Server 2023 for Linux, but of 2019, 2022, 2025"):
        image_of("2023")


def test_microsofts_image_is_taken_when_it_is_here() -> None:
    assert chosen(here=(OF_2022,), pull=never) == Chosen(OF_2022)


def test_or_can_be_pulled() -> None:
    assert chosen() == Chosen(OF_2022)


def test_where_it_cannot_the_endpoint_takes_its_place_and_the_record_says_why() -> None:
    found = chosen(pull=refused)
    assert found.image == OWN
    assert NO_NETWORK in found.note


@pytest.mark.parametrize(("wanted", "required"), [("2022", False), ("", True), ("registry.test/mssql:cu9", True)])
def test_nothing_takes_the_place_of_what_was_asked_for(wanted: str, required: bool) -> None:
    with pytest.raises(StageError, match=r"cannot be pulled .*`docker pull .*`docker load` it here\. Or let the lab's"):
        chosen(wanted, required=required, pull=refused)


def test_the_endpoint_is_not_sql_server_itself() -> None:
    assert chosen("endpoint", pull=never) == Chosen(OWN)
    with pytest.raises(StageError, match="asks for SQL Server itself"):
        chosen("endpoint", required=True, pull=never)
