"""What Microsoft's JDBC driver says in other languages, from its translated resources: that of Java's locale."""

from tlslab.model.conditions import DEMANDS_ENCRYPTION, NAME_MISMATCH, NO_ENCRYPTION
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says

RESOURCES = Source(
    "mssql-jdbc 13.6.2, SQLServerResource_de, _es, _fr, _it, _ja, _ko, _pt_BR, _ru, _zh_CN and _zh_TW in its jar on "
    "Maven Central: R_sslRequiredNoServerSupport, R_sslRequiredByServer, R_certNameFailed",
    "https://central.sonatype.com/artifact/com.microsoft.sqlserver/mssql-jdbc/13.6.2.jre11",
)

_NO_ENCRYPTION = (
    (
        "Von der Anwendung wurde eine Verschlüsselung angefordert, aber der Server ist für die Unterstützung "
        "von SSL nicht konfiguriert"
    ),
    "La aplicación solicitó un cifrado, pero el servidor no admite el cifrado SSL",
    "L'application exigeait un chiffrement, mais le serveur n'est pas configuré pour prendre en charge SSL",
    "La crittografia è richiesta dall'applicazione, ma il server non è configurato per il supporto di SSL",
    "アプリケーションが暗号化を要求しましたが、サーバーが SSL をサポートするように構成されていませんでした",
    "애플리케이션에서 암호화를 요청했지만 서버가 SSL을 지원하도록 구성되지 않았습니다",
    "O aplicativo solicitou a criptografia, mas o servidor não está configurado para dar suporte a SSL",
    "Приложение запросило шифрование, но сервер не настроен для поддержки SSL",
    "应用程序要求加密，但服务器未配置为支持 SSL",
    "應用程式已要求加密但伺服器未設定成支援 SSL",
)
"""The second sentence of R_sslRequiredNoServerSupport."""
_DEMANDS_ENCRYPTION = (
    "Für die SQL Server-Anmeldung ist eine verschlüsselte Verbindung mit SSL (Secure Sockets Layer) erforderlich",
    "El inicio de sesión de SQL Server requiere una conexión cifrada que utilice la Capa de sockets seguros (SSL)",
    "La connexion SQL Server exige une connexion chiffrée qui utilise SSL (Secure Sockets Layer)",
    (
        "L'account di accesso di SQL Server richiede una connessione crittografata che utilizza SSL (Secure "
        "Sockets Layer)"
    ),
    "SQL Server ログインには、SSL (Secure Sockets Layer) を使用する暗号化接続が必要です",
    "SQL Server에 로그인하려면 SSL(Secure Sockets Layer)을 사용하는 암호화된 연결이 필요합니다",
    "O logon do SQL Server requer uma conexão criptografada que usa SSL",
    "Для имени входа SQL Server требуется зашифрованное соединение, использующее протокол SSL",
    "SQL Server 登录要求使用安全套接字层(SSL)进行加密连接",
    "SQL Server 登入需要使用安全通訊端層 (SSL) 的加密連接",
)
_NAME = (
    (
        'Fehler bei der Überprüfung des Servernamens "{*}" in einem Zertifikat während der SSL (Secure '
        "Sockets Layer)-Initialisierung"
    ),
    (
        'No se pudo validar el nombre del servidor "{*}" en un certificado durante la inicialización de SSL '
        "(Capa de sockets seguros)"
    ),
    (
        "Échec de la validation du nom de serveur « {*} » dans un certificat lors de l'initialisation SSL "
        "(Secure Sockets Layer)"
    ),
    (
        'Impossibile convalidare il nome del server "{*}" in un certificato durante l\'inizializzazione di '
        "Secure Sockets Layer (SSL)"
    ),
    'Secure Sockets Layer (SSL) の初期化中に証明書のサーバー名 "{*}" を検証できませんでした',
    'SSL(Secure Sockets Layer)을 초기화하는 동안 인증서의 서버 이름 "{*}"에 대해 유효성 검사를 수행하지 못했습니다',
    (
        'Falha ao validar o nome do servidor “{*}" em um certificado durante a inicialização do protocolo SSL'
        " (Secure Sockets Layer)"
    ),
    'Не удалось проверить имя сервера "{*}" в сертификате во время инициализации SSL',
    "在安全套接字层(SSL)初始化期间无法验证证书中的服务器名称“{*}”",
    '安全通訊端層 (SSL) 初始化期間無法驗證憑證中的伺服器名稱 "{*}',
)

LIBRARY = Library(
    "mssql-jdbc-translated",
    (
        *says([NO_ENCRYPTION], Phase.NO_TLS, *_NO_ENCRYPTION, basis=Basis.AUTHORITATIVE, source=RESOURCES),
        *says([DEMANDS_ENCRYPTION], Phase.NO_TLS, *_DEMANDS_ENCRYPTION, basis=Basis.AUTHORITATIVE, source=RESOURCES),
        *says([NAME_MISMATCH], Phase.NAME, *_NAME, basis=Basis.AUTHORITATIVE, source=RESOURCES),
    ),
    vocabulary=True,
)
