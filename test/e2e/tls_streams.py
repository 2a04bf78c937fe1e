"""TLS streams to a listener of the broker under test, and the listener's settings."""
import socket
import ssl

from support import PATIENCE


def trusting(ca):
    return ssl.create_default_context(cafile=str(ca))


def tls(port, context, host="localhost", session=None):
    raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    return context.wrap_socket(raw, server_hostname=host, session=session)


def refused(action):
    try:
        action()
    except (ssl.SSLError, ConnectionError, AssertionError):
        return True
    return False


def listener(name, port, *lines):
    key = f"listener.ssl.{name}"
    return [f"{key} = 127.0.0.1:{port}", *(f"{key}.{line}" for line in lines)]
