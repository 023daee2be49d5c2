"""A request to a live server, with the certificate of a client or with none: what a server that finishes the handshake
with everybody answers whom it does not take.
"""

import subprocess

from tlslab.model.certificate import as_address
from tlslab.pki.openssl_verify import readable
from tlslab.pki.scan import TIMEOUT


def request(address: str, port: int, host: str, certificate: str, key: str) -> str:
    """What an HTTPS server answers a request, its headers and page; "" where that is 200. It is shown this certificate
    (PEM, with what is sent beside it), or none where that is "". Blocks. Raises OSError, subprocess.TimeoutExpired.
    """
    indication = ("-noservername",) if not host or as_address(host) else ("-servername", host)
    with readable(certificate, certificate, key) as (leaf, chain, own):
        shown = ("-cert", leaf, "-cert_chain", chain, "-key", own) if certificate else ()
        done = subprocess.run(
            [
                *("openssl", "s_client", "-connect", f"{address}:{port}", *indication, *shown, "-quiet"),
                *("-min_protocol", "TLSv1", "-cipher", "DEFAULT@SECLEVEL=0"),
                *("-no-CAfile", "-no-CApath", "-no-CAstore"),
            ],
            input=f"GET / HTTP/1.0\r\nHost: {host}\r\n\r\n",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
            check=False,
            pass_fds=[int(name.rpartition("/")[2]) for name in (leaf, chain, own)],
        )
    if not done.stdout.startswith("HTTP/1."):
        raise OSError(f"no answer to a request: {done.stderr.strip()}")
    return "" if done.stdout.split()[1] == "200" else done.stdout
