"""The environment of a client: the variables by which people tell programs what to trust and how to speak TLS.

Each is a typed fact of the client side: it names certificates, or a configuration of OpenSSL, or it is a switch. Which
client reads which is what the tables say. No adapter is asked: a stage sets the variable and lays out what it names.
"""

from dataclasses import dataclass

from tlslab.model.certificate import Anchor

SSL_CERT_FILE, SSL_CERT_DIR, OPENSSL_CONF = "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF"
CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE = "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"
NODE_EXTRA_CA_CERTS, NODE_TLS_REJECT_UNAUTHORIZED = "NODE_EXTRA_CA_CERTS", "NODE_TLS_REJECT_UNAUTHORIZED"
OF_ROOTS = frozenset({SSL_CERT_FILE, SSL_CERT_DIR, CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS})
"""Those that name certificates: the second a directory by hash, the others a file."""
SWITCHES = frozenset({NODE_TLS_REJECT_UNAUTHORIZED})
_FILE, _NO_ROOT, _DIRECTORY, _CONFIGURATION = "company-ca.pem", "public-roots.pem", "company-cas", "openssl.cnf"


@dataclass(frozen=True, slots=True)
class OpenSSLLimits:
    """What a configuration of OpenSSL says for every program (config(5), "SSL Configuration"): `MinProtocol`, by its
    name there, and the security level in `CipherString`; None: not a word of it.
    """

    min_protocol: str
    security_level: int | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of the file that say so."""
        level = () if self.security_level is None else (f"CipherString = DEFAULT@SECLEVEL={self.security_level}",)
        return (f"MinProtocol = {self.min_protocol}", *level)

    @property
    def text(self) -> str:
        """The file."""
        before = ("openssl_conf = settings", "[settings]", "ssl_conf = ssl", "[ssl]", "system_default = limits")
        return "".join(f"{line}\n" for line in (*before, "[limits]", *self.lines))


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable: it names `anchors`, where there are none of ours the public roots alone; or a configuration with
    these `limits`; or it has this `value`. Raises ValueError for a variable that the lab never sets.
    """

    name: str
    anchors: tuple[Anchor, ...] | None = None
    limits: OpenSSLLimits | None = None
    value: str = ""

    def __post_init__(self) -> None:
        told = (self.anchors is not None, self.limits is not None, bool(self.value))
        if told != (self.name in OF_ROOTS, self.name == OPENSSL_CONF, self.name in SWITCHES) or sum(told) != 1:
            # SSLKEYLOGFILE, too, would make a client write down the secrets of its sessions.
            raise ValueError(f"the lab does not set the variable {self.name} to that")

    @property
    def path(self) -> str:
        """The file or directory that it names, in the attempt's own directory; "" for a switch."""
        if self.anchors is None:
            return _CONFIGURATION if self.limits else ""
        if self.name == SSL_CERT_DIR:
            return _DIRECTORY
        return _FILE if self.anchors else _NO_ROOT

    @property
    def as_typed(self) -> tuple[str, ...]:
        """How people set it, `SSL_CERT_FILE=company-ca.pem`, and the lines of a configuration that it names."""
        return (f"{self.name}={self.path or self.value}", *(self.limits.lines if self.limits else ()))
