"""The situation: one server side and one client side, as immutable values.

Everything that the lab plays is a `Situation`. Scenarios, fixes and impostors are pure functions from situation to
situation; equal situations are equal values, so that the lab attempts each of them once. A situation names
certificates by *description* (`tlslab.model.certificate`). Nothing here reads a clock or a file.
"""

from collections.abc import Mapping, Set
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Any, Self

from tlslab.model.certificate import (
    FALLBACK,
    LAB_ISSUING,
    LAB_ROOT,
    Anchor,
    Authority,
    Chain,
    Leaf,
    Responder,
    RevocationList,
    Validity,
    as_address,
    issuers,
)
from tlslab.model.environment import Variable
from tlslab.model.proxy import Proxy


class ServerKind(StrEnum):
    """The protocol that the server speaks."""

    HTTPS = "https"
    SQLSERVER = "sqlserver"


class TLSVersion(IntEnum):
    """TLS protocol versions, ordered; the value is the version on the wire (RFC 8446, 4.1.2 and appendix D)."""

    TLSv1_0 = 0x0301
    TLSv1_1 = 0x0302
    TLSv1_2 = 0x0303
    TLSv1_3 = 0x0304

    @property
    def label(self) -> str:
        """The name that OpenSSL and nginx use: `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`."""
        return {0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}[self.value]

    @property
    def number(self) -> str:
        """The bare number, as mssql.conf and curl write it: `1.2`."""
        return f"1.{self.value - 0x0301}"


class ServerEncryption(StrEnum):
    """What SQL Server demands (mssql.conf `network.forceencryption`, `network.forcestrict`)."""

    OFF = "off"
    FORCED = "forced"
    STRICT = "strict"
    IN_CLEAR = "in clear"
    """It answers that it cannot encrypt (ENCRYPT_NOT_SUP) and goes on in clear, whatever the client asks for. No server
    does that (MS-TDS 2.2.6.5 would have it end the connection), an attacker does.
    """

    @property
    def demanded(self) -> bool:
        """Whether a client that does not encrypt is refused."""
        return self in (ServerEncryption.FORCED, ServerEncryption.STRICT)


class Speaks(StrEnum):
    """What is met at a server's port: the server, or what stands there when it is not there, or not yet."""

    ITS_PROTOCOL = "its-protocol"
    """HTTPS or TDS, as the kind of the server is."""
    HTTP = "http"
    """HTTP without TLS."""
    SSH = "ssh"
    NOTHING = "nothing"
    """It accepts connections and never says anything."""
    CLOSES = "closes"
    """It accepts a connection and ends it, as the port of a container does whose program does not listen yet."""
    CLOSES_AFTER_PRELOGIN = "closes-after-prelogin"
    """It answers a PRELOGIN and ends the connection then (MS-TDS, 2.2.6.5)."""


class Refusal(StrEnum):
    """How a server ends a connection before the handshake is complete (RFC 9293, 3.6 and 3.5.2)."""

    CLOSE = "close"
    """With FIN."""
    RESET = "reset"
    """With RST, and without a TLS alert."""


class KeyExchange(StrEnum):
    """How a server agrees on keys with its clients up to TLS 1.2, which its cipher suites decide."""

    USUAL = "usual"
    """As its TLS library does by default: with elliptic curves (ECDHE) where the client can."""
    RSA = "rsa"
    """The client encrypts a secret with the key of the certificate; the server signs nothing (RFC 5246, 7.4.7.1)."""
    DHE = "dhe"
    """With Diffie-Hellman in a group that the server chooses (RFC 5246, 7.4.3)."""


class Encryption(StrEnum):
    """What a SQL Server client asks for; the words are those of Microsoft's drivers from version 18 on."""

    OPTIONAL = "optional"
    """Not asked for; the login packet is encrypted when the server can, everything when the server forces it."""
    MANDATORY = "mandatory"
    STRICT = "strict"
    """TDS 8.0: TLS before anything else."""


PEM_FILE, HASHED_DIRECTORY = "pem-file", "hashed-directory"


class StoreFlaw(StrEnum):
    """A way in which people lay a trust store down wrongly."""

    MISSING = "missing"
    """The option names a file that is not there."""
    DANGLING = "dangling"
    """The file is a link to one that is not there any more."""
    EMPTY = "empty"
    """The file is there, and empty."""
    DER = "der"
    """The file holds the certificate in DER, where PEM is read."""
    NOT_HASHED = "not-hashed"
    """The certificates were copied into the directory, and nothing made the links by hash."""
    BUNDLE = "bundle"
    """The directory holds one file with several certificates, for which `openssl rehash` makes no link."""


@dataclass(frozen=True, slots=True)
class Store:
    """How that which a client side trusts is laid down. `kind`: one of `tlslab.truststores`; `flaw` None: as its
    documents say. A store with a flaw holds the certificates, but no client that reads it by the book finds them.
    """

    kind: str = PEM_FILE
    flaw: StoreFlaw | None = None

    def __str__(self) -> str:
        return f"{self.kind}, {self.flaw}" if self.flaw else self.kind


class RevocationCheck(StrEnum):
    """Where a client is told to look whether a certificate was revoked."""

    STAPLE = "staple"
    """It demands an answer of OCSP with the handshake (RFC 6066, 8)."""
    OCSP = "ocsp"
    """It asks the responder whose address stands in the certificate."""
    CRL = "crl"
    """It fetches the list whose address stands in the certificate."""


_WORDS = "words"
_NOT_TOLD = {_WORDS: None}
"""The stage lays it out, or it is the client's own; no client and no server is told of it."""


@dataclass(frozen=True, slots=True)
class VirtualHost:
    """A chain that a server presents to a client that sends this name (SNI; RFC 6066, 3)."""

    name: str
    chain: Chain


@dataclass(frozen=True, slots=True)
class Route:
    """Another server to which a SQL Server sends on the clients that have logged in (MS-TDS, 2.2.7.9, type 20): they
    end the connection and log in there.
    """

    host: str
    server: "ServerSide"


@dataclass(frozen=True, slots=True)
class ServerSide:
    """How a server is set up.

    `chain`: what it presents; where it has virtual hosts, to who names none of them. None: no certificate is
    configured, and SQL Server makes its own at start: `fallback`, which a real one cannot be told. `security_level` is
    the OpenSSL security level (0-5) that the server's TLS library runs with.
    `ipv6`: it listens at an IPv6 address as well.
    `key_readable` False: the account of SQL Server may not read the private key that it is told to use, and it does not
    start (error 49940): no process listens at its port.
    `staple`: it sends an answer of OCSP about its certificate with the handshake (RFC 6066, 8), of this validity.
    `speaks_tds8` False: a SQL Server before 2022, or one that takes no connection which begins with TLS.
    `key_exchange`, `small_dh`, `usual_suites`: of the handshake up to TLS 1.2. `reads_versions` False: it does not know
    the extension supported_versions, as old Schannel, and answers with its own newest version.
    `client_anchors`: it demands a certificate of its clients that one of these issued; empty: it asks for none.
    `route`: where it sends its clients on to, once they have logged in.
    `on_disk`: what stands in the files of its chain since it has started, and is not loaded before it starts again.
    """

    kind: ServerKind
    chain: Chain | None
    fallback: Leaf = field(default=FALLBACK, metadata={_WORDS: "another form of its self-generated certificate"})
    tls_min: TLSVersion = field(default=TLSVersion.TLSv1_2, metadata={_WORDS: "the oldest TLS version"})
    tls_max: TLSVersion = field(default=TLSVersion.TLSv1_3, metadata={_WORDS: "the newest TLS version"})
    security_level: int = field(default=2, metadata={_WORDS: "OpenSSL's security level"})
    encryption: ServerEncryption = field(default=ServerEncryption.OFF, metadata={_WORDS: "the demand for encryption"})
    key_readable: bool = field(default=True, metadata={_WORDS: "a private key that it may not read"})
    refusal: Refusal = field(default=Refusal.CLOSE, metadata={_WORDS: "how it ends a handshake that it refuses"})
    speaks: Speaks = field(default=Speaks.ITS_PROTOCOL, metadata={_WORDS: "what is met at its port in its place"})
    virtual_hosts: tuple[VirtualHost, ...] = field(default=(), metadata={_WORDS: "other certificates for other names"})
    key_exchange: KeyExchange = field(default=KeyExchange.USUAL, metadata={_WORDS: "the key exchange"})
    staple: Validity | None = field(default=None, metadata={_WORDS: "an answer of OCSP with the handshake"})
    ipv6: bool = field(default=False, metadata={_WORDS: "an IPv6 address"})
    small_dh: bool = field(default=False, metadata={_WORDS: "Diffie-Hellman parameters of 1024 bits"})
    usual_suites: bool = field(default=True, metadata={_WORDS: "cipher suites that no client offers"})
    speaks_tds8: bool = field(default=True, metadata={_WORDS: "not speaking TDS 8.0"})
    reads_versions: bool = field(default=True, metadata={_WORDS: "not knowing the versions that a client lists"})
    client_anchors: tuple[Anchor, ...] = field(default=(), metadata={_WORDS: "a demand for clients' certificates"})
    on_disk: Chain | None = field(default=None, metadata={_WORDS: "files that were replaced while it runs"})
    route: Route | None = field(default=None, metadata={_WORDS: "another server to send its clients on to"})

    @property
    def responders(self) -> frozenset[Responder]:
        """What is met at the addresses that stand in its certificates, and in those above them."""
        chains = [item for item in (self.chain, *(host.chain for host in self.virtual_hosts)) if item]
        found = {item for chain in chains for sent in chain.presented for item in (sent, *issuers(sent))}
        met = (responder for item in found for responder in (item.ca_issuers, item.crl, item.ocsp))
        behind = self.route.server.responders if self.route else frozenset()
        return behind | frozenset(responder for responder in met if responder is not None)

    @property
    def starts(self) -> bool:
        """Whether it comes up: it may read its private key, and this is the key of the first certificate in the file of
        each chain.
        """
        chains = [item for item in (self.chain, *(host.chain for host in self.virtual_hosts)) if item]
        return self.key_readable and all(chain.presented[0] == chain.leaf for chain in chains)

    def chain_for(self, name: str) -> Chain | None:
        """The chain that is presented to a client that sends this name; "" for one that sends none."""
        return next((host.chain for host in self.virtual_hosts if host.name.lower() == name.lower()), self.chain)


@dataclass(frozen=True, slots=True)
class ClientSide:
    """How a client connects. The names of the options are the lab's; each adapter gives its client's options as typed.

    `trust_anchors`: what stands in the client's trust store beside an unrelated public root. `intermediates`:
    certificates that the client has been given to complete chains, without trusting them. `expected_name`: the name to
    look for in the certificate when it is not the one connected to. `tls_min`, `tls_max` None: the client's own
    default.

    `defaults_only`: the client is given no security option whatever, to see what it does by itself. What it trusts then
    stands in the store that it reads by itself: the system's, or where it has a list of its own the variable that adds
    to it.

    `store`: how the trust anchors, and the intermediates, are laid down for it.

    `clock`: how far the client's clock is ahead of the right time; less than nothing: behind.

    `server_name`: the name to send in the SNI when it is not the one to look for; "": none. `host_header`: the Host of
    the request when it is not that of the URL.

    `system_trust_anchors`: what has been put into the system's trust store, beside the public roots. A client that has
    a store of its own does not see it.

    `default_trust_anchors`: what stands in the store that the client reads when it is given no other, beside the
    unrelated root: the system's, or a list that the client brings. Whether the client reads it as well when it is given
    one is the client's affair.

    `strict_x509`: whether it is told to refuse what breaks RFC 5280 and is overlooked otherwise (OpenSSL,
    X509_V_FLAG_X509_STRICT); None: the client's own default. Python's is to refuse since 3.13.

    `security_level`: of OpenSSL (0-5); None: its own default, or 0 where versions are asked for that need it.

    `offered`: the oldest and the newest TLS version that the client offers by itself, where `tls_min` and `tls_max` say
    nothing. The plan writes it; nobody is told of it. None: not known, and taken for 1.2 and newer.

    `crls`: the lists of revoked certificates that it is given, and told to hold certificates against. `revocation`:
    where else it is told to look. `fetches_issuers`: whether it is told to fetch issuers' certificates that are missing
    from the addresses in those that it has (AIA).

    `name_check` False: it is told not to look for its name in the certificate, and to verify the chain all the same.

    `chain_check` False: it is told to look for its name in the certificate, and at nothing else.

    `pin`: the one certificate that it is told to accept from the server, whoever issued it; a client that looks at
    keys alone accepts every certificate with its key.

    `environment`: the variables that are set for it.

    `certificate`: its own, with which it answers a server that demands one, and what it sends beside it.

    `proxy`: the proxy through which it is told to connect; None: it goes to the server directly.
    """

    connect_to: str
    trust_anchors: tuple[Anchor, ...] = field(default=(), metadata={_WORDS: "certificates to trust"})
    intermediates: tuple[Authority, ...] = field(
        default=(), metadata={_WORDS: "intermediate certificates that complete a chain"}
    )
    trust_everything: bool = field(default=False, metadata={_WORDS: "trusting every certificate"})
    expected_name: str | None = field(default=None, metadata={_WORDS: "another name to look for in the certificate"})
    encryption: Encryption | None = field(default=None, metadata={_WORDS: "what to encrypt"})
    tls_min: TLSVersion | None = field(default=None, metadata={_WORDS: "the oldest TLS version"})
    tls_max: TLSVersion | None = field(default=None, metadata={_WORDS: "the newest TLS version"})
    defaults_only: bool = field(default=False, metadata={_WORDS: "being left to its defaults"})
    clock: timedelta = field(default=timedelta(), metadata={_WORDS: "a clock that is wrong"})
    system_trust_anchors: tuple[Anchor, ...] = field(default=(), metadata=_NOT_TOLD)
    store: Store = field(default=Store(), metadata={_WORDS: "another trust store than a good PEM file"})
    default_trust_anchors: tuple[Anchor, ...] = field(default=(), metadata=_NOT_TOLD)
    server_name: str | None = field(default=None, metadata={_WORDS: "another name to send to the server (SNI)"})
    host_header: str | None = field(default=None, metadata={_WORDS: "another Host header"})
    strict_x509: bool | None = field(default=None, metadata={_WORDS: "strict checks of certificates by RFC 5280"})
    offered: tuple[TLSVersion, TLSVersion] | None = field(default=None, metadata=_NOT_TOLD)
    crls: tuple[RevocationList, ...] = field(default=(), metadata={_WORDS: "lists of revoked certificates (CRL)"})
    revocation: RevocationCheck | None = field(
        default=None, metadata={_WORDS: "where to look whether a certificate was revoked"}
    )
    fetches_issuers: bool = field(default=False, metadata={_WORDS: "fetching a missing intermediate certificate"})
    name_check: bool = field(default=True, metadata={_WORDS: "leaving the certificate's name unchecked"})
    chain_check: bool = field(default=True, metadata={_WORDS: "leaving the certificate's chain unchecked"})
    pin: Leaf | None = field(default=None, metadata={_WORDS: "the server's certificate itself to accept (a pin)"})
    environment: tuple[Variable, ...] = field(default=(), metadata={_WORDS: "variables of the environment"})
    security_level: int | None = field(default=None, metadata={_WORDS: "OpenSSL's security level"})
    certificate: Chain | None = field(default=None, metadata={_WORDS: "a certificate of its own"})
    proxy: Proxy | None = field(default=None, metadata={_WORDS: "a proxy"})

    @property
    def indication(self) -> str:
        """The name that an HTTPS client sends (SNI); "" for none, as where it is an address (RFC 6066, 3)."""
        name = self.reference_identifier if self.server_name is None else self.server_name
        return "" if as_address(name) else name

    @property
    def reference_identifier(self) -> str:
        """The name, or the address, that the certificate must carry."""
        return self.expected_name or self.connect_to

    @property
    def has_store(self) -> bool:
        """Whether it is given a trust store, a file, by an option."""
        return bool(self.trust_anchors or self.intermediates) and not self.defaults_only

    @property
    def named_by_variables(self) -> tuple[Anchor, ...]:
        """What the variables of the environment name, to be trusted."""
        return tuple(anchor for variable in self.environment for anchor in variable.anchors or ())

    @property
    def in_default_store(self) -> tuple[Anchor, ...]:
        """What the stage lays into the store that the client reads when it is given no other, beside the unrelated
        root.
        """
        return (self.trust_anchors if self.defaults_only else ()) + self.default_trust_anchors


def options(kind: type[ClientSide | ServerSide]) -> Mapping[str, str]:
    """The options of a side by the names of their fields, each in words: every field with a default, but for what the
    stage lays out.
    """
    words, _ = _described(kind)
    return words


def _described(kind: type) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    """The words of the options of a side, and the defaults of its fields; looked up once for each kind of side."""
    if kind not in _DESCRIBED:
        optional = [item for item in fields(kind) if item.default is not MISSING]
        words = {item.name: item.metadata.get(_WORDS, item.name.replace("_", " ")) for item in optional}
        defaults = {item.name: item.default for item in fields(kind)}
        _DESCRIBED[kind] = {name: said for name, said in words.items() if said}, defaults
    return _DESCRIBED[kind]


_DESCRIBED: dict[type, tuple[Mapping[str, str], Mapping[str, Any]]] = {}


def unsupported(side: ClientSide | ServerSide, supports: Set[str]) -> tuple[str, str] | None:
    """The first option that a side sets and that is not among the supported ones: its field, and what it is in words.
    None when there is none.
    """
    words_of, defaults = _described(type(side))
    for name, words in words_of.items():
        told = getattr(side, name)
        if name == "expected_name" and isinstance(side, ClientSide) and told == side.connect_to:
            continue  # the client looks for the name that it connects to anyway
        if name not in supports and told != defaults[name]:
            return name, words
    return None


@dataclass(frozen=True, slots=True)
class Situation:
    """One server side and one client side.

    `via`: the host and the server that the client has dialled, where that server has sent it on. `visited`: how the
    server at this name was set up when the client visited it before, with the same home directory; None: the client's
    home is new.
    """

    server: ServerSide
    client: ClientSide
    via: Route | None = None
    visited: ServerSide | None = None

    @property
    def before(self) -> Self | None:
        """The situation of the earlier visit; None where there was none."""
        return None if self.visited is None else replace(self, server=self.visited, visited=None)

    @property
    def kind(self) -> ServerKind:
        return self.server.kind

    def with_server(self, **changes: Any) -> Self:
        """The same situation with these fields of the server side changed."""
        return replace(self, server=replace(self.server, **changes))

    def with_client(self, **changes: Any) -> Self:
        """The same situation with these fields of the client side changed."""
        return replace(self, client=replace(self.client, **changes))

    def with_leaf(self, **changes: Any) -> Self:
        """The same situation with these fields of the server's leaf certificate changed.

        Raises ValueError when the server has no certificate configured.
        """
        return self.with_chain(leaf=replace(self.chain.leaf, **changes))

    def with_chain(self, **changes: Any) -> Self:
        """The same situation with these fields of the presented chain changed (ValueError as for `with_leaf`)."""
        return self.with_server(chain=replace(self.chain, **changes))

    @property
    def arrival(self) -> Self:
        """The same situation where the client ends: at the server to which the first one sends it on, if it does. There
        it looks for the name of that server, unless it was told another.
        """
        if (route := self.server.route) is None:
            return self
        dialled = Route(self.client.connect_to, replace(self.server, route=None))
        client = replace(self.client, connect_to=route.host)
        return replace(self, server=route.server, client=client, via=dialled).arrival

    @property
    def met(self) -> Self:
        """The same situation as this client meets it: where it ends, with the chain that it is shown, and no other.
        Where its proxy ends TLS, what it meets is a usual server with the proxy's chain, as if that stood behind a
        proxy that does not.
        """
        if self.server.route is not None:
            return self.arrival.met
        proxy = self.client.proxy
        if proxy is not None and proxy.chain is not None:
            met = replace(self, server=ServerSide(self.kind, proxy.chain))
            return met.with_client(proxy=replace(proxy, chain=None))
        if not self.server.virtual_hosts or not self.server.starts:
            return self
        return self.with_server(chain=self.server.chain_for(self.client.indication), virtual_hosts=())

    @property
    def chain(self) -> Chain:
        """The configured chain; ValueError when the server side has none."""
        if self.server.chain is None:
            raise ValueError("this server side has no configured certificate: it generates its own")
        return self.server.chain


HOSTS = {ServerKind.HTTPS: "shop.lab.test", ServerKind.SQLSERVER: "db.lab.test"}


def healthy(kind: ServerKind) -> Situation:
    """The situation in which every client must connect: a good chain, a client that trusts its root and asks for
    verification.
    """
    host = HOSTS[kind]
    leaf = Leaf(common_name=host, names=(host,), issuer=LAB_ISSUING)
    client = ClientSide(
        connect_to=host,
        trust_anchors=(LAB_ROOT,),
        encryption=Encryption.MANDATORY if kind is ServerKind.SQLSERVER else None,
    )
    return Situation(ServerSide(kind, Chain(leaf)), client)
