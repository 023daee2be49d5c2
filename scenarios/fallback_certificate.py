"""Fallback certificate: the older forms of the certificate that SQL Server makes for itself.

`untrusted-ca.fallback` is about the one of today. Which client is given one of these differs by release: SQL Server 2016
and older sign with SHA-1, and the serial number is negative in half of the starts of those that were not mended.
"""

from dataclasses import replace
from typing import Any

from tlslab.model.certificate import FALLBACK, RSA_2048, Serial, SignatureHash, Version
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.condition import Condition
from tlslab.model.conditions import NAME_MISMATCH, SELF_SIGNED, SERIAL_NOT_POSITIVE, VERSION_1, leaf_of
from tlslab.model.scenario import Scenario, Side, scenario
from tlslab.model.situation import ServerKind, Situation, healthy
from tlslab_scenarios._sources import (  # fmt: skip
    GO_AND_SQL_SERVER,
    KB2007728,
    MSPHPSQL_FAQ,
    NEGATIVE_SERIALS,
    SELF_GENERATED_SHA1,
    SIGNATURES_OFFERED,
    SQL_2014_AND_LEVEL_2,
    SQL_LINUX,
    VERSION_1_AND_RUSTLS,
    section,
)
from tlslab_scenarios.self_signed import trust_everything

SQL_SERVER = frozenset({ServerKind.SQLSERVER})
SELF_SIGNED_WITH_SHA1 = Condition(
    "self-signed-with-sha1",
    "the certificate that signed itself did so with SHA-1, which nobody verifies",
    lambda situation: leaf_of(situation).issuer is None and leaf_of(situation).signature is SignatureHash.SHA1,
)
"""Not wrong: a server that asks which signatures the client takes has none for it, which is another failure."""


@scenario(
    form="sha1",
    title="SQL Server presents a self-generated certificate that is signed with SHA-1",
    kinds=SQL_SERVER,
    conditions=[SELF_SIGNED, NAME_MISMATCH, SELF_SIGNED_WITH_SHA1],
    sources=[SELF_GENERATED_SHA1, SQL_2014_AND_LEVEL_2, SIGNATURES_OFFERED, MSPHPSQL_FAQ],
)
def fallback_sha1(healthy: Situation) -> Situation:
    """Nobody configured a certificate, and SQL Server is of 2016 or older: the certificate that it made at start is signed
    with SHA-1. It is sent to the client, as by a server that does not ask which signatures the client takes.

    **Symptom.** "self-signed certificate" with OpenSSL, Node `DEPTH_ZERO_SELF_SIGNED_CERT`: the same as with the
    certificate of newer servers. Nobody verifies the signature of a certificate that signed itself, so that
    TrustServerCertificate brings the connection, SHA-1 or not.

    **Cause.** SHA-256 came with SQL Server 2017. On Windows such a server is seldom met in this way: Schannel looks at the
    signature algorithms of the ClientHello, and where OpenSSL runs at security level 2 SHA-1 is not among them. Then it
    has no certificate for this client and closes the connection, which the client reports as a network error: 0x2746
    (10054) with ODBC, "socket hang up" with Node. `sha1-signature.server` shows these words. That is the commonest cause
    of 0x2746 in public reports, begins when the client's system is upgraded, and no option about trust changes it.

    **Look.** `SELECT @@VERSION`; the errorlog says "A self-generated certificate was successfully loaded for encryption."

    **Fix.** Give the server a certificate of a CA that the clients trust, signed with SHA-256. Where the connection is
    closed, `CipherString = DEFAULT@SECLEVEL=1` (with OpenSSL 3: 0) in the client's `openssl.cnf` is what people are told;
    it lets every other server use weak things, too.
    """
    return _with(healthy, signature=SignatureHash.SHA1, key=RSA_2048)


@scenario(
    form="version-1",
    title="SQL Server presents a self-generated certificate of version 1",
    kinds=SQL_SERVER,
    conditions=[SELF_SIGNED, NAME_MISMATCH, VERSION_1],
    sources=[VERSION_1_AND_RUSTLS, section(KB2007728, "Cause, scenario 2")],
)
def fallback_version_1(healthy: Situation) -> Situation:
    """Nobody configured a certificate, and the one that SQL Server made at start is of X.509 version 1, as public reports
    have it of some builds.

    **Symptom.** "self-signed certificate" with OpenSSL, Node `DEPTH_ZERO_SELF_SIGNED_CERT`: the same as with version 3.
    These clients read both versions, and with TrustServerCertificate they connect.

    **Cause.** A certificate of version 1 has no extensions; there were none in this one anyway. Libraries that read
    version 3 alone stop before they ask whether to trust it: rustls, and with it tiberius, says UnsupportedCertVersion,
    also when it is told to trust the server.

    **Look.** The errorlog says "A self-generated certificate was successfully loaded for encryption." `network.tlscert` is
    not set.

    **Fix.** Give the server a certificate of a CA that the clients trust: it is of version 3.
    """
    return _with(healthy, version=Version.V1)


@scenario(
    form="negative-serial",
    title="SQL Server presents a self-generated certificate with a negative serial number",
    kinds=SQL_SERVER,
    conditions=[SELF_SIGNED, NAME_MISMATCH, SERIAL_NOT_POSITIVE],
    sources=[NEGATIVE_SERIALS, GO_AND_SQL_SERVER],
)
def fallback_negative_serial(healthy: Situation) -> Situation:
    """Nobody configured a certificate, and the one that SQL Server made at start has a negative serial number.

    **Symptom.** "self-signed certificate" with OpenSSL, Node `DEPTH_ZERO_SELF_SIGNED_CERT`: these clients take the number as
    it is, and with TrustServerCertificate they connect.

    **Cause.** SQL Server takes 16 random bytes for the number and did not clear the top bit: in half of its starts the
    number is negative. Go reads no such certificate since 1.23 (x509: negative serial number), so that a program in Go
    connects after one restart of the server and not after another, whatever it was told to trust. Newer builds of 2019
    and 2022 clear the bit, 2017 never did.

    **Look.** The errorlog says "A self-generated certificate was successfully loaded for encryption." Whether the number is
    negative, s_client cannot show inside TDS 7.x: a restart of the server that changes the outcome tells.

    **Fix.** Give the server a certificate of a CA that the clients trust. Restarting until it fits lasts until the next
    restart.
    """
    return _with(healthy, serial=Serial.NEGATIVE)


def _with(situation: Situation, **changes: Any) -> Situation:
    return situation.with_server(chain=None, fallback=replace(FALLBACK, **changes))


def configure_certificate(broken: Situation) -> Situation:
    """Give the server a certificate of a CA that the client trusts."""
    return broken.with_server(chain=healthy(broken.kind).chain, fallback=FALLBACK)


def _declare(of: Scenario) -> None:
    of.fix(
        still_checks=EVERYTHING,
        side=Side.SERVER,
        steps=[
            "Get a certificate for the server's host name, signed with SHA-256, from a CA that the clients trust.",
            (
                "Linux: `mssql-conf set network.tlscert FILE` and `mssql-conf set network.tlskey FILE`. Windows: SQL Server "
                "Configuration Manager, Protocols, Certificate."
            ),
            "Restart the service; the errorlog must name the certificate.",
        ],
        sources=[section(KB2007728, "Resolution"), section(SQL_LINUX, "Configure SQL Server")],
    )(configure_certificate)
    of.fix(
        still_checks=NOTHING,
        side=Side.CLIENT,
        steps=["Set the option that skips verification in the client's configuration or connection string."],
        sources=[section(KB2007728, "Resolution")],
    )(trust_everything)


for _scenario in (fallback_sha1, fallback_version_1, fallback_negative_serial):
    _declare(_scenario)
