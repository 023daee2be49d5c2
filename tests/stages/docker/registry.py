"""A registry that is of no use: `python -m tests.stages.docker.registry refuses|stalls`. It ends with its input.

- refuses: whatever credentials it is shown are not right (RFC 7617, section 2).
- stalls: has a manifest, and of what that names nothing ever comes (Docker's "Image Manifest V 2, Schema 2").
"""

import hashlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = 5000
KIND = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST = {
    "schemaVersion": 2,
    "mediaType": KIND,
    "config": {
        "mediaType": "application/vnd.docker.container.image.v1+json",
        "size": 1000,
        "digest": f"sha256:{'0' * 64}",
    },
    "layers": [
        {
            "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
            "size": 1000,
            "digest": f"sha256:{'1' * 64}",
        }
    ],
}


class Refusing(BaseHTTPRequestHandler):
    """401 to everything."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="the tests"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET


class Stalling(BaseHTTPRequestHandler):
    """The manifest, and then nothing."""

    def do_GET(self) -> None:
        if "/blobs/" in self.path:
            threading.Event().wait()
        body = json.dumps(MANIFEST).encode() if "/manifests/" in self.path else b"{}"
        self.send_response(200)
        self.send_header("Content-Type", KIND if "/manifests/" in self.path else "application/json")
        self.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(body).hexdigest()}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET


def main(how: str) -> None:
    """Serve, until the end of standard input."""
    handler = {"refuses": Refusing, "stalls": Stalling}[how]
    server = ThreadingHTTPServer(("127.0.0.1", PORT), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
