"""The broker's own features with mosquitto's clients, and with mosquitto itself as a bridge."""
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mosquitto import lines, pub, sub
from support import Broker, equal, free_port, wait_for

LINES = ["modules.load = emqx_mod_delayed,emqx_mod_rewrite", "module.rewrite.pub.rule.1 = old/# ^old/(.+)$ new/$1",
         "module.rewrite.sub.rule.1 = alias/# ^alias/(.+)$ new/$1", "zone.external.max_inflight = 2"]


def delayed(broker):
    listener = sub(broker, "patient", "-q", "1", "-t", "later", "-C", "2", "-F", "%U %p")
    broker.wait_subscribed("patient")
    start = time.time()
    pub(broker, "-V", "mqttv5", "-q", "1", "-t", "$delayed/3/later", "-m", "second")
    pub(broker, "-V", "mqttv311", "-q", "2", "-t", "$delayed/1/later", "-m", "first")
    found = [line.split() for line in lines(listener)]
    equal([text for _, text in found], ["first", "second"])
    for (when, _), delay in zip(found, (1, 3)):
        assert delay - 0.1 <= float(when) - start < delay + 5, f"{when} is not {delay} s after {start}"


def rewritten(broker):
    listener = sub(broker, "alias", "-q", "1", "-t", "alias/#", "-C", "2", "-v")
    broker.wait_subscribed("alias")
    pub(broker, "-q", "1", "-t", "old/kitchen", "-m", "a")
    pub(broker, "-q", "1", "-t", "new/kitchen", "-m", "b")
    equal(lines(listener), ["new/kitchen a", "new/kitchen b"])


def redispatched(broker):
    # Mosquitto's client leaves at once when it has one message, and acknowledges no other.
    first = sub(broker, "leaves", "-q", "1", "-t", "$share/g/work", "-C", "1")
    broker.wait_subscribed("leaves")
    first.send_signal(signal.SIGSTOP)
    for i in range(10):
        pub(broker, "-q", "1", "-t", "work", "-m", str(i))
    second = sub(broker, "stays", "-q", "1", "-t", "$share/g/work", "-C", "10")
    broker.wait_subscribed("stays")
    first.kill()
    first.wait()
    equal(sorted(lines(second)), [str(i) for i in range(10)])


def sub_there(port, topic, count):
    """A subscriber of the other broker that has subscribed: the retained message of its last filter has come."""
    subprocess.run(["mosquitto_pub", "-p", str(port), "-q", "1", "-r", "-t", "ready", "-m", "ready"], check=True, timeout=20)
    process = subprocess.Popen(["mosquitto_sub", "-p", str(port), "-q", "1", "-t", topic, "-t", "ready",
                                "-C", str(count + 1), "-W", "20", "-F", "%p %r"], stdout=subprocess.PIPE, text=True)
    equal(process.stdout.readline(), "ready 1\n")
    return process


def bridged(broker):
    if not shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin"):
        print("mosquitto is not installed: no bridge")
        return
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = Path(folder) / "mosquitto.conf"
        config.write_text("\n".join([f"listener {port} 127.0.0.1", "allow_anonymous true", "user root", "connection bridge",
                                     f"address 127.0.0.1:{broker.port}", "remote_clientid bridge",
                                     "notifications false", "topic both/# both 1"]) + "\n")
        other = subprocess.Popen(["mosquitto", "-c", str(config)], env={"PATH": "/usr/sbin:/usr/bin:/usr/local/sbin"},
                                 stderr=subprocess.DEVNULL)
        try:
            broker.wait_subscribed("bridge")
            equal(broker.api("/clients/bridge")[0]["is_bridge"], True)
            here = sub(broker, "here", "-q", "1", "-t", "both/#", "-C", "2", "-F", "%p")
            broker.wait_subscribed("here")
            there, kept = sub_there(port, "both/#", 2), sub_there(port, "both/x", 1)
            subprocess.run(["mosquitto_pub", "-p", str(port), "-q", "1", "-t", "both/x", "-m", "from there"], check=True,
                           timeout=20)
            equal(lines(kept), ["from there 0"])
            pub(broker, "-q", "1", "-r", "-t", "both/y", "-m", "from here")
            equal(sorted(lines(here)), ["from here", "from there"])
            equal(len(lines(there)), 2)
            late = subprocess.run(["mosquitto_sub", "-p", str(port), "-t", "both/y", "-C", "1", "-W", "20", "-F", "%p %r"],
                                  capture_output=True, text=True, check=True)
            equal(late.stdout, "from here 1\n")  # the bridge was told that it is retained
            row = broker.api("/clients/bridge")[0]
            equal((row["recv_msg"], row["send_msg"]), (1, 1))  # nothing went back to where it came from
        finally:
            other.terminate()
            other.wait(10)


if not shutil.which("mosquitto_sub"):
    print("mosquitto_sub is not installed")
    sys.exit(77)
with Broker(LINES) as running:
    delayed(running)
    rewritten(running)
    redispatched(running)
    bridged(running)
