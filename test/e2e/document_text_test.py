"""Compares the table of examples with the text of the API document, which TROUPE_API_DOCUMENT names: each call is
in the table as it is printed, and the reply under it has the members, and the types, that the table asks of ours.
Without the text there is nothing to compare."""
import json
import os
import re
import sys
from pathlib import Path

from document import EXAMPLES, LATER

CALL = re.compile(r"""\$ curl -i --basic -u admin:public -v?X (\w+) "http://localhost:8081/api/v4([^"]*)"(?: -d '(.*)')?""")


def examples_in(text):
    """Each call and the reply printed under it."""
    lines = iter([line for line in text.split("\n") if line.strip()])
    for line in lines:
        call = CALL.fullmatch(line.strip())
        if call:
            yield call[1], call[2], call[3], json.loads(next(lines).replace(", ...]", "]"))


def differs(shape, printed, where):
    if isinstance(shape, dict):
        if not isinstance(printed, dict) or set(shape) != set(printed):
            return [f"{where}: {sorted(printed)} printed, {sorted(shape)} in the table"]
        return [d for name in shape for d in differs(shape[name], printed[name], f"{where}.{name}")]
    if isinstance(shape, list):
        if not isinstance(printed, list):
            return [f"{where}: no list is printed"]
        return [d for entry in printed for d in differs(shape[0], entry, f"{where}[]")]
    kind = shape if isinstance(shape, type) else str if isinstance(shape, re.Pattern) else type(shape)
    right = type(printed) is kind and (not isinstance(shape, re.Pattern) or shape.fullmatch(printed))
    return [] if right else [f"{where}: {printed!r} is printed, {shape!r} in the table"]


def compare(text):
    table = {(arguments[1], path, arguments[3] if len(arguments) > 2 else None): shape
             for arguments, path, shape in EXAMPLES}
    wrong = []
    for method, path, body, printed in examples_in(text):
        where = f"{method} {path}"
        if (method, path, body) in table:
            wrong += differs(table.pop((method, path, body)), printed, where)
        elif not LATER.match(path):
            wrong.append(f"{where} is printed, but not in the table")
    return wrong + [f"{method} {path} is in the table, but not printed" for method, path, _ in table]


name = os.environ.get("TROUPE_API_DOCUMENT")
if not name:
    print("TROUPE_API_DOCUMENT is not set")
    sys.exit(77)
found = compare(Path(name).read_text(encoding="utf-8"))
assert not found, "\n".join(found)
