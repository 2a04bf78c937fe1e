"""Both scrape endpoints, read by the Prometheus project's own parser."""
import shutil
import sys
import urllib.request
from base64 import b64encode

from mosquitto import lines, pub, sub
from support import PATIENCE, Broker, equal, wait_for

try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    print("python3-prometheus-client is not installed")
    sys.exit(77)
if not shutil.which("mosquitto_sub"):
    print("mosquitto_sub is not installed")
    sys.exit(77)


def scrape(broker, path):
    """The families by name: their type and their one value."""
    request = urllib.request.Request(f"http://127.0.0.1:{broker.http}{path}")
    request.add_header("Authorization", "Basic " + b64encode(b"admin:public").decode())
    with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
        equal(reply.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        text = reply.read().decode()
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.name not in found, f"{family.name} is there twice"
        (sample,) = family.samples
        equal((sample.labels, sample.timestamp), ({}, None))
        assert sample.value >= 0 and sample.value == int(sample.value), sample
        found[family.name] = (family.type, int(sample.value))
    equal(len(found), text.count("# TYPE "))
    return found


def exported(name):
    return {"packets.connect.received": "emqx_packets_connect"}.get(name, "emqx_" + name.replace(".", "_"))


def figures(broker):
    found = {**broker.api("/metrics")[0]["metrics"], **broker.api("/stats")[0]["stats"]}
    return {exported(name): value for name, value in found.items()}


with Broker(["node.data_dir = data"]) as broker:
    reader = sub(broker, "reader", "-q", "1", "-t", "t/#", "-C", "2")
    broker.wait_subscribed("reader")
    pub(broker, "-q", "1", "-t", "t/a", "-m", "one")
    pub(broker, "-q", "1", "-r", "-t", "t/b", "-m", "two")
    equal(lines(reader), ["one", "two"])
    wait_for(lambda: figures(broker)["emqx_client_disconnected"] == 3, "the end of the clients")
    wait_for(lambda: figures(broker)["emqx_retained_count"] == 1, "the retained message")
    for path in ("/metrics", "/api/v4/emqx_prometheus?type=prometheus"):
        before, found, after = figures(broker), scrape(broker, path), figures(broker)
        equal(found["emqx_packets_connect"], ("counter", 3))
        equal(found["emqx_messages_qos1_received"], ("counter", 2))
        equal(found["emqx_messages_qos1_sent"], ("counter", 2))
        equal(found["emqx_messages_retained"], ("gauge", 1))
        assert found["emqx_vm_used_memory"][1] > 1_000_000
        for name in before:
            assert before[name] <= found[name][1] <= after[name], (name, before[name], found[name], after[name])
