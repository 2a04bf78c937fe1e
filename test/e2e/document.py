"""The API document's examples: each curl call as it stands there, and the shape of the reply printed under it.

A shape is a value that must be equal, a type, a compiled pattern that the whole text must match, a list with
one shape for all its entries (which must exist), or a dictionary with one shape for each member; a member
that the document does not show may be there too.
"""
import re

NODE = "emqx@127.0.0.1"
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
UPTIME = re.compile(r"(\d+ days, )?(\d+ hours, )?(\d+ minutes, )?\d+ seconds")
LOAD = re.compile(r"\d+\.\d\d")
MEMORY = re.compile(r"\d+\.\d\d[KMG]")
LISTEN_ON = re.compile(r"(.+:)?\d+")
DONE = {"code": 0}

BROKER = {"version": str, "uptime": UPTIME, "sysdescr": str, "otp_release": str, "node_status": "Running", "node": NODE,
          "datetime": TIME}
NODE_ROW = {"version": str, "uptime": UPTIME, "process_used": int, "process_available": 2097152, "otp_release": str,
            "node_status": "Running", "node": NODE, "memory_used": int, "memory_total": int, "max_fds": int, "load5": LOAD,
            "load15": LOAD, "load1": LOAD, "connections": int}
NODE_IN_LIST = {**NODE_ROW, "memory_used": MEMORY, "memory_total": MEMORY}
CLIENT = {"zone": "external", "recv_cnt": int, "max_mqueue": 1000, "node": NODE, "username": str, "mqueue_len": 0,
          "max_inflight": 32, "is_bridge": False, "mqueue_dropped": 0, "inflight": 0, "heap_size": int,
          "max_subscriptions": 0, "proto_name": "MQTT", "created_at": TIME, "proto_ver": int, "reductions": int,
          "send_msg": int, "ip_address": "127.0.0.1", "send_cnt": int, "mailbox_len": int, "awaiting_rel": 0,
          "keepalive": 60, "recv_msg": int, "send_pkt": int, "recv_oct": int, "clientid": str, "clean_start": True,
          "expiry_interval": 0, "connected": True, "port": int, "send_oct": int, "recv_pkt": int, "connected_at": TIME,
          "max_awaiting_rel": 100, "subscriptions_cnt": int}
EXAMPLE = {**CLIENT, "clientid": "example"}
SUBSCRIPTION = {"topic": str, "qos": int, "node": NODE, "clientid": str}
ROUTE = {"topic": str, "node": NODE}
LISTENER = {"shutdown_count": list, "protocol": str, "max_conns": int, "listen_on": LISTEN_ON, "current_conns": int,
            "acceptors": int}


def meta(limit, count):
    return {"page": 1, "limit": limit, "count": count}


def names(text):
    return {name: int for name in text.split()}


METRICS = names("""actions.failure actions.success bytes.received bytes.sent client.authenticate client.auth.anonymous
    client.connect client.connack client.connected client.disconnected client.check_acl client.subscribe client.unsubscribe
    delivery.dropped.too_large delivery.dropped.queue_full delivery.dropped.qos0_msg delivery.dropped.expired
    delivery.dropped.no_local delivery.dropped messages.delayed messages.delivered messages.dropped messages.dropped.expired
    messages.dropped.no_subscribers messages.forward messages.publish messages.qos0.received messages.qos1.received
    messages.qos2.received messages.qos0.sent messages.qos1.sent messages.qos2.sent messages.received messages.sent
    messages.retained messages.acked packets.received packets.sent packets.connect.received packets.connack.auth_error
    packets.connack.error packets.connack.sent packets.publish.received packets.publish.sent packets.publish.inuse
    packets.publish.auth_error packets.publish.error packets.publish.dropped packets.puback.received packets.puback.sent
    packets.puback.inuse packets.puback.missed packets.pubrec.received packets.pubrec.sent packets.pubrec.inuse
    packets.pubrec.missed packets.pubrel.received packets.pubrel.sent packets.pubrel.missed packets.pubcomp.received
    packets.pubcomp.sent packets.pubcomp.inuse packets.pubcomp.missed packets.subscribe.received packets.subscribe.error
    packets.subscribe.auth_error packets.suback.sent packets.unsubscribe.received packets.unsubscribe.error
    packets.unsuback.sent packets.pingreq.received packets.pingresp.sent packets.disconnect.received packets.disconnect.sent
    packets.auth.received packets.auth.sent rules.matched session.created session.discarded session.resumed
    session.takeovered session.terminated""")
STATS = names(" ".join(f"{name}.count {name}.max" for name in (
    "connections channels sessions topics suboptions subscribers subscriptions subscriptions.shared routes retained rules "
    "resources actions").split()))


def get(path, data, **more):
    return (["-X", "GET"], path, {"data": data, "code": 0, **more})


def post(path, body):
    return (["-X", "POST", "-d", body], path, DONE)


# Examples of what this broker does not serve yet.
LATER = re.compile(r"/alarms/|/banned")

PLUGIN = {"version": str, "type": re.compile("auth|bridge|feature|protocol"), "name": str, "description": str, "active": bool}

# In an order in which each finds what it needs: see document_test.py for the clients.
EXAMPLES = [
    get("", [{"path": str, "name": str, "method": re.compile("GET|POST|PUT|DELETE"), "descr": str}]),
    get("/brokers", [BROKER]),
    get(f"/brokers/{NODE}", BROKER),
    get("/nodes", [NODE_IN_LIST]),
    get(f"/nodes/{NODE}", NODE_ROW),
    get("/clients?_page=1&_limit=10", [CLIENT], meta=meta(10, 4)),
    get("/clients/example", [EXAMPLE]),
    get(f"/nodes/{NODE}/clients?_page=1&_limit=10", [CLIENT], meta=meta(10, 4)),
    get(f"/nodes/{NODE}/clients/example", [{**EXAMPLE, "username": "test"}]),
    get("/clients/username/steve", [{**CLIENT, "username": "steve"}]),
    get(f"/nodes/{NODE}/clients/username/test", [{**EXAMPLE, "username": "test"}]),
    get("/clients/example/acl_cache", list),
    (["-X", "DELETE"], "/clients/example/acl_cache", DONE),
    get("/subscriptions?_page=1&_limit=10", [SUBSCRIPTION], meta=meta(10, 2)),
    get("/subscriptions/123", [{"topic": "a/b/c", "qos": 1, "node": NODE, "clientid": "123"}]),
    get(f"/nodes/{NODE}/subscriptions?_page=1&limit=10", [SUBSCRIPTION], meta=meta(10000, 2)),
    get(f"/nodes/{NODE}/subscriptions/sample", [{"topic": "a/+/c", "qos": 0, "node": NODE, "clientid": "sample"}]),
    get("/routes", [ROUTE], meta=meta(10000, 2)),
    get("/routes/a%2fb%2fc", [{"topic": "a/b/c", "node": NODE}]),
    post("/mqtt/publish", '{"topic":"a/b/c","payload":"Hello World","qos":1,"retain":false,"clientid":"example"}'),
    post("/mqtt/subscribe", '{"topics":"a,b,c","qos":1,"clientid":"example"}'),
    post("/mqtt/unsubscribe", '{"topic":"a","qos":1,"clientid":"example"}'),
    post("/mqtt/publish_batch", '[{"topic":"a/b/c","payload":"Hello World","qos":1,"retain":false,"clientid":"example"},'
                                '{"topic":"a/b/c","payload":"Hello World Again","qos":0,"retain":false,"clientid":"example"}]'),
    post("/mqtt/subscribe_batch", '[{"topic":"a","qos":1,"clientid":"example"},{"topic":"b","qos":1,"clientid":"example"},'
                                  '{"topic":"c","qos":1,"clientid":"example"}]'),
    post("/mqtt/unsubscribe_batch", '[{"topic":"a","qos":1,"clientid":"example"},{"topic":"b","qos":1,"clientid":"example"}]'),
    get("/plugins", [{"plugins": [PLUGIN], "node": NODE}]),
    get(f"/nodes/{NODE}/plugins", [PLUGIN]),
    (["-X", "PUT"], f"/nodes/{NODE}/plugins/emqx_delayed_publish/load", DONE),
    (["-X", "PUT"], f"/nodes/{NODE}/plugins/emqx_delayed_publish/unload", DONE),
    (["-X", "PUT"], f"/nodes/{NODE}/plugins/emqx_delayed_publish/reload", DONE),
    get("/listeners", [{"node": NODE, "listeners": [LISTENER]}]),
    get(f"/nodes/{NODE}/listeners", [LISTENER]),
    get("/metrics", [{"node": NODE, "metrics": METRICS}]),
    get(f"/nodes/{NODE}/metrics", METRICS),
    get("/stats", [{"stats": STATS, "node": NODE}]),
    get(f"/nodes/{NODE}/stats", STATS),
    (["-X", "DELETE"], f"/nodes/{NODE}/clients/example", DONE),
    (["-X", "DELETE"], "/clients/example", DONE),
]
