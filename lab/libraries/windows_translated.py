"""What Windows says of a failed handshake in other languages: programs on a translated Windows show its words.

The sentences of SQL Server's connections stand in the translations of Microsoft's documentation, as they are printed in
public posts and sources otherwise.
"""

from collections.abc import Iterator

from tlslab.model.condition import Condition
from tlslab.model.conditions import (
    ENDS_EARLY,
    NAME_MISMATCH,
    NO_COMMON_CIPHER,
    NO_COMMON_VERSION,
    REVOCATION_UNKNOWN,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Says, stands_for

_ERRORS = "docs/linux/sql-server-linux-encrypted-connections.md"
_KB = "troubleshoot/sql/database-engine/connect/error-message-when-you-connect"


def _documented(repository: str, commit: str) -> Source:
    whose = "Microsoft" if repository.startswith("MicrosoftDocs/") else "a copy of Microsoft's translation"
    return Source(
        f"{whose}, {repository}: common connection errors of SQL Server on Linux",
        f"https://github.com/{repository}/blob/{commit}/{_ERRORS}",
    )


def _knowledge_base(language: str) -> Source:
    return Source(
        f"Microsoft, Troubleshoot SQL Server, KB 2007728 ({language})", f"https://learn.microsoft.com/{language}/{_KB}"
    )


DE = _documented("MicrosoftDocs/sql-docs.de-de", "62e585e7043a9ab79158755f6945a63724883bf6")
ES = _documented("MicrosoftDocs/sql-docs.es-es", "f9836d38d94d94e3b9ff864b8a2213b5db5bd260")
FR = _documented("MicrosoftDocs/sql-docs.fr-fr", "63dc6c2593250112c656bdedfdb8f28be94f813c")
IT = _documented("zelanko/sql-docs.it-it", "24fa32b8072b1d381ef61a6cf465f75204490d14")
JA = _documented("zelanko/sql-docs.ja-jp", "3e13c026eda709b45685308e11fb4f9a80048c73")
KO = _documented("zelanko/sql-docs.ko-kr", "3db0b671ce3621978aae1e80a3af18dc93077bd9")
PT = _documented("zelanko/sql-docs.pt-br", "b9f4c97a63ff665472c6d50bc71f0d17c6386ff9")
RU = _documented("zelanko/sql-docs.ru-ru", "165cad4330045e6db9b1ab2cb5400b5e570cf37c")
ZH_TW = _documented("zelanko/sql-docs.zh-tw", "e743d8030e25692f62ef680b55ca03e10cb1fdd2")
ZH = _documented("yy28/sql-docs.zh-cn", "4014567721276f585f578cf8c0fe6fc83c5dbd70")
_EVENT_GRID = "articles/event-grid/edge/troubleshoot.md"
PL = Source(
    "Microsoft, azure-docs.pl-pl: the same error of Event Grid",
    f"https://github.com/Microsoft/azure-docs.pl-pl/blob/682ba3d1666084dc338210f2ceae2226aba7fc7a/{_EVENT_GRID}",
)
KO_TOO = Source(
    "a copy of Microsoft's translation, azure-docs.ko-kr: the same error of Event Grid",
    f"https://github.com/zoonoo/azure-docs.ko-kr/blob/05ad78f425b89265c046758850c0d2703a66c784/{_EVENT_GRID}",
)
PT_TOO = Source(
    "Microsoft, azure-docs.pt-pt: the same error of Event Grid",
    f"https://github.com/Microsoft/azure-docs.pt-pt/blob/49e459748e792b2dbe74f3d64afe06057ac55d0d/{_EVENT_GRID}",
)
JA_KB, FR_KB, TR_KB = map(_knowledge_base, ("ja-jp", "fr-fr", "tr-tr"))
CURL_ZH_ROOT = Source("curl/curl issue 568 (Chinese)", "https://github.com/curl/curl/issues/568")
CURL_ZH = Source("curl/curl issue 12239 (Chinese)", "https://github.com/curl/curl/issues/12239")
DESKTOP_FR = Source("desktop/desktop issue 6850 (French)", "https://github.com/desktop/desktop/issues/6850")
DESKTOP_PL = Source("desktop/desktop issue 9811 (Polish)", "https://github.com/desktop/desktop/issues/9811")
MMDMATIC = Source("errno-mmd/mmdmatic issue 1 (Japanese)", "https://github.com/errno-mmd/mmdmatic/issues/1")
SERILOG = Source(
    "serilog-sinks-mssqlserver issue 368 (translated back into English)",
    "https://github.com/serilog-mssql/serilog-sinks-mssqlserver/issues/368",
)
LODA = Source("loda-lang/loda-cpp issue 178 (German)", "https://github.com/loda-lang/loda-cpp/issues/178")

_UNTRUSTED = (UNTRUSTED, SELF_SIGNED)
_CLOSED = (NO_COMMON_VERSION, NO_COMMON_CIPHER, ENDS_EARLY)
_SENTENCES: tuple[tuple[Source, dict[str, tuple[Condition, ...]]], ...] = (
    (
        DE,
        {
            "Zertifikatkette wurde von einer nicht vertrauenswürdigen Zertifizierungsstelle ausgestellt": _UNTRUSTED,
            "Der Zielprinzipalname ist falsch": (NAME_MISMATCH,),
            "Eine vorhandene Verbindung wurde vom Remotehost geschlossen": _CLOSED,
        },
    ),
    (
        ES,
        {
            "La cadena de certificado fue emitida por una entidad que no es de confianza": _UNTRUSTED,
            "El nombre principal de destino es incorrecto": (NAME_MISMATCH,),
        },
    ),
    (
        FR,
        {
            "La chaîne de certificats a été émise par une autorité qui n'est pas approuvée": _UNTRUSTED,
            "Le principal nom cible est incorrect": (NAME_MISMATCH,),
            "une connexion existante a dû être fermée par l'hôte distant": _CLOSED,
        },
    ),
    (
        IT,
        {
            "Il nome dell'entità di destinazione non è corretto": (NAME_MISMATCH,),
            "Connessione in corso interrotta forzatamente dall'host remoto": _CLOSED,
        },
    ),
    (
        JA,
        {
            "証明書チェーンが信頼されていない証明機関によって発行されました": _UNTRUSTED,
            "対象のプリンシパル名が正しくありません": (NAME_MISMATCH,),
            "既存の接続はリモート ホストに強制的に切断されました": _CLOSED,
        },
    ),
    (
        KO,
        {
            "대상 사용자 이름이 올바르지 않습니다": (NAME_MISMATCH,),
            "현재 연결은 원격 호스트에 의해 강제로 끊겼습니다": _CLOSED,
        },
    ),
    (KO_TOO, {"기관에서 인증서 체인을 발급했습니다": _UNTRUSTED}),
    (PL, {"certyfikatów został wystawiony przez urząd, który nie jest zaufany": _UNTRUSTED}),
    (PT_TOO, {"foi emitida por uma autoridade que não é de confiança": _UNTRUSTED}),
    (PT, {"O nome da entidade de destino está incorreto": (NAME_MISMATCH,)}),
    (
        RU,
        {
            "Цепочка сертификатов не была выпущена доверенным центром сертификации": _UNTRUSTED,
            "Неправильное имя целевого субъекта": (NAME_MISMATCH,),
        },
    ),
    (ZH, {"目标主体名称不正确": (NAME_MISMATCH,)}),
    (CURL_ZH_ROOT, {"证书链是由不受信任的颁发机构颁发的": _UNTRUSTED}),
    (
        ZH_TW,
        {
            "此憑證鏈結是由不受信任的授權單位發出的": _UNTRUSTED,
            "遠端主機已強制關閉一個現有連線": _CLOSED,
        },
    ),
    (JA_KB, {"信頼されていない機関によって証明書チェーンが発行されました": _UNTRUSTED}),
    (FR_KB, {"La chaîne de certificats a été fournie par une autorité qui n'est pas approuvée": _UNTRUSTED}),
    (TR_KB, {"Sertifika zinciri, güvenilir olmayan bir yetkili tarafından verildi": _UNTRUSTED}),
    (
        CURL_ZH,
        {"由于吊销服务器已脱机，吊销功能无法检查吊销": (REVOCATION_UNKNOWN,)},
    ),
    (
        DESKTOP_FR,
        {"La fonction de révocation n'a pas pu vérifier la révocation": (REVOCATION_UNKNOWN,)},
    ),
    (DESKTOP_PL, {"Funkcja odwołania nie może sprawdzić odwołania": (REVOCATION_UNKNOWN,)}),
    (MMDMATIC, {"失効の関数は証明書の失効を確認できませんでした": (REVOCATION_UNKNOWN,)}),
    (SERILOG, {"certificate chain was provided by an authority that is not trusted": _UNTRUSTED}),
    (LODA, {"Die Sperrfunktion konnte keine Sperrprüfung": (REVOCATION_UNKNOWN,)}),
)


def _said() -> Iterator[Says]:
    for source, sentences in _SENTENCES:
        for text, causes in sentences.items():
            phase = Phase.NAME if NAME_MISMATCH in causes else Phase.CLOSED if ENDS_EARLY in causes else Phase.VERIFY
            yield from stands_for({text: causes}, phase, basis=Basis.REPORTED, source=source)


LIBRARY = Library("windows-translated", tuple(_said()), vocabulary=True)
