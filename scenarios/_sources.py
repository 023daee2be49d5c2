"""The documents that the catalogue cites, each once."""

from tlslab.model.evidence import Source

_OPENSSL = "https://github.com/openssl/openssl/blob"
_SQL_DOCS = "https://github.com/MicrosoftDocs/sql-docs/blob"


def section(document: Source, name: str) -> Source:
    """A section of a document."""
    return Source(f'{document.title}, section "{name}"', document.url)


# The four documents that the lab covers error by error and fix by fix.
KB2007728 = Source(
    'Microsoft, "The certificate received from the remote server was issued by an untrusted certificate authority" (KB 2007728)',
    "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/4e56803f6aa0cadb340e5f557ea3558a1fa539ef"
    "/support/sql/database-engine/connect/error-message-when-you-connect.md",
)
SQL_LINUX = Source(
    "Microsoft, Encrypt connections to SQL Server on Linux",
    f"{_SQL_DOCS}/c17b18a452045d940c04f09b5f0d78fc1c171112/docs/linux/sql-server-linux-encrypted-connections.md",
)
TENWEB = Source(
    "10Web, How to Resolve the Could Not Establish Trust Relationship Error",
    "https://10web.io/blog/could-not-establish-trust-relationship-for-the-ssl-tls/",
)
KINSTA = Source(
    "Kinsta, How To Fix the Could Not Establish Trust Relationship Error",
    "https://kinsta.com/knowledgebase/could-not-establish-trust-relationship-for-the-ssl-tls-secure-channel-with-authority/",
)

# TLS libraries.
OPENSSL_VERIFY = Source(
    "OpenSSL, crypto/x509/x509_txt.c, X509_verify_cert_error_string",
    f"{_OPENSSL}/0223dfcf1e4d4d6f0a9a671ce570c6a1c057fe93/crypto/x509/x509_txt.c",
)
OPENSSL_111_VERIFY = Source(
    "OpenSSL 1.1.1w, crypto/x509/x509_txt.c, X509_verify_cert_error_string (before 3.0: without the hyphen)",
    f"{_OPENSSL}/OpenSSL_1_1_1w/crypto/x509/x509_txt.c",
)
OPENSSL_REASONS = Source(
    "OpenSSL, ssl/ssl_err.c, SSL_str_reasons",
    f"{_OPENSSL}/3d4bb90138b0586f88f44a67b7ea3b7ab4a88081/ssl/ssl_err.c",
)
OPENSSL_LEVELS = Source(
    "OpenSSL, SSL_CTX_set_security_level(3), DEFAULT CALLBACK BEHAVIOUR",
    f"{_OPENSSL}/02e14a65fd6cc63204b43a79d510e95a63bdd901/doc/man3/SSL_CTX_set_security_level.pod",
)
PYTHON_SSL = Source(
    "CPython, Modules/_ssl.c, fill_and_set_sslerror",
    "https://github.com/python/cpython/blob/00236fed5d810d37397378510a3413c4541a822d/Modules/_ssl.c",
)
URLLIB3_NAMES = Source(
    "urllib3, src/urllib3/util/ssl_match_hostname.py (match_hostname); before 2.0 it compared every name itself",
    "https://github.com/urllib3/urllib3/blob/4ab6533793de4570c22f4a351d23ced973143dfb/src/urllib3/util/ssl_match_hostname.py",
)
NODE_CODES = Source(
    "Node.js, doc/api/tls.md, X509 certificate error codes",
    "https://github.com/nodejs/node/blob/009adc7e217d55eeae6de341736e0a26c473b0dd/doc/api/tls.md#x509-certificate-error-codes",
)
NODE_ERRORS = Source("Node.js, Errors, Common system errors", "https://nodejs.org/api/errors.html#common-system-errors")
NODE_X509 = Source(
    "Node.js, src/crypto/crypto_common.cc, X509ErrorCode",
    "https://github.com/nodejs/node/blob/020ffbfbdb574a36a49ec2b1008177fcb8cdc8ca/src/crypto/crypto_common.cc",
)
NODE_NAMES = Source(
    "Node.js, lib/tls.js, checkServerIdentity",
    "https://github.com/nodejs/node/blob/c3bcce7123a2d773a841e35bd60a553af883812e/lib/tls.js",
)
CURL_OPENSSL = Source(
    "curl, lib/vtls/openssl.c, verifyhost and ossl_connect_step2",
    "https://github.com/curl/curl/blob/00b6fc04075de493ec050a8c4dffa18109f85cfa/lib/vtls/openssl.c",
)
WGET_GNUTLS = Source(
    "GNU Wget, src/gnutls.c, ssl_check_certificate",
    "https://github.com/jopamo/wget/blob/7cde8866729990dee8173c5b5a543c46812c7f3a/src/gnutls.c",
)
GNUTLS_ALERTS = Source(
    "GnuTLS, lib/alert.c, sup_alerts",
    "https://github.com/gnutls/gnutls/blob/03a70ed76e08018a995a665f10e75a2ae2599a0e/lib/alert.c",
)
GNUTLS_ERRORS = Source(
    "GnuTLS, lib/errors.c, error_entries (gnutls_strerror)",
    "https://github.com/gnutls/gnutls/blob/68fc06c0a963fe1cd3e907dec1e2571c457f953a/lib/errors.c",
)
GNUTLS_STATUS = Source(
    "GnuTLS, gnutls.h, enum gnutls_certificate_status_t (INVALID 2, SIGNER_NOT_FOUND 64, INSECURE_ALGORITHM 256, EXPIRED 1024)",
    "https://github.com/gnutls/gnutls/blob/5c0711523df8f108ecc1707dcd0cc4134003343e/lib/includes/gnutls/gnutls.h.in",
)
ERRNO = Source(
    "glibc, sysdeps/gnu/errlist.h, ECONNRESET",
    "https://github.com/bminor/glibc/blob/3d7d5c10c806ee24f8e35014e41e203002609a3f/sysdeps/gnu/errlist.h",
)
ERRNO_REFUSED = Source("glibc, sysdeps/gnu/errlist.h, ECONNREFUSED", ERRNO.url)
FREETDS_TLS = Source(
    "FreeTDS, src/tds/tls.c, tds_verify_certificate and tds_ssl_init",
    "https://github.com/FreeTDS/freetds/blob/03635b2b303ccd23c6baccca1f97b36f8ea63986/src/tds/tls.c",
)
PYTDS_TLS = Source(
    "python-tds, src/pytds/tls.py, establish_channel",
    "https://github.com/denisenkom/pytds/blob/9c0980cd204c79b747cbc53c5a99726af4354e11/src/pytds/tls.py",
)
PYTDS_BASE = Source(
    "python-tds, src/pytds/tds_base.py, ClosedConnectionError",
    "https://github.com/denisenkom/pytds/blob/b5f70cf1c146263e1fc1bc2d9bc8f49154b2025f/src/pytds/tds_base.py",
)
TEDIOUS = Source(
    "tedious, src/connection.ts",
    "https://github.com/tediousjs/tedious/blob/012884b23dd49504c48081679cd1c2853379bd3d/src/connection.ts",
)
TEDIOUS_CONNECTOR = Source(
    "tedious, src/connector.ts, connectInSequence",
    "https://github.com/tediousjs/tedious/blob/v19.2.2/src/connector.ts",
)

# Drivers' and servers' documentation.
ODBC_TROUBLESHOOTING = Source(
    "Microsoft, Connection encryption troubleshooting in the ODBC driver",
    f"{_SQL_DOCS}/75bcfa916df87515571761e51f88b04f69b4f956/docs/connect/odbc/connection-troubleshooting.md",
)
ODBC_KEYWORDS = Source(
    "Microsoft, Connecting to SQL Server from Linux or macOS with the ODBC driver, Using TLS/SSL",
    f"{_SQL_DOCS}/f29335f92247a8c47b03760629f891ab15570dd7/docs/connect/odbc/linux-mac/connection-string-keywords-and-data-source-names-dsns.md",
)
MSPHPSQL_FAQ = Source("Microsoft, msphpsql wiki, FAQ", "https://github.com/Microsoft/msphpsql/wiki/FAQ")
LEAF_ONLY = Source(
    "microsoft/mssql-docker issue 966: only the leaf of tlscert is sent",
    "https://github.com/microsoft/mssql-docker/issues/966",
)
NGINX_CHAINS = Source(
    'nginx, Configuring HTTPS servers, section "SSL certificate chains"',
    "https://nginx.org/en/docs/http/configuring_https_servers.html#chains",
)
NGINX_NAMES = Source(
    'nginx, Configuring HTTPS servers, section "An SSL certificate with several names"',
    "https://nginx.org/en/docs/http/configuring_https_servers.html#certificate_with_several_names",
)
NGINX_PROTOCOLS = Source(
    "NGINX, SSL termination for HTTP, ssl_protocols",
    "https://docs.nginx.com/nginx/admin-guide/security-controls/terminating-ssl-http/",
)
CURL_CERTS = Source(
    "curl, docs/SSLCERTS.md",
    "https://github.com/curl/curl/blob/0060f16a924d7657b7f691df5c301bc0be075588/docs/SSLCERTS.md",
)
RESET_POSTS = Source(
    "microsoft/homebrew-mssql-release issue 83: `TCP Provider: Error code 0x2746` at connect (0x2746 is 10054)",
    "https://github.com/microsoft/homebrew-mssql-release/issues/83",
)

# A SQL Server that does not start.
MSSQL_CONF = Source(
    "Microsoft, Configure SQL Server on Linux with the mssql-conf tool",
    f"{_SQL_DOCS}/f29335f92247a8c47b03760629f891ab15570dd7/docs/linux/sql-server-linux-configure-mssql-conf.md",
)
SQL_CONTAINERS = Source(
    'Microsoft, Secure SQL Server Docker containers, section "Encrypting connections to SQL Server Linux Containers"',
    f"{_SQL_DOCS}/00e01244edabb266fbdde9727001a4f3d2272fd4/docs/linux/sql-server-linux-docker-container-security.md",
)
SQL_MESSAGES = Source(
    "Microsoft, Database Engine events and errors (41400 to 49999) of SQL Server 2019: 49939, 49940, 49943",
    f"{_SQL_DOCS}/5347a38d086663e907b2f6d34ee73a842b33bc33/docs/relational-databases/errors-events/includes"
    "/sql-server-2019-database-engine-events-and-errors-41400-49999.md",
)
CLOSED_FOLDER = Source(
    "MicrosoftDocs/sql-docs issue 4004: the service does not start, because /etc/ssl/private is closed to it (also 5804)",
    "https://github.com/MicrosoftDocs/sql-docs/issues/4004",
)
WRONG_PERMISSIONS = Source(
    'MicrosoftDocs/sql-docs issue 4585: "Unable to open certificate file using correct permissions."',
    "https://github.com/MicrosoftDocs/sql-docs/issues/4585",
)
TIMEOUT_EXPIRED = Source(
    "Microsoft, Troubleshooting: Timeout Expired (the SQL Server service on the server is not running)",
    "https://learn.microsoft.com/en-us/previous-versions/sql/sql-server-2008-r2/ms190181(v=sql.105)",
)
NOT_RUNNING = Source(
    "microsoft/mssql-docker issue 203: Login timeout expired. TCP Provider: Error code 0x2749 (10061, connection refused)",
    "https://github.com/microsoft/mssql-docker/issues/203",
)
