"""TLS listeners with mosquitto's clients, the openssl program and Python's ssl module."""
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from certificates import Authority, openssl
from raw import connect_packet, mqtt, ping, read_exactly, websocket
from support import PATIENCE, Broker, equal, free_port, wait_for
from tls_streams import listener, refused, tls, trusting


def shutdown_count(broker, port):
    row, = (r for r in broker.api("/nodes/emqx@127.0.0.1/listeners") if r["listen_on"] == f"127.0.0.1:{port}")
    equal(row["protocol"], "mqtt:ssl")
    return {k: v for one in row["shutdown_count"] for k, v in one.items()}


def mosquitto(program, port, *args):
    return subprocess.run([program, "-p", str(port), *map(str, args)], capture_output=True, text=True, timeout=PATIENCE,
                          check=False)


def secure_websocket(port, ca):
    for name in ("over-wss-1", "over-wss-2", "over-wss-3"):  # of both I/O threads
        websocket(tls(port, trusting(ca)), name)


def development_certificate():
    port, wss = free_port(), free_port()
    with Broker([*listener("external", port), f"listener.wss.external = 127.0.0.1:{wss}"]) as broker:
        folder = Path(broker.folder.name) / "data" / "certs"
        equal(stat.S_IMODE((folder / "key.pem").stat().st_mode), 0o600)
        ca = folder / "cert.pem"
        for host in ("localhost", "127.0.0.1"):
            ping(mqtt(tls(port, trusting(ca), host), f"dev-{host}"))
        text = openssl("x509", "-in", ca, "-noout", "-text")
        for part in ("DNS:localhost", "IP Address:127.0.0.1", "IP Address:0:0:0:0:0:0:0:1", "prime256v1"):
            assert part in text, text
        sub = subprocess.Popen(["mosquitto_sub", "-h", "localhost", "-p", str(port), "--cafile", str(ca), "-i", "s", "-t", "a/#",
                                "-C", "1", "-W", "20"], stdout=subprocess.PIPE, text=True)
        broker.wait_subscribed("s")
        equal(mosquitto("mosquitto_pub", port, "-h", "localhost", "--cafile", ca, "-t", "a/b", "-m", "sealed").returncode, 0)
        equal(sub.communicate(timeout=PATIENCE)[0], "sealed\n")
        secure_websocket(wss, ca)


def bulk(broker, port, ca):
    """Messages of all sizes in both directions, clients of both shards, and a writer that is faster than its reader."""
    readers = []
    for i in range(4):
        reader = mqtt(tls(port, trusting(ca)), f"bulk-{i}")
        reader.sendall(b"\x82\x0b\x00\x01\x00\x06bulk/#\x00")
        equal(read_exactly(reader, 5), b"\x90\x03\x00\x01\x00")
        readers.append(reader)
    writer = mqtt(tls(port, trusting(ca)), "bulk-writer")

    def publish(payload):
        body = b"\x00\x06bulk/x" + payload
        size, rest = len(body), b""
        while True:
            size, digit = divmod(size, 128)
            rest += bytes([digit | (0x80 if size else 0)])
            if not size:
                return b"\x30" + rest + body

    sizes = [0, 1, 100, 16_000, 16_384, 20_000, 66_000, 300_000] + [10] * 5000
    stream = b"".join(publish(bytes([i % 251]) * size) for i, size in enumerate(sizes))
    writer.sendall(stream)
    for reader in readers:
        assert read_exactly(reader, len(stream)) == stream, "other bytes"
        ping(reader)
    ping(writer)


def all_at_once(port, ca):
    """What a client sends counts, also when its goodbye comes with it, and while it is still connecting."""
    watcher = mqtt(tls(port, trusting(ca)), "watcher")
    watcher.sendall(b"\x82\x08\x00\x01\x00\x03end\x00")
    equal(read_exactly(watcher, 5), b"\x90\x03\x00\x01\x00")
    messages = 20 * b"\x30\x06\x00\x03endx"
    for i in range(12):  # of both I/O threads, accepted by either
        raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        to_client, to_broker = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = trusting(ca).wrap_bio(to_client, to_broker, server_hostname="localhost")
        while needs_more(client.do_handshake):
            raw.sendall(to_broker.read())
            to_client.write(raw.recv(65536))
        client.write(connect_packet(f"hasty-{i}") + messages)
        needs_more(client.unwrap)  # close_notify
        raw.sendall(to_broker.read())  # all in one segment
        equal(read_exactly(watcher, len(messages)), messages)
        while raw.recv(65536):  # and the broker closes, though we have not
            pass


def needs_more(action):
    """Whether it needs bytes of the broker to go on."""
    try:
        action()
    except ssl.SSLWantReadError:
        return True
    return False


def versions_and_sessions(broker, port, ca):
    for version in ("-tls1_2", "-tls1_3"):
        out = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{port}", "-CAfile", str(ca), "-verify_return_error",
                              "-brief", version], input="", capture_output=True, text=True, timeout=PATIENCE, check=False)
        equal(out.returncode, 0)
        assert f"TLSv{version[4:].replace('_', '.')}" in out.stderr, out.stderr
    out = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{port}", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
                         input="", capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert out.returncode != 0, "TLS 1.1 is off"
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = trusting(ca)
        context.maximum_version = context.minimum_version = version
        first = mqtt(tls(port, context), "resumes")
        again = mqtt(tls(port, context, session=first.session), "resumes")
        assert again.session_reused, version


def mutual(broker, authority, port):
    device = authority.issue("device", "/C=DE/O=Plant/CN=gerät-7")
    bad = authority.issue("bad", "/CN=bad")
    stranger = Authority(authority.folder / "other").issue("stranger", "/CN=stranger")
    crl = authority.revoke(bad[0])
    (authority.folder / "crl-now.pem").write_bytes(crl.read_bytes())
    os.kill(broker.process.pid, signal.SIGHUP)  # the list is new

    def connection(files):
        context = trusting(authority.certificate)
        if files:
            context.load_cert_chain(*files)
        return mqtt(tls(port, context), "anything")

    def bad_is_refused():
        return refused(lambda: connection(bad))

    wait_for(bad_is_refused, "the revocation list")
    assert refused(lambda: connection(None)), "no certificate"
    assert refused(lambda: connection(stranger)), "another authority"
    wait_for(lambda: shutdown_count(broker, port).get("ssl_error", 0) >= 3, "three ssl_error")
    stream = connection(device)
    row, = broker.api("/clients/CN=ger%C3%A4t-7%2CO=Plant%2CC=DE")
    equal((row["username"], row["connected"]), ("gerät-7", True))
    stream.close()
    wait_for(lambda: shutdown_count(broker, port).get("ssl_closed"), "ssl_closed")


def host_names(authority, port):
    for host, name in (("localhost", "main"), ("a.example.com", "wild"), ("b.plant.test", "one"), ("x.y.example.com", "main")):
        context = trusting(authority.certificate)
        context.check_hostname = False
        context.load_cert_chain(authority.folder / "device.pem", authority.folder / "device-key.pem")
        stream = tls(port, context, host)
        equal(dict(x[0] for x in stream.getpeercert()["subject"])["commonName"], name)


def reload(broker, authority, port, ca):
    place = authority.folder / "reloaded.pem"
    key = authority.folder / "reloaded-key.pem"

    def subject():
        with tls(port, trusting(ca)) as stream:
            return dict(x[0] for x in stream.getpeercert()["subject"])["commonName"]

    equal(subject(), "before")
    stream = mqtt(tls(port, trusting(ca)), "stays")
    for file, to in zip(authority.issue("after", "/CN=after", "DNS:localhost"), (place, key)):
        to.write_bytes(file.read_bytes())
    os.kill(broker.process.pid, signal.SIGHUP)
    wait_for(lambda: subject() == "after", "the new certificate")
    ping(stream)
    key.write_text("nonsense")
    os.kill(broker.process.pid, signal.SIGHUP)
    equal(subject(), "after")
    ping(stream)


def pre_shared_keys(broker, port, file):
    keys = ["--psk", "secret one".encode().hex(), "--psk-identity", "meter"]
    sub = subprocess.Popen(["mosquitto_sub", "-p", str(port), *keys, "-i", "psk", "-t", "k/#", "-C", "1", "-W", "20"],
                           stdout=subprocess.PIPE, text=True)
    broker.wait_subscribed("psk")
    equal(mosquitto("mosquitto_pub", port, *keys, "-t", "k/1", "-m", "shared").returncode, 0)
    equal(sub.communicate(timeout=PATIENCE)[0], "shared\n")
    for wrong in (["--psk", "00ff", "--psk-identity", "meter"], ["--psk", keys[1], "--psk-identity", "nobody"]):
        assert mosquitto("mosquitto_pub", port, *wrong, "-t", "k/1", "-m", "x").returncode != 0
    out = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_3", "-psk_identity", "meter", "-psk",
                          keys[1], "-brief"], input="", capture_output=True, text=True, timeout=PATIENCE, check=False)
    equal(out.returncode, 0)
    # The plugin has the identities, and loading it reads the file again.
    def lets_in(identity):
        keys = ["--psk", "secret one".encode().hex(), "--psk-identity", identity]
        return mosquitto("mosquitto_pub", port, *keys, "-t", "k/1", "-m", "x").returncode == 0

    broker.api("/plugins/emqx_psk_file/unload", "PUT")
    equal(lets_in("meter"), False)
    file.write_text("# identities\nnewer:secret one\n")
    broker.api("/plugins/emqx_psk_file/load", "PUT")
    equal((lets_in("meter"), lets_in("newer")), (False, True))
    file.write_text("# identities\nmeter:secret one\n")
    broker.api("/plugins/emqx_psk_file/reload", "PUT")
    equal((lets_in("meter"), lets_in("newer")), (True, False))


def suites_beside_a_certificate(port):
    def takes(*options):
        return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_2", "-brief", *options], input="",
                              capture_output=True, text=True, timeout=PATIENCE, check=False).returncode == 0

    key = ["-psk_identity", "meter", "-psk", "secret one".encode().hex(), "-cipher"]
    equal(takes(*key, "PSK-AES128-GCM-SHA256"), True)
    equal([c for c in ("PSK-AES128-CBC-SHA", "RSA-PSK-AES256-GCM-SHA384", "DHE-PSK-AES256-CBC-SHA") if takes(*key, c)], [])
    equal(takes(), True)  # with the certificate


def check_finds(lines, what):
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "t.conf"
        config.write_text("\n".join(lines) + "\n")
        done = subprocess.run([sys.argv[1], "--check", "--config", str(config)], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        equal(done.returncode, 1)
        assert what in done.stderr, done.stderr


def main():
    development_certificate()
    ports = [free_port() for _ in range(4)]
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder) / "ca")
        ca = authority.certificate
        main_files = authority.issue("main", "/CN=main", "DNS:localhost", password="open sesame")
        wild = authority.issue("wild", "/CN=wild", "DNS:*.example.com")
        one = authority.issue("one", "/CN=one", "DNS:b.plant.test")
        for file, to in zip(authority.issue("before", "/CN=before", "DNS:localhost"), ("reloaded.pem", "reloaded-key.pem")):
            (authority.folder / to).write_bytes(file.read_bytes())
        (authority.folder / "crl-now.pem").write_bytes(authority.revoke().read_bytes())
        (authority.folder / "psk.txt").write_text("# identities\nmeter:secret one\n")
        lines = [
            *listener("plain", ports[0], f"certfile = {authority.folder}/reloaded.pem",
                      f"keyfile = {authority.folder}/reloaded-key.pem"),
            *listener("mutual", ports[1], f"certfile = {main_files[0]}", f"keyfile = {main_files[1]}",
                      "key_password = open sesame", f"cacertfile = {ca}", f"crlfile = {authority.folder}/crl-now.pem",
                      "verify = verify_peer", "fail_if_no_peer_cert = true", "peer_cert_as_username = cn",
                      "peer_cert_as_clientid = dn", "sni.1.host = *.example.com", f"sni.1.certfile = {wild[0]}",
                      f"sni.1.keyfile = {wild[1]}", "sni.2.host = b.plant.test", f"sni.2.certfile = {one[0]}",
                      f"sni.2.keyfile = {one[1]}"),
            *listener("psk", ports[2], "psk_ciphers = PSK-AES128-GCM-SHA256,PSK-AES256-CBC-SHA"),
            *listener("both", ports[3], "psk_ciphers = PSK-AES128-GCM-SHA256", f"certfile = {main_files[0]}",
                      f"keyfile = {main_files[1]}", "key_password = open sesame"),
            f"psk.file.path = {authority.folder}/psk.txt", "plugins.load = emqx_psk_file"]
        check_finds([line.replace("key_password = open sesame", "key_password = closed") for line in lines], "keyfile")
        check_finds([line.replace("one-key.pem", "wild-key.pem") for line in lines], "wild-key.pem")
        check_finds([line.replace("ca.pem", "nothing.pem") for line in lines], "cacertfile")
        with Broker(lines) as broker:
            bulk(broker, ports[0], ca)
            all_at_once(ports[0], ca)
            versions_and_sessions(broker, ports[0], ca)
            mutual(broker, authority, ports[1])
            host_names(authority, ports[1])
            reload(broker, authority, ports[0], ca)
            pre_shared_keys(broker, ports[2], authority.folder / "psk.txt")
            suites_beside_a_certificate(ports[3])


if not (shutil.which("mosquitto_sub") and shutil.which("openssl")):
    print("mosquitto_sub or openssl is not installed")
    sys.exit(77)
main()
