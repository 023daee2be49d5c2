"""Microsoft.Data.SqlClient, .NET's driver for SQL Server, in any release of NuGet: `microsoft-data-sqlclient@7.1.1`.

It needs the .NET SDK, which builds `probes/SqlClient.csproj` with the release that is named, once. A process serves
many attempts. Options: Microsoft, "SqlConnection.ConnectionString"; what sixteen releases did was measured
(tests/libraries/data/sqlclient.json), and its rows (`tlslab.libraries.sqlclient`) are held against that.
"""

from collections.abc import Mapping
from dataclasses import replace

from tlslab.clients.base import PIN, Invocation, Machine, Request
from tlslab.clients.sqlclient import OnOpenssl
from tlslab.clients.tds import read_versions
from tlslab.libraries.sqlclient.drivers import MICROSOFT
from tlslab.model.outcome import Completed
from tlslab.model.situation import Encryption, Situation
from tlslab.setup.needs import Brought
from tlslab.setup.versions.registry import Registry, RegistryKind

PACKAGE = "Microsoft.Data.SqlClient"
NEWEST = "7.1.1"
"""The newest release of which it was measured what it does."""
HOW_TO_GET = (
    "the .NET SDK, 8 or newer, with `dotnet` in PATH and NuGet in reach; then name a release: "
    f"./tlslab run --client {MICROSOFT}@{NEWEST}"
)
BUILT = Brought(
    MICROSOFT,
    (),
    "a release of Microsoft.Data.SqlClient, which is on NuGet",
    HOW_TO_GET,
)
SDK = Brought("dotnet-sdk", ("/usr/bin/dotnet", "/usr/*/dotnet/dotnet"), "the .NET SDK", HOW_TO_GET)


class MicrosoftDataSqlClient(OnOpenssl):
    """Microsoft.Data.SqlClient on .NET."""

    name = MICROSOFT
    title = "Microsoft.Data.SqlClient (.NET)"
    needs = (BUILT, SDK)
    library = MICROSOFT
    registry = Registry(RegistryKind.NUGET, PACKAGE)
    release: Mapping[str, str] = {MICROSOFT: NEWEST}
    supports = OnOpenssl.supports | {"expected_name", "pin"}

    def version_probe(self, machine: Machine) -> Invocation:
        return Invocation(self._argv(machine), stdin='{"version": ""}\n')

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return f"{MICROSOFT} {found['driver'].split('+')[0]} (.NET {found['runtime']})" if found else ""

    def inexpressible(self, situation: Situation) -> str | None:
        if situation.client.trust_everything and situation.client.encryption is Encryption.STRICT:
            return "with Encrypt=Strict the driver ignores TrustServerCertificate: it always verifies"
        return None

    def invoke(self, request: Request) -> Invocation:
        made = self.run(request, self._argv(request.machine), {})
        if request.side.pin is None:
            return made
        return replace(made, files={**made.files, PIN: request.material.pin})

    def _argv(self, machine: Machine) -> tuple[str, ...]:
        return (machine.files[SDK.name], machine.files[self.library])


CLIENTS = (MicrosoftDataSqlClient(),)
