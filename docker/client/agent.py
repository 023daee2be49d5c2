"""Runs clients inside a container: one JSON order a line on standard input, one JSON answer a line on standard output.

An order has `id`, `argv`, `env`, `files` (base64), `stdin`, `collect`, `timeout` (seconds), `prepare` (commands that
run before) and `prepare_timeout`; the answer `id`, `exit_status` (null when it had to be ended), `stdout`, `stderr`,
`seconds` and `collected`; or `error` when the program could not be started, or what prepares it failed.
Every client has a directory and a session of its own; both are gone when the answer comes. The order
{"id": ..., "inspect": {"programs": [...], "libraries": {name: [file, ...]}, "jars": [...], "gnutls": [...]}} asks what
of it is here, and which of the last are linked with GnuTLS. The agent ends with its standard input. Runs on Python 3.9
and newer.
"""

import base64
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import leftovers  # lab/stages/leftovers.py, which the image holds beside this file

WORKDIRS = "/workdirs"
PATH = "/usr/local/bin:/usr/bin:/bin"
SITE = "/opt/clients/site"
NODE_MODULES = "/opt/clients/node_modules"
JARS = "/opt/clients/jars"
PYTHON = "/opt/clients/bin/python"
END_TIMEOUT = 5.0
NODE_TIMEOUT = 20.0
ROOTS = ("/usr/lib/" + os.uname().machine + "-linux-gnu", "/usr/lib64", "/usr/lib")  # Debian; Red Hat and SUSE; others
DRIVERS = SITE + "/mssql_python_odbc/libs/linux"
RUST_DRIVERS = SITE + "/mssql_py_core/libs/linux/glibc"

_answering = threading.Lock()


def answer(said):
    with _answering:
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def run(order):
    workdir = order["workdir"]
    os.makedirs(workdir)
    try:
        for name, content in order["files"].items():
            path = os.path.join(workdir, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(base64.b64decode(content))
        env = {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": workdir, "TMPDIR": workdir}
        env.update(order["env"])
        for command in order.get("prepare", ()):
            status, out, err, _ = spawn(command, workdir, env, b"", order["prepare_timeout"])
            if status != 0:
                raise OSError(leftovers.failed(command, status, leftovers.text(err), leftovers.text(out)))
        status, out, err, seconds = spawn(order["argv"], workdir, env, order["stdin"].encode(), order["timeout"])
        return {
            "exit_status": status,
            "stdout": leftovers.text(out),
            "stderr": leftovers.text(err),
            "seconds": seconds,
            "collected": leftovers.collect(workdir, order["collect"]),
        }
    finally:
        leftovers.remove(workdir)


def spawn(argv, workdir, env, stdin, timeout):
    began = time.monotonic()
    process = subprocess.Popen(
        argv, cwd=workdir, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    out, err = bytearray(), bytearray()
    helpers = [
        threading.Thread(target=work, args=arguments, daemon=True)
        for work, arguments in (
            (feed, (process.stdin, stdin)), (read, (process.stdout, out)), (read, (process.stderr, err)),
        )
    ]  # fmt: skip
    for helper in helpers:
        helper.start()
    ended = threading.Event()
    threading.Thread(target=watch, args=(process, ended), daemon=True).start()
    in_time = ended.wait(timeout)
    seconds = time.monotonic() - began
    end_group(process)
    ended.wait()
    process.wait()
    # Nobody of the group holds the pipes any more, so they end; one who left the group may.
    deadline = time.monotonic() + END_TIMEOUT
    for helper in helpers:
        helper.join(max(0.0, deadline - time.monotonic()))
    return process.returncode if in_time else None, out, err, seconds


def watch(process, ended):
    # Not `wait`: until that is called no other process, and so no other group, gets the number.
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    ended.set()


def feed(pipe, data):
    try:
        pipe.write(data)
        pipe.close()
    except OSError:
        pass  # who does not read it does not want it


def read(pipe, kept):
    while True:
        part = os.read(pipe.fileno(), 1 << 16)
        if not part:
            break
        kept += part[: leftovers.KEPT - len(kept)]
    pipe.close()


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def inspect(wanted):
    from importlib.metadata import distributions

    files = {name: library(known) for name, known in wanted["libraries"].items()}
    machine = "x86_64" if os.uname().machine in ("x86_64", "amd64") else "arm64"
    # The image holds the driver of its own family alone.
    homes = [os.path.join(DRIVERS, family, machine, "lib") for family in listed(DRIVERS)]
    drivers = [os.path.join(home, name) for home in homes for name in listed(home)]
    files["odbc18"] = first(path for path in drivers if os.path.basename(path).startswith("libmsodbcsql-18"))
    homes = [os.path.join(RUST_DRIVERS, name, "lib") for name in listed(RUST_DRIVERS) if name == machine]
    files["mssqlodbc"] = first(os.path.join(home, name) for home in homes for name in listed(home))
    files.update({name: os.path.join(JARS, name + ".jar") for name in wanted["jars"] if name + ".jar" in listed(JARS)})
    which = {name: shutil.which(name, path=PATH) for name in wanted["programs"]}
    found = {**files, **which}
    node = {}
    for name in listed(NODE_MODULES):
        try:
            with open(os.path.join(NODE_MODULES, name, "package.json"), encoding="utf-8") as file:
                package = json.load(file)
            node[package["name"]] = package["version"]
        except (OSError, KeyError):
            pass
    packages = {item.metadata["Name"].lower().replace("_", "-"): item.version for item in distributions(path=[SITE])}
    with open("/etc/os-release", encoding="utf-8") as file:
        system = [line.partition("=")[2].strip().strip('"') for line in file if line.startswith("PRETTY_NAME=")]
    try:
        with open("/opt/clients/absent.json", encoding="utf-8") as file:
            absent = json.load(file)
    except FileNotFoundError:
        absent = {}
    return {
        "which": {name: path for name, path in which.items() if path},
        "python": PYTHON if os.access(PYTHON, os.X_OK) else "",
        "python_packages": packages,
        "node_modules": NODE_MODULES if node else "",
        "node_packages": node,
        "files": {name: path for name, path in files.items() if path},
        "gnutls": [name for name in wanted["gnutls"] if found.get(name) and links_gnutls(found[name])],
        "system_roots": [name for name, asked in READS_THE_SYSTEM.items() if which.get(name) and asked(which[name])],
        "absent": absent,
        "system": system[0] if system else "",
    }


def library(names, roots=ROOTS):
    places = [os.path.join(root, part, name) for name in names for root in roots for part in ("", "odbc", "faketime")]
    return first(found for place in places for found in sorted(glob.glob(place)))


def first(items):
    return next(iter(items), None)


def listed(directory):
    try:
        return sorted(os.listdir(directory))
    except FileNotFoundError:
        return []


def links_gnutls(path):
    with open(path, "rb") as file:
        return b"libgnutls.so" in file.read()


def node_reads_the_system(node):
    """Whether this Node was configured with --openssl-use-def-ca-store: then it takes OpenSSL's roots, not its own."""
    asked = "process.config.target_defaults.defines.includes('NODE_OPENSSL_CERT_STORE')"
    said = subprocess.run([node, "-p", asked], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=NODE_TIMEOUT)
    return said.stdout.strip() == b"true"


def java_reads_the_system(java):
    """Whether the trust store of this Java runtime is a link out of it, to one that the distribution keeps."""
    home = os.path.dirname(os.path.dirname(os.path.realpath(java)))
    store = os.path.realpath(os.path.join(home, "lib", "security", "cacerts"))
    return os.path.exists(store) and not store.startswith(home + os.sep)


READS_THE_SYSTEM = {"node": node_reads_the_system, "java": java_reads_the_system}


def serve(order):
    try:
        said = inspect(order["inspect"]) if "inspect" in order else run(order)
    except Exception as problem:
        said = {"error": "%s: %s" % (type(problem).__name__, problem)}
    said["id"] = order["id"]
    answer(said)


def main():
    for line in sys.stdin:
        threading.Thread(target=serve, args=(json.loads(line),), daemon=True).start()


if __name__ == "__main__":
    main()
    os._exit(0)
