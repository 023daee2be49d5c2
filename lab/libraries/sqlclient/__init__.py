"""Microsoft.Data.SqlClient and System.Data.SqlClient, where they speak TDS themselves (the managed network layer: Linux
and macOS; Windows has a native one with other words), as one TLS library.

Some texts are .NET's (SslStream) and OpenSSL's; the driver decides what is looked at, and words or hides the reason.

What an attempt printed is one text: its exceptions, the outermost first, as `class: message`, joined by ` ---> ` as
Exception.ToString() joins them, without stacks. The code is SqlException.Number. The frames hold the outer exception,
the rows the inner ones; an exception without inner ones is a row of its own.
"""

from tlslab.libraries.sqlclient.certificates import CERTIFICATES
from tlslab.libraries.sqlclient.connections import CONNECTIONS
from tlslab.libraries.sqlclient.frames import FRAMES
from tlslab.model.library import Library

LIBRARY = Library("sqlclient", (*CERTIFICATES, *CONNECTIONS))

__all__ = ["FRAMES", "LIBRARY"]
