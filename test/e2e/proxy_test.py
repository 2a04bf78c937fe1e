"""The PROXY protocol before TLS and WebSocket: the header is read and not a byte more, whatever shares its segment."""
import socket
import ssl

from raw import mqtt, websocket
from support import PATIENCE, Broker, equal, free_port

V1 = b"PROXY TCP4 203.0.113.7 192.0.2.1 40001 8883\r\n"


def tlv(kind, value):
    return bytes([kind]) + len(value).to_bytes(2, "big") + value


def v2(common_name):
    """Version 2, of a client whose certificate the proxy has verified."""
    ssl_part = tlv(0x20, b"\x07\0\0\0\0" + tlv(0x21, b"TLSv1.3") + tlv(0x22, common_name))
    body = bytes([203, 0, 113, 8, 192, 0, 2, 1]) + (40002).to_bytes(2, "big") + (8883).to_bytes(2, "big") + ssl_part
    return b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + len(body).to_bytes(2, "big") + body


class Behind:
    """A socket whose first bytes follow a header in one segment."""

    def __init__(self, port, header):
        self.socket, self.header = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE), header

    def sendall(self, data):
        self.socket.sendall(self.header + data)
        self.header = b""

    def recv(self, size):
        return self.socket.recv(size)


class SecureBehind:
    """TLS over such a socket."""

    def __init__(self, port, header, context):
        self.below, self.into, self.out = Behind(port, header), ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.into, self.out, server_hostname="localhost")
        self.run(self.tls.do_handshake)

    def run(self, step, *args):
        while True:
            try:
                return step(*args)
            except ssl.SSLWantReadError:
                self.flush()
                self.into.write(self.below.recv(65536))
            finally:
                self.flush()

    def flush(self):
        if self.out.pending:
            self.below.sendall(self.out.read())

    def sendall(self, data):
        self.run(self.tls.write, data)

    def recv(self, size):
        return self.run(self.tls.read, size)


def row(broker, client):
    one, = broker.api(f"/clients/{client}")
    return one["ip_address"], one["port"], one["username"]


ports = {kind: free_port() for kind in ("tcp", "ssl", "ws", "wss")}
lines = []
for kind, port in ports.items():
    key = f"listener.{kind}.proxied"
    lines += [f"{key} = 127.0.0.1:{port}", f"{key}.proxy_protocol = on", f"{key}.peer_cert_as_username = cn"]
with Broker(lines) as running:
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    for header, name, expected in ((V1, "v1", ("203.0.113.7", 40001, "undefined")),
                                   (v2(b"device-1"), "v2", ("203.0.113.8", 40002, "device-1"))):
        clients = [mqtt(Behind(ports["tcp"], header), f"{name}-tcp"),
                   mqtt(SecureBehind(ports["ssl"], header, unverified), f"{name}-ssl"),
                   websocket(Behind(ports["ws"], header), f"{name}-ws"),
                   websocket(SecureBehind(ports["wss"], header, unverified), f"{name}-wss")]
        for kind in ports:
            equal(row(running, f"{name}-{kind}"), expected)
