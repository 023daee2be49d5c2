"""Real clients against the live endpoint, each in a process of its own.

The drivers are those of the clients' environment and of the lab's npm packages, the programs those on PATH; what is
missing is skipped with the way to get it.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.minted import Shelf
from tests.servers.process import PASSWORD, Running, serving
from tlslab.setup import provision

ENCRYPTED = "SELECT encrypt_option FROM sys.dm_exec_connections WHERE session_id = @@SPID"

# What every driver does: connect, ask, use a parameter, take two errors, leave. The answers are printed as JSON.
DRIVER = """
import datetime, json, sys
kind, port, mode, ca, password, query = sys.argv[1:]
if kind in ("odbc18", "tdsodbc"):
    import pyodbc
    if kind == "odbc18":
        import glob, os, mssql_python_odbc
        directory = os.path.dirname(mssql_python_odbc.__file__) + "/libs/linux/debian_ubuntu/*/lib/"
        driver = glob.glob(directory + "libmsodbcsql*")[0]
        text = f"DRIVER={driver};SERVER=localhost,{port};UID=sa;PWD={password};Encrypt={mode}"
    else:
        text = f"DRIVER={ca};SERVER=localhost;PORT={port};TDS_Version=7.4;UID=sa;PWD={password};Encryption={mode}"
    connection = pyodbc.connect(text, timeout=10)
elif kind == "mssql_python":
    import mssql_python
    connection = mssql_python.connect(f"SERVER=localhost,{port};UID=sa;PWD={password};Encrypt={mode}")
elif kind == "pymssql":
    import pymssql
    connection = pymssql.connect("localhost", "sa", password, port=port, encryption=mode, login_timeout=10)
else:
    import pytds
    connection = pytds.connect(
        "localhost", port=int(port), user="sa", password=password, cafile=ca if mode == "yes" else None,
        validate_host=False, login_timeout=10,
    )
cursor = connection.cursor()
def ask(text, *parameters):
    try:
        cursor.execute(text, *parameters)
        return [list(row) for row in cursor.fetchall()]
    except Exception as e:
        return str(e)
mark = "%s" if kind in ("pymssql", "pytds") else "?"
answers = [
    ask("SELECT 1 AS n, 'a' AS s"),
    ask(query),
    ask(f"SELECT {mark} AS a, {mark} AS b", (5, "x\\u00e9")),
    [str(v) for v in ask(f"SELECT {mark}, {mark}", (datetime.datetime(2020, 1, 2, 3, 4, 5, 123000), "x" * 5000))[0]],
    ask("SELECT * FROM nowhere"),
    ask("EXEC nothing 1"),
]
connection.commit()
connection.close()
print(json.dumps(answers))
"""
TDSODBC = "/usr/lib/x86_64-linux-gnu/odbc/libtdsodbc.so"
NEEDS = {
    "odbc18": ("pyodbc", "mssql_python_odbc"),
    "tdsodbc": ("pyodbc",),
    "mssql_python": ("mssql_python",),
    "pymssql": ("pymssql",),
    "pytds": ("pytds", "OpenSSL"),
}


@pytest.fixture(scope="module")
def lab(shelf: Shelf) -> Iterator[Running]:
    # One leaf that hangs under the root itself: the server sends no intermediate, and each client shall trust it.
    from tests.servers.minted import NAME, mint, rsa_key

    leaf = mint(NAME, shelf.root, key=rsa_key())
    shelf.put("direct.pem", leaf.pem)
    shelf.put("direct.key", leaf.key_pem)
    with serving(
        [
            {"id": "plain", "kind": "sqlserver", "conf": shelf.conf("c1.conf", "direct.pem", "direct.key")},
            {
                "id": "forced",
                "kind": "sqlserver",
                "conf": shelf.conf("c2.conf", "direct.pem", "direct.key", forceencryption="1"),
            },
        ]
    ) as running:
        yield running


def environment(shelf: Shelf, home: Path) -> dict[str, str]:
    root = str(shelf.directory / "root.pem")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "SSL_CERT_FILE": root,
        "SSL_CERT_DIR": str(home),
        "LANG": "C.UTF-8",
    }


@pytest.mark.parametrize(
    ("client", "mode", "listener", "encrypted"),
    [
        ("odbc18", "yes", "plain", "TRUE"),
        ("odbc18", "no", "plain", "FALSE"),
        ("odbc18", "no", "forced", "TRUE"),
        ("odbc18", "strict", "plain", "TRUE"),
        ("mssql_python", "yes", "plain", "TRUE"),
        ("mssql_python", "strict", "plain", "TRUE"),
        ("pymssql", "require", "plain", "TRUE"),
        ("pymssql", "request", "plain", "FALSE"),
        ("pymssql", "request", "forced", "TRUE"),
        ("pymssql", "off", "plain", "FALSE"),
        ("pytds", "yes", "plain", "TRUE"),
        ("pytds", "no", "plain", "FALSE"),
        ("tdsodbc", "require", "plain", "TRUE"),
        ("tdsodbc", "request", "plain", "FALSE"),
    ],
)
def test_a_driver_connects_asks_and_leaves(
    lab: Running, shelf: Shelf, tmp_path: Path, client: str, mode: str, listener: str, encrypted: str
) -> None:
    python, packages = provision.clients_python(), provision.clients_site_packages()
    for module in NEEDS[client]:
        if packages is None or not list(packages.glob(f"{module}*")):
            pytest.skip(f"{client} needs the Python package {module}: ./tlslab setup")
    if client == "tdsodbc" and not Path(TDSODBC).exists():
        pytest.skip(f"tdsodbc is not here ({TDSODBC}): apt-get install tdsodbc")
    ca = TDSODBC if client == "tdsodbc" else str(shelf.directory / "root.pem")
    done = subprocess.run(
        [str(python), "-c", DRIVER, client, str(lab.ports[listener]), mode, ca, PASSWORD, ENCRYPTED],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(shelf, tmp_path),
        check=False,
    )
    if "libodbc.so" in done.stderr and "No such file" in done.stderr:
        pytest.skip("pyodbc needs unixODBC: apt-get install unixodbc libgssapi-krb5-2")
    assert done.returncode == 0, done.stderr
    literals, option, parameters, (moment, long_text), no_table, no_procedure = json.loads(done.stdout)
    assert literals == [[1, "a"]]
    assert option == [[encrypted]]
    assert parameters == [[5, "xé"]]
    assert moment.startswith("2020-01-02 03:04:05.123")
    assert long_text == "x" * 5000
    assert "Invalid object name 'nowhere'." in no_table
    assert "Could not find stored procedure 'nothing'." in no_procedure
    lines = lab.lines_of(listener)
    assert any("Login succeeded for user 'sa'." in line for line in lines)


@pytest.mark.parametrize("version", ["7.1", "7.2", "7.3", "7.4"])
def test_tsql_connects_with_every_version(lab: Running, shelf: Shelf, tmp_path: Path, version: str) -> None:
    if shutil.which("tsql") is None:
        pytest.skip("tsql is not here: apt-get install freetds-bin")
    done = subprocess.run(
        ["tsql", "-H", "localhost", "-p", str(lab.ports["plain"]), "-U", "sa", "-P", PASSWORD],
        input=f"SELECT @@VERSION\ngo\n{ENCRYPTED}\ngo\nexit\n",
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(shelf, tmp_path) | {"TDSVER": version},
        check=False,
    )
    assert "TLS trust lab endpoint" in done.stdout, done.stdout + done.stderr
    assert "FALSE" in done.stdout
    lab.lines_of("plain")


def test_tsql_is_told_that_a_login_failed(lab: Running, shelf: Shelf, tmp_path: Path) -> None:
    if shutil.which("tsql") is None:
        pytest.skip("tsql is not here: apt-get install freetds-bin")
    done = subprocess.run(
        ["tsql", "-H", "localhost", "-p", str(lab.ports["plain"]), "-U", "sa", "-P", "wrong"],
        input="exit\n",
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(shelf, tmp_path),
        check=False,
    )
    assert "Msg 18456" in done.stderr
    assert "Login failed for user 'sa'." in done.stderr
    lab.lines_of("plain")


TEDIOUS = """
const { Connection, Request, TYPES } = require(process.argv[1]);
const [, , port, encrypt, ca, password, query] = process.argv;
const connection = new Connection({
  server: 'localhost',
  authentication: { type: 'default', options: { userName: 'sa', password } },
  options: { port: +port, encrypt: encrypt === 'strict' ? 'strict' : encrypt === 'yes', trustServerCertificate: false,
    connectTimeout: 10000, cryptoCredentialsDetails: { ca: require('fs').readFileSync(ca) } },
});
const ask = (text, parameters = []) => new Promise((resolve) => {
  const rows = [];
  const request = new Request(text, (e) => resolve(e ? e.message : rows));
  request.on('row', (row) => rows.push(row.map((column) => column.value)));
  parameters.forEach((p) => request.addParameter(...p));
  connection.execSql(request);
});
connection.on('connect', async (e) => {
  if (e) { console.error(e.message); process.exit(1); }
  const answers = [await ask('SELECT 1 AS n'), await ask(query), await ask('SELECT @a', [['a', TYPES.NVarChar, 'xé']]),
    await ask('SELECT * FROM nowhere')];
  connection.beginTransaction(() => connection.commitTransaction((failed) => {
    console.log(JSON.stringify([...answers, failed ? failed.message : 'committed']));
    connection.close();
  }));
});
connection.connect();
"""


@pytest.mark.parametrize(
    ("encrypt", "listener", "encrypted"),
    [("yes", "plain", "TRUE"), ("no", "plain", "FALSE"), ("strict", "plain", "TRUE")],
)
def test_tedious_connects_asks_and_leaves(
    lab: Running, shelf: Shelf, tmp_path: Path, encrypt: str, listener: str, encrypted: str
) -> None:
    node = shutil.which("node")
    modules = provision.node_modules()
    if node is None or modules is None:
        pytest.skip("node or the npm package tedious is not here: ./tlslab setup")
    done = subprocess.run(
        [
            node,
            "-e",
            TEDIOUS,
            str(modules / "tedious"),
            str(lab.ports[listener]),
            encrypt,
            str(shelf.directory / "root.pem"),
            PASSWORD,
            ENCRYPTED,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(shelf, tmp_path),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        [[1]],
        [[encrypted]],
        [["xé"]],
        "Invalid object name 'nowhere'.",
        "committed",
    ]
    lab.lines_of(listener)
