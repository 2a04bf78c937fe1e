"""paho-mqtt for Python: QoS 0, 1 and 2 through one connection over TCP and WebSocket, 3.1.1 and 5.0, properties,
shared subscriptions."""
import sys
import threading

from support import PATIENCE, Broker, equal, wait_for

try:
    import paho.mqtt.client as paho
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties
except ImportError:
    print("paho-mqtt is not installed")
    sys.exit(77)


class Client:
    def __init__(self, broker, name, protocol, transport="tcp"):
        self.got, self.subscribed = [], threading.Event()
        self.client = paho.Client(client_id=name, protocol=protocol, transport=transport)
        self.client.on_message = lambda _c, _u, m: self.got.append(m)
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.connect("127.0.0.1", broker.port if transport == "tcp" else broker.ws)
        self.client.loop_start()

    def subscribe(self, topic, qos):
        self.subscribed.clear()
        self.client.subscribe(topic, qos)
        assert self.subscribed.wait(PATIENCE), "no SUBACK"

    def publish(self, *args, **options):
        self.client.publish(*args, **options).wait_for_publish()

    def stop(self):
        self.client.disconnect()
        self.client.loop_stop()


def flows(broker, protocol, name, transport="tcp"):
    receiver = Client(broker, f"{name}-receiver", protocol, transport)
    sender = Client(broker, f"{name}-sender", protocol, transport)
    receiver.subscribe(f"{name}/#", 2)
    for qos in (0, 1, 2):
        for i in range(200):
            sender.client.publish(f"{name}/{qos}", str(i), qos)
    wait_for(lambda: len(receiver.got) >= 600, "600 messages")
    for qos in (0, 1, 2):
        mine = [m for m in receiver.got if m.topic == f"{name}/{qos}"]
        equal([int(m.payload) for m in mine], list(range(200)))
        equal({m.qos for m in mine}, {qos})
    sender.stop()
    receiver.stop()


def large(broker):
    """Its payload needs the longest form of a frame's length, in both directions."""
    both = Client(broker, "large", paho.MQTTv311, "websockets")
    both.subscribe("large", 1)
    payload = bytes(range(256)) * 2048
    both.publish("large", payload, 1)
    assert wait_for(lambda: both.got, "the message")[0].payload == payload
    both.stop()


def properties(broker):
    receiver = Client(broker, "properties-receiver", paho.MQTTv5)
    sender = Client(broker, "properties-sender", paho.MQTTv5)
    receiver.subscribe("properties", 1)
    sent = Properties(PacketTypes.PUBLISH)
    sent.ContentType = "text/plain"
    sent.ResponseTopic = "answers"
    sent.CorrelationData = b"\x00\x01"
    sent.UserProperty = [("a", "1"), ("b", "2"), ("a", "3")]
    sent.MessageExpiryInterval = 100
    sender.publish("properties", "x", 1, properties=sent)
    got = wait_for(lambda: receiver.got, "the message")[0].properties
    equal(got.ContentType, "text/plain")
    equal(got.ResponseTopic, "answers")
    equal(got.CorrelationData, b"\x00\x01")
    equal(got.UserProperty, [("a", "1"), ("b", "2"), ("a", "3")])
    assert 98 <= got.MessageExpiryInterval <= 100
    sender.stop()
    receiver.stop()


def shared(broker):
    members = [Client(broker, f"member-{i}", paho.MQTTv311) for i in range(4)]
    for m in members:
        m.subscribe("$share/workers/jobs", 1)
    sender = Client(broker, "boss", paho.MQTTv311)
    for i in range(400):
        sender.client.publish("jobs", str(i), 1)
    wait_for(lambda: sum(len(m.got) for m in members) >= 400, "all jobs")
    equal(sorted(int(m.payload) for c in members for m in c.got), list(range(400)))
    assert all(c.got for c in members), "a member got nothing"
    for c in members + [sender]:
        c.stop()


with Broker() as running:
    flows(running, paho.MQTTv31, "v31")
    flows(running, paho.MQTTv311, "v311")
    flows(running, paho.MQTTv5, "v5")
    flows(running, paho.MQTTv311, "ws-v311", "websockets")
    flows(running, paho.MQTTv5, "ws-v5", "websockets")
    large(running)
    properties(running)
    shared(running)
