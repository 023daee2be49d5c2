"""Impostors: what attacks every fix. Both own the server's name and address, as whoever controls the network or the
DNS does.
"""

from tlslab.model.certificate import LAB_ISSUING, Authority, Chain, Leaf, as_address
from tlslab.model.scenario import impostor
from tlslab.model.situation import Situation

STRANGER_ROOT = Authority("Stranger Root CA")
STRANGER_ISSUING = Authority("Stranger Issuing CA", parent=STRANGER_ROOT)
NEIGHBOUR = "neighbour.lab.test"


@impostor
def stranger(fixed: Situation) -> Situation:
    """A stranger's server: a certificate for exactly the right name, or address, issued by a CA that the attacker made.

    A client that verifies the chain refuses it.
    """
    wanted = dict.fromkeys((fixed.client.reference_identifier, fixed.client.connect_to))
    addresses = tuple(name for name in wanted if as_address(name))
    names = tuple(name for name in wanted if name not in addresses)
    leaf = Leaf(
        common_name=fixed.client.reference_identifier,
        names=names,
        issuer=STRANGER_ISSUING,
        owner="stranger",
        addresses=addresses,
    )
    return fixed.with_server(chain=Chain(leaf), virtual_hosts=())


@impostor
def neighbour(fixed: Situation) -> Situation:
    """A neighbour's server: a certificate of the very CA that the client trusts, but issued to the attacker for the
    attacker's own name.

    A client that verifies the name refuses it. Fixes that keep the chain and drop the name check pass the stranger
    and fall here.
    """
    leaf = Leaf(common_name=NEIGHBOUR, names=(NEIGHBOUR,), issuer=LAB_ISSUING, owner="neighbour")
    return fixed.with_server(chain=Chain(leaf), virtual_hosts=())
