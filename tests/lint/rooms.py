# SPDX-License-Identifier: Apache-2.0
"""Prints every #include that climbs the wrong way between rooms or names no file. usage: rooms.py ROOT; exit 1 if any.

A room sees the rooms below it; rooms of one row do not see each other."""
import pathlib
import re
import subprocess
import sys

from project_files import project_files

ROWS = [["base"], ["device"], ["array", "characterise", "periphery", "workloads"], ["arch"], ["mapping"], ["chip"], ["read"],
        ["cost"], ["run"], ["experiments"], ["report"], ["app", "python", "bench"]]
LEVEL = {room: level for level, row in enumerate(ROWS) for room in row}
INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')


def problems_in(root, name):
    room = name.parts[0]
    for number, line in enumerate((root / name).read_text(errors="replace").splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        quote, path = found.groups()
        place = f"{name}:{number}"
        parts = [p for p in path.split("/") if p not in ("..", ".", "bitline")]
        other = parts[0]
        if other in LEVEL and len(parts) > 1 and (quote == '"' or (root / path).exists()):
            if other != room and LEVEL[other] >= LEVEL[room]:
                yield f"{place}: {room} includes {path}, but {room} is not above {other}"
        if other == "tests" and len(parts) > 1:
            yield f"{place}: {room} includes {path}, which only tests may"
        if quote == '"' and not (root / path).is_file():
            yield f"{place}: no file '{path}'; write the path from the project's root"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    sources = [n for n in project_files(root) if n.suffix in (".h", ".hpp", ".cpp", ".inl") and n.parts[0] in LEVEL]
    problems = [p for name in sources for p in problems_in(root, name)]
    shared = root.parent / "shared" / "tools" / "rooms"
    if shared.is_file():
        problems += subprocess.run([sys.executable, shared, root], capture_output=True, text=True).stdout.splitlines()
    print(*problems, sep="\n", end="\n" if problems else "")
    if not sources:
        sys.exit(f"{root}: no sources found")
    sys.exit(1 if problems else 0)


main()
