"""Conditions of names: how the name that a client expects is written, and how the certificate carries it.

Most of them are no defects: some client refuses a good certificate for them, or takes a wrong one.
"""

from ipaddress import IPv6Address

from tlslab.model.certificate import Leaf, as_address, dns_name, matches_dns_id
from tlslab.model.condition import Condition
from tlslab.model.conditions import leaf_of
from tlslab.model.situation import Situation


def in_url(host: str) -> str:
    """A host as it stands in a URL: an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"[{host}]" if ":" in host else host


def _expected(situation: Situation) -> str:
    return situation.client.reference_identifier


def _stands_among_the_names(situation: Situation) -> bool:
    address, leaf = as_address(_expected(situation)), leaf_of(situation)
    among_names = address is not None and any(address == as_address(name) for name in leaf.names)
    return among_names and not leaf.carries(_expected(situation))


def _is_the_common_name(situation: Situation) -> bool:
    address, leaf = as_address(_expected(situation)), leaf_of(situation)
    return address is not None and address == as_address(leaf.common_name) and not leaf.carries(_expected(situation))


def _by_a_wildcard_alone(situation: Situation) -> bool:
    name, leaf = _expected(situation), leaf_of(situation)
    if as_address(name) is not None or not leaf.carries(name):
        return False
    return dns_name(name) not in {item.rstrip(".").lower() for item in leaf.names}


def _stands_beside_another_common_name(situation: Situation) -> bool:
    name, leaf = _expected(situation), leaf_of(situation)
    if as_address(name) is not None or not leaf.carries(name) or _by_a_wildcard_alone(situation):
        return False
    return leaf.common_name.lower() != dns_name(name)


def _fits_the_expected_wildcard(situation: Situation) -> bool:
    pattern = _expected(situation)
    return "*" in pattern and any(matches_dns_id(pattern, name) for name in leaf_of(situation).names)


def _has_upper_case(situation: Situation) -> bool:
    name = _expected(situation)
    return as_address(name) is None and name != name.lower()


def in_san_or_alone(leaf: Leaf, name: str) -> bool:
    """Whether a name is found as .NET does: in the SAN, or in the CN where the SAN has no name of that kind."""
    others = leaf.addresses if as_address(name) is not None else leaf.names
    return leaf.carries(name) or (not others and leaf.common_name == name)


def _subject_is_the_name(situation: Situation) -> bool:
    leaf, name = leaf_of(situation), _expected(situation)
    begins = f"{leaf.common_name}.".startswith(f"{name}.")
    return begins and not in_san_or_alone(leaf, situation.client.connect_to)


ADDRESS_AS_DNS_NAME = Condition(
    "address-as-dns-name",
    "the IP address that the client expects stands in the SAN as a DNS name",
    _stands_among_the_names,
)
ADDRESS_AS_CN_ALONE = Condition(
    "address-as-cn-alone",
    "the IP address that the client expects is the certificate's CN, and no DNS name stands in a SAN",
    lambda situation: _is_the_common_name(situation) and not leaf_of(situation).names,
)
ADDRESS_AS_CN_BESIDE_SAN = Condition(
    "address-as-cn-beside-san",
    "the IP address that the client expects is the certificate's CN, and the SAN holds DNS names",
    lambda situation: _is_the_common_name(situation) and bool(leaf_of(situation).names),
)
IPV6_ADDRESS = Condition(
    "ipv6-address",
    "the client expects an IPv6 address, and the certificate carries it",
    lambda situation: (
        isinstance(as_address(_expected(situation)), IPv6Address) and leaf_of(situation).carries(_expected(situation))
    ),
)
OTHER_COMMON_NAME = Condition(
    "other-common-name",
    "the name that the client expects stands in the SAN, and the certificate's CN is another",
    _stands_beside_another_common_name,
)
WILDCARD = Condition(
    "wildcard", "the certificate carries the name that the client expects by a wildcard alone", _by_a_wildcard_alone
)
WILDCARD_EXPECTED = Condition(
    "wildcard-expected",
    "the client was told to expect a wildcard, which fits a name of the certificate",
    _fits_the_expected_wildcard,
)
DOT_AT_THE_END = Condition(
    "dot-at-the-end",
    "the name that the client expects ends with the dot of the DNS root",
    lambda situation: _expected(situation).endswith("."),
)
UPPER_CASE = Condition(
    "upper-case", "the name that the client expects is written in upper case letters", _has_upper_case
)
UNICODE = Condition(
    "unicode",
    "the name that the client expects is written in Unicode, and not as it stands in certificates",
    lambda situation: not _expected(situation).isascii(),
)
NO_DNS_NAME = Condition(
    "no-dns-name",
    "the certificate has a SAN, without a DNS name",
    lambda situation: leaf_of(situation).has_san and not leaf_of(situation).names,
)
DIALLED_NAME = Condition(
    "dialled-name",
    "the certificate carries the name that was dialled, and the client was told to expect another",
    lambda situation: (
        situation.client.connect_to != situation.client.reference_identifier
        and in_san_or_alone(leaf_of(situation), situation.client.connect_to)
    ),
)
EXPECTED_NAME_ALONE = Condition(
    "expected-name-alone",
    "the certificate carries the name that the client was told to expect, and not the one that was dialled",
    lambda situation: (
        leaf_of(situation).carries(_expected(situation))
        and not in_san_or_alone(leaf_of(situation), situation.client.connect_to)
    ),
)
SUBJECT_IS_THE_NAME = Condition(
    "subject-is-the-name",
    "the SAN does not carry the name that was dialled, and the subject is the name to be found, or begins with it",
    _subject_is_the_name,
)

NAMES = (
    *(ADDRESS_AS_DNS_NAME, ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN),
    *(IPV6_ADDRESS, OTHER_COMMON_NAME, WILDCARD, WILDCARD_EXPECTED, DOT_AT_THE_END, UPPER_CASE, UNICODE, NO_DNS_NAME),
    *(DIALLED_NAME, EXPECTED_NAME_ALONE, SUBJECT_IS_THE_NAME),
)
