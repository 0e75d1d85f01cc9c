# SPDX-License-Identifier: Apache-2.0
"""docs/tutorial/my-network.md and the first example of README.md do what they say: their files are saved, their commands run as they
stand, in order; the training only where torch is installed. usage: pages.py BITLINE SOURCE"""
import csv, io, json, os, pathlib, re, shutil, subprocess, tempfile

from command import bitline, call, check, finish, need_data, source

need_data()
environment = {**os.environ, "PATH": str(pathlib.Path(bitline).parent) + ":" + os.environ["PATH"]}


def has_torch():
    python = "/usr/bin/python3"
    return os.path.exists(python) and subprocess.run([python, "-c", "import torch, numpy"], capture_output=True).returncode == 0


def follow(page, folder):
    """Saves and runs what the page shows. Returns what each block of commands printed."""
    for name in ("configs", "docs", "models", "scripts"):
        os.symlink(source / name, folder / name)
    printed = {}
    for kind, text in re.findall(r"^```([^\n]+)\n(.*?)^```$", (source / "docs/tutorial" / page).read_text(), re.M | re.S):
        if kind == "yaml":
            (folder / re.match(r"# (\S+)\n", text)[1]).write_text(text)
        elif kind == "sh" or (kind == "sh torch" and has_torch()):
            p = subprocess.run(["bash", "-ec", text], cwd=folder, env=environment, capture_output=True, text=True, timeout=800)
            check(page + ": " + text, p.returncode == 0, f"exit {p.returncode}: {p.stderr[:600]}")
            check(page + ": no warning: " + text, "warning" not in p.stderr and "\nWarnings\n" not in p.stdout, p.stderr + p.stdout[-600:])
            printed[text] = p.stdout
    return printed


def first(printed, start):
    return next((v for k, v in printed.items() if k.startswith(start)), "")


with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    shapes = source / "docs/tutorial/my-network"
    printed = follow("my-network.md", d)
    page = (source / "docs/tutorial/my-network.md").read_text()
    run = first(printed, "bitline check shapes.yaml")
    for line in ("network            shapes.onnx, 2 layers with 4,704 weights, 3 outputs", "data               shapes, 300 samples of 1 x 12 x 12 in 3 classes"):
        check("the page shows it: " + line, line in page and line in run, run[:600])
    shown = re.search(r"values             (.*)", page)[1]
    check("the values of the data are those shown", shown in run, (shown, run[:600]))
    result = json.loads((d / "shapes-run/result.json").read_text())
    check("float is what torch found", abs(result["quality"]["reference"]["float"] - 289 / 300) < (0.011 if has_torch() else 1e-9), result["quality"])
    arrays = json.loads(call("run", d / "shapes.yaml", "--set", f"workload.dataset={{inputs: {d}/x.npy, labels: {d}/y.npy, calibration_inputs: {d}/more-x.npy}}", "--set", "instances=1", "--json", cwd=d).stdout)
    archive = json.loads(call("run", "shapes.yaml", "--set", "instances=1", "--json", cwd=d).stdout)
    check("arrays give what the archive gives", arrays["quality"] == archive["quality"] and arrays["data"]["values"] == archive["data"]["values"], (arrays["quality"], archive["quality"]))
    rows = list(csv.DictReader(io.StringIO(first(printed, "bitline sweep bits.yaml"))))
    check("six points over one layer's bits", len(rows) == 6 and {r["layers.hidden.adc.bits"] for r in rows} == {"4", "6", "8"}, rows)
    energy = {(r["layers.hidden.adc.bits"], r["layers.out.adc.bits"]): float(r["energy.per_inference_J"]) for r in rows}
    check("both layers' bits count", energy["8", "4"] < energy["8", "8"] and energy["4", "8"] < energy["8", "8"], energy)

# README's first example warns of nothing.
with tempfile.TemporaryDirectory() as d:
    mine = pathlib.Path(d) / "mine.yaml"
    mine.write_text(re.search(r"^```yaml\n(# mine.yaml.*?)^```$", (source / "README.md").read_text(), re.M | re.S)[1])
    for command in (["check", mine], ["run", mine, "--set", "workload.images=500"], ["map", mine]):
        p = call(*command)
        check(f"README: {command[0]}", p.returncode == 0 and "warning" not in p.stderr and "\nWarnings\n" not in p.stdout, p.stderr + p.stdout[-400:])
finish()
