# SPDX-License-Identifier: Apache-2.0
"""What the sanitizers' logs of a folder say of this module: errors, and memory that a call of it has lost.
usage: sanitizer_findings.py FOLDER"""
import pathlib
import re
import sys

OURS = re.compile(r"bitline::|_bitline")
# Types, functions and their texts are made once, as the module is loaded, and live as long as the process.
ONCE = re.compile(r"PyInit__bitline|pybind11_init__bitline|bitline::python::add_\w+\(")

found, theirs = [], 0
for log in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    text = log.read_text(errors="replace")
    for part in re.split(r"\n(?=(?:Direct|Indirect) leak of|==\d+==ERROR: AddressSanitizer|\S+ runtime error)", text):
        if re.match(r"==\d+==ERROR: AddressSanitizer", part.lstrip()) or "runtime error" in part.split("\n")[0]:
            found.append((log.name, part))
        elif re.match(r"(Direct|Indirect) leak", part):
            if OURS.search(part) and not ONCE.search(part):
                found.append((log.name, part))
            else:
                theirs += 1
for name, part in found[:20]:
    print(f"--- {name}\n{part[:3000]}")
print(f"{len(found)} findings; {theirs} blocks that the interpreter, NumPy and the types of the module keep")
sys.exit(1 if found else 0)
