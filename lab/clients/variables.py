"""Rows about the variables of the environment: which of them a client reads, and what becomes of its other stores."""

from collections.abc import Iterable

from tlslab.model.conditions import NO_COMMON_VERSION, UNTRUSTED
from tlslab.model.evidence import Basis, Source
from tlslab.model.library import Own, When, says_like, tolerates
from tlslab.model.variables import (
    BESIDE_A_VARIABLE,
    CONFIGURES_OPENSSL,
    GIVEN_A_STORE,
    IN_A_VARIABLE,
    VERSIONS_IN_A_CONFIGURATION,
    is_set,
)

OPENSSL_ENV = Source(
    "OpenSSL, openssl-env(7), SSL_CERT_DIR and SSL_CERT_FILE, OPENSSL_CONF",
    "https://github.com/openssl/openssl/blob/b60515307b0519bda76323b0a7a2e158ee739268/doc/man7/openssl-env.pod",
)
DEFAULT_LOCATIONS = Source(
    "OpenSSL, SSL_CTX_set_default_verify_paths(3): a default file, for SSL_CERT_FILE, and a default directory",
    "https://github.com/openssl/openssl/blob/06bedddd170c6ff5c72a52d3579df594f37cb5a3/doc/man3/SSL_CTX_load_verify_locations.pod",
)


def read(who: str, names: Iterable[str], source: Source, basis: Basis = Basis.AUTHORITATIVE) -> tuple[Own, ...]:
    """A client that trusts what these variables name."""
    return tuple(
        tolerates(f"{who} reads {name}", of=[IN_A_VARIABLE], when=[is_set(name)], basis=basis, source=source)
        for name in names
    )


def not_read(who: str, names: Iterable[str], source: Source, basis: Basis = Basis.AUTHORITATIVE) -> tuple[Own, ...]:
    """A client that does not look at these variables: what they name it does not trust."""
    return tuple(
        says_like(
            UNTRUSTED,
            [IN_A_VARIABLE],
            f"{who} does not read {name}",
            when=[is_set(name)],
            basis=basis,
            source=source,
        )
        for name in names
    )


def beside(why: str, names: Iterable[str], source: Source, *, when: Iterable[When] = ()) -> tuple[Own, ...]:
    """A client that goes on trusting its other store while one of these variables is set."""
    return tuple(
        tolerates(
            why,
            of=[BESIDE_A_VARIABLE],
            when=[is_set(name), *when],
            basis=Basis.AUTHORITATIVE,
            source=source,
        )
        for name in names
    )


def instead(
    why: str,
    names: Iterable[str],
    source: Source,
    *,
    when: Iterable[When] = (),
    basis: Basis = Basis.AUTHORITATIVE,
) -> tuple[Own, ...]:
    """A client for which what one of these variables names takes the place of its other store."""
    return tuple(
        says_like(
            UNTRUSTED,
            [BESIDE_A_VARIABLE],
            why,
            when=[is_set(name), *when],
            basis=basis,
            source=source,
        )
        for name in names
    )


def option_first(who: str, names: Iterable[str], source: Source) -> tuple[Own, ...]:
    """A client whose option for a trust store is all that counts when it is given."""
    return beside(f"{who} does not look at it where an option names the store", names, source, when=[GIVEN_A_STORE])


def own_versions(why: str, source: Source) -> Own:
    """A client that sets the oldest version itself, so that a configuration of OpenSSL cannot lower it."""
    return says_like(
        NO_COMMON_VERSION,
        [VERSIONS_IN_A_CONFIGURATION],
        why,
        when=[CONFIGURES_OPENSSL],
        basis=Basis.AUTHORITATIVE,
        source=source,
    )
