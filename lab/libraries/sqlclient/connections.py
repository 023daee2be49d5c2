"""What SqlClient says when no TLS comes about, or a login fails."""

from collections.abc import Mapping

from tlslab.libraries.sqlclient import sources
from tlslab.libraries.sqlclient.conditions import (
    ENCRYPT_BY_WORD,
    ENCRYPT_IS_NONSENSE,
    EXPECTS,
    OPTIONAL,
    PINNED,
    UNKNOWN_HOST,
    WRONG_PASSWORD,
)
from tlslab.libraries.sqlclient.drivers import OBSERVED, SDS, microsoft, say, system, tolerate, vendor
from tlslab.libraries.sqlclient.frames import HANDSHAKE_FAILED, INTERNAL_EXCEPTION, PRE_LOGIN
from tlslab.model.circumstances import RESETS
from tlslab.model.conditions import (
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NO_ENCRYPTION,
    NO_STRICT,
    NOT_LOADED,
    NOT_SERVING,
    OTHER_SERVICE,
    PLAIN_HTTP,
    RSA_KEY_EXCHANGE,
    SMALL_DH,
    STRICT_ONLY,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Does, Hangs, Prints, Row, Says, When

# ---- The server ends the handshake.

_RESET = Prints(
    "System.IO.IOException: Unable to read data from the transport connection: Connection reset by peer."
    " ---> System.Net.Sockets.SocketException: Connection reset by peer",
    "0",
)
_EOF = Prints("System.IO.IOException: Received an unexpected EOF or 0 bytes from the transport stream.", "0")
_END_OF_STREAM = Prints("System.IO.EndOfStreamException: End of stream reached", "0")
_AT_FIN = (
    (Hangs(), microsoft("<2"), vendor(sources.READS_FOR_EVER)),
    (_END_OF_STREAM, microsoft(">=2, <2.1"), vendor(sources.END_OF_STREAM)),
    (_EOF, microsoft(">=2.1"), OBSERVED),
    (Hangs(), system("<4.8"), OBSERVED),
    (_END_OF_STREAM, system(">=4.8"), vendor(sources.END_OF_STREAM_SYSTEM)),
)
_ENDED = (
    *(
        row
        # .NET offers no Diffie-Hellman but with elliptic curves by itself.
        for condition in (NO_COMMON_VERSION, NO_COMMON_CIPHER, NOT_LOADED, RSA_KEY_EXCHANGE, SMALL_DH)
        for row in (
            say([condition], Phase.CLOSED, _RESET, when=[RESETS]),
            *(
                say([condition], Phase.CLOSED, does, evidence, when=[~RESETS], versions=versions)
                for does, versions, evidence in _AT_FIN
            ),
        )
    ),
    say([NO_STRICT], Phase.CLOSED, _EOF),
)

# ---- There is no handshake, or a login that fails.


def _says_itself(text: str, number: str, inner: str = "") -> Prints:
    return Prints(f"SqlException: {text}{f' ---> {inner}' if inner else ''}", number)


_NOT_FOUND = (
    "A network-related or instance-specific error occurred while establishing a connection to SQL Server. The server"
    " was not found or was not accessible. Verify that the instance name is correct and that SQL Server is configured"
    " to allow remote connections."
)
_INTERNAL = f"{_NOT_FOUND} (provider: TCP Provider, error: 35 - An internal exception was caught)"
_NOT_OPENED = "provider: TCP Provider, error: 40 - Could not open a connection to SQL Server"
_ONCE = _says_itself(f"{_NOT_FOUND} ({_NOT_OPENED})", "0")
_TWICE = _says_itself(f"{_NOT_FOUND} ({_NOT_OPENED}: Could not open a connection to SQL Server)", "0")
_SUCCESS = _says_itself(_INTERNAL, "0", "System.Net.Sockets.SocketException: Success")
_UNKNOWN = "System.Net.Sockets.SocketException: Name or service not known"
_TOO_EARLY = f"{PRE_LOGIN} (provider: TCP Provider, error: 0 - {{}})"
_NOTHING_READ = (
    (_says_itself(_TOO_EARLY.format("Success"), "0"), microsoft(">=0")),
    (_says_itself(_TOO_EARLY.format("Success"), "0"), system()),
    (_says_itself(_TOO_EARLY.format("Unknown error 203"), "203"), system()),
)
_EARLY_RESET = _says_itself(f"{PRE_LOGIN} ({INTERNAL_EXCEPTION})", "0", _RESET.text)


def _in_the_handshake(does: Does) -> Does:
    """What is said, where the frame of the handshake is no template's: nobody has offered TLS yet."""
    if not isinstance(does, Prints):
        return does
    return _says_itself(f"{PRE_LOGIN} ({HANDSHAKE_FAILED})", does.code, does.text)


_NO_SERVER = (
    *(
        say([condition], Phase.NO_TLS, does, SDS, versions=versions)
        for condition in (ENDS_EARLY, PLAIN_HTTP, OTHER_SERVICE)
        for does, versions in _NOTHING_READ
    ),
    # Where the driver sends its packet after the end, it is answered by RST.
    *(say([condition], Phase.NO_TLS, _EARLY_RESET, SDS) for condition in (ENDS_EARLY, PLAIN_HTTP, OTHER_SERVICE)),
    say([ENDS_EARLY], Phase.NO_TLS, _EARLY_RESET, SDS, when=[RESETS]),
    *(
        say(
            [ENDS_AFTER_PRELOGIN],
            Phase.NO_TLS,
            _says_itself(f"{PRE_LOGIN} ({HANDSHAKE_FAILED})", does.code, does.text)
            if isinstance(does, Prints)
            else does,
            SDS,
            versions=versions,
        )
        for does, versions, _ in _AT_FIN
    ),
)
_OUTSIDE = (
    say([NOT_SERVING], Phase.CONNECT, _ONCE, versions=microsoft("<2.1")),
    say([NOT_SERVING], Phase.CONNECT, _TWICE, versions=microsoft(">=2.1, <5.1")),
    say([NOT_SERVING], Phase.CONNECT, _ONCE, versions=microsoft(">=5.1, <6.1")),
    say([NOT_SERVING], Phase.CONNECT, _SUCCESS, versions=microsoft(">=6.1")),
    say([NOT_SERVING], Phase.CONNECT, _ONCE, versions=system()),
    say([UNKNOWN_HOST], Phase.CONNECT, _says_itself(_INTERNAL, "0", _UNKNOWN), versions=microsoft("<6.1")),
    say([UNKNOWN_HOST], Phase.CONNECT, _says_itself(_INTERNAL, "11001", _UNKNOWN), versions=microsoft(">=6.1")),
    say([UNKNOWN_HOST], Phase.CONNECT, _says_itself(_INTERNAL, "0", _UNKNOWN), versions=system()),
    say(
        [NO_ENCRYPTION],
        Phase.NEGOTIATION,
        _says_itself("The instance of SQL Server you attempted to connect to does not support encryption.", "20"),
        vendor(sources.NO_ENCRYPTION_TEXT),
    ),
    tolerate("with Encrypt=False the driver goes on in clear", of=[NO_ENCRYPTION], when=[OPTIONAL]),
    say(
        [STRICT_ONLY],
        Phase.NEGOTIATION,
        _says_itself(f"{PRE_LOGIN} (provider: TCP Provider, error: 0 - Success)", "0"),
    ),
    say([WRONG_PASSWORD], Phase.LOGIN, _says_itself("Login failed for user '{*}'.", "18456")),
)

# ---- Options that a release does not know.


def _argument(text: str) -> Prints:
    return Prints(f"System.ArgumentException: {text}")


def _unknown(text: str, when: When, evidence: tuple[Basis, Source], versions: Mapping[str, str]) -> Says:
    return say([], Phase.NEGOTIATION, _argument(text), evidence, when=[when], versions=versions)


_KEYWORD, _KEYWORD_SYSTEM = vendor(sources.KEYWORD_TEXT), vendor(sources.KEYWORD_TEXT_SYSTEM)
_VALUE, _VALUE_SYSTEM = vendor(sources.VALUE_TEXT), vendor(sources.VALUE_TEXT_SYSTEM)
_NO_NAME = "Keyword not supported: 'hostnameincertificate'."
_NO_PIN = "Keyword not supported: 'servercertificate'."
_OPTIONS = (
    _unknown(_NO_NAME, EXPECTS, _KEYWORD, microsoft("<5")),
    _unknown(_NO_NAME, EXPECTS, _KEYWORD_SYSTEM, system()),
    _unknown(_NO_PIN, PINNED, _KEYWORD, microsoft("<5.1")),
    _unknown(_NO_PIN, PINNED, _KEYWORD_SYSTEM, system()),
    _unknown("Invalid value for key 'encrypt'.", ENCRYPT_BY_WORD, _VALUE, microsoft("<4")),
    _unknown("Invalid value for key 'Encrypt'.", ENCRYPT_BY_WORD, _VALUE, microsoft(">=4, <5")),
    _unknown("Invalid value for key 'encrypt'.", ENCRYPT_BY_WORD, _VALUE_SYSTEM, system()),
    _unknown("Invalid value for key 'encrypt'.", ENCRYPT_IS_NONSENSE, _VALUE, microsoft("<4")),
    _unknown("Invalid value for key 'Encrypt'.", ENCRYPT_IS_NONSENSE, _VALUE, microsoft(">=4")),
    _unknown("Invalid value for key 'encrypt'.", ENCRYPT_IS_NONSENSE, _VALUE_SYSTEM, system()),
)


CONNECTIONS: tuple[Row, ...] = (*_ENDED, *_NO_SERVER, *_OUTSIDE, *_OPTIONS)
