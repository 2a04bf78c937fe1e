"""MQTT.js over TCP, TLS, WebSocket and secure WebSocket, driven by mqtt_js_client.js."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from support import PATIENCE, Broker, free_port

MODULES = "/usr/share/nodejs"  # where Debian puts what its packages bring
environment = dict(os.environ, NODE_PATH=MODULES)
node = shutil.which("node")
if not node or subprocess.run([node, "-e", "require('mqtt')"], env=environment, capture_output=True).returncode:
    print("MQTT.js is not installed")
    sys.exit(77)
ssl, wss = free_port(), free_port()
with Broker([f"listener.ssl.external = 127.0.0.1:{ssl}", f"listener.wss.external = 127.0.0.1:{wss}"]) as running:
    # the listeners show the development certificate
    environment["NODE_EXTRA_CA_CERTS"] = str(Path(running.folder.name, "data", "certs", "cert.pem"))
    for url in (f"mqtt://127.0.0.1:{running.port}", f"mqtts://127.0.0.1:{ssl}", f"ws://127.0.0.1:{running.ws}/mqtt",
                f"wss://127.0.0.1:{wss}/mqtt"):
        subprocess.run([node, str(Path(__file__).with_name("mqtt_js_client.js")), url], env=environment, check=True,
                       timeout=2 * PATIENCE)
