"""The options that choose a stage."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import click

from tlslab.commands.shared import filled, hint, split
from tlslab.matrix.choice import DISTRIBUTIONS, HOST, LOCAL, STAGES, Choice, usual_stage

F = TypeVar("F", bound=Callable[..., Any])


def stage_options(function: F) -> F:
    """The options that choose a stage, as `choice` (`tlslab.matrix.choice`)."""

    @functools.wraps(function)
    def with_choice(
        *args: Any,
        stage: str,
        distribution: tuple[str, ...],
        sqlserver_image: str | None,
        require_vendor_image: bool,
        sqlserver_limit: int | None,
        **more: Any,
    ) -> Any:
        places = distribution or LOCAL.distributions
        known = (*DISTRIBUTIONS, HOST)
        for name in places:
            if name not in known:
                raise click.UsageError(f"--distribution: nothing is called {name!r}. {hint(name, known)}")
        given = {
            "--distribution": distribution,
            "--sqlserver-image": sqlserver_image,
            "--sqlserver-limit": sqlserver_limit,
            "--require-vendor-image": require_vendor_image,
        }
        for name, value in given.items():
            if stage != "docker" and value:
                raise click.UsageError(f"{name} is about containers, so it needs --stage docker")
        choice = Choice(stage, True, places, sqlserver_image or "", require_vendor_image, sqlserver_limit or 0)
        return function(*args, choice=choice, **more)

    for option in (
        click.option(
            "--require-vendor-image",
            is_flag=True,
            help="docker: fail when Microsoft's image of SQL Server cannot be had, instead of using the endpoint.",
        ),
        click.option(
            "--sqlserver-limit",
            type=click.IntRange(min=1),
            metavar="N",
            help="docker: at most N SQL Servers at a time, configured anew by turns  [default: as many as memory "
            "allows]",
        ),
        click.option(
            "--sqlserver-image",
            type=filled,
            metavar="IMAGE",
            help="docker: what runs as SQL Server: an image, 2019, 2022 or 2025 for Microsoft's, or `endpoint` for the "
            "lab's own  [default: 2022 where it can be had, else endpoint]",
        ),
        click.option(
            "--distribution",
            multiple=True,
            callback=split,
            metavar="NAME",
            help=f"docker: where the clients run: {', '.join(DISTRIBUTIONS)}, or {HOST} for this machine  "
            f"[default: {LOCAL.distributions[0]}]",
        ),
        click.option(
            "--stage",
            type=click.Choice(STAGES),
            default=usual_stage,
            show_default="local; docker in the lab's own image",
            help="Where servers and clients run: processes of this machine, or containers.",
        ),
    ):
        with_choice = option(with_choice)
    return cast(F, with_choice)
