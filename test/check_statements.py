#!/usr/bin/python3
"""Checks the tables of normative statements, test/protocol/statements_*.txt: a test of CTest.

check_statements.py TEST_FOLDER

Every statement that binds a server has a test: one that bears its number, or one that its line lists because it
covers it too. Each listed test exists, once; no statement is listed twice; no test bears the number of none.
"""
import re
import sys
from collections import Counter
from pathlib import Path

WHOM = ("server", "client", "both", "none")
ID = re.compile(r"MQTT-\d+\.\d+\.\d+-\d+")
CASE = re.compile(r"^\s*BOOST_(?:AUTO|DATA|FIXTURE)_TEST_CASE\((\w+)", re.MULTILINE)
PREFIXES = {"statements_v311.txt": "MQTT311", "statements_v5.txt": "MQTT"}


def rows(text):
    """Line number and fields of each line that is not a comment."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, [field.strip() for field in line.split("|")]


def statement_of(case, prefix):
    """The id in the name of a case, or nothing: MQTT311_3_1_2_24_silence is of MQTT-3.1.2-24."""
    found = re.match(prefix + r"_(\d+)_(\d+)_(\d+)_(\d+)_", case)
    return "MQTT-{}.{}.{}-{}".format(*found.groups()) if found else None


def check_table(name, text, cases):
    """The problems of a table. `cases` counts the cases by name."""
    problems, listed = [], set()
    named = {}  # the cases that bear a statement's number
    for case in cases:
        if statement := statement_of(case, PREFIXES[name]):
            named.setdefault(statement, []).append(case)
    for number, fields in rows(text):
        where = f"{name}:{number}"
        if len(fields) != 4 or not ID.fullmatch(fields[0]) or fields[1] not in WHOM or not fields[3]:
            problems.append(f"{where}: not `id | server, client, both or none | tests | summary`")
            continue
        statement, whom, tests = fields[0], fields[1], fields[2].split()
        if statement in listed:
            problems.append(f"{where}: {statement} is listed twice")
        listed.add(statement)
        if whom in ("server", "both") and not tests and statement not in named:
            problems.append(f"{where}: {statement} has no test")
        for test in tests:
            if cases[test] != 1:
                problems.append(f"{where}: there are {cases[test]} cases named {test}")
    for statement in sorted(set(named) - listed):
        problems.append(f"{name}: {named[statement][0]} is named after no statement")
    return problems


def check_self():
    """What a wrong table says."""
    cases = Counter({"MQTT311_1_0_0_1_a": 1, "twice": 2, "MQTT311_1_0_0_9_b": 1})
    table = """# comment
MQTT-1.0.0-1 | server | MQTT311_1_0_0_1_a | fine
MQTT-1.0.0-1 | both | MQTT311_1_0_0_1_a | again
MQTT-1.0.0-2 | server | | no test
MQTT-1.0.0-3 | server | absent twice | wrong tests
MQTT-1.0.0-4 | nobody | MQTT311_1_0_0_1_a | wrong word
MQTT-1.0.0-5 | client | | fine
"""
    problems = check_table("statements_v311.txt", table, cases)
    expected = ["listed twice", "-2 has no test", "0 cases named absent", "2 cases named twice", "not `id", "_9_b is named after no"]
    return len(problems) == len(expected) and all(e in p for e, p in zip(expected, problems))


def main():
    if not check_self():
        print("check_statements.py does not find what is wrong with a table")
        return 1
    folder = Path(sys.argv[1]) / "protocol"
    cases = Counter(case for source in sorted(folder.glob("*.cpp")) for case in CASE.findall(source.read_text(encoding="utf-8")))
    failed = False
    for name in PREFIXES:
        problems = check_table(name, (folder / name).read_text(encoding="utf-8"), cases)
        print(f"{name}: {len(problems)} problems", *problems, sep="\n")
        failed = failed or bool(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
