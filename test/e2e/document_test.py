"""Every example of the API document that this broker serves, by curl as it stands there."""
import json
import re
import shutil
import subprocess
import sys

from document import EXAMPLES
from support import PATIENCE, Broker, equal, wait_for


def check(found, shape, where):
    if isinstance(shape, type):
        assert isinstance(found, shape) and not (shape is int and isinstance(found, bool)), f"{where}: {found!r} is no {shape}"
        assert shape is not int or found >= 0, f"{where}: {found} is negative"
        assert shape is not str or found, f"{where} is empty"
    elif isinstance(shape, re.Pattern):
        assert isinstance(found, str) and shape.fullmatch(found), f"{where}: {found!r} is not {shape.pattern}"
    elif isinstance(shape, list):
        assert isinstance(found, list) and found, f"{where}: {found!r} is no list with entries"
        for i, entry in enumerate(found):
            check(entry, shape[0], f"{where}[{i}]")
    elif isinstance(shape, dict):
        assert isinstance(found, dict), f"{where}: {found!r} is no object"
        for name, part in shape.items():
            assert name in found, f"{where} has no {name}"
            check(found[name], part, f"{where}.{name}")
    else:
        assert found == shape and type(found) is type(shape), f"{where}: {found!r} is not {shape!r}"


def curl(broker, arguments, path):
    call = ["curl", "-s", "-i", "--basic", "-u", "admin:public", *arguments, f"http://localhost:{broker.http}/api/v4{path}"]
    out = subprocess.run(call, check=True, timeout=PATIENCE, capture_output=True).stdout.decode()
    head, body = out.split("\r\n\r\n", 1)
    lines = head.split("\r\n")
    assert lines[0].startswith("HTTP/1.1 200"), f"{path}: {lines[0]}"
    assert any(line.lower() == "content-type: application/json" for line in lines), f"{path}: {lines}"
    return json.loads(body)


def client(broker, name, *arguments):
    return subprocess.Popen(["mosquitto_sub", "-p", str(broker.port), "-i", name, "-k", "60", *arguments],
                            stdout=subprocess.PIPE, text=True)


def run(broker):
    clients = [client(broker, "123", "-t", "a/b/c", "-q", "1"), client(broker, "sample", "-t", "a/+/c", "-q", "0"),
               client(broker, "example", "-u", "test", "-t", "none", "-U", "none"),
               client(broker, "steves", "-u", "steve", "-t", "none", "-U", "none")]
    try:
        for name in ("123", "sample"):
            broker.wait_subscribed(name)
        wait_for(lambda: broker.api("/clients/example") and broker.api("/clients/steves")
                 and len(broker.api("/subscriptions")) == 2, "the clients")
        for arguments, path, shape in EXAMPLES:
            if path.endswith("/clients/example"):  # kicked before, it comes again
                wait_for(lambda: broker.api("/clients/example"), "example")
            check(curl(broker, arguments, path), shape, f"{arguments[1]} {path}")
        equal([clients[0].stdout.readline() for _ in range(3)], ["Hello World\n", "Hello World\n", "Hello World Again\n"])
    finally:
        for process in clients:
            process.kill()
            process.wait()


if not (shutil.which("mosquitto_sub") and shutil.which("curl")):
    print("mosquitto_sub or curl is not installed")
    sys.exit(77)
with Broker() as running:
    run(running)
