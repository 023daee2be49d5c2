"""Qt's errors of a certificate in other languages: those that Nextcloud's client and other programs show with it."""

from tlslab.model.conditions import (
    EXPIRED,
    EXPIRED_ISSUER,
    EXPIRED_ROOT,
    INCOMPLETE,
    ISSUER_NOT_YET_VALID,
    NAME_MISMATCH,
    NOT_YET_VALID,
    ROOT_SENT,
    SELF_SIGNED,
    UNTRUSTED,
)
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says, says_alike

TRANSLATIONS = Source(
    "Qt, qttranslations, translations/qtbase_*.ts, QSslSocket",
    "https://github.com/qt/qttranslations/blob/15290eb44fa00366cb7c7b6f44223886f38b627b/translations/qtbase_de.ts",
)
"""Czech, German, Spanish, French, Italian, Japanese, Korean, Dutch, Polish, Portuguese, Russian, Turkish, Chinese."""

_EXPIRED = (
    "Platnost osvědčení uplynula",
    "Die Gültigkeit des Zertifikats ist abgelaufen",
    "El certificado ha caducado",
    "Le certificat a expiré",
    "Il certificato è scaduto",
    "証明書の有効期限が切れています",
    "인증서가 만료됨",
    "Het certificaat is verlopen",
    "Certyfikat utracił ważność",
    "O certificado expirou",
    "Срок действия сертификата истёк",
    "Sertifikanın süresi doldu",
    "证书已过期",
    "憑證過期",
)
_EARLY = (
    "Osvědčení ještě není platné",
    "Das Zertifikat ist noch nicht gültig",
    "El certificado no es todavía válido",
    "Le certificat n'est pas encore valide",
    "Il certificato non è ancora valido",
    "証明書が有効ではありません",
    "인증서가 아직 유효하지 않음",
    "Het certificaat is nog niet geldig",
    "Certyfikat nie jest jeszcze ważny",
    "O certificado ainda não é válido",
    "Срок действия сертификата ещё не наступил",
    "Sertifika henüz geçerli değil",
    "证书尚未生效",
    "憑證無效",
)
_SELF = (
    "Osvědčení je podepsáno samo sebou, a proto není důvěryhodné",
    "Das Zertifikat ist selbstsigniert und daher nicht vertrauenswürdig",
    "El certificado está autofirmado, y es no confiable",
    "Le certificat est auto-signé et non approuvé",
    "Il certificato è auto-firmato e non affidabile",
    "この証明書は自己証明書であり、信頼されていません",
    "인증서가 자가 서명되었고 믿을 수 없음",
    "Het certificaat is zelf-ondertekend en niet vertrouwd",
    "Niewiarygodny certyfikat z podpisem własnym",
    "O certificado está auto-assinado e não é confiável",
    "Сертификат самоподписанный и не является заверенным",
    "Sertifika kendinden imzalı ve güvenilmez",
    "证书是自签名的，不受信任",
    "憑證是自己簽發且不受信任的",
)
_ROOTS = (
    "Kořenové osvědčení řetězce osvědčení je podepsáno samo sebou, a proto není důvěryhodné",
    "Das oberste Zertifikat der Kette ist selbstsigniert und daher nicht vertrauenswürdig",
    "El certificado raíz de la cadena de certificado está autofirmado, y no es confiable",
    "Le certificat racine de la chaîne de certificats est auto-signé et non approuvé",
    "Il certificato principale della catena di certificati è auto-firmato e non affidabile",
    "証明書チェインのルート証明書が自己証明書であり、信頼されていません",
    "인증서 체인의 루트 인증서가 자가 서명되었고 믿을 수 없음",
    "Het root-certificaat van de certificaatketting is zelf-ondertekend en niet vertrouwd",
    "Główny certyfikat łańcucha zaufania ma własny podpis i jest niewiarygodny",
    "O certificado raiz da cadeia de certificados é auto-assinado e não é confiável",
    "Корневой сертификат цепочки сертификатов самоподписанный и не является заверенным",
    "Sertifika zincirinin kök sertifikası kendinden imzalı ve güvenilmez",
    "证书链的根证书是自签名的，不可信",
    "該憑證鏈的根憑證為自己簽署且不受信任的",
)
_NO_ISSUER = (
    "Osvědčení od vydavatele se nepodařilo nalézt",
    "Das Zertifikat des Ausstellers konnte nicht gefunden werden",
    "El certificado del emisor no puede ser encontrado",
    "Le certificat de l'émetteur est introuvable",
    "Il certificato dell'emittente non è stato trovato",
    "発行者証明書が見つけられませんでした",
    "발급자 인증서를 찾을 수 없음",
    "Het certificaat van de uitgever is niet gevonden",
    "Nie można odnaleźć wydawcy certyfikatu",
    "Não foi possível encontrar o certificado do emissor",
    "Не удалось найти сертификат издателя",
    "Yayıncı sertifika bulunamadı",
    "无法找到颁发者证书",
    "找不到發行者憑證",
)
_NO_LOCAL_ISSUER = (
    "Osvědčení od vydavatele místně nalezeného osvědčení se nepodařilo najít",
    "Das Zertifikat des Ausstellers eines lokal gefundenen Zertifikats konnte nicht gefunden werden",
    "El emisor del certificado de un certificado encontrado localmente no ha podido ser hallado",
    "Le certificat de l'émetteur d'un certificat converti localement est introuvable",
    "Il certificato dell'emittente di un certificato cercato localmente non può essere trovato",
    "ローカルで発見した証明書の発行者証明書が見つけられませんでした",
    "로컬에서 찾은 인증서의 발급자 인증서를 찾을 수 없음",
    "Het certificaat van de uitgever van een lokaal opgezocht certificaat kon niet worden gevonden",
    "Nie można odnaleźć certyfikatu wydawcy wyszukanego lokalnie certyfikatu",
    "Não foi possível encontrar o certificado do emissor de um certificado local",
    "Не удалось найти сертификат издателя локального сертификата",
    "Yerel olarak aranan bir sertifikanın yayıncı sertifikası bulunamadı",
    "无法找到本地查找证书的颁发者证书",
    "找不到本機找到憑證的發行者憑證",
)
_NONE = (
    "Žádný z osvědčení se nepodařilo ověřit",
    "Keines der Zertifikate konnte verifiziert werden",
    "Ningún certificado pudo ser verificado",
    "Aucun certificat n'a pu être vérifié",
    "Nessun certificato può essere verificato",
    "どの証明書も検証できませんでした",
    "아무 인증서도 검증할 수 없음",
    "Geen van de certificaten kon worden geverifieerd",
    "Nie można zweryfikować żadnych certyfikatów",
    "Nenhum certificado pôde ser verificado",
    "Не удалось проверить сертификаты",
    "Hiçbir sertifika doğrulanamadı",
    "无法验证任何证书",
    "沒有能驗證的憑證",
)
_NAMES = (
    ("Název hostitelského počítače neodpovídá žádnému z hostitelů platných pro toto osvědčení, kteří jsou na seznamu"),
    "Der Name des Hosts ist keiner aus der Liste der für dieses Zertifikat gültigen Hosts",
    "El nombre de equipo no coincidió con ninguno de los equipos válidos para este certificado",
    "Le nom d'hôte ne correspondait à aucun des hôtes valides pour ce certificat",
    "Il nome dell'host non coincide con nessuno degli host validi per questo certificato",
    "ホスト名がこの証明書のどの有効なホストとも一致しませんでした",
    "호스트 이름이 이 인증서에서 지정한 유효한 호스트 중 아무 것도 일치하지 않음",
    "De hostnaam was niet gelijk aan een van de geldige hosts voor dit certificaat",
    "Nazwa hosta nie odpowiadała żadnemu z poprawnych hostów dla tego certyfikatu",
    "O nome da máquina não correspondeu a nenhuma das máquinas válidas para este certificado",
    "Название узла не совпадает с допустимыми названиями узлов сертификата",
    "Ana bilgisayar adı, bu sertifika için geçerli ana bilgisayarlarla eşleşmedi",
    "主机名与此证书的任何有效主机不匹配",
    "此主機與此憑證的任一有效主機都不相符",
)

LIBRARY = Library(
    "qt-translated",
    (
        *(
            row
            for texts, about in (
                (_EXPIRED, (EXPIRED, EXPIRED_ISSUER, EXPIRED_ROOT)),
                (_EARLY, (NOT_YET_VALID, ISSUER_NOT_YET_VALID)),
                (_SELF, (SELF_SIGNED,)),
                (_ROOTS, (UNTRUSTED, ROOT_SENT)),
                (_NO_ISSUER, (UNTRUSTED, INCOMPLETE)),
                (_NO_LOCAL_ISSUER, (UNTRUSTED, INCOMPLETE)),
                (_NONE, (INCOMPLETE, UNTRUSTED)),
            )
            for row in says_alike(about, Phase.VERIFY, *texts, basis=Basis.AUTHORITATIVE, source=TRANSLATIONS)
        ),
        *says([NAME_MISMATCH], Phase.NAME, *_NAMES, basis=Basis.AUTHORITATIVE, source=TRANSLATIONS),
    ),
    vocabulary=True,
)
