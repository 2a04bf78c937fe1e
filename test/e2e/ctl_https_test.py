"""`troupe ctl` and an API that is there by TLS alone: it tells the secret only to the broker itself."""
import http.server
import os
import ssl
import subprocess
import sys
import threading

from certificates import Authority
from support import PATIENCE, Broker, equal, free_port, wait_for


def ctl(config, *words, status=0):
    done = subprocess.run([sys.argv[1], "ctl", "--config", str(config), *words], capture_output=True, text=True,
                          timeout=PATIENCE, check=False)
    equal((done.returncode, bool(done.stderr)), (status, status != 0))
    return done.stdout if status == 0 else done.stderr


class Listener(http.server.ThreadingHTTPServer):
    """Somebody else, who notes what he is told."""

    def __init__(self, certificate=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.told = []
        self.port = self.server_address[1]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # a handshake that ends early


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.told.append(self.headers.get("Authorization"))
        body = b'{"code":0,"data":[]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def write(folder, name, *lines):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    return path


def by_tls(broker, authority, port):
    folder = broker.folder.name
    listener = f"management.listener.https = 127.0.0.1:{port}"
    files = ["management.listener.https.certfile = pki/api.pem", "management.listener.https.keyfile = pki/api-key.pem"]
    alone = write(folder, "alone.conf", "management.listener.http = off", listener, *files)
    assert "Running" in ctl(alone, "status")  # its name is another one: the certificate itself is known
    assert "Running" in ctl(alone, "--cacert", str(authority.certificate), "--url", f"https://localhost:{port}", "status")
    said = ctl(alone, "--cacert", str(authority.certificate), "--url", f"https://127.0.0.1:{port}", "status", status=1)
    assert "certificate verify failed" in said, said
    said = ctl(alone, "--url", f"https://localhost:{port}", "status", status=1)  # the system does not know the authority
    assert "certificate verify failed" in said, said
    assert "--cacert is for https" in ctl(alone, "--cacert", str(authority.certificate), "--url", f"http://127.0.0.1:{port}",
                                          "status", status=1)
    without = write(folder, "without.conf", "management.listener.http = off", listener,
                    "management.listener.https.certfile = gone.pem")
    assert "gone.pem cannot be read" in ctl(without, "status", status=1)
    off = write(folder, "off.conf", "management.listener.http = off")
    assert "name the API by --url" in ctl(off, "status", status=2)


def somebody_else(folder, authority):
    plain, imitator = Listener(), Listener(authority.issue("other", "/CN=other", "DNS:localhost,IP:127.0.0.1"))
    config = write(folder, "imitated.conf", "management.listener.http = off",
                   f"management.listener.https = 127.0.0.1:{imitator.port}",
                   "management.listener.https.certfile = pki/api.pem", "management.listener.https.keyfile = pki/api-key.pem")
    said = ctl(config, "status", status=1)
    assert "certificate verify failed" in said, said
    ctl(config, "--cacert", str(authority.certificate), "status")  # who vouches for it was named
    equal(len(imitator.told), 1)
    config = write(folder, "plain.conf", "management.listener.http = off",
                   f"management.listener.https = 127.0.0.1:{plain.port}",
                   "management.listener.https.certfile = pki/api.pem", "management.listener.https.keyfile = pki/api-key.pem")
    ctl(config, "status", status=1)
    equal(plain.told, [])


https = free_port()
made = []


def prepare(folder):
    made.append(Authority(os.path.join(folder, "pki")))
    made[0].issue("api", "/CN=api", "DNS:localhost")


with Broker([f"management.listener.https = 127.0.0.1:{https}", "management.listener.https.certfile = pki/api.pem",
             "management.listener.https.keyfile = pki/api-key.pem"], prepare=prepare) as running:
    wait_for(lambda: running.answers(https), "HTTPS, which listens after HTTP")
    by_tls(running, made[0], https)
    somebody_else(running.folder.name, made[0])
with Broker([f"management.listener.https = 127.0.0.1:{https}", "node.data_dir = data"]) as running:
    wait_for(lambda: running.answers(https), "HTTPS, which listens after HTTP")
    own = write(running.folder.name, "own.conf", "management.listener.http = off", "node.data_dir = data",
                f"management.listener.https = 127.0.0.1:{https}")
    assert "Running" in ctl(own, "status")  # the certificate that it has made for itself
