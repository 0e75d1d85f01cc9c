# SPDX-License-Identifier: Apache-2.0
"""docs/tutorial/two-designs.md does what it says: its files are saved, its commands run as they stand, in order.
usage: two_designs.py BITLINE SOURCE"""
import os, pathlib, re, subprocess, tempfile

from command import bitline, check, finish, need_data, source

need_data()
blocks = re.findall(r"^```(yaml|sh)\n(.*?)^```$", (source / "docs/tutorial/two-designs.md").read_text(), re.M | re.S)
check("the page has commands and a plan", [k for k, _ in blocks] == ["sh", "sh", "sh", "yaml", "sh"], blocks)
environment = {**os.environ, "PATH": str(pathlib.Path(bitline).parent) + ":" + os.environ["PATH"]}
printed = []
with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    for kind, text in blocks:
        if kind == "yaml":
            (d / re.match(r"# (\S+)\n", text)[1]).write_text(text)
            continue
        p = subprocess.run(["bash", "-ec", text], cwd=d, env=environment, capture_output=True, text=True, timeout=800)
        check(text, p.returncode == 0, f"exit {p.returncode}: {p.stderr[:600]}")
        printed.append(p.stdout)
    for file in ("side-by-side.html", "designs/report.html"):
        check(file + " is there", (d / "runs" / file).exists())
    check("each design has a report", len(list((d / "runs/designs/points").glob("*/report.html"))) == 4)
side = " ".join(printed[1].split())
check("paired by image", side.count("paired by image and chip (500 images, 3 chips)") == 2, side)
check("costs do not change outcomes", "of C less that of A: 0, paired" in side and "no outcome differs" in side, side)
check("one line for each change", "Configuration A B C adc.bits 8 5 8 technology 130nm 130nm 22nm Energy by part" in side, side)
check("a config is run", "adc.shared_by" in printed[2], printed[2])
finish()
