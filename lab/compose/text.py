"""The text of docker/compose.yaml."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tlslab.clients.base import Client
from tlslab.compose.layout import MOUNTS, TRUST
from tlslab.compose.servers import INSIDE, NUMBERS, PORTS, Server
from tlslab.compose.tries import tries
from tlslab.model.knowledge import Knowledge
from tlslab.model.situation import ServerKind
from tlslab.stages.docker import sqlserver_image
from tlslab.stages.docker.base_images import NGINX
from tlslab.stages.docker.sqlserver_container import CA_STORE, OPENSSL_CNF, READY

TEMPLATE = "compose.yaml.jinja"
PASSWORD = "Tls-trust-lab-1"
"""The password of `sa` unless TLSLAB_SA_PASSWORD names another. No secret: it guards nothing, on loopback alone."""


def text(servers: Sequence[Server], clients: Sequence[Client], knowledge: Knowledge) -> str:
    """The compose file of these servers."""
    jinja = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    groups = [list(group) for _, group in groupby(servers, key=lambda server: server.scenario)]
    return jinja.get_template(TEMPLATE).render(
        groups=groups,
        numbers={group[0].scenario: group[0].number for group in groups},
        names={kind.value: _names(servers, kind) for kind in ServerKind},
        tries={
            group[0].scenario: [each for server in group for each in tries(server, clients, knowledge)]
            for group in groups
        },
        environment={"SSL_CERT_FILE": CA_STORE, "OPENSSL_CONF": OPENSSL_CNF},
        mounts={kind.value: str(mount) for kind, mount in MOUNTS.items()},
        inside={kind.value: port for kind, port in INSIDE.items()},
        ports={kind.value: port for kind, port in PORTS.items()},
        number_key=NUMBERS,
        trust=TRUST,
        ready=READY,
        nginx=NGINX,
        vendor_image=sqlserver_image.image_of(""),
        password=PASSWORD,
    )


def _names(servers: Sequence[Server], kind: ServerKind) -> tuple[str, ...]:
    """All names of servers of this kind."""
    return tuple(dict.fromkeys(name for server in servers if server.kind is kind for name in server.names))
