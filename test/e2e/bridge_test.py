"""Bridges to Debian's mosquitto and to a second Troupe: messages go there and come from there, also after the other broker,
or this one, has been away."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import mosquitto
from certificates import Authority
from support import PATIENCE, Broker, equal, free_port, wait_for

SERVER = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
if not (os.path.exists(SERVER) and shutil.which("mosquitto_sub")):
    print("mosquitto is not installed")
    sys.exit(77)


class Remote:
    """A mosquitto that keeps its sessions when it ends, and does not hold back its last acknowledgement."""

    def __init__(self, folder, lines=()):
        self.port = free_port()
        self.config = Path(folder) / "mosquitto.conf"
        self.config.write_text("\n".join([f"listener {self.port} 127.0.0.1", "allow_anonymous true", "persistence true",
                                          f"persistence_location {folder}/", "max_queued_messages 0", "user root",
                                          "set_tcp_nodelay true", *lines]) + "\n")
        self.start()

    def start(self):
        self.process = subprocess.Popen([SERVER, "-c", str(self.config)], stderr=subprocess.DEVNULL)
        wait_for(self.answers, "mosquitto")

    def answers(self):
        return subprocess.run(["mosquitto_pub", "-p", str(self.port), "-t", "probe", "-n"], stderr=subprocess.DEVNULL,
                              timeout=PATIENCE, check=False).returncode == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)

    def remember(self, client, topic):
        """From now on it keeps what comes for this client."""
        subprocess.run(["mosquitto_sub", "-p", str(self.port), "-i", client, "-c", "-q", "1", "-t", topic, "-E"],
                       check=True, timeout=PATIENCE)

    def lines(self, client, topic, count):
        """So many messages of that client, as `topic payload`."""
        return mosquitto.lines(mosquitto.sub(self, client, "-c", "-q", "1", "-v", "-t", topic, "-C", str(count)))


def publish(broker, topic, payloads):
    subprocess.run(["mosquitto_pub", "-p", str(broker.port), "-q", "1", "-t", topic, "-l"], check=True, timeout=PATIENCE,
                   input="".join(f"{p}\n" for p in payloads), text=True)


def make_bridge(broker, port, **more):
    config = {"address": f"localhost:{port}", "pool_size": 2, "mountpoint": "from/${node}/", "reconnect_interval": "1s", **more}
    made = broker.api("/resources", "POST", {"type": "bridge_mqtt", "config": config})
    return made["id"]


def alive(broker, resource):
    return broker.api(f"/resource_status/{resource}")["is_alive"]


def forward(broker, resource, topic, **params):
    action = {"name": "data_to_mqtt_broker", "params": {"$resource": resource, "payload_tmpl": "${payload}", **params}}
    return broker.api("/rules", "POST", {"rawsql": f'select * from "{topic}"', "actions": [action]})["id"]


def alarm_is_active(broker, resource):
    return any(resource in row["id"] for node in broker.api("/alarms/present") for row in node["alarms"])


def a_rule_forwards_and_loses_nothing(broker, remote):
    remote.remember("reader", "from/#")
    resource = make_bridge(broker, remote.port)
    rule = forward(broker, resource, "t/#")
    wait_for(lambda: alive(broker, resource), "the bridge")
    publish(broker, "t/1", ["a", "b"])
    equal(remote.lines("reader", "from/#", 2), [f"from/emqx@127.0.0.1/t/1 {p}" for p in "ab"])
    remote.remember("late", "from/#")  # mosquitto_sub leaves its last message without an acknowledgement: it would come again
    remote.stop()
    wait_for(lambda: not alive(broker, resource), "the end of the connection")
    wait_for(lambda: alarm_is_active(broker, resource), "the alarm")
    publish(broker, "t/1", range(300))
    remote.start()
    equal(remote.lines("late", "from/#", 300), [f"from/emqx@127.0.0.1/t/1 {n}" for n in range(300)])
    wait_for(lambda: not alarm_is_active(broker, resource), "the end of the alarm")
    equal(broker.api(f"/rules/{rule}")["actions"][0]["metrics"][0], {"node": "emqx@127.0.0.1", "success": 302, "failed": 0})
    broker.api(f"/rules/{rule}", "DELETE")
    broker.api(f"/resources/{resource}", "DELETE")


def topics_and_versions(broker, remote):
    for version in ("mqttv3", "mqttv4", "mqttv5"):
        remote.remember(version, f"{version}/#")
        resource = make_bridge(broker, remote.port, proto_ver=version, mountpoint="", clientid="b", append=False)
        rule = forward(broker, resource, "v/#", forward_topic=version + "/${clientid}")
        wait_for(lambda: alive(broker, resource), version)
        mosquitto.pub(broker, "-i", "me", "-t", "v/1", "-m", version)
        equal(remote.lines(version, f"{version}/#", 1), [f"{version}/me {version}"])
        broker.api(f"/rules/{rule}", "DELETE")
        broker.api(f"/resources/{resource}", "DELETE")


def tls_checks_whom_it_speaks_to(broker, folder):
    ours, others = Authority(Path(folder) / "ours"), Authority(Path(folder) / "others")
    certificate, key = ours.issue("server", "/CN=server", hosts="DNS:localhost")
    secure = free_port()
    remote = Remote(folder, [f"listener {secure} 127.0.0.1", f"certfile {certificate}", f"keyfile {key}"])
    try:
        remote.remember("tls", "#")
        good = make_bridge(broker, secure, ssl="on", cacertfile=str(ours.certificate), mountpoint="")
        other = make_bridge(broker, secure, ssl="on", cacertfile=str(others.certificate), mountpoint="")
        address = make_bridge(broker, secure, address=f"127.0.0.1:{secure}", ssl="on", cacertfile=str(ours.certificate))
        rule = forward(broker, good, "s/#")
        wait_for(lambda: alive(broker, good), "the bridge over TLS")
        publish(broker, "s/1", ["x"])
        equal(remote.lines("tls", "#", 1), ["s/1 x"])
        for refused in (other, address):
            wait_for(lambda: alarm_is_active(broker, refused), "an alarm")
            equal(alive(broker, refused), False)
        broker.api(f"/rules/{rule}", "DELETE")
        for resource in (good, other, address):
            broker.api(f"/resources/{resource}", "DELETE")
    finally:
        remote.stop()


def what_is_kept_survives_a_kill(broker, remote):
    remote.remember("kept", "k/#")
    resource = make_bridge(broker, remote.port, disk_cache="on", mountpoint="")
    forward(broker, resource, "k/#")
    wait_for(lambda: alive(broker, resource), "the bridge")
    remote.stop()
    wait_for(lambda: not alive(broker, resource), "the end of the connection")
    publish(broker, "k/1", range(500))
    wait_for(lambda: broker.api("/rules")[0]["actions"][0]["metrics"][0]["success"] == 500, "the disk")
    os.kill(broker.process.pid, signal.SIGKILL)
    broker.process.wait(PATIENCE)
    broker.start()
    remote.start()
    equal(remote.lines("kept", "k/#", 500), [f"k/1 {n}" for n in range(500)])


def what_is_kept_goes_once_or_is_erased(broker, remote):
    """Without its disk cache a bridge still sends what was kept; of one that is deleted nothing is left."""
    def wait_with(cache, topic):
        """A resource whose disk has 20 messages for a broker that is away."""
        config = {"address": f"localhost:{remote.port}", "pool_size": 2, "mountpoint": "", "reconnect_interval": "1s"}
        broker.api("/resources", "POST", {"type": "bridge_mqtt", "id": "keeper", "config": {**config, "disk_cache": cache}})
        rule = forward(broker, "keeper", f"{topic}/#")
        publish(broker, f"{topic}/1", range(20))
        wait_for(lambda: broker.api(f"/rules/{rule}")["actions"][0]["metrics"][0]["success"] == 20, "the disk")
        return rule, config

    def leave(rule):
        broker.api(f"/rules/{rule}", "DELETE")
        broker.api("/resources/keeper", "DELETE")

    remote.remember("off", "off/#")
    remote.stop()
    rule, config = wait_with("on", "off")
    broker.api("/resources/keeper", "PUT", {"config": {**config, "disk_cache": "off"}})
    remote.start()
    equal(remote.lines("off", "off/#", 20), [f"off/1 {n}" for n in range(20)])
    remote.remember("gone", "#")
    broker.restart()  # nothing goes a second time
    publish(broker, "off/1", ["end"])
    equal(remote.lines("gone", "#", 1), ["off/1 end"])
    leave(rule)
    remote.remember("deleted", "#")
    remote.stop()
    leave(wait_with("on", "gone")[0])
    rule, _ = wait_with("on", "new")
    remote.start()
    equal(remote.lines("deleted", "#", 20), [f"new/1 {n}" for n in range(20)])
    leave(rule)


PLUGIN = ["bridge.mqtt.there.forwards = up/#, both/#", "bridge.mqtt.there.forward_mountpoint = a/",
          "bridge.mqtt.there.subscription.1.topic = down/#", "bridge.mqtt.there.subscription.1.qos = 2",
          "bridge.mqtt.there.subscription.2.topic = both/#", "bridge.mqtt.there.receive_mountpoint = b/",
          "bridge.mqtt.loop.forwards = loop/#", "bridge.mqtt.loop.subscription.1.topic = loop/#",
          "bridge.mqtt.loop.bridge_mode = true", "bridge.mqtt.there.clean_start = false", "bridge.mqtt.there.reconnect_interval = 1s", "plugins.load = emqx_bridge_mqtt"]


def loaded(broker):
    return [p["active"] for p in broker.api("/nodes/emqx@127.0.0.1/plugins") if p["name"] == "emqx_bridge_mqtt"]


def the_plugin_goes_both_ways(version):
    with Broker() as remote:
        where = [f"bridge.mqtt.{name}.{line}" for name in ("there", "loop")
                 for line in (f"address = 127.0.0.1:{remote.port}", f"proto_ver = {version}")]
        with Broker([*PLUGIN, *where]) as here:
            remote.wait_subscribed("bridge_there", 2)
            there_reader, here_reader = mosquitto.sub(remote, "r", "-q", "1", "-v", "-t", "a/#", "-C", "3"), \
                mosquitto.sub(here, "r", "-q", "2", "-v", "-t", "b/#", "-C", "2")
            remote.wait_subscribed("r")
            here.wait_subscribed("r")
            publish(here, "up/1", ["one", "two"])
            publish(remote, "down/1", ["three"])
            publish(remote, "both/1", ["four"])
            equal(sorted(mosquitto.lines(here_reader)), ["b/both/1 four", "b/down/1 three"])
            publish(here, "both/2", ["five"])
            equal(sorted(mosquitto.lines(there_reader)), ["a/both/2 five", "a/up/1 one", "a/up/1 two"])
            remote.wait_subscribed("bridge_loop")
            readers = [mosquitto.sub(b, "l", "-q", "1", "-v", "-t", "loop/#", "-C", "3") for b in (here, remote)]
            for b in (here, remote):
                b.wait_subscribed("l")
            publish(here, "loop/1", ["once"])
            publish(remote, "loop/2", ["once"])
            publish(remote, "loop/3", ["end"])
            for reader in readers:
                equal(sorted(mosquitto.lines(reader)), ["loop/1 once", "loop/2 once", "loop/3 end"])
            equal(loaded(here), [True])
            here.api("/plugins/emqx_bridge_mqtt/unload", "PUT")
            wait_for(lambda: not [c for c in remote.api("/clients") if c["clientid"] == "bridge_there" and c["connected"]],
                     "the bridge's goodbye")
            here.restart()
            equal(loaded(here), [False])
            here.api("/plugins/emqx_bridge_mqtt/load", "PUT")
            wait_for(lambda: [c for c in remote.api("/clients") if c["clientid"] == "bridge_there" and c["connected"]],
                     "the bridge")


with tempfile.TemporaryDirectory() as scratch:
    os.chmod(scratch, 0o777)
    for name in ("plain", "tls"):
        os.mkdir(os.path.join(scratch, name))
        os.chmod(os.path.join(scratch, name), 0o777)
    plain = Remote(os.path.join(scratch, "plain"))
    try:
        with Broker() as running:
            a_rule_forwards_and_loses_nothing(running, plain)
            topics_and_versions(running, plain)
            tls_checks_whom_it_speaks_to(running, os.path.join(scratch, "tls"))
            what_is_kept_goes_once_or_is_erased(running, plain)
            what_is_kept_survives_a_kill(running, plain)
    finally:
        plain.stop()
for protocol in ("mqttv4", "mqttv5"):
    the_plugin_goes_both_ways(protocol)
