"""Weak key: the key of the server's certificate is shorter than today's libraries accept."""

from tlslab.model.certificate import RSA_1024, RSA_2048
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import WEAK_KEY
from tlslab.model.evidence import Basis
from tlslab.model.library import tolerates
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._rows import refusals
from tlslab_scenarios._sources import (  # fmt: skip
    APPLE_REQUIREMENTS,
    CURL_CERTS,
    GNUTLS_LEVEL,
    GO_KEY_SIZE,
    JSSE_DISABLED,
    KB2007728,
    KEY_SIZES,
    OPENSSL_LEVELS,
    SHORT_KEY,
    section,
)
from tlslab_scenarios.self_signed import trust_everything


@scenario(
    title="The key of the server's certificate is too short",
    conditions=[WEAK_KEY],
    rows={
        **refusals(WEAK_KEY, openssl=("EE certificate key too weak",)),
        "gnutls": (
            tolerates(
                "GnuTLS' NORMAL takes RSA keys from 1024 bits on, where no distribution sets another level",
                of=[WEAK_KEY],
                basis=Basis.AUTHORITATIVE,
                source=GNUTLS_LEVEL,
            ),
        ),
        "jsse": (
            tolerates(
                "Java takes RSA keys from 1024 bits on",
                of=[WEAK_KEY],
                basis=Basis.AUTHORITATIVE,
                source=JSSE_DISABLED,
            ),
        ),
        "go": (
            tolerates(
                "Go takes RSA keys from 1024 bits on",
                of=[WEAK_KEY],
                basis=Basis.AUTHORITATIVE,
                source=GO_KEY_SIZE,
            ),
        ),
    },
    sources=[OPENSSL_LEVELS, SHORT_KEY, KEY_SIZES, APPLE_REQUIREMENTS],
)
def weak_key(healthy: Situation) -> Situation:
    """The server's certificate has an RSA key of 1024 bits. Issuer, dates and name are in order.

    **Symptom.** "EE certificate key too weak" (OpenSSL error 66, curl 60; EE means end entity, the server). It begins
    with an upgrade of the client's system, on some clients and not on others: GnuTLS (wget, FreeTDS of a distribution),
    Go, Java and Node before 24.5 accept 1024 bits.

    **Cause.** An appliance, or an old script or template, made the key. OpenSSL at security level 2, at which Debian
    and Ubuntu run it and which OpenSSL 3.2 made its own default, wants 112 bits of security: RSA from 2048 bits on.
    Apple's systems want 2048 bits as well. A server whose own OpenSSL runs at level 2 does not load such a certificate ("ee key too small"); here it runs at
    level 0.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -text | grep Public-Key`: "(1024 bit)".
    For SQL Server read the file that `network.tlscert` names.

    **Fix.** Make a new key of at least 2048 bits, and have a certificate issued for it: a renewal with the old key
    changes nothing. `CipherString = DEFAULT@SECLEVEL=1` in the client's `openssl.cnf` brings the connection back, and
    lets every other server use short keys, too.
    """
    return healthy.with_leaf(key=RSA_1024).with_server(security_level=0)


@weak_key.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        (
            "Make a new key and a request: `openssl req -new -newkey rsa:2048 -nodes -keyout server.key -subj /CN=HOST "
            "-addext subjectAltName=DNS:HOST -out server.csr`."
        ),
        "Have the CA sign it, and install key and certificate together.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[OPENSSL_LEVELS, SHORT_KEY],
)
def make_longer_key(broken: Situation) -> Situation:
    """Make a longer key and have a certificate issued for it."""
    return broken.with_leaf(key=RSA_2048)


weak_key.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["Set the option that skips verification in the client's configuration or connection string."],
    sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
)(trust_everything)
