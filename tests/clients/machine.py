"""A machine that has every program that some client needs, at made-up paths."""

from tlslab.clients import all_clients
from tlslab.clients.base import Machine
from tlslab.setup import all_needs
from tlslab.setup.needs import Built, Library, Program

PROGRAMS = {need.name for client in all_clients() for need in client.needs if isinstance(need, Program | Built)}
LIBRARIES = {
    need.name: f"/{need.name}" for client in all_clients() for need in client.needs if isinstance(need, Library)
}
JARS = {need.name: f"/{need.name}.jar" for need in all_needs.jars()}
FILES = {name: f"/{name}" for name in all_needs.other_files()}
MACHINE = Machine(
    which={name: f"/usr/bin/{name}" for name in PROGRAMS},
    python="/clients/bin/python",
    node_modules="/node_modules",
    files={
        **LIBRARIES,
        "odbc18": "/driver.so",
        "mssqlodbc": "/mssqlodbc.so",
        "tdsodbc": "/tdsodbc.so",
        **JARS,
        **FILES,
    },
)
