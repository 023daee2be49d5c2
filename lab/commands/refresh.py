"""The command `refresh`: brings every committed file up to date that is derived from something else."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

import tlslab
from tlslab.commands import shared
from tlslab.commands.shared import Exit, echo, say

if TYPE_CHECKING:
    from tlslab.clients.base import Client
    from tlslab.model.record import Record

COMPOSE = Path("docker", "compose.yaml")
PICTURE = Path("docs", "table.svg")
STORY = Path("docs", "cell.svg")
CELL = "self-signed/trust-certificate/odbc18/sqlserver"
"""The cell of which README shows the story: the option stays, and the file that it names is another."""
REPORTS, ARTICLES = Path("docs", "reports.md"), Path("docs", "articles.md")
ATLAS, FINDINGS = Path("docs", "atlas.md"), Path("docs", "findings.md")
MEASURED = Path("tests", "libraries", "data", "sqlclient.json")
"""What sixteen releases of SqlClient did, which no machine of the project's can have."""
EVIDENCE = Path("docs", "evidence.md")
DOCUMENTS = (Path("README.md"),)
"""The documents that have lists (`tlslab.report.lists`)."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A file of the checkout that is derived: its path there, and what it should hold."""

    path: Path
    text: str

    def is_current(self, checkout: Path) -> bool:
        """Whether it holds that. A picture does when it says the same: how long a run took differs from run to run."""
        from tlslab.report.picture import words

        try:
            present = (checkout / self.path).read_text(encoding="utf-8")
        except FileNotFoundError:
            return False
        return words(present) == words(self.text) if self.path.suffix == ".svg" else present == self.text


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; name what is not current, and exit with 1.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="RECORD",
    help="Take this record of a whole run instead of playing everything anew (with --check: look at the picture, too).",
)
def refresh(check: bool, source: Path | None) -> Exit:
    """Bring every file up to date that is derived: for those who change the lab.

    The schemas, docker/compose.yaml, the lists in the documents and the formatting follow from the source; the pictures
    and the baselines from a run of the whole matrix, which is played (some minutes) unless a record of it is given; the
    table of defaults from measured ones, which are measured now where the record has none. A baseline stays as it is
    where this machine has another version of its client.
    """
    from tlslab.commands.diff import must_be_whole, record_of_everything, write_baselines
    from tlslab.commands.play import keep
    from tlslab.model.record_file import load
    from tlslab.setup.check import format_source

    checkout = tlslab.ROOT
    if not (checkout / COMPOSE).is_file():
        raise click.UsageError(f"refresh is for the project's checkout; {checkout} is an installation")
    record = load(source) if source else None
    if record is not None:
        must_be_whole(record, everybody=True)
    if check:
        found = [
            *of_the_source(checkout),
            *(of_a_record(record, checkout) if record else ()),
            *of_the_baselines(checkout),
            *of_releases(checkout),
        ]
        stale = [item.path for item in found if not item.is_current(checkout)]
        for path in dict.fromkeys(stale):
            echo(f"{path} is not current: {shared.command_name()} refresh")
        return Exit.FINDINGS if stale else Exit.AS_EXPECTED
    if record is None:
        record = record_of_everything()
        shared.echo(keep(record, None).words)
    for item in (*of_the_source(checkout), *of_a_record(record, checkout)):
        if not item.is_current(checkout):
            (checkout / item.path).write_text(item.text, encoding="utf-8")
            say(str(item.path))
    format_source(checkout)
    done = write_baselines(record, (), checkout / "baselines", of_same_version=True)
    for item in (*of_the_baselines(checkout), *of_releases(checkout)):
        (checkout / item.path).write_text(item.text, encoding="utf-8")
    return done


def of_the_source(checkout: Path) -> Iterator[Derived]:
    """What follows from the catalogue, the clients and the models, and from the numbers that servers have already.

    Raises CatalogueError, ValueError as `numbered` and `filled` do.
    """
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.commands.house import SOURCES
    from tlslab.compose import servers, text
    from tlslab.diff import changes
    from tlslab.model import record
    from tlslab.report.evidence import evidence_in_markdown
    from tlslab.report.lists import lists
    from tlslab.setup.reading import kept

    catalogued, clients = catalogue.load(), all_clients()
    scenarios = catalogued.scenarios
    known = servers.numbers_in((checkout / COMPOSE).read_text(encoding="utf-8"))
    numbered = servers.numbered(servers.with_servers(scenarios), known)
    yield Derived(COMPOSE, text.text(servers.servers(scenarios, numbered), clients, catalogued.knowledge))
    yield Derived(Path("schema", "record.schema.json"), record.schema_text())
    yield Derived(Path("schema", "changes.schema.json"), changes.schema_text())
    yield Derived(EVIDENCE, evidence_in_markdown(catalogued, clients, kept(checkout / SOURCES)))
    yield from _documents(checkout, lists(scenarios, clients))


def of_the_baselines(checkout: Path) -> Iterator[Derived]:
    """What follows from the baselines: the documents of public reports, and of articles."""
    from tlslab import catalogue
    from tlslab.report.articles import articles_in_markdown, seen_of
    from tlslab.report.reports import broken_of, reports_in_markdown

    paths = sorted((checkout / "baselines").glob("*.json"))
    baselines = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    yield Derived(REPORTS, reports_in_markdown(catalogue.reports(), broken_of(baselines)))
    yield Derived(ARTICLES, articles_in_markdown(*catalogue.articles(), seen_of(baselines)))


def of_releases(checkout: Path) -> Iterator[Derived]:
    """What follows from the baselines, those of other releases, and the measurement of SqlClient: the atlas and the
    findings.

    Raises ValueError where a finding says something else than the data.
    """
    from tlslab.report.atlas import atlas_in_markdown
    from tlslab.report.findings_page import contradictions, findings_in_markdown
    from tlslab.report.known_findings import FOUND
    from tlslab.report.observed import of_baselines, of_measurement

    paths = [*(checkout / "baselines").glob("*.json"), *(checkout / "baselines" / "releases").glob("*.json")]
    baselines = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(paths)]
    measured = of_measurement(json.loads((checkout / MEASURED).read_text(encoding="utf-8")))
    releases = [*of_baselines(baselines), *measured]
    if wrong := contradictions(FOUND, releases):
        raise ValueError("\n".join(["findings that the data does not show:", *wrong]))
    readme = (checkout / DOCUMENTS[0]).read_text(encoding="utf-8")
    yield Derived(ATLAS, atlas_in_markdown(releases, defaults_of(readme)))
    yield Derived(FINDINGS, findings_in_markdown(FOUND, releases))


def defaults_of(readme: str) -> dict[str, str]:
    """What README's table of defaults says of each client of SQL Server: whether it encrypts and verifies."""
    table = readme.partition("| SQL Server client |")[2].partition("\n\n")[0]
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    return {
        row[0]: "yes" if {row[2], row[3]} == {"yes"} else f"**no** (encrypts {row[1]})" for row in rows if len(row) > 3
    }


def of_a_record(record: "Record", checkout: Path) -> Iterator[Derived]:
    """What follows from a run of the whole matrix, beside the baselines. Measures the defaults of clients where the
    record has none (ServiceError, StageError).
    """
    from tlslab import catalogue
    from tlslab.clients import all_clients
    from tlslab.report.defaults import defaults_in_markdown
    from tlslab.report.lists import lists
    from tlslab.report.picture import draw, draw_story
    from tlslab.setup import all_needs

    yield Derived(PICTURE, draw(record))
    clients, known = all_clients(), catalogue.load()
    played = next((cell for cell in record.cells if cell.id == CELL and cell.status == "played"), None)
    if played is None:
        echo(f"{STORY} stays as it is: {CELL} was not played")
    else:
        scenario = known.scenario(played.scenario)
        fix = next(item for item in scenario.fixes if item.name == played.fix)
        client = next(item for item in clients if item.name == played.client)
        yield Derived(STORY, draw_story(record, played, scenario, fix, client))
    missing = [entry.name for entry in record.clients if entry.missing and entry.name not in all_needs.by_hand()]
    if missing or {entry.name for entry in record.clients} != {client.name for client in clients}:
        who = ", ".join(missing) or "a client of the lab"
        echo(f"the table of defaults stays as it is: {who} is not here")
        return
    usual = tuple(client for client in clients if not client.door)  # told nothing, it is the same behind every door
    measured = record if record.defaults else measure_defaults(usual)
    found = {**lists(known.scenarios, clients), "defaults": defaults_in_markdown(measured, usual)}
    yield from _documents(checkout, found)


def measure_defaults(clients: "Sequence[Client]") -> "Record":
    """A record of what these clients do when no security option is given to them, measured now."""
    from tlslab import catalogue
    from tlslab.matrix.plan import Plan
    from tlslab.matrix.run import run_plan
    from tlslab.report.progress import watch
    from tlslab.setup import provision

    with watch(shared.progress_output()) as observer:
        plan = Plan((), (), (), catalogue.load().knowledge)
        return run_plan(plan, cache=provision.cache_dir(), observer=observer, defaults=clients)


def _documents(checkout: Path, found: Mapping[str, str]) -> Iterator[Derived]:
    from tlslab.report.lists import filled

    for path in DOCUMENTS:
        yield Derived(path, filled((checkout / path).read_text(encoding="utf-8"), found))


COMMANDS = (refresh,)
