"""What the variables of a client's environment make of a situation: conditions that are not wrong, and circumstances.

What a client trusts may stand in a file that a variable names, and then a program that does not read the variable
trusts nothing; or it stands elsewhere, and the variable takes its place.
"""

from collections.abc import Callable

from tlslab.model.certificate import Authority
from tlslab.model.condition import Condition
from tlslab.model.conditions import NO_COMMON_VERSION, UNTRUSTED
from tlslab.model.environment import OPENSSL_CONF, Variable
from tlslab.model.library import When
from tlslab.model.situation import Situation


def _without(act: Situation, leave_out: Callable[[Variable], bool]) -> Situation:
    return act.with_client(environment=tuple(item for item in act.client.environment if not leave_out(item)))


def _by_a_variable_alone(act: Situation) -> bool:
    without = _without(act, lambda item: item.anchors is not None)
    return without != act and UNTRUSTED.present(without) and not UNTRUSTED.present(act)


def _beside_a_variable(act: Situation) -> bool:
    issuer = act.server.chain.leaf.issuer if act.server.chain else None
    root = issuer.root if isinstance(issuer, Authority) else None
    stores = [item.anchors for item in act.client.environment if item.anchors is not None]
    elsewhere = root in (*act.client.trust_anchors, *act.client.default_trust_anchors)
    return elsewhere and any(root not in anchors for anchors in stores)


def _versions_by_a_configuration(act: Situation) -> bool:
    without = _without(act, lambda item: item.limits is not None)
    return without != act and NO_COMMON_VERSION.present(without) and not NO_COMMON_VERSION.present(act)


IN_A_VARIABLE = Condition(
    "in-a-variable",
    "what the client shall trust stands in a file that a variable of its environment names, and nowhere else",
    _by_a_variable_alone,
)
BESIDE_A_VARIABLE = Condition(
    "beside-a-variable",
    "the certificate's root is in the store of an option or in the default one, and a variable names another store",
    _beside_a_variable,
)
VERSIONS_IN_A_CONFIGURATION = Condition(
    "versions-in-a-configuration",
    "client and server have a version of TLS in common by the configuration alone that OPENSSL_CONF names",
    _versions_by_a_configuration,
)
OF_VARIABLES = (IN_A_VARIABLE, BESIDE_A_VARIABLE, VERSIONS_IN_A_CONFIGURATION)


def is_set(name: str, value: str = "") -> When:
    """The circumstance that a variable is set, to this value where one is given."""
    return When(
        f"{name}={value}" if value else f"{name} is set",
        lambda act: any(item.name == name and item.value == value for item in act.client.environment),
    )


GIVEN_A_STORE = When("given a trust store by an option", lambda act: act.client.has_store)
CONFIGURES_OPENSSL = is_set(OPENSSL_CONF)
