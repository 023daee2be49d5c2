"""Go: what crypto/x509 and crypto/tls say, and Go's own words for what the system says of a connection.

`Certificate.Verify` ends with the first thing that it finds: the time of the leaf, then its name, then the chain. So a
set of conditions is answered by the first of them. The words are those of Go 1.18 to 1.26. A signature with SHA-1 is
refused from 1.18 on: the issuer is then a candidate that did not do.
"""

from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    EXPIRED,
    INCOMPLETE,
    NAME_MISMATCH,
    NO_COMMON_VERSION,
    NOT_LOADED,
    NOT_SERVING,
    NOT_YET_VALID,
    SELF_SIGNED,
    UNTRUSTED,
    WEAK_SIGNATURE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, says_each

_SRC = "https://github.com/golang/go/blob/go1.24.13/src"
VERIFY = Source(
    "Go 1.24, src/crypto/x509/verify.go (Certificate.Verify, isValid, buildChains)", f"{_SRC}/crypto/x509/verify.go"
)
INSECURE = Source(
    "Go 1.24, src/crypto/x509/x509.go (InsecureAlgorithmError), which verify.go (UnknownAuthorityError) names as the "
    "possible reason",
    f"{_SRC}/crypto/x509/x509.go",
)
NAMES = Source("Go 1.24, src/crypto/x509/verify.go (HostnameError)", f"{_SRC}/crypto/x509/verify.go")
ALERTS = Source(
    'Go 1.24, src/crypto/tls/alert.go (alertText), behind the "remote error" of conn.go', f"{_SRC}/crypto/tls/alert.go"
)
VERSIONS = Source(
    "Go 1.24, src/crypto/tls/handshake_client.go (makeClientHello, pickTLSVersion)",
    f"{_SRC}/crypto/tls/handshake_client.go",
)
ERRORS = Source(
    "Go 1.24, src/syscall/zerrors_linux_amd64.go (errors), within the OpError of src/net/net.go",
    f"{_SRC}/syscall/zerrors_linux_amd64.go",
)
END = Source("Go 1.24, src/io/io.go (EOF)", f"{_SRC}/io/io.go")

_UNKNOWN = "x509: certificate signed by unknown authority"
_INSECURE = (
    f'{_UNKNOWN} (possibly because of "x509: cannot verify signature: insecure algorithm {{*}}" while trying to verify '
    "candidate authority certificate "
)
_TIMES = {
    EXPIRED: "x509: certificate has expired or is not yet valid: current time {*} is after ",
    NOT_YET_VALID: "x509: certificate has expired or is not yet valid: current time {*} is before ",
}
_NAMES = (
    "x509: certificate is valid for {*}, not {name}",
    "x509: certificate is not valid for any names, but wanted to match {name}",
    # A certificate without a SAN whose common name is the right one.
    "x509: certificate relies on legacy Common Name field, use SANs instead",
)
_CLOSED = (NO_COMMON_VERSION, NOT_LOADED)

_OF_THE_CHAIN: tuple[tuple[Condition, ...], ...] = (
    (SELF_SIGNED,),
    (UNTRUSTED,),
    (INCOMPLETE,),
    (WEAK_SIGNATURE,),
    (UNTRUSTED, WEAK_SIGNATURE),
    (INCOMPLETE, WEAK_SIGNATURE),
)
"""What can be wrong with the chain, which is looked at last."""
_BEHIND_THE_NAME = ((), *_OF_THE_CHAIN)
_BEHIND_THE_TIME = (*_BEHIND_THE_NAME, *((NAME_MISMATCH, *rest) for rest in _BEHIND_THE_NAME))

LIBRARY = Library(
    "go",
    (
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
        *says_each(
            dict.fromkeys((SELF_SIGNED, UNTRUSTED, INCOMPLETE), _UNKNOWN),
            Phase.VERIFY,
            basis=Basis.AUTHORITATIVE,
            source=VERIFY,
        ),
        *says([WEAK_SIGNATURE], Phase.VERIFY, _INSECURE, basis=Basis.AUTHORITATIVE, source=INSECURE),
        # The signature is looked at before what is above the issuer, and not at all where no issuer is found.
        *says([UNTRUSTED, WEAK_SIGNATURE], Phase.VERIFY, _INSECURE, basis=Basis.AUTHORITATIVE, source=INSECURE),
        *says([INCOMPLETE, WEAK_SIGNATURE], Phase.VERIFY, _UNKNOWN, basis=Basis.AUTHORITATIVE, source=VERIFY),
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
        *says_each(
            dict.fromkeys(_CLOSED, "read tcp {*}: read: connection reset by peer"),
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
        *says_each(dict.fromkeys(_CLOSED, "EOF"), Phase.CLOSED, basis=Basis.AUTHORITATIVE, source=END),
        *says(
            [NOT_SERVING],
            Phase.CONNECT,
            "dial tcp {*}: connect: connection refused",
            basis=Basis.AUTHORITATIVE,
            source=ERRORS,
        ),
    ),
)
