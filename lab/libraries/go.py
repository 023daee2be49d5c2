"""Go: what crypto/x509 and crypto/tls say, and Go's own words for what the system says of a connection.

`Certificate.Verify` ends with the first thing that it finds: the time of the leaf, then its name, then the chain, then
what the certificates of the chain are for. So a set of conditions is answered by the first of them. The words are those
of Go 1.18 to 1.26. A signature with SHA-1 is refused from 1.18 on: the issuer is then a candidate that did not do.
"""

from tlslab.model.circumstances import RESETS, TRUSTS_A_NAMESAKE
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    ENDS_EARLY,
    EXPIRED,
    FORGED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_FOR_SERVERS,
    NOT_SERVING,
    NOT_YET_VALID,
    OTHER_SERVICE,
    PLAIN_HTTP,
    REVOCATION_STALE,
    REVOKED,
    SELF_SIGNED,
    SERVER_REFUSES,
    SILENT,
    SMALL_DH,
    STAPLE_MISSING,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Offers, says, says_each, tolerates
from tlslab.model.situation import TLSVersion

_SRC = "https://github.com/golang/go/blob/go1.24.13/src"
VERIFY = Source(
    "Go 1.24, src/crypto/x509/verify.go (Certificate.Verify, isValid, buildChains)", f"{_SRC}/crypto/x509/verify.go"
)
OLD_VERIFY = Source(
    "Go 1.12, src/crypto/x509/verify.go (CertificateInvalidError.Error, Expired)",
    "https://github.com/golang/go/blob/go1.12.17/src/crypto/x509/verify.go",
)
INSECURE = Source(
    "Go 1.24, src/crypto/x509/x509.go (InsecureAlgorithmError), which verify.go (UnknownAuthorityError) names as the "
    "possible reason",
    f"{_SRC}/crypto/x509/x509.go",
)
PURPOSES = Source(
    "Go 1.26, src/crypto/x509/verify.go (CertificateInvalidError.Error, IncompatibleUsage; Certificate.Verify: "
    "checkChainForKeyUsage comes behind buildChains)",
    "https://github.com/golang/go/blob/go1.26.8/src/crypto/x509/verify.go",
)
NAMES = Source("Go 1.24, src/crypto/x509/verify.go (HostnameError)", f"{_SRC}/crypto/x509/verify.go")
ALERTS = Source(
    'Go 1.24, src/crypto/tls/alert.go (alertText), behind the "remote error" of conn.go', f"{_SRC}/crypto/tls/alert.go"
)
VERSIONS = Source(
    "Go 1.24, src/crypto/tls/handshake_client.go (makeClientHello, pickTLSVersion)",
    f"{_SRC}/crypto/tls/handshake_client.go",
)
CANDIDATES = Source(
    "Go 1.26, src/crypto/x509/cert_pool.go (findPotentialParents: the key identifier decides the order alone) and "
    "verify.go (UnknownAuthorityError: the first candidate whose key did not fit)",
    "https://github.com/golang/go/blob/go1.26.8/src/crypto/x509/cert_pool.go",
)
ERRORS = Source(
    "Go 1.24, src/syscall/zerrors_linux_amd64.go (errors), within the OpError of src/net/net.go",
    f"{_SRC}/syscall/zerrors_linux_amd64.go",
)
SCHEMES = Source("Go 1.24, src/net/http/client.go (ErrSchemeMismatch)", f"{_SRC}/net/http/client.go")
RECORDS = Source("Go 1.24, src/crypto/tls/conn.go (readRecordOrCCS)", f"{_SRC}/crypto/tls/conn.go")
HANDSHAKE_TIMEOUT = Source(
    "Go 1.24, src/net/http/transport.go (tlsHandshakeTimeoutError; DefaultTransport waits 10 seconds)",
    f"{_SRC}/net/http/transport.go",
)
MIN_VERSION = Source(
    "Go 1.24, src/crypto/tls/common.go (Config.MinVersion; up to Go 1.17 clients began at TLS 1.0)",
    f"{_SRC}/crypto/tls/common.go",
)
END = Source("Go 1.24, src/io/io.go (EOF)", f"{_SRC}/io/io.go")

_UNKNOWN = "x509: certificate signed by unknown authority"
_INSECURE = (
    f'{_UNKNOWN} (possibly because of "x509: cannot verify signature: insecure algorithm {{*}}" while trying to verify '
    "candidate authority certificate "
)
_ANOTHER_KEY = (
    f'{_UNKNOWN} (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority '
    "certificate "
)
_TIMES = {
    EXPIRED: "x509: certificate has expired or is not yet valid: current time {*} is after ",
    NOT_YET_VALID: "x509: certificate has expired or is not yet valid: current time {*} is before ",
}
_NAMES = (
    "x509: certificate is valid for {*}, not {name}",
    "x509: certificate is not valid for any names, but wanted to match {name}",
    "x509: cannot validate certificate for {name} because it doesn't contain any IP SANs",
    # A certificate without a SAN whose common name is the right one.
    "x509: certificate relies on legacy Common Name field, use SANs instead",
)
_CLOSED = (*SERVER_REFUSES, SMALL_DH)

_Sets = tuple[tuple[Condition, ...], ...]
_OF_THE_CHAIN: dict[tuple[Condition, ...], tuple[str, Source]] = {
    (SELF_SIGNED,): (_UNKNOWN, VERIFY),
    (UNTRUSTED,): (_UNKNOWN, VERIFY),
    (INCOMPLETE,): (_UNKNOWN, VERIFY),
    # The signature is looked at before what is above the issuer, and not at all where no issuer is found.
    (WEAK_SIGNATURE,): (_INSECURE, INSECURE),
    (UNTRUSTED, WEAK_SIGNATURE): (_INSECURE, INSECURE),
    (INCOMPLETE, WEAK_SIGNATURE): (_UNKNOWN, VERIFY),
}
"""What can be wrong with the chain, and what is said of it."""
_BEHIND_THE_CHAIN: _Sets = ((), (NOT_FOR_SERVERS,))
_BEHIND_THE_NAME: _Sets = tuple((*chain, *rest) for chain in ((), *_OF_THE_CHAIN) for rest in _BEHIND_THE_CHAIN)
_BEHIND_THE_TIME: _Sets = (*_BEHIND_THE_NAME, *((NAME_MISMATCH, *rest) for rest in _BEHIND_THE_NAME))

NO_REVOCATION = Source(
    'Go 1.24, src/crypto/x509/verify.go (Certificate.Verify: "this function doesn\'t do any revocation checking")',
    f"{_SRC}/crypto/x509/verify.go",
)

LIBRARY = Library(
    "go",
    (
        *(
            tolerates(
                "Certificate.Verify does not check revocation, and net/http neither, whatever comes with the handshake",
                of=[condition],
                basis=Basis.AUTHORITATIVE,
                source=NO_REVOCATION,
            )
            for condition in (REVOKED, REVOCATION_STALE, STAPLE_MISSING)
        ),
        # Old releases do not say on which side of its time a certificate is.
        *says_each(
            dict.fromkeys((EXPIRED, NOT_YET_VALID), "x509: certificate has expired or is not yet valid"),
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=OLD_VERIFY,
            versions={"go": "<1.14"},
        ),
        *(
            row
            for time, text in _TIMES.items()
            for rest in _BEHIND_THE_TIME
            for row in says([time, *rest], Phase.VERIFY, text, basis=Basis.AUTHORITATIVE, source=VERIFY)
        ),
        *(
            row
            for rest in _BEHIND_THE_NAME
            for row in says([NAME_MISMATCH, *rest], Phase.NAME, *_NAMES, basis=Basis.AUTHORITATIVE, source=NAMES)
        ),
        *(
            row
            for chain, (text, source) in _OF_THE_CHAIN.items()
            for rest in _BEHIND_THE_CHAIN
            for row in says([*chain, *rest], Phase.VERIFY, text, basis=Basis.AUTHORITATIVE, source=source)
        ),
        # Go tries the CAs of the right name whose key identifier is another one as well, only later.
        *(
            row
            for condition, when in ((FORGED, ()), (UNTRUSTED, (TRUSTS_A_NAMESAKE,)))
            for row in says(
                [condition], Phase.VERIFY, _ANOTHER_KEY, basis=Basis.AUTHORITATIVE, source=CANDIDATES, when=when
            )
        ),
        *says(
            [NOT_FOR_SERVERS],
            Phase.VERIFY,
            "x509: certificate specifies an incompatible key usage",
            basis=Basis.AUTHORITATIVE,
            source=PURPOSES,
        ),
        *says(
            [NO_COMMON_VERSION],
            Phase.HANDSHAKE,
            "remote error: tls: protocol version not supported",
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *says(
            [NO_COMMON_VERSION],
            Phase.HANDSHAKE,
            "tls: server selected unsupported protocol version ",
            "tls: no supported versions satisfy MinVersion and MaxVersion",
            basis=Basis.AUTHORITATIVE,
            source=VERSIONS,
        ),
        # crypto/tls has no Diffie-Hellman but with elliptic curves.
        *says_each(
            dict.fromkeys((NO_COMMON_CIPHER, SMALL_DH), "remote error: tls: handshake failure"),
            Phase.HANDSHAKE,
            basis=Basis.AUTHORITATIVE,
            source=ALERTS,
        ),
        *says_each(
            dict.fromkeys(_CLOSED, "read tcp {*}: read: connection reset by peer"),
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says_each(dict.fromkeys(_CLOSED, "EOF"), Phase.CLOSED, basis=Basis.AUTHORITATIVE, source=END),
        *says(
            [PLAIN_HTTP],
            Phase.NO_TLS,
            "http: server gave HTTP response to HTTPS client",
            basis=Basis.AUTHORITATIVE,
            source=SCHEMES,
        ),
        *says(
            [OTHER_SERVICE],
            Phase.NO_TLS,
            "tls: first record does not look like a TLS handshake",
            basis=Basis.AUTHORITATIVE,
            source=RECORDS,
        ),
        *says([ENDS_EARLY], Phase.NO_TLS, "EOF", basis=Basis.AUTHORITATIVE, source=END),
        *says(
            [ENDS_EARLY],
            Phase.NO_TLS,
            "read tcp {*}: read: connection reset by peer",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
            when=[RESETS],
        ),
        *says(
            [SILENT],
            Phase.NO_TLS,
            "net/http: TLS handshake timeout",
            basis=Basis.AUTHORITATIVE,
            source=HANDSHAKE_TIMEOUT,
        ),
        *says(
            [NOT_SERVING],
            Phase.CONNECT,
            "dial tcp {*}: connect: connection refused",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
    ),
    offers=(
        Offers(
            TLSVersion.TLSv1_2,
            TLSVersion.TLSv1_3,
            "tls.Config.MinVersion is TLS 1.2 for clients, since Go 1.18",
            Basis.AUTHORITATIVE,
            MIN_VERSION,
        ),
    ),
)
