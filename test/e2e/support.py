"""A broker for a test, on free ports with a folder of its own, and the few checks that the tests share."""
import base64
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

PATIENCE = 20  # seconds; every wait has this bound


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {PATIENCE} s in vain for {what}")


def equal(found, expected):
    assert found == expected, f"expected {expected!r}, found {found!r}"


class Broker:
    def __init__(self, lines=(), prepare=lambda folder: None):
        """`prepare` may put files into the folder of the configuration."""
        self.port, self.http, self.ws = free_port(), free_port(), free_port()
        self.folder = tempfile.TemporaryDirectory()
        self.config = Path(self.folder.name) / "troupe.conf"
        self.config.write_text("\n".join([
            f"listener.tcp.external = 127.0.0.1:{self.port}", "listener.tcp.internal = off",
            f"listener.ws.external = 127.0.0.1:{self.ws}",
            f"management.listener.http = 127.0.0.1:{self.http}", "node.io_threads = 2", *lines]) + "\n")
        prepare(self.folder.name)
        self.start()

    def start(self):
        self.process = subprocess.Popen([sys.argv[1], "--config", str(self.config)])
        try:
            wait_for(lambda: self.answers(self.port) and self.answers(self.http), "the broker")
        except AssertionError:
            self.process.kill()
            raise

    def answers(self, port):
        assert self.process.poll() is None, "the broker ended by itself"
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            self.folder.cleanup()

    def stop(self):
        self.process.terminate()
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        equal(status, 0)

    def restart(self):
        self.stop()
        self.start()

    def api(self, path, method="GET", body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}/api/v4{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode())
        request.add_header("Authorization", "Basic " + base64.b64encode(b"admin:public").decode())
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            answer = json.load(reply)
        equal(answer["code"], 0)
        return answer.get("data")

    def wait_subscribed(self, client, count=1):
        wait_for(lambda: len(self.api(f"/subscriptions/{quote(client, safe='')}")) >= count, f"the subscriptions of {client}")
