"""What people paste is read as what was printed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tlslab.explain.reading import BLOCK, OVERLAP, Passage, cleaned, is_binary, passages, skeleton_of

SAID = "curl: (60) SSL certificate problem: self-signed certificate"


@pytest.mark.parametrize(
    "pasted",
    [
        "curl: (60) SSL certificate problem:\nself-signed certificate",
        "curl: (60) SSL certificate prob\nlem: self-signed certificate",  # by the width of a terminal
        "curl: (60) SSL certificate problem: self\u2011signed\u00a0certificate",
        "\x1b[31mcurl: (60)\x1b[0m SSL certificate problem: \x1b[1mself-signed\x1b[22m certificate",
        "^[[31mcurl: (60)^[[0m SSL certificate problem: self-signed certificate",
        r"\u001b[31mcurl: (60)\u001b[0m SSL certificate problem:\nself-signed certificate",
        r"curl: (60) SSL certificate problem:\r\n\tself-signed certificate",
        "> curl: (60) SSL certificate problem:\n> self-signed certificate",
        "│ curl: (60) SSL certificate problem:  │\n│ self-signed certificate │",
        "2026-11-30T12:00:00.1Z curl: (60) SSL certificate problem:\n2026-11-30T12:00:00.2Z self-signed certificate",
        (
            "[2026-11-30 12:00:00,123] [ERROR] curl: (60) SSL certificate problem:\n[2026-11-30 12:00:00,124] [ERROR] "
            "self-signed certificate"
        ),
        (
            "2026-11-30T12:00:00Z stderr F curl: (60) SSL certificate problem:\n"
            "2026-11-30T12:00:00Z stderr F self-signed certificate"
        ),
        (
            "Nov 30 12:00:00 web cron[123]: curl: (60) SSL certificate problem:\n"
            "Nov 30 12:00:00 web cron[123]: self-signed certificate"
        ),
        "web-1  | curl: (60) SSL certificate problem:\nweb-1  | self-signed certificate",
        "npm ERR! curl: (60) SSL certificate problem:\nnpm ERR! self-signed certificate",
        "CURL: (60) ssl certificate problem: SELF-SIGNED CERTIFICATE",
        "curl: (60) SSL certificate problem: self-signed\u200b certificate",
        "curl: (60) `SSL certificate problem`: **self-signed certificate**",
    ],
)
def test_layout_and_what_stands_in_front_of_lines_make_no_difference(pasted: str) -> None:
    assert skeleton_of(cleaned(pasted)) == skeleton_of(SAID)


@pytest.mark.parametrize(
    "pasted",
    [
        "certificate is not valid for \u2018shop.lab.test\u2019",
        'certificate is not valid for \\"shop.lab.test\\"',
        r"certificate is not valid for \u0027shop.lab.test\u0027",
        "certificate is not valid for &#39;shop.lab.test&#39;",
        "certificate is not valid for &quot;shop.lab.test&quot;",
        "certificate is not valid for \u00abshop.lab.test\u00bb",
    ],
)
def test_one_quote_is_as_good_as_another(pasted: str) -> None:
    assert skeleton_of(cleaned(pasted)) == skeleton_of("certificate is not valid for 'shop.lab.test'")


def test_the_lines_of_a_stack_are_left_out_and_what_opens_behind_the_last_one_stays() -> None:
    pasted = (
        "TypeError: fetch failed\n"
        "    at node:internal/deps/undici/undici:11576:11 {\n"
        "  [cause]: Error: self-signed certificate\n"
        "      at TLSSocket.onConnectSecure (node:_tls_wrap:1540:34)\n"
        "   bei System.Net.Security.SslStream.ThrowIfExceptional()\n"
        "   --- End of inner exception stack trace ---\n"
        "\tat java.base/sun.security.ssl.Alert.createSSLException(Alert.java:131)\n"
    )
    assert skeleton_of(cleaned(pasted)) == skeleton_of(
        "TypeError: fetch failed { [cause]: Error: self-signed certificate"
    )


@settings(deadline=None)
@given(st.text(max_size=400))
def test_whatever_is_pasted_keeps_its_lines_and_has_a_place_for_each_letter(text: str) -> None:
    passage = Passage(cleaned(text))
    assert passage.text.count("\n") == text.count("\n")
    for at, char in enumerate(passage.skeleton):
        first, last = passage.place(at, at + 1)
        assert last == first + 1
        assert char in skeleton_of(passage.text[first:last])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["a", "certificate ", "\n", "x" * 50_000, "line\n" * 3000]), max_size=30))
def test_a_long_text_is_looked_at_as_a_whole_in_blocks_of_bounded_size(pieces: list[str]) -> None:
    whole = "".join(pieces)
    looked = list(passages(pieces))
    assert "".join(passage.skeleton[passage.known :] for passage in looked) == skeleton_of(whole)
    assert all(len(passage.text) <= BLOCK + OVERLAP + 50_000 for passage in looked)


def test_a_line_is_told_by_its_number_in_the_whole_text() -> None:
    whole = "".join(f"line {number} of a long log\n" for number in range(1, 20_001))
    for passage in passages([whole]):
        place = passage.text.index("line ")
        number = int(passage.text[place + 5 :].split()[0])
        assert passage.line_at(place) == number


@pytest.mark.parametrize(
    ("text", "binary"), [("an error\n\x1b[31mred", False), ("\x7fELF\x02\x01\x01" + "\0" * 40, True)]
)
def test_binary_is_no_text(text: str, binary: bool) -> None:
    assert is_binary(text) is binary
