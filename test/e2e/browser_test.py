"""MQTT.js in headless Chromium over WebSocket and secure WebSocket. Only with TROUPE_BROWSER=1: it takes some hundred megabytes of packages."""
import http.server
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from support import PATIENCE, Broker, equal, free_port

HERE = Path(__file__).parent
MODULES = "/usr/share/nodejs"  # where Debian puts what its packages bring
browser = shutil.which("chromium") or shutil.which("chromium-headless-shell")
modules = all(Path(MODULES, name).exists() for name in ("mqtt", "buffer", "url"))
if not (os.environ.get("TROUPE_BROWSER") == "1" and browser and shutil.which("esbuild") and modules):
    print("TROUPE_BROWSER is not 1, or Chromium, esbuild or a module of MQTT.js is not installed")
    sys.exit(77)

outcomes = queue.Queue()


class Page(http.server.BaseHTTPRequestHandler):
    script = b""

    def do_GET(self):
        body = self.script if self.path == "/script.js" else b"<!doctype html><script src=/script.js></script>"
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if self.path == "/script.js" else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        outcomes.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


Page.script = subprocess.run(
    ["esbuild", str(HERE / "browser_client.js"), "--bundle", "--platform=browser", "--define:global=globalThis",
     f"--inject:{HERE / 'browser_shims.js'}", f"--alias:ws={MODULES}/ws/browser.js"],
    env=dict(os.environ, NODE_PATH=MODULES), check=True, capture_output=True, timeout=PATIENCE).stdout

wss = free_port()
with Broker([f"listener.wss.external = 127.0.0.1:{wss}"]) as running, tempfile.TemporaryDirectory() as profile, \
        http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    brokers = f"broker=ws://127.0.0.1:{running.ws}/mqtt&broker=wss://127.0.0.1:{wss}/mqtt"
    page = f"http://127.0.0.1:{server.server_port}/?{brokers}"
    process = subprocess.Popen([browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                                f"--user-data-dir={profile}", "--no-first-run", "--disable-background-networking",
                                "--remote-debugging-port=0", "--ignore-certificate-errors", page], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        equal(outcomes.get(timeout=4 * PATIENCE), "ok")
    finally:
        process.terminate()
        process.wait(PATIENCE)
        server.shutdown()
