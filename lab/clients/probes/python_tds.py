"""Connects to SQL Server once with one driver, asks whether the session is encrypted, and leaves.

Standard input: {"driver": ..., "connection": {...}}. Standard output: one line of JSON
(lab/clients/answers.py). The text is what a user sees of the traceback without the places in the code: its last line,
and above it those of the errors that it was raised from. With {"driver": ...,
"version": true, "files": {...}} it prints the versions that the driver itself reports.
"""

import json
import sys
import traceback
from pathlib import Path

QUESTION = "SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID"
LOGIN_TIMEOUT = 10
# python-tds tries again until its timeout when the server drops the connection or nobody listens (pytds/utils.py,
# exponential_backoff); Microsoft's driver waits as long when nobody listens.
PYTDS_LOGIN_TIMEOUT = 5
SQL_HANDLE_ENV, SQL_HANDLE_DBC = 1, 2
SQL_ATTR_ODBC_VERSION, SQL_OV_ODBC3 = 200, 3
SQL_DRIVER_VER = 7


def connect_pyodbc(given):
    import pyodbc

    pyodbc.pooling = False
    return pyodbc.connect(given["connection_string"], timeout=LOGIN_TIMEOUT)


def connect_mssql_python(given):
    import mssql_python

    return mssql_python.connect(given["connection_string"], timeout=LOGIN_TIMEOUT)


def connect_mssql_rs(given):
    from mssql_py_core import PyCoreConnection

    return PyCoreConnection({"connect_timeout": LOGIN_TIMEOUT, **given})


def connect_pymssql(given):
    import pymssql

    return pymssql.connect(login_timeout=LOGIN_TIMEOUT, timeout=LOGIN_TIMEOUT, **given)


def connect_python_tds(given):
    import pytds

    return pytds.connect(login_timeout=PYTDS_LOGIN_TIMEOUT, timeout=LOGIN_TIMEOUT, **given)


CONNECT = {
    "pyodbc": connect_pyodbc,
    "mssql-python": connect_mssql_python,
    "mssql-rs": connect_mssql_rs,
    "pymssql": connect_pymssql,
    "python-tds": connect_python_tds,
}


def code_of(error):
    """SQLSTATE (pyodbc), DB-Library's number (pymssql), or nothing."""
    first = error.args[0] if error.args else ""
    if isinstance(first, tuple) and first:
        first = first[0]
    return str(first) if isinstance(first, int) or (isinstance(first, str) and len(first) == 5) else ""


def shown(error):
    """The error as Python prints it, with those that it was explicitly raised from, each without its stack."""
    own = "".join(traceback.format_exception_only(type(error), error)).strip()
    if error.__cause__ is None:
        return own
    # The words between two of them are Python's (traceback.TracebackException.format).
    between = "The above exception was the direct cause of the following exception:"
    return f"{shown(error.__cause__)}\n\n{between}\n\n{own}"


def attempt(driver, given):
    try:
        connection = CONNECT[driver](given)
        cursor = connection.cursor()
        cursor.execute(QUESTION)
        encrypted = cursor.fetchone()[0] == "TRUE"
        connection.close()
    except Exception as error:
        return {"connected": False, "text": shown(error), "code": code_of(error), "encrypted": None}
    return {"connected": True, "text": "", "code": "", "encrypted": encrypted}


def odbc_driver_version(path):
    """SQL_DRIVER_VER as the driver itself answers SQLGetInfo, without a connection and a driver manager."""
    import ctypes

    driver = ctypes.CDLL(path)
    environment, connection, length = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_short()
    driver.SQLAllocHandle(SQL_HANDLE_ENV, None, ctypes.byref(environment))
    driver.SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, ctypes.c_void_p(SQL_OV_ODBC3), 0)
    driver.SQLAllocHandle(SQL_HANDLE_DBC, environment, ctypes.byref(connection))
    buffer = ctypes.create_string_buffer(200)
    driver.SQLGetInfoW(connection, SQL_DRIVER_VER, buffer, len(buffer), ctypes.byref(length))
    return buffer.raw[: length.value].decode("utf-16le")


def library_version(names, function, *arguments):
    """The version that the first of these shared libraries reports of itself."""
    import ctypes

    for name in names:
        try:
            ask = getattr(ctypes.CDLL(name), function)
        except OSError:
            continue
        ask.restype = ctypes.c_char_p
        return ask(*arguments).decode()
    return ""


def versions(driver, files):
    found = {}
    if driver in ("pyodbc", "mssql-python"):
        # In the order in which Microsoft's driver looks for it.
        found["openssl"] = library_version(("libssl.so.3", "libssl.so.1.1"), "OpenSSL_version", 0)
    if "odbc_driver" in files:
        found["odbc_driver"] = odbc_driver_version(files["odbc_driver"])
    if driver == "pyodbc":
        import pyodbc

        found["pyodbc"] = pyodbc.version
        found["gnutls"] = library_version(("libgnutls.so.30",), "gnutls_check_version", None)
    elif driver == "mssql-python":
        import mssql_python

        found["mssql-python"] = mssql_python.__version__
    elif driver == "mssql-rs":
        from importlib.metadata import version

        found["mssql-python-rs"] = version("mssql-python-rs")
        found["openssl"] = library_version(("libssl.so.3",), "OpenSSL_version", 0)
    elif driver == "pymssql":
        import pymssql

        found["pymssql"] = pymssql.__version__
        found["freetds"] = pymssql.get_dbversion()
        found["openssl"] = library_version(loaded("libcrypto"), "OpenSSL_version", 0)
    elif driver == "python-tds":
        from importlib.metadata import version

        import OpenSSL
        from OpenSSL import SSL

        found["python-tds"] = version("python-tds")
        found["pyopenssl"] = OpenSSL.__version__
        found["openssl"] = SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode()
    return found


def loaded(name):
    """The paths of the loaded shared libraries of that name."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    return sorted({line.split()[-1] for line in maps if f"/{name}" in line})


def main():
    given = json.load(sys.stdin)
    if given.get("version"):
        print(json.dumps(versions(given["driver"], given["files"])))
    else:
        print(json.dumps(attempt(given["driver"], given["connection"])), flush=True)


if __name__ == "__main__":
    main()
