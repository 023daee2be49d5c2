"""nginx as the HTTPS server: one process for all server sides, one port each.

Pure: from server sides to a configuration and a command. The stage reserves the ports with
SO_REUSEPORT and keeps them reserved while nginx listens on them, so no port is ever guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tlslab.model.certificate import Chain
from tlslab.model.situation import ServerSide, TLSVersion
from tlslab.servers.cipher_list import ciphers, dh_parameters
from tlslab.servers.nginx_log import ACCESS_PREFIX
from tlslab.setup.needs import Packages, Program

# Debian's plain `nginx` has the TLS module; nginx-light is the same binary plus an extra module.
PROGRAM = Program("nginx", Packages(apt="nginx"))
SUPPORTS = frozenset(
    {
        *("tls_min", "tls_max", "security_level", "virtual_hosts", "staple", "ipv6"),
        *("key_exchange", "small_dh", "usual_suites", "client_anchors"),
    }
)
"""The options of a server side that it can be set up with (`tlslab.model.situation.options`)."""
SUPPORTS_WHERE_FILES_CHANGE = SUPPORTS | {"on_disk"}
"""The same, where its files can be replaced while it runs."""


@dataclass(frozen=True, slots=True)
class Block:
    """One `server` block: a server side, or one of its virtual hosts, the names of its files, its port, its chain."""

    identity: str
    side: ServerSide
    port: int
    chain: Chain
    name: str = ""


def blocks_of(sides: Mapping[str, ServerSide], ports: Mapping[str, int]) -> tuple[Block, ...]:
    """The blocks of these sides, each of which has a chain. The first of a port is the default (nginx, `listen`)."""
    found: list[Block] = []
    for identity, side in sides.items():
        assert side.chain
        found.append(Block(identity, side, ports[identity], side.chain))
        for number, host in enumerate(side.virtual_hosts, 1):
            found.append(Block(f"{identity}.host-{number}", side, ports[identity], host.chain, host.name))
    return tuple(found)


def configuration(workdir: Path, address: str, blocks: tuple[Block, ...], sentinel_port: int) -> str:
    """nginx.conf for these server sides. The sentinel answers plain HTTP and so tells when nginx has caught up.

    Everything is logged to standard error (`nginx_log`), the sentinel's requests as well.
    """
    servers = "\n".join(_server(workdir, address, block) for block in blocks)
    return f"""\
daemon off;
master_process off;
pid {workdir}/nginx.pid;
error_log stderr info;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {workdir}/tmp; proxy_temp_path {workdir}/tmp; fastcgi_temp_path {workdir}/tmp;
    uwsgi_temp_path {workdir}/tmp; scgi_temp_path {workdir}/tmp;
    log_format lab '{ACCESS_PREFIX}$remote_addr:$remote_port [$ssl_protocol $ssl_cipher] "$request" $status';
    access_log /dev/stderr lab;
    server {{ listen {address}:{sentinel_port} reuseport; location / {{ return 200 "ready\\n"; }} }}
{servers}
}}
"""


def _server(workdir: Path, address: str, block: Block) -> str:
    side = block.side
    # nginx sends the file as it is: it compares no signature and no date (ngx_ssl_stapling_file).
    stapling = f"ssl_stapling on; ssl_stapling_file {workdir}/{staple_file(block)};" if staples(block) else ""
    versions = " ".join(version.label for version in TLSVersion if side.tls_min <= version <= side.tls_max)
    options = "ssl" if block.name else "ssl reuseport"
    addresses = (address, *(("[::1]",) if side.ipv6 else ()))
    where = " ".join(f"listen {item}:{block.port} {options};" for item in addresses)
    name = f" server_name {block.name};" if block.name else ""
    parameters = f"\n        ssl_dhparam {workdir}/{block.identity}.dh.pem;" if side.small_dh else ""
    # It finishes every handshake, and answers whom it does not take with 400 (ngx_http_request.c).
    trusted = f"ssl_client_certificate {workdir}/{block.identity}.clients.pem;"
    clients = f"ssl_verify_client on; {trusted}" if side.client_anchors else ""
    return f"""\
    server {{
        {where}{name}
        ssl_certificate {workdir}/{block.identity}.chain.pem;
        ssl_certificate_key {workdir}/{block.identity}.key.pem;
        ssl_protocols {versions};
        ssl_ciphers {ciphers(side)}:@SECLEVEL={side.security_level};{parameters}
        {stapling}{clients}
        default_type text/plain;
        location / {{ return 200 "TLS trust lab: the connection stands\\n"; }}
    }}"""


def staples(block: Block) -> bool:
    """Whether this block sends an answer of OCSP: a side has one, for its own chain."""
    return block.side.staple is not None and not block.name


def staple_file(block: Block) -> str:
    """The name of the file with the answer of OCSP (DER) that a block sends."""
    return f"{block.identity}.ocsp.der"


def files(block: Block, chain_pem: str, key_pem: str, clients_pem: str = "") -> Mapping[str, str]:
    """The certificate files of one server side, and its Diffie-Hellman parameters. `clients_pem`: of the CAs of its
    clients.
    """
    parameters = dh_parameters(block.side)
    return {
        f"{block.identity}.chain.pem": chain_pem,
        f"{block.identity}.key.pem": key_pem,
        **({f"{block.identity}.dh.pem": parameters} if parameters else {}),
        **({f"{block.identity}.clients.pem": clients_pem} if clients_pem else {}),
    }


def command(program: str, workdir: Path) -> tuple[str, ...]:
    """How to start nginx in the foreground with this configuration."""
    return (program, "-e", "stderr", "-p", f"{workdir}", "-c", f"{workdir}/nginx.conf")
