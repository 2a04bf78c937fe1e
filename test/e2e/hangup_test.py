"""SIGHUP, also one that comes before the configuration is read: the broker goes on, and takes it up later."""
import errno
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from support import PATIENCE, equal, free_port, wait_for


def opened(path):
    """The writing end of a pipe, once somebody reads from it."""
    try:
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as e:
        assert e.errno == errno.ENXIO, e
        return None


def answers(process, port):
    assert process.poll() is None, "the broker ended by itself"
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


with tempfile.TemporaryDirectory() as folder:
    port, pipe = free_port(), str(Path(folder) / "troupe.conf")
    os.mkfifo(pipe)
    broker = subprocess.Popen([sys.argv[1], "--config", pipe, "--data-dir", str(Path(folder) / "data")])
    try:
        config = wait_for(lambda: opened(pipe), "the broker, which reads its configuration")
        broker.send_signal(signal.SIGHUP)
        os.write(config, f"listener.tcp.external = 127.0.0.1:{port}\nlistener.tcp.internal = off\n"
                         "management.listener.http = off\n".encode())
        os.close(config)
        wait_for(lambda: answers(broker, port), "the listener")
        broker.send_signal(signal.SIGHUP)
        broker.terminate()
        equal(broker.wait(PATIENCE), 0)
    finally:
        broker.kill()
        broker.wait()
