# SPDX-License-Identifier: Apache-2.0
"""Every wrong config is answered with position, reason and remedy. usage: wrong_configs.py BITLINE SOURCE

Each YAML file in wrong_configs/ begins with comments: "# expect LINE:COLUMN: TEXT" (once or more; without a position where
there is none, with only the line where the column is the parser's choice) and "# remedy TEXT", which must stand in the line
of the last expectation."""
import pathlib, re

from command import call, check, finish, source

folder = source / "tests/cli/wrong_configs"
files = sorted(folder.glob("*.yaml"))
check("at least twenty kinds", len(files) >= 20)
for file in files:
    head = file.read_bytes().split(b"\n")
    expected = [l[9:].decode() for l in head if l.startswith(b"# expect ")]
    remedy = [l[9:].decode() for l in head if l.startswith(b"# remedy ")]
    check(f"{file.name} says what is expected", expected and len(remedy) == 1)
    p = call("check", file, timeout=60)
    if "data set fashion-mnist: " in p.stderr:
        print(f"{file.name} skipped: no data set")
        continue
    check(f"{file.name}: exit code", p.returncode == 2, p.returncode)
    check(f"{file.name}: nothing on standard output", not p.stdout, p.stdout)
    lines, found = p.stderr.splitlines(), []
    for text in expected:
        position = re.match(r"(\d+:(?:\d+:)?) ", text)
        wanted = text[position.end():] if position else text
        found = [l for l in lines if wanted in l and (not position or f"{file.name}:{position[1]}" in l)]
        check(f"{file.name}: {text}", found, p.stderr[:400])
    check(f"{file.name}: remedy {remedy[0]}", any(remedy[0] in l for l in found), p.stderr[:400])
finish()
