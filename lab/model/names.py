"""Conditions of names: how the name that a client expects is written, and how the certificate carries it.

Most of them are no defects: some client refuses a good certificate for them, or takes a wrong one.
"""

from tlslab.model.certificate import as_address
from tlslab.model.condition import Condition
from tlslab.model.conditions import leaf_of
from tlslab.model.situation import Situation


def _stands_among_the_names(situation: Situation) -> bool:
    address, leaf = as_address(situation.client.reference_identifier), leaf_of(situation)
    among_names = address is not None and any(address == as_address(name) for name in leaf.names)
    return among_names and not leaf.carries(situation.client.reference_identifier)


ADDRESS_AS_DNS_NAME = Condition(
    "address-as-dns-name",
    "the IP address that the client expects stands in the SAN as a DNS name",
    _stands_among_the_names,
)
