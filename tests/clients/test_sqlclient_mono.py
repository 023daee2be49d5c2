"""System.Data.SqlClient of mono: its store, its one text, and what it overlooks; as the lab saw mono 6.8."""

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest

from tests.clients.acts import broken, connects, documented, judge, tolerated
from tests.clients.machine import MACHINE
from tlslab.clients.base import Endpoint, Invocation, Login, Material, Request
from tlslab.clients.sqlclient_mono import SqlClientMono
from tlslab.matrix.judge import ActVerdict
from tlslab.model.outcome import Completed, Outcome, Result
from tlslab.model.situation import ClientSide, Encryption, ServerKind, TLSVersion, healthy

MONO = SqlClientMono()
SQL = ServerKind.SQLSERVER
GOOD = healthy(SQL)
REFUSED = (
    "System.Data.SqlClient.SqlException: Snix_PreLogin (provider: SNI_PN7, error: 35 - SNI_ERROR_35)\n"
    " ---> System.Security.Authentication.AuthenticationException: Authentication failed, see inner exception.\n"
    " ---> Mono.Btls.MonoBtlsException: Ssl error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED"
)


def invoked(side: ClientSide) -> Invocation:
    material = Material("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    endpoint = Endpoint(SQL, "127.0.0.1", 1433)
    return MONO.invoke(Request(MACHINE, side, endpoint, material, Login("sa", "secret"), PurePosixPath("/room")))


def test_its_store_is_a_directory_in_the_home_of_the_attempt() -> None:
    invocation = invoked(GOOD.client)
    assert ".config/.mono/new-certs/Trust/ca-0.pem" in invocation.files
    assert invocation.prepare == (("openssl", "rehash", ".config/.mono/new-certs/Trust"),)
    assert "cert-sync --user ca.pem" in MONO.options_as_typed(GOOD.client)


def test_options_are_words_of_the_connection_string() -> None:
    text: str = json.loads(invoked(replace(GOOD.client, trust_everything=True)).stdin)["connection"]
    assert {"Encrypt=True", "TrustServerCertificate=True", "Pooling=False"} <= {*text.split(";")}


def test_left_to_its_defaults_it_is_given_nothing() -> None:
    side = replace(GOOD.client, defaults_only=True)
    assert invoked(side).files == {}
    assert MONO.options_as_typed(side) == ()


def test_one_text_stands_for_every_certificate() -> None:
    found = documented(MONO, Outcome(Result.REFUSED, REFUSED, "0"))
    assert found.keys() >= {"self-signed", "expired", "name-mismatch", "untrusted-ca.fallback", "missing-intermediate"}


def test_it_takes_a_name_in_the_common_name_and_still_looks_at_the_chain() -> None:
    beside = GOOD.with_leaf(names=("other.lab.test",))
    assert "common name" in tolerated(MONO, beside)
    assert not connects(MONO, beside.with_client(trust_anchors=()))


CANNOT: list[dict[str, Any]] = [
    {"encryption": Encryption.STRICT},
    {"expected_name": "x"},
    {"tls_max": TLSVersion.TLSv1_1},
]


@pytest.mark.parametrize("changes", CANNOT)
def test_what_it_has_no_way_to_say_is_left_out(changes: dict[str, Any]) -> None:
    assert MONO.cannot(GOOD.with_client(**changes))


def test_it_reads_for_ever_where_the_server_hangs_up() -> None:
    found = judge(MONO).act(broken("sha1-signature.server", SQL), Outcome(Result.TIMEOUT, ""))
    assert found.verdict is ActVerdict.AS_DOCUMENTED


def test_its_version_is_monos() -> None:
    line = '{"driver": "4.6.57.0", "runtime": "6.8.0.105 (Debian 6.8.0.105+dfsg-3.3)"}\n'
    assert MONO.read_version(Completed(0, line, "", 0.1)) == "mono 6.8.0.105 (System.Data.SqlClient 4.6.57.0)"
