"""What the HTTPS clients share: TLS limits, and the name to verify."""

from tlslab.libraries.posix import REFUSED
from tlslab.model.condition import conditions_of, defects
from tlslab.model.conditions import CONDITIONS, NOT_SERVING, SILENT
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Hangs, When, says
from tlslab.model.situation import ClientSide, ServerKind, Situation, TLSVersion

HTTPS = frozenset({ServerKind.HTTPS})
OPTIONS = frozenset(
    {
        "clock",
        "trust_anchors",
        "intermediates",
        "trust_everything",
        "expected_name",
        "tls_min",
        "tls_max",
        "defaults_only",
        "host_header",
        "store",
    }
)
"""The options that most of them can be told of. A new option stands in the adapters that were tried with it."""
OBSERVED = Source("observed by the lab", "")


WAITS = says(
    [SILENT],
    Phase.NO_TLS,
    Hangs(),
    basis=Basis.OBSERVED,
    source=Source("observed by the lab: no answer within 20 seconds", ""),
)
"""Of a client that has no limit of its own for a server that says nothing."""
NOBODY_LISTENS = says(
    [NOT_SERVING],
    Phase.CONNECT,
    "Connection refused",
    basis=Basis.AUTHORITATIVE,
    source=REFUSED,
)
"""Of a client that passes on what the system says of a port where nobody listens."""


def _names_a_good_site(act: Situation) -> bool:
    """Whether nothing would be wrong with a client that sends and verifies the name in the Host header."""
    name = act.client.host_header
    return name is not None and not defects(conditions_of(act.with_client(expected_name=name), CONDITIONS))


SITE_IN_HOST_HEADER = When("the Host header names a site with which nothing is wrong", _names_a_good_site)


def floor(side: ClientSide) -> TLSVersion | None:
    """The lowest version to ask for. A cap below TLS 1.2, the usual default floor, takes it down."""
    if side.tls_min is None and side.tls_max is not None and side.tls_max < TLSVersion.TLSv1_2:
        return side.tls_max
    return side.tls_min


def allows_old_versions(side: ClientSide) -> bool:
    """Whether versions below TLS 1.2 are asked for."""
    lowest = floor(side)
    return lowest is not None and lowest < TLSVersion.TLSv1_2


def security_level(side: ClientSide) -> int | None:
    """OpenSSL's security level to ask for; None: the client's own. TLS below 1.2 takes level 0 with OpenSSL 3
    (CHANGES.md, "Changes between 1.1.1 and 3.0.0").
    """
    return 0 if side.security_level is None and allows_old_versions(side) else side.security_level


def cipher_list(side: ClientSide) -> str:
    """The cipher list that says OpenSSL's security level; "" where the client is left to its own."""
    level = security_level(side)
    return "" if level is None else f"DEFAULT@SECLEVEL={level}"


def sends_other_name(side: ClientSide) -> bool:
    """Whether the name to send (SNI) is not the one to verify."""
    return side.server_name is not None and side.server_name != side.reference_identifier


def expects_other_name(side: ClientSide) -> bool:
    """Whether the name to verify is not the one connected to."""
    return side.reference_identifier != side.connect_to
