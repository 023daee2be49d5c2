"""Schannel's events in the System log of Windows: on the client's machine or on the server's, by number and sentence.

Until Windows Server 2008 R2 they say SSL where later ones say TLS, and `error code` where later ones say `alert code`;
the patterns leave that out. Alerts are those of RFC 8446, 6, and RFC 5246, 7.2: event 36887 is logged where the alert
arrives, so that an alert about a certificate is one of the client about the server's, or the other way round.
"""

from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    CLIENT_CERTIFICATE_REVOKED,
    INAPPROPRIATE_FALLBACK,
    KEY_UNREADABLE,
    NO_CIPHER_LEFT,
    NO_COMMON_APPLICATION,
    NO_SERVER_CERTIFICATE,
    UNKNOWN_ALGORITHM,
    UNRECOGNIZED_NAME,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import (
    CLIENT_CERTIFICATE_EXPIRED,
    CLIENT_CERTIFICATE_MISSING,
    CLIENT_CERTIFICATE_UNTRUSTED,
)
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_YET_VALID,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Prints, Says, says, says_alike

_SUPPORT = "https://github.com/MicrosoftDocs/SupportArticles-docs/blob"
ARTICLE_36882 = Source(
    "Microsoft, Error message when you connect to SQL Server (event 36882)",
    f"{_SUPPORT}/4e56803f6aa0cadb340e5f557ea3558a1fa539ef/support/sql/database-engine/connect"
    "/error-message-when-you-connect.md",
)
ARTICLE_36874 = Source(
    "Microsoft, TLS 1.2 support for Microsoft SQL Server (known issue 5: events 36874 and 36888)",
    f"{_SUPPORT}/fef32b26dcc5df30570bd2162f5b1d967b95ca97/support/sql/database-engine/connect"
    "/tls-1-2-support-microsoft-sql-server.md",
)
ARTICLE_36871 = Source(
    "Microsoft, Resources for deprecated features (TLS 1.0 and 1.1 disabled: event 36871)",
    "https://github.com/MicrosoftDocs/windows-itpro-docs/blob/2682ff9218b8a61bff3cf8663a70595921834ced/windows/whats-new"
    "/deprecated-features-resources.md",
)
OLD_VERSION = Source(
    "AccuWeb Hosting, How to fix Schannel error 36874 (a client that offers TLS 1.0)",
    "https://manage.accuwebhosting.com/knowledgebase/3586/How-to-fix-Schannel-error-36874.html",
)
MANIFEST = Source(
    "Detection Wiki, Schannel: the provider's events as its manifest has them",
    "https://detection-wiki-dev.pages.dev/schannel/",
)
TLS_ALERTS = Source("RFC 5246, 7.2 (the numbers of alerts)", "https://www.rfc-editor.org/rfc/rfc5246#section-7.2")


def _event(
    number: int,
    text: str,
    *about: Condition,
    phase: Phase = Phase.VERIFY,
    source: Source = MANIFEST,
    basis: Basis = Basis.REPORTED,
) -> tuple[Says, ...]:
    forms = (text, Prints(code=str(number)))
    if not about:
        return says(ANY, phase, *forms, basis=basis, source=source)
    return says_alike(about, phase, *forms, basis=basis, source=source)


RECEIVED: dict[int, tuple[Condition, ...]] = {
    10: (BROKEN_PROTOCOL,),
    20: (BROKEN_PROTOCOL,),
    40: (NO_COMMON_CIPHER, CLIENT_CERTIFICATE_MISSING),
    42: (CLIENT_CERTIFICATE_REFUSED, UNTRUSTED, SELF_SIGNED),
    43: (UNKNOWN_ALGORITHM,),
    44: (REVOKED, CLIENT_CERTIFICATE_REVOKED),
    45: (EXPIRED, CLIENT_CERTIFICATE_EXPIRED),
    47: (BROKEN_PROTOCOL,),
    48: (UNTRUSTED, SELF_SIGNED, INCOMPLETE, CLIENT_CERTIFICATE_UNTRUSTED),
    49: (CLIENT_CERTIFICATE_REFUSED,),
    50: (BROKEN_PROTOCOL,),
    51: (WRONG_HANDSHAKE_SIGNATURE, BROKEN_PROTOCOL),
    70: (NO_COMMON_VERSION,),
    71: (NO_COMMON_CIPHER,),
    86: (INAPPROPRIATE_FALLBACK,),
    112: (UNRECOGNIZED_NAME,),
    116: (CLIENT_CERTIFICATE_MISSING,),
    120: (NO_COMMON_APPLICATION,),
}
"""What an alert means that arrives, whoever sent it. 46 (certificate_unknown) is sent whatever is wrong with it."""
SENT: dict[int, tuple[Condition, ...]] = {
    40: (NO_COMMON_CIPHER,),
    48: (UNTRUSTED, SELF_SIGNED),
    70: (NO_COMMON_VERSION,),
    71: (NO_COMMON_CIPHER,),
}
"""What an alert means that Schannel itself sends."""


def _alerts() -> tuple[Says, ...]:
    rows: list[Says] = []
    for number, about in RECEIVED.items():
        rows += says_alike(
            about,
            Phase.HANDSHAKE,
            "A fatal alert was received from the remote endpoint. The TLS protocol defined fatal alert code is "
            f"{number}.",
            f"The following fatal alert was received: {number}.",
            basis=Basis.REPORTED,
            source=MANIFEST,
        )
    for number, about in SENT.items():
        rows += says_alike(
            about,
            Phase.HANDSHAKE,
            "A fatal alert was generated and sent to the remote endpoint. This may result in termination of the "
            f"connection. The TLS protocol defined fatal error code is {number}.",
            "A fatal alert was generated and sent to the remote endpoint. This may result in termination of the "
            f"connection. The TLS protocol defined fatal alert code is {number}.",
            f"The following fatal alert was generated: {number}.",
            basis=Basis.AUTHORITATIVE if number == 40 else Basis.REPORTED,
            source=ARTICLE_36874 if number == 40 else MANIFEST,
        )
    for text in (
        "A fatal alert was received from the remote endpoint. The TLS protocol defined fatal alert code is 46.",
        "The following fatal alert was received: 46.",
    ):
        rows += says(ANY, Phase.VERIFY, text, basis=Basis.AUTHORITATIVE, source=TLS_ALERTS)
    return tuple(rows)


LIBRARY = Library(
    "schannel-events",
    (
        *_event(
            36869,
            "credential's certificate does not have a private key information property attached to it.",
            KEY_UNREADABLE,
            phase=Phase.HANDSHAKE,
        ),
        *_event(
            36870,
            "A fatal error occurred when attempting to access the {*} credential private key.",
            KEY_UNREADABLE,
            phase=Phase.HANDSHAKE,
        ),
        *_event(
            36871,
            "A fatal error occurred while creating {*} credential. The internal error state is 10013.",
            NO_COMMON_VERSION,
            phase=Phase.HANDSHAKE,
            source=ARTICLE_36871,
            basis=Basis.AUTHORITATIVE,
        ),
        *_event(36872, "specified certificate's chain could not be retrieved", INCOMPLETE),
        *_event(
            36873,
            "No supported cipher suites were found when initiating",
            NO_CIPHER_LEFT,
            phase=Phase.HANDSHAKE,
        ),
        *_event(
            36874,
            "connection request was received from a remote client application, but none of the cipher suites supported "
            "by the client application are supported by the server.",
            NO_COMMON_CIPHER,
            phase=Phase.HANDSHAKE,
            source=ARTICLE_36874,
            basis=Basis.AUTHORITATIVE,
        ),
        *(
            row
            for version in ("TLS 1.0", "TLS 1.1", "SSL 3.0", "SSL 2.0")
            for row in says_alike(
                (NO_COMMON_VERSION, NO_COMMON_CIPHER),
                Phase.HANDSHAKE,
                f"{version} connection request was received from a remote client application, but none of the cipher "
                "suites supported by the client application are supported by the server.",
                basis=Basis.REPORTED,
                source=OLD_VERSION,
            )
        ),
        *_event(
            36875,
            "client authentication, but no suitable client certificate could be found.",
            CLIENT_CERTIFICATE_MISSING,
            phase=Phase.HANDSHAKE,
        ),
        *_event(36876, "The certificate received from the remote server has not validated correctly."),
        *_event(
            36877,
            "The certificate received from the remote client application has not validated correctly.",
            CLIENT_CERTIFICATE_REFUSED,
            phase=Phase.HANDSHAKE,
        ),
        *_event(
            36881,
            "The certificate received from the remote server has either expired or is not yet valid.",
            EXPIRED,
            NOT_YET_VALID,
        ),
        *_event(
            36882,
            "The certificate received from the remote server was issued by an untrusted certificate authority.",
            UNTRUSTED,
            SELF_SIGNED,
            source=ARTICLE_36882,
            basis=Basis.AUTHORITATIVE,
        ),
        *_event(36883, "The certificate received from the remote server has been revoked.", REVOKED),
        *_event(
            36884,
            "The certificate received from the remote server does not contain the expected name.",
            NAME_MISMATCH,
            phase=Phase.NAME,
        ),
        *_event(
            36886,
            "No suitable default server credential exists on this system.",
            NO_SERVER_CERTIFICATE,
            phase=Phase.HANDSHAKE,
        ),
        *says(ANY, Phase.HANDSHAKE, Prints(code="36887"), basis=Basis.REPORTED, source=MANIFEST),
        *says(ANY, Phase.HANDSHAKE, Prints(code="36888"), basis=Basis.AUTHORITATIVE, source=ARTICLE_36874),
        *_event(36889, "specified certificate's chain is incomplete", INCOMPLETE),
        *_alerts(),
    ),
    vocabulary=True,
)
