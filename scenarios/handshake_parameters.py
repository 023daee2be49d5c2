"""Handshake parameters: the certificate is in order, and client and server do not agree on how to make keys."""

from tlslab.model.check import EVERYTHING
from tlslab.model.conditions import NO_COMMON_CIPHER, SMALL_DH
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import KeyExchange, Situation, TLSVersion
from tlslab_scenarios._sources import (  # fmt: skip
    DH_TOO_SMALL,
    MSSQL_CONF,
    NGINX_SSL,
    OPENSSL_LEVELS,
    section,
)


@scenario(
    form="no-common-cipher",
    title="Client and server have no cipher suite in common",
    conditions=[NO_COMMON_CIPHER],
    sources=[NGINX_SSL, section(MSSQL_CONF, "Specify TLS settings")],
)
def no_common_cipher(healthy: Situation) -> Situation:
    """Both speak TLS 1.2, and none of the cipher suites that the client offers is one of the server's. (The server has
    suites here that do not encrypt. They stand for RC4 and 3DES, which today's libraries do not offer any more.)

    **Symptom.** Alert 40: "sslv3 alert handshake failure" (OpenSSL, whatever the version of TLS is; "ssl/tls alert
    handshake failure" since OpenSSL 3.2), "Handshake failed" (GnuTLS), "remote error: tls: handshake failure" (Go).
    SQL Server ends the connection instead: "Error code 0x2746", "socket hang up".

    **Cause.** One side was hardened, the other one was not updated: `ssl_ciphers` of nginx or `network.tlsciphers` of
    SQL Server names old suites alone, or suites that need another kind of certificate. The same alert is sent where
    the client has no certificate of its own that the server demands.

    **Look.** `openssl s_client -connect HOST:443 -tls1_2 -cipher ALL:eNULL@SECLEVEL=0` shows which suite the server has.
    nginx writes "no shared cipher" into its error log at level info; Windows logs Schannel event 36874.

    **Fix.** Give the server current suites: usually by taking the setting out, so that the library's default holds.
    Certificates and trust change nothing.
    """
    return healthy.with_server(usual_suites=False, tls_max=TLSVersion.TLSv1_2, security_level=0)


@no_common_cipher.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "nginx: remove `ssl_ciphers`, or name suites with ECDHE and AES-GCM, then reload.",
        "SQL Server on Linux: `mssql-conf unset network.tlsciphers`, then restart.",
    ],
    sources=[NGINX_SSL, section(MSSQL_CONF, "Specify TLS settings")],
)
def use_current_suites(broken: Situation) -> Situation:
    """Give the server current cipher suites."""
    return broken.with_server(usual_suites=True)


@scenario(
    form="small-dh",
    title="The server's Diffie-Hellman group has 1024 bits",
    conditions=[SMALL_DH],
    sources=[OPENSSL_LEVELS, DH_TOO_SMALL],
)
def small_dh(healthy: Situation) -> Situation:
    """The server makes keys by Diffie-Hellman (DHE) in a group of 1024 bits, as many had built in; its certificate is in
    order.

    **Symptom.** "dh key too small" of every client with OpenSSL at security level 2. Debian and Ubuntu set it, OpenSSL has
    it by itself since 3.2, and Python since 3.10, as python.org builds it. Go offers no such key exchange and says
    "remote error: tls: handshake failure". GnuTLS, Java, and Node before 24.5 connect. It begins with a new base image of the client, not of the server.

    **Cause.** OpenSSL's security level 2 asks for 112 bits of security, and that is a group of 2048 bits.

    **Look.** `openssl s_client -connect HOST:443 -tls1_2 -cipher DEFAULT@SECLEVEL=1`: the line `Server Temp Key: DH, 1024
    bits`.

    **Fix.** On the server: key exchange with elliptic curves (ECDHE), or parameters of 2048 bits. On the client security
    level 1 is enough, and it then takes every other weak key of that level, too.
    """
    return healthy.with_server(
        key_exchange=KeyExchange.DHE, small_dh=True, tls_max=TLSVersion.TLSv1_2, security_level=0
    )


@small_dh.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "nginx: `openssl dhparam -out dh.pem 2048`, then `ssl_dhparam dh.pem;` and reload; or remove `ssl_dhparam` and name suites with ECDHE.",
        "SQL Server on Linux has suites with ECDHE by default: `mssql-conf unset network.tlsciphers`, then restart.",
    ],
    sources=[NGINX_SSL, section(MSSQL_CONF, "Specify TLS settings")],
)
def use_elliptic_curves(broken: Situation) -> Situation:
    """Let the server make keys with elliptic curves."""
    return broken.with_server(key_exchange=KeyExchange.USUAL, small_dh=False)


@small_dh.fix(
    still_checks=EVERYTHING,
    side=Side.CLIENT,
    steps=[
        "`DEFAULT@SECLEVEL=1` as the cipher list of this one client (`--ciphers` of curl, `ciphers` of Node, `set_ciphers` of Python).",
        "Clients that read openssl.cnf: `CipherString = DEFAULT@SECLEVEL=1`, in a file of their own (OPENSSL_CONF).",
    ],
    sources=[DH_TOO_SMALL],
)
def lower_security_level(broken: Situation) -> Situation:
    """Lower the security level of the client."""
    return broken.with_client(security_level=1)
