"""What `cmake --install` puts where the unit of systemd looks for it, and that the installed broker runs with it."""
import configparser
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from support import PATIENCE, equal, free_port

build = Path(sys.argv[1]).parent

with tempfile.TemporaryDirectory() as root:
    subprocess.run(["cmake", "--install", str(build), "--prefix", "/usr"], check=True, capture_output=True,
                   env={**os.environ, "DESTDIR": root}, timeout=PATIENCE)
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(Path(root) / "usr/lib/systemd/system/troupe.service")
    service = unit["Service"]

    # As systemd does it, below another root.
    command = [Path(root) / word[1:] if word.startswith("/") else word for word in service["ExecStart"].split()]
    settings = dict(word.split("=", 1) for word in service["Environment"].split())
    equal(set(settings), {"TROUPE_NODE__DATA_DIR", "TROUPE_LOG__DIR"})
    settings = {name: root + folder for name, folder in settings.items()}
    port = free_port()
    for listener in ("TCP__INTERNAL", "SSL__EXTERNAL", "WS__EXTERNAL", "WSS__EXTERNAL"):
        settings[f"TROUPE_LISTENER__{listener}"] = "off"
    settings["TROUPE_LISTENER__TCP__EXTERNAL"] = f"127.0.0.1:{port}"
    settings["TROUPE_MANAGEMENT__LISTENER__HTTP"] = "off"
    settings["TROUPE_LOG__LEVEL"] = "info"
    environment = {**os.environ, **settings}
    check = subprocess.run([*command, "--check"], env=environment, capture_output=True, text=True, timeout=PATIENCE)
    equal((check.returncode, check.stderr), (0, ""))

    broker = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        for line in broker.stdout:
            if re.search(rf"Start mqtt:tcp listener on 127.0.0.1:{port} successfully", line):
                break
        else:
            raise AssertionError("the installed broker does not start")
        assert (Path(root) / "var/lib/troupe/store").is_dir()
    finally:
        broker.terminate()
        equal(broker.wait(PATIENCE), 0)
print("installed, checked, started and stopped")
