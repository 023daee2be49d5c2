"""An adapter whose client is the wheel `tiny`: it says its version and nothing else."""

from tlslab.clients.base import Client, Invocation, Machine, Request, Roots, Trust
from tlslab.model.evidence import Source
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import ClientSide, ServerKind, options
from tlslab.setup.needs import Need, PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

ASK = "import tiny; print('tiny', tiny.VERSION)"


class Tiny(Client):
    """tiny."""

    name = "tiny"
    title = "Tiny"
    kinds = frozenset({ServerKind.HTTPS})
    tls_library = "none"
    templates = ()
    default_trust = Trust(Roots.NONE, "it connects to nobody", Source("its source", ""))
    needs: tuple[Need, ...] = (PythonPackage("tiny"),)
    supports = frozenset(options(ClientSide))
    registry: Registry | None = Registry(RegistryKind.PYPI, "tiny")

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation((machine.python, "-I", "-c", ASK))

    def read_version(self, completed: Completed) -> str:
        return completed.stdout.strip()

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        return ()

    def invoke(self, request: Request) -> Invocation:
        return self.version_probe(request.machine)

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return Outcome(Result.REFUSED, completed.stdout)


class TinyWithCompanion(Tiny):
    """tiny, which brings no TLS of its own."""

    registry = Registry(RegistryKind.PYPI, "tiny", ("tiny-tls",))


class System(Tiny):
    """A client that comes with the system: one program."""

    name = "system"
    registry = None
    program = "curl"
