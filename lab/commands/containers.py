"""Commands about containers that are started by hand: `images`, `certificates`."""

from pathlib import Path

import click

from tlslab.commands.shared import FilledPath, echo, filled, hint, say
from tlslab.setup import provision


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--fetch", is_flag=True, help="Only fetch what they are built from, into the lab's cache.")
@click.option("--list", "list_only", is_flag=True, help="Only show the images of the lab that Docker has.")
@click.option("--prune", is_flag=True, help="Only remove those of earlier recipes that no container uses.")
@click.option(
    "--keep",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    metavar="N",
    help="With --prune: keep the N of each kind that were used last.",
)
def images(names: tuple[str, ...], fetch: bool, list_only: bool, prune: bool, keep: int) -> None:
    """Build the lab's own images, and print the names under which Docker has them.

    NAME is `endpoint`, what takes the place of SQL Server, or the distribution of the clients. Without names:
    the endpoint, and the clients on bookworm. A run builds what it lacks by itself.
    """
    from tlslab.stages.docker import image_pruning, named_images
    from tlslab.stages.docker.daemon import connect

    if list_only or prune:
        client = connect()
        with client.api:
            removed = image_pruning.prune(client, provision.cache_dir(), keep) if prune else []
            for line in removed if prune else image_pruning.shelf(client, provision.cache_dir()):
                say(str(line))
        return

    for name in names:
        if name not in named_images.NAMES:
            raise click.UsageError(f"no image is called {name!r}. {hint(name, named_images.NAMES)}")
    chosen = names or named_images.USUAL
    if fetch:
        named_images.fetch(chosen, provision.cache_dir(), echo)
        return
    client = connect()
    with client.api:
        for tag in named_images.build(client, chosen, provision.cache_dir(), echo).values():
            say(tag)


@click.command()
@click.argument("scenario", nargs=-1)
@click.option(
    "--into",
    required=True,
    type=FilledPath(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The directory: DIR/SCENARIO-KIND for each server, DIR/trust for clients.",
)
@click.option(
    "--fix",
    type=filled,
    envvar="TLSLAB_FIX",
    metavar="NAME",
    help="After this fix on the server's side, where the scenario has it.  [variable: TLSLAB_FIX]",
)
def certificates(scenario: tuple[str, ...], into: Path, fix: str | None) -> None:
    """Mint what the servers of docker/compose.yaml need.

    Certificate, key and configuration of each server of SCENARIO (or `healthy`; without any: of all), with the
    owners and modes that SQL Server and nginx ask for. For that it has to run as root: it is what the
    containers called SCENARIO-certificates do.
    """
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.compose import servers
    from tlslab.compose.layout import TRUST, lay_out, outfit, trust
    from tlslab.compose.tries import tries
    from tlslab.model.scenario import Side
    from tlslab.pki.keys import Keys
    from tlslab.pki.mint import Mint
    from tlslab.stages.stage import StageError

    known = catalogue.load()
    scenarios = known.scenarios
    everything = servers.servers(scenarios, servers.numbered(servers.with_servers(scenarios), {}))
    names = sorted({server.scenario for server in everything})
    for name in scenario:
        if name not in names:
            raise click.UsageError(f"no scenario is called {name!r}. {hint(name, names)}")
    fixes = {item.name for each in scenarios for item in each.fixes if item.side is Side.SERVER}
    if fix and fix not in fixes:
        raise click.UsageError(f"no fix on the server's side is called {fix!r}. {hint(fix, sorted(fixes))}")
    by_id = {item.id: item for item in scenarios}
    chosen = [
        servers.mended(server, by_id.get(server.scenario), fix or "")
        for server in everything
        if server.scenario in scenario or not scenario
    ]
    mint = Mint(Keys(provision.cache_dir() / "keys"))
    try:
        lay_out(trust(mint), into / TRUST)
        for server in chosen:
            lay_out(outfit(server, mint), into / server.name)
    except PermissionError as problem:
        raise StageError(
            f"{problem.filename}: {problem.strerror}. Only root may give files to the accounts of servers; "
            "docker/compose.yaml has it done in a container"
        ) from problem
    for server in chosen:
        if fix and server in everything:
            click.echo(f"{server.name}: {fix} is no fix of this server; it is as broken as before")
        for _, line in tries(server, all_clients(), known.knowledge):
            click.echo(f"{server.name}: to try in the client: {line}")


COMMANDS = (images, certificates)
