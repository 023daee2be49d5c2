"""Normalisation: a client's text without its volatile parts, so that two runs can be compared.

Volatile are ports, process and thread ids, OpenSSL's packed error numbers, file lines, temporary paths and dates;
reasons, codes and names stay. Time is linear in the text, which is whatever a client printed: no rule may read a
character again for each position where a match could begin.
"""

import re
from collections import deque

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_PATH = re.compile(r"/[^\s'\":,\]\)]*")
_PLACES = (
    (re.compile(r"(?=(/runs/run-[^/]*/[^/]*))"), "ROOM"),
    # The lab's environments of clients, pinned or of a chosen version, Python's or npm's.
    (
        re.compile(r"(?=(/(?:versions/[^/]+-[0-9a-f]{12}|clients-[0-9a-f]{16}[^/]*|(?:npm|maven)-[0-9a-f]{16})))"),
        "CLIENTS",
    ),
)
"""Where a path leads to, and the word for everything up to there. The last such place of a path counts."""

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(\bFile \"[^\"]+\", line )\d+"), r"\1LINE"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?"), "DATE"),
    (re.compile(r"\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} GMT"), "DATE"),
    # ctime(3), as GnuTLS prints the time of a response.
    (re.compile(r"\b[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\b"), "DATE"),
    # java.util.Date.
    (re.compile(r"\b[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d [A-Z]{3,4} \d{4}"), "DATE"),
    # RFC 9110, 5.6.7.
    (re.compile(r"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"), "DATE"),
    (re.compile(r"\b[0-9A-F]{16}:error:"), "THREAD:error:"),
    (re.compile(r"\berror:[0-9A-Fa-f]{8}:"), "error:NUMBER:"),
    (re.compile(r"_ssl\.c:\d+"), "_ssl.c:LINE"),
    (re.compile(r"(\.(?:c|cc|py|js|ts)):\d+(:\d+)?"), r"\1:LINE"),
    # Serial numbers, fingerprints, ids of sessions, in hexadecimal with or without colons, and pins in base64.
    (re.compile(r"\b(?:0x)?[0-9A-Fa-f]{20,}\b"), "HEXADECIMAL"),
    (re.compile(r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){9,}\b"), "HEXADECIMAL"),
    (re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])"), "BASE64"),
    # RFC 7468: openssl s_client prints the certificate that it got, and a long text is cut within it.
    (re.compile(r"(?m)^(-----BEGIN [A-Z ]+-----\n)[A-Za-z0-9+/=.\n]*[A-Za-z0-9+/=.]"), r"\1BASE64"),
    # Dumps of bytes, as OpenSSL prints a session's ticket and Java a certificate's key identifiers and signature.
    (
        re.compile(
            r"(?m)^( *)[0-9A-Fa-f]{4}(?: -|:) [0-9A-Fa-f]{2}[ -].*(?:\n *[0-9A-Fa-f]{4}(?: -|:) [0-9A-Fa-f]{2}[ -].*)*"
        ),
        r"\1DUMP",
    ),
    # RFC 9562, section 4.
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "UUID"),
    (re.compile(r"0x[0-9a-f]{6,16}\b"), "ADDRESS"),
    # A host by its address, by its name in letters of any case, or by the first label of that alone.
    (
        re.compile(
            r"((?:127\.0\.0\.1|\[?::1\]?|(?i:lab\.test)|localhost|\b(?:shop|db))\.?['\]]?)"
            r"([|:, ]+(?:port[= ]+)?)\d{4,5}\b"
        ),
        r"\1\2PORT",
    ),
    # A container's address on the network of a run (RFC 1918), with a port behind it.
    (
        re.compile(r"\b(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}\.\d{1,3}:\d{4,5}\b"),
        "HOST:PORT",
    ),
    (re.compile(r"\bport(=|: ?| )\d{2,5}\b"), r"port\1PORT"),
    (re.compile(r"\bpid (\d+)\b"), "pid PID"),
    # Node's warnings.
    (re.compile(r"\(node:\d+\)"), "(node:PID)"),
    # wget's progress bar and the speed of its download.
    (re.compile(r"(?m)^( +\d+K[ .]+\d+%) .*$"), r"\1 PROGRESS"),
    (re.compile(r"\(\d[\d.]* [KMG]?B/s\)"), "(SPEED)"),
    # java.net.http's SSLTube and SSLEngine: which of the two, is a question of which thread sees the end first.
    (re.compile(r"\bRemote host closed the channel"), "Remote host terminated the handshake"),
    # curl, of a server that it does not reach.
    (re.compile(r"\bafter \d+ ms\b"), "after TIME ms"),
    # apt-helper.
    (re.compile(r"(\bFetched \d+ [kMG]?B in )\d+s\b"), r"\1TIME"),
    # npm ping.
    (re.compile(r"\bPONG \d+ms\b"), "PONG TIME"),
    # rustls, rustls-pki-types' UnixTime.
    (re.compile(r"\b(verification time|not valid (?:after|before)) \d+\b"), r"\1 TIME"),
    (re.compile(r"\(\d+ (seconds ago|seconds in future)\)"), r"(TIME \1)"),
    # openssl s_client: an ECDSA signature has no fixed length.
    (re.compile(r"\b(has read|and written) \d+ bytes\b"), r"\1 SIZE bytes"),
    (re.compile(r"\bStart Time: \d+"), "Start Time: TIME"),
)


def normalise(text: str) -> str:
    """The text with every volatile part replaced by a word in capitals; white space at line ends removed."""
    text = _PATH.sub(_without_place, _COLOUR.sub("", text))
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def _without_place(found: re.Match[str]) -> str:
    """A path without its beginning, where that leads to the directory of an attempt or to the lab's environments."""
    path = found[0]
    for place, word in _PLACES:
        begin = path.find("/")
        if last := deque(place.finditer(path, begin + 1), maxlen=1):
            path = path[:begin] + word + path[last[0].end(1) :]
    return path
