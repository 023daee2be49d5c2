"""The frames of SqlClient in other languages, from its translated resources (Strings.*.resx). Pure data."""

PRELOGIN: tuple[str, ...] = (
    (
        "Úspěšně bylo vytvořeno připojení k serveru. Potom však došlo k chybě při vyjednávání metodou handshake "
        "před přihlašováním"
    ),
    (
        "Es konnte eine Verbindung mit dem Server hergestellt werden, doch während des Handshakes vor der Anmeldung "
        "trat ein Fehler auf"
    ),
    (
        "Se ha establecido la conexión con el servidor correctamente, pero se ha producido un error durante el "
        "inicio de sesión previo del protocolo de enlace"
    ),
    (
        "Une connexion a été établie avec le serveur, mais une erreur s'est ensuite produite pendant la négociation "
        "préalable à l'ouverture de session"
    ),
    (
        "La connessione con il server è stata stabilita correttamente, ma poi si è verificato un errore durante "
        "l'handshake pre-login"
    ),
    "サーバーとの接続を正常に確立しましたが、ログイン前のハンドシェイク中にエラーが発生しました",
    "서버에 연결했지만 사전 로그인 핸드셰이크 중에 오류가 발생했습니다",
    "Połączenie z serwerem zostało pomyślnie ustanowione, ale wystąpił błąd podczas uzgadniania przed logowaniem",
    "Uma conexão com o servidor foi estabelecida com êxito, mas ocorreu um erro durante o handshake de pré-logon",
    (
        "Подключение к серверу успешно установлено, но затем произошла ошибка в процессе подтверждения, "
        "предшествующего входу"
    ),
    (
        "Sunucuyla başarılı bir şekilde bağlantı kuruldu, ancak sonra oturum açma öncesi el sıkışması sırasında "
        "hata oluştu"
    ),
    "已成功与服务器建立连接，但是在登录前的握手期间发生错误",
    "與伺服器的連接已成功建立，但在登入前的信號交換時發生錯誤",
)
"""Snix_PreLogin: Czech, German, Spanish, French, Italian, Japanese, Korean, Polish, Portuguese, Russian, Turkish,
Chinese.
"""
LOGIN: tuple[str, ...] = (
    "Úspěšně bylo vytvořeno připojení k serveru. Potom však došlo k chybě během přihlašování",
    (
        "Es konnte eine Verbindung mit dem Server hergestellt werden, doch während des Anmeldevorgangs trat ein "
        "Fehler auf"
    ),
    (
        "La conexión con el servidor se ha establecido correctamente, pero se ha producido un error durante el "
        "proceso de inicio de sesión"
    ),
    (
        "Une connexion a été établie avec le serveur, mais une erreur s'est ensuite produite pendant le processus "
        "d'ouverture de session"
    ),
    (
        "La connessione con il server è stata stabilita correttamente, ma poi si è verificato un errore durante la "
        "procedura di login"
    ),
    "サーバーとの接続を正常に確立しましたが、ログイン中にエラーが発生しました",
    "서버에 연결했지만 로그인하는 동안 오류가 발생했습니다",
    "Połączenie z serwerem zostało pomyślnie ustanowione, ale wystąpił błąd podczas procesu logowania",
    "Uma conexão com o servidor foi estabelecida com êxito, mas ocorreu um erro durante o processo de logon",
    "Подключение к серверу успешно установлено, но затем произошла ошибка при входе",
    "Sunucuyla başarılı bir şekilde bağlantı kuruldu, ancak sonra oturum açma işlemi sırasında hata oluştu",
    "已成功与服务器建立连接，但是在登录过程中发生错误",
    "與伺服器的連接已成功建立，但在登入程序時發生錯誤",
)
"""Snix_Login: Czech, German, Spanish, French, Italian, Japanese, Korean, Polish, Portuguese, Russian, Turkish,
Chinese.
"""
UNREACHED: tuple[str, ...] = (
    "Při vytváření připojení k systému SQL Server došlo k chybě související se sítí nebo s instancí",
    "Netzwerkbezogener oder instanzspezifischer Fehler beim Herstellen einer Verbindung mit SQL Server",
    (
        "Error relacionado con la red o específico de la instancia mientras se establecía una conexión con el "
        "servidor SQL Server"
    ),
    (
        "Une erreur liée au réseau ou spécifique à l'instance s'est produite lors de l'établissement d'une "
        "connexion à SQL Server"
    ),
    (
        "Si è verificato un errore di rete o specifico dell'istanza mentre si cercava di stabilire una connessione "
        "con SQL Server"
    ),
    "SQL Server への接続を確立しているときにネットワーク関連またはインスタンス固有のエラーが発生しました",
    "SQL Server에 연결을 설정하는 중에 네트워크 관련 또는 인스턴스 관련 오류가 발생했습니다",
    "Wystąpił błąd związany z siecią lub wystąpieniem podczas nawiązywania połączenia z programem SQL Server",
    "Erro de rede ou específico à instância ao estabelecer conexão com o SQL Server",
    "При установлении соединения с SQL Server произошла ошибка, связанная с сетью или с определенным экземпляром",
    "SQL Server'a bağlantı kurulurken ağla ilgili veya örneğe özel bir hata oluştu",
    "在与 SQL Server 建立连接时出现与网络相关的或特定于实例的错误",
    "建立連接至 SQL Server 時，發生網路相關或執行個體特定的錯誤",
)
"""Snix_Connect: Czech, German, Spanish, French, Italian, Japanese, Korean, Polish, Portuguese, Russian, Turkish,
Chinese.
"""
UNREACHED_BY_JAVA: tuple[str, ...] = (
    "Fehler beim Herstellen der TCP/IP-Verbindung mit dem Host '{*}', Port {*}",
    "No se pudo realizar la conexión TCP/IP al host {*}, puerto {*}",
    "Échec de la connexion TCP/IP à l'hôte {*}, port {*}",
    "La connessione TCP/IP all'host {*}, porta {*} non è riuscita",
    "ホスト {*}、ポート {*} への TCP/IP 接続が失敗しました",
    "호스트 {*}, 포트 {*}에 대한 TCP/IP 연결에 실패했습니다",
    "Falha na conexão TCP/IP com o host {*}, porta {*}",
    "Не удалось установить соединение TCP/IP к серверу {*} по порту {*}",
    "通过端口 {*} 连接到主机 {*} 的 TCP/IP 连接失败",
    "連接到主機 {*} (連接埠 {*}) 的 TCP/IP 連接已經失敗",
)
"""R_tcpipConnectionFailed of Microsoft's JDBC driver: German, Spanish, French, Italian, Japanese, Korean, Portuguese,
Russian, Chinese.
"""
FAILED_IN_JAVA: tuple[str, ...] = (
    (
        "der Treiber konnte keine sichere Verbindung mit SQL Server herstellen, indem SSL-Verschlüsselung "
        "(Secure Sockets Layer) verwendet wird"
    ),
    (
        "el controlador no pudo establecer una conexión segura a SQL Server mediante el cifrado de Capa de "
        "sockets seguros (SSL)"
    ),
    (
        "le pilote n’a pas pu établir de connexion sécurisée à SQL Server à l’aide du chiffrement SSL (Secure"
        " Sockets Layer)"
    ),
    (
        "il driver non è riuscito a stabilire una connessione sicura a SQL Server tramite la crittografia "
        "Secure Sockets Layer (SSL)"
    ),
    (
        "ドライバーは Secure Sockets Layer (SSL) 暗号化を使用して "
        "SQL Server へのセキュリティで保護された接続を確立できませんでした"
    ),
    "드라이버가 SSL(Secure Sockets Layer) 암호화를 사용하여 SQL Server에 대한 보안 연결을 설정할 수 없습니다",
    "o driver não pôde estabelecer uma conexão segura com o SQL Server usando a criptografia do protocolo SSL (SSL)",
    "драйверу не удалось установить безопасное подключение к SQL Server с использованием SSL-шифрования",
    "驱动程序无法使用安全套接字层 (SSL) 加密与 SQL Server 建立安全连接",
    "驅動程式無法使用安全通訊端層 (SSL) 加密建立 SQL Server 的安全連線",
)
"""R_sslFailed of Microsoft's JDBC driver, behind the names of its properties: the same languages."""
