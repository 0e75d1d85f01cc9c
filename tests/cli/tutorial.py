# SPDX-License-Identifier: Apache-2.0
"""docs/tutorial/my-device.md does what it says: its files are saved, its commands run as they stand, in order.
usage: tutorial.py BITLINE SOURCE"""
import csv, io, os, pathlib, re, subprocess, tempfile

from command import bitline, check, finish, need_data, source

need_data()
page = (source / "docs/tutorial/my-device.md").read_text()
blocks = re.findall(r"^```(yaml|sh)\n(.*?)^```$", page, re.M | re.S)
check("the page has files and commands", [k for k, _ in blocks].count("sh") >= 5 and [k for k, _ in blocks].count("yaml") == 2, blocks)
environment = {**os.environ, "PATH": str(pathlib.Path(bitline).parent) + ":" + os.environ["PATH"]}
printed = {}
with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    for folder in ("configs", "docs"):
        os.symlink(source / folder, d / folder)
    for kind, text in blocks:
        if kind == "yaml":
            (d / re.match(r"# (\S+)\n", text)[1]).write_text(text)
            continue
        p = subprocess.run(["bash", "-ec", text], cwd=d, env=environment, capture_output=True, text=True, timeout=800)
        check(text, p.returncode == 0, f"exit {p.returncode}: {p.stderr[:600]}")
        printed[text.split()[1] + " " + text.split()[2]] = p.stdout
    for file in ("my-device.yaml", "my-device.svg", "ltp.svg", "over-time/report.html", "which/table.csv", "result/report.html"):
        check(file + " is there", (d / file).exists())

fit = next(v for k, v in printed.items() if k.startswith("docs/tutorial"))
for model in ("exponential", "two-exponentials", "power-law", "sinh"):
    check("chosen: " + model, f"* {model} " in fit, fit)


def table(command):
    return list(csv.DictReader(io.StringIO(printed[command])))


over = table("sweep over-time.yaml")
check("eight points", len(over) == 8, over)
value = {(r["compensate"], r["age"]): float(r["quality.value"]) for r in over}
check("a year costs accuracy", value["none", "1 year"] < value["none", "1 s"] - 0.005, value)
which = table("sweep which.yaml")
check("six points", len(which) == 6, which)
by = {r["name"]: float(r["quality.value"]) for r in which}
check("drift costs most", max(by, key=by.get) == "no drift" and by["no drift"] > by["as measured"] + 0.01, by)
check("what a point leaves out is as configured", which[0]["device.write"] == "" and which[1]["device.write"] == "{type: exact}", which[:2])
finish()
