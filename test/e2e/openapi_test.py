"""The OpenAPI document: it follows the rules of OpenAPI 3.1, lists every endpoint, and live replies obey it."""
import json
import re
import socket
import sys
import urllib.error
import urllib.request
from base64 import b64encode

from raw import CONNACK, connect_packet, read_exactly
from support import PATIENCE, Broker, equal, wait_for

try:
    from jsonschema import Draft202012Validator, RefResolver
except ImportError:
    print("python3-jsonschema is not installed")
    sys.exit(77)

METHODS = {"get", "put", "post", "delete"}


def ask(broker, path, method="GET", body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{broker.http}/api/v4{path}", method=method, data=body)
    request.add_header("Authorization", "Basic " + b64encode(b"admin:public").decode())
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return reply.status, reply.headers["Content-Type"], reply.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers["Content-Type"], refused.read()


def check_form(document):
    """What the OpenAPI 3.1 specification asks of a document, as far as this one uses it."""
    assert document["openapi"].startswith("3.1."), document["openapi"]
    assert document["info"]["title"] and document["info"]["version"]
    equal([set(server) for server in document["servers"]], [{"url"}])
    for requirement in document["security"]:
        assert set(requirement) <= set(document["components"]["securitySchemes"]), requirement
        assert all(isinstance(scopes, list) for scopes in requirement.values()), requirement
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    ids = set()
    for path, item in document["paths"].items():
        assert path.startswith("/") and set(item) <= METHODS, path
        for method, operation in item.items():
            where = f"{method} {path}"
            assert operation["operationId"] not in ids, f"{where}: {operation['operationId']} is there twice"
            ids.add(operation["operationId"])
            assert operation["summary"] and "200" in operation["responses"], where
            parameters = operation.get("parameters", [])
            equal([p["name"] for p in parameters if p["in"] == "path"], re.findall(r"\{(\w+)\}", path))
            assert all(p["in"] == "query" or p["required"] is True for p in parameters), where
            assert all(p["in"] in ("path", "query") for p in parameters), where
            for schema in [p["schema"] for p in parameters] + list(body_schemas(operation)):
                Draft202012Validator.check_schema(schema)
            for response in operation["responses"].values():
                follow(document, response)


def body_schemas(operation):
    return (content["schema"] for content in operation.get("requestBody", {"content": {}})["content"].values())


def follow(document, part):
    if "$ref" not in part:
        return part
    for step in part["$ref"].removeprefix("#/").split("/"):
        document = document[step]
    return document


def check_reply(broker, document, method, path, filled, body=None):
    operation = document["paths"][path][method]
    status, kind, text = ask(broker, filled, method.upper(), body)
    where = f"{method} {filled} {body}"
    assert str(status) in operation["responses"], f"{where}: {status} is not documented"
    response = follow(document, operation["responses"][str(status)])
    equal(kind, "application/json")
    schema = response["content"]["application/json"]["schema"]
    answer = json.loads(text)
    errors = list(Draft202012Validator(schema, resolver=RefResolver.from_schema(document)).iter_errors(answer))
    assert not errors, f"{where}: {text[:200]}: {errors[0].message}"
    return status, answer


def check_refusals(broker, document):
    """Whatever is asked of things that do not exist."""
    for path, item in document["paths"].items():
        for method in item:
            filled = re.sub(r"\{\w+\}", "nobody", path.replace("{node}", NODE))
            for body in (None, b"{}", b"[]", b"{") if method in ("post", "put") else (None,):
                check_reply(broker, document, method, path, filled, body)


NODE = "emqx@127.0.0.1"
KNOWN = {"node": NODE, "clientid": "example", "username": "steve", "topic": "a%2Fb", "app_id": "admin",
         "filename": "kept.json", "module": "emqx_mod_presence", "plugin": "emqx_retainer", "login": "kept", "identifier": "mqtt:tcp:external", "id": "kept", "type": "web_hook"}
QUERIES = {"/sasl": "?mechanism=SCRAM-SHA-1&username=steve"}  # what they cannot do without
NAMES = {"/actions/{name}": "inspect", "/resource_types/{name}": "web_hook"}
VALUES = {"string": "x", "integer": "1", "boolean": "true"}


def make_state(broker):
    """Something behind every path."""
    for name, user in (("example", "steve"), ("other", None)):
        packet = connect_packet(name)
        if user:
            packet = bytes([0x10, packet[1] + 2 + len(user)]) + packet[2:9] + b"\x82" + packet[10:] + \
                len(user).to_bytes(2, "big") + user.encode()
        stream = socket.create_connection(("127.0.0.1", broker.port), PATIENCE)
        stream.sendall(packet)
        equal(read_exactly(stream, 4), CONNACK)
        stream.sendall(b"\x30\x04\x00\x01tx")  # its ACL cache knows of it
        yield stream
    broker.api("/mqtt/subscribe", "POST", {"topics": "a/b,$share/g/a/#", "qos": 1, "clientid": "example"})
    broker.api("/mqtt/publish", "POST", {"topic": "kept", "payload": "x", "retain": True, "clientid": "h"})
    broker.api("/topic-metrics", "POST", {"topic": "a/b"})
    broker.api("/data/file", "POST", {"filename": "kept.json", "file": "{}"})
    broker.api("/banned", "POST", {"as": "clientid", "who": "nobody"})
    for past in (False, True):  # whatever memory is in use is too much
        wait_for(lambda: broker.api(f"/alarms/present/{NODE}"), "an alarm")
        if not past:
            broker.api("/alarms/deactivated", "POST", {"node": NODE, "name": "high_system_memory_usage"})
    broker.api("/auth_clientid", "POST", {"clientid": "example", "password": "x"})
    broker.api("/auth_username", "POST", {"username": "steve", "password": "x"})
    broker.api("/auth_user", "POST", {"login": "kept", "password": "x"})
    broker.api("/emqx_acl", "POST", {"login": "kept", "topic": "a/b", "action": "pub", "allow": True})
    broker.api("/sasl", "POST", {"mechanism": "SCRAM-SHA-1", "username": "steve", "password": "x", "salt": "s",
                                 "iteration_count": 4096})
    for whose in ({"clientid": "example"}, {"username": "steve"}, {}):
        broker.api("/acl", "POST", {**whose, "topic": "a/b", "action": "pub", "access": "allow"})
    broker.api("/resources", "POST", {"id": "kept", "type": "web_hook", "config": {"url": "http://127.0.0.1:1"}})
    broker.api("/rules", "POST", {"id": "kept", "rawsql": 'select * from "t"', "actions": [{"name": "inspect"}]})


def check_rows(broker, document):
    """Every list and every single thing, when there is one; and each parameter of a query."""
    for path, item in document["paths"].items():
        if "get" not in item:
            continue
        filled = re.sub(r"\{(\w+)\}", lambda name: NAMES[path] if name[1] == "name" else KNOWN[name[1]], path)
        status, answer = check_reply(broker, document, "get", path, filled + QUERIES.get(path, ""))
        equal((path, status, answer["code"]), (path, 200, 0))
        assert answer.get("data") or answer.get("file"), f"{path} has nothing to show"
        for parameter in item["get"].get("parameters", []):
            if parameter["in"] == "query":
                kind = parameter["schema"]["type"]
                value = "127.0.0.1" if parameter["name"] == "ip_address" else VALUES[kind]
                query = f"{filled}?{parameter['name']}={value}"
                equal((query, check_reply(broker, document, "get", path, query)[0]), (query, 200))
                if kind != "string":
                    query = f"{filled}?{parameter['name']}=x"
                    equal((query, check_reply(broker, document, "get", path, query)[0]), (query, 400))


def check_bodies(broker, document):
    """A body with the members that its schema requires is never incomplete."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for schema in body_schemas(operation):
                one = schema.get("items", schema)
                if "properties" not in one:
                    continue
                body = {name: {"string": "x", "integer": 1, "boolean": True}[one["properties"][name]["type"]]
                        for name in one.get("required", [])}
                sent = [body] if "items" in schema else body
                assert not list(Draft202012Validator(schema).iter_errors(sent)), path
                filled = re.sub(r"\{\w+\}", "nobody", path.replace("{node}", NODE))
                answer = check_reply(broker, document, method, path, filled, json.dumps(sent).encode())[1]
                assert answer["code"] != 107, f"{method} {path}: {answer}"


with Broker(["modules.load = emqx_mod_topic_metrics", "os_mon.mem_check_interval = 100ms",
             "plugins.load = emqx_auth_clientid,emqx_auth_username,emqx_auth_mnesia",
             "os_mon.sysmem_high_watermark = 0%"]) as running:
    openapi = json.loads(ask(running, "/openapi.json")[2])
    check_form(openapi)
    listed = {(row["method"].lower(), re.sub(r":(\w+)", r"{\1}", "/" + row["path"].strip("/")))
              for row in running.api("")}
    equal({(method, path) for path, item in openapi["paths"].items() for method in item}, listed)
    clients = list(make_state(running))
    check_rows(running, openapi)
    check_refusals(running, openapi)
    check_bodies(running, openapi)
    for client in clients:
        client.close()
