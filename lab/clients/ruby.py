"""Ruby's net/http: one GET by `probes/ruby_https.rb`, with Ruby's openssl, which shows OpenSSL's reason in brackets."""

import json
from collections.abc import Mapping
from typing import Any

from tlslab.clients.answers import read_answer
from tlslab.clients.base import (
    AS_TYPED,
    CERTIFICATE,
    KEY,
    Client,
    Invocation,
    Machine,
    ProxyAddress,
    Request,
    Roots,
    Trust,
    own_files,
    probe,
)
from tlslab.clients.https import (
    HTTPS,
    NOBODY_LISTENS,
    OPTIONS,
    WAITS,
    cipher_list,
    expects_other_name,
    floor,
)
from tlslab.clients.proxy import no_tunnel
from tlslab.clients.refused_clients import tells_the_status
from tlslab.clients.store_errors import stops
from tlslab.libraries.ruby import CHECK, CONNECT
from tlslab.model.circumstances import TRUST_EVERYTHING
from tlslab.model.conditions import (
    CN_ALONE,
    NAME_MISMATCH,
    OTHER_STORE,
    STORE_ABSENT,
    STORE_UNREADABLE,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Template, says, says_like, tolerates, where
from tlslab.model.names import ADDRESS_AS_CN_ALONE, ADDRESS_AS_DNS_NAME, NO_DNS_NAME, UNICODE
from tlslab.model.outcome import Completed, Outcome
from tlslab.model.proxy import HOST
from tlslab.model.situation import HASHED_DIRECTORY, PEM_FILE, ClientSide, Situation
from tlslab.setup.needs import Packages, Program

PROBE = "ruby_https.rb"
SET_PARAMS = Source(
    "ruby/openssl, lib/openssl/ssl.rb (SSLContext#set_params: the default store without ca_file, ca_path, cert_store)",
    CHECK.url,
)
IDENTITY = Source("ruby/openssl, lib/openssl/ssl.rb (verify_certificate_identity)", CHECK.url)
LOADS = Source("ruby/openssl, ext/openssl/ossl_ssl.c (ossl_sslctx_setup: SSL_CTX_load_verify_file)", CONNECT.url)
VERIFY_MODE = Source("ruby/openssl, ext/openssl/ossl_ssl.c (SSLContext#verify_mode)", CONNECT.url)
TUNNEL = Source(
    "Ruby 3.1, lib/net/http.rb (connect: the answer to CONNECT) and lib/net/http/response.rb (error!)",
    "https://github.com/ruby/ruby/blob/v3_1_2/lib/net/http.rb",
)
_CONNECT = "SSL_connect returned=1 errno=0 {*}state={*}: "


class Ruby(Client):
    """Net::HTTP with `ca_file`."""

    name = "ruby"
    title = "Ruby net/http"
    needs = (Program("ruby", Packages(apt="ruby", dnf="ruby", zypper="ruby")),)
    supports = OPTIONS | {"proxy", "security_level", "certificate"}
    lacks: Mapping[str, str] = {"server_name": "net/http sends the name that it verifies, that of the URL"}
    stores: Mapping[str, str] = {PEM_FILE: "ca_file", HASHED_DIRECTORY: "ca_path"}
    program = "ruby"
    kinds = HTTPS
    tls_library = "OpenSSL of the system"
    default_trust = Trust(Roots.SYSTEM, "without `ca_file` it reads OpenSSL's default paths, the system's", SET_PARAMS)

    templates = (
        Template(
            "openssl",
            frozenset({Phase.VERIFY, Phase.NAME}),
            _CONNECT + "certificate verify failed ({reason}",
            Basis.AUTHORITATIVE,
            CONNECT,
        ),
        Template(
            "openssl",
            frozenset({Phase.HANDSHAKE, Phase.NO_TLS}),
            _CONNECT + "{reason}",
            Basis.AUTHORITATIVE,
            CONNECT,
        ),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            "{reason} - SSL_connect",
            Basis.AUTHORITATIVE,
            CONNECT,
        ),
    )
    rows = (
        *WAITS,
        *NOBODY_LISTENS,
        *tells_the_status(),
        *no_tunnel('STATUS "REASON"', TUNNEL),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            'hostname "{name}" does not match the server certificate',
            basis=Basis.AUTHORITATIVE,
            source=CHECK,
        ),
        *(
            tolerates(
                "Ruby's openssl takes the common name, an address as well, where a SAN has neither names nor addresses",
                of=[NAME_MISMATCH, condition],
                when=[~where(NO_DNS_NAME)],
                basis=Basis.AUTHORITATIVE,
                source=IDENTITY,
            )
            for condition in (CN_ALONE, ADDRESS_AS_CN_ALONE)
        ),
        tolerates(
            "Ruby's openssl compares the DNS names of the SAN with whatever it connects to, an address as well",
            of=[NAME_MISMATCH, ADDRESS_AS_DNS_NAME],
            basis=Basis.AUTHORITATIVE,
            source=IDENTITY,
        ),
        says_like(
            NAME_MISMATCH,
            [UNICODE],
            "Ruby's openssl compares the name as it was typed",
            basis=Basis.AUTHORITATIVE,
            source=IDENTITY,
        ),
        *stops(
            {
                STORE_ABSENT: "SSL_CTX_load_verify_file: system lib",
                STORE_UNREADABLE: "SSL_CTX_load_verify_file: no certificate or crl found",
            },
            basis=Basis.AUTHORITATIVE,
            source=LOADS,
        ),
        tolerates(
            "with VERIFY_NONE Ruby looks neither at the chain nor at the name",
            phases=[Phase.VERIFY, Phase.NAME],
            when=[TRUST_EVERYTHING],
            basis=Basis.AUTHORITATIVE,
            source=VERIFY_MODE,
        ),
        says_like(
            UNTRUSTED,
            [OTHER_STORE],
            "with `ca_file` net/http does not load the default store",
            basis=Basis.AUTHORITATIVE,
            source=SET_PARAMS,
        ),
    )

    def inexpressible(self, situation: Situation) -> str | None:
        if situation.client.proxy is not None and situation.client.proxy.by_tls:
            return "net/http takes a proxy by its host and port, and begins there in clear"
        return None

    def version_probe(self, machine: Machine) -> Invocation:
        library = "openssl #{OpenSSL::VERSION}, #{OpenSSL::OPENSSL_LIBRARY_VERSION}"
        asked = f'require "openssl"; puts "Ruby #{{RUBY_VERSION}} ({library})"'
        return Invocation((machine.which["ruby"], "-e", asked))

    def read_version(self, completed: Completed) -> str:
        return completed.stdout.strip() if completed.stdout.startswith("Ruby ") else ""

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        trust = (self.store_option(side),) if side.has_store else ()
        words = []
        if side.proxy is not None:
            given = ", ".join(map(json.dumps, (side.reference_identifier, 443, *_proxy(side))))
            words.append(f"http = Net::HTTP.new({given})")
        words += [f"http.{name} = {_literal(value)}" for name, value in (*trust, *_settings(side).items())]
        if side.certificate:
            words.append(f'http.cert, *http.extra_chain_cert = OpenSSL::X509::Certificate.load_file("{CERTIFICATE}")')
            words.append(f'http.key = OpenSSL::PKey.read(File.read("{KEY}"))')
        if side.trust_everything:
            words.append("http.verify_mode = OpenSSL::SSL::VERIFY_NONE")
        if expects_other_name(side):
            words.append(f'http = Net::HTTP.new("{side.reference_identifier}", 443)')
            words.append(f'http.ipaddr = "{side.connect_to}"')
        if side.host_header is not None:
            words.append(f'request["Host"] = "{side.host_header}"')
        return tuple(words)

    def invoke(self, request: Request) -> Invocation:
        side, laid = request.side, request.trust()
        trust = {self.stores[side.store.kind]: laid.path} if side.has_store else {}
        given = {
            "host": side.reference_identifier,
            "port": request.endpoint.port,
            "connect_to": side.connect_to if expects_other_name(side) else None,
            "trust_everything": side.trust_everything,
            "settings": {**trust, **_settings(side)},
            "host_header": side.host_header,
            "own": [CERTIFICATE, KEY] if side.certificate else None,
            "proxy": _proxy(side, request.proxy),
        }
        return Invocation(
            argv=(request.machine.which["ruby"], "--disable=did_you_mean,error_highlight", PROBE, json.dumps(given)),
            files={PROBE: probe(PROBE), **laid.files, **own_files(request)},
            prepare=laid.prepare,
        )

    def read(self, completed: Completed, side: ClientSide) -> Outcome:
        return read_answer(completed)


def _proxy(side: ClientSide, at: ProxyAddress = AS_TYPED) -> tuple[str | int, ...]:
    """The arguments of Net::HTTP.new about a proxy."""
    if side.proxy is None:
        return ()
    return (HOST, at.port, *((at.user, at.password) if side.proxy.login else ()))


def _settings(side: ClientSide) -> dict[str, Any]:
    """The attributes of Net::HTTP beside the trust store."""
    found: dict[str, Any] = {}
    lowest = floor(side)
    if lowest is not None:
        found["min_version"] = _constant(lowest.number)
    if side.tls_max is not None:
        found["max_version"] = _constant(side.tls_max.number)
    if ciphers := cipher_list(side):
        found["ciphers"] = ciphers
    return found


def _constant(number: str) -> str:
    """The version as Ruby calls it: `TLS1_2`, and `TLS1` for the first."""
    return "TLS" + number.replace(".", "_").removesuffix("_0")


def _literal(value: str) -> str:
    return f":{value}" if value.startswith("TLS1") else json.dumps(value)


CLIENTS = (Ruby(),)
