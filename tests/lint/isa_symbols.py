# SPDX-License-Identifier: Apache-2.0
"""Prints what code that is compiled for one instruction set leaves for others to find. usage: isa_symbols.py NM OBJECT...

Such objects (cmake/isa.cmake) may show their table of functions and nothing else: of an inline function the linker
keeps one copy for the whole program, and a processor without those instructions would run into it. exit 1 if any."""
import re
import subprocess
import sys

TABLE = re.compile(r"bitline::(?:\w+::)*\w+_kernels_(?:baseline|avx2|avx512|avx512_vnni|amx_int8)")
LOCAL = "trdb"


def problems_in(nm, name):
    listed = subprocess.run([nm, "--demangle", "--format=posix", name], capture_output=True, text=True, check=True).stdout
    found = 0
    for line in listed.splitlines():
        symbol, kind = re.match(r"(.*?) ([A-Za-z]) ?[0-9a-f ]*$", line).groups()
        if kind in LOCAL or kind == "U":
            continue
        if TABLE.fullmatch(symbol):
            found += 1
        else:
            yield f"{name}: {symbol} ({kind}) can be found from outside"
    if found != 1:
        yield f"{name}: {found} tables of functions"


def main():
    nm, *objects = sys.argv[1:]
    if not objects:
        sys.exit("no objects")
    problems = [p for name in objects for p in problems_in(nm, name)]
    print(*problems, sep="\n", end="\n" if problems else "")
    sys.exit(1 if problems else 0)


main()
