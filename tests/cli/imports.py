# SPDX-License-Identifier: Apache-2.0
"""Parameters of CrossSim and aihwkit as configs; measured conductances. usage: imports.py BITLINE SOURCE"""
import json, math, pathlib, random, tempfile

from command import call, check, expect, finish, read_npy, source, write_npy

folder = source / "docs/tutorial/other-simulators"
turned = lambda rows: [list(r) for r in zip(*rows)]
rms = lambda values: (sum(v * v for v in values) / len(values)) ** 0.5


def aihwkit_products(weights, inputs, draw):
    """Products by aihwkit's documented equations with the parameters of aihwkit.json: inputs of each vector over its
    largest on a grid of 8 bits, weights of each column over its largest on a pair of phase-change devices of 25 uS,
    programmed and read 20 s later, normal noise of 0.04 and rounding to 9 bits within 10 at the output (io.py, pcm.py)."""

    def conductance(target):  # over g_max
        g = max(target + (0.26348 + 1.965 * target - 1.1731 * target**2) / 25 * draw.gauss(0, 1), 0)
        noise = min(0.0088 / max(g**0.65, 1e-3), 0.2) * math.sqrt(math.log((20 + 250e-9) / 500e-9))
        return max(g + g * noise * draw.gauss(0, 1), 0)

    largest = [max(map(abs, column)) for column in turned(weights)]
    pair = lambda w: conductance(max(w, 0)) - conductance(max(-w, 0))
    pairs = [[pair(w / s) for w, s in zip(row, largest)] for row in weights]
    products = []
    for vector in inputs:
        codes = [round(127 * x / max(map(abs, vector))) / 127 for x in vector]
        sums = [sum(x * g for x, g in zip(codes, column)) + 0.04 * draw.gauss(0, 1) for column in turned(pairs)]
        rounded = [max(-10, min(10, round(y * 25.5) / 25.5)) for y in sums]
        products += [y * s * max(map(abs, vector)) for y, s in zip(rounded, largest)]
    return products

with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    write_npy(d / "W.npy", [[(7 * i + 3 * j) % 15 - 7 for j in range(4)] for i in range(8)])
    write_npy(d / "X.npy", [[(31 * i + 7 * k) % 256 if i else 255 for i in range(8)] for k in range(3)])  # the largest input sets the scale
    for kind in ("crosssim", "aihwkit"):
        p = expect(kind, 0, "import", kind, folder / f"{kind}.json", "-o", d / f"{kind}.yaml", out="not mapped" if kind == "crosssim" else "stands in")
        expect(kind + " is a config", 0, "check", d / f"{kind}.yaml", "-q", out="ok")
        expect(kind + " multiplies", 0, "mvm", d / f"{kind}.yaml", "--weights", d / "W.npy", "--inputs", d / "X.npy", "--output", d / f"{kind}.npy", "-q")
        rows = json.loads(expect(kind + " as JSON", 0, "import", kind, folder / f"{kind}.json", "-o", d / f"{kind}.yaml", "--json").stdout)
        check(kind + " tells of every parameter", len(rows) > 15 and all(r["fate"] in ("mapped", "stands in", "not mapped", "without effect", "not known") for r in rows), rows)
        check(kind + ": what does not map says why", all(r["note"] for r in rows if r["fate"] != "mapped"), rows)
        yaml = (d / f"{kind}.yaml").read_text()
        check(kind + ": the config says it too", all(r["parameter"] in yaml for r in rows if r["fate"] in ("stands in", "not mapped")), yaml)
        # Parameters that no reader knows are no parameters without effect, whatever they are called.
        tree = json.loads((folder / f"{kind}.json").read_text())
        changes = {"crosssim": [("xbar.device.stuck_at", 0.01, "not known"), ("core.complex_matrx", True, "not known"),
                                ("core.mapping.inputs.mvm.clipping", True, "stands in"), ("xbar.device.stuck_off", 0, "without effect")],
                   "aihwkit": [("forward.out_scale", 2.0, "not mapped"), ("forward.mv_type", "POS_NEG_SEPARATE", "not mapped"),
                               ("forward.inp_res", 1 / 100, "stands in"), ("forward.inp_bound", 0.5, "stands in"),
                               ("forward.w_drift", 0.3, "not known")]}[kind]
        for path, value, _ in changes:
            at = tree
            for part in path.split(".")[:-1]:
                at = at.setdefault(part, {})
            at[path.split(".")[-1]] = value
        (d / "changed.json").write_text(json.dumps(tree))
        p = expect(kind + " with more", 0, "import", kind, d / "changed.json", "-o", d / "changed.yaml", "--json")
        fates = {r["parameter"]: r["fate"] for r in json.loads(p.stdout)}
        for path, value, fate in changes:
            check(f"{kind}: {path} is '{fate}'", fates.get(path) == fate, fates.get(path))
        unknown = [path for path, _, fate in changes if fate == "not known"]
        check(kind + " warns of what it does not know", all(u in p.stderr for u in unknown), p.stderr)
        p = expect(kind + " quietly", 0, "import", kind, d / "changed.json", "-o", d / "changed.yaml", "-q")
        check(kind + " says nothing when quiet", p.stderr + p.stdout == "", p.stderr)
        p = expect(kind + " as shipped", 0, "import", kind, folder / f"{kind}.json", "-o", d / f"{kind}.yaml")
        check(kind + ": all of the shipped file is known", p.stderr == "", p.stderr)
    # What does not hold leaves nothing, or what was there.
    expect("on a wrong base", 2, "import", "aihwkit", folder / "aihwkit.json", "--config", "nothing", "-o", d / "left.yaml")
    check("nothing is left", not (d / "left.yaml").exists())
    before = (d / "aihwkit.yaml").read_text()
    expect("on a wrong base, over another", 2, "import", "aihwkit", folder / "aihwkit.json", "--config", "nothing", "-o", d / "aihwkit.yaml")
    check("the other is left", (d / "aihwkit.yaml").read_text() == before)
    expect("based on another chip", 0, "import", "crosssim", folder / "crosssim.json", "--config", "neurosim-default", "-o", d / "c.yaml", "-q")
    (d / "cut.json").write_text((folder / "crosssim.json").read_text()[:300])
    expect("cut off", 2, "import", "crosssim", d / "cut.json", "-o", d / "x.yaml", err="cut.json:")
    (d / "text.json").write_text("not a tree")
    expect("no JSON", 2, "import", "aihwkit", d / "text.json", "-o", d / "x.yaml", err="text.json:1:1")
    expect("missing", 2, "import", "aihwkit", d / "none.json", "-o", d / "x.yaml", err="none.json")
    network = source / "models/fashion-mlp.onnx"
    expect("a network", 0, "import", "onnx", network, "--config", "fashion-mlp", "-o", d / "n.yaml", out="256")
    expect("a network is a workload", 0, "map", d / "n.yaml", out="fc1")
    (d / "cut.onnx").write_bytes(network.read_bytes()[:5000])
    expect("a network cut off", 2, "import", "onnx", d / "cut.onnx", "-o", d / "x.yaml", err="cut.onnx")
    expect("unknown kind", 2, "import", "word", d / "none.json", "-o", d / "x.yaml", err="word")

    # CrossSim's own products. Case 02 rounds inputs and sums on grids that end at 1 there, at the largest here: each of
    # both rounds off 7 %, and they differ by less than a third of that. Case 16 has wires and no converter: inputs on a
    # grid of 1/255 whose end differs by 0.02 %.
    for case, columns, most in (("02", 64, 0.025), ("16", 64, 0.003)):
        told = json.loads((source / f"tests/cli/data/crosssim-{case}.json").read_text())
        (d / "p.json").write_text(json.dumps(told["parameters"]))
        write_npy(d / "Wc.npy", turned(told["W"])), write_npy(d / "Xc.npy", turned(told["X"]))
        expect(f"case {case}", 0, "import", "crosssim", d / "p.json", "-o", d / "p.yaml", "-q")
        expect(f"product of case {case}", 0, "mvm", d / "p.yaml", "--set", "array.rows=64", "--set", f"array.columns={columns}", "--weights", d / "Wc.npy", "--inputs", d / "Xc.npy", "--output", d / "Yc.npy", "-q")
        ours, theirs = read_npy(d / "Yc.npy")[1], [y for row in turned(told["Y"]) for y in row]
        exact = [sum(w * x for w, x in zip(row, vector)) for vector in turned(told["X"]) for row in told["W"]]
        apart = rms([a - b for a, b in zip(ours, theirs)]) / rms(exact)
        check(f"case {case} is CrossSim's", apart < most, apart)
        check(f"case {case} is not exact", rms([a - b for a, b in zip(theirs, exact)]) / rms(exact) > 2 * most)

    # The equations of aihwkit, over chips: the same mean deviation within 4 standard errors. Vectors have one largest,
    # as there each is scaled by its own. Weights of 8 bits stand in for continuous ones: steps of 1/127 of a column's
    # largest, below a tenth of the devices' errors.
    told = json.loads((source / "tests/cli/data/crosssim-02.json").read_text())
    weights, inputs = turned(told["W"]), [[x / max(map(abs, v)) for x in v] for v in turned(told["X"])]
    exact = [sum(w * x for w, x in zip(row, vector)) for vector in inputs for row in told["W"]]
    deviation = lambda product: rms([a - b for a, b in zip(product, exact)]) / rms(exact)
    write_npy(d / "Wa.npy", weights), write_npy(d / "Xa.npy", inputs)
    ours, draw = [], random.Random(1)
    for seed in range(40):
        expect(f"chip {seed}", 0, "mvm", d / "aihwkit.yaml", "--weights", d / "Wa.npy", "--inputs", d / "Xa.npy", "--output", d / "Ya.npy", "--seed", seed, "-q")
        ours.append(deviation(read_npy(d / "Ya.npy")[1]))
    theirs = [deviation(aihwkit_products(weights, inputs, draw)) for _ in range(40)]
    mean = lambda v: sum(v) / len(v)
    spread = lambda v: sum((x - mean(v)) ** 2 for x in v) / (len(v) - 1) / len(v)  # variance of the mean
    apart = abs(mean(ours) - mean(theirs)) / math.sqrt(spread(ours) + spread(theirs))
    print(f"aihwkit's equations {100 * mean(theirs):.2f} %, Bitline {100 * mean(ours):.2f} %, {apart:.1f} standard errors apart")
    check("aihwkit's equations deviate as much", apart < 4, apart)

    # Measured conductances of an 8 x 4 array of 2T2R cells, two of them missing.
    (d / "chip.yaml").write_text("base: ideal\nchips: 1\narrays: 1\narray: {rows: 8, columns: 4}\ndevice: {g_min: 2 uS, g_max: 16 uS}\nconductances: measured\n")
    (d / "measured").mkdir()
    rows = []
    for i in range(8):
        cells = []
        for j in range(4):
            w = (7 * i + 3 * j) % 15 - 7
            cells += [str(2 + 2 * max(w, 0)), str(2 + 2 * max(-w, 0))]
        rows.append(cells)
    csv = lambda: "# unit: uS\n" + "".join(",".join(r) + "\n" for r in rows)
    (d / "measured/0_written.csv").write_text(csv())
    mvm = ["mvm", d / "chip.yaml", "--weights", d / "W.npy", "--inputs", d / "X.npy", "--output"]
    p = expect("measured at the targets", 0, *mvm, d / "Y.npy")
    check("no warning", p.stderr == "", p.stderr)
    expect("the ideal chip", 0, "mvm", "ideal", "--weights", d / "W.npy", "--inputs", d / "X.npy", "--output", d / "Yideal.npy", "--set", "device={g_min: 2 uS, g_max: 16 uS, write: exact}")
    check("targets give the ideal product", read_npy(d / "Y.npy")[1] == read_npy(d / "Yideal.npy")[1], (read_npy(d / "Y.npy"), read_npy(d / "Yideal.npy")))
    # Both devices of row 2, column 1 are missing: what stands in is told, with the key.
    kept = rows[2][2:4]
    rows[2][2], rows[2][3] = "NaN", ""
    (d / "measured/0_written.csv").write_text(csv())
    expect("missing cells", 0, *mvm, d / "Ymissing.npy", err="(conductances_missing: written)")
    check("exact writing stands in", read_npy(d / "Ymissing.npy")[1] == read_npy(d / "Y.npy")[1])
    expect("missing cells are open", 0, *mvm, d / "Yopen.npy", "--set", "conductances_missing=open", err="they are open")
    y, open_ = read_npy(d / "Y.npy")[1], read_npy(d / "Yopen.npy")[1]
    weight = (7 * 2 + 3 * 1) % 15 - 7
    for k in range(3):
        x = (31 * 2 + 7 * k) % 256
        check(f"column 1 lacks that weight, input {k}", abs((y[4 * k + 1] - open_[4 * k + 1]) - weight * x) < 1e-3 * max(1, abs(weight * x)), (y[4 * k + 1], open_[4 * k + 1], weight * x))
        check(f"other columns do not, input {k}", all(abs(y[4 * k + j] - open_[4 * k + j]) < 1e-3 for j in (0, 2, 3)))
    expect("missing cells refused", 2, *mvm, d / "Y2.npy", "--set", "conductances_missing=refuse", err="row 2, column 1, device 0")
    rows[2][2:4] = kept
    rows[3] = rows[3][:-1]
    (d / "measured/0_written.csv").write_text(csv())
    expect("a short line", 2, *mvm, d / "Y2.npy", err="0_written.csv:5: has 7 fields; the array has 4 columns of two devices")
    (d / "measured/0_written.csv").unlink()
    expect("no file", 2, *mvm, d / "Y2.npy", err="0_written.npy")
finish()
