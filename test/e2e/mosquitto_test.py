"""mosquitto_pub and mosquitto_sub: versions, QoS, retained messages, wills, sessions that survive."""
import shutil
import subprocess
import sys

from mosquitto import lines, pub, sub
from support import PATIENCE, Broker, equal, wait_for

VERSIONS = ["mqttv31", "mqttv311", "mqttv5"]


def every_version_and_qos(broker):
    for version in VERSIONS:
        for qos in "012":
            name = f"{version}-{qos}"
            listener = sub(broker, name, "-V", version, "-q", qos, "-t", f"{name}/+", "-v", "-C", "3")
            broker.wait_subscribed(name)
            for text in ("one", "two", "three"):
                pub(broker, "-V", version, "-q", qos, "-t", f"{name}/{text}", "-m", text)
            equal(lines(listener), [f"{name}/{t} {t}" for t in ("one", "two", "three")])


def retained(broker):
    pub(broker, "-t", "kept/a", "-m", "old", "-r", "-q", "1")
    pub(broker, "-t", "kept/a", "-m", "new", "-r", "-q", "1")
    equal(lines(sub(broker, "late", "-t", "kept/#", "-C", "1", "-F", "%r %p")), ["1 new"])
    pub(broker, "-t", "kept/a", "-n", "-r", "-q", "1")
    equal(lines(sub(broker, "later", "-t", "kept/#", "-W", "1")), [])


def wills(broker):
    listener = sub(broker, "heir", "-t", "wills/#", "-C", "1", "-v")
    broker.wait_subscribed("heir")
    doomed = sub(broker, "doomed", "-t", "nothing", "--will-topic", "wills/doomed", "--will-payload", "gone")
    broker.wait_subscribed("doomed")
    doomed.kill()
    doomed.wait()
    equal(lines(listener), ["wills/doomed gone"])


def sessions(broker):
    for version in ("mqttv311", "mqttv5"):
        name = f"keeper-{version}"
        keep = ["-V", version, "-c", "-q", "1", "-t", f"{name}/#"]
        if version == "mqttv5":
            keep += ["-x", "100"]
        first = sub(broker, name, *keep, "-C", "1")
        broker.wait_subscribed(name)
        pub(broker, "-q", "1", "-t", f"{name}/1", "-m", "live")
        equal(lines(first), ["live"])
        wait_for(lambda: not broker.api(f"/clients/{name}")[0]["connected"], "the client to be away")
        for i in range(5):
            pub(broker, "-q", "1", "-t", f"{name}/q", "-m", f"queued {i}")
        equal(lines(sub(broker, name, *keep, "-C", "5")), [f"queued {i}" for i in range(5)])


def large_messages(broker):
    text = "x" * 900_000
    listener = sub(broker, "large", "-q", "1", "-t", "large", "-C", "1")
    broker.wait_subscribed("large")
    subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", "large", "-s"], input=text, text=True,
                   check=True, timeout=PATIENCE)
    equal(lines(listener), [text])


if not shutil.which("mosquitto_sub"):
    print("mosquitto_sub is not installed")
    sys.exit(77)
with Broker() as running:
    every_version_and_qos(running)
    retained(running)
    wills(running)
    sessions(running)
    large_messages(running)
