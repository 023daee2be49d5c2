"""Bringing everything: system packages (apt, after the user agreed), the Python and Node clients, jars, and the
programs that the lab builds. What is wanted follows from the needs of clients and servers (`tlslab.setup.all_needs`):
of all clients, or of those that somebody plays.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tlslab.setup import all_needs, build, jars, parts, provision, system
from tlslab.setup.installer import Echo, InstallError
from tlslab.setup.needs import (
    MVN,
    Built,
    Need,
    NodePackage,
    PackagedLibrary,
    Part,
    Program,
    PythonPackage,
    System,
    from_maven,
    of_the_system,
)
from tlslab.setup.system import Ask, SetupError
from tlslab.setup.versions.index import Index


@dataclass(frozen=True, slots=True)
class Report:
    """What a setup did: Debian packages installed, what is still missing, the sentences that say why."""

    installed: tuple[str, ...]
    missing: tuple[System, ...]
    problems: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether everything that the lab can use is there now."""
        return not self.missing and not self.problems


def setup(needs: Iterable[Need] | None = None, *, yes: bool, echo: Echo, ask: Ask = system.ask_on_terminal) -> Report:
    """Brings these needs; all that the lab can use, for None.

    One part that cannot be had does not stop the others; the report and the sentences printed on the way name it.
    """
    problems: list[str] = []

    def attempt(step: Callable[[], object]) -> None:
        try:
            step()
        except (InstallError, SetupError) as problem:
            problems.append(str(problem))
            echo(str(problem))

    needs = all_needs.everything() if needs is None else tuple(needs)
    of_system = of_the_system(needs)
    wanted = system.missing(of_system)
    if wanted:
        attempt(lambda: system.install(system.packages(wanted), yes=yes, ask=ask, echo=echo))
    still_missing = system.missing(of_system)
    for each in still_missing:
        if isinstance(each, Program) and each.how_to_get:
            echo(f"{each.name} is not here, and setup does not bring it: {each.how_to_get}")
    gone = {need.name for need in still_missing}
    if any(isinstance(need, PythonPackage | PackagedLibrary) for need in needs):
        attempt(lambda: provision.ensure_clients_venv(echo))
    if any(isinstance(need, NodePackage) for need in needs):
        attempt(lambda: provision.ensure_node_modules(echo))
    if MVN.name not in gone:
        attempt(lambda: jars.ensure((need.artifact for need in from_maven(needs)), echo))
    pip = Index(provision.cache_dir(), echo).pip
    for need in needs:
        if isinstance(need, Part):
            attempt(lambda part=need: parts.ensure([parts.pinned(part.name)], echo, pip))  # type: ignore[misc]
        elif isinstance(need, Built) and need.compiler.name not in gone:
            attempt(lambda need=need: build.ensure(need, echo))  # type: ignore[misc]
    to_install = [need for need in still_missing if system.packages([need])]
    if to_install and system.has_apt():
        command = system.as_root(system.apt_command(system.packages(to_install)))
        echo(f"still missing: {', '.join(each.name for each in to_install)}. To get them: {command}")
    return Report(
        installed=tuple(system.packages(each for each in wanted if each.name not in gone)),
        missing=tuple(to_install),
        problems=tuple(problems),
    )
