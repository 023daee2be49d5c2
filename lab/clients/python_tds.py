"""python-tds (pytds): TDS in pure Python, TLS by pyOpenSSL with the OpenSSL of cryptography's wheel.

It uses TLS only when `cafile` is given, and then always verifies chain and name; without it, it declares
encryption unsupported (https://python-tds.readthedocs.io, `pytds.connect`). So the lab always gives it a
`cafile`, its trust store, however little is in it, except where the client side asks for no encryption and
trusts nothing. With `cafile` it always asks for encryption of everything, its default: a client side that trusts a CA
does not set `enc_login_only` (encrypt the login alone).
"""

from collections.abc import Mapping
from typing import Any

from tlslab.clients.base import Invocation, Request, Roots, Trust
from tlslab.clients.store_errors import stops
from tlslab.clients.tds import STRICT_ENDS_EARLY, PythonSqlClient, read_versions, run_probe
from tlslab.libraries.openssl import NO_SIGNATURE_OF_THIS_KEY
from tlslab.model.circumstances import NAME_UNCHECKED
from tlslab.model.conditions import (
    CN_ALONE,
    CN_BESIDE_SAN,
    ENDS_AFTER_PRELOGIN,
    ENDS_EARLY,
    FORGED,
    IP_ADDRESS,
    NAME_MISMATCH,
    NO_ENCRYPTION,
    OTHER_SERVICE,
    PLAIN_HTTP,
    SERVER_REFUSES,
    SILENT,
    STORE_ABSENT,
    STORE_UNREADABLE,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Offers, Template, When, says, says_each, says_like, tolerates
from tlslab.model.names import (
    ADDRESS_AS_CN_ALONE,
    ADDRESS_AS_CN_BESIDE_SAN,
    ADDRESS_AS_DNS_NAME,
    DOT_AT_THE_END,
    UPPER_CASE,
)
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, Encryption, ServerEncryption, Situation, TLSVersion
from tlslab.setup.needs import PythonPackage
from tlslab.setup.versions.registry import Registry, RegistryKind

REFUSED = Source("denisenkom/pytds, issue 82", "https://github.com/denisenkom/pytds/issues/82")
TLS_PY = Source(
    "python-tds, src/pytds/tls.py (establish_channel, create_context)",
    "https://github.com/denisenkom/pytds/blob/013f4cb17b2424e38b70a28abf1eec30024d5de7/src/pytds/tls.py",
)
NAMES = Source(
    "python-tds, src/pytds/tls.py (is_san_matching: an entry of the SAN is compared with `DNS:` cut off, so that one "
    "that begins with `IP Address:` equals no host)",
    "https://github.com/denisenkom/pytds/blob/013f4cb17b2424e38b70a28abf1eec30024d5de7/src/pytds/tls.py",
)
LETTERS = Source("python-tds, src/pytds/tls.py (is_san_matching, which compares letter by letter)", NAMES.url)
COMMON_NAMES = Source(
    "python-tds, src/pytds/tls.py (validate_host: the common name first, and the SAN when it is another)", NAMES.url
)
SESSION = Source(
    "python-tds, src/pytds/tds_session.py (parse_prelogin)",
    "https://github.com/denisenkom/pytds/blob/b04d08e383e6429ae0e195e85bd089aa8bc74d2b/src/pytds/tds_session.py",
)
TDS_BASE = Source(
    "python-tds, src/pytds/tds_base.py (ClosedConnectionError)",
    "https://github.com/denisenkom/pytds/blob/b5f70cf1c146263e1fc1bc2d9bc8f49154b2025f/src/pytds/tds_base.py",
)
BACKOFF = Source(
    "python-tds, src/pytds/utils.py, exponential_backoff (`raise TimeoutError() from ex`)",
    "https://github.com/denisenkom/pytds/blob/2b9f4afda12c0a9b5f0322b72c0eac5253e568f8/src/pytds/utils.py",
)
CONNECT = Source("python-tds documentation, pytds.connect", "https://python-tds.readthedocs.io/en/latest/pytds.html")
OBSERVED = Source("observed by the lab of python-tds 1.17.1", "")
QUEUE = Source(
    "pyOpenSSL, src/OpenSSL/_util.py (exception_from_error_queue: the errors of the queue in their order; the first is "
    "what RSA says where a signature does not verify)",
    "https://github.com/pyca/pyopenssl/blob/037371861693f26297320dcd5fd8c221b6d8df26/src/OpenSSL/_util.py",
)
LOAD = Source(
    "pyOpenSSL 26.3.0, src/OpenSSL/SSL.py (Context.load_verify_locations raises OpenSSL's errors; their texts are in "
    "OpenSSL, crypto/err/openssl.txt)",
    "https://github.com/pyca/pyopenssl/blob/26.3.0/src/OpenSSL/SSL.py",
)
ONLY_VERSION = TLSVersion.TLSv1_2
"""`create_context` makes a context for TLSv1_2_METHOD: exactly this version."""


def uses_tls(side: ClientSide) -> bool:
    """Whether this side gives python-tds a `cafile`, without which it does not encrypt."""
    return not side.defaults_only and (side.encryption is not Encryption.OPTIONAL or side.has_store)


NO_CAFILE = When("it was given no `cafile`", lambda act: not uses_tls(act.client))
FORCED = When("the server forces encryption", lambda act: act.server.encryption is ServerEncryption.FORCED)


class PythonTds(PythonSqlClient):
    """python-tds."""

    name = "python-tds"
    title = "python-tds (pytds)"
    tls_library = "OpenSSL of the Python package cryptography, through pyOpenSSL"
    default_trust = Trust(Roots.OWN, "it uses TLS only with `cafile`, and then trusts what that file holds", CONNECT)
    no_default_store = "python-tds has no default trust: it uses TLS only with `cafile`"
    supports = frozenset(
        {
            *("clock", "trust_anchors", "intermediates", "encryption", "tls_min", "tls_max", "defaults_only", "store"),
            "name_check",
        }
    )
    lacks: Mapping[str, str] = {
        "trust_everything": "python-tds has no switch to trust every certificate, by decision (denisenkom/pytds#162)",
        "expected_name": "python-tds verifies the name that it connects to and has no option to look for another one",
    }
    driver = "python-tds"
    needs = (PythonPackage("python-tds"), PythonPackage("pyopenssl"))
    registry = Registry(RegistryKind.PYPI, "python-tds", ("pyopenssl",))

    offers: tuple[Offers, ...] = (
        Offers(ONLY_VERSION, ONLY_VERSION, "its context is of TLSv1_2_METHOD", Basis.AUTHORITATIVE, TLS_PY),
    )
    templates = (
        # pyOpenSSL lists OpenSSL's errors, without the reason for which the certificate was refused.
        *(
            Template(
                library,
                frozenset({phase}),
                "OpenSSL.SSL.Error: [('SSL routines', '{*}', '{reason}')",
                Basis.REPORTED,
                REFUSED,
            )
            for library, phase in (("pyopenssl", Phase.VERIFY), ("openssl", Phase.HANDSHAKE))
        ),
        # It tries again until its login timeout, and then raises a TimeoutError from the last refusal.
        Template(
            "posix",
            frozenset({Phase.CONNECT}),
            "ConnectionRefusedError: [Errno {*}] {reason}{*}TimeoutError",
            Basis.AUTHORITATIVE,
            BACKOFF,
        ),
        Template(
            "posix",
            frozenset({Phase.CLOSED, Phase.NO_TLS}),
            "ConnectionResetError: [Errno {*}] {reason}{*}TimeoutError",
            Basis.AUTHORITATIVE,
            BACKOFF,
        ),
    )
    rows = (
        STRICT_ENDS_EARLY,
        *stops(
            {
                STORE_ABSENT: "OpenSSL.SSL.Error: [{*}('BIO routines', '{*}', 'no such file')",
                STORE_UNREADABLE: "OpenSSL.SSL.Error: "
                "[('x509 certificate routines', '{*}', 'no certificate or crl found')",
            },
            basis=Basis.AUTHORITATIVE,
            source=LOAD,
        ),
        *says(
            [FORGED],
            Phase.VERIFY,
            *(
                f"OpenSSL.SSL.Error: [('rsa routines', '{{*}}', '{reason}'),{{*}}('SSL routines', '{{*}}', "
                "'certificate verify failed')]"
                for reason in NO_SIGNATURE_OF_THIS_KEY
            ),
            basis=Basis.AUTHORITATIVE,
            source=QUEUE,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "pytds.tds_base.Error: Certificate does not match host name '{name}'",
            basis=Basis.AUTHORITATIVE,
            source=TLS_PY,
        ),
        *says(
            [IP_ADDRESS],
            Phase.NAME,
            "pytds.tds_base.Error: Certificate does not match host name '{name}'",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        tolerates(
            "with validate_host=False python-tds does not look at the name",
            phases=[Phase.NAME],
            when=[NAME_UNCHECKED],
            basis=Basis.AUTHORITATIVE,
            source=TLS_PY,
        ),
        says_like(
            NAME_MISMATCH,
            [DOT_AT_THE_END],
            "python-tds compares the name as it was typed, with its dot",
            basis=Basis.AUTHORITATIVE,
            source=LETTERS,
        ),
        says_like(
            NAME_MISMATCH,
            [UPPER_CASE],
            "python-tds compares names with regard to upper and lower case",
            basis=Basis.AUTHORITATIVE,
            source=LETTERS,
        ),
        tolerates(
            "python-tds compares the DNS names of the SAN with whatever it connects to, an address as well",
            of=[NAME_MISMATCH, ADDRESS_AS_DNS_NAME],
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *(
            tolerates(
                "python-tds takes the common name first, whether or not there is a SAN",
                of=[NAME_MISMATCH, condition],
                basis=Basis.AUTHORITATIVE,
                source=COMMON_NAMES,
            )
            for condition in (CN_ALONE, CN_BESIDE_SAN, ADDRESS_AS_CN_ALONE, ADDRESS_AS_CN_BESIDE_SAN)
        ),
        *says(
            [NO_ENCRYPTION],
            Phase.NEGOTIATION,
            "pytds.tds_base.Error: You requested encryption but it is not supported by server",
            basis=Basis.AUTHORITATIVE,
            source=SESSION,
        ),
        tolerates(
            "without `cafile` python-tds asks for no encryption, and the login goes in clear",
            of=[NO_ENCRYPTION],
            when=[NO_CAFILE],
            basis=Basis.AUTHORITATIVE,
            source=SESSION,
        ),
        *says(
            # This is said of every such server: no certificate is shown.
            [],
            Phase.NEGOTIATION,
            "pytds.tds_base.Error: Client does not have encryption enabled but it is required by server",
            basis=Basis.AUTHORITATIVE,
            source=TLS_PY,
            when=[NO_CAFILE, FORCED],
        ),
        *says_each(
            dict.fromkeys(SERVER_REFUSES, "pytds.tds_base.ClosedConnectionError: Server closed connection"),
            Phase.CLOSED,
            basis=Basis.AUTHORITATIVE,
            source=TDS_BASE,
        ),
        *says_each(
            dict.fromkeys(
                (ENDS_EARLY, ENDS_AFTER_PRELOGIN), "pytds.tds_base.ClosedConnectionError: Server closed connection"
            ),
            Phase.NO_TLS,
            basis=Basis.AUTHORITATIVE,
            source=TDS_BASE,
        ),
        *says_each(
            dict.fromkeys((PLAIN_HTTP, OTHER_SERVICE), "ValueError: buffer too small for requested bytes"),
            Phase.NO_TLS,
            basis=Basis.OBSERVED,
            source=OBSERVED,
        ),
        *says(
            [SILENT], Phase.NO_TLS, "TimeoutError: timed out{*}TimeoutError", basis=Basis.AUTHORITATIVE, source=BACKOFF
        ),
        tolerates(
            "without `cafile` python-tds uses no TLS: no certificate is shown, and the login goes in clear",
            phases=[Phase.VERIFY, Phase.NAME, Phase.HANDSHAKE, Phase.CLOSED],
            when=[NO_CAFILE],
            basis=Basis.AUTHORITATIVE,
            source=CONNECT,
        ),
    )

    def inexpressible(self, situation: Situation) -> str | None:
        side = situation.client
        if side.encryption is Encryption.STRICT:
            return "python-tds speaks no TDS 8.0"
        if not uses_tls(side):
            return None
        if side.encryption is Encryption.OPTIONAL and situation.server.encryption is ServerEncryption.OFF:
            return (
                "python-tds with a `cafile` verifies the server even when it encrypts the login alone "
                "(`enc_login_only=True`); asking for less does not switch that off, leaving out `cafile` does"
            )
        low, high = side.tls_min or ONLY_VERSION, side.tls_max or ONLY_VERSION
        if low != ONLY_VERSION or high < ONLY_VERSION:
            return (
                "python-tds speaks TLS 1.2 and nothing else (OpenSSL.SSL.TLSv1_2_METHOD); "
                "no option and no openssl.cnf changes that"
            )
        return None

    def options_as_typed(self, side: ClientSide) -> tuple[str, ...]:
        unchecked = () if side.name_check else ("validate_host=False",)
        return ('cafile="ca.pem"', *unchecked) if uses_tls(side) else ()

    def read_version(self, completed: Completed) -> str:
        found = read_versions(completed)
        return "python-tds {python-tds} (pyOpenSSL {pyopenssl}, {openssl})".format(**found) if found else ""

    def invoke(self, request: Request) -> Invocation:
        laid = request.trust()
        connection: dict[str, Any] = {
            "dsn": request.side.connect_to,
            "port": request.endpoint.port,
            "user": request.login.user,
            "password": request.login.password,
        }
        if uses_tls(request.side):
            connection["cafile"] = str(request.workdir / laid.path)
            if not request.side.name_check:
                connection["validate_host"] = False
        question = {"driver": self.driver, "connection": connection}
        return run_probe(request.machine, question, files=laid.files, prepare=laid.prepare)


CLIENTS = (PythonTds(),)
