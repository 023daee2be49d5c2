"""Schannel, the TLS of Windows, with SSPI and CryptoAPI: what their error codes say.

Programs print the symbol (`SEC_E_UNTRUSTED_ROOT`), the code in hexadecimal or as a signed number, or the sentence of
the system in its own language; the sentences here are the English ones. Several codes are what Schannel makes of an
alert that the peer sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tlslab.model.beyond import (
    BROKEN_PROTOCOL,
    CLIENT_CERTIFICATE_REFUSED,
    DISTRUSTED,
    KEY_UNREADABLE,
    MALFORMED,
    NO_COMMON_APPLICATION,
    POLICY_NOT_MET,
    WRONG_HANDSHAKE_SIGNATURE,
)
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    CRITICAL_EXTENSION,
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    FORGED,
    INCOMPLETE,
    ISSUER_NOT_FOR_SERVERS,
    KEY_USAGE,
    NAME_MISMATCH,
    NAME_NOT_PERMITTED,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    NOT_A_CA,
    NOT_FOR_SERVERS,
    NOT_YET_VALID,
    PATH_TOO_LONG,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Does, Library, Prints, Says, says, says_alike

_WIN32 = "https://github.com/MicrosoftDocs/win32/blob/47e64c189dcb1c1a42c221380ccf0ec81cc82d4b/desktop-src"
CODES = Source(
    "Microsoft, COM Error Codes (Security and Setup): symbols, codes and sentences of winerror.h",
    f"{_WIN32}/com/com-error-codes-4.md",
)
ALERTS = Source(
    "Microsoft, Schannel Error Codes for TLS and SSL Alerts",
    f"{_WIN32}/SecAuthN/schannel-error-codes-for-tls-and-ssl-alerts.md",
)
UNTRUSTED_ARTICLE = Source(
    "Microsoft, Error message when you connect to SQL Server (a CA that is not trusted; a self-generated certificate)",
    "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/4e56803f6aa0cadb340e5f557ea3558a1fa539ef/support/sql"
    "/database-engine/connect/error-message-when-you-connect.md",
)
COMMON_ALGORITHM = Source(
    "Microsoft, TLS 1.2 support for Microsoft SQL Server (known issues 3 and 5: 0x80090331)",
    "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/fef32b26dcc5df30570bd2162f5b1d967b95ca97/support/sql"
    "/database-engine/connect/tls-1-2-support-microsoft-sql-server.md",
)
INVALID_TOKEN = Source(
    "curl/curl issue 14683: SEC_E_INVALID_TOKEN, with some users of a server alone",
    "https://github.com/curl/curl/issues/14683",
)


@dataclass(frozen=True)
class Code:
    """One error of Windows: its number is unsigned, as winerror.h has it. `about`: empty for one that is said of any
    defect; `sentence`: empty for one that says nothing in particular, or that another code has as well.
    """

    symbol: str
    number: int
    sentence: str
    about: tuple[Condition, ...]
    phase: Phase = Phase.VERIFY
    source: Source = CODES
    basis: Basis = Basis.AUTHORITATIVE

    @property
    def hexadecimal(self) -> str:
        return f"0x{self.number:08X}"

    @property
    def signed(self) -> str:
        """As .NET and SqlException.Number have it."""
        return str(self.number - (1 << 32))

    @property
    def words(self) -> str:
        """The sentence as programs have it in common: .NET leaves the full stop out."""
        return self.sentence.rstrip(".")

    @property
    def rows(self) -> tuple[Says, ...]:
        codes: tuple[str | Does, ...] = (self.symbol, Prints(code=self.hexadecimal), Prints(code=self.signed))
        # The page about alerts has their codes, and not the sentences.
        sentences = CODES if self.source is ALERTS else self.source
        forms = ((codes, self.source), ((self.words,) if self.words else (), sentences))
        return tuple(
            row
            for texts, source in forms
            for row in (
                says_alike(self.about, self.phase, *texts, basis=self.basis, source=source)
                if self.about
                else says(ANY, self.phase, *texts, basis=self.basis, source=source)
            )
        )


_DATES = (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER, EXPIRED_ROOT)
_USES = (NOT_FOR_SERVERS, KEY_USAGE, ISSUER_NOT_FOR_SERVERS)

CODES_OF_SSPI: tuple[Code, ...] = (
    Code(
        "SEC_E_UNTRUSTED_ROOT",
        0x80090325,
        "The certificate chain was issued by an authority that is not trusted.",
        (UNTRUSTED, SELF_SIGNED),
        source=UNTRUSTED_ARTICLE,
    ),
    Code(
        "SEC_E_WRONG_PRINCIPAL",
        0x80090322,
        "The target principal name is incorrect.",
        (NAME_MISMATCH,),
        Phase.NAME,
    ),
    Code("SEC_E_CERT_EXPIRED", 0x80090328, "The received certificate has expired.", (EXPIRED, EXPIRED_ISSUER)),
    Code("SEC_E_CERT_UNKNOWN", 0x80090327, "An unknown error occurred while processing the certificate.", ()),
    Code("SEC_E_CERT_WRONG_USAGE", 0x80090349, "The certificate is not valid for the requested usage.", _USES),
    Code(
        "SEC_E_ALGORITHM_MISMATCH",
        0x80090331,
        "The client and server cannot communicate, because they do not possess a common algorithm.",
        (NO_COMMON_VERSION, NO_COMMON_CIPHER),
        Phase.HANDSHAKE,
        COMMON_ALGORITHM,
    ),
    Code(
        "SEC_E_UNSUPPORTED_FUNCTION",
        0x80090302,
        "The function requested is not supported",
        (NO_COMMON_VERSION,),
        Phase.HANDSHAKE,
        ALERTS,
    ),
    Code(
        "SEC_E_ILLEGAL_MESSAGE",
        0x80090326,
        "The message received was unexpected or badly formatted.",
        (NO_COMMON_CIPHER, CLIENT_CERTIFICATE_MISSING, BROKEN_PROTOCOL),
        Phase.HANDSHAKE,
        ALERTS,
    ),
    Code(
        "SEC_E_MESSAGE_ALTERED",
        0x8009030F,
        "The message or signature supplied for verification has been altered",
        (BROKEN_PROTOCOL,),
        Phase.HANDSHAKE,
        ALERTS,
    ),
    Code(
        "SEC_E_DECRYPT_FAILURE",
        0x80090330,
        "The specified data could not be decrypted.",
        (BROKEN_PROTOCOL, WRONG_HANDSHAKE_SIGNATURE),
        Phase.HANDSHAKE,
        ALERTS,
    ),
    Code("SEC_E_LOGON_DENIED", 0x8009030C, "", (CLIENT_CERTIFICATE_REFUSED,), Phase.HANDSHAKE, ALERTS),
    Code(
        "SEC_E_APPLICATION_PROTOCOL_MISMATCH",
        0x80090367,
        "",
        (NO_COMMON_APPLICATION,),
        Phase.HANDSHAKE,
        ALERTS,
    ),
    Code(
        "SEC_E_INVALID_TOKEN",
        0x80090308,
        "The token supplied to the function is invalid",
        (),
        Phase.HANDSHAKE,
        INVALID_TOKEN,
        Basis.REPORTED,
    ),
    Code(
        "SEC_E_INCOMPLETE_CREDENTIALS",
        0x80090320,
        "The credentials supplied were not complete, and could not be verified.",
        (CLIENT_CERTIFICATE_MISSING,),
        Phase.HANDSHAKE,
    ),
    Code(
        "SEC_E_UNKNOWN_CREDENTIALS",
        0x8009030D,
        "The credentials supplied to the package were not recognized",
        (KEY_UNREADABLE,),
        Phase.HANDSHAKE,
    ),
    Code(
        "SEC_E_NO_CREDENTIALS",
        0x8009030E,
        "No credentials are available in the security package",
        (KEY_UNREADABLE, CLIENT_CERTIFICATE_MISSING),
        Phase.HANDSHAKE,
    ),
)
"""What SSPI gives back from a handshake."""

CODES_OF_CHAINS: tuple[Code, ...] = (
    Code(
        "CERT_E_EXPIRED",
        0x800B0101,
        "A required certificate is not within its validity period when verifying against the current system clock or "
        "the timestamp in the signed file.",
        _DATES,
    ),
    Code(
        "CERT_E_ROLE",
        0x800B0103,
        "A certificate that can only be used as an end-entity is being used as a CA or visa versa.",
        (NOT_A_CA,),
    ),
    Code(
        "CERT_E_PATHLENCONST",
        0x800B0104,
        "A path length constraint in the certification chain has been violated.",
        (PATH_TOO_LONG,),
    ),
    Code(
        "CERT_E_CRITICAL",
        0x800B0105,
        "A certificate contains an unknown extension that is marked 'critical'.",
        (CRITICAL_EXTENSION,),
    ),
    Code(
        "CERT_E_PURPOSE",
        0x800B0106,
        "A certificate being used for a purpose other than the ones specified by its CA.",
        (ISSUER_NOT_FOR_SERVERS, NOT_FOR_SERVERS),
    ),
    Code(
        "CERT_E_ISSUERCHAINING",
        0x800B0107,
        "A parent of a given certificate in fact did not issue that child certificate.",
        (FORGED,),
    ),
    Code(
        "CERT_E_MALFORMED",
        0x800B0108,
        "A certificate is missing or has an empty value for an important field, such as a subject or issuer name.",
        (MALFORMED,),
    ),
    Code(
        "CERT_E_UNTRUSTEDROOT",
        0x800B0109,
        "A certificate chain processed, but terminated in a root certificate which is not trusted by the trust "
        "provider.",
        (UNTRUSTED, SELF_SIGNED),
    ),
    Code(
        "CERT_E_CHAINING",
        0x800B010A,
        "A certificate chain could not be built to a trusted root authority.",
        (INCOMPLETE, UNTRUSTED),
    ),
    Code("TRUST_E_FAIL", 0x800B010B, "", ()),
    Code("CERT_E_REVOKED", 0x800B010C, "A certificate was explicitly revoked by its issuer.", (REVOKED,)),
    Code(
        "CERT_E_UNTRUSTEDTESTROOT",
        0x800B010D,
        "The certification path terminates with the test root which is not trusted with the current policy settings.",
        (UNTRUSTED,),
    ),
    Code(
        "CERT_E_REVOCATION_FAILURE",
        0x800B010E,
        "The revocation process could not continue - the certificate(s) could not be checked.",
        (REVOCATION_UNKNOWN,),
    ),
    Code(
        "CERT_E_CN_NO_MATCH",
        0x800B010F,
        "The certificate's CN name does not match the passed value.",
        (NAME_MISMATCH,),
        Phase.NAME,
    ),
    Code("CERT_E_WRONG_USAGE", 0x800B0110, "", _USES),
    Code(
        "TRUST_E_EXPLICIT_DISTRUST",
        0x800B0111,
        "The certificate was explicitly marked as untrusted by the user.",
        (DISTRUSTED,),
    ),
    Code(
        "CERT_E_UNTRUSTEDCA",
        0x800B0112,
        "A certification chain processed correctly, but one of the CA certificates is not trusted by the policy "
        "provider.",
        (UNTRUSTED, DISTRUSTED),
    ),
    Code("CERT_E_INVALID_POLICY", 0x800B0113, "The certificate has invalid policy.", (POLICY_NOT_MET,)),
    Code(
        "CERT_E_INVALID_NAME",
        0x800B0114,
        "The certificate has an invalid name. The name is not included in the permitted list or is explicitly "
        "excluded.",
        (NAME_NOT_PERMITTED,),
    ),
    Code("TRUST_E_CERT_SIGNATURE", 0x80096004, "The signature of the certificate cannot be verified.", (FORGED,)),
    Code(
        "TRUST_E_BASIC_CONSTRAINTS",
        0x80096019,
        "A certificate's basic constraint extension has not been observed.",
        (NOT_A_CA, PATH_TOO_LONG),
    ),
    Code("CRYPT_E_SELF_SIGNED", 0x80092007, "The specified certificate is self signed.", (SELF_SIGNED,)),
    Code("CRYPT_E_REVOKED", 0x80092010, "The certificate is revoked.", (REVOKED,)),
    Code(
        "CRYPT_E_NO_REVOCATION_DLL",
        0x80092011,
        "No Dll or exported function was found to verify revocation.",
        (REVOCATION_UNKNOWN,),
    ),
    Code(
        "CRYPT_E_NO_REVOCATION_CHECK",
        0x80092012,
        "The revocation function was unable to check revocation for the certificate.",
        (REVOCATION_UNKNOWN,),
    ),
    Code(
        "CRYPT_E_REVOCATION_OFFLINE",
        0x80092013,
        "The revocation function was unable to check revocation because the revocation server was offline.",
        (REVOCATION_UNKNOWN,),
    ),
    Code(
        "CRYPT_E_NOT_IN_REVOCATION_DATABASE",
        0x80092014,
        "The certificate is not in the revocation server's database.",
        (REVOCATION_UNKNOWN,),
    ),
    Code("NTE_BAD_KEYSET", 0x80090016, "Keyset does not exist", (KEY_UNREADABLE,), Phase.HANDSHAKE),
)
"""What CryptoAPI says of a chain, and of a key."""

GERMAN_CHAIN = Source(
    "fisharebest/webtrees issue 5246: SEC_E_UNTRUSTED_ROOT on a German Windows",
    "https://github.com/fisharebest/webtrees/issues/5246",
)
GERMAN_NAME = Source(
    "dotnet/SqlClient issue 1621: SEC_E_WRONG_PRINCIPAL on a German Windows",
    "https://github.com/dotnet/SqlClient/issues/1621",
)
_TRANSLATED: tuple[Says, ...] = (
    *says_alike(
        (UNTRUSTED, SELF_SIGNED),
        Phase.VERIFY,
        "Die Zertifikatkette wurde von einer nicht vertrauenswürdigen Zertifizierungsstelle ausgestellt",
        basis=Basis.REPORTED,
        source=GERMAN_CHAIN,
    ),
    *says([NAME_MISMATCH], Phase.NAME, "Der Zielprinzipalname ist falsch", basis=Basis.REPORTED, source=GERMAN_NAME),
)
"""Sentences that people posted without a number."""

ALL_CODES = (*CODES_OF_SSPI, *CODES_OF_CHAINS)


def rows_of(codes: Iterable[Code]) -> tuple[Says, ...]:
    """The rows of these codes, one for each condition and each of the four forms in which people see a code."""
    return tuple(row for code in codes for row in code.rows)


LIBRARY = Library("schannel", (*rows_of(ALL_CODES), *_TRANSLATED), vocabulary=True)
