#!/usr/bin/env python3
"""Holds the include lines of src/ against the table of rooms in ARCHITECTURE.md: a room may include only the rooms its row
names, and itself. Prints each arrow that is not allowed with the line that makes it; exits 1 when there is one."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| *[\d–]* *\| *`?([\w/]+)`? *\| *(.*?) *\|$")
INCLUDE = re.compile(r'^#include "([\w/.-]+)"')


def read_table():
    """Room name to the set of rooms it may include, from the table under 'may include'."""
    allowed = {}
    for line in (ROOT / "ARCHITECTURE.md").read_text().splitlines():
        match = ROW.match(line)
        if match and not match.group(1).startswith("-"):
            names = re.findall(r"[\w/]+", match.group(2))
            allowed[match.group(1)] = set(names)
    return allowed


def room_of(path, rooms):
    """The deepest room whose folder holds the path (relative to src/)."""
    parts = path.split("/")
    for depth in range(len(parts) - 1, 0, -1):
        name = "/".join(parts[:depth])
        if name in rooms:
            return name
    return None


def is_test(path):
    return re.search(r"_(test|fuzz|bench)\.cc$", path) is not None


def main():
    allowed = read_table()
    if len(allowed) < 10:
        sys.exit("ARCHITECTURE.md: the table of rooms was not found")
    bad = 0
    for file in sorted((ROOT / "src").rglob("*.[hc]*")):
        if file.suffix not in (".h", ".cc"):
            continue
        source = file.relative_to(ROOT / "src").as_posix()
        room = room_of(source, allowed)
        if room is None:
            print(f"src/{source}: its folder is no room of ARCHITECTURE.md")
            bad += 1
            continue
        may = allowed[room] | {room}
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = room_of(match.group(1), allowed)
            if target is None or target in may or "everything" in may or is_test(source):
                continue
            # A row that names a whole (`tsdb`) allows its parts (`tsdb/index`); within one whole, parts see each other.
            if any(target.startswith(name + "/") for name in may):
                continue
            print(f"src/{source}:{number}: {room} may not include {target} ({match.group(1)})")
            bad += 1
    print(f"{len(allowed)} rooms, {bad} forbidden includes")
    sys.exit(1 if bad else 0)


main()
