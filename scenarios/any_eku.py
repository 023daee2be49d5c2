"""Any EKU: the certificate's extended key usage names any purpose, and not servers."""

from tlslab.model.certificate import KeyPurpose
from tlslab.model.check import EVERYTHING, NOTHING
from tlslab.model.conditions import ANY_PURPOSE, NOT_FOR_SERVERS
from tlslab.model.evidence import Basis
from tlslab.model.library import tolerates
from tlslab.model.scenario import Side, scenario
from tlslab.model.situation import Situation
from tlslab_scenarios._sources import (  # fmt: skip
    ANY_PURPOSE_LEFT_OPEN,
    APPLE_REQUIREMENTS,
    CURL_CERTS,
    GNUTLS_PURPOSE,
    GO_PURPOSES,
    JSSE_LEAF,
    KB2007728,
    OPENSSL_EXTENSIONS,
    OPENSSL_PURPOSES,
    OPENSSL_SERVER_PURPOSE,
    section,
)
from tlslab_scenarios.self_signed import trust_everything


@scenario(
    title="The server's certificate is for any purpose, and names no servers",
    conditions=[NOT_FOR_SERVERS, ANY_PURPOSE],
    rows={
        "gnutls": (
            tolerates(
                "to GnuTLS a certificate for any purpose is one for servers",
                of=[NOT_FOR_SERVERS, ANY_PURPOSE],
                basis=Basis.AUTHORITATIVE,
                source=GNUTLS_PURPOSE,
            ),
        ),
        "jsse": (
            tolerates(
                "to Java a certificate for any purpose is one for servers",
                of=[NOT_FOR_SERVERS, ANY_PURPOSE],
                basis=Basis.AUTHORITATIVE,
                source=JSSE_LEAF,
            ),
        ),
        "go": (
            tolerates(
                "to Go a certificate for any purpose is one for servers",
                of=[NOT_FOR_SERVERS, ANY_PURPOSE],
                basis=Basis.AUTHORITATIVE,
                source=GO_PURPOSES,
            ),
        ),
    },
    sources=[ANY_PURPOSE_LEFT_OPEN, OPENSSL_SERVER_PURPOSE, OPENSSL_PURPOSES, APPLE_REQUIREMENTS],
)
def any_eku(healthy: Situation) -> Situation:
    """The certificate's extended key usage (EKU) holds `anyExtendedKeyUsage` alone. Issuer, dates and name are in order.

    **Symptom.** "unsuitable certificate purpose" (OpenSSL error 26, curl 60), Node `INVALID_PURPOSE`: the words of a
    certificate for something else, although this one is for everything. Go, Java and GnuTLS (gnutls-cli, wget, FreeTDS
    of a distribution) connect.

    **Cause.** The template of the CA allows any purpose. RFC 5280 leaves it to the application whether that will do, and
    OpenSSL wants `serverAuth` by name where the extension is there. A certificate *without* the extension rules nothing
    out, and every client here takes it; Apple's systems do not: since iOS 13 and macOS 10.15 they want `serverAuth`.

    **Look.** `openssl s_client -connect HOST:443 </dev/null | openssl x509 -noout -ext extendedKeyUsage`: "Any Extended
    Key Usage" stands there, and "TLS Web Server Authentication" does not.

    **Fix.** Have the certificate issued again with `serverAuth` in its EKU. `anyExtendedKeyUsage` may stay beside it.
    """
    return healthy.with_leaf(extended_key_usage=(KeyPurpose.ANY,))


@any_eku.fix(
    still_checks=EVERYTHING,
    side=Side.SERVER,
    steps=[
        "Have the CA sign the request again by a template with `extendedKeyUsage = serverAuth`.",
        "`openssl verify -purpose sslserver -CAfile root.pem -untrusted intermediate.pem server.pem` must say OK.",
        "nginx: `nginx -s reload`. SQL Server: restart the service.",
    ],
    sources=[OPENSSL_EXTENSIONS, OPENSSL_PURPOSES],
)
def name_servers_as_well(broken: Situation) -> Situation:
    """Have the certificate issued again, with servers among its purposes."""
    return broken.with_leaf(extended_key_usage=(KeyPurpose.ANY, KeyPurpose.SERVER_AUTH))


any_eku.fix(
    still_checks=NOTHING,
    side=Side.CLIENT,
    steps=["Set the option that skips verification in the client's configuration or connection string."],
    sources=[section(KB2007728, "Resolution"), section(CURL_CERTS, "Skip verification")],
)(trust_everything)
