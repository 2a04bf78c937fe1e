"""The OpenAPI document: it follows the rules of OpenAPI 3.1, lists every endpoint, and live replies obey it."""
import json
import re
import sys
import urllib.error
import urllib.request
from base64 import b64encode

from support import PATIENCE, Broker, equal

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
            equal([p["name"] for p in parameters], re.findall(r"\{(\w+)\}", path))
            assert all(p["in"] == "path" and p["required"] is True for p in parameters), where
            for response in operation["responses"].values():
                follow(document, response)


def follow(document, part):
    if "$ref" not in part:
        return part
    for step in part["$ref"].removeprefix("#/").split("/"):
        document = document[step]
    return document


def check_replies(broker, document):
    resolver = RefResolver.from_schema(document)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            filled = path.replace("{node}", "emqx@127.0.0.1")
            filled = re.sub(r"\{\w+\}", "nobody", filled)
            for body in (None, b"{}", b"[]", b"{") if method in ("post", "put") else (None,):
                status, kind, text = ask(broker, filled, method.upper(), body)
                where = f"{method} {filled} {body}"
                assert str(status) in operation["responses"], f"{where}: {status} is not documented"
                response = follow(document, operation["responses"][str(status)])
                equal(kind, "application/json")
                schema = response["content"]["application/json"]["schema"]
                errors = list(Draft202012Validator(schema, resolver=resolver).iter_errors(json.loads(text)))
                assert not errors, f"{where}: {text[:200]}: {errors[0].message}"


with Broker() as running:
    openapi = json.loads(ask(running, "/openapi.json")[2])
    check_form(openapi)
    listed = {(row["method"].lower(), re.sub(r":(\w+)", r"{\1}", "/" + row["path"].strip("/")))
              for row in running.api("")}
    equal({(method, path) for path, item in openapi["paths"].items() for method in item}, listed)
    check_replies(running, openapi)
