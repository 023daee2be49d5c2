"""Rows of a condition that a scenario brings, each in the own vocabulary of its library, with its usual source."""

from collections.abc import Mapping

from tlslab.model.condition import Condition
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Prints, Says, says
from tlslab_scenarios._sources import (  # fmt: skip
    GNUTLS_BITS,
    GNUTLS_WORDS,
    GO_INVALID,
    NODE_CODES,
    NODE_UNSPECIFIED,
    WGET_CHECK,
    X509_TEXTS,
)

UNSPECIFIED = "UNSPECIFIED"
"""The code of Node for what it has no other for."""


def refusals(
    condition: Condition,
    *,
    openssl: tuple[str, ...] = (),
    node: tuple[str, ...] = (),
    gnutls: tuple[str, ...] = (),
    status: tuple[str, ...] = (),
    wget: tuple[str, ...] = (),
    go: tuple[str, ...] = (),
    jsse: Mapping[str, Source] | None = None,
) -> Mapping[str, tuple[Says, ...]]:
    """What libraries say of a chain that they refuse for this condition.

    `openssl`, `go`: their texts. `node`: its codes. `gnutls`, `status`: GnuTLS' words, and the numbers of its status.
    `wget`: its lines. `jsse`: its texts, each with its source. A library that has nothing for it is left out.
    """

    def rows(source: Source, *texts: str | Prints) -> tuple[Says, ...]:
        return says([condition], Phase.VERIFY, *texts, basis=Basis.AUTHORITATIVE, source=source)

    found = {
        "openssl": rows(X509_TEXTS, *openssl),
        "node": tuple(
            row
            for code in node
            for row in rows(NODE_UNSPECIFIED if code == UNSPECIFIED else NODE_CODES, Prints(code=code))
        ),
        "gnutls": (*rows(GNUTLS_WORDS, *gnutls), *rows(GNUTLS_BITS, *(Prints(code=number) for number in status))),
        "wget": rows(WGET_CHECK, *wget),
        "go": rows(GO_INVALID, *go),
        "jsse": tuple(row for text, source in (jsse or {}).items() for row in rows(source, text)),
    }
    return {library: of_it for library, of_it in found.items() if of_it}
