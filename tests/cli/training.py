# SPDX-License-Identifier: Apache-2.0
"""Networks trained on arrays, small, through the command. usage: training.py BITLINE SOURCE"""
import json, pathlib, tempfile

from command import call, check, expect, finish, need_data

need_data()
few = ["--set", "experiment.images=300", "--set", "experiment.test_images=200", "--set", "experiment.epochs=1", "--set", "experiment.seeds=2"]
strip = lambda r: {k: v for k, v in r.items() if k not in ("timing", "provenance")}
with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    p = expect("run", 0, "run", "train-on-array", *few, "--set", "experiment.devices=[sns-pt, cips-ni]", "--set", "experiment.algorithms=[float, sgd]",
               "--data", d, "--out", d / "out", "--threads", 2, out="fashion-mnist stands in for mnist")
    result = json.loads((d / "out/result.json").read_text())
    found = result["experiment"]
    check("claims", [c["id"] for c in found["claims"]] == ["learns"], found["claims"])
    check("accuracy", result["quality"]["metric"] == "accuracy" and 0 <= result["quality"]["value"] <= 1, result["quality"])
    check("energy of an inference", result["energy"]["per_inference_J"] > 0 and result["energy"]["write_J"] > 0, result["energy"])
    check("a stand-in's figures are proxies", {f["kind"] for f in result["published"]} == {"proxy"}, result["published"])
    rows = {row[0]: row for row in found["tables"]["library"]["rows"]}
    check("both devices are listed", list(rows) == ["sns-pt", "cips-ni"], rows)
    check("a reason for the one without lasting change", "depression" in rows["cips-ni"][-1] or "update" in rows["cips-ni"][-1], rows["cips-ni"])
    files = {f.name for f in (d / "out").iterdir()}
    check("pictures and tables", {"accuracy.svg", "library.svg", "weights-hidden.svg", "library.csv", "algorithms.csv"} <= files, files)
    again = json.loads(expect("again, with one thread", 0, "run", d / "out/resolved.yaml", "--data", d, "--json", "--threads", 1).stdout)
    check("the same bits", strip(again) == strip(result))

    # A file of one's own: measured points, no conductances.
    (d / "mine.yaml").write_text("""plasticity:
  potentiation:
    drive: {amplitude: 2 V, width: 1 ms}
    update: {type: table, points: [0, 4, 7, 9, 10.5, 11.6, 12.5, 13.2, 13.7, 14, 14.2]}
  depression: {drive: {amplitude: 2 V, width: 1 ms}, update: {type: linear, pulses: 20}}
""")
    p = expect("own file", 0, "run", "neurosim-mlp", *few, "--set", f"experiment.devices=[{d / 'mine.yaml'}]", "--json")
    table = json.loads(p.stdout)["experiment"]["tables"]["library"]
    check("own device", [row[0] for row in table["rows"]] == ["mine"] and table["rows"][0][1] > 0, table)

expect("no device that pulses train", 2, "run", "neurosim-mlp", *few, "--set", "experiment.devices=[cips-ni]", err="cips-ni")
expect("bit-serial inputs", 2, "run", "train-on-array", "--set", "input.encoding=bit-serial", err="input.encoding")
expect("too few rows", 2, "run", "train-on-array", "--set", "array.rows=576", err="array.rows")
expect("nothing to train", 2, "run", "train-on-array", "--set", "experiment.algorithms=[]", "--set", "experiment.devices=[]", err="experiment")
expect("a device without pulses", 2, "run", "train-on-array", "--set", "device=rram-144k", err="plasticity")
expect("no such set", 2, "run", "train-on-array", "--set", "experiment.data=[nowhere]", err="nowhere")
finish()
