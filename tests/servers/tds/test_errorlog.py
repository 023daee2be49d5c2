"""Lines in the style of SQL Server's errorlog."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from tlslab.servers.tds import errorlog
from tlslab.servers.tds.errorlog import stamped

NOON = datetime(2000, 2, 3, 12, 34, 56, 789_000)


def test_a_line_has_hundredths_and_a_source_of_twelve_columns() -> None:
    # As in the logs that microsoft/mssql-docker#966 and #878 quote.
    assert stamped("Server", "text", NOON) == "2000-02-03 12:34:56.78 Server      text"
    assert stamped("Logon", "text", NOON) == "2000-02-03 12:34:56.78 Logon       text"


def test_an_error_is_two_lines_and_names_the_client() -> None:
    assert errorlog.STRICT_WITHOUT_CERTIFICATE.lines("10.0.0.1") == (
        "Error: 17821, Severity: 20, State: 1.",
        (
            "A valid TLS certificate is not configured to accept strict (TDS 8.0 and above) connections. "
            "The connection has been closed. [CLIENT: 10.0.0.1]"
        ),
    )


def test_the_self_generated_certificate_is_announced_as_26018() -> None:
    assert errorlog.SELF_GENERATED == "A self-generated certificate was successfully loaded for encryption."


@given(st.text())
def test_no_text_makes_a_second_line(text: str) -> None:
    assert len(stamped("Logon", text, NOON).splitlines()) == 1


def test_an_error_of_the_server_itself_names_no_client() -> None:
    number, text = errorlog.CERTIFICATE_UNREADABLE.lines()
    assert number == "Error: 49940, Severity: 16, State: 1."
    assert text.endswith("with read permissions for the user and group running SQL Server.")
