# SPDX-License-Identifier: Apache-2.0
"""Costs from layer shapes through every command. usage: shapes.py BITLINE SOURCE"""
import json, pathlib, tempfile

from command import call, check, expect, finish, write_npy

with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    p = expect("run", 0, "run", "vgg8-cost", "--out", d / "a", "--threads", 2, out="nothing was run, so there is no accuracy")
    check("quiet on a pipe", p.stderr == "", p.stderr)
    check("no images.csv", sorted(f.name for f in (d / "a").iterdir()) == ["files.txt", "layers.csv", "report.html", "resolved.yaml", "result.json"], list((d / "a").iterdir()))
    result = json.loads((d / "a/result.json").read_text())
    check("no quality", result["quality"] is None and result["write"]["level_accuracy"] is None, result["quality"])
    check("eight layers of VGG-8", [round(l["macs"]) for l in result["layers"]] == [27 * 128 * 1024, 1152 * 128 * 1024, 1152 * 256 * 256, 2304 * 256 * 256, 2304 * 512 * 64, 4608 * 512 * 64, 8192 * 1024, 10240], result["layers"])
    again = json.loads(expect("rerun from resolved.yaml", 0, "run", d / "a/resolved.yaml", "--json", "--threads", 1).stdout)
    strip = lambda r: {k: v for k, v in r.items() if k not in ("timing", "provenance")}
    check("the same result with other threads", strip(again) == strip(result))

    expect("expected", 0, "run", "vgg8-cost", "--set", "workload.statistics=expected", "--out", d / "b")
    expected = json.loads((d / "b/result.json").read_text())
    ratio = result["energy"]["breakdown_J"]["array"] / expected["energy"]["breakdown_J"]["array"]
    check("drawn is near expected", abs(ratio - 1) < 0.01, ratio)
    expect("compare", 0, "compare", d / "a", d / "b", out="workload.statistics")
    # Writing, where its pulses are given: in the summary, the page and comparisons.
    writes = ["--set", "programming={voltage: 1.2 V, pulse: 100 ns, refresh: 1 day}", "--set", "workload.statistics=expected"]
    expect("with pulses", 0, "run", "vgg8-cost", *writes, "--out", d / "once", out="Writing  energy ")
    p = expect("with more pulses", 0, "run", "vgg8-cost", *writes, "--set", "programming.pulses=5", "--out", d / "five", out=", refresh ")
    page = (d / "five/report.html").read_text()
    check("writing on the page", all(f"<td>{row}</td>" in page for row in ("energy of writing everything once", "time of it", "mean power of refreshing")))
    figures = {f["key"]: f for f in json.loads(call("compare", d / "once", d / "five", "--json").stdout)["figures"]}
    check("writing compared", [round(figures[k]["ratio"], 9) for k in ("energy.write_J", "energy.write_s", "energy.refresh_W")] == [5, 5, 5], figures)
    expect("writing that one run does not give", 0, "compare", d / "a", d / "once", out="Energy of writing everything once")
    expect("report", 0, "report", d / "a", out="report.html")
    expect("check", 0, "check", "vgg8-cost", out="arrays")
    expect("map", 0, "map", "vgg8-cost", out="conv1")
    expect("condition on energy", 4, "run", d / "b/resolved.yaml", "--fail-if", "energy.per_inference_J>0", err="failed")
    expect("condition on accuracy", 2, "run", d / "b/resolved.yaml", "--fail-if", "quality.value<1", err="no number 'quality.value'")

    (d / "plan.yaml").write_text("config: vgg8-cost\nset: {workload.statistics: expected}\ngrid: {adc.bits: [5, 8]}\n")
    p = expect("sweep", 0, "sweep", d / "plan.yaml", "--out", d / "sweep", out="2 points")
    check("sweep says nothing", p.stderr == "", p.stderr)
    table = (d / "sweep/table.csv").read_text().splitlines()
    check("sweep keeps costs only", "energy.per_inference_J" in table[0] and "quality" not in table[0] and len(table) == 3, table)
    expect("report of a sweep", 0, "report", d / "sweep", out="report.html")

    write_npy(d / "W.npy", [[3, -1], [0, 2], [-7, 1]])
    write_npy(d / "X.npy", [[255, 0, 1]])
    expect("mvm on the chip of a costed network", 0, "mvm", "vgg8-cost", "--weights", d / "W.npy", "--inputs", d / "X.npy", "--output", d / "Y.npy")
    base = "base: ideal\nworkload: {shapes: [{name: fc, channels: 3, outputs: 2, weights: W.npy}]}\n"
    (d / "own.yaml").write_text(base)
    expect("own codes", 0, "run", d / "own.yaml", out="weights of fc")
    (d / "wrong.yaml").write_text(base.replace("W.npy", "X.npy"))
    for command in ("run", "check"):
        expect(f"{command} with another shape", 2, command, d / "wrong.yaml", err="X.npy has the shape (1, 3); its weights are (3, 2)")
    (d / "large.yaml").write_text(base + "quantization: {weight_bits: 3}\n")
    expect("codes outside the range", 2, "run", d / "large.yaml", err="holds -7 at row 2, column 0; codes of 3-bit weights")
finish()
