"""The files of a client side, as a stage lays them out."""

from tlslab.clients.base import Material
from tlslab.model.situation import ClientSide
from tlslab.pki.mint import Mint
from tlslab.pki.revocation import list_pem


def material_of(mint: Mint, side: ClientSide) -> Material:
    """The certificates of a client side as PEM text. What it is not given stands in no file that it is given."""
    return Material(
        mint.pem(*side.trust_anchors) or mint.public_root,
        mint.pem(*side.intermediates),
        mint.public_root + mint.pem(*side.in_default_store),
        list_pem(mint, side.crls),
        mint.pem(side.pin) if side.pin else "",
        mint.chain_pem(side.certificate) if side.certificate else "",
        mint.leaf_key_pem(side.certificate.leaf) if side.certificate else "",
    )
