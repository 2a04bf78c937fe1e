"""mosquitto_sub on $SYS: what a monitoring tool reads."""
import json
import shutil
import subprocess
import sys

from support import PATIENCE, Broker, equal

NODE = "$SYS/brokers/emqx@127.0.0.1"


def sub(broker, *args):
    return subprocess.Popen(["mosquitto_sub", "-p", str(broker.port), "-W", str(PATIENCE), *args],
                            stdout=subprocess.PIPE, text=True)


def read_until(process, wanted):
    """The messages until each topic of `wanted` was there."""
    values, missing = {}, set(wanted)
    for line in process.stdout:
        # -F '%t\t%p'
        topic, _, text = line.rstrip("\n").partition("\t")
        values[topic] = text
        missing.discard(topic)
        if not missing:
            return values
    raise AssertionError(f"no message to {sorted(missing)}")


def figures(broker):
    monitor = sub(broker, "-i", "monitor", "-t", "$SYS/#", "-F", "%t\t%p")
    broker.wait_subscribed("monitor")
    subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-i", "visitor", "-t", "t", "-m", "x"], check=True,
                   timeout=PATIENCE)
    values = read_until(monitor, [
        "$SYS/broker/uptime", "$SYS/broker/version", "$SYS/broker/clients/connected", "$SYS/broker/messages/received",
        "$SYS/broker/bytes/sent", "$SYS/broker/load/messages/received/1min", "$SYS/broker/heap/current",
        "$SYS/brokers", f"{NODE}/version", f"{NODE}/uptime", f"{NODE}/datetime", f"{NODE}/stats/connections.count",
        f"{NODE}/metrics/packets/connect/received", f"{NODE}/clients/visitor/connected",
        f"{NODE}/clients/visitor/disconnected"])
    equal(values["$SYS/brokers"], "emqx@127.0.0.1")
    equal(values["$SYS/broker/uptime"].endswith(" seconds"), True)
    came = json.loads(values[f"{NODE}/clients/visitor/connected"])
    equal((came["clientid"], came["proto_ver"], came["keepalive"]), ("visitor", 4, 60))
    equal(json.loads(values[f"{NODE}/clients/visitor/disconnected"])["reason"], "normal")
    monitor.kill()
    monitor.wait()


def one_value(broker):
    """As scripts do: subscribe, take the retained value, leave."""
    out, _ = sub(broker, "-t", "$SYS/broker/version", "-C", "1", "-F", "%r %p").communicate(timeout=PATIENCE + 5)
    equal(out.startswith("1 Troupe version "), True)


if not shutil.which("mosquitto_sub"):
    print("mosquitto_sub is not installed")
    sys.exit(77)
with Broker(["broker.sys_interval = 500ms", "broker.sys_heartbeat = 500ms"]) as running:
    figures(running)
    one_value(running)
