"""A SQL Server container, or what stands in for it behind the same interface: one configuration at a time.

It serves once its log says so and it has let the lab in. Another configuration is loaded by replacing its files and
starting it again, so everything that differs between configurations is in files, and nothing in the environment.
"""

import contextlib
import re
from dataclasses import replace
from pathlib import PurePosixPath

import docker
from tlslab.clients.base import Login
from tlslab.model.situation import ServerEncryption, ServerSide
from tlslab.pki.mint import Mint
from tlslab.runtime.deadline import deadline
from tlslab.servers.mssql_conf import mssql_conf, store_of
from tlslab.servers.tds.packets import PacketType, frame
from tlslab.stages.docker.container import ContainerSpec, Directory, File, Files
from tlslab.stages.docker.pod import Pod
from tlslab.stages.docker.servers import OWN, DockerServer, mounted
from tlslab.stages.docker.volumes import Volume
from tlslab.stages.local.services import ServiceError

MSSQL = PurePosixPath("/var/opt/mssql")
MSSQL_UID, ROOT_UID = 10001, 0
PORT = 1433
CERTIFICATES = f"{MSSQL}/certs"
CERTIFICATE, KEY, CA_STORE = (f"{CERTIFICATES}/{name}" for name in ("server.pem", "server.key", "ca-store.pem"))
OPENSSL_CNF = f"{MSSQL}/openssl.cnf"
READY = "SQL Server is now ready for client connections"
NOT_SQL_SERVER = "It is not SQL Server."
"""What the lab's own endpoint says of itself, under whatever name its image goes (`tlslab.servers.mssql_image`)."""
MARK = frame(PacketType.PRELOGIN, b"\0")
"""A PRELOGIN packet whose payload is no list of options (MS-TDS 2.2.6.5): SQL Server logs error 17828 at once."""
LOGIN_TIMEOUT = 20.0
RETRY = 1.0
"""Seconds after which a login is tried again while the server says nothing new. While it sets itself up, SQL Server
refuses logins (error 18401) and does not say when that is over."""
_ERROR = re.compile(r"Error: \d+, Severity: \d+, State: \d+\.")
_BANNER = re.compile(r"Microsoft SQL Server \d{4}.*")


class SqlServer(DockerServer):
    """One container in a pod. `port`: its own there."""

    def __init__(
        self,
        client: docker.DockerClient,
        spec: ContainerSpec,
        pod: Pod,
        *,
        port: int,
        login: Login,
        limit: float,
        endpoint: str = "",
    ) -> None:
        """`endpoint`: what the lab's own endpoint is called, "" for other images. `limit`: seconds for a start.

        Its volume has the name of the container (`volume`), and has to be there before it is loaded.
        """
        super().__init__(
            client,
            replace(
                spec,
                environment={
                    **spec.environment,
                    "ACCEPT_EULA": "Y",
                    "MSSQL_SA_PASSWORD": login.password,
                    "MSSQL_PID": "Developer",
                    "MSSQL_TCP_PORT": str(port),
                    "SSL_CERT_FILE": CA_STORE,
                    "OPENSSL_CONF": OPENSSL_CNF,
                },
                host=mounted(spec, pod, MSSQL),
            ),
            pod.watch,
        )
        self.what = f"the SQL Server container {spec.name}"
        self.pod = pod
        self.port = port
        self._login = login
        self._endpoint = endpoint
        self._limit = limit
        self._side: ServerSide | None = None
        self._refusal = ""
        self._taken = 0
        self._started = False
        self._prepared: ServerSide | None = None
        self._version = ""

    @property
    def real(self) -> bool:
        return not self._endpoint and bool(self._version)

    @property
    def implementation(self) -> str:
        return self._endpoint or self._version or f"the image {self._container.spec.image}"

    def volume(self, side: ServerSide, mint: Mint) -> Volume:
        """The volume with which it starts with this configuration, to be filled before it is loaded for the first
        time. Raises ValueError as `mssql_conf` does.
        """
        self._prepared = side
        return Volume(self._container.spec.name, MSSQL, Directory(0o770, MSSQL_UID), sqlserver_files(side, mint))

    async def load(self, side: ServerSide, mint: Mint) -> None:
        """Serve this configuration, and nothing else any more.

        Raises ServiceError, with its own last words, when it does not serve, StageError when Docker does not start it,
        ValueError as `mssql_conf` does.
        """
        assert self._started or side == self._prepared
        files = sqlserver_files(side, mint) if self._started else None
        self._side = side
        self._lines, self._taken, self._refusal = [], 0, ""
        self._started = True
        try:
            await self.begin(files)
        except ServiceError:
            # A server that may not read its key has to end: the self-check finds out whether it is down for that.
            if side.key_readable or not self._container.ended.is_set():
                raise
        finally:
            self._version = banner(self._lines) or self._version
            self._taken = len(self._lines)

    @property
    def said(self) -> tuple[str, ...]:
        """What it has written since it was last loaded, without what is about the lab's own connections."""
        return tuple(of_clients(self._lines))

    async def take_log(self) -> tuple[str, ...]:
        """The lines since they were last taken, once the server has dealt with everything; without the lab's own.
        None of one that may not read its key: it has ended.

        Raises ServiceError when the server has ended, or does not deal with everything in time; Lost, OSError as
        `Agent.ask` does.
        """
        if self._side is not None and not self._side.key_readable and self._container.ended.is_set():
            return ()
        await self._check()
        await self._settle()
        fresh, self._taken = self._lines[self._taken :], len(self._lines)
        return tuple(of_clients(fresh))

    async def _serves(self) -> None:
        try:
            async with deadline(self._limit):
                async with self._news:
                    await self._news.wait_for(lambda: any(READY in line for line in self._lines))
                await self._let_in()
                await self._settle()
        except TimeoutError:
            why = f"; it refuses the lab's login: {self._refusal}" if self._refusal else ""
            raise ServiceError(
                f"{self.what} does not serve within {self._limit:.0f} s{why}: {self._last_words()}"
            ) from None

    async def _let_in(self) -> None:
        """Return when a login of the lab has succeeded."""
        while True:
            answer = await self._watch.ask(
                limit=2 * LOGIN_TIMEOUT,
                do="login",
                port=self.port,
                user=self._login.user,
                password=self._login.password,
                strict=self._side is not None and self._side.encryption is ServerEncryption.STRICT,
            )
            self._refusal = answer["refused"]
            if not self._refusal:
                return
            with contextlib.suppress(TimeoutError):
                async with deadline(RETRY):
                    await self._hear_more_than(len(self.said))

    async def _hear_more_than(self, lines: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: len(self.said) > lines)

    async def _settle(self) -> None:
        before = self._own_marks()
        await self._watch.ask(do="mark", port=self.port, bytes=MARK.hex())
        await self._hear_that(lambda: self._own_marks() > before)

    def _own_marks(self) -> int:
        marks = ("is structurally invalid", "A TDS 7.x connection was refused")
        return sum(f"[CLIENT: {OWN}]" in line and any(mark in line for mark in marks) for line in self._lines)


def banner(lines: list[str]) -> str:
    """The version that SQL Server logs; "" for a program that logs none, or says that it is not SQL Server."""
    if any(NOT_SQL_SERVER in line for line in lines):
        return ""
    return next((found[0].strip() for line in lines if (found := _BANNER.search(line))), "")


def of_clients(lines: list[str]) -> list[str]:
    """The lines of an errorlog that are not about the lab's own connections. An error has two lines, and the second one
    says whose it is.
    """
    kept: list[str] = []
    for line in lines:
        if f"[CLIENT: {OWN}]" not in line:
            kept.append(line)
        elif kept and _ERROR.search(kept[-1]):
            kept.pop()
    return kept


def sqlserver_files(side: ServerSide, mint: Mint) -> Files:
    """What is put into a SQL Server container for this side, with the ownership and modes that the documents ask for.

    The CA store is the system's, from which SQL Server completes the chain that it sends (microsoft/mssql-docker, issue
    966); an unrelated root is always in it. The security level is that of the system's OpenSSL.

    Raises ValueError as `mssql_conf` does.
    """
    chain = side.chain
    store = mint.public_root
    files: dict[str, File | Directory] = {
        CERTIFICATES: Directory(0o700, MSSQL_UID),
        f"{MSSQL}/mssql.conf": File(mssql_conf(side, CERTIFICATE, KEY), 0o640, MSSQL_UID),
        OPENSSL_CNF: File(_openssl_cnf(side.security_level), 0o444, MSSQL_UID),
    }
    if chain is not None:
        files[CERTIFICATE] = File(mint.chain_pem(chain), 0o400, MSSQL_UID)
        files[KEY] = File(mint.leaf_key_pem(chain.leaf), 0o400, MSSQL_UID if side.key_readable else ROOT_UID)
        store += mint.pem(*store_of(chain))
    return {**files, CA_STORE: File(store, 0o444, MSSQL_UID)}


def _openssl_cnf(level: int) -> str:
    """The system's OpenSSL at a security level (config(5), "SSL Configuration")."""
    return (
        "openssl_conf = default_conf\n[default_conf]\nssl_conf = ssl_sect\n[ssl_sect]\n"
        "system_default = system_default_sect\n[system_default_sect]\n"
        f"MinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL={level}\n"
    )
