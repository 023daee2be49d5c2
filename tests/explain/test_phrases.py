"""Documented texts are found as they stand in the tables, and nothing else is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tlslab.explain.phrases import Index, Phrase, code_phrases, phrases_of
from tlslab.explain.reading import Passage, cleaned


def is_found(documented: str, pasted: str) -> bool:
    index = Index([*phrases_of(documented), *code_phrases(documented)])
    return any(index.within(Passage(cleaned(pasted))))


@pytest.mark.parametrize(
    ("documented", "pasted", "found"),
    [
        ("self-signed certificate", "SSL: self-signed certificate (_ssl.c:1)", True),
        ("self-signed certificate", "two self-signed certificates", False),
        ("self-signed certificate", "self-signed certificate in certificate chain (_ssl.c:1)", False),
        ("certificate has expired", "certificate has expired or is not yet valid", False),
        ("certificate has expired", "certificate has expired while talking to shop.example", True),
        ("not valid for {name}", "not valid for shop.example or any other name", True),
        ("x509: certificate is valid for {*}, not {name}", "x509: certificate is valid for a, b, not c", True),
        ("x509: certificate is valid for {*}, not {name}", "x509: certificate is valid for years", False),
        ("The login of {*} timed out", "The login of " + "x" * 5000 + " timed out", False),
        ("System.IO.IOException: The stream has ended", "IOException: The stream has ended", True),
        ("System.IO.IOException: The stream has ended", "Caused by: the stream has ended", True),
        ("Failed to connect to {host}:{*} in {*}ms", "Failed to connect to db:1433 in 15000ms", True),
        ("Failed to connect to {host}:{*} in {*}ms", "Failed to connect to db:1433 - self signed certificate", False),
        ("CERT_HAS_EXPIRED", '"code":"CERT_HAS_EXPIRED"', True),
        ("CERT_HAS_EXPIRED", "MY_CERT_HAS_EXPIRED_AGAIN", False),
        ("18456", "Error: 18456, Severity: 14", True),
        ("18456", "listening on port 18456", False),
        ("-2146893019", "(-2146893019)", True),
        ("-2146893019", "Win32Exception (0x80090325): ...", True),
        ("0x80090325", "Error Number:-2146893019,State:0,Class:20", True),
        ("0x80090325", "0x80090326", False),
    ],
)
def test_what_is_found(documented: str, pasted: str, found: bool) -> None:
    assert is_found(documented, pasted) is found


@pytest.mark.parametrize("text", ["EOF", "has expired", "66", "0", "a"])
def test_what_is_too_short_means_nothing_by_itself(text: str) -> None:
    assert list(phrases_of(text)) == []
    assert list(code_phrases(text)) == []


def test_inner_exceptions_are_found_with_a_stack_between_them() -> None:
    documented = "SqlException: A long outer text (provider: X) ---> System.IO.IOException: The inner reason is this"
    pasted = (
        "SqlException (0x80131904): A long outer text (provider: X)\n"
        " ---> System.IO.IOException: The inner reason is this\n   at A.B.C()"
    )
    assert is_found(documented, pasted)


def test_the_innermost_exception_is_found_alone_as_it_is_often_pasted() -> None:
    documented = "validity check failed{*}Caused by: java.security.cert.CertificateExpiredException: NotAfter: "
    assert is_found(documented, "Caused by: java.security.cert.CertificateExpiredException: NotAfter: Tue Jul 07 2020")
    assert not is_found(documented, "validity check failed")


WORDS = st.sampled_from(["alert", "certificate", "has", "expired", "name", "not", "x509:", "chain", "(60)"])
TEXTS = st.lists(WORDS, min_size=4, max_size=6).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=5), TEXTS, st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=3))
def test_a_text_is_found_wherever_it_stands_among_whatever_else_is_documented(
    others: list[str], documented: str, before: list[str], behind: list[str]
) -> None:
    phrase = next(iter(phrases_of(documented)))
    index = Index([phrase, *(one for other in others for one in phrases_of(other))])
    pasted = " | ".join([*before, documented, *behind])
    assert phrase in {hit.phrase for hit in index.within(Passage(pasted))}


def test_a_gap_takes_the_nearest_parts() -> None:
    (phrase,) = phrases_of("begin here {*} end there")
    (hit,) = Index([phrase]).within(Passage("begin here begin here one end there end there"))
    assert hit.spans == ((9, 18), (21, 29))


def test_phrases_that_are_the_same_are_one() -> None:
    assert Phrase(("abc",)) == Phrase(("abc",))
    assert list(phrases_of("Self-signed  certificate.")) == list(phrases_of("self-signed certificate"))
