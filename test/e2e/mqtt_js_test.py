"""MQTT.js over TCP and WebSocket, driven by mqtt_js_client.js."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from support import PATIENCE, Broker

MODULES = "/usr/share/nodejs"  # where Debian puts what its packages bring
environment = dict(os.environ, NODE_PATH=MODULES)
node = shutil.which("node")
if not node or subprocess.run([node, "-e", "require('mqtt')"], env=environment, capture_output=True).returncode:
    print("MQTT.js is not installed")
    sys.exit(77)
with Broker() as running:
    for url in f"mqtt://127.0.0.1:{running.port}", f"ws://127.0.0.1:{running.ws}/mqtt":
        subprocess.run([node, str(Path(__file__).with_name("mqtt_js_client.js")), url], env=environment, check=True,
                       timeout=2 * PATIENCE)
