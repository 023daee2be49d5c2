"""The story of a cell: the error, the fix and the impostors, in this order and in short."""

from tests.report.consoles import Screen
from tests.report.invented import attempts, cell, client, record
from tlslab import catalogue
from tlslab.clients import all_clients
from tlslab.report.picture import draw_story, words
from tlslab.report.story import show_story

SCENARIO = catalogue.load().scenario("self-signed")
FIX = next(fix for fix in SCENARIO.fixes if fix.name == "trust-certificate")
ODBC = next(item for item in all_clients() if item.name == "odbc18")
CELL = cell("self-signed/trust-certificate/odbc18/sqlserver")
RECORD = record([CELL], clients=[client("odbc18")], attempts=attempts("odbc18", "s1"))


def test_it_tells_the_error_then_the_fix_then_the_attack() -> None:
    screen = Screen(76, terminal=True)
    show_story(RECORD, CELL, SCENARIO, FIX, ODBC, screen.console)
    text = screen.text
    told = [
        "1  The failure: The server's certificate is self-signed",
        "   odbc18: refused",
        "   │ [08001] [Microsoft]",
        "as-documented: OpenSSL, crypto/x509/x509_txt.c",
        "2  The fix: Trust that certificate on the client.",
        "   + SSL_CERT_FILE=ca.pem",
        "     ca.pem gains the server's certificate",
        "   odbc18: connected, encrypted",
        "3  The attack: ",
        "A stranger's server",
        "the fix cures",
    ]
    places = [text.index(words) for words in told]
    assert places == sorted(places)
    assert max(map(len, screen.lines)) <= 76


def test_a_picture_of_it_says_the_same() -> None:
    said = words(draw_story(RECORD, CELL, SCENARIO, FIX, ODBC))
    assert "SSL_CERT_FILE=ca.pem" in said
    assert said.startswith(CELL.id)
