"""Entries: a server side in words says what clients are really offered."""

import pytest

from tlslab.matrix.entries import describe
from tlslab.model.situation import Refusal, ServerEncryption, ServerKind, Speaks, TLSVersion, healthy

HTTPS = healthy(ServerKind.HTTPS).server
TDS = healthy(ServerKind.SQLSERVER)


def test_https_is_offered_what_is_configured() -> None:
    assert describe(HTTPS)[0] == "TLSv1.2 to TLSv1.3"


def test_tds_7_is_never_offered_tls_1_3() -> None:
    assert describe(TDS.server)[0] == "TLSv1.2 in TDS 7.x (TLSv1.3 only with TDS 8.0)"
    old = TDS.with_server(tls_min=TLSVersion.TLSv1_0)
    assert describe(old.server)[0] == "TLSv1 to TLSv1.2 in TDS 7.x (TLSv1.3 only with TDS 8.0)"


def test_strict_servers_speak_tds_8_alone() -> None:
    strict = TDS.with_server(encryption=ServerEncryption.STRICT)
    assert describe(strict.server)[0] == "TLSv1.2 to TLSv1.3"


def test_one_version_is_one_word() -> None:
    only = TDS.with_server(tls_min=TLSVersion.TLSv1_0, tls_max=TLSVersion.TLSv1_0)
    assert describe(only.server)[0] == "TLSv1"


def test_how_a_handshake_is_refused_is_said_where_it_is_not_the_usual_way() -> None:
    words = "it ends a handshake that it refuses with RST, not with FIN"
    assert words in describe(TDS.with_server(refusal=Refusal.RESET).server)
    assert words not in describe(TDS.server)


@pytest.mark.parametrize("speaks", [item for item in Speaks if item is not Speaks.ITS_PROTOCOL])
def test_what_is_met_in_the_place_of_a_server_is_all_that_there_is_to_say(speaks: Speaks) -> None:
    closes, resets = (TDS.with_server(speaks=speaks, refusal=refusal).server for refusal in Refusal)
    assert len(describe(closes)) == 1
    assert describe(resets) == [*describe(closes), "with RST, not with FIN"]


def test_a_server_that_cannot_read_its_key_says_so() -> None:
    words = "its account cannot read its private key: it does not start"
    assert words in describe(TDS.with_server(key_readable=False).server)
    assert words not in describe(TDS.server)
    wrong = TDS.with_chain(before=TDS.chain.presented[1:], after=())
    assert "its certificate is not the first one in its file: it does not start" in describe(wrong.server)
