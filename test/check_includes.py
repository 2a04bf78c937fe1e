#!/usr/bin/python3
"""Checks the structure of the sources; each check is a test of CTest, named structure.<check>.

check_includes.py CHECK ROOT [COMPILER]

includes  areas include only areas below them, the pure ones no library of the others; no cycles
sizes     no file has more than 500 lines
headers   each header of the pure areas compiles alone
self      the first two checks find what a made-up tree does wrong
"""
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MAX_LINES = 500
ROOTS = ("actors", "http", "include", "rules", "test")
# An area may include itself and what stands before it.
AREAS = ("plugin", "mqtt", "access", "rules", "actors", "http", "main", "test")
IMPURE = re.compile(r"caf/|boost/(asio|beast)|spdlog/|fmt/|httplib\.h|sys/socket\.h|netinet/")
PURE_FOLDERS = ("rules/sql", "actors/mqtt", "actors/access", "actors/node/config", "include/troupe/mqtt", "include/troupe/access",
                "include/troupe/rules", "include/troupe/plugin")
HTTPLIB_USERS = 3  # the server, the client of `troupe ctl`, and the one of plugins and resources
ROCKSDB_FOLDER = "actors/store"
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def area(path):
    if path == "actors/node/main.cpp":
        return "main"
    parts = path.split("/")
    if parts[0] == "include":
        return parts[2]
    if parts[0] == "rules" and parts[1] != "sql":
        return "actors"  # those that carry rules out
    return parts[1] if parts[0] == "actors" and parts[1] in ("mqtt", "access") else parts[0]


def folder(path):
    if area(path) == "main":
        return "main"
    return re.sub(r"^include/troupe/(mqtt|access)", r"actors/\1", os.path.dirname(path))


class Tree:
    """The sources below a root: per file the project's own files and the foreign headers that it includes."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self.text = {
            str(p.relative_to(self.root)): p.read_text(encoding="utf-8")
            for top in ROOTS
            for p in sorted((self.root / top).rglob("*"))
            if p.suffix in (".cpp", ".hpp")
        }
        self.own, self.foreign, self.unknown = {}, {}, {}
        for path, text in self.text.items():
            own, foreign, unknown = set(), set(), set()
            for kind, name in INCLUDE.findall(text):
                found = self.find(path, name) if kind == '"' else None
                if found:
                    own.add(found)
                elif kind == "<":
                    foreign.add(name)
                else:
                    unknown.add(name)
            self.own[path], self.foreign[path], self.unknown[path] = own, foreign, unknown

    def find(self, path, name):
        places = [os.path.dirname(path), "include"] + (["test", ""] if path.startswith("test/") else [])
        for place in places:
            candidate = os.path.normpath(os.path.join(place, name))
            if candidate in self.text:
                return candidate
        return None

    def reach(self, path):
        """All files that including `path` brings in, itself too."""
        seen, waiting = set(), [path]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting.extend(self.own[one])
        return seen


def cycle(graph):
    """One cycle of a graph of sets, as a list of its nodes, or nothing."""
    done, trail = set(), []

    def visit(node):
        if node in trail:
            return trail[trail.index(node):] + [node]
        if node in done:
            return None
        trail.append(node)
        for following in sorted(graph.get(node, ())):
            if found := visit(following):
                return found
        trail.pop()
        done.add(node)
        return None

    for node in sorted(graph):
        if found := visit(node):
            return found
    return None


def check_includes(tree):
    problems, folders, httplib = [], {}, []
    for path in tree.text:
        mine = area(path)
        for name in sorted(tree.unknown[path]):
            problems.append(f'{path}: no file for #include "{name}"')
        for other in sorted(tree.own[path]):
            if AREAS.index(area(other)) > AREAS.index(mine):
                problems.append(f"{path}: {mine} must not include {other} of {area(other)}")
            if folder(other) != folder(path):
                folders.setdefault(folder(path), set()).add(folder(other))
        if path.startswith(PURE_FOLDERS):
            for name in sorted(filter(IMPURE.match, tree.foreign[path])):
                problems.append(f"{path}: pure code must not include <{name}>")
            for other in sorted(tree.own[path]):
                for name in sorted(n for o in tree.reach(other) for n in filter(IMPURE.match, tree.foreign[o])):
                    problems.append(f"{path}: pure code gets <{name}> through {other}")
        if any(name.startswith("rocksdb/") for name in tree.foreign[path]) and folder(path) != ROCKSDB_FOLDER:
            problems.append(f"{path}: only {ROCKSDB_FOLDER} may include rocksdb")
        if "httplib.h" in tree.foreign[path] and mine != "test":
            httplib.append(path)
        if path.endswith(".hpp") and "#pragma once" not in tree.text[path]:
            problems.append(f"{path}: no #pragma once")
    if len(httplib) > HTTPLIB_USERS:
        problems.append(f"only {HTTPLIB_USERS} files may include <httplib.h>: {', '.join(httplib)}")
    for what, graph in (("files", tree.own), ("folders", folders)):
        if found := cycle(graph):
            problems.append(f"a cycle of {what}: {' -> '.join(found)}")
    return problems


def check_sizes(tree):
    counted = ((path, text.count("\n")) for path, text in tree.text.items())
    return [f"{path}: {lines} lines, more than {MAX_LINES}" for path, lines in counted if lines > MAX_LINES]


def check_headers(tree, compiler):
    # CAF's and Boost's headers take seconds each, and every one of theirs is compiled by its own .cpp anyway.
    slow = re.compile(r"caf/|boost/|spdlog/|fmt/|httplib\.h")
    headers = [
        path
        for path in tree.text
        if path.endswith(".hpp") and not path.startswith("test/")
        and not any(slow.match(name) for one in tree.reach(path) for name in tree.foreign[one])
    ]

    def compile_alone(path):
        command = [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Iinclude", "-x", "c++", "-"]
        run = subprocess.run(command, input=f'#include "{path}"\n'.replace('"include/', '"'), cwd=tree.root,
                             text=True, stderr=subprocess.PIPE, check=False)
        return f"{path} does not compile alone:\n{run.stderr}" if run.returncode else None

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for problem in pool.map(compile_alone, headers) if problem]
    return problems if headers else ["no header was found"]


def check_self():
    files = {
        "include/troupe/mqtt/a.hpp": '#pragma once\n#include "troupe/actors/b.hpp"\n',
        "include/troupe/actors/b.hpp": '#pragma once\n#include <caf/all.hpp>\n',
        "actors/mqtt/c.cpp": "#include <spdlog/spdlog.h>\n",
        "actors/node/d.cpp": '#include "troupe/http/e.hpp"\n#include "missing.hpp"\n',
        "include/troupe/http/e.hpp": "int missing_pragma;\n",
        "actors/node/main.cpp": '#include "troupe/http/e.hpp"\n',
        "actors/node/f.hpp": '#pragma once\n#include "../shard/g.hpp"\n',
        "actors/shard/g.hpp": '#pragma once\n#include "../node/f.hpp"\n',
        "http/g.cpp": "#include <httplib.h>\n",
        "http/h.cpp": "#include <httplib.h>\n",
        "http/l.cpp": "#include <httplib.h>\n",
        "http/j.cpp": "#include <rocksdb/db.h>\n",
        "actors/store/k.cpp": "#include <rocksdb/db.h>\n",
        "http/i.cpp": "#include <httplib.h>\n" + "\n" * MAX_LINES,
    }
    expected = [
        "include/troupe/mqtt/a.hpp: mqtt must not include include/troupe/actors/b.hpp of actors",
        "include/troupe/mqtt/a.hpp: pure code gets <caf/all.hpp> through include/troupe/actors/b.hpp",
        "actors/mqtt/c.cpp: pure code must not include <spdlog/spdlog.h>",
        "actors/node/d.cpp: actors must not include include/troupe/http/e.hpp of http",
        'actors/node/d.cpp: no file for #include "missing.hpp"',
        "include/troupe/http/e.hpp: no #pragma once",
        "http/j.cpp: only actors/store may include rocksdb",
        "only 3 files may include <httplib.h>: http/g.cpp, http/h.cpp, http/i.cpp, http/l.cpp",
        "a cycle of files: actors/node/f.hpp -> actors/shard/g.hpp -> actors/node/f.hpp",
        "a cycle of folders: actors/node -> actors/shard -> actors/node",
        f"http/i.cpp: {MAX_LINES + 1} lines, more than {MAX_LINES}",
    ]
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            file = Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        tree = Tree(root)
        found = check_includes(tree) + check_sizes(tree)
    return [f"not found: {e}" for e in expected if e not in found] + [
        f"found by mistake: {f}" for f in found if f not in expected
    ]


def main(arguments):
    check, root = arguments[0], arguments[1]
    if check == "self":
        problems = check_self()
    elif check == "headers":
        problems = check_headers(Tree(root), arguments[2])
    else:
        problems = {"includes": check_includes, "sizes": check_sizes}[check](Tree(root))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
