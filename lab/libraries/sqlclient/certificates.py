"""What SqlClient says of a certificate, and what it accepts although something is wrong."""

from tlslab.libraries.dotnet import ISSUERS_KEPT
from tlslab.libraries.sqlclient import sources
from tlslab.libraries.sqlclient.conditions import (
    NO_CRL,
    OPTIONAL,
    PINNED,
    SSLSTREAM_COMPLAINS,
    STRICT,
    TRUSTS_ALL,
)
from tlslab.libraries.sqlclient.drivers import OBSERVED, SDS, microsoft, public, say, system, tolerate, vendor
from tlslab.libraries.sqlclient.frames import CERTIFICATE, VERIFIED
from tlslab.model.beyond import PIN_UNREADABLE
from tlslab.model.circumstances import ISSUER_FETCHED_BEFORE, ISSUER_PUBLISHED
from tlslab.model.conditions import (
    BELOW_THE_ROOT,
    CN_ALONE,
    DEMANDS_ENCRYPTION,
    EXPIRED,
    EXPIRED_ROOT,
    INCOMPLETE,
    KEY_USAGE,
    LEAF_TRUSTED,
    NAME_MISMATCH,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    OTHER_PIN,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_ISSUER_SIGNATURE,
    WEAK_KEY,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Phase
from tlslab.model.library import ANY, Prints, Row, where
from tlslab.model.names import ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN, DIALLED_NAME, SUBJECT_IS_THE_NAME

CERT_UNTRUSTED = "-2146893019"
"""SqlException.Number of a refused certificate from 4.0 on: SEC_E_UNTRUSTED_ROOT, whatever was wrong with it."""


def refused(text: str, number: str = CERT_UNTRUSTED) -> Prints:
    """What is inside the frame when the driver refuses a certificate."""
    return Prints(f"System.Security.Authentication.AuthenticationException: {text}", number)


# ---- A certificate is refused: up to 5.1 with one text for everything, from 5.2 on with reasons.

_NO_ANCHORS = (BELOW_THE_ROOT, LEAF_TRUSTED)
"""To .NET a trust anchor is self-signed: an intermediate CA or a server's certificate in the store is none."""
_REJECTED = "The remote certificate was rejected by the provided RemoteCertificateValidationCallback."
_ONE_TEXT = (
    (refused(_REJECTED, "0"), microsoft("<4"), OBSERVED),
    (refused(_REJECTED), microsoft(">=4, <5.2"), public(sources.REJECTED_REPORTED)),
    (refused(_REJECTED, "0"), system(), OBSERVED),
)
_REJECTS = tuple(
    row
    for does, versions, evidence in _ONE_TEXT
    for row in (
        say(ANY, Phase.VERIFY, does, evidence, versions=versions),
        say([NAME_MISMATCH], Phase.NAME, does, evidence, versions=versions),
        *(say([item], Phase.VERIFY, does, SDS, versions=versions) for item in _NO_ANCHORS),
    )
)

_PARTIAL = "unable to get local issuer certificate, [Status: PartialChain]"
_NO_STATUS = "unable to get certificate CRL, [Status: RevocationStatusUnknown]"
_OFFLINE = "unable to get certificate CRL, [Status: OfflineRevocation]"
_OUTDATED = "certificate has expired, [Status: NotTimeValid]"
_EARLY = "certificate is not yet valid, [Status: NotTimeValid]"
_SELF_SIGNED = "self-signed certificate, [Status: UntrustedRoot]"
# The driver builds the chain a second time, without a CRL, to name the reason: hence the lines about one.
_STATUSES = (
    ([UNTRUSTED], [_PARTIAL]),
    ([INCOMPLETE], [_PARTIAL]),
    ([SELF_SIGNED], [_SELF_SIGNED]),
    ([EXPIRED], [_NO_STATUS, _OUTDATED, _OFFLINE]),
    ([EXPIRED, UNTRUSTED], [_OUTDATED, _PARTIAL]),
    ([NOT_YET_VALID], [_NO_STATUS, _EARLY, _OFFLINE]),
    ([NOT_FOR_SERVERS], [_NO_STATUS, _OFFLINE]),
    ([EXPIRED_ROOT], [_NO_STATUS, _OFFLINE, _OUTDATED]),
)
_MISMATCH = (
    "Certificate name mismatch. The provided 'DataSource' or 'HostNameInCertificate' does not match the name in the"
    " certificate."
)
_WITH_REASONS = microsoft(">=5.2")


def _chain(lines: list[str]) -> str:
    return f"Certificate failed chain validation. Error(s): '{' '.join(lines)} '."


_REASONS = (
    say(ANY, Phase.VERIFY, refused(_chain(["{*}"])), vendor(sources.CHAIN_TEXT), versions=_WITH_REASONS),
    *(say(of, Phase.VERIFY, refused(_chain(lines)), versions=_WITH_REASONS) for of, lines in _STATUSES),
    *(say([item], Phase.VERIFY, refused(_chain([_PARTIAL])), SDS, versions=_WITH_REASONS) for item in _NO_ANCHORS),
    *(
        say(
            [*of, NAME_MISMATCH],
            Phase.NAME,
            refused(f"{_chain(lines)} {_MISMATCH}"),
            public(sources.SELF_SIGNED_REPORTED) if of == [SELF_SIGNED] else OBSERVED,
            versions=_WITH_REASONS,
        )
        for of, lines in _STATUSES
    ),
    say([NAME_MISMATCH], Phase.NAME, refused(_MISMATCH), vendor(sources.NAME_TEXT), versions=_WITH_REASONS),
)

# These ask for revocation, and refuse what they find no list for.
_ASKS_FOR_A_CRL = (
    say(
        [NO_CRL],
        Phase.VERIFY,
        refused(_REJECTED),
        vendor(sources.ASKS_FOR_REVOCATION),
        versions=microsoft(">=4, <4.0.2"),
    ),
    say(
        [NO_CRL],
        Phase.VERIFY,
        refused(_REJECTED),
        vendor(sources.ASKS_FOR_REVOCATION_AGAIN),
        versions=microsoft("==4.1"),
    ),
)

_REFUSES_REVOKED = tuple(
    say([REVOKED], Phase.VERIFY, refused(_REJECTED), vendor(source), versions=versions)
    for source, versions in (
        (sources.ASKS_FOR_REVOCATION, microsoft(">=4, <4.0.2")),
        (sources.ASKS_FOR_REVOCATION_AGAIN, microsoft("==4.1")),
    )
)
"""No revoked certificate was shown to them; it follows from what they ask for."""

# ---- A certificate is accepted although something is wrong, or is not looked at.

_SUBJECT = "SslStream did not find the name; the driver finds it in the subject, and looks at nothing else"
_NOT_ASKED = "the client asked for no encryption: the driver verifies nothing, although the server demands it"
_TOLERATES = (
    *(
        tolerate("the driver never looks at revocation", of=[REVOKED], versions=versions)
        for versions in (microsoft("<4"), microsoft(">=4.0.2, <4.1"), microsoft(">4.1"), system())
    ),
    tolerate(
        ".NET fetches a missing intermediate from the address in the certificate",
        public(sources.FETCHES_ISSUERS),
        of=[INCOMPLETE],
        when=[ISSUER_PUBLISHED],
    ),
    tolerate(
        ".NET keeps an intermediate that it has fetched in the user's home, and completes chains of the driver with it",
        vendor(ISSUERS_KEPT),
        of=[INCOMPLETE],
        when=[ISSUER_FETCHED_BEFORE],
    ),
    tolerate("the hash of a signature is not looked at", of=[WEAK_SIGNATURE]),
    tolerate("the length of a key is not looked at", of=[WEAK_KEY]),
    tolerate("the key usage of a server's certificate is not looked at", SDS, of=[KEY_USAGE]),
    tolerate("the hash of an intermediate CA's signature is not looked at", SDS, of=[WEAK_ISSUER_SIGNATURE]),
    tolerate("without a SAN .NET takes the CN", of=[CN_ALONE], phases=[Phase.NAME]),
    *(
        tolerate(
            "where no address stands in the SAN, .NET takes the one in the CN", SDS, of=[condition], phases=[Phase.NAME]
        )
        for condition in (ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN)
    ),
    tolerate(
        "HostNameInCertificate is a second name, not another: SslStream found the one that was dialled",
        vendor(sources.NAME_IS_ADDED),
        of=[DIALLED_NAME],
        phases=[Phase.NAME],
        versions=microsoft("<6.1.8"),
    ),
    tolerate(
        "HostNameInCertificate is a second name, not another (6.1.8 refused)",
        of=[DIALLED_NAME],
        phases=[Phase.NAME],
        versions=microsoft(">=7"),
    ),
    tolerate(
        _SUBJECT,
        vendor(sources.NAME_IN_SUBJECT),
        of=[SUBJECT_IS_THE_NAME],
        phases=VERIFIED,
        when=[~where(OTHER_PIN)],
        versions=microsoft("<5.2"),
    ),
    tolerate(
        _SUBJECT,
        vendor(sources.NAME_IN_SUBJECT_SYSTEM),
        of=[SUBJECT_IS_THE_NAME],
        phases=VERIFIED,
        versions=system(),
    ),
    tolerate(
        "TrustServerCertificate switches all checks off",
        vendor(sources.VALIDATES_WHEN_ENCRYPTED),
        phases=CERTIFICATE,
        when=[TRUSTS_ALL, ~STRICT],
    ),
    tolerate(
        "only the login is encrypted, and nothing is verified",
        vendor(sources.VALIDATES_WHEN_ENCRYPTED),
        phases=CERTIFICATE,
        when=[OPTIONAL, ~where(DEMANDS_ENCRYPTION)],
    ),
    tolerate(
        _NOT_ASKED,
        vendor(sources.VALIDATES_WHEN_ASKED),
        of=[DEMANDS_ENCRYPTION],
        phases=CERTIFICATE,
        versions=microsoft("<2"),
    ),
    tolerate(
        _NOT_ASKED,
        vendor(sources.VALIDATES_WHEN_ASKED_SYSTEM),
        of=[DEMANDS_ENCRYPTION],
        phases=CERTIFICATE,
        versions=system(),
    ),
)

# ---- ServerCertificate, the pin.

_PIN_AFTER_SSLSTREAM = (microsoft(">=6, <6.1.7"), microsoft(">=7, <7.0.3"))
_PIN_ALWAYS = (microsoft(">=6.1.7, <7"), microsoft(">=7.0.3"))
_PIN_TEXT = (
    "The certificate provided by the server does not match the certificate provided by the ServerCertificate option."
)
_PIN_FILE_TEXT = (
    "The certificate file specified by the 'ServerCertificate' option could not be loaded or parsed: '{*}'."
)
_UNREADABLE = "a pin that cannot be read counts as none"
_PIN: tuple[Row, ...] = (
    tolerate(
        "where SslStream did not find the name, the pin alone decides; else it has no say",
        vendor(sources.PIN_FOR_A_NAME),
        of=[NAME_MISMATCH],
        phases=VERIFIED,
        when=[PINNED, ~where(OTHER_PIN), ~where(PIN_UNREADABLE), ~where(CN_ALONE)],
        versions=microsoft(">=5.1, <5.2"),
    ),
    tolerate(
        "where nothing else is wrong, another pin is no reason to refuse",
        vendor(sources.PIN_FOR_A_NAME),
        of=[OTHER_PIN],
        versions=microsoft(">=5.1, <6"),
    ),
    tolerate(
        "with a pin nothing but the pin is compared",
        vendor(sources.PIN_IS_ALL),
        phases=VERIFIED,
        when=[PINNED, ~where(PIN_UNREADABLE)],
        versions=microsoft(">=6"),
    ),
    say(
        [OTHER_PIN],
        Phase.PIN,
        refused(_PIN_TEXT),
        vendor(sources.PIN_IS_ALL),
        versions=microsoft(">=6"),
    ),
    *(
        tolerate(
            "the pin is not looked at where SslStream finds nothing wrong",
            vendor(sources.PIN_AFTER_SSLSTREAM),
            of=[OTHER_PIN],
            when=[~SSLSTREAM_COMPLAINS],
            versions=versions,
        )
        for versions in _PIN_AFTER_SSLSTREAM
    ),
    tolerate(_UNREADABLE, vendor(sources.PIN_FILE_IGNORED), of=[PIN_UNREADABLE], versions=microsoft(">=5.1, <6")),
    *(
        tolerate(_UNREADABLE, vendor(sources.PIN_FILE_IGNORED_AGAIN), of=[PIN_UNREADABLE], versions=versions)
        for versions in _PIN_AFTER_SSLSTREAM
    ),
    *(
        say([PIN_UNREADABLE], Phase.PIN, refused(_PIN_FILE_TEXT), vendor(sources.PIN_ALWAYS), versions=versions)
        for versions in _PIN_ALWAYS
    ),
)


CERTIFICATES: tuple[Row, ...] = (*_REJECTS, *_REASONS, *_ASKS_FOR_A_CRL, *_REFUSES_REVOKED, *_TOLERATES, *_PIN)
