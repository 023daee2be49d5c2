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
