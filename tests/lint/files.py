# SPDX-License-Identifier: Apache-2.0
"""Prints what a file should not hold. usage: files.py ROOT; exit 1 if anything.

Sources: the licence line first, what a header is second, at most 600 lines, 120 columns. Every text file: no path of
one machine, no package registry. The library: it never prints, ends the process, reads the environment or draws random
numbers of its own (CONTRIBUTING.md)."""
import pathlib
import re
import sys

from project_files import project_files

LICENCE = "SPDX-License-Identifier: Apache-2.0"
CODE = {".h": "//", ".cpp": "//", ".inl": "//", ".py": "#"}
LIBRARY = {"base", "device", "array", "characterise", "periphery", "workloads", "arch", "mapping", "chip", "read", "cost",
           "run", "experiments", "report"}
LONGEST_FILE, LONGEST_LINE = 600, 120

# The patterns are written so that they do not match this file.
ANYWHERE = [
    (re.compile(r"(?<![\w.~-])/(?:work|root|home/\w+)/"), "a path of one machine"),
    (re.compile(r"/tmp/+build"), "a path of one machine"),
    (re.compile(r"\b(?:pypi|pythonhosted|crates|npmjs|anaconda|rubygems)\.(?:org|io|com)\b|\bproxy\.golang\b"),
     "a package registry"),
]
IN_CODE = [(re.compile(r"\b(?:TO(?:)DO|FIX(?:)ME|XX(?:)X)\b"), "a note to do something later")]
IN_LIBRARY = [
    (re.compile(r"\bstd::(?:cout|cerr|clog)\b|\b(?:f?printf|puts|fputs|fmt::print)\s*\("), "the library prints"),
    (re.compile(r"\bgetenv\s*\("), "the library reads the environment"),
    (re.compile(r"\b(?:std::)?(?:exit|abort|_exit|quick_exit|terminate)\s*\("), "the library ends the process"),
    (re.compile(r"\bstd::(?:\w+_distribution|random_device|mt19937\w*|rand)\b|\bs?rand\s*\("),
     "random numbers that are not base/random.h"),
    (re.compile(r"\bstd::unordered_\w+"), "a container without order"),
]


def lines_of_raw_strings(text):
    return {number for found in re.finditer(r'R"(\w*)\(.*?\)\1"', text, re.DOTALL)
            for number in range(text.count("\n", 0, found.start()) + 1, text.count("\n", 0, found.end()) + 2)}


def problems_in(root, name):
    data = (root / name).read_bytes()
    if b"\0" in data or name.suffix in (".onnx", ".npy", ".png", ".gz"):
        return
    text = data.decode(errors="replace")
    lines = text.splitlines()
    rules = list(ANYWHERE)
    if name.suffix in CODE or name.parts[0] == "scripts" and text.startswith("#!"):
        comment = CODE.get(name.suffix, "#")
        first = 1 if text.startswith("#!") else 0
        if len(lines) <= first or lines[first] != f"{comment} {LICENCE}":
            yield f"{name}:{first + 1}: does not start with '{comment} {LICENCE}'"
        if name.suffix == ".h" and (len(lines) < 2 or not re.match(r"// \S", lines[1])):
            yield f"{name}:2: does not say what this header is"
        if name.suffix == ".h" and "#pragma once" not in lines:
            yield f"{name}:1: has no #pragma once"
        if len(lines) > LONGEST_FILE:
            yield f"{name}: has {len(lines)} lines; split it ({LONGEST_FILE} at most)"
        if "\r" in text or not text.endswith("\n"):
            yield f"{name}: has other line ends than \\n, or none at its end"
        literal = lines_of_raw_strings(text) if name.suffix != ".py" else set()
        for number, line in enumerate(lines, 1):
            # Text that nothing can break is let through: clang-format leaves a long literal or address alone.
            if len(line) > LONGEST_LINE and number not in literal and '"' not in line and "://" not in line:
                yield f"{name}:{number}: has {len(line)} columns; {LONGEST_LINE} at most"
        rules += IN_CODE
        if name.parts[0] in LIBRARY:
            rules += IN_LIBRARY
    for number, line in enumerate(lines, 1):
        for pattern, what in rules:
            found = pattern.search(line)
            if found:
                yield f"{name}:{number}: {what}: {found.group(0)}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    names = project_files(root)
    problems = [p for name in names for p in problems_in(root, name)]
    print(*problems, sep="\n", end="\n" if problems else "")
    if not names:
        sys.exit(f"{root}: no files found")
    sys.exit(1 if problems else 0)


main()
