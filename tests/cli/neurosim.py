# SPDX-License-Identifier: Apache-2.0
"""bitline in place of DNN+NeuroSim's main, and its traces as workloads. usage: neurosim.py BITLINE SOURCE"""
import json, os, pathlib, re, subprocess, tempfile

from command import bitline, call, check, expect, finish, source

LCG = 12345


def random_int(n):
    global LCG
    LCG = (LCG * 1103515245 + 12345) % 2**31
    return LCG // 65536 % n


def weight_text(rows, columns, bits):
    h = 2 ** (bits - 1)
    return "".join(",".join(f"{(random_int(2 * h - 1) - h + 1) / h:10.5f}" for _ in range(columns)) + "\n" for _ in range(rows))


def bit_text(codes, bits):
    """codes: [row][position]"""
    return "".join(",".join(str(c >> b & 1) for c in row for b in range(bits - 1, -1, -1)) + "\n" for row in codes)


def patches(channels, size, kernel, padding, stride, image):
    """[channel x kernel row x kernel column][position], 0 in the padding"""
    steps = (size + 2 * padding - kernel) // stride + 1
    at = lambda c, y, x: image[c][y][x] if 0 <= y < size and 0 <= x < size else 0
    return [[at(c, i * stride + ky - padding, j * stride + kx - padding) for i in range(steps) for j in range(steps)]
            for c in range(channels) for ky in range(kernel) for kx in range(kernel)]


def figure(text, name):
    found = re.findall(re.escape(name) + r" ?: ?([\d.e+-]+)", text)
    check("prints " + name, len(found) >= 1, text[-2000:])
    return float(found[-1]) if found else float("nan")


with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    # A convolution with padding and stride, one whose map is 2 x 2 behind a kernel of 3, and a fully connected layer
    # with inputs after ReLU: bit planes without a one.
    image = [[[random_int(128) for _ in range(7)] for _ in range(7)] for _ in range(3)]
    tiny = [[[random_int(128) for _ in range(2)] for _ in range(2)] for _ in range(8)]
    (d / "NetWork.csv").write_text("7,7,3,3,3,8,1,2\n2,2,8,3,3,8,0,1\n1,1,32,1,1,10,0,1\n")
    (d / "weight1.csv").write_text(weight_text(27, 8, 4)), (d / "weight2.csv").write_text(weight_text(72, 8, 4))
    (d / "weight3.csv").write_text(weight_text(32, 10, 4))
    (d / "input1.csv").write_text(bit_text(patches(3, 7, 3, 1, 2, image), 8))
    (d / "input2.csv").write_text(bit_text(patches(8, 2, 3, 1, 1, tiny), 8))
    (d / "input3.csv").write_text(bit_text([[max(0, random_int(255) - 127)] for _ in range(32)], 8))
    words = ["NetWork.csv", "4", "8", "128", "128"] + [f"{kind}{l}.csv" for l in (1, 2, 3) for kind in ("weight", "input")]
    p = expect("three layers", 0, "neurosim", *words, cwd=d, err="layer1: the pooling that follows it is not counted")
    text = p.stdout
    for l in (1, 2, 3):
        for name in ("readLatency", "readDynamicEnergy", "leakagePower", "leakageEnergy", "buffer readDynamicEnergy", "ic latency"):
            figure(text, f"layer{l}'s {name} is")
        check(f"layer {l} takes time and energy", figure(text, f"layer{l}'s readLatency is") > 0 and figure(text, f"layer{l}'s readDynamicEnergy is") > 0)
    parts = [figure(text, n) for n in ("Chip total CIM array", "Total IC Area on chip (Global and Tile/PE local)", "Total ADC (or S/As and precharger for SRAM) Area on chip")]
    check("ours is there too", "Costs per inference" in text, text[-500:])
    check("no figure is NaN or infinite", not re.search(r"\b(nan|inf)\b", text), text)
    check("areas add up", all(x > 0 for x in parts) and sum(parts) < figure(text, "ChipArea"), parts)

    both = json.loads(expect("json", 0, "neurosim", "--json", "-q", *words, cwd=d).stdout)
    layers, chip, result = both["neurosim"]["layers"], both["neurosim"]["chip"], both["result"]
    positions = [16, 4, 1]
    check("macs count every position", [l["macs"] for l in result["layers"]] == [27 * 8 * 16, 72 * 8 * 4, 320], result["layers"])
    close = lambda a, b: abs(a - b) <= 1e-9 * max(abs(a), abs(b))
    for name in ("readDynamicEnergy_pJ", "ic_readDynamicEnergy_pJ", "buffer_readDynamicEnergy_pJ", "ADC_readDynamicEnergy_pJ"):
        total = sum(l[name] for l in layers)
        # The clock of waiting registers, of no layer, is the chip's.
        check(name + " of layers", close(total, chip[name]) or name == "readDynamicEnergy_pJ" and total <= chip[name], (total, chip[name]))
    check("energy is ours", close(chip["readDynamicEnergy_pJ"] + chip["leakageEnergy_pJ"], result["energy"]["per_inference_J"] * 1e12), chip)
    check("parts add up", close(sum(chip[k] for k in ("ADC_readDynamicEnergy_pJ", "Accumulation_readDynamicEnergy_pJ", "Other_readDynamicEnergy_pJ", "array_readDynamicEnergy_pJ")), chip["readDynamicEnergy_pJ"]))
    check("area adds up", close(sum(chip[k] for k in ("Chip_total_CIM_array_um^2", "Total_IC_Area_um^2", "Total_ADC_Area_um^2", "Total_Accumulation_Area_um^2", "Other_Area_um^2")), chip["ChipArea_um^2"]), chip)
    check("the same text is printed", abs(figure(text, "Chip total CIM array") / chip["Chip_total_CIM_array_um^2"] - 1) < 1e-5)

    # The words and --set, in that order.
    p = json.loads(expect("words are keys", 0, "neurosim", "--json", "-q", "--set", "adc.bits=6", *(words[:3] + ["64", "32"] + words[5:]), cwd=d).stdout)
    check("rows at once", "64 x 128" in json.dumps(p["result"]["design"]) and "32 rows at once" in json.dumps(p["result"]["design"]), p["result"]["design"])
    check("fewer rows at once take more conversions", p["result"]["layers"][1]["conversions"] > result["layers"][1]["conversions"])
    expect("another chip", 0, "neurosim", "--config", "fashion-mlp", "-q", *words, cwd=d, out="layer3's readLatency is")
    pipelined = expect("layer by layer", 0, "neurosim", "--set", "mapping.schedule=sequential", "-q", *words, cwd=d).stdout
    check("its names", "Chip layer-by-layer readLatency (per image) is: " in pipelined and "Throughput FPS (Layer-by-Layer Process): " in pipelined)

    # A link called main is main.
    os.symlink(bitline, d / "main")
    p = subprocess.run(["./main", *words], cwd=d, capture_output=True, text=True, env={**os.environ, "BITLINE_CONFIGS": str(source / "configs")})
    check("a link called main", p.returncode == 0 and p.stdout == text, p.stderr[:400])

    # Signed inputs; a network smaller than any array; one weight bit, one input bit.
    (d / "signed.csv").write_text(bit_text([[random_int(256) for _ in range(1)] for _ in range(32)], 8))
    (d / "fc.csv").write_text("1,1,32,1,1,10,0,1\n")
    signed = json.loads(expect("signed inputs", 0, "neurosim", "--json", "-q", "fc.csv", 4, 8, 128, 128, "weight3.csv", "signed.csv", cwd=d).stdout)
    check("as many planes as bits", signed["result"]["layers"][0]["conversions"] == 8 * 10 * 4, signed["result"]["layers"][0])
    (d / "one.csv").write_text("1,1,1,1,1,1,0,1\n"), (d / "w.csv").write_text("   0.50000\n"), (d / "x.csv").write_text("0,1,1,0\n")
    expect("one weight", 0, "neurosim", "one.csv", 4, 4, 128, 128, "w.csv", "x.csv", "-q", cwd=d)
    (d / "zero.csv").write_text("0,0,0,0\n")
    expect("no input at all", 0, "neurosim", "one.csv", 4, 4, 128, 128, "w.csv", "zero.csv", "-q", cwd=d)
    (d / "wide.csv").write_text("   2.50000\n")
    expect("weights beyond one are told of", 0, "neurosim", "one.csv", 4, 4, 128, 128, "wide.csv", "x.csv", cwd=d, out="not in -1 .. 1")

    # What is wrong is told with its place and a remedy.
    def wrong(name, err, *words):
        expect(name, 2, "neurosim", *words, cwd=d, err=err)
    wrong("too few traces", "so 6 traces are needed", "NetWork.csv", 4, 8, 128, 128, "weight1.csv", "input1.csv")
    wrong("more rows at once than rows", "an array has 64 rows", *words[:3], 64, 128, *words[5:])
    wrong("no bits", "SYNAPSE_BITS", "NetWork.csv", 0, *words[2:])
    wrong("other bits", "has 128 bits, which is no multiple of 7", "NetWork.csv", 4, 7, *words[3:])
    wrong("traces changed over", "weight2.csv:1:1", "NetWork.csv", 4, 8, 128, 128, "weight1.csv", "weight2.csv", "weight2.csv", "input2.csv", "weight3.csv", "input3.csv")
    wrong("weights of another layer", "has 8 weights; the layer has 10 outputs", "fc.csv", 4, 8, 128, 128, "weight1.csv", "input3.csv")
    (d / "cut.csv").write_text((d / "weight3.csv").read_text()[:1500])
    wrong("cut off", "cut.csv:", "fc.csv", 4, 8, 128, 128, "cut.csv", "input3.csv")
    wrong("missing file", "cannot be opened", "fc.csv", 4, 8, 128, 128, "weight3.csv", "none.csv")
    (d / "huge.csv").write_text("1,1,16777216,1,1,16777216,0,1\n")
    wrong("sizes beyond counting", "huge.csv:1", "huge.csv", 4, 8, 128, 128, "weight3.csv", "input3.csv")

    # As a workload: codes as arrays, traces as they are, statistics.
    for how, kept in (("npy", 6), ("trace", 0), ("statistics", 0)):
        expect("import " + how, 0, "import", "neurosim", *words, "--codes", how, "-o", f"{how}/net.yaml", cwd=d, out="3 layers")
        check(how + " files", len(list((d / how).glob("*.npy"))) == kept, list((d / how).iterdir()))
        expect("check " + how, 0, "check", d / how / "net.yaml", "-q", out="ok")
    energy = {how: json.loads(call("run", d / how / "net.yaml", "--json", "-q").stdout)["energy"]["per_inference_J"] for how in ("npy", "trace", "statistics")}
    check("codes and traces are the same", energy["npy"] == energy["trace"] == result["energy"]["per_inference_J"], (energy, result["energy"]["per_inference_J"]))
    check("statistics are near", abs(energy["statistics"] / energy["npy"] - 1) < 0.2, energy)
    # Weights beyond -1 .. 1 are said to be scaled, and those that round beyond the largest code to be clipped.
    for factor, says in ((2, "the largest became the largest code"), (1, "weights were clipped to the largest code")):
        rows = [line.strip(",").split(",") for line in (d / "weight1.csv").read_text().splitlines()]
        largest = max(abs(float(w)) for row in rows for w in row)
        (d / "far.csv").write_text("\n".join(",".join(f"{float(w) / largest * factor:.6f}" for w in row) for row in rows) + "\n")
        far = [*words[:5], "far.csv", *words[6:]]
        for how in ("npy", "statistics"):
            expect(f"far weights as {how}", 0, "import", "neurosim", *far, "--codes", how, "-o", f"{how}/far.yaml", cwd=d, err=says)
            p = expect(f"quietly as {how}", 0, "import", "neurosim", *far, "--codes", how, "-o", f"{how}/far.yaml", "-q", cwd=d)
            check(f"nothing is said as {how}", p.stderr == "", p.stderr)
    expect("import without output", 2, "import", "neurosim", *words, cwd=d, err="--output")
    expect("import of too few words", 2, "import", "neurosim", "NetWork.csv", "4", "-o", "x.yaml", cwd=d, err="the words are")

# The files of the tutorial.
folder = source / "docs/tutorial/neurosim"
expect("tutorial", 0, "neurosim", "-q", folder / "NetWork.csv", 4, 8, 128, 128, *(folder / f"{k}{l}.csv" for l in (1, 2) for k in ("weight", "input")), out="layer2's readDynamicEnergy is")
finish()
