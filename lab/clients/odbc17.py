"""Microsoft ODBC Driver 17 for SQL Server, through pyodbc: the release before encryption became the default.

Its words are those of Driver 18 behind another name. It verifies when `Encrypt=yes` is asked for, and not where only
the server demands encryption. Microsoft's package sources alone have it.
"""

from collections.abc import Mapping

from tlslab.clients.base import Invocation, Machine, Request
from tlslab.clients.odbc import DRIVER_LIBRARIES, MicrosoftDriver, connection_string, driver_templates, with_openssl
from tlslab.clients.tds import DRIVER_MANAGER, read_versions, run_probe
from tlslab.model.conditions import DEMANDS_ENCRYPTION
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import tolerates
from tlslab.model.outcome import Completed
from tlslab.model.situation import Encryption, Situation
from tlslab.setup.needs import Brought, PythonPackage

DIFFERENCES = Source(
    'Microsoft, "Major version differences" (ODBC Driver 17 and 18), section "Default encryption behavior"',
    "https://learn.microsoft.com/sql/connect/odbc/major-version-differences",
)
DRIVER = Brought(
    "odbc17",
    ("/opt/microsoft/msodbcsql17/lib64/libmsodbcsql-17.*.so.*",),
    "Microsoft ODBC Driver 17",
    "add Microsoft's package source for this system (Microsoft, \"Install the Microsoft ODBC driver for SQL Server "
    '(Linux)"), then: ACCEPT_EULA=Y apt-get install msodbcsql17',
)


class Odbc17(MicrosoftDriver):
    """pyodbc with Microsoft ODBC Driver 17."""

    name = "odbc17"
    title = "Microsoft ODBC Driver 17 through pyodbc"
    driver = "pyodbc"
    needs = (PythonPackage("pyodbc"), *DRIVER_LIBRARIES, DRIVER_MANAGER, DRIVER)
    library = DRIVER.name
    supports = MicrosoftDriver.supports - {"expected_name", "pin"}
    lacks: Mapping[str, str] = {
        "expected_name": "Driver 17 has no keyword for another name: HostnameInCertificate came with Driver 18",
        "pin": "Driver 17 has no keyword for the certificate itself: ServerCertificate came with Driver 18.1",
    }
    templates = driver_templates("[Microsoft][ODBC Driver 17 for SQL Server]")
    rows = (
        *MicrosoftDriver.rows,
        tolerates(
            "Driver 17 verifies only when the client asks for encryption, not where the server demands it",
            of=[DEMANDS_ENCRYPTION],
            phases=[Phase.VERIFY, Phase.NAME],
            basis=Basis.AUTHORITATIVE,
            source=DIFFERENCES,
        ),
    )

    def version_probe(self, machine: Machine) -> Invocation:
        request = {"driver": self.driver, "version": True, "files": {"odbc_driver": machine.files[self.library]}}
        return run_probe(machine, request)

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return "ODBC Driver {odbc_driver} (pyodbc {pyodbc}, {openssl})".format(**found) if found else ""

    def inexpressible(self, situation: Situation) -> str | None:
        if situation.client.encryption is Encryption.STRICT:
            return "Driver 17 knows no TDS 8.0: `Encrypt` is yes or no"
        return super().inexpressible(situation)

    def invoke(self, request: Request) -> Invocation:
        text = connection_string(request.side, request.endpoint, request.login, request.machine.files[self.library])
        env = {"ODBCSYSINI": str(request.workdir)}
        question = {"driver": self.driver, "connection": {"connection_string": text}}
        return with_openssl(request, run_probe(request.machine, question, env=env))


CLIENTS = (Odbc17(),)
