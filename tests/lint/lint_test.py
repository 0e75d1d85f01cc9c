# SPDX-License-Identifier: Apache-2.0
"""The lints find what they should: each case is one wrong file and a part of what must be said of it."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
RIGHT_HEADER = SPDX + "// A thing.\n#pragma once\n"
CASES = [  # lint, file, content, expected
    ("rooms", "array/a.cpp", SPDX + '#include "chip/b.h"\n', "array/a.cpp:2: array includes chip/b.h"),
    ("rooms", "array/a.cpp", SPDX + '#include "periphery/b.h"\n', "array includes periphery/b.h"),
    ("rooms", "array/a.cpp", SPDX + '#include "bench/b.h"\n', "array includes bench/b.h"),
    ("rooms", "array/a.cpp", SPDX + '#include "tests/b.h"\n', "which only tests may"),
    ("rooms", "array/a.cpp", SPDX + '#include "absent.h"\n', "no file 'absent.h'"),
    ("files", "array/a.cpp", "int x;\n", "array/a.cpp:1: does not start with"),
    ("files", "tests/a.py", "import os\n", "tests/a.py:1: does not start with"),
    ("files", "scripts/a", "#!/bin/sh\ntrue\n", "scripts/a:2: does not start with"),
    ("files", "array/a.h", SPDX + "#pragma once\n", "does not say what"),
    ("files", "array/a.h", SPDX + "// A thing.\n", "has no #pragma once"),
    ("files", "array/a.cpp", SPDX + "\n" * 600, "has 601 lines"),
    ("files", "array/a.cpp", SPDX + "x" * 121 + "\n", "array/a.cpp:2: has 121 columns"),
    ("files", "array/a.cpp", SPDX + "int x;", "line ends"),
    ("files", "array/a.cpp", SPDX + "// TO" "DO later\n", "something later"),
    ("files", "array/a.cpp", SPDX + 'int x = std::printf("x");\n', "the library prints"),
    ("files", "array/a.cpp", SPDX + 'auto x = std::getenv("X");\n', "reads the environment"),
    ("files", "array/a.cpp", SPDX + "void f() { std::exit(1); }\n", "ends the process"),
    ("files", "array/a.cpp", SPDX + "std::normal_distribution<> x;\n", "not base/random.h"),
    ("files", "docs/a.md", "see /ro" "ot/x\n", "docs/a.md:1: a path of one machine"),
    ("files", "docs/a.md", "from py" "pi.org\n", "a package registry"),
    ("links", "docs/a.md", "see [b](c.md)\n", "docs/a.md:1: no file or heading c.md"),
    ("links", "docs/a.md", "see [b](b.md#nothing)\n", "no file or heading b.md#nothing"),
    ("links", "docs/a.md", "the code is `array/d` or so\n", "no file array/d"),
    ("links", "docs/a.md", "one\n\n    app/a.cpp --now chip/d.h\n", "docs/a.md:3: no file chip/d.h"),
    ("links", "docs/a.md", "begin with `absent.h`\n", "no file absent.h"),
    ("links", "docs/a.md", "all of `attic/`\n", "no file attic/"),
    ("navigation", "docs/a.md", "# A\n", "docs/a.md: not in the navigation"),
    ("navigation", "mkdocs.yml", "nav:\n  - B: b.md\n  - C: c.md\n  - D: d.md\n", "no page docs/c.md"),
    ("navigation", "mkdocs.yml", "nav:\n  - B: b.md\n  - D: d.md\n  - Again: b.md\n", "docs/b.md stands there 2 times"),
]
RIGHT = {
    "array/b.h": RIGHT_HEADER,
    "periphery/b.h": RIGHT_HEADER,
    "chip/b.h": RIGHT_HEADER,
    "bench/b.h": RIGHT_HEADER,
    "tests/b.h": RIGHT_HEADER,
    "chip/c.cpp": SPDX + '#include <vector>\n#include "array/b.h"\n#include "chip/b.h"\n',
    "app/a.cpp": SPDX + 'int x = std::printf("x");\nchar y[] = "' + "x" * 200 + '";\n'
                 'char z[] = R"css(\n' + "x" * 200 + '\n)css";\n',
    "mkdocs.yml": "nav:\n  - B: b.md\n  - Part:\n      - D: d.md\n",
    "docs/b.md": "share/work/x and ../work/ are no paths of one machine\n",
    "docs/d.md": "# All of it\n\nsee [b](b.md), [here](#all-of-it), `array/b`, `chip/*.cpp`, `b.h`, `chip/`, `docs/NAME.md`,\n"
                 "[there](https://example.org/x.md) and array/nothing\n\n    build/release/x array/b.h\n",
}


def run(lint, files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = pathlib.Path(folder, "project", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        done = subprocess.run([sys.executable, HERE / f"{lint}.py", pathlib.Path(folder, "project")],
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


def main():
    failed = 0
    for lint in ("rooms", "files", "links", "navigation"):
        code, output = run(lint, RIGHT)
        if code != 0 or output:
            failed += 1
            print(f"{lint}: complains of right files: {output}")
    for lint, name, content, expected in CASES:
        code, output = run(lint, RIGHT | {name: content})
        if code != 1 or expected not in output or len(output.splitlines()) != 1:
            failed += 1
            print(f"{lint}: of {name} with {content[-60:]!r} says {output!r}, not {expected!r}")
    sys.exit(1 if failed else 0)


main()
