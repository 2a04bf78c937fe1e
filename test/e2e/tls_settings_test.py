"""What each setting of a TLS listener does, seen by the openssl program and by Python's ssl module."""
import shutil
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

from certificates import Authority, openssl
from raw import mqtt, ping
from support import PATIENCE, Broker, equal, free_port
from tls_streams import listener, refused, tls, trusting

AES128, AES256 = "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"


def connects(port, ca, *, version=None, ciphers=None, files=None, session=None):
    """A connected client with these TLS settings."""
    context = trusting(ca)
    if version:
        context.minimum_version = context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    if files:
        context.load_cert_chain(*files)
    stream = mqtt(tls(port, context, session=session), "tls-settings")
    ping(stream)
    return stream


def s_client(port, *options):
    done = subprocess.run(["openssl", "s_client", "-connect", f"localhost:{port}", "-brief", *options], input="",
                          capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.stderr if done.returncode == 0 else ""


def depth(shallow, deep, root):
    direct = root.issue("direct", "/CN=direct")
    middle = root.below("middle")
    certificate, key = middle.issue("far", "/CN=far")
    chain = root.folder / "chain.pem"
    chain.write_text(certificate.read_text() + middle.certificate.read_text())
    for port in (shallow, deep):
        connects(port, root.certificate, files=direct)
    connects(deep, root.certificate, files=(chain, key))
    assert refused(lambda: connects(shallow, root.certificate, files=(chain, key))), "one certificate too many"


def versions(old, new, ancient, ca):
    both = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    connects(old, ca, version=both[0])
    connects(new, ca, version=both[1])
    assert refused(lambda: connects(old, ca, version=both[1])), "TLS 1.3 is off"
    assert refused(lambda: connects(new, ca, version=both[0])), "TLS 1.2 is off"
    for name, flag in (("TLSv1", "-tls1"), ("TLSv1.1", "-tls1_1")):
        said = s_client(ancient, flag, "-cipher", "ALL:@SECLEVEL=0")
        assert f"Protocol version: {name}\n" in said, said
        assert not s_client(old, flag, "-cipher", "ALL:@SECLEVEL=0"), f"{name} is off"


def ciphers(chosen, ours, theirs, ca):
    v12, v13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    equal(connects(chosen, ca, version=v12).cipher()[0], AES256)
    equal(connects(chosen, ca, version=v13).cipher()[0], "TLS_AES_128_GCM_SHA256")
    assert refused(lambda: connects(chosen, ca, version=v12, ciphers=AES128)), "a cipher that is not configured"
    for port, expected in ((ours, AES256), (theirs, AES128)):
        equal(connects(port, ca, version=v12, ciphers=f"{AES128}:{AES256}").cipher()[0], expected)


def sessions(port, ca):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = trusting(ca)
        context.minimum_version = context.maximum_version = version
        first = mqtt(tls(port, context), "first")
        again = mqtt(tls(port, context, session=first.session), "again")
        assert not again.session_reused, version


def diffie_hellman(port):
    said = s_client(port, "-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256")
    assert "Server Temp Key: DH, 3072 bits" in said, said


def main():
    names = ["shallow", "deep", "old", "new", "ancient", "chosen", "ours", "theirs", "fresh", "dhe"]
    port = {name: free_port() for name in names}
    with tempfile.TemporaryDirectory() as folder:
        root = Authority(Path(folder) / "ca")
        ca = root.certificate
        certificate, key = root.issue("server", "/CN=localhost", "DNS:localhost")
        mutual = [f"cacertfile = {ca}", "verify = verify_peer", "fail_if_no_peer_cert = true"]
        rsa, group = root.folder / "rsa.pem", root.folder / "group.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", rsa,
                "-out", root.folder / "rsa-cert.pem")
        rsa.write_text(rsa.read_text() + (root.folder / "rsa-cert.pem").read_text())
        openssl("genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe3072", "-out", group)
        files = [f"certfile = {certificate}", f"keyfile = {key}"]
        settings = {
            "shallow": [*files, *mutual, "depth = 0"], "deep": [*files, *mutual, "depth = 1"],
            "old": [*files, "tls_versions = tlsv1.2"], "new": [*files, "tls_versions = tlsv1.3"],
            "ancient": [*files, "tls_versions = tlsv1.1,tlsv1"],
            "chosen": [*files, f"ciphers = {AES256},TLS_AES_128_GCM_SHA256"],
            "ours": [*files, f"ciphers = {AES256},{AES128}"],
            "theirs": [*files, f"ciphers = {AES256},{AES128}", "honor_cipher_order = off"],
            "fresh": [*files, "reuse_sessions = off"],
            "dhe": [f"certfile = {rsa}", f"keyfile = {rsa}", f"dhfile = {group}"],
        }
        with Broker([line for name in names for line in listener(name, port[name], *settings[name])]):
            depth(port["shallow"], port["deep"], root)
            versions(port["old"], port["new"], port["ancient"], ca)
            ciphers(port["chosen"], port["ours"], port["theirs"], ca)
            sessions(port["fresh"], ca)
            diffie_hellman(port["dhe"])


if not shutil.which("openssl"):
    print("openssl is not installed")
    sys.exit(77)
main()
