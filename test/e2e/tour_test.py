"""The README's tour, step by step, with curl and the mosquitto clients."""
import json
import shutil
import subprocess
import sys

from support import PATIENCE, Broker, equal, wait_for

if not (shutil.which("mosquitto_sub") and shutil.which("curl")):
    print("mosquitto_sub or curl is not installed")
    sys.exit(77)


def curl(broker, path, *args):
    out = subprocess.run(["curl", "-s", "--basic", "-u", "admin:public", *args,
                          f"http://localhost:{broker.http}/api/v4{path}"], check=True, timeout=PATIENCE,
                         capture_output=True, text=True).stdout
    return json.loads(out)


with Broker() as running:
    kitchen = subprocess.Popen(["mosquitto_sub", "-p", str(running.port), "-i", "kitchen", "-t", "house/#", "-q", "1", "-v"],
                               stdout=subprocess.PIPE, text=True)
    running.wait_subscribed("kitchen")
    subprocess.run(["mosquitto_pub", "-p", str(running.port), "-t", "house/kitchen/temperature", "-m", "21.5", "-q", "1"],
                   check=True, timeout=PATIENCE)
    equal(kitchen.stdout.readline(), "house/kitchen/temperature 21.5\n")
    message = {"topic": "house/door", "payload": "open", "qos": 1, "retain": False, "clientid": "curl"}
    equal(curl(running, "/mqtt/publish", "-X", "POST", "-d", json.dumps(message)), {"code": 0})
    equal(kitchen.stdout.readline(), "house/door open\n")
    equal(curl(running, "/subscriptions/kitchen"),
          {"code": 0, "data": [{"topic": "house/#", "qos": 1, "node": "emqx@127.0.0.1", "clientid": "kitchen"}]})
    broker, = curl(running, "/brokers")["data"]
    equal((broker["sysdescr"], broker["node_status"], broker["node"]), ("Troupe Broker", "Running", "emqx@127.0.0.1"))
    equal(curl(running, "/mqtt/subscribe", "-X", "POST", "-d", '{"topics":"garden,garage","qos":1,"clientid":"kitchen"}'),
          {"code": 0})
    equal(sorted(s["topic"] for s in curl(running, "/subscriptions/kitchen")["data"]), ["garage", "garden", "house/#"])
    equal(curl(running, "/clients/kitchen", "-X", "DELETE"), {"code": 0})
    kitchen.kill()  # it would connect again
    kitchen.wait()
    wait_for(lambda: curl(running, "/clients/kitchen")["data"] == [], "the client to be gone")
    equal(curl(running, "/clients/kitchen", "-X", "DELETE"), {"code": 112, "message": "not_found"})
