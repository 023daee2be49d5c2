"""mssql-python: Microsoft's own Python driver, which carries Microsoft ODBC Driver 18 and its words.

It loads the same driver library as `odbc18`, without a driver manager, and wraps the driver's message into
`Driver Error: ...; DDBC Error: ...`, where the driver's name is cut out (mssql_python/exceptions.py).
"""

from collections.abc import Mapping
from dataclasses import replace

from tlslab.clients.base import Invocation, Machine, Request
from tlslab.clients.odbc import (
    DRIVER_LIBRARIES,
    MicrosoftDriver,
    connection_string,
    driver_templates,
    with_openssl,
)
from tlslab.clients.odbc import MESSAGE as ODBC_MESSAGE
from tlslab.clients.tds import read_versions, run_probe
from tlslab.model.evidence import Basis, Source
from tlslab.model.outcome import Completed
from tlslab.model.release import Versions
from tlslab.setup.needs import PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

# https://github.com/microsoft/mssql-python/blob/315b35d366f66081add23aaf010ce52481b8807f/mssql_python/excepti
# ons.py
MESSAGE = "DDBC Error: [Microsoft]"


OLDER = Source("observed by the lab of mssql-python 1.0.0 to 1.6.0", "")


class MssqlPython(MicrosoftDriver):
    """mssql-python with the driver that it bundles."""

    name = "mssql-python"
    title = "mssql-python (Microsoft's driver for Python)"
    driver = "mssql-python"
    needs = (PythonPackage("mssql-python"), *DRIVER_LIBRARIES)
    registry = Registry(RegistryKind.PYPI, "mssql-python")
    # That of the lock is newer than any release that a row is about.
    release: Mapping[str, str] = {"mssql-python": ""}
    templates = (
        *driver_templates(MESSAGE),
        *(
            replace(template, versions=Versions.of({"mssql-python": "<1.7"}), basis=Basis.OBSERVED, source=OLDER)
            for template in driver_templates(f"RuntimeError: {ODBC_MESSAGE}")
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        files = {"odbc_driver": machine.files["odbc18"]} if "odbc18" in machine.files else {}
        return run_probe(machine, {"driver": self.driver, "version": True, "files": files})

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        if not found:
            return ""
        driver = f"ODBC Driver {found['odbc_driver']}, " if "odbc_driver" in found else ""
        return f"mssql-python {found['mssql-python']} ({driver}{found['openssl']})"

    def invoke(self, request: Request) -> Invocation:
        question = {
            "driver": self.driver,
            "connection": {"connection_string": connection_string(request.side, request.endpoint, request.login)},
        }
        return with_openssl(request, run_probe(request.machine, question))


CLIENTS = (MssqlPython(),)
