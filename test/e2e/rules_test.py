"""The README's rules: each is made as it stands there, and does what is said about it."""
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from support import PATIENCE, Broker, equal, wait_for

if not (shutil.which("mosquitto_sub") and shutil.which("curl")):
    print("mosquitto_sub or curl is not installed")
    sys.exit(77)

README = Path(__file__).resolve().parents[2] / "README.md"


def rules_of_readme():
    section = README.read_text(encoding="utf-8").split("\n## Five rules\n")[1].split("\n## ")[0]
    return [json.loads(body) for body in re.findall(r"^    (\{.*?^    \})$", section, re.MULTILINE | re.DOTALL)]


def make(broker, rule):
    out = subprocess.run(["curl", "-s", "--basic", "-u", "admin:public", "-d", json.dumps(rule),
                          f"http://localhost:{broker.http}/api/v4/rules"], check=True, timeout=PATIENCE,
                         capture_output=True, text=True).stdout
    made = json.loads(out)
    assert made["code"] == 0, out
    return made["data"]["id"]


def publish(broker, topic, payload, client):
    subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-i", client, "-t", topic, "-m", json.dumps(payload), "-q", "1"],
                   check=True, timeout=PATIENCE)


with Broker() as running:
    hot, unpacked, celsius, urgent, offline = [make(running, rule) for rule in rules_of_readme()]
    reader = subprocess.Popen(["mosquitto_sub", "-p", str(running.port), "-i", "reader", "-v", "-t", "alarm/#", "-t", "reading/#",
                               "-t", "house/+/celsius", "-t", "log/urgent", "-t", "log/normal", "-t", "offline/sensor7"],
                              stdout=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: len(running.api("/subscriptions")) == 6, "the reader")
        publish(running, "plant/north/sensor", {"temp": 21}, "sensor7")
        equal(reader.stdout.readline(), "offline/sensor7 normal\n")
        publish(running, "plant/north/sensor", {"temp": 31.5}, "sensor7")
        equal(sorted(reader.stdout.readline() for _ in range(2)),
              ['alarm/north {"temp":31.5,"sensor":"sensor7"}\n', "offline/sensor7 normal\n"])
        publish(running, "gateway/1", {"site": "s", "readings": [{"id": "a", "v": 1}, {"id": "b", "v": None}, {"id": "c", "v": 3}]}, "g")
        equal([reader.stdout.readline() for _ in range(2)], ["reading/s/a 1\n", "reading/s/c 3\n"])
        publish(running, "house/kitchen/fahrenheit", {"value": 212}, "f")
        equal(reader.stdout.readline(), "house/kitchen/celsius 100.0\n")
        publish(running, "log/pump", {"level": 4, "text": "dry"}, "p")
        equal(reader.stdout.readline(), "log/urgent pump: dry\n")
        publish(running, "log/pump", {"level": 1, "text": "wet"}, "p")
        equal(reader.stdout.readline(), "log/normal pump: wet\n")
        for rule, matched in ((hot, 1), (unpacked, 1), (celsius, 1), (urgent, 2)):
            equal(running.api(f"/rules/{rule}")["metrics"][0]["matched"], matched)
    finally:
        reader.kill()
        reader.wait()
