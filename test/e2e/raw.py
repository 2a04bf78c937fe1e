"""MQTT by its bytes over any stream: a socket, or TLS."""
from support import equal

CONNACK = b"\x20\x02\x00\x00"


def connect_packet(client):
    name = client.encode()
    body = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(name).to_bytes(2, "big") + name
    return bytes([0x10, len(body)]) + body


def read_exactly(stream, size):
    data = b""
    while len(data) < size:
        more = stream.recv(size - len(data))
        assert more, f"the end after {data!r}"
        data += more
    return data


def mqtt(stream, client):
    """A connected client."""
    stream.sendall(connect_packet(client))
    equal(read_exactly(stream, 4), CONNACK)
    return stream


def ping(stream):
    stream.sendall(b"\xc0\x00")
    equal(read_exactly(stream, 2), b"\xd0\x00")


def websocket(stream, client):
    """A connected client over WebSocket; all that it sends goes in one segment."""
    packet = connect_packet(client)
    stream.sendall(b"GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   b"Sec-WebSocket-Protocol: mqtt\r\n\r\n" + bytes([0x82, 0x80 | len(packet), 0, 0, 0, 0]) + packet)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += read_exactly(stream, 1)
    assert head.startswith(b"HTTP/1.1 101"), head
    equal(read_exactly(stream, 6), b"\x82\x04" + CONNACK)
    return stream
