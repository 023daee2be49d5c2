"""What SqlClient says in other languages, from its translated resources: the language is that of the thread."""

from collections.abc import Iterator

from tlslab.model.beyond import NO_TLS_LIBRARY
from tlslab.model.condition import Condition
from tlslab.model.conditions import NAME_MISMATCH, NO_ENCRYPTION, OTHER_PIN
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, Says, says

_RESOURCES = (
    "https://github.com/dotnet/SqlClient/blob/c16adb7a11674b66f9e9ca5e5a38e768ce8d5ff3/src/Microsoft.Data.SqlClient/src"
    "/Resources"
)
_LANGUAGES = ("cs", "de", "es", "fr", "it", "ja", "ko", "pl", "pt-BR", "ru", "tr", "zh-Hans", "zh-Hant")

_TEXTS: tuple[tuple[str, Condition, Phase, tuple[str, ...]], ...] = (
    (
        "SQL_EncryptionNotSupportedByServer",
        NO_ENCRYPTION,
        Phase.NO_TLS,
        (
            "Instance systému SQL Server, ke které jste se pokusili připojit, nepodporuje šifrování",
            "Die Instanz von SQL Server, mit der Sie sich verbinden möchten, unterstützt keine Verschlüsselung",
            "La instancia de SQL Server con la que intenta conectar no admite cifrado",
            (
                "L'instance de SQL Server à laquelle vous avez tenté de vous connecter ne prend pas en charge le "
                "cryptage"
            ),
            "L'istanza di SQL Server a cui si è tentato di connettersi non supporta la crittografia",
            "接続しようとした SQL Server インスタンスは暗号化をサポートしていません",
            "연결하려는 SQL Server 인스턴스에서 암호화를 지원하지 않습니다",
            "Wystąpienie programu SQL Server, z którym próbowano się połączyć, nie obsługuje szyfrowania",
            "A instância do SQL Server à qual você tentou se conectar não dá suporte para criptografia",
            "Экземпляр SQL Server, к которому устанавливалось подключение, не поддерживает шифрования",
            "Bağlanmaya çalıştığınız SQL Server örneği şifrelemeyi desteklemiyor",
            "您试图连接的 SQL Server 实例不支持加密",
            "您嘗試連接的 SQL Server 執行個體不支援加密",
        ),
    ),
    (
        "SQL_EncryptionNotSupportedByClient",
        NO_TLS_LIBRARY,
        Phase.NO_TLS,
        (
            (
                "Instance systému SQL Server, ke které jste se pokusili připojit, vyžaduje šifrování, ale tento "
                "počítač ho nepodporuje"
            ),
            (
                "Die Instanz von SQL Server, mit der Sie sich verbinden möchten, erfordert eine Verschlüsselung, "
                "die von diesem Computer jedoch nicht unterstützt wird"
            ),
            "La instancia de SQL Server con la que intenta conectar requiere cifrado, pero este equipo no lo admite",
            (
                "L'instance de SQL Server à laquelle vous avez tenté de vous connecter doit être cryptée, mais cet "
                "ordinateur ne prend pas en charge le cryptage"
            ),
            (
                "L'istanza di SQL Server a cui si è tentato di connettersi richiede la crittografia, ma questo "
                "computer non la supporta"
            ),
            (
                "接続しようとした SQL Server インスタンスでは暗号化が必要とされていますが、このコンピューターは暗号"
                "化をサポートしていません"
            ),
            "연결하려는 SQL Server 인스턴스에 암호화가 필요하지만 이 시스템에서 암호화를 지원하지 않습니다",
            (
                "Wystąpienie programu SQL Server, z którym próbowano się połączyć, wymaga szyfrowania, ale ten "
                "komputer go nie obsługuje"
            ),
            (
                "A instância do SQL Server à qual você tentou se conectar requer criptografia, porém não há suporte "
                "para isso neste computador"
            ),
            (
                "Экземпляр SQL Server, к которому устанавливалось подключение, требует шифрования, но оно не "
                "поддерживается этим компьютером"
            ),
            (
                "Bağlanmaya çalıştığınız SQL Server örneği şifreleme gerektiriyor, ancak bu makine şifrelemeyi "
                "desteklemiyor"
            ),
            "您试图连接的 SQL Server 实例要求加密，但是此计算机不支持",
            "您嘗試連接的 SQL Server 執行個體需要加密，但此電腦不支援",
        ),
    ),
    (
        "SQL_RemoteCertificateNameMismatch",
        NAME_MISMATCH,
        Phase.NAME,
        (
            (
                "Neshoda názvů certifikátů. Poskytnutá hodnota DataSource nebo HostNameInCertificate neodpovídá "
                "názvu v certifikátu"
            ),
            (
                'Die Zertifikatsnamen stimmen nicht überein. Der angegebene Name "DataSource" oder '
                '"HostNameInCertificate" stimmt nicht mit dem Namen im Zertifikat überein'
            ),
            (
                'El nombre del certificado no coincide. El elemento "DataSource" o "HostNameInCertificate" '
                "proporcionado no coincide con el nombre del certificado"
            ),
            (
                "Incompatibilité de nom de certificat. La valeur 'DataSource' ou 'HostNameInCertificate' fournie ne "
                "correspond pas au nom dans le certificat"
            ),
            (
                "Nome certificato non corrispondente. Il valore specificato per ''DataSource'' o "
                "''HostNameInCertificate'' non corrisponde al nome nel certificato"
            ),
            (
                "証明書名が一致しません。指定された 'DataSource' または 'HostNameInCertificate' "
                "が証明書内の名前と一致しません"
            ),
            (
                "인증서 이름이 일치하지 않습니다. 제공된 'DataSource' 또는 'HostNameInCertificate'가 인증서의 "
                "이름과 일치하지 않습니다"
            ),
            (
                "Niezgodność nazwy certyfikatu. Podane źródło danych (wartość „DataSource”) lub nazwa hosta w "
                "certyfikacie (wartość „HostNameInCertificate”) nie są zgodne z nazwą w certyfikacie"
            ),
            (
                "Incompatibilidade de nome do certificado. O 'DataSource' ou 'HostNameInCertificate' fornecido não "
                "corresponde ao nome no certificado"
            ),
            (
                'Несоответствие имени сертификата. Указанное имя "DataSource" или "HostNameInCertificate" не '
                "соответствует имени в сертификате"
            ),
            (
                "Sertifika adı uyumsuzluğu. Sağlanan 'DataSource' veya 'HostNameInCertificate', sertifikadaki adla "
                "eşleşmiyor"
            ),
            "证书名称不匹配。提供的“DataSource”或“HostNameInCertificate”与证书中的名称不匹配",
            "憑證名稱不相符。提供的 'DataSource' 或 'HostNameInCertificate' 與憑證中的名稱不相符",
        ),
    ),
    (
        "SQL_RemoteCertificateDoesNotMatchServerCertificate",
        OTHER_PIN,
        Phase.PIN,
        (
            "Certifikát poskytnutý serverem neodpovídá certifikátu poskytnutému možností ServerCertificate",
            (
                "Das vom Server bereitgestellte Zertifikat stimmt nicht mit dem Zertifikat überein, das über die "
                "ServerCertificate-Option bereitgestellt wurde"
            ),
            (
                "El certificado proporcionado por el servidor no coincide con el certificado proporcionado por la "
                "opción ServerCertificate"
            ),
            (
                "Le certificat fourni par le serveur ne correspond pas au certificat fourni par l’option "
                "ServerCertificate"
            ),
            "Il certificato fornito dal server non corrisponde al certificato fornito dall'opzione ServerCertificate",
            "サーバーによって提供された証明書が、ServerCertificate オプションで指定された証明書と一致しません",
            "서버에서 제공하는 인증서가 ServerCertificate 옵션에서 제공하는 인증서와 일치하지 않습니다",
            (
                "Certyfikat dostarczony przez serwer nie jest zgodny z certyfikatem dostarczonym przez opcję "
                "ServerCertificate"
            ),
            (
                "O certificado fornecido pelo servidor não corresponde ao certificado fornecido pela opção "
                "ServerCertificate"
            ),
            (
                "Сертификат, предоставленный сервером, не совпадает с сертификатом, указанным в параметре "
                "ServerCertificate"
            ),
            (
                "Sunucu tarafından sağlanan sertifika, ServerCertificate seçeneği tarafından sağlanan sertifikayla "
                "eşleşmiyor"
            ),
            "服务器提供的证书与 ServerCertificate 选项提供的证书不匹配",
            "伺服器提供的憑證不符合 ServerCertificate 選項所提供的憑證",
        ),
    ),
)
"""The name of the resource, what it means, and its text in each of the languages."""


def _said() -> Iterator[Says]:
    for name, condition, phase, texts in _TEXTS:
        for language, text in zip(_LANGUAGES, texts, strict=True):
            source = Source(
                f"dotnet/SqlClient, Strings.{language}.resx, {name}", f"{_RESOURCES}/Strings.{language}.resx"
            )
            yield from says([condition], phase, text, basis=Basis.AUTHORITATIVE, source=source)


LIBRARY = Library("sqlclient-translated", tuple(_said()), vocabulary=True)
