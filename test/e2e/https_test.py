"""The HTTP API over TLS: the same answers, several on one connection, and files that are loaded again."""
import http.client
import json
import signal
import socket
import ssl
import subprocess
from base64 import b64encode
from pathlib import Path

from support import PATIENCE, Broker, equal, free_port, wait_for

HEADERS = {"Authorization": "Basic " + b64encode(b"admin:public").decode()}


def make_certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{folder}/key.pem",
                    "-out", f"{folder}/cert.pem"], check=True, timeout=PATIENCE, capture_output=True)


def connect(port, folder):
    context = ssl.create_default_context(cafile=f"{folder}/cert.pem")
    return http.client.HTTPSConnection("localhost", port, timeout=PATIENCE, context=context)


def ask(connection, method, path, body=None):
    connection.request(method, "/api/v4" + path, body, HEADERS)
    reply = connection.getresponse()
    return reply.status, json.loads(reply.read())


def subject(port):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), PATIENCE)) as stream:
        return stream.getpeercert(True)


def conversations(broker, port, folder):
    connection = connect(port, folder)
    used = connection.sock
    for _ in range(3):
        status, body = ask(connection, "GET", "/nodes")
        equal((status, body["code"]), (200, 0))
        assert used in (None, connection.sock), "the connection was not kept"
        used = connection.sock
    payload = "x" * 300_000  # many records, both ways
    message = {"topic": "t", "payload": payload, "qos": 1, "retain": True, "clientid": "c"}
    equal(ask(connection, "POST", "/mqtt/publish", json.dumps(message)), (200, {"code": 0}))
    equal(ask(connection, "POST", "/data/file", json.dumps({"filename": "big.json", "file": payload})), (200, {"code": 0}))
    equal(ask(connection, "GET", "/data/file/big.json")[1]["file"], payload)
    status, body = ask(connection, "POST", "/mqtt/publish", "x" * (2 << 20))
    equal((status, body["code"]), (413, 108))
    listeners = {row["protocol"]: row for row in broker.api("/nodes/emqx@127.0.0.1/listeners")}
    equal(listeners["https:management"]["listen_on"], f"127.0.0.1:{port}")


def strangers(port):
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as plain:  # no TLS
        plain.sendall(b"GET /api/v4/nodes HTTP/1.1\r\nHost: x\r\n\r\n")
        reply = plain.recv(1000)
        assert b"HTTP" not in reply, reply


def cross_origin(port, folder):
    connection = connect(port, folder)
    connection.request("OPTIONS", "/api/v4/nodes", headers={"Origin": "https://example.com",
                                                            "Access-Control-Request-Method": "GET"})
    reply = connection.getresponse()
    equal((reply.status, reply.read()), (204, b""))
    equal(reply.getheader("Access-Control-Allow-Origin"), "https://example.com")
    assert "Authorization" in reply.getheader("Access-Control-Allow-Headers")
    connection.request("GET", "/api/v4/nodes", headers=HEADERS)
    reply = connection.getresponse()
    reply.read()
    equal((reply.status, reply.getheader("Access-Control-Allow-Origin")), (200, "https://example.com"))


def reload(broker, port, folder):
    before = subject(port)
    make_certificate(folder, "second")
    broker.process.send_signal(signal.SIGHUP)
    wait_for(lambda: subject(port) != before, "the new certificate")


https = free_port()
with Broker([f"management.listener.https = 127.0.0.1:{https}", "management.listener.https.certfile = cert.pem",
             "management.listener.https.keyfile = key.pem", "management.cors_origin = https://example.com"],
            prepare=lambda folder: make_certificate(folder, "first")) as running:
    where = Path(running.folder.name)
    wait_for(lambda: running.answers(https), "HTTPS, which listens after HTTP")
    conversations(running, https, where)
    strangers(https)
    cross_origin(https, where)
    reload(running, https, where)
with Broker([f"management.listener.https = 127.0.0.1:{https}"]) as running:  # a certificate of its own
    wait_for(lambda: subject(https), "the listener")
