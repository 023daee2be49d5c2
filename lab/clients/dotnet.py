"""A .NET runtime from the registries of packages: how the lab starts a program on it, and what it takes of a process.

The runtime is a part of a package that brings its own (`tlslab.setup.parts`); mono's compiler makes the programs, and
`probes/dotnet.py` starts them. Trust and TLS limits are those of a process: SSL_CERT_FILE, SSL_CERT_DIR, OPENSSL_CONF.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from tlslab.clients.base import Invocation, Machine, Request, Roots, Trust, Worker, probe
from tlslab.clients.openssl_variables import STORES, variables
from tlslab.clients.variables import beside, read
from tlslab.model.circumstances import HOLDS_THE_CA
from tlslab.model.conditions import OTHER_STORE, STORE_NOT_HASHED, UNTRUSTED
from tlslab.model.environment import OPENSSL_CONF, SSL_CERT_DIR, SSL_CERT_FILE
from tlslab.model.evidence import Basis, Source
from tlslab.model.library import tolerates
from tlslab.model.situation import PEM_FILE, ClientSide
from tlslab.setup import parts
from tlslab.setup.needs import Part
from tlslab.truststores import all_kinds

ROOTS = Source(
    ".NET, OpenSslCachedSystemStoreProvider.cs (SSL_CERT_FILE and SSL_CERT_DIR, else OpenSSL's own; every file of a "
    "directory)",
    "https://github.com/dotnet/runtime/blob/33ef7ca0a798c5ed50b127afd65223b6cb5a6537/src/libraries/"
    "System.Security.Cryptography/src/System/Security/Cryptography/X509Certificates/OpenSslCachedSystemStoreProvider.cs",
)
SYSTEMS_ROOTS = Trust(Roots.SYSTEM, "on Linux .NET reads the bundle and the directory of the system's OpenSSL", ROOTS)
RUNTIME = Part("dotnet", "a .NET runtime, which comes inside a package from npm")
LAUNCHER, CONFIG = "dotnet.py", "runtimeconfig.json"
SETTINGS = json.dumps(
    {
        "runtimeOptions": {
            "framework": {"name": parts.RUNTIME, "version": "9.0.0"},
            # Else it wants ICU, which the texts do not need.
            "configProperties": {"System.Globalization.Invariant": True},
        }
    }
)
NO_RESUMPTION = {"DOTNET_SYSTEM_NET_SECURITY_DISABLETLSRESUME": "1"}
"""No attempt takes up the TLS session of another."""
KEPT = ".dotnet/corefx/cryptography"
STORES_KEPT = (f"{KEPT}/x509stores/ca/*", f"{KEPT}/crls/*", f"{KEPT}/ocsp/*")
"""Where .NET 9 was seen to keep what it has fetched, for the chains of later connections: intermediates, lists of
revoked certificates, answers of OCSP."""
OF_THE_STORE = (
    tolerates(
        "SSL_CERT_FILE takes the place of OpenSSL's default file, not of its default directory",
        of=[OTHER_STORE],
        basis=Basis.AUTHORITATIVE,
        source=ROOTS,
    ),
    tolerates(
        ".NET reads every file of the directory, whatever it is called",
        of=[STORE_NOT_HASHED, UNTRUSTED],
        when=[HOLDS_THE_CA],
        basis=Basis.AUTHORITATIVE,
        source=ROOTS,
    ),
)
VARIABLES = frozenset({SSL_CERT_DIR, SSL_CERT_FILE, OPENSSL_CONF})
OF_VARIABLES = (
    *read(".NET", (SSL_CERT_DIR, SSL_CERT_FILE), ROOTS),
    *beside(
        "the variable takes the place of OpenSSL's default file or of its default directory, and not of the other",
        (SSL_CERT_DIR, SSL_CERT_FILE),
        ROOTS,
    ),
)


def files() -> dict[str, bytes | str]:
    """What a program needs in its directory that is started by `argv`."""
    return {LAUNCHER: probe(LAUNCHER), CONFIG: SETTINGS}


def argv(machine: Machine, program: str) -> tuple[str, ...]:
    """The command that starts a program, the name of what the lab has built, on the runtime."""
    start = (machine.python, "-I", LAUNCHER, machine.files[RUNTIME.name], "exec", "--runtimeconfig", CONFIG)
    return (*start, machine.which[program])


def trust_words(side: ClientSide) -> tuple[str, ...]:
    """How people give it a trust store."""
    return (f"{STORES[side.store.kind]}={all_kinds()[side.store.kind].path}",) if side.has_store else ()


def attempt(request: Request, invocation: Invocation, files: Mapping[str, bytes | str], limits: str) -> Invocation:
    """An attempt by a program that answers requests, in a process that others may share where nothing that is fixed for
    it is this attempt's own. `files`: what it needs in its directory; `limits`: its openssl.cnf, "" for none.
    """
    side, laid = request.side, request.trust()
    usual = not side.has_store or (side.store.kind == PEM_FILE and side.store.flaw is None)
    shared = usual and not side.environment
    env, fixed = {**invocation.env, **NO_RESUMPTION}, dict(files)
    if limits:
        env["OPENSSL_CONF"] = "openssl.cnf" if shared else str(request.workdir / "openssl.cnf")
        fixed["openssl.cnf"] = limits
    if side.has_store:
        env |= variables(side.store, laid, PurePosixPath() if shared else request.workdir)
        fixed |= laid.files
    if shared:
        return replace(invocation, env=env, worker=Worker(fixed, STORES_KEPT))
    fixed |= invocation.files
    return replace(invocation, env=env, files=fixed, prepare=laid.prepare if side.has_store else ())
