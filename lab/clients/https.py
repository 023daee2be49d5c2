"""What the HTTPS clients share: TLS limits, the name to verify, and what counts as nothing else wrong."""

from datetime import timedelta

from tlslab.model.evidence import Source
from tlslab.model.situation import Authority, ClientSide, ServerKind, SignatureHash, Situation, TLSVersion

HTTPS = frozenset({ServerKind.HTTPS})
LOW_SECURITY = "DEFAULT@SECLEVEL=0"
"""TLS below 1.2 takes security level 0 with OpenSSL 3 (CHANGES.md, "Changes between 1.1.1 and 3.0.0")."""

OBSERVED = Source("observed by the lab", "")


def floor(side: ClientSide) -> TLSVersion | None:
    """The lowest version to ask for. A cap below TLS 1.2, the usual default floor, takes it down."""
    if side.tls_min is None and side.tls_max is not None and side.tls_max < TLSVersion.TLSv1_2:
        return side.tls_max
    return side.tls_min


def allows_old_versions(side: ClientSide) -> bool:
    """Whether versions below TLS 1.2 are asked for."""
    lowest = floor(side)
    return lowest is not None and lowest < TLSVersion.TLSv1_2


def expects_other_name(side: ClientSide) -> bool:
    """Whether the name to verify is not the one connected to."""
    return side.reference_identifier != side.connect_to


def certificate_is_good(situation: Situation) -> bool:
    """Whether a client that checks everything finds nothing wrong with the chain."""
    chain, client = situation.server.chain, situation.client
    if chain is None:
        return False
    leaf = chain.leaf
    authorities: tuple[Authority, ...] = chain.intermediates
    known = chain.with_intermediates or all(authority in client.intermediates for authority in authorities)
    anchored = leaf in client.trust_anchors or (
        leaf.issuer is not None and leaf.issuer.root in client.trust_anchors and known
    )
    now = timedelta()
    dates = [leaf.validity, *(authority.validity for authority in authorities)]
    in_time = all(validity.starts <= now < validity.ends for validity in dates)
    return (
        anchored and in_time and client.reference_identifier in leaf.names and leaf.signature is not SignatureHash.SHA1
    )
