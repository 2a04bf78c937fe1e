"""Certificates for a test, made with the openssl program."""
import subprocess
from pathlib import Path


def openssl(*args, text=None):
    done = subprocess.run(["openssl", *map(str, args)], capture_output=True, text=True, timeout=60, input=text, check=False)
    assert done.returncode == 0, f"openssl {args}: {done.stderr}"
    return done.stdout


class Authority:
    """A certificate authority in a folder of its own."""

    def __init__(self, folder, name="Test CA"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.certificate, self.key = self.folder / "ca.pem", self.folder / "ca-key.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate)
        (self.folder / "index.txt").touch()
        (self.folder / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.folder}/index.txt\ndefault_md=sha256\ndefault_crl_days=2\n")

    def issue(self, name, subject, hosts="", password=None, authority=False):
        """Files (certificate, key) for a subject such as /O=Plant/CN=device, perhaps an authority itself."""
        certificate, key, request = (self.folder / f"{name}{end}" for end in (".pem", "-key.pem", ".csr"))
        secret = ["-passout", f"pass:{password}"] if password else ["-nodes"]
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-utf8", "-subj", subject, *secret,
                "-keyout", key, "-out", request)
        extensions = self.folder / "extensions"
        extensions.write_text(f"subjectAltName={hosts}\n" if hosts else
                              f"basicConstraints=CA:{'TRUE' if authority else 'FALSE'}\n")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                "-days", "2", "-extfile", extensions, "-out", certificate)
        return certificate, key

    def below(self, name):
        """An authority whose certificate is of this one, in the same folder."""
        lower = object.__new__(Authority)
        lower.folder = self.folder
        lower.certificate, lower.key = self.issue(name, f"/CN={name}", authority=True)
        return lower

    def revoke(self, *certificates):
        """The file of a revocation list with these certificates."""
        for c in certificates:
            openssl("ca", "-config", self.folder / "ca.cnf", "-keyfile", self.key, "-cert", self.certificate, "-revoke", c)
        out = self.folder / "crl.pem"
        openssl("ca", "-config", self.folder / "ca.cnf", "-keyfile", self.key, "-cert", self.certificate, "-gencrl",
                "-out", out)
        return out
