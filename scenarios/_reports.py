"""Public reports of people who do this work: what happened to them, and the scenario that plays it."""

from tlslab.model.evidence import Report

RELEASES = "another release of the client"
CIPHERS = "cipher suites, key exchange and signatures of the handshake"
RESTARTS = "a fix that is on disk and not loaded before a restart"

REPORTS = (
    Report("tediousjs/tedious#1728", "a connection by an IP address that the certificate carries", ["ip-san"]),
    Report("psf/requests#2621", "an address that stands in the SAN as a DNS name", ["ip-san.as-dns-name"]),
    Report("encode/httpcore#1063", "a dot at the end of the dialled name", ["valid-name.dot-at-the-end"]),
    Report("curl/curl#14243", "a wildcard one label short", ["name-mismatch.wildcard-one-label-short"]),
    Report("denisenkom/pytds#148", "a wildcard, which some clients refuse", ["valid-name.wildcard"]),
    Report(
        "pymssql/pymssql#847", "the host stands in the SAN alone, beside another CN", ["valid-name.other-common-name"]
    ),
    Report("nodejs/node#64032", "an IPv6 address in the SAN, which some releases of Node refuse", waits=RELEASES),
    Report(
        "FreeTDS/freetds#605", "encryption switched off against an old server", ["tls-version-mismatch.server-older"]
    ),
    Report("denisenkom/pytds#160", "`validate_host=False`: the chain is checked, the name is not", ["name-mismatch"]),
    Report(
        "dotnet/SqlClient#2178",
        "a pin that counts with TDS 8.0 alone",
        ["strict.self-signed", "self-signed.end-entity"],
    ),
    Report("dotnet/SqlClient#1651", "TrustServerCertificate with `Encrypt=strict`", ["untrusted-ca.strict"]),
    Report(
        "psf/requests#5921",
        "the environment overrules `session.verify`",
        ("environment.overruled-by-requests-ca-bundle", "environment.overruled-by-curl-ca-bundle"),
    ),
    Report("jasongin/nvs#87", "a company's proxy signs anew and sends its root along", ["company-proxy"]),
    Report("nodejs/node-gyp#695", "the same behind another proxy", ["company-proxy"]),
    Report("libressl/portable#595", "cross-signed by a root that has expired", ["cross-signed.expired-root"]),
    Report("ptnghia-j/ChordMiniApp#207", "the intermediate has expired, the certificate has not", ["expired-issuer"]),
    Report("Azure/azhpc-images#539", "the cross-signed certificate was left out", ["cross-signed.left-out"]),
    Report(
        "kubernetes/ingress-nginx#6941",
        "the intermediate stands before the certificate",
        ["wrong-order"],
    ),
    Report(
        "microsoft/msphpsql#1417",
        "a PEM file was copied into the directory, and nothing was hashed",
        ["trust-store.not-hashed"],
    ),
    Report("microsoft/msphpsql#1417", "a bundle in a hashed directory", ["trust-store.bundle"]),
    Report("psf/requests#6730", "an adapter with an `ssl_context` of its own", ["untrusted-ca"]),
    Report("ufven/cepces#17", "an RSA key of 1024 bits", ["weak-key"]),
    Report("llnl/certipy#23", "no authority key identifier, which Python 3.13 wants", ["no-aki"]),
    Report("uglymagoo/plexmediaserver-installer#12", "not valid yet", ["not-yet-valid"]),
    Report(
        "testcontainers/testcontainers-dotnet#1259",
        "connected before the server was ready",
        ["no-such-server.not-ready"],
    ),
    Report("dotnet/SqlClient#2034", "the connection ends before TLS begins", ["no-such-server.not-ready-reset"]),
    Report("microsoft/mssql-docker#625", "it ends after PRELOGIN", ["no-such-server.after-prelogin"]),
    Report(
        "kubernetes/kubernetes#48378", "the CA was made anew under the same name", ["ca-made-anew.no-key-identifiers"]
    ),
    Report("pypa/pip#9216", "`https://` for a proxy that speaks plain HTTP", ["proxy.https-to-http"]),
    Report(
        "kubernetes/ingress-nginx#1984",
        "the default certificate, although the right one is there",
        ["virtual-host.host-header"],
    ),
    Report("kubernetes/ingress-nginx#4979", "the same without a name in the handshake", ["virtual-host.no-sni"]),
    Report("dotnet/runtime#80641", "unsafe legacy renegotiation", waits=CIPHERS),
    Report(
        "redhat-developer/s2i-dotnetcore#366",
        "a Diffie-Hellman key that is too small",
        ["handshake-parameters.small-dh"],
    ),
    Report("microsoft/go-mssqldb#302", "TLS 1.2 with SHA-1 signatures alone in the handshake", waits=CIPHERS),
    Report("moby/moby#39869", "new roots that the daemon has not loaded", waits=RESTARTS),
    Report("caddyserver/caddy#5139", "a new certificate that the server has not loaded", ["not-reloaded"]),
    Report(
        "tediousjs/tedious#1081",
        "the login is sent on to another host, and some clients look for the first one's name there",
        ["routing", "routing.dialled-name"],
    ),
    Report(
        "dotnet/SqlClient#2108",
        "15 seconds, because an address in the certificate does not answer",
        ["missing-intermediate.address-silent"],
    ),
    Report(
        "dotnet/runtime#121982",
        "the client's own certificate is not for clients",
        ["client-certificate.without-client-auth"],
    ),
    Report("dotnet/runtime#131563", "a client sends none, silently", ["client-certificate.without-client-auth"]),
    Report(
        "microsoft/mssql-docker#895",
        "SQL Server's own certificate has a negative serial number",
        ["fallback-certificate.negative-serial"],
    ),
)
