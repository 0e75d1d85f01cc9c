# SPDX-License-Identifier: Apache-2.0
"""bitline fit: what it writes, what `device` and `run` make of it, what it refuses. usage: fit.py BITLINE SOURCE"""
import csv, io, json, pathlib, tempfile

from command import call, check, expect, finish, source

curves = source / "docs/tutorial/my-device"
everything = ["--ltp", curves / "ltp.csv", "--ppf", curves / "ppf.csv", "--retention", curves / "retention.csv", "--readback", curves / "readback.csv",
              "--iv", curves / "iv.csv", "--read-voltage", "0.1 V", "--name", "mine"]
with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    mine = d / "mine.yaml"
    p = expect("everything", 0, "fit", *everything, "-o", mine, "--svg", d / "mine.svg", "--json")
    parts = {x["part"]: x for x in json.loads(p.stdout)["parts"]}
    check("five parts", list(parts) == ["ltp", "ppf", "readback", "retention", "iv"], list(parts))
    values = {v["name"]: v for x in parts.values() for c in x["candidates"] if c["model"] == x["chosen"] for v in c["values"]}
    # What tests/characterise/example_curves.h drew the curves from.
    held = 0
    for name, truth in (("nonlinearity of potentiation", 2.4), ("nonlinearity of depression", 3.6), ("facilitation: time constant 1", 15e-3), ("facilitation: time constant 2", 0.2),
                        ("exponent nu", 0.03), ("sigma of nu between cells", 0.008), ("beta of sinh(beta V)", 2.5)):
        low, high = values[name]["ci95"]
        held += low <= truth <= high
        # Twice as wide, 99.99 % of intervals hold.
        check(name, 1.5 * low - 0.5 * high <= truth <= 1.5 * high - 0.5 * low, values[name])
    # Three of seven 95 % intervals miss by chance once in 250 data sets.
    check("intervals", held >= 5, held)
    check("picture", (d / "mine.svg").read_text().startswith("<svg"))
    check("the same again", call("fit", *everything, "-o", d / "again.yaml").returncode == 0 and mine.read_text() == (d / "again.yaml").read_text())
    rows = list(csv.DictReader(io.StringIO(expect("device takes it", 0, "device", "ltp", mine).stdout)))
    check("its window", abs(float(rows[50]["long_term_conductance_S"]) / 40e-6 - 1) < 0.05, rows[50])
    shown = expect("sources are shown", 0, "device", "show", mine).stdout
    check("assumptions and intervals are shown", "pairs of pulses tell ratios" in shown and "95 %" in shown, shown)
    # A curve of Bitline's own is read back; cips-in2se3 has the labels 1.8 and 3.6.
    (d / "ltp.csv").write_text(call("device", "ltp", "cips-in2se3").stdout)
    own = json.loads(expect("a shipped device's curve", 0, "fit", "--ltp", d / "ltp.csv", "--name", "again", "-o", d / "o.yaml", "--json").stdout)["parts"][0]
    best = {v["name"]: v["value"] for c in own["candidates"] if c["model"] == own["chosen"] for v in c["values"]}
    check("its nonlinearities come back", own["chosen"] == "exponential" and abs(best["nonlinearity of potentiation"] - 1.8) < 1e-3 and abs(abs(best["nonlinearity of depression"]) - 3.6) < 1e-3, own)

    # Laws of retention are chosen by cells that are held out, and the choice is in the open: JSON, device file, table.
    tried = {c["model"]: c for c in parts["retention"]["candidates"]}
    scored = {m: c for m, c in tried.items() if c["refused"] is None}
    lowest = min(c["crps"] for c in scored.values())
    check("a choice by held-out cells", "CRPS of cells held out" in parts["retention"]["chosen_by"] and len(scored) > 2 and "measured" in scored, parts["retention"])
    check("distances to the best", all(abs(c["crps"] - c["crps_above_best"] - lowest) < 1e-6 * lowest and c["crps_error"] > 0 and c["aic"] is None for c in scored.values()), scored)
    check("others go by AIC", parts["iv"]["chosen_by"] == "lowest AIC" and parts["iv"]["candidates"][0]["crps"] is None, parts["iv"])
    head = [line for line in mine.read_text().splitlines() if line.startswith("#")]
    check("the device file says it", any("CRPS of cells held out" in h for h in head) and all(any(h.split()[1:2] == [m] for h in head) for m in tried), head)
    table = expect("the table says it", 0, "fit", "--retention", curves / "retention.csv", out="above the lowest").stdout
    check("no other criterion misleads", "AIC" not in table and "* power-law" in table and " +- " in table, table)

    # Logs of write-verify, and a bake.
    log = json.loads(expect("a log of writes", 0, "fit", "--write-log", curves / "writes.csv", "--name", "w", "-o", d / "w.yaml", "--json").stdout)["parts"][0]
    check("devices differ", log["part"] == "write-log" and log["chosen"] == "differing-devices" and any("failures:" in n for n in log["notes"]), log)
    shown = expect("device takes it", 0, "device", "show", d / "w.yaml").stdout
    check("a window that widens", "half_width_per_g" in shown and "write-verify" in shown, shown)
    expect("one law of writing", 2, "fit", "--write-log", curves / "writes.csv", "--readback", curves / "readback.csv", err="which is one law")
    expect("a bake", 0, "fit", "--retention", curves / "bake.csv", out="stay as they were then")
    expect("no law of time from one", 2, "fit", "--retention", curves / "bake.csv", "--model", "power-law", err="bake.csv:4: this is the last time of reading")

    # Files as laboratories save them; --preview needs neither a name nor an output.
    lab = source / "tests/characterise/data/lab"
    shown = expect("preview", 0, "fit", "--ltp", lab / "keithley.csv", "--read-voltage", "0.1 V", "--preview").stdout
    check("columns, rows and notes are shown", "amplitude in V" in shown and "301 rows, 0 left out" in shown and "begins at line 6" in shown and "2.022 uS" in shown, shown)
    shown = json.loads(expect("preview as JSON", 0, "fit", "--retention", lab / "retention_wide.csv", "--preview", "--json").stdout)[0]
    check("a wide table", shown["rows"] == 180 and shown["columns"][1] == {"header": "cell 1 (uS)", "is": "conductance", "unit": "uS"}, shown)
    said = ["--columns", "Vprog [V]=amplitude, Iread [A]=current", "--read-voltage", "-0.1 V", "--name", "lab", "-o", d / "lab.yaml"]
    expect("a sign that is wrong", 2, "fit", "--ltp", lab / "keithley.csv", *said, err="below 0")
    expect("a choice without a name", 2, "fit", "--ltp", lab / "keithley.csv", "--columns", "Vprog", "--preview", err="HEADER=NAME")
    expect("amplitudes and width for all rows", 0, "fit", "--ltp", lab / "numbers.csv", "--amplitude", "1.5 V, -1.2 V", "--width", "100 us", "--name", "lab", "-o", d / "lab.yaml")
    check("they are written", "given by --amplitude" in (d / "lab.yaml").read_text() and "1.2 V" in (d / "lab.yaml").read_text(), (d / "lab.yaml").read_text())

    # What other amplitudes do was not measured.
    warned = expect("an amplitude that was not measured", 0, "device", "ltp", mine, "--amplitude", "0.1 V").stderr
    check("is warned of", "pulses of 100 mV were not measured, 1.5 V were" in warned and "law.exponent is assumed" in warned, warned)
    check("the measured one is not", "warning" not in expect("the measured amplitude", 0, "device", "ltp", mine).stderr)
    expect("spike timing and endurance", 0, "fit", "--stdp", lab / "stdp.csv", "--endurance", lab / "endurance.csv", "--name", "s", "-o", d / "s.yaml", "--svg", d / "s.svg")
    expect("device takes it", 0, "device", "stdp", d / "s.yaml")

    expect("help", 0, "fit", "--help", out="ppf ratio or ppf gain")
    usage = ["fit", "--ltp", curves / "ltp.csv"]
    looked = expect("only a look", 0, *usage, "--read-voltage", "0.1 V", "--svg", d / "look.svg", out="nothing is written")
    check("it shows the fit", "lowest conductance" in looked.stdout and (d / "look.svg").read_text().startswith("<svg"), looked.stdout)
    expect("no output", 2, *usage, "--name", "x", err="-o FILE.yaml")
    expect("no name", 2, *usage, "-o", mine, err="--name")
    expect("no voltage", 2, *usage, "--name", "x", "-o", mine, err="--read-voltage")
    expect("voltage without unit", 2, *usage, "--read-voltage", "0.1", "--name", "x", "-o", mine, err="has no unit")
    expect("unknown model", 2, *usage, "--read-voltage", "0.1 V", "--model", "cubic", "--name", "x", "-o", mine, err="no model is called 'cubic'")
    expect("nothing", 2, "fit", "--name", "x", "-o", mine, err="nothing to fit")
    expect("no such file", 2, "fit", "--iv", d / "none.csv", "--name", "x", "-o", mine, err="none.csv")
    bad = d / "bad.csv"
    bad.write_text("cell,time (s),conductance (uS)\na,0,5\na,10,4\na,1,3\n")
    before = mine.read_text()
    expect("times go back", 2, "fit", "--retention", bad, "--name", "x", "-o", mine, err="bad.csv:4: cell 'a': time goes back")
    check("nothing is written then", mine.read_text() == before)

    # One measured ReRAM, where it lies beside the project: 1000 pulses each way.
    gong = source / "../shared/data/device/gong_reram_pulse/gong_et_al.csv"
    if gong.exists():
        pulses = [line.split(",") for line in gong.read_text().split()]
        (d / "gong.csv").write_text("level,amplitude (V),width (us)\n" + "".join(f"{u},1,1\n" for u, _ in pulses) + "".join(f"{w},-1,1\n" for _, w in pulses))
        g = json.loads(expect("measured pulses", 0, "fit", "--ltp", d / "gong.csv", "--name", "g", "-o", d / "g.yaml", "--json").stdout)["parts"][0]
        best = next(c for c in g["candidates"] if c["model"] == g["chosen"])
        check("a curve, not a line", g["chosen"] != "linear" and best["rms"] < 0.2, g)
        check("no conductances are made up", "\ng_max" not in (d / "g.yaml").read_text())
    else:
        print("skipped: ../shared/data/device/gong_reram_pulse is absent")
finish()
