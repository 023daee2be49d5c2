"""The frames: what failed, as the outermost exception says it, before the reason."""

from collections.abc import Iterable, Mapping

from tlslab.libraries.sqlclient import sources
from tlslab.libraries.sqlclient.conditions import STRICT
from tlslab.libraries.sqlclient.drivers import microsoft
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template, When
from tlslab.model.release import Versions

VERIFIED = frozenset({Phase.VERIFY, Phase.NAME})
"""What the driver does not look at where something else decides."""
CERTIFICATE = VERIFIED | {Phase.PIN}

PRE_LOGIN = (
    "A connection was successfully established with the server, but then an error occurred during the pre-login"
    " handshake."
)
_BEFORE_LOGIN = (
    "The client was unable to establish a connection because of an error during connection initialization process"
    " before login. Possible causes include the following: the client tried to connect to an unsupported version of SQL"
    " Server; the server was too busy to accept new connections; or there was a resource limitation (insufficient"
    " memory or maximum allowed connections) on the server."
)
_NO_TEXT = "Snix_PreLoginBeforeSuccessfulWrite"
INTERNAL_EXCEPTION = "provider: TCP Provider, error: 35 - An internal exception was caught"
HANDSHAKE_FAILED = "provider: SSL Provider, error: 31 - Encryption(ssl/tls) handshake failed"
_PROVIDERS = {INTERNAL_EXCEPTION: CERTIFICATE, HANDSHAKE_FAILED: {Phase.HANDSHAKE, Phase.CLOSED}}


def _framed(
    text: str, source: Source, *, when: tuple[When, ...], versions: Mapping[str, str] | None = None
) -> Iterable[Template]:
    for provider, phases in _PROVIDERS.items():
        yield Template(
            "sqlclient",
            frozenset(phases),
            f"SqlException: {text} ({provider}) ---> {{reason}}",
            Basis.AUTHORITATIVE,
            source,
            when=when,
            versions=Versions.of(versions or {}),
        )


FRAMES = (
    *_framed(PRE_LOGIN, sources.TEXT, when=(~STRICT,)),
    *_framed(_BEFORE_LOGIN, sources.TEXT_FOR_STRICT, when=(STRICT,), versions=microsoft("<5.2")),
    *_framed(_NO_TEXT, sources.NO_TEXT_FOR_STRICT, when=(STRICT,), versions=microsoft(">=5.2, <6")),
    *_framed(_BEFORE_LOGIN, sources.TEXT_FOR_STRICT, when=(STRICT,), versions=microsoft(">=6")),
    Template(
        "sqlclient",
        frozenset({Phase.CONNECT, Phase.NO_TLS, Phase.NEGOTIATION, Phase.LOGIN}),
        "{reason}",
        Basis.AUTHORITATIVE,
        sources.FRAME,
    ),
)
"""The frames in which a program prints the driver's exceptions that prints all of them, the outermost first."""
