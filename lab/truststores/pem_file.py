"""A PEM file: certificates one after the other, each between its BEGIN and END lines (RFC 7468, section 5)."""

from tlslab.model.situation import PEM_FILE, StoreFlaw
from tlslab.truststores.kind import Kind, Laid, absent, der, each

NOWHERE = "removed.pem"


def _dangling(path: str, pem: str) -> Laid:
    return Laid(path, prepare=(("ln", "-s", NOWHERE, path),))


def _der(path: str, pem: str) -> Laid:
    # A file in DER holds one certificate; the last one given is the one that a client side trusts.
    return Laid(path, {path: der(each(pem)[-1])})


KIND = Kind(
    PEM_FILE,
    "PEM file",
    "ca.pem",
    lambda path, pem: Laid(path, {path: pem}),
    {
        StoreFlaw.MISSING: absent,
        StoreFlaw.DANGLING: _dangling,
        StoreFlaw.EMPTY: lambda path, pem: Laid(path, {path: ""}),
        StoreFlaw.DER: _der,
    },
)
