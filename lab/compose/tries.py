"""What to try: the command with which a person meets a broken server, in the client container of docker/compose.yaml.

The options are the adapters' options as typed. Only clients of that image stand here.
"""

import re
from collections.abc import Callable, Iterable
from shlex import quote

from tlslab.clients.base import Client, Invocation, Machine
from tlslab.clients.freetds_library import CONF
from tlslab.clients.tds import openssl_conf
from tlslab.compose.servers import INSIDE, Server
from tlslab.matrix.judge import Judge
from tlslab.model.knowledge import Knowledge
from tlslab.model.situation import ServerKind, Situation
from tlslab.stages.clock import FAKETIME, with_clock

ACCEPTED = "  # is documented to connect all the same"
_VARIABLE = re.compile(r"([A-Z_]+)=(\S+)")
_SETTING = re.compile(r"\[\w+\]|\S.* = .*")


def tries(server: Server, clients: Iterable[Client], knowledge: Knowledge) -> tuple[tuple[str, str], ...]:
    """For each client that can meet this server: its name, and the line to type into a shell."""
    situation = server.situation
    found = []
    for client in clients:
        if client.name in _LINES and situation.kind in client.kinds and not client.cannot(situation):
            line = _LINES[client.name](situation, client.options_as_typed(situation.client))
            answer = Judge.of(client, knowledge).answer(situation)
            accepted = ACCEPTED if answer.connects and answer.tolerated else ""
            found.append((client.name, _at_its_time(situation, line) + accepted))
    return tuple(found)


def _at_its_time(situation: Situation, line: str) -> str:
    """The line, in which programs see the clock of this client side; ld.so(8) knows what `$LIB` is on each machine."""
    there = Machine(files={FAKETIME.name: "'/usr/$LIB/faketime/libfaketimeMT.so.1'"})
    env = with_clock(Invocation(()), situation.client, there).env
    return f"(export {' '.join(f'{name}={value}' for name, value in env.items())}; {line})" if env else line


def _curl(situation: Situation, words: tuple[str, ...]) -> str:
    return " ".join(("curl", *words, f"https://{situation.client.reference_identifier}/"))


def _openssl(situation: Situation, words: tuple[str, ...]) -> str:
    where = f"{situation.client.connect_to}:{INSIDE[ServerKind.HTTPS]}"
    return " ".join(("openssl s_client -connect", where, *words, "</dev/null"))


def _odbc(situation: Situation, words: tuple[str, ...]) -> str:
    """isql: the keywords among the words go into its connection string, OpenSSL's limits into a file."""
    variables = [word for word in words if _VARIABLE.fullmatch(word)]
    keywords = [word for word in words if word not in variables and not _SETTING.fullmatch(word)]
    where = ("DRIVER=ODBC Driver 18 for SQL Server", f"SERVER={situation.client.connect_to}")
    connection = ";".join((*where, "UID=sa", "PWD=$SA_PASSWORD", *keywords))
    limits = openssl_conf(situation.client).splitlines()
    return _file("openssl.cnf", limits) + " ".join((*variables, f'isql -v -k "{connection}"'))


def _tsql(situation: Situation, words: tuple[str, ...]) -> str:
    """tsql: its settings go into the freetds.conf of the user, GnuTLS' limits into a file."""
    variables = [found for word in words if (found := _VARIABLE.fullmatch(word))]
    lines = [word for word in words if not _VARIABLE.fullmatch(word)]
    limits = lines[lines.index("[overrides]") :] if "[overrides]" in lines else []
    files = _file(f"~/.{CONF}", ["[global]", *lines[: len(lines) - len(limits)]])
    files += "".join(_file(found[2], limits) for found in variables)
    where = f"-H {situation.client.connect_to} -p {INSIDE[ServerKind.SQLSERVER]}"
    return files + " ".join((*(found[0] for found in variables), f'tsql {where} -U sa -P "$SA_PASSWORD"'))


def _file(path: str, lines: list[str]) -> str:
    """What writes a file of these lines, if there are any."""
    return f"printf '%s\\n' {' '.join(map(quote, lines))} >{path} && " if lines else ""


_LINES: dict[str, Callable[[Situation, tuple[str, ...]], str]] = {
    "curl": _curl,
    "openssl": _openssl,
    "odbc18": _odbc,
    "tsql": _tsql,
}
