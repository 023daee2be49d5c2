"""Who issued a certificate: its names and key identifiers, read from its DER (RFC 5280, 4.1 and 4.2.1).

Every start of a server reads the CA store. In containers as many servers start at once as a run has configurations, and
importing `cryptography` alone would take a third of that time.
"""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from asn1crypto.parser import parse

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_UNIVERSAL, _CONTEXT = 0, 2
_SEQUENCE = 16
_VERSION, _EXTENSIONS = 0, 3
_SUBJECT_KEY_IDENTIFIER, _AUTHORITY_KEY_IDENTIFIER = b"\x55\x1d\x0e", b"\x55\x1d\x23"  # 2.5.29.14 and 2.5.29.35


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate: `pem`, and in DER the names and key identifiers; the latter None where it has none."""

    pem: str
    subject: bytes
    issuer: bytes
    key_identifier: bytes | None
    authority_key_identifier: bytes | None

    def may_be_issued_by(self, other: "Issued") -> bool:
        """Whether the other one has the name of this one's issuer, and its key identifier where both sides say one."""
        wanted, has = self.authority_key_identifier, other.key_identifier
        return self.issuer == other.subject and (wanted is None or has is None or wanted == has)

    @property
    def self_issued(self) -> bool:
        return self.issuer == self.subject


def blocks(pem: str) -> Iterator[str]:
    """The certificates of a PEM text, as text."""
    begin = pem.find(_BEGIN)
    while begin >= 0:
        end = pem.find(_END, begin)
        if end < 0:
            return
        yield pem[begin : end + len(_END)] + "\n"
        begin = pem.find(_BEGIN, end)


def read(pem: str) -> Issued:
    """What one certificate says. Raises ValueError for what is none."""
    kind, tag, whole, rest = _element(ssl.PEM_cert_to_DER_cert(pem))
    if (kind, tag) != (_UNIVERSAL, _SEQUENCE) or rest:
        raise ValueError("it is not a sequence of DER")
    fields = list(_elements(_element(whole)[2]))
    if fields and fields[0][:2] == (_CONTEXT, _VERSION):
        del fields[0]
    # serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
    if len(fields) < 6:
        raise ValueError("it has fewer fields than a certificate")
    own = authority = None
    for kind, tag, content in fields[6:]:
        if (kind, tag) == (_CONTEXT, _EXTENSIONS):
            for _, _, extension in _elements(_element(content)[2]):
                (_, _, identity), *_, (_, _, value) = _elements(extension)
                if identity == _SUBJECT_KEY_IDENTIFIER:
                    own = _element(value)[2]
                elif identity == _AUTHORITY_KEY_IDENTIFIER:
                    found = _elements(_element(value)[2])
                    authority = next((item for kind, tag, item in found if (kind, tag) == (_CONTEXT, 0)), None)
    return Issued(pem, fields[4][2], fields[2][2], own, authority)


def _element(der: bytes) -> tuple[int, int, bytes, bytes]:
    """Class, tag and content of the first element, and what follows it."""
    kind, _, tag, header, content, trailer = parse(der)
    return kind, tag, content, der[len(header) + len(content) + len(trailer) :]


def _elements(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    while content:
        kind, tag, inner, content = _element(content)
        yield kind, tag, inner
