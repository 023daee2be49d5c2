"""What the JDBC drivers share: `probes/Jdbc.java` in a JVM that serves many attempts (`tlslab.clients.jvm`)."""

from tlslab.clients.base import Invocation, Machine
from tlslab.clients.jvm import JvmClient
from tlslab.clients.tds import read_versions
from tlslab.model.outcome import Completed
from tlslab.model.situation import ServerKind

LOGIN_TIMEOUT = 10
"""Seconds. Up to 9.4 mssql-jdbc tries again until then where nobody listens; jTDS waits for ever without."""


class JdbcDriver(JvmClient):
    """A JDBC driver, a jar, in a JVM. `version_class`: what in it knows its version."""

    kinds = frozenset({ServerKind.SQLSERVER})
    main = "Jdbc"
    version_class: str

    def version_probe(self, machine: Machine) -> Invocation:
        return self.run(machine, (), {}, {"version": self.version_class}, {})

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return f"{self.name} {found['driver']} (Java {found['java']})" if found else ""

    def classes(self, machine: Machine) -> tuple[str, ...]:
        return (machine.files[self.library],)
