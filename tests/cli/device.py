# SPDX-License-Identifier: Apache-2.0
"""bitline device: curves, trains, wrong input, the generated page. usage: device.py BITLINE SOURCE"""
import csv, io, json, math, pathlib, re, struct, tempfile

from command import call, check, expect, finish, has_data, source


def table(*args):
    p = expect(" ".join(map(str, args)), 0, "device", *args)
    return list(csv.DictReader(io.StringIO(p.stdout)))


devices = {r["name"]: r for r in table("list")}
check("twenty devices and more", len(devices) >= 20 and {"cbps", "ftj", "cips-ni"} <= set(devices), list(devices))
check("every device says what it is and where it was published", all(r["device"] and r["doi"].startswith("10.") for r in devices.values()), [r for r in devices.values() if not r["device"] or not r["doi"]])
check("ageing is told apart from pulses", "ageing" in devices["pcm"]["describes"] and "ageing" not in devices["ftj"]["describes"], devices["pcm"])
check("list as JSON", any(d["name"] == "ftj" and "history" in d["describes"] for d in json.loads(call("device", "list", "--json").stdout)))
shown = {r["key"]: r for r in table("show", "cbps")}
check("show says what is unset and assumed", shown["g_min"]["value"] == "unset" and shown["plasticity.reported.on_off"]["assumed"], shown["g_min"])

# Curves against closed forms.
ppf = table("ppf", "cips-ti")
check("columns name both definitions", {"ppf_ratio_P2/P1", "ppf_gain_(P2-P1)/P1", "ppd_ratio_P2/P1"} <= set(ppf[0]), list(ppf[0]))
check("PPF is exponential", all(abs(float(r["ppf_gain_(P2-P1)/P1"]) - 0.5 * math.exp(-float(r["interval_s"]) / 12.2e-3)) < 1e-12 for r in ppf))
check("ratio is one more", all(abs(float(r["ppf_ratio_P2/P1"]) - float(r["ppf_gain_(P2-P1)/P1"]) - 1) < 1e-12 for r in ppf))
ltp = table("ltp", "cbps")
check("50 up, 50 down", len(ltp) == 101 and float(ltp[50]["level_of_window"]) > 0.999999 and float(ltp[100]["level_of_window"]) < 1e-6, len(ltp))
check("on/off above 100", float(ltp[50]["long_term_conductance_per_g_max"]) / float(ltp[0]["long_term_conductance_per_g_max"]) > 100)
check("conductances in S where known", "conductance_S" in table("ltp", "ftj", "--pulses", 3)[0])
relaxed = table("retention", "ftj")
check("decays after potentiation", float(relaxed[0]["conductance_after_potentiation_S"]) > float(relaxed[-1]["conductance_after_potentiation_S"]))
check("recovers after depression", float(relaxed[0]["conductance_after_depression_S"]) < float(relaxed[-1]["conductance_after_depression_S"]))
cold, warm = (table("retention", "ftj", "--temperature", t) for t in ("300 K", "330 K"))
check("warm is faster", float(warm[5]["conductance_after_potentiation_S"]) < float(cold[5]["conductance_after_potentiation_S"]))

# The encoder pulse-train.
train = ("--light", "--pulses", 4, "--width", "1 s", "--interval", "1 s")
codes = {r["code"]: r for r in table("encode", "cbps", *train)}
check("16 codes", len(codes) == 16 and "0101" in codes, list(codes))
with tempfile.TemporaryDirectory() as folder:
    values, features = pathlib.Path(folder, "values.npy"), pathlib.Path(folder, "features.npy")

    def npy(data, shape):
        head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}"
        head += " " * (-(len(head) + 11) % 64) + "\n"
        values.write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode() + bytes(data))

    npy([0, 255, 0, 0, 255, 255, 255, 255], (1, 8))
    expect("features", 0, "device", "encode", "cbps", *train, "--values", values, "--output", features)
    ours = struct.unpack("<2f", features.read_bytes()[-8:])
    check("features are shares of what full pulses leave", ours[1] == 1 and abs(ours[0] - float(codes["0100"]["residual_of_window"]) / float(codes["1111"]["residual_of_window"])) < 1e-7, ours)
    npy([0] * 6, (1, 6))
    expect("no whole groups", 2, "device", "encode", "cbps", *train, "--values", values, "--output", features, err="no whole groups of 4")
    expect("values alone", 2, "device", "encode", "cbps", "--values", values, err="give both, or none")
expect("codes of too many pulses", 2, "device", "encode", "cbps", "--light", "--pulses", 20, err="at most 16")
expect("codes of a device without light", 2, "device", "encode", "cips-ti", "--light", err="does not describe light")
expect("values of another action", 2, "device", "ltp", "cbps", "--values", "x.npy", err="--values does not go with device ltp")

# Written cells. At g_max pcm has exponents of 0.049 +- 0.008 and 1/f noise; both laws are log-normal times normal.
aged = table("retention", "pcm", "--highest", "1 Ms")
check("five states over time", list(aged[0]) == ["time_s"] + [f"{what}_of_{g}_S" for g in ("0S", "6.25uS", "12.5uS", "18.75uS", "25uS") for what in ("mean", "sigma")], list(aged[0]))
for r in aged:
    t = float(r["time_s"])
    a, s, q = math.log1p(t / 20), 0.008, 0.0088 ** 2 * math.log((t + 20 + 250e-9) / 500e-9)
    mean = 25e-6 * math.exp(-a * 0.049 + a * a * s * s / 2)
    square = 25e-6 ** 2 * math.exp(-2 * a * 0.049 + 2 * a * a * s * s)
    # The noise is 0.0088 (G / g_max)^-0.65, so its part of the mean square is that of a power of G.
    power = 25e-6 ** 2 * math.exp(-0.7 * a * 0.049 + 0.7 ** 2 * a * a * s * s / 2)
    sigma = math.sqrt(square + q * power - mean * mean)
    check(f"pcm at {t} s", abs(float(r["mean_of_25uS_S"]) / mean - 1) < 1e-8 and abs(float(r["sigma_of_25uS_S"]) / sigma - 1) < 1e-5, (r, mean, sigma))
check("as far as told", float(aged[-1]["time_s"]) == 1e6 and abs(float(table("retention", "pcm")[-1]["time_s"]) - 31557600) < 1, aged[-1])
relaxed = table("retention", "rram-neurram")
check("relaxation begins at a second", all((float(r["sigma_of_40uS_S"]) > 0) == (float(r["time_s"]) >= 1) for r in relaxed))
check("its variance grows with log time", all(abs(float(r["sigma_of_40uS_S"]) / math.sqrt(0.9398 ** 2 + 1.085 ** 2 * math.log10(float(r["time_s"]))) / 1e-6 - 1) < 1e-9 for r in relaxed if float(r["time_s"]) >= 1))
energy = ["--set", "thermal.drift_energy=0.5 eV"]
cold, warm = (table("retention", "pcm", "--set", "slow_noise={type: none}", *energy, "--temperature", T) for T in ("300 K", "330 K"))
check("warm ages faster", float(warm[-1]["mean_of_25uS_S"]) < float(cold[-1]["mean_of_25uS_S"]) and float(warm[-1]["mean_of_25uS_S"]) > 0)
levels = table("retention", "pcm", "--set", "levels=[0 S, 3 uS, 25 uS]")
check("the levels of the device", list(levels[0])[1::2] == ["mean_of_0S_S", "mean_of_3uS_S", "mean_of_25uS_S"], list(levels[0]))
drifting = ["--set", "drift={type: power-law, nu_mean: 0.1}"]
both, alone = table("retention", "ftj", *drifting, "--highest", "10 ks"), table("retention", "ftj")
check("both: transients as without ageing", all(a[c] == b[c] for a, b in zip(alone, both) for c in alone[0]) and len(both) == len(alone))
check("both: ageing beside them", abs(float(both[-1]["mean_of_1.6mS_S"]) / (1.6e-3 * 501 ** -0.1) - 1) < 1e-12 and float(both[-1]["sigma_of_1.6mS_S"]) == 0, both[-1])
check("the definition says what is what", all(w in json.loads(call("device", "retention", "ftj", *drifting, "--json").stdout)["definition"] for w in ("pulses", "written", "300 K")))
expect("nothing that time changes", 2, "device", "retention", "rram-144k", err="'relaxation', 'drift' and 'slow_noise'")
expect("pulses without transients", 2, "device", "retention", "cips-au", err="'plasticity.potentiation.short_term'")
expect("pulses where they leave nothing", 2, "device", "retention", "pcm", "--pulses", 3, err="--pulses changes nothing")
expect("ageing without conductances", 2, "device", "retention", "cbps", *drifting, err="'g_min' and 'g_max'")
stdp = table("stdp", "cips-ti", "--highest", "20 ms")
check("STDP", abs(float(stdp[-1]["change_of_window"]) - 0.1 * math.exp(-20 / 8.3)) < 1e-12, stdp[-1])
iv = table("iv", "cbps", "--highest", "2 V")
check("odd I-V", abs(float(iv[0]["current_at_g_max_V_g_max"]) + float(iv[-1]["current_at_g_max_V_g_max"])) < 1e-12)
# As far as pulses write, a loop: 0, up, down through 0, back; on the way down more current than on the way up.
loop = table("iv", "cbps")
check("the loop's way", [float(loop[k]["voltage_V"]) for k in (0, 50, 100, 150, 200)] == [0, 5, 0, -5, 0] and len(loop) == 201, loop[50])
check("it opens", float(loop[75]["current_V_g_max"]) > 2 * float(loop[25]["current_V_g_max"]) > 0 and loop[75]["voltage_V"] == loop[25]["voltage_V"], (loop[25], loop[75]))
check("and closes", float(loop[125]["level_of_window"]) > float(loop[175]["level_of_window"]) and float(loop[150]["current_V_g_max"]) < 0, loop[175])
expect("a width where nothing switches", 2, "device", "iv", "cbps", "--highest", "1 V", "--width", "1 ms", err="--width changes nothing")
same = [call("device", "ltp", "ftj", "--spread", "--seed", s).stdout for s in (4, 4, 5)]
check("spread is drawn from the seed", same[0] == same[1] != same[2])
check("what the spread did", re.search(r"spread drawn \(seed 4\): .*moves readings by [0-9.]+ % of the window", json.loads(call("device", "ltp", "ftj", "--spread", "--seed", 4, "--json").stdout)["definition"]))
expect("no spread to draw", 0, "device", "ltp", "cbps", "--spread", err="a spread changes nothing: plasticity.spread is 0")

# Energy of a pulse: V I(V, G) t at the mean of G before and after it.
with tempfile.TemporaryDirectory() as folder:
    own = pathlib.Path(folder, "own.yaml")
    own.write_text("g_min: 2 uS\ng_max: 10 uS\niv: {type: sinh, beta: 3 /V}\nplasticity:\n  v_read: 0.1 V\n  potentiation: {drive: {amplitude: 2 V, width: 10 us}, update: {type: linear, pulses: 4}}\n"
                   "  depression: {drive: {amplitude: 1 V, width: 20 us}, update: {type: linear, pulses: 4}}\n")
    rise = lambda v: math.sinh(3 * v) / v / (math.sinh(0.3) / 0.1)
    wanted = [4 * rise(2) * 10e-6 * g * 1e-6 for g in (3, 5, 7, 9)] + [rise(1) * 20e-6 * g * 1e-6 for g in (9, 7, 5, 3)]
    found = [float(r["energy_J"]) for r in table("ltp", own)[1:]]
    check("energy of each pulse", len(found) == 8 and all(abs(a / b - 1) < 1e-12 for a, b in zip(found, wanted)), (found, wanted))
    p = json.loads(call("device", "ltp", own, "--json").stdout)
    check("its figures", abs(p["figures"]["potentiation_J"] / sum(wanted[:4]) - 1) < 1e-12 and abs(p["figures"]["least_pulse_J"] / min(wanted) - 1) < 1e-12, p["figures"])
    check("amplitude and width in the title", "4 x 2 V, 10 us" in p["title"] and "4 x -1 V, 20 us" in p["title"], p["title"])
    check("as ohmic", all(abs(float(r["energy_J"]) / (4 * 10e-6 * g * 1e-6) - 1) < 1e-12 for r, g in zip(table("ltp", own, "--set", "iv={type: ohmic}")[1:5], (3, 5, 7, 9))))
    check("the same pulses in a train", [r["energy_J"] for r in table("pulses", own, "--pulses", 2)] == [r["energy_J"] for r in table("ltp", own)[1:3]])
    reported = table("show", own, "--set", "plasticity.reported.energy=23.5 nJ")
    page = call("device", "table", own, "--set", "plasticity.reported.energy=27 nJ").stdout
    mean_nJ = sum(wanted[:4]) / 4 * 1e9
    check("beside what is reported", re.search(r"energy per pulse \| 27 \| %.1f \| nJ \| predicted \|" % mean_nJ, page), (page, mean_nJ))
    measured, svg = pathlib.Path(folder, "ltp.csv"), pathlib.Path(folder, "a.svg")
    measured.write_text("amplitude (V),width (us),conductance (uS)\n0,0,2\n" + "".join(f"{v},{w},{g}\n" for v, w, g in ((2, 10, 3.1), (2, 10, 5), (2, 10, 7), (2, 10, 8.9), (2, 10, 10), (-1, 20, 8), (-1, 20, 6), (-1, 20, 4), (-1, 20, 3), (-1, 20, 2.1))))
    expect("measured trains longer than the curve's", 0, "device", "ltp", own, "--measured", measured, "--svg", svg)
    check("what lies beyond it is told", ">measured: ltp.csv (2 beyond these pulses left out)<" in svg.read_text(), re.findall(">measured[^<]*<", svg.read_text()))
    expect("measured points", 0, "device", "ltp", own, "--pulses", 5, "--measured", measured, "--svg", svg)
    check("circles over the curve", svg.read_text().count('fill="none" stroke=') == 1 + 12 and ">measured: ltp.csv<" in svg.read_text() and ">energy of a pulse (" in svg.read_text(), svg.read_text().count('fill="none" stroke='))
    expect("measured points without a drawing", 2, "device", "ltp", own, "--measured", measured, err="--measured changes the drawing alone")
    expect("measured points of light", 2, "device", "ltp", "cbps", "--light", "--measured", measured, "--svg", svg, err="--measured does not go with")
    expect("measured points without a window", 2, "device", "ltp", "cbps", "--measured", measured, "--svg", svg, err="gives no conductances")
    expect("a file that is none", 2, "device", "ltp", own, "--measured", own, "--svg", svg)
    ticks = lambda *more: (call("device", "ltp", "cbps", "--svg", svg, *more), set(re.findall(">(0\\.[0-9]+|1e-[0-9]+|[0-9.]+)<", svg.read_text())))[1]
    check("linear unless asked for", "0.01" not in ticks() and "0.01" in ticks("--axis", "log"), (ticks(), ticks("--axis", "log")))
    check("a device file is known as one", call("check", own).stdout.endswith("own.yaml: ok, a device file; configs take it as device: own.yaml\n"), call("check", own))
one = call("device", "table", "cips-ti").stdout
check("the table of one device", one.startswith("## cips-ti\n") and one in call("device", "table").stdout and one.count("## ") == 1, one[:200])
expect("the table of no device", 2, "device", "table", "nosuch", err="no configuration 'nosuch'")
expect("the table of a device without pulses", 2, "device", "table", "rram-144k", err="the key 'plasticity' is not set")

# Codes of pulses or none: each leaves 0.1 exp(-t / 125.3 ms), less where the one before left more.
codes = table("codes", "cips-ni")
check("16 codes of four", [int(r["row"]) for r in codes] == list(range(1, 17)) and [r[f"bit_{k}"] for r in codes[9:11] for k in (1, 2, 3, 4)] == list("10011010"), codes[9:11])
left = [float(r["conductance_after_slot_4_per_g_max"]) for r in codes]
check("what 0001 leaves", abs(left[1] - (0.01 + 0.99 * 0.1 * math.exp(-0.09 / 0.1253))) < 1e-12, left[1])
check("no two are alike", min(b - a for a, b in zip(sorted(left), sorted(left)[1:])) > 0.03 * 0.99 * 0.1 * math.exp(-0.09 / 0.1253), sorted(left))
letter = table("codes", "in2se3-gan", "--codes", "01111,10100,01111", "--interval", "100 us")
check("rows of a letter", len(letter) == 3 and letter[0]["conductance_after_slot_5_per_g_max"] == letter[2]["conductance_after_slot_5_per_g_max"] != letter[1]["conductance_after_slot_5_per_g_max"], letter)
for bad in ("012", "01,", "01,1", ","):
    expect(f"codes {bad}", 2, "device", "codes", "cips-ni", "--codes", bad, err=f"--codes '{bad}'")
expect("codes of another action", 2, "device", "ltp", "cips-ni", "--codes", "01", err="--codes does not go with device ltp")

with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    train = d / "train.csv"
    train.write_text("time (ms);width (ms);amplitude (V);power (mW/cm2);wavelength (nm)\n0;100;5;;\n200;100;-3;;\n1000;500;;32;450\n")
    rows = table("pulses", "cbps", "--train", train)
    check("mixed train", [r["amplitude_V"] for r in rows] == ["5", "-3", "0"] and float(rows[2]["power_W_per_m2"]) == 320 and abs(float(rows[2]["wavelength_m"]) - 450e-9) < 1e-15, rows)
    svg = d / "a.svg"
    expect("drawing", 0, "device", "ltp", "cbps", "--svg", svg)
    check("SVG", svg.read_text().startswith("<svg") and ">conductance (share of g_max)<" in svg.read_text() and ">pulses<" in svg.read_text())
    for args, titles in ((("retention", "pcm"), ("conductance (uS)", "time after the write", "1 h", "written to 12.5 uS")), (("stdp", "cips-ti"), ("dt = t_post - t_pre (ms)", "change (share of the window)")),
                         (("iv", "ftj", "--highest", "0.2 V"), ("voltage (mV)", "current (uA)")), (("ppf", "cips-ti"), ("interval between two pulses", "1 ms", "(P2 - P1) / P1 (%)")), (("iv", "ftj"), ("|current| (mA)",)), (("pulses", "cbps"), ("time (s)",))):
        expect("drawing " + args[0], 0, "device", *args, "--svg", svg)
        check("words and units in the drawing of " + args[0], all(f">{t}<" in svg.read_text() for t in titles) and "_" not in "".join(re.findall(">([^<]*)<", svg.read_text())).replace("t_post", "").replace("t_pre", "").replace("g_m", ""), re.findall(">([^<\n]+)<", svg.read_text()))
    for name, text, message in (("empty", "", "has no header"), ("no unit", "time,width (s),amplitude (V)\n", "'time' has no unit"), ("wrong unit", "time (V),width (s),amplitude (V)\n", "cannot be in 'V'"),
                                ("unknown", "time (s),width (s),volts (V)\n", "unknown column 'volts (V)'"), ("twice", "time (s),time (s),width (s)\n", "is there twice"), ("nothing applied", "time (s),width (s)\n", "'amplitude' or 'power'"),
                                ("no pulses", "time (s),width (s),amplitude (V)\n", "no rows below the header"), ("cells", "time (s),width (s),amplitude (V)\n1,2\n", ":2: has 2 fields, not 3"), ("word", "time (s),width (s),amplitude (V)\n1,2,x\n", ":2: amplitude 'x' is not a number"),
                                ("NaN", "time (s),width (s),amplitude (V)\n1,nan,1\n", "width is missing"), ("overlap", "time (s),width (s),amplitude (V)\n0,2,1\n1,1,1\n", ":3: the pulse starts at 1 s"),
                                ("both", "time (s),width (s),amplitude (V),power (W/m2)\n0,1,1,1\n", "either a voltage or light"), ("negative width", "time (s),width (s),amplitude (V)\n0,-1,1\n", "width -1 is below 0")):
        train.write_text(text)
        p = expect("train: " + name, 2, "device", "pulses", "cbps", "--train", train, err=message)
        check("one message: " + name, len(p.stderr.splitlines()) == 1, p.stderr)
    # A device from the user's own curve.
    (d / "up.csv").write_text("pulse,current\n0,1\n1,4\n2,6\n3,7\n")
    own = d / "own.yaml"
    own.write_text("g_min: 1 uS\ng_max: 7 uS\nplasticity:\n  potentiation:\n    drive: {amplitude: 1 V, width: 1 ms}\n    update: {type: table, file: up.csv}\n")
    levels = [float(r["conductance_S"]) for r in table("ltp", own)]
    check("table update", all(abs(a - b) < 1e-12 for a, b in zip(levels, (1e-6, 4e-6, 6e-6, 7e-6))) and len(levels) == 4, levels)
    (d / "up.csv").write_text("0\n2\n1\n3\n")
    expect("table that turns back", 2, "device", "ltp", own, err="plasticity.potentiation.update.file")
    own.write_text("g_min: 1 uS\nplasticity: {}\n")
    expect("half a window", 2, "device", "ltp", own, err="the key 'g_max' is missing")
    own.write_text("plasticity: {potentiation: {drive: {amplitude: 1 V, width: 1 ms, threshold: 2 V}}}\n")
    expect("threshold", 2, "device", "ltp", own, err="own.yaml:1:77: plasticity.potentiation.drive.threshold")

expect("no device", 2, "device", "ltp", err="needs a device")
expect("unknown device", 2, "device", "ltp", "cbsp", err="no configuration 'cbsp'")
expect("unknown action", 2, "device", "lpt", "cbps", err="lpt")
expect("unit missing", 2, "device", "ltp", "cbps", "--amplitude", "5", err="--amplitude '5'")
expect("option of another action", 2, "device", "stdp", "cips-ti", "--pulses", "3", err="--pulses does not go with device stdp")
expect("no light", 2, "device", "ppf", "ftj", "--light", err="plasticity.light.short_term")
expect("no rule", 2, "device", "stdp", "cbps", err="plasticity.stdp")
expect("no plasticity", 2, "device", "ltp", "rram-144k", err="the key 'plasticity' is not set")
if has_data():
    expect("a window of which only the ratio is known is assumed", 0, "run", "fashion-mlp", "--set", "device=cbps", "--set", "workload.images=20", "--set", "workload.calibration_images=16",
       "--set", "instances=1", out="g_max = 20 uS")
p = expect("without a ratio a run asks for conductances", 2, "check", "fashion-mlp", "--set", "device=cips-ti", err="the key 'g_min' is missing")
check("and for both", "the key 'g_max' is missing" in p.stderr, p.stderr)

# Beyond what is known of a device: said, and not refused.
expect("above the Curie point", 0, "device", "ppf", "cips-ti", "--temperature", "330 K", err="warning: cips-ti: device.curie: at 330 K the material is not ferroelectric")
check("below it", call("device", "ppf", "cips-ti", "--temperature", "310 K").stderr == "")
check("quiet", call("device", "ppf", "cips-ti", "--temperature", "330 K", "-q").stderr == "")
expect("beyond the retention shown", 0, "device", "retention", "ftj", "--set", "plasticity.reported.retention=100 s", "--highest", "1 ks", err="1 ks after writing is beyond the 100 s")
expect("beyond what was measured", 0, "device", "retention", "ftj", "--set", "measured_until=100 s", "--highest", "1 ks", err="device.measured_until: 1 ks after writing is extrapolated")

page = call("device", "table").stdout
committed = source / "docs/devices.md"
check("docs/devices.md is up to date", committed.exists() and committed.read_text() == page, "run: bitline device table --output docs/devices.md")
check("no misses but those listed", "0 misses" in page, [l for l in page.splitlines() if "**no**" in l])
finish()
