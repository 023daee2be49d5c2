"""System: whether a baseline's texts can be expected here, where the machine's own TLS library may be another one."""

import re

from tlslab.diff.sides import SideClient

_LIBRARY = re.compile(r"\b(OpenSSL|LibreSSL|BoringSSL|GnuTLS|wolfSSL)[ /]v?(\d[\w.]*)", re.IGNORECASE)
_OWN = ("bundled", "Python package")
"""Words of `tls_library` by which an adapter says that the library comes with the client."""


def system_differs(old: SideClient, new: SideClient) -> str:
    """Why other texts are no change of the client's, in words; "" when they are. Only a baseline knows what is pinned.

    A client whose version the project does not pin comes with the machine, as a whole; of the other clients the TLS
    library does, unless it is their own.
    """
    baseline = old if old.pinned is not None else new
    if baseline.pinned is None:
        return ""
    if not baseline.pinned:
        if old.version == new.version:
            return ""
        return f"it comes with the machine: {old.version or 'unknown'} then, {new.version or 'unknown'} now"
    if any(words in baseline.tls_library for words in _OWN):
        return ""
    then, now = library(old.version), library(new.version)
    return "" if then == now else f"its TLS library comes with the machine: {then} then, {now} now"


def library(version: str) -> str:
    """The TLS library that a client's version names: `OpenSSL 3.0.19`; "unknown" when it names none."""
    found = _LIBRARY.search(version)
    return f"{found[1]} {found[2]}" if found else "unknown"
