"""The client adapter: how the lab drives one real program, as pure functions.

An adapter knows no scenario. It says what its client needs on the machine, what it can express, its options as typed
for a `ClientSide`, how to invoke it once, how to read what came back, and in which words it wraps the reasons of its
TLS library. It starts nothing itself: a stage lays out the files, runs the invocation and collects the output.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

from tlslab import PROGRAM
from tlslab.model.evidence import Basis, Source
from tlslab.model.library import Offers, Own, Template
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.situation import PEM_FILE, ClientSide, ServerKind, Situation, options, unsupported
from tlslab.setup.needs import (
    Brought,
    Built,
    Jar,
    Library,
    Need,
    NodePackage,
    PackagedLibrary,
    Part,
    Program,
    PythonPackage,
)
from tlslab.setup.versions.registry import Registry
from tlslab.truststores import all_kinds
from tlslab.truststores.kind import Laid

SETUP = f"{PROGRAM} setup"
"""The command that brings what most clients lack."""
PYTHON_CLIENTS = "the Python environment of the clients"
"""What is lacking before it has been built; a run builds it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server listens. Clients connect to a name that resolves to `address`."""

    kind: ServerKind
    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Material:
    """The certificates of a client side as PEM text.

    `anchors`: what the client side is given to trust; where that is nothing, an unrelated root, for a client that
    cannot do without a file. `intermediates`: certificates given only to complete chains. `bundle`: both, for clients
    that have one file for the two. `default_store`: what stands in the store that the client reads by itself, for one
    whose list no stage can lay out but that has a variable which adds to it. `crls`: the lists of revoked certificates.
    `pin`: the one certificate to accept.
    `certificate`: the client's own, with what it sends beside it, and `key` its private key; "" where it has none.
    """

    anchors: str
    intermediates: str = ""
    default_store: str = ""
    crls: str = ""
    pin: str = ""
    certificate: str = ""
    key: str = ""

    @property
    def bundle(self) -> str:
        return self.anchors + self.intermediates


@dataclass(frozen=True, slots=True)
class Login:
    """The SQL login of the lab's servers."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class ProxyAddress:
    """Where the proxy of a client side listens (`tlslab.model.proxy.HOST`), and a user of it. By default: as typed."""

    port: int = 3128
    user: str = "USER"
    password: str = "PASSWORD"


AS_TYPED = ProxyAddress()


@dataclass(frozen=True, slots=True)
class Request:
    """One attempt, as it is asked of an adapter: the client side to express, where to connect, and what it finds there.

    `workdir` is the absolute path of the attempt's own directory, which gets the invocation's files.
    """

    machine: "Machine"
    side: ClientSide
    endpoint: Endpoint
    material: Material
    login: Login
    workdir: PurePosixPath
    proxy: ProxyAddress = AS_TYPED

    def trust(self, pem: str | None = None, path: str = "") -> Laid:
        """The trust store of the client side, with these certificates in it (None: the material's bundle).

        `path`: where a client looks for it that cannot be told.
        """
        store = self.side.store
        return all_kinds()[store.kind].lay(self.material.bundle if pem is None else pem, store.flaw, path)


@dataclass(frozen=True, slots=True)
class Worker:
    """What makes a program a worker, a process that serves many attempts, one after the other: it answers each line of
    its standard input with one line, and ends when the input does.

    Fixed for the process are argv, the environment and these `files`, in a directory of its own, its HOME and working
    directory: they are the same for every attempt that it may serve, and so name no attempt's directory. `traces`:
    patterns of files in that directory, which a program keeps for its next connection; one that has kept any is not
    asked again.
    """

    files: Mapping[str, bytes | str] = field(default_factory=dict)
    traces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a program. File names are relative to the attempt's own directory, which is also HOME and the
    working directory; a file is text (UTF-8) or bytes.

    `prepare`: commands that run before it, one after the other, with the same directory and environment, each for
    `prepare_timeout` seconds at most; one that does not end with 0 is an error of the lab. Their time does not count.
    `env` is the whole environment beside what every attempt gets (HOME, PATH, LC_ALL=C.UTF-8, TMPDIR): nothing is
    inherited. `collect` names files to read back. `timeout` in seconds, after which the stage ends the process group.

    With a `worker`, `stdin` is one line, the request of this attempt, and `files` are those of the attempt, which the
    request names by their whole paths. Attempts share a process only where all that is fixed for it is equal.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes | str] = field(default_factory=dict)
    stdin: str = ""
    collect: tuple[str, ...] = ()
    timeout: float = 20.0
    prepare: tuple[tuple[str, ...], ...] = ()
    prepare_timeout: float = 60.0
    worker: Worker | None = None

    @property
    def alone(self) -> "Invocation":
        """The same attempt by a process that makes no other one."""
        if self.worker is None:
            return self
        return replace(self, files={**self.worker.files, **self.files}, worker=None)


def shared(told: Invocation, request: Request) -> Invocation:
    """An invocation with a worker as it is, and alone where what is fixed for its process is this attempt's own: a path
    in its directory, or the variables of the client side.
    """
    own = request.side.environment or any(str(request.workdir) in value for value in told.env.values())
    return told.alone if own else told


@dataclass(frozen=True, slots=True)
class Missing:
    """The client is not here: what is lacking, and the exact command that brings it."""

    what: str
    how_to_get: str


@dataclass(frozen=True, slots=True)
class Machine:
    """What the stage offers: where programs are. `python`: the interpreter of the clients' environment;
    `node_modules`: the lab's npm packages.

    `which` maps a program's name to its path; `files` maps names of other files (the ODBC drivers) to theirs.
    Only what exists is listed.
    """

    which: Mapping[str, str] = field(default_factory=dict)
    python: str = ""
    python_packages: Mapping[str, str] = field(default_factory=dict)
    """Distribution name (normalised) to version, in the clients' environment."""
    node_modules: str = ""
    node_packages: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    gnutls: frozenset[str] = frozenset()
    """Which of these programs and files are linked with GnuTLS; builds with another library say other words."""
    absent: Mapping[str, str] = field(default_factory=dict)
    """Clients that cannot be had here, by name, with the reason; setup would not bring them either."""
    system_roots: frozenset[str] = frozenset()
    """Which of these programs are built to read the system's trust store, although they usually bring roots of their
    own."""
    obstacle: Missing | None = None
    """Why no client at all can run here, and what brings what is lacking."""


def lacking(needs: Iterable[Need], machine: Machine) -> Missing | None:
    """The first of these needs that a machine does not meet, with the command that installs it; None: it meets all."""
    for need in needs:
        what = _lacking(need, machine)
        if what:
            return Missing(what, _how_to_get(need, machine))
        if isinstance(need, Program | Library) and need.gnutls and need.name not in machine.gnutls:
            return Missing(
                f"a {need.name} that is linked with GnuTLS (the one here uses another TLS library, with other words)",
                "Debian's, Ubuntu's, EPEL's and openSUSE's packages of FreeTDS, and Debian's and Red Hat's of wget, "
                "are GnuTLS builds",
            )
    return None


def _how_to_get(need: Need, machine: Machine) -> str:
    if isinstance(need, Built) and need.compiler.name not in machine.which and need.compiler.how_to_get:
        return need.compiler.how_to_get
    return need.how_to_get if isinstance(need, Brought) else SETUP


def _lacking(need: Need, machine: Machine) -> str:
    """What a machine lacks of one need, in words; "" when it is all there."""
    match need:
        case Program():
            return "" if need.name in machine.which else need.words
        case Library() | PackagedLibrary():
            return "" if need.name in machine.files else need.words
        case PythonPackage():
            if not machine.python:
                return PYTHON_CLIENTS
            return "" if need.name in ("", *machine.python_packages) else f"the Python package {need.name}"
        case NodePackage():
            return "" if need.name in machine.node_packages else f"the npm package {need.name}"
        case Jar():
            return "" if need.name in machine.files else f"the jar {need.artifact}"
        case Part() | Brought():
            return "" if need.name in machine.files else need.words
        case Built():
            if need.name in machine.which:
                return ""
            return (
                need.words
                if need.compiler.name in machine.which
                else f"{need.compiler.words}, which builds {need.name}"
            )


def lacks_for_stores(sides: Iterable[ClientSide], machine: Machine) -> Missing | None:
    """What a machine lacks to lay out the trust stores of these client sides; None: nothing."""
    return lacking((need for side in sides for need in all_kinds()[side.store.kind].needs), machine)


class Roots(StrEnum):
    """Where the roots come from that a client trusts when it is told nothing."""

    SYSTEM = "system"
    """The trust store of the system."""
    OWN = "own"
    """A list that the client brings, or only the roots that an option of the client names."""
    NONE = "none"
    """It uses none: without options it connects to any server."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What a client trusts when it is told nothing: `why`, in a sentence, and the sources.

    `unless`: where some way to tell the system of a CA, by its name, leaves what the client reads as it was: what it
    trusts then.
    """

    roots: Roots
    why: str
    source: Source
    basis: Basis = Basis.AUTHORITATIVE
    unless: "tuple[tuple[str, Trust], ...]" = ()

    def after(self, way: str) -> "Trust":
        """What it trusts after this way."""
        return dict(self.unless).get(way, self)


DECLARED = ("name", "title", "kinds", "tls_library", "templates", "default_trust", "needs", "supports")
"""What every client says of itself as attributes of its class."""


class Client(ABC):
    """One client. Subclasses are stateless; one instance each is registered in `tlslab.clients`.

    A class that lacks one of `DECLARED`, or has an invalid value in one, is a TypeError when it is defined; abstract
    classes hold what several clients share.
    """

    name: str
    title: str
    """The client's name for people: `Microsoft ODBC Driver 18 through pyodbc`."""
    kinds: frozenset[ServerKind]
    tls_library: str
    """The TLS library inside it, in words: `OpenSSL of the system`."""
    templates: tuple[Template, ...]
    """How it presents what its TLS libraries say (`tlslab.libraries`)."""
    release: Mapping[str, str] = {}
    """The version of each program and library of it that is known before it plays, by its name."""
    rows: tuple[Own, ...] = ()
    """What it says and tolerates itself: its own verification, its options that change what is looked at."""
    offers: tuple[Offers, ...] = ()
    """Which versions of TLS it offers by itself, where that is fewer than its libraries offer."""
    default_trust: Trust
    """What it trusts when it is told nothing (`ClientSide.defaults_only`), unless the machine makes a difference."""
    no_default_store: str = ""
    """Why it has no store of its own in which another host's root could stand, or the lab cannot fill it, in a
    sentence; "" where it has one. Then no fix can break other hosts for it, or the lab cannot see that.
    """
    roots_file: str = ""
    """The name in `Machine.files` of the file with the list of roots that it brings; "": it has none."""
    supports: frozenset[str]
    """The options of a client side that it can be told of, by their fields (`tlslab.model.situation.options`). Where a
    client side says something else, the cell is not played.
    """
    lacks: Mapping[str, str] = {}
    """Why it cannot be told of an option, in a sentence of its own."""
    door: str = ""
    """Of a client that can be given the same things in several ways: the way of this one, in words. Its name is that of
    the client with a word behind a dot, `requests.ssl-context`; the client without one takes the usual way.
    """
    variables: frozenset[str] = frozenset()
    """The variables of the environment (`tlslab.model.environment`) that it was tried with; whether it reads one is a
    row of its own. A cell that sets another one is left out. A stage sets them; the adapter is not asked.
    """
    no_variables: Mapping[str, str] = {}
    """Why it is not tried with a variable that it knows, in a sentence of its own."""
    stores: Mapping[str, str] = {PEM_FILE: ""}
    """The kinds of trust stores that it takes (`tlslab.truststores`), each with the option that names one."""
    delegates: bool = False
    """Whether it stands for another client, from which it takes its declarations."""
    distribution: str = ""
    """Where it runs, on a stage that has several (`tlslab.clients.placed`); "": on the machine."""
    registry: Registry | None = None
    """Where its versions come from; None: it comes with the system."""
    needs: tuple[Need, ...]
    """What it needs on a machine, in the order in which the lab reports what is missing."""
    program: str = ""
    """Its program's name in `Machine.which`, where one program of the user's own can take its place."""
    library: str = ""
    """The name of its library in `Machine.files`, where one of the user's own can take its place."""

    @property
    def family(self) -> str:
        """The client's name without its door."""
        return self.name.partition(".")[0] if self.door else self.name

    def missing(self, machine: Machine) -> Missing | None:
        """What this client lacks on this machine, or None when it can run."""
        return lacking(self.needs, machine)

    @abstractmethod
    def version_probe(self, machine: Machine) -> Invocation:
        """How to ask the client (not its package) for its version."""

    @abstractmethod
    def read_version(self, completed: Completed) -> str:
        """The version and TLS library in one line, from the probe's output; "" when it cannot be read."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if not (cls.delegates or inspect.isabstract(cls)) and (problem := wrong_declaration(cls)):
            raise TypeError(f"the client {cls.__qualname__} ({cls.__module__}): {problem}")

    def cannot(self, situation: Situation) -> str | None:
        """Why this client cannot express the situation (a sentence), or None when it can: an option that it does not
        support, or a value that it does not have (`inexpressible`).
        """
        if other := unsupported(situation.client, self.supports | {"environment"}):
            name, words = other
            return self.lacks.get(name, f"{self.name} has no option for {words}")
        for variable in situation.client.environment:
            if variable.name not in self.variables:
                nothing = f"the lab knows of no use that {self.name} makes of the variable {variable.name}"
                return self.no_variables.get(variable.name, nothing)
            if variable.name == self.stores.get(situation.client.store.kind) and situation.client.has_store:
                return f"{self.name} takes its trust store from the variable {variable.name} itself"
        if situation.client.store.kind not in self.stores:
            kind = all_kinds()[situation.client.store.kind]
            return f"{self.name} has no option for a trust store that is a {kind.words}"
        return self.inexpressible(situation)

    def store_option(self, side: ClientSide) -> tuple[str, str]:
        """The option that names the trust store of this client side, and where the store is."""
        return self.stores[side.store.kind], all_kinds()[side.store.kind].path

    def inexpressible(self, situation: Situation) -> str | None:
        """Why it has no way to express a value of an option that it supports, or several together (a sentence).

        Never inferred from failing.
        """
        return None

    def default_trust_on(self, machine: Machine) -> Trust:
        """What it trusts on this machine when it is told nothing; not the same everywhere for programs whose store is
        chosen when they are built.
        """
        return self.default_trust

    def roots_path(self, machine: Machine) -> str:
        """The file with the list of roots that it brings, on this machine; "" where it has none."""
        return machine.files.get(self.roots_file, "")

    @abstractmethod
    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        """The options of this client side in the client's own words, for people to copy; file names are `ca.pem` and
        the like.
        """

    def typed(self, side: ClientSide) -> tuple[str, ...]:
        """All that people type for this client side: the variables of its environment, and the client's own options."""
        return (*(word for variable in side.environment for word in variable.as_typed), *self.options_as_typed(side))

    @abstractmethod
    def invoke(self, request: Request) -> Invocation:
        """How to make one attempt."""

    @abstractmethod
    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        """The outcome of an invocation. The stage decides timeouts; a probe that died on a signal is a crash."""


def wrong_declaration(client: type[Client]) -> str:
    """What is wrong with what a class says of its client, in a sentence; "" when nothing is."""
    forgotten = [name for name in DECLARED if not hasattr(client, name)]
    if forgotten:
        return f"it does not say its `{'`, `'.join(forgotten)}` (see the attributes of tlslab.clients.base.Client)"
    if "cannot" in vars(client):
        return "it has its own `cannot`, which holds every client to its `supports`; values go into `inexpressible`"
    known = options(ClientSide)
    for attribute, given in (("supports", client.supports), ("lacks", client.lacks.keys())):
        if unknown := sorted(set(given) - known.keys()):
            return f"`{attribute}` names what is no option: {', '.join(unknown)}. Options are {', '.join(known)}"
    if both := sorted(client.supports & client.lacks.keys()):
        return f"it both supports and lacks {', '.join(both)}"
    needs: tuple[Any, ...] = client.needs
    others = [need for need in needs if not isinstance(need, Need)]
    return f"`needs` holds what is no need (tlslab.setup.needs): {others}" if others else ""


PIN = "pin.pem"
"""The file with the certificate to accept, where a client compares it (`ClientSide.pin`)."""
CRL = "crl.pem"
"""The file with the lists of revoked certificates, where a client side is given some."""


CERTIFICATE, KEY = "client.pem", "client-key.pem"
"""The files with the client's own certificate and its key, where a client side has one."""


def own_files(request: Request) -> dict[str, bytes | str]:
    """Those files, for an invocation."""
    material = request.material
    return {CERTIFICATE: material.certificate, KEY: material.key} if material.certificate else {}


def crl_file(request: Request) -> dict[str, bytes | str]:
    """That file, for an invocation."""
    return {CRL: request.material.crls} if request.side.crls else {}


PROBES = Path(__file__).parent / "probes"
"""The small programs that are run as clients, in their own processes."""


def probe(name: str) -> str:
    """The text of a probe, to be laid out among an invocation's files."""
    return (PROBES / name).read_text(encoding="utf-8")
