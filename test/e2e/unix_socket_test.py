"""Listeners on Unix domain sockets, and the access rules of TCP ones."""
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from support import PATIENCE, Broker, equal, free_port, wait_for


def mosquitto(program, path, *args):
    return [program, "--unix", str(path), *args]


def messages(broker, path):
    sub = subprocess.Popen(mosquitto("mosquitto_sub", path, "-i", "local", "-t", "u/#", "-C", "1", "-W", "20"),
                           stdout=subprocess.PIPE, text=True)
    broker.wait_subscribed("local")
    row, = broker.api("/clients/local")
    equal((row["ip_address"], row["port"]), ("127.0.0.1", 0))
    subprocess.run(mosquitto("mosquitto_pub", path, "-t", "u/1", "-m", "here", "-q", "2"), check=True, timeout=PATIENCE)
    equal(sub.communicate(timeout=PATIENCE)[0], "here\n")


def main():
    with tempfile.TemporaryDirectory() as folder:
        path, other = Path(folder) / "mqtt.sock", Path(folder) / "other.sock"
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(str(path))
        dead.close()  # its file stays
        port = free_port()
        lines = [f"listener.tcp.local = {path}", "listener.tcp.local.socket_mode = 0600", f"listener.tcp.other = unix:{other}",
                 f"listener.tcp.closed = 127.0.0.1:{port}", "listener.tcp.closed.access.1 = allow 10.0.0.0/8",
                 "listener.tcp.closed.access.2 = deny all"]
        with Broker(lines) as broker:
            equal(stat.S_IMODE(path.stat().st_mode), 0o600)
            equal(stat.S_IMODE(other.stat().st_mode), 0o660)
            messages(broker, path)
            messages(broker, other)
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as stream:
                equal(stream.recv(1), b"")
            rows = {r["listen_on"]: r for r in broker.api("/nodes/emqx@127.0.0.1/listeners")}
            equal(rows[str(path)]["protocol"], "mqtt:tcp")
            equal(rows[f"127.0.0.1:{port}"]["shutdown_count"], [{"forbidden": 1}])
            wait_for(lambda: {r["listen_on"]: r for r in broker.api("/nodes/emqx@127.0.0.1/listeners")}[str(path)]["current_conns"]
                     == 0, "the connections to end")
            config = Path(folder) / "second.conf"
            config.write_text(f"listener.tcp.external = {path}\nlistener.tcp.internal = off\nmanagement.listener.http = off\n")
            second = subprocess.run([sys.argv[1], "--config", str(config)], capture_output=True, text=True, timeout=PATIENCE,
                                    check=False)
            equal(second.returncode, 1)
            assert "in use" in second.stderr, second.stderr
            messages(broker, path)  # and it took nothing away
        assert not path.exists() and not other.exists(), "the files are gone"


if not shutil.which("mosquitto_sub"):
    print("mosquitto_sub is not installed")
    sys.exit(77)
main()
