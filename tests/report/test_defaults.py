"""The table of defaults: a line a client, a column a question, at the terminal and in the README."""

import pytest

from tests.report.consoles import Screen
from tests.report.invented import attempt, client, record
from tlslab.clients import all_clients
from tlslab.matrix.defaults import measured
from tlslab.model.record import DefaultEntry, Record
from tlslab.model.situation import ServerKind
from tlslab.report.defaults import defaults_in_markdown, show_defaults

CLIENTS = [item for item in all_clients() if item.name in ("curl", "odbc18", "pymssql", "wget")]
REFUSED_BY_CURL = {"untrusted", "wrong-name", "expired", "tls-1.1"}


def seen() -> Record:
    """curl checks nearly everything, pymssql encrypts where it is made to and checks nothing, odbc18 is not here."""
    entries, attempts = [], []
    for name, kind in (("curl", ServerKind.HTTPS), ("pymssql", ServerKind.SQLSERVER)):
        for item in measured(kind):
            what = item.id.rpartition("/")[2]
            refused = name == "curl" and what in REFUSED_BY_CURL
            made = f"{name}-{item.id}"
            encrypted = name == "curl" or "/forced/" in item.id
            attempts.append(
                attempt(made, client=name, result="refused" if refused else "connected", encrypted=encrypted)
            )
            entries.append(
                DefaultEntry(
                    id=f"{item.id}/{name}", default=item.id, client=name, kind=kind.value, status="played",
                    as_expected=True, acts={"default": made}, server=item.server, server_id="s1",
                    certificate=item.certificate, must_refuse=item.must_refuse,
                )
            )  # fmt: skip
    here = [client("curl"), client("pymssql"), client("wget"), client("odbc18", missing="the driver")]
    return record([], clients=here, attempts=attempts).model_copy(update={"defaults": entries})


@pytest.mark.parametrize("width", [80, 160])
def test_each_client_has_a_line_and_each_question_a_column(width: int) -> None:
    screen = Screen(width, terminal=True)
    show_defaults(seen(), CLIENTS, screen.console)
    rows = {line.split("  ")[1].strip(): line.split()[1:] for line in screen.lines if line.startswith("  ")}
    assert rows["curl"] == ["yes", "yes", "yes", "no", "refuses"]
    assert rows["pymssql"] == ["if", "forced", "no", "no", "no", "connects"]
    assert rows["odbc18"] == ["not", "measured:", "the", "driver"]
    assert rows["wget"] == ["not", "measured:", "no", "answer"]
    heads = [line.split() for line in screen.lines if line.startswith(("HTTPS", "SQL Server"))]
    assert heads == [
        ["HTTPS", "chain", "name", "dates", "SAN", "only", "TLS", "1.1"],
        ["SQL", "Server", "encrypts", "chain", "name", "dates", "TLS", "1.1"],
    ]
    assert max(map(len, screen.lines)) <= width


def test_the_table_of_a_document_has_the_same_answers() -> None:
    lines = defaults_in_markdown(seen(), CLIENTS).splitlines()
    assert lines[0] == "| HTTPS client | chain | name | dates | SAN only | TLS 1.1 |"
    assert "| `curl` | yes | yes | yes | no | refuses |" in lines
    assert "| `pymssql` | if forced | no | no | no | connects |" in lines
    assert "| `odbc18` | not measured: the driver |  |  |  |  |" in lines
