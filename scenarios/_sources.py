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
OPENSSL_LEVELS = Source(
    "OpenSSL, SSL_CTX_set_security_level(3), DEFAULT CALLBACK BEHAVIOUR",
    f"{_OPENSSL}/02e14a65fd6cc63204b43a79d510e95a63bdd901/doc/man3/SSL_CTX_set_security_level.pod",
)
ERRNO = Source(
    "glibc, sysdeps/gnu/errlist.h, ECONNRESET",
    "https://github.com/bminor/glibc/blob/3d7d5c10c806ee24f8e35014e41e203002609a3f/sysdeps/gnu/errlist.h",
)
TEDIOUS = Source(
    "tedious, src/connection.ts",
    "https://github.com/tediousjs/tedious/blob/012884b23dd49504c48081679cd1c2853379bd3d/src/connection.ts",
)

X509_TEXTS = Source(
    "OpenSSL, crypto/x509/x509_txt.c, X509_verify_cert_error_string",
    "https://github.com/openssl/openssl/blob/0223dfcf1e4d4d6f0a9a671ce570c6a1c057fe93/crypto/x509/x509_txt.c",
)
NODE_CODES = Source(
    "Node.js, doc/api/tls.md, X509 certificate error codes",
    "https://github.com/nodejs/node/blob/009adc7e217d55eeae6de341736e0a26c473b0dd/doc/api/tls.md#x509-certificate-error-codes",
)
GNUTLS_STATUS = Source(
    "GnuTLS, gnutls.h, enum gnutls_certificate_status_t (INVALID 2, NOT_ACTIVATED 512)",
    "https://github.com/gnutls/gnutls/blob/5c0711523df8f108ecc1707dcd0cc4134003343e/lib/includes/gnutls/gnutls.h.in",
)
WGET_CHECK = Source(
    "GNU Wget, src/gnutls.c (_CHECK_CERT, ssl_check_certificate: one line for each fault that it knows, behind `is not "
    "trusted`)",
    "https://github.com/mirror/wget/blob/8775506f632f14404e4755dbae679dea07abf12a/src/gnutls.c",
)
GNUTLS_WORDS = Source(
    "GnuTLS, lib/cert-cred.c, gnutls_certificate_verification_status_print",
    "https://github.com/gnutls/gnutls/blob/ca61668d7764fc29fb4cc2aa396cb035e176636d/lib/cert-cred.c",
)
JAVA_VALIDATION = Source(
    "OpenJDK, PKIXValidator.java (doValidate: every certificate on the path is looked at)",
    "https://github.com/openjdk/jdk/blob/0336d8fbf1d8c4c3eeda562856cac618e34d079e/"
    "src/java.base/share/classes/sun/security/validator/PKIXValidator.java",
)
GO_VERIFY = Source(
    "Go 1.24, src/crypto/x509/verify.go (CertificateInvalidError.Error)",
    "https://github.com/golang/go/blob/go1.24.13/src/crypto/x509/verify.go",
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
DH_TOO_SMALL = Source(
    "dotnet/core, issue 3239: `dh key too small` on Debian 10, and CipherString = DEFAULT:@SECLEVEL=1",
    "https://github.com/dotnet/core/issues/3239",
)
VERSIONS_LISTED = Source(
    "RFC 8446, 4.2.1, Supported Versions: a server that does not know the extension reads legacy_version",
    "https://www.rfc-editor.org/rfc/rfc8446#section-4.2.1",
)
NGINX_SSL = Source(
    "nginx, Module ngx_http_ssl_module, ssl_ciphers and ssl_dhparam",
    "https://nginx.org/en/docs/http/ngx_http_ssl_module.html",
)
SCHANNEL_UNSUPPORTED = Source(
    "microsoft/msphpsql, issue 1023: `unsupported protocol` of ODBC Driver 17 at SQL Server 2008",
    "https://github.com/microsoft/msphpsql/issues/1023",
)
SIGALG_LEVEL = Source(
    "openssl/openssl, issue 18194: TLS 1.0 at the default security level works with RSA key exchange alone",
    "https://github.com/openssl/openssl/issues/18194",
)
SIGALG_OLD_VERSIONS = Source(
    "openssl/openssl, issue 17476: OpenSSL 3.0 and a server of TLS 1.0 or 1.1",
    "https://github.com/openssl/openssl/issues/17476",
)
ENCRYPT_NO = Source(
    "microsoft/mssql-jdbc, issue 2311: TLS is negotiated although encryption is disabled",
    "https://github.com/microsoft/mssql-jdbc/issues/2311",
)
MSPHPSQL_FAQ = Source("Microsoft, msphpsql wiki, FAQ", "https://github.com/Microsoft/msphpsql/wiki/FAQ")
LEAF_ONLY = Source(
    "microsoft/mssql-docker issue 966: only the leaf of tlscert is sent, until the chain is in the server's system store "
    "(673 before it)",
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

# Trust stores.
CURL_CACERT = Source(
    "curl(1), --cacert: the file must be in PEM format",
    "https://github.com/curl/curl/blob/5c61e168698a72b87437d58ed728bcdea6d5db42/docs/cmdline-opts/cacert.md",
)
CURL_CAPATH = Source(
    "curl(1), --capath: the directory must have been processed using c_rehash",
    "https://github.com/curl/curl/blob/5c61e168698a72b87437d58ed728bcdea6d5db42/docs/cmdline-opts/capath.md",
)
CURL_77 = Source(
    "libcurl-errors(3), CURLE_SSL_CACERT_BADFILE (77)",
    "https://github.com/curl/curl/blob/5c61e168698a72b87437d58ed728bcdea6d5db42/docs/libcurl/libcurl-errors.md",
)
CA_LOCATIONS = Source(
    "OpenSSL, SSL_CTX_load_verify_locations(3), NOTES",
    f"{_OPENSSL}/06bedddd170c6ff5c72a52d3579df594f37cb5a3/doc/man3/SSL_CTX_load_verify_locations.pod",
)
REHASH = Source(
    "OpenSSL, openssl-rehash(1), DESCRIPTION",
    f"{_OPENSSL}/024c1646bd07ab1a049b9e0ab229615fbebb2ed8/doc/man1/openssl-rehash.pod.in",
)
REHASH_C = Source(
    "OpenSSL, apps/rehash.c (do_file)", f"{_OPENSSL}/00937429502a160fbb96a47a47e6a0a7f7a6e9ca/apps/rehash.c"
)
WHERE_CERTIFICATES_GO = Source(
    'microsoft/msphpsql issue 1417, "Where to put certificates in Linux?"',
    "https://github.com/microsoft/msphpsql/issues/1417",
)
CERTIFICATE_IN_DER = Source(
    "MicrosoftDocs/azure-docs pull request 123241: a root certificate that is published in DER, and its conversion",
    "https://github.com/MicrosoftDocs/azure-docs/pull/123241",
)
CA_FILE_DELETED = Source(
    "curl/curl issue 6090: the file was removed, and curl uses no directory in its place",
    "https://github.com/curl/curl/issues/6090",
)

# Chains.
PATH_VALIDATION = Source(
    "RFC 5280, 6.1.3, Basic Certificate Processing: (a)(2), the validity of each certificate of the path",
    "https://www.rfc-editor.org/rfc/rfc5280#section-6.1.3",
)
EXPIRED_INTERMEDIATE = Source(
    "DigiCert, How to Remove an Expired Intermediate from the SSL Certificate Chain",
    "https://www.digicert.com/remove-expired-intermediate-ssl-certificate-chain/",
)

# Addresses.
IP_SAN = Source(
    "RFC 5280, 4.2.1.6, Subject Alternative Name: an address stands in iPAddress",
    "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6",
)
IP_IDENTITY = Source(
    "RFC 9525, 6.4, Matching an IP Address Portion: octet by octet with an iPAddress",
    "https://www.rfc-editor.org/rfc/rfc9525#section-6.4",
)
IP_IN_URL = Source(
    "RFC 2818, 3.1, Server Identity: for an address in the URI the iPAddress SAN must be there and match exactly",
    "https://www.rfc-editor.org/rfc/rfc2818#section-3.1",
)
JDBC_ADDRESSES = Source(
    "microsoft/mssql-jdbc pull request 2873: up to then the driver compared an address with the DNS names alone, and "
    "hostNameInCertificate was the way round",
    "https://github.com/microsoft/mssql-jdbc/pull/2873",
)

# What a certificate is for.
EXTENDED_KEY_USAGE = Source(
    "RFC 5280, 4.2.1.12, Extended Key Usage",
    "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12",
)
OPENSSL_PURPOSES = Source(
    "OpenSSL, openssl-verification-options(1), Purposes: by default a TLS client checks for sslserver",
    f"{_OPENSSL}/02c7b2ee67f5843cd220b01432a80e2043615b79/doc/man1/openssl-verification-options.pod",
)
OLDER_X509_TEXTS = Source(
    "OpenSSL before 3.0, X509_STORE_CTX_get_error(3), ERROR CODES",
    f"{_OPENSSL}/023eaf5a7f025b3694c5bfe8e48c867441d5ffe4/doc/man3/X509_STORE_CTX_get_error.pod",
)
OPENSSL_EXTENSIONS = Source(
    "OpenSSL, x509v3_config(5), Extended Key Usage",
    f"{_OPENSSL}/09794eaa02fd41da5126f4cf0b7ae00642bf1b96/doc/man5/x509v3_config.pod",
)
APPLE_REQUIREMENTS = Source(
    "Apple, Requirements for trusted certificates in iOS 13 and macOS 10.15",
    "https://support.apple.com/en-us/103769",
)
EASYRSA_QUICKSTART = Source(
    "Easy-RSA 3 Quickstart: the example signs a request as that of a client",
    "https://github.com/OpenVPN/easy-rsa/blob/308a6b77e6ff71095499ff850a1b01482c27c068/README.quickstart.md",
)
EASYRSA_SERVER = Source(
    "Easy-RSA 3, easyrsa3/x509-types/server (extendedKeyUsage = serverAuth)",
    "https://github.com/OpenVPN/easy-rsa/blob/62321e5609afb79d314671578f1a4c7675b9fab6/easyrsa3/x509-types/server",
)
CLIENTS_ON_A_SERVER = Source(
    "ssllabs/ssllabs-scan issue 761: a web server with a certificate for client authentication, and what tools said",
    "https://github.com/ssllabs/ssllabs-scan/issues/761",
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

# What is met in the place of a server.
WRONG_VERSION_NUMBER = Source(
    "openssl/openssl, issue 6805: `wrong version number` of a port that speaks no TLS",
    "https://github.com/openssl/openssl/issues/6805",
)
WRONG_PORT = Source(
    "uepg/laravel-sybase, issue 33: `Protocol error in TDS stream`, because another server listened at the port",
    "https://github.com/uepg/laravel-sybase/issues/33",
)
NOT_READY_NET = Source(
    "testcontainers/testcontainers-dotnet, issue 1259: an error during the pre-login handshake of a container that starts",
    "https://github.com/testcontainers/testcontainers-dotnet/issues/1259",
)
NOT_READY_COMPOSE = Source(
    "microsoft/mssql-docker, issue 625: sometimes it connects, sometimes an error occurred during the pre-login handshake",
    "https://github.com/microsoft/mssql-docker/issues/625",
)
SSH_BANNER = Source("RFC 4253, 4.2, Protocol Version Exchange", "https://www.rfc-editor.org/rfc/rfc4253#section-4.2")
PRELOGIN = Source(
    "MS-TDS, 2.2.6.5, PRELOGIN",
    "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-tds/60f56408-0188-4cd5-8b90-25c6f2423868",
)

# What is on disk and not loaded.
NGINX_CONTROL = Source(
    'nginx, Controlling nginx, section "Changing Configuration"',
    "https://nginx.org/en/docs/control.html#reconfiguration",
)
NOT_RELOADED = Source(
    "caddyserver/caddy, issue 5139: Caddy not reloading expired certbot acquired certificates",
    "https://github.com/caddyserver/caddy/issues/5139",
)

# Servers that do not start.
LEAF_NOT_FIRST = Source(
    "kubernetes/ingress-nginx, issue 6941: certificate and private key does not have a matching public key",
    "https://github.com/kubernetes/ingress-nginx/issues/6941",
)
VAULT_ORDER = Source(
    "Azure/secrets-store-csi-driver-provider-azure, issue 103: certificate chain in the wrong order (nginx failed to start)",
    "https://github.com/Azure/secrets-store-csi-driver-provider-azure/issues/103",
)

# Routing.
ENVCHANGE = Source(
    "MS-TDS, 2.2.7.9, ENVCHANGE, type 20 (Routing)",
    "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-tds/2b3eb7e5-d43d-4d1b-bf4d-76b9e3afc791",
)
READ_ONLY_ROUTING = Source(
    "Microsoft, Configure Read-Only Routing for an Availability Group",
    f"{_SQL_DOCS}/09631f540e190f411ee12bb87e52a0cea172fba6/docs/database-engine/availability-groups/windows"
    "/configure-read-only-routing-for-an-availability-group-sql-server.md",
)
LISTENER_CERTIFICATES = Source(
    'Microsoft, Connect to an Always On availability group listener, section "Listeners & TLS/SSL certificates"',
    f"{_SQL_DOCS}/00e01244edabb266fbdde9727001a4f3d2272fd4/docs/database-engine/availability-groups/windows"
    "/listeners-client-connectivity-application-failover.md",
)
TEDIOUS_ROUTING = Source(
    "tediousjs/tedious, issue 1081: Hostname/IP does not match certificates when trustServerCertificate=false",
    "https://github.com/tediousjs/tedious/issues/1081",
)

# Virtual hosts.
SNI = Source("RFC 6066, 3, Server Name Indication", "https://www.rfc-editor.org/rfc/rfc6066#section-3")
INGRESS_FAKE = Source(
    "kubernetes/ingress-nginx, issue 1984: the fake certificate is served although the secret is right",
    "https://github.com/kubernetes/ingress-nginx/issues/1984",
)
INGRESS_DEFAULT = Source(
    'ingress-nginx, docs/user-guide/tls.md, section "Default SSL Certificate"',
    "https://kubernetes.github.io/ingress-nginx/user-guide/tls/#default-ssl-certificate",
)
CURL_CONNECT_TO = Source("curl(1), --connect-to", "https://curl.se/docs/manpage.html#--connect-to")
NODE_SERVER_NAME = Source(
    "Node.js 20.20.2, lib/_http_agent.js, calculateServerName",
    "https://github.com/nodejs/node/blob/v20.20.2/lib/_http_agent.js",
)

# TDS 8.0.
NOT_SUPPORTED = Source(
    "babelfish-for-postgresql/babelfish_extensions, issue 891: a server that was built without TLS",
    "https://github.com/babelfish-for-postgresql/babelfish_extensions/issues/891",
)
STRICT_ON_LINUX = Source(
    "microsoft/mssql-docker, issue 878: error 17821 of SQL Server 2022 on Linux, with every certificate",
    "https://github.com/microsoft/mssql-docker/issues/878",
)
PHP_CONTEXT = Source("PHP manual, SSL context options", "https://www.php.net/manual/en/context.ssl.php")
VERIFY_PEER = Source(
    "curl, docs/libcurl/opts/CURLOPT_SSL_VERIFYPEER.3",
    "https://github.com/curl/curl/blob/curl-7_88_1/docs/libcurl/opts/CURLOPT_SSL_VERIFYPEER.3",
)
GO_CERTIFICATES = Source(
    "Microsoft, Encryption and TLS with go-mssqldb (certificate validation)",
    "https://learn.microsoft.com/en-us/sql/connect/golang/encryption-certificates",
)
STRICT_ENCRYPTION = Source(
    'Microsoft, TDS 8.0, section "Strict connection encryption": the drivers that speak it, and why none of them takes '
    "TrustServerCertificate with it",
    f"{_SQL_DOCS}/4798a913a8d2b44c78b3fc7c27bb84630fa5343e/docs/relational-databases/security/networking/tds-8.md",
)
TDS_8 = Source(
    "Microsoft, SqlConnectionEncryptOption.Strict (requires TDS 8.0)",
    "https://learn.microsoft.com/en-us/dotnet/api/microsoft.data.sqlclient.sqlconnectionencryptoption.strict",
)

# Properties of a certificate.
GNUTLS_BITS = Source(
    "GnuTLS, gnutls.h, enum gnutls_certificate_status_t: INVALID 2, SIGNER_NOT_CA 128, INSECURE_ALGORITHM 256, "
    "NOT_ACTIVATED 512, SIGNER_CONSTRAINTS_FAILURE 65536, UNKNOWN_CRIT_EXTENSIONS 2097152",
    "https://github.com/gnutls/gnutls/blob/f8971291ba0b21b5caaeffecdb66210fb01cc7a2/lib/includes/gnutls/gnutls.h.in",
)
GNUTLS_KEY_USAGE = Source(
    "GnuTLS, lib/tls-sig.c (_gnutls_check_key_usage_for_sig), with the text of lib/errors.c (KEY_USAGE_VIOLATION)",
    "https://github.com/gnutls/gnutls/blob/f8971291ba0b21b5caaeffecdb66210fb01cc7a2/lib/tls-sig.c",
)
GNUTLS_LEVEL = Source(
    "GnuTLS, lib/priority.c (NORMAL: profile LOW, which lib/algorithms/secparams.c puts at 1024 bits of RSA)",
    "https://github.com/gnutls/gnutls/blob/f8971291ba0b21b5caaeffecdb66210fb01cc7a2/lib/priority.c",
)
GNUTLS_PURPOSE = Source(
    "GnuTLS, lib/x509/verify.c (_gnutls_check_key_purpose: anyExtendedKeyUsage will do)",
    "https://github.com/gnutls/gnutls/blob/f8971291ba0b21b5caaeffecdb66210fb01cc7a2/lib/x509/verify.c",
)
GO_INVALID = Source(
    "Go 1.26, src/crypto/x509/verify.go (CertificateInvalidError.Error, UnknownAuthorityError.Error, "
    "Certificate.isValid), with the texts of x509.go (InsecureAlgorithmError, ConstraintSignatureError, "
    "UnhandledCriticalExtension)",
    "https://github.com/golang/go/blob/go1.26.8/src/crypto/x509/verify.go",
)
GO_KEY_SIZE = Source(
    "Go 1.26, src/crypto/rsa/rsa.go (checkKeySize: from 1024 bits on)",
    "https://github.com/golang/go/blob/go1.26.8/src/crypto/rsa/rsa.go",
)
GO_SERIALS = Source(
    "Go 1.26, src/crypto/x509/parser.go (parseCertificate), behind the words of src/crypto/tls/handshake_client.go",
    "https://github.com/golang/go/blob/go1.26.8/src/crypto/x509/parser.go",
)
NODE_UNSPECIFIED = Source(
    "Node.js, src/crypto/crypto_common.cc (X509ErrorCode: UNSPECIFIED is what has no code of its own; the result is "
    "that of SSL_get_verify_result, the last of several)",
    "https://github.com/nodejs/node/blob/020ffbfbdb574a36a49ec2b1008177fcb8cdc8ca/src/crypto/crypto_common.cc",
)
KEY_SIZES = Source(
    "NIST SP 800-57 part 1, 5.6.1.1, table 2: RSA with 1024 bits has 80 bits of security, with 2048 bits 112",
    "https://csrc.nist.gov/pubs/sp/800/57/pt1/r5/final",
)
SHORT_KEY = Source(
    "openssl/openssl issue 20972: after an upgrade of the base image a certificate with 1024 bits is refused",
    "https://github.com/openssl/openssl/issues/20972",
)
ANY_PURPOSE_LEFT_OPEN = Source(
    "RFC 5280, 4.2.1.12: applications that require a particular purpose may reject anyExtendedKeyUsage alone",
    "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12",
)
OPENSSL_SERVER_PURPOSE = Source(
    "OpenSSL, crypto/x509/v3_purp.c (check_purpose_ssl_server, xku_reject: serverAuth or an SGC purpose; and key "
    "usage KU_TLS)",
    "https://github.com/openssl/openssl/blob/00a3b5f2d918533c4931fcce34be3a2fd3b06469/crypto/x509/v3_purp.c",
)
GO_PURPOSES = Source(
    "Go 1.26, src/crypto/x509/verify.go (checkChainForKeyUsage: ExtKeyUsageAny is good for any usage; isValid: key "
    "usage is ignored)",
    "https://github.com/golang/go/blob/go1.26.8/src/crypto/x509/verify.go",
)
KEY_USAGE_OF_RFC_5280 = Source("RFC 5280, 4.2.1.3, Key Usage", "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3")
KEY_USAGE_OF_TLS = Source(
    "RFC 8446, 4.4.2.2: where key usage is there, digitalSignature must be set",
    "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2.2",
)
NO_SIGNATURES_ALLOWED = Source(
    "pulp/pulp_installer pull request 1189: GnuTLS refuses a server's certificate without digitalSignature",
    "https://github.com/pulp/pulp_installer/pull/1189",
)
SQL_CERTIFICATES = Source(
    "Microsoft, Certificate requirements for SQL Server: key usage includes key encipherment and a digital signature",
    f"{_SQL_DOCS}/c18f665672f3964b31aa8b0a7dc981f7a63131af/docs/database-engine/configure-windows/"
    "certificate-requirements.md",
)
SQL_KEY_ENCIPHERMENT = Source(
    "virtual-dba, Upgrading a SHA1 certificate in SQL Server: key usage will include key encipherment, and nothing else",
    "https://virtual-dba.com/blog/upgrading-sha1-certificate-sql-server/",
)
WEAK_BUNDLE = Source(
    "curl/curl pull request 3014: OpenSSL 1.1.1 refuses CAs that are signed with SHA-1",
    "https://github.com/curl/curl/pull/3014",
)
CA_MD_TOO_WEAK = Source(
    "openssl/openssl issue 23126: a customer's CA signs with SHA-1, and what SECLEVEL=0 costs",
    "https://github.com/openssl/openssl/issues/23126",
)
NAME_CONSTRAINTS = Source(
    "RFC 5280, 4.2.1.10, Name Constraints", "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10"
)
CONSTRAINED_BY_HAND = Source(
    "chris2511/xca issue 239: the tool signs what the CA's name constraints forbid, and clients refuse it",
    "https://github.com/chris2511/xca/issues/239",
)
BASIC_CONSTRAINTS = Source(
    "RFC 5280, 4.2.1.9, Basic Constraints", "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9"
)
OPENENCLAVE_CA = Source(
    "openenclave/openenclave pull request 1246: OpenSSL 1.1 requires basic constraints of whatever signs",
    "https://github.com/openenclave/openenclave/pull/1246",
)
NO_BASIC_CONSTRAINTS = Source(
    "openssl/openssl issue 16664: invalid CA certificate, of one without basic constraints",
    "https://github.com/openssl/openssl/issues/16664",
)
EXTENSIONS_NOT_COPIED = Source(
    "OpenSSL, openssl-x509(1), -req: extensions in the request are not copied by default, -extfile adds them; HISTORY: "
    "since 3.2 certificates are of version 3 and have key identifiers",
    f"{_OPENSSL}/02c7b2ee67f5843cd220b01432a80e2043615b79/doc/man1/openssl-x509.pod.in",
)
EKU_OF_CAS = Source(
    "OpenSSL, openssl-verification-options(1), Extended Key Usage: where a CA's certificate has one, it must contain the "
    "purpose as well, beyond RFC 5280",
    f"{_OPENSSL}/02c7b2ee67f5843cd220b01432a80e2043615b79/doc/man1/openssl-verification-options.pod",
)
OPENSSL_CRITICAL = Source(
    "OpenSSL, x509v3_config(5), DESCRIPTION: `critical` in front of the value",
    f"{_OPENSSL}/09794eaa02fd41da5126f4cf0b7ae00642bf1b96/doc/man5/x509v3_config.pod",
)
CERTSTRAP = Source(
    "square/certstrap issue 78: its root has pathlen:0, and the intermediate below it cannot be used",
    "https://github.com/square/certstrap/issues/78",
)
CRITICAL_EXTENSIONS = Source(
    "RFC 5280, 4.2: a critical extension that is not recognized must be refused",
    "https://www.rfc-editor.org/rfc/rfc5280#section-4.2",
)
CUSTOM_EXTENSION = Source(
    "xipki/xipki issue 103: error 34 at 0 depth lookup: unhandled critical extension",
    "https://github.com/xipki/xipki/issues/103",
)
IGNORE_CRITICAL = Source(
    "OpenSSL, openssl-verification-options(1), -ignore_critical",
    f"{_OPENSSL}/02c7b2ee67f5843cd220b01432a80e2043615b79/doc/man1/openssl-verification-options.pod",
)
SERIAL_NUMBERS = Source(
    "RFC 5280, 4.1.2.2, Serial Number: positive; users should handle others gracefully",
    "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.2",
)
NEGATIVE_SERIALS = Source(
    "microsoft/mssql-docker issue 895: the certificate that SQL Server makes for itself has a negative serial number in "
    "half of the starts",
    "https://github.com/microsoft/mssql-docker/issues/895",
)
GO_AND_SQL_SERVER = Source(
    "microsoft/go-mssqldb issue 217: Go 1.23 refuses the negative serial number, also with TrustServerCertificate",
    "https://github.com/microsoft/go-mssqldb/issues/217",
)
GO_RELEASE_NOTES = Source("Go 1.23 Release Notes, crypto/x509", "https://go.dev/doc/go1.23#cryptox509pkgcryptox509")
SELF_GENERATED_SHA1 = Source(
    "Microsoft, SQL Server Support Blog, Changes to hashing algorithm for self-signed certificate in SQL Server 2017",
    "https://techcommunity.microsoft.com/blog/sqlserversupport/"
    "changes-to-hashing-algorithm-for-self-signed-certificate-in-sql-server-2017/319026",
)
SQL_2014_AND_LEVEL_2 = Source(
    "microsoft/msphpsql issue 1021: SQL Server 2014, and 0x2746 since the client's OpenSSL runs at security level 2",
    "https://github.com/microsoft/msphpsql/issues/1021",
)
SIGNATURES_OFFERED = Source(
    "tediousjs/tedious issue 1449: the client names the signatures that it takes, and an older SQL Server has no "
    "certificate for them; `socket hang up`",
    "https://github.com/tediousjs/tedious/issues/1449",
)
VERSION_1_AND_RUSTLS = Source(
    "tiberius-rs/tiberius issue 327: invalid peer certificate: UnsupportedCertVersion",
    "https://github.com/tiberius-rs/tiberius/issues/327",
)

_CERTPATH = "src/java.base/share/classes/sun/security/provider/certpath"
JSSE_CONSTRAINTS = Source(
    "OpenJDK, ConstraintsChecker.java (checkBasicConstraints, verifyNameConstraints), behind the words of "
    "PKIXValidator.java",
    f"https://github.com/openjdk/jdk/blob/69f5f5c8692e925ad1dd5575e3ea15071a39165f/{_CERTPATH}/ConstraintsChecker.java",
)
JSSE_KEYS = Source(
    "OpenJDK, KeyChecker.java (verifyCAKeyUsage; of a CA the extended key usage is not checked)",
    f"https://github.com/openjdk/jdk/blob/931e504aa04efab6ae44fa003fa5dc69bec24183/{_CERTPATH}/KeyChecker.java",
)
JSSE_CRITICAL = Source(
    "OpenJDK, PKIXMasterCertPathValidator.java (validate)",
    f"https://github.com/openjdk/jdk/blob/0336d8fbf1d8c4c3eeda562856cac618e34d079e/{_CERTPATH}/"
    "PKIXMasterCertPathValidator.java",
)
JSSE_ALGORITHMS = Source(
    "OpenJDK, AlgorithmChecker.java (check)",
    f"https://github.com/openjdk/jdk/blob/18f5d589eadcf18b0a74296ecd64d7d2f9068839/{_CERTPATH}/AlgorithmChecker.java",
)
JSSE_DISABLED = Source(
    "OpenJDK, conf/security/java.security (jdk.certpath.disabledAlgorithms: MD5, SHA1 jdkCA, RSA keySize < 1024)",
    "https://github.com/openjdk/jdk/blob/01dfee6b6674192fbd41e68382ab3e5a5d8bba7e/src/java.base/share/conf/security/"
    "java.security",
)
JSSE_LEAF = Source(
    "OpenJDK, EndEntityChecker.java (checkTLSServer: digitalSignature where the server signs; checkEKU: any will do)",
    "https://github.com/openjdk/jdk/blob/59dc384fbd65e67d7080acb8fff9dbe16f585fea/src/java.base/share/classes/sun/"
    "security/validator/EndEntityChecker.java",
)
JSSE_DATES = Source(
    "OpenJDK, PKIXValidator.java (doValidate: the path is there, the certificates on it are looked at)",
    "https://github.com/openjdk/jdk/blob/0336d8fbf1d8c4c3eeda562856cac618e34d079e/src/java.base/share/classes/sun/"
    "security/validator/PKIXValidator.java",
)
JSSE_WRAPS = Source(
    "OpenJDK, SSLContextImpl.java (AbstractTrustManagerWrapper.checkAlgorithmConstraints, also where a trust manager "
    "accepts everything)",
    "https://github.com/openjdk/jdk/blob/d6384f50600ef86b896577dd38e7db69072eece7/src/java.base/share/classes/sun/security/"
    "ssl/SSLContextImpl.java",
)
AUTHORITY_KEY_IDENTIFIER = Source(
    "RFC 5280, 4.2.1.1, Authority Key Identifier: in every certificate of a conforming CA but a self-signed one",
    "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.1",
)
STRICT_FLAGS = Source(
    "OpenSSL, openssl-verification-options(1), -x509_strict",
    f"{_OPENSSL}/02c7b2ee67f5843cd220b01432a80e2043615b79/doc/man1/openssl-verification-options.pod",
)
STRICT_IN_PYTHON = Source(
    "python/cpython pull request 112389 (Python 3.13): VERIFY_X509_STRICT in the flags of ssl.create_default_context()",
    "https://github.com/python/cpython/pull/112389",
)
NO_AKI_AND_PYTHON = Source(
    "llnl/certipy pull request 23: Python 3.13 refuses what it issued, Missing Authority Key Identifier",
    "https://github.com/llnl/certipy/pull/23",
)
# Chains of another shape than leaf, intermediates, root.
TRUST_ANCHORS = Source(
    "OpenSSL, openssl-verification-options(1), Trust Anchors: a certificate of the store that is not self-signed is one "
    "with -partial_chain alone",
    f"{_OPENSSL}/02c7b2ee67f5843cd220b01432a80e2043615b79/doc/man1/openssl-verification-options.pod",
)
PYOPENSSL_REASON = Source(
    "OpenSSL, ssl/ssl_err.c, SSL_str_reasons, which pyOpenSSL raises without the reason of the verification",
    f"{_OPENSSL}/3d4bb90138b0586f88f44a67b7ea3b7ab4a88081/ssl/ssl_err.c",
)
PARTIAL_CHAIN_QUESTION = Source(
    "openssl/openssl issue 7871: the intermediate alone is trusted, s_client says `unable to get issuer certificate`, and "
    "which programs set X509_V_FLAG_PARTIAL_CHAIN",
    "https://github.com/openssl/openssl/issues/7871",
)
PARTIAL_CHAIN_NODE = Source(
    "nodejs/node issue 36453: with the intermediate alone Node says UNABLE_TO_GET_ISSUER_CERT, with the root it connects",
    "https://github.com/nodejs/node/issues/36453",
)
PARTIAL_CHAIN_CURL = Source(
    "curl/curl pull request 4655 (7.68): certificates of the store that are no roots are trust anchors",
    "https://github.com/curl/curl/pull/4655",
)
ENDS_WHERE_TRUSTED = Source(
    "GnuTLS, lib/x509/verify.c (_gnutls_verify_crt_status: the chain is cut off at a certificate that is trusted)",
    "https://github.com/gnutls/gnutls/blob/f8971291ba0b21b5caaeffecdb66210fb01cc7a2/lib/x509/verify.c",
)
GO_ROOTS = Source(
    "Go 1.26, src/crypto/x509/verify.go (Certificate.Verify and buildChains: what is in Roots ends a chain, the leaf, too)",
    "https://github.com/golang/go/blob/go1.26.8/src/crypto/x509/verify.go",
)
LEAF_IN_CA_FILE = Source(
    "psf/requests issue 6978: verify= names the server's own certificate, and only curl takes it",
    "https://github.com/psf/requests/issues/6978",
)
LEAF_AS_CACERT = Source(
    "curl/curl issue 9191: --cacert with a server's certificate that is no CA's",
    "https://github.com/curl/curl/issues/9191",
)
INSPECTING_PROXY = Source(
    "jasongin/nvs issue 87: a company's proxy signs anew, and NODE_EXTRA_CA_CERTS with its CA cures",
    "https://github.com/jasongin/nvs/issues/87",
)
NPM_BEHIND_A_PROXY = Source(
    "npm/npm issue 9282: SELF_SIGNED_CERT_IN_CHAIN behind a proxy that intercepts, and npm's cafile",
    "https://github.com/npm/npm/issues/9282",
)
NPM_NOT_STRICT = Source(
    "npm/npm issue 18348: the same, answered with `strict-ssl false`", "https://github.com/npm/npm/issues/18348"
)
CLUSTER_MADE_ANEW = Source(
    'kubernetes/kubernetes issue 48378: after `kubeadm reset` and `kubeadm init` the CA "kubernetes" has another key, and '
    "old files have the old one",
    "https://github.com/kubernetes/kubernetes/issues/48378",
)
KUBEADM_TROUBLE = Source(
    "kubernetes/website pull request 12825, Troubleshooting kubeadm: replace the old file by the new one",
    "https://github.com/kubernetes/website/pull/12825",
)
KEY_IDENTIFIERS = Source(
    "RFC 5280, 4.2.1.1, Authority Key Identifier: it tells several keys of one issuer apart",
    "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.1",
)
ADDTRUST = Source(
    "libressl/portable issue 595: AddTrust's root expired, and a chain that could have ended before it was refused",
    "https://github.com/libressl/portable/issues/595",
)
EXPIRED_ROOT_IN_CURL = Source(
    'curl/curl issue 5496: "certificate has expired", and it is the root that has',
    "https://github.com/curl/curl/issues/5496",
)
RENEWED_ROOT = Source(
    "Red Hat Certificate System 9, Administration Guide, 3.4, Configuring Profiles to Enable Renewal: when a CA's "
    "certificate is renewed with its key, what it has issued stays valid",
    "https://docs.redhat.com/en/documentation/red_hat_certificate_system/9/html/"
    "administration_guide_common_criteria_edition/renewing_certificates",
)
ALTERNATE_CHAINS = Source(
    "Google Trust Services, Alternate Chains Update: the chain with the cross-signed certificate is for clients that do "
    "not know the new root",
    "https://developers.google.com/public-key-infrastructure/updates/march2025-alternate-chains.md.txt",
)
UNKNOWN_LEAF_ISSUER = Source(
    'nodejs/node issue 33705: "unable to verify the first certificate", and what it may mean',
    "https://github.com/nodejs/node/issues/33705",
)
CHAIN_IN_WRONG_ORDER = Source(
    "Azure/secrets-store-csi-driver-provider-azure issue 103: the server's certificate stands last, and nginx does not start",
    "https://github.com/Azure/secrets-store-csi-driver-provider-azure/issues/103",
)
# Names.
ADDRESS_IN_DNS_NAME = Source(
    "linuxmint/warpinator, pull request 70: an address belongs into iPAddress, not dNSName",
    "https://github.com/linuxmint/warpinator/pull/70",
)
ADDRESS_IN_DNS_NAME_ADVICE = Source(
    "psf/requests, issue 2621: an address as a dNSName as a common way round",
    "https://github.com/psf/requests/issues/2621",
)
NAMES_IN_SAN = Source(
    "RFC 9525, 2, Identifying Application Services: by the names of the SAN, not by the common name",
    "https://www.rfc-editor.org/rfc/rfc9525#section-2",
)
WILDCARD_LABEL = Source(
    "RFC 9525, 6.3, Matching the DNS Domain Name Portion: an asterisk is one whole label, the first, of a certificate's name",
    "https://www.rfc-editor.org/rfc/rfc9525#section-6.3",
)
WILDCARD_DEPTH = Source(
    "curl/curl, issue 6913: a wildcard certificate and a host one level further down",
    "https://github.com/curl/curl/issues/6913",
)
AZURE_WILDCARD = Source(
    "microsoft/mssql-jdbc, issue 816: Azure's certificate is for *.database.windows.net",
    "https://github.com/microsoft/mssql-jdbc/issues/816",
)
GO_COMMON_NAME = Source(
    "virtualmin/virtualmin-gpl, issue 462: certificate relies on legacy Common Name field, use SANs instead",
    "https://github.com/virtualmin/virtualmin-gpl/issues/462",
)
SQL_NAMES = Source(
    "MicrosoftDocs/sql-docs, pull request 8223: the names, and the wildcard, in a certificate of SQL Server",
    "https://github.com/MicrosoftDocs/sql-docs/pull/8223",
)
DNS_LETTERS = Source(
    "RFC 4343, 3, Name Lookup, Label Types, and CLASS: without regard to upper and lower case",
    "https://www.rfc-editor.org/rfc/rfc4343#section-3",
)
PYTDS_LETTERS = Source(
    "denisenkom/pytds, pull request 203: names of the SAN are to be compared without regard to case (165 before it)",
    "https://github.com/denisenkom/pytds/pull/203",
)
DNS_ROOT = Source(
    "RFC 1034, 3.1, Name space specifications and terminology: a name that ends with a dot is complete",
    "https://www.rfc-editor.org/rfc/rfc1034#section-3.1",
)
DOT_IN_OPENSSL = Source(
    "openssl/openssl, issue 11560: the dot behind a name is compared with the certificate",
    "https://github.com/openssl/openssl/issues/11560",
)
DOT_IN_CURL = Source(
    "curl/curl, pull request 13440: names with a dot at the end, and which name to compare",
    "https://github.com/curl/curl/pull/13440",
)
A_LABELS = Source(
    "RFC 5280, 7.2, Internationalized Domain Names in GeneralName: in the SAN as A-labels",
    "https://www.rfc-editor.org/rfc/rfc5280#section-7.2",
)
U_LABELS = Source(
    "OpenSSL, X509_check_host(3): a name must be given in A-label form",
    "https://github.com/openssl/openssl/blob/2cfdc4641a7f8f3f72e3c51de6b5837cf3bbaf8f/doc/man3/X509_check_host.pod",
)
IDN_IN_PROFANITY = Source(
    "profanity-im/profanity, issue 2049: hostname mismatch on an internationalized domain name",
    "https://github.com/profanity-im/profanity/issues/2049",
)
WILDCARD_AND_APEX = Source(
    "spatie/ssl-certificate, pull request 194: a certificate for *.example.com is not valid for example.com",
    "https://github.com/spatie/ssl-certificate/pull/194",
)
FREETDS_OTHER_CN = Source(
    "FreeTDS/freetds, issue 503: the host stands in the SAN and not in the CN, and is refused (mended in FreeTDS 1.4.2)",
    "https://github.com/FreeTDS/freetds/issues/503",
)
IPV6_IN_URL = Source(
    "RFC 3986, 3.2.2, Host: an IPv6 address stands in brackets", "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2"
)
NODE_IPV6 = Source(
    "nodejs/node, issue 64032: since 22.23.0 and 24.17.0 an IPv6 address in the SAN is not found",
    "https://github.com/nodejs/node/issues/64032",
)

# Variables of the environment, and what they name.
OPENSSL_VARIABLES = Source(
    "OpenSSL, openssl-env(7), SSL_CERT_DIR and SSL_CERT_FILE",
    f"{_OPENSSL}/b60515307b0519bda76323b0a7a2e158ee739268/doc/man7/openssl-env.pod",
)
OPENSSL_CONFIGURATION = Source(
    "OpenSSL, config(5), SSL Configuration",
    f"{_OPENSSL}/af381d673537ef0fa7ad5fdde94205a64fe43cca/doc/man5/config.pod",
)
OPENSSL_3_1 = Source(
    "OpenSSL 3.1.0, NEWS.md: TLS 1.0 and 1.1 only work at security level 0",
    "https://github.com/openssl/openssl/blob/openssl-3.1.0/NEWS.md",
)
PYTHON_SUITES = Source(
    "Python, Configure Python, --with-ssl-default-suites: `openssl` leaves OpenSSL's defaults untouched, the others set "
    "TLS 1.2 as minimum",
    "https://docs.python.org/3/using/configure.html#cmdoption-with-ssl-default-suites",
)
OPENSSL_CHANGES_3 = Source(
    "OpenSSL, CHANGES.md, Changes between 1.1.1 and 3.0.0: TLS 1.0 and 1.1 require security level 0",
    f"{_OPENSSL}/a7e992847de83aa36be0c399c89db3fb827b0be2/CHANGES.md",
)
CURL_CA_OPTION = Source(
    "curl, docs/cmdline-opts/cacert.md: CURL_CA_BUNDLE, which the option overrides",
    "https://github.com/curl/curl/blob/f81f351b9aa63b76066bde1ef5224efd0925664e/docs/cmdline-opts/cacert.md",
)
REQUESTS_VERIFICATION = Source(
    'requests, docs/user/advanced.rst, section "SSL Cert Verification": REQUESTS_CA_BUNDLE',
    "https://github.com/psf/requests/blob/v2.34.2/docs/user/advanced.rst",
)
OVERRULED_VERIFY = Source(
    "psf/requests, issue 3829: session.verify is ignored when REQUESTS_CA_BUNDLE is set (6695, 4650, 5921 are the same)",
    "https://github.com/psf/requests/issues/3829",
)
NODE_CLI_VARIABLES = Source(
    "Node.js, doc/api/cli.md, NODE_EXTRA_CA_CERTS and NODE_TLS_REJECT_UNAUTHORIZED",
    "https://github.com/nodejs/node/blob/v18.20.4/doc/api/cli.md",
)
REVOCATION_LISTS = Source(
    "RFC 5280, sections 5 (lists of revoked certificates) and 6.3 (CRL validation)",
    "https://www.rfc-editor.org/rfc/rfc5280#section-5",
)
OCSP = Source("RFC 6960, Online Certificate Status Protocol", "https://www.rfc-editor.org/rfc/rfc6960")
STATUS_REQUEST = Source(
    "RFC 6066, section 8 (Certificate Status Request: stapling)", "https://www.rfc-editor.org/rfc/rfc6066#section-8"
)
TLS_FEATURE = Source("RFC 7633, TLS Feature Extension (must-staple)", "https://www.rfc-editor.org/rfc/rfc7633")
NGINX_VERIFY_CLIENT = Source(
    "nginx, ngx_http_ssl_module, ssl_verify_client and ssl_client_certificate",
    "https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_verify_client",
)
NGINX_REQUEST = Source(
    "nginx 1.22.1, src/http/ngx_http_request.c (ngx_http_process_request: the certificate is asked about when the request "
    "has been read)",
    "https://github.com/nginx/nginx/blob/release-1.22.1/src/http/ngx_http_request.c",
)
NGINX_PAGES = Source(
    "nginx 1.22.1, src/http/ngx_http_special_response.c (the pages for 495 and 496, with status 400)",
    "https://github.com/nginx/nginx/blob/release-1.22.1/src/http/ngx_http_special_response.c",
)
CERTIFICATE_REQUEST = Source(
    "RFC 8446, 4.3.2 (Certificate Request) and 4.4.2.4 (a server may go on without a certificate, or abort)",
    "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2.4",
)
CLIENTS_IN_CURL = Source(
    "curl, docs/cmdline-opts/cert.md (with --key)",
    "https://github.com/curl/curl/blob/7048d1d21165b0319a1e1e91210b0e5fe43f222f/docs/cmdline-opts/cert.md",
)
NGINX_STAPLING = Source(
    "nginx, ngx_http_ssl_module, ssl_stapling and ssl_stapling_file",
    "https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_stapling",
)
OCSP_ENDED = Source(
    "Let's Encrypt, Ending OCSP Support in 2025: no addresses of a responder in certificates, no must-staple",
    "https://letsencrypt.org/2024/12/05/ending-ocsp/",
)
CURL_CERT_STATUS = Source(
    "curl, docs/cmdline-opts/cert-status.md",
    "https://github.com/curl/curl/blob/96a8cd899dba5050a99f7007c106d0f09017677f/docs/cmdline-opts/cert-status.md",
)
GNUTLS_OCSP = Source(
    "GnuTLS 3.7.9, src/cli.c (--ocsp: cert_verify_ocsp)",
    "https://github.com/gnutls/gnutls/blob/ca61668d7764fc29fb4cc2aa396cb035e176636d/src/cli.c",
)
OPENSSL_CRL_DOWNLOAD = Source(
    "OpenSSL, openssl-s_client(1), -crl_download",
    "https://github.com/openssl/openssl/blob/7fa8bcfe4342df41919f5564b315f9c85d0a02d6/doc/man1/openssl-s_client.pod.in",
)
ISSUER_ADDRESSES = Source(
    "RFC 5280, 4.2.2.1, Authority Information Access (id-ad-caIssuers)",
    "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.2.1",
)
JAVA_AIA = Source(
    "Java PKI Programmer's Guide, Appendix B (com.sun.security.enableAIAcaIssuers)",
    "https://docs.oracle.com/en/java/javase/17/security/java-pki-programmers-guide.html",
)
PYTDS_VALIDATE_HOST = Source(
    "denisenkom/pytds, issue 160: validate_host=False at Azure", "https://github.com/denisenkom/pytds/issues/160"
)
PYTHON_CHECK_HOSTNAME = Source(
    "Python, ssl, SSLContext.check_hostname", "https://docs.python.org/3/library/ssl.html#ssl.SSLContext.check_hostname"
)
HTTP_CONNECT = Source(
    "RFC 9110, 9.3.6, CONNECT: any other answer than a 2xx says that there is no tunnel yet",
    "https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6",
)
PROXY_AUTHENTICATION = Source(
    "RFC 9110, 15.5.8, 407 Proxy Authentication Required, and 11.7, Authenticating Clients to Proxies",
    "https://www.rfc-editor.org/rfc/rfc9110#section-15.5.8",
)
HTTPX_PROXIES = Source(
    "HTTPX, Troubleshooting, Proxies: change the scheme of the HTTPS proxy to http://",
    "https://www.python-httpx.org/troubleshooting",
)
URLLIB3_HTTPS_PROXY = Source(
    "urllib3, src/urllib3/connection.py (_wrap_proxy_error: try changing your proxy URL to be HTTP)",
    "https://github.com/urllib3/urllib3/blob/2.8.0/src/urllib3/connection.py",
)
CURL_PROXY = Source(
    "curl, docs/cmdline-opts/proxy.md (the scheme of a proxy; user and password in its URL, %40 for @)",
    "https://github.com/curl/curl/blob/08a3e8e19a59d1530bfb208e187ac7c34c978dfd/docs/cmdline-opts/proxy.md",
)
CURL_NO_PROXY = Source(
    "curl, docs/cmdline-opts/noproxy.md (and the variable NO_PROXY)",
    "https://github.com/curl/curl/blob/0b746469fc6a658cf81cb00ed318c0c4e1f24704/docs/cmdline-opts/noproxy.md",
)
PROXY_OF_COMPANY = Source(
    "npm/npm issue 14421: 407 Proxy Authentication Required, behind a company's proxy",
    "https://github.com/npm/npm/issues/14421",
)
CONNECT_REFUSED = Source(
    "apache/trafficserver issue 11485: CONNECT to another port than 443 is answered by 403, until the proxy allows it",
    "https://github.com/apache/trafficserver/issues/11485",
)
WHOLE_CHAIN = Source(
    "RFC 8446, 4.4.2, Certificate: each certifies the one before it, and only the trust anchor may be left out",
    "https://www.rfc-editor.org/rfc/rfc8446#section-4.4.2",
)
