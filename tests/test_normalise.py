"""Normalisation takes the volatile parts out and leaves reasons, codes and names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.normalise import normalise

CASES = [
    (
        "[error:0A000086:SSL routines::certificate verify failed:x]",
        "[error:NUMBER:SSL routines::certificate verify failed:x]",
    ),
    ("certificate has expired (_ssl.c:1006)", "certificate has expired (_ssl.c:LINE)"),
    (
        "HTTPSConnectionPool(host='shop.lab.test', port=40123)",
        "HTTPSConnectionPool(host='shop.lab.test', port=PORT)",
    ),
    ("Failed to connect to db.lab.test:40123 - reason", "Failed to connect to db.lab.test:PORT - reason"),
    ("80FBC6D87F7F0000:error:0A000086:SSL", "THREAD:error:NUMBER:SSL"),
    ("TCP Provider: Error code 0x2746", "TCP Provider: Error code 0x2746"),
    ("curl: (60) SSL certificate problem", "curl: (60) SSL certificate problem"),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_volatile_parts_become_words(text: str, wanted: str) -> None:
    assert normalise(text) == wanted


@pytest.mark.parametrize("port", [32768, 40123, 60999])
def test_two_runs_on_other_ports_are_equal(port: int) -> None:
    assert normalise(f"connect to shop.lab.test port {port} failed") == normalise(
        "connect to shop.lab.test port 51515 failed"
    )


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
