"""OpenSSL's numbers and words, held against the OpenSSL of this machine."""

import re
import ssl
import subprocess
from ctypes import CDLL, c_char_p, c_long
from ctypes.util import find_library

import pytest

from tlslab.libraries.openssl_reasons import REASONS_OF_OPENSSL, Reason, packed
from tlslab.libraries.openssl_verify import ERRORS, VerifyError


@pytest.fixture(scope="module")
def libcrypto() -> CDLL:
    name = find_library("crypto")
    if name is None or ssl.OPENSSL_VERSION_INFO < (3,):
        pytest.skip("no OpenSSL 3 is here")
    library = CDLL(name)
    library.X509_verify_cert_error_string.argtypes = [c_long]
    library.X509_verify_cert_error_string.restype = c_char_p
    return library


@pytest.mark.parametrize("error", [item for item in ERRORS if item.number], ids=lambda item: item.name)
def test_an_error_of_validation_has_the_number_and_the_words_of_openssl(error: VerifyError, libcrypto: CDLL) -> None:
    said = libcrypto.X509_verify_cert_error_string(error.number).decode()
    # OpenSSL 3.0 still says of 9, 26 and others what 1.1.1 said.
    assert said.casefold() in {words.casefold() for words in error.words}


@pytest.mark.parametrize("reason", REASONS_OF_OPENSSL, ids=lambda item: item.name)
def test_an_error_of_the_handshake_has_the_number_and_the_words_of_openssl(reason: Reason) -> None:
    """openssl-errstr(1)."""
    try:
        shown = subprocess.run(["openssl", "errstr", packed(reason.number)], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl program is here")
    number, library, words = re.fullmatch(r"error:(\w{8}):([^:]*)::(.*)\n", shown.stdout).groups()  # type: ignore[union-attr]
    assert (number, library) == (packed(reason.number), "SSL routines")
    assert (
        words.startswith("reason(") or not reason.words or words in {text.rpartition(":")[2] for text in reason.words}
    )


def test_an_error_of_the_handshake_is_packed_as_people_paste_it() -> None:
    """`error:0A000152:SSL routines::unsafe legacy renegotiation disabled`, curl issue 8943."""
    assert packed(338) == "0A000152"
    assert packed(134) == "0A000086"
