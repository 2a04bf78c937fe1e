"""Checks what the architecture promises: include direction, file sizes, one place for cpp-httplib.

usage: check_structure.py SOURCE_FOLDER (includes|sizes)
"""
import pathlib
import re
import sys

LONGEST = 500  # lines of a file

# Folder -> what it must not include: own headers by prefix, libraries by prefix.
FORBIDDEN = {
    "include/troupe/mqtt": ("troupe/actors", "troupe/http", "caf/", "boost/asio", "spdlog", "httplib", "http/"),
    "actors/mqtt": ("troupe/actors", "troupe/http", "caf/", "boost/asio", "spdlog", "httplib", "http/"),
    "actors/node/config": ("caf/", "boost/asio", "spdlog", "httplib", "troupe/http", "http/"),
    "include/troupe/actors": ("troupe/http", "httplib", "http/"),
    "actors/shard": ("troupe/http", "httplib", "http/", "../node"),
    "actors/node": ("httplib", "http/"),
    "http": ("../actors", "actors/"),
}
EXCEPTIONS = {("actors/node/main.cpp", "troupe/http/api.hpp"), ("actors/node/main.cpp", "troupe/http/server.hpp")}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def sources(root):
    for folder in ("include", "actors", "rules", "http", "test"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp"):
                yield path


def includes(root):
    problems = []
    httplib = []
    for path in sources(root):
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            header = match.group(1)
            if header == "httplib.h" and not name.startswith("test/"):
                httplib.append(name)
            for folder, forbidden in FORBIDDEN.items():
                if not name.startswith(folder + "/") or (name, header) in EXCEPTIONS:
                    continue
                if folder == "actors/node" and header.startswith("troupe/http"):
                    problems.append(f"{name}:{number}: {header} (actors do not know HTTP)")
                elif header.startswith(forbidden):
                    problems.append(f"{name}:{number}: {header} (not allowed in {folder})")
    if len(httplib) > 1:
        problems.append(f"httplib.h is included by {', '.join(httplib)}: one place only")
    return problems


def sizes(root):
    result = []
    for path in sources(root):
        lines = len(path.read_text().splitlines())
        if lines > LONGEST:
            result.append(f"{path.relative_to(root)}: {lines} lines, at most {LONGEST}")
    return result


if __name__ == "__main__":
    found = {"includes": includes, "sizes": sizes}[sys.argv[2]](pathlib.Path(sys.argv[1]))
    print("\n".join(found) or "as it should be")
    sys.exit(1 if found else 0)
