"""WinHTTP and WinINet of Windows: their error numbers, as such, as symbols and as HRESULTs (FACILITY_WIN32).

WinHTTP is what services, Windows Update and scripts (WinHttpRequest) use, WinINet what Internet Explorer used and older
installers use. The two share most numbers, but 12175 is WinHTTP's SECURE_FAILURE alone.
"""

from dataclasses import dataclass

from tlslab.libraries.sqlclient.conditions import UNKNOWN_HOST
from tlslab.model.beyond import KEY_UNREADABLE
from tlslab.model.client_certificates import CLIENT_CERTIFICATE_MISSING
from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    ENDS_EARLY,
    EXPIRED,
    EXPIRED_ISSUER,
    INCOMPLETE,
    KEY_USAGE,
    NAME_MISMATCH,
    NO_COMMON_VERSION,
    NOT_FOR_SERVERS,
    NOT_SERVING,
    NOT_YET_VALID,
    REVOCATION_UNKNOWN,
    REVOKED,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, Prints, Says, says, says_alike

_WIN32 = "https://github.com/MicrosoftDocs/win32/blob/47e64c189dcb1c1a42c221380ccf0ec81cc82d4b/desktop-src"
WINHTTP = Source("Microsoft, WinHTTP error messages", f"{_WIN32}/WinHttp/error-messages.md")
WININET = Source("Microsoft, WinINet error codes", f"{_WIN32}/WinInet/wininet-errors.md")

FACILITY_WIN32 = 0x80070000


@dataclass(frozen=True)
class Number:
    """One error; `about` is empty for one that is said of any defect."""

    number: int
    winhttp: str
    wininet: str
    about: tuple[Condition, ...]
    phase: Phase = Phase.VERIFY

    @property
    def rows(self) -> tuple[Says, ...]:
        found: tuple[Says, ...] = ()
        hresult = FACILITY_WIN32 | self.number
        numbers = (
            Prints(code=str(self.number)),
            Prints(code=f"0x{hresult:08X}"),
            Prints(code=str(hresult - (1 << 32))),
        )
        for symbol, source in ((self.winhttp, WINHTTP), (self.wininet, WININET)):
            if symbol:
                forms = (symbol, *(numbers if source is WINHTTP or not self.winhttp else ()))
                if self.about:
                    found += says_alike(self.about, self.phase, *forms, basis=Basis.AUTHORITATIVE, source=source)
                else:
                    found += says(ANY, self.phase, *forms, basis=Basis.AUTHORITATIVE, source=source)
        return found


NUMBERS: tuple[Number, ...] = (
    Number(12007, "ERROR_WINHTTP_NAME_NOT_RESOLVED", "", (UNKNOWN_HOST,), Phase.CONNECT),
    Number(12029, "ERROR_WINHTTP_CANNOT_CONNECT", "ERROR_INTERNET_CANNOT_CONNECT", (NOT_SERVING,), Phase.CONNECT),
    Number(12030, "ERROR_WINHTTP_CONNECTION_ERROR", "", (NO_COMMON_VERSION, ENDS_EARLY), Phase.CLOSED),
    Number(
        12037,
        "ERROR_WINHTTP_SECURE_CERT_DATE_INVALID",
        "ERROR_INTERNET_SEC_CERT_DATE_INVALID",
        (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER),
    ),
    Number(
        12038,
        "ERROR_WINHTTP_SECURE_CERT_CN_INVALID",
        "ERROR_INTERNET_SEC_CERT_CN_INVALID",
        (NAME_MISMATCH,),
        Phase.NAME,
    ),
    Number(
        12044,
        "ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED",
        "ERROR_INTERNET_CLIENT_AUTH_CERT_NEEDED",
        (CLIENT_CERTIFICATE_MISSING,),
        Phase.HANDSHAKE,
    ),
    Number(12045, "ERROR_WINHTTP_SECURE_INVALID_CA", "ERROR_INTERNET_INVALID_CA", (UNTRUSTED, SELF_SIGNED)),
    Number(12057, "ERROR_WINHTTP_SECURE_CERT_REV_FAILED", "ERROR_INTERNET_SEC_CERT_REV_FAILED", (REVOCATION_UNKNOWN,)),
    Number(12157, "ERROR_WINHTTP_SECURE_CHANNEL_ERROR", "ERROR_INTERNET_SECURITY_CHANNEL_ERROR", (), Phase.HANDSHAKE),
    Number(12169, "ERROR_WINHTTP_SECURE_INVALID_CERT", "ERROR_INTERNET_SEC_INVALID_CERT", ()),
    Number(12170, "ERROR_WINHTTP_SECURE_CERT_REVOKED", "ERROR_INTERNET_SEC_CERT_REVOKED", (REVOKED,)),
    Number(12175, "ERROR_WINHTTP_SECURE_FAILURE", "", ()),
    Number(12179, "ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE", "", (NOT_FOR_SERVERS, KEY_USAGE)),
)
WORDS = Source(
    "Microsoft, .NET, Interop.wininet_errors.cs: the HRESULTs of WinINet with the words of winerror.h",
    "https://github.com/dotnet/corefx/blob/b0dd6b14fc845058b768fc7052b46aab0c1da22c/src/Common/src/Interop/Windows"
    "/wininet/Interop.wininet_errors.cs",
)
FAILURE = Source("dotnet/runtime issue 33509: the words of 12175", "https://github.com/dotnet/runtime/issues/33509")

LIBRARY = Library(
    "winhttp",
    (
        *(row for number in NUMBERS for row in number.rows),
        *says(ANY, Phase.VERIFY, "ERROR_INTERNET_SEC_CERT_ERRORS", basis=Basis.AUTHORITATIVE, source=WININET),
        *says_alike(
            (KEY_UNREADABLE,),
            Phase.HANDSHAKE,
            "ERROR_WINHTTP_CLIENT_CERT_NO_ACCESS_PRIVATE_KEY",
            "ERROR_WINHTTP_CLIENT_CERT_NO_PRIVATE_KEY",
            basis=Basis.AUTHORITATIVE,
            source=WINHTTP,
        ),
        *(
            row
            for symbol, words, phase, about in (
                (
                    "WININET_E_SEC_CERT_DATE_INVALID",
                    "The date in the certificate is invalid or has expired",
                    Phase.VERIFY,
                    (EXPIRED, NOT_YET_VALID, EXPIRED_ISSUER),
                ),
                (
                    "WININET_E_SEC_CERT_CN_INVALID",
                    "The host name in the certificate is invalid or does not match",
                    Phase.NAME,
                    (NAME_MISMATCH,),
                ),
                (
                    "WININET_E_INVALID_CA",
                    "The certificate authority is invalid or incorrect",
                    Phase.VERIFY,
                    (UNTRUSTED, SELF_SIGNED, INCOMPLETE),
                ),
                (
                    "WININET_E_SEC_CERT_REV_FAILED",
                    "It was not possible to connect to the revocation server or a definitive response could not be",
                    Phase.VERIFY,
                    (REVOCATION_UNKNOWN,),
                ),
                (
                    "WININET_E_SEC_CERT_REVOKED",
                    "The supplied certificate has been revoked",
                    Phase.VERIFY,
                    (REVOKED,),
                ),
                (
                    "WININET_E_CLIENT_AUTH_CERT_NEEDED",
                    "A certificate is required to complete client authentication",
                    Phase.HANDSHAKE,
                    (CLIENT_CERTIFICATE_MISSING,),
                ),
            )
            for row in says_alike(about, phase, Prints(code=symbol), words, basis=Basis.AUTHORITATIVE, source=WORDS)
        ),
        *says(
            ANY,
            Phase.HANDSHAKE,
            "The supplied certificate is invalid",
            "The SSL certificate contains errors",
            basis=Basis.AUTHORITATIVE,
            source=WORDS,
        ),
        *says(ANY, Phase.HANDSHAKE, "A security error occurred", basis=Basis.REPORTED, source=FAILURE),
    ),
    vocabulary=True,
)
