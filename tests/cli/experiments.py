# SPDX-License-Identifier: Apache-2.0
"""Experiments on devices that forget, as a user runs them. usage: experiments.py BITLINE SOURCE"""
import json, math, os, pathlib, struct, tempfile

from command import call, check, expect, finish


def write_wav(path, hertz, length=4000, rate=8000):
    """16 bits; one tone for each digit."""
    data = b"".join(struct.pack("<h", round(9000 * math.sin(2 * math.pi * hertz * n / rate))) for n in range(length))
    path.write_bytes(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16) + b"data" + struct.pack("<I", len(data)) + data)


few = [x for s in ("masks=3", "sets.samples=6", "sets.single=3", "sets.apart=3", "sets.pairs=60", "voices.front_end.channels=16") for x in ("--set", "experiment." + s)]
with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    (d / "fsdd").mkdir()
    for speaker, shift in (("ann", 1), ("bob", 1.1)):
        for digit, hertz in ((0, 300), (5, 900), (8, 2000)):
            for i in range(6):
                write_wav(d / "fsdd" / f"{digit}_{speaker}_{i}.wav", hertz * shift * (1 + 0.02 * i))
    runs = [expect("tones as voices", 0, "run", "reservoir", "--data", d, "--json", "-q", "--threads", n, *few).stdout for n in (1, 2)]
    results = [json.loads(r) for r in runs]
    same = [{k: v for k, v in r.items() if k not in ("timing", "provenance")} for r in results]
    check("the same for any number of threads", same[0] == same[1])
    e = results[0]["experiment"]
    check("a run for each speaker and mask", e["seeds"] == 6 and e["repeated"] == "runs" and e["intervals_over"] == "speakers", e["seeds"])
    check("fewer speakers than asked for are told", results[0]["warnings"] == ["experiment.speakers: 6 are asked for, 2 are there and all in use"], results[0]["warnings"])
    p = expect("as many speakers as asked for", 0, "run", "reservoir", "--data", d, "--json", "-q", *few, "--set", "experiment.speakers=1")
    check("nothing is said", json.loads(p.stdout)["warnings"] == [], p.stdout[:400])
    p = expect("the summary names what is repeated", 0, "run", "reservoir", "--data", d, *few, out="6 runs")
    check("intervals are over speakers, shares of runs", "(95 % over speakers)" in p.stdout and " % of runs" in p.stdout and "seeds" not in p.stdout.split("Assumed")[0], p.stdout)
    check("both claims", [c["id"] for c in e["claims"]] == ["both-above-image", "both-above-voice"], e["claims"])
    figures = e["figures"]
    check("whole images are told apart, tones too", figures["accuracy_whole_image"] == 1 and figures["accuracy_whole_voice"] > 0.9, figures)
    check("two rows of 0 and 8 are alike", figures["accuracy_image"] < 0.95, figures)
    check("published figures beside ours", [p["kind"] for p in results[0]["published"]] == ["predicted", "proxy", "proxy"] and all(p["ours"] for p in results[0]["published"]), results[0]["published"])
    check("costs", results[0]["energy"]["per_inference_J"] > 0 and abs(results[0]["latency"]["per_inference_s"] - (19 * 0.02 + 1e-4)) < 1e-12, results[0]["latency"])
    expect("too few recordings", 2, "run", "reservoir", "--data", d, "-q", err="6 recordings of digit 0 by ann, but experiment.sets.samples asks for 30")
    expect("glyphs", 2, "run", "reservoir", "--data", d, "-q", *few, "--set", "experiment.images.glyphs=[11 1, 1, 1]", err="experiment.images.glyphs")
    expect("an unknown readout", 2, "run", "reservoir", "--data", d, "-q", *few, "--set", "experiment.readout.type=perceptron", err="perceptron")
    write_wav(d / "fsdd/0_ann_0.wav", 300, 600)
    expect("a sound too short", 2, "run", "reservoir", "--data", d, "-q", *few, err="0_ann_0.wav: 4 frames of sound")

    # Without recordings: the command that speaks, where it is.
    (d / "bin").mkdir()
    mute = dict(os.environ, PATH=str(d / "bin"), BITLINE_DATA="")
    p = expect("neither recordings nor a command that speaks", 2, "run", "reservoir", "-q", *few, err="apt-get install espeak-ng", env=mute)
    check("and how to get recordings", "DIR/fsdd" in p.stderr, p.stderr)
    # Tones again, in place of speech: the word tells which.
    for word, hertz in (("zero", 300), ("five", 900), ("eight", 2000)):
        write_wav(d / f"{word}.wav", hertz)
    speaks = d / "bin/espeak-ng"
    speaks.write_text(f"#!/bin/sh\nexec /bin/cp {d}/\"${{10}}.wav\" \"$8\"\n")
    speaks.chmod(0o755)
    p = expect("spoken by a command", 0, "run", "reservoir", "--json", "-q", *few, env=mute)
    e = json.loads(p.stdout)["experiment"]
    check("a stand-in carries no claim", e["claims"] == [] and "espeak-ng" in e["notes"][0], e["notes"])
    expect("more words than are spoken differently", 2, "run", "reservoir", "-q", *few, "--set", "experiment.sets.samples=79", err="experiment.sets.samples: 79", env=mute)
    speaks.write_text("#!/bin/sh\nexec /bin/cat /dev/zero > \"$8\"\n")
    expect("a command that writes without end", 1, "run", "reservoir", "-q", *few, err="it writes more than the", env=mute)

# What a run would refuse of a config, check does too: before data are read.
with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    alone = d / "alone.yaml"
    alone.write_text("device: ftj\nexperiment: {type: orientation, seeds: 2, epochs: 50}\n")
    expect("an experiment alone", 0, "check", alone, out="ok, experiment orientation")
    first = json.loads(expect("runs without a technology", 0, "run", alone, "--json", "-q", "--out", d / "alone").stdout)
    again = json.loads(expect("and again as resolved", 0, "run", d / "alone/resolved.yaml", "--json", "-q").stdout)
    check("the same", first["experiment"] == again["experiment"] and first["config_hash"] == again["config_hash"])
    check("one seed is one", "   2 seeds" in expect("two seeds", 0, "run", alone).stdout)
    check("one device is one", "   1 device\n" in expect("history", 0, "run", "history", "--color", "never").stdout)
    paths = [a["path"] for a in first["assumed"]]
    check("only what is read is assumed", paths and all(p.startswith(("device.g_", "device.plasticity.potentiation", "device.plasticity.history", "device.plasticity.spread", "experiment.")) for p in paths), paths)
    p = expect("a name too long for a line", 0, "run", "orientation", "--set", "experiment.seeds=2", "--set", "experiment.epochs=50")
    check("goes on in the next", "outputs that end on an orientation of their own" in p.stdout, p.stdout)

    # Sensitivity: units, whether claims hold, and what is refused once.
    varied = ["sensitivity", "orientation", "--set", "experiment.seeds=2", "--set", "experiment.epochs=50"]
    p = expect("sensitivity", 0, *varied, "--key", "experiment.motion.read_noise", "--key", "experiment.bar_rate", out="four-orientations (fraction)")
    check("claims hold or do not", ", does not hold" in p.stdout, p.stdout)
    check("what is refused is said once", p.stdout.count("there is no bar to see") + p.stdout.count("are more than") == 0 and p.stdout.count("refused") == 0, p.stdout)
    p = expect("sensitivity beyond a bound", 0, *varied, "--key", "experiment.field_rate", "--csv")
    head, *rows = [line.split(",") for line in p.stdout.splitlines()]
    check("columns of the CSV", head == ["key", "factor", "value", "four-orientations (fraction)", "four-orientations holds", "eight-directions (fraction)", "eight-directions holds", "fails-when-slow (fraction)", "fails-when-slow holds", "problem"], head)
    check("a row as it is, half, double", [row[1] for row in rows] == ["1", "0.5", "2"], rows)
    p = expect("twice the rate of the field is above that of the bar", 0, *varied, "--key", "experiment.start_high", "--set", "experiment.g_full=200 uS")
    check("refused, once", p.stdout.count("is above g_full") == 1 and p.stdout.count("refused") == 2, p.stdout)
    s = json.loads(expect("as data", 0, *varied, "--key", "experiment.field_rate", "--json").stdout)
    check("units and claims as data", s["units"]["eight-directions"] == "fraction" and set(s["rows"][0]["holds"]) == set(s["rows"][0]["figures"]), s)
    expect("a key that is nearly one", 2, *varied, "--key", "experiment.motion.stepp", err="did you mean 'experiment.motion.step'?")

r = json.loads(expect("history", 0, "run", "history", "--json", "-q").stdout)
signs = [row[5] for row in r["experiment"]["tables"]["sequence"]["rows"]]
check("20, 1, 0.25, 1 Hz: up, down, little, up", signs == [1, -1, 0, 1], signs)
slow, fast = (row[1] for row in r["experiment"]["tables"]["threshold"]["rows"])
check("the threshold slides with the prior train", 0.2 < slow < fast < 10, (slow, fast))
check("imposed", all(p["kind"] == "imposed" and p["published"] == p["ours"] for p in r["published"]), r["published"])
polarity = r["experiment"]["tables"]["polarity"]["rows"]
check("a prior train of negative pulses acts through the level alone", all(abs(row[3] - row[4]) < 1e-12 for row in polarity if row[0] <= 0) and any(abs(row[3] - row[4]) > 1e-4 for row in polarity if row[0] > 0), polarity)
expect("history of a device that only potentiates", 2, "run", "history", "-q", "--set", "device=in2se3-gan", "--set", "device.g_min=1 uS", "--set", "device.g_max=2 uS", err="device.plasticity.depression is not set")
expect("trains overlap", 2, "run", "history", "-q", "--set", "experiment.width=1 s", err="overlap")

# Half and double of elements of lists: of one that is given with its source, of a plain one, of a default.
with tempfile.TemporaryDirectory() as d:
    mine = pathlib.Path(d) / "mine.yaml"
    mine.write_text("base: chip/two-chip-2t2r\nexperiment: {type: sensitized-edges, buildings: [nowhere.png], generated: 3, generated_size: 48, seeds: 1, brightness: [1, 0.5], dark: 0.5, limits: {value: [0.1, 0.3], assumed: chosen}}\n")
    nowhere = dict(os.environ, BITLINE_DATA="")
    keys = ["experiment.limits.1", "experiment.brightness.0"]
    p = expect("elements of lists", 0, "sensitivity", mine, *(x for k in keys for x in ("--key", k)), "--json", "-q", "--data", d, env=nowhere)
    rows = json.loads(p.stdout)["rows"]
    check("each with half and double", [(r["key"], r["value"]) for r in rows] == [("", ""), ("experiment.limits.1", "0.15"), ("experiment.limits.1", "0.6"), ("experiment.brightness.0", "0.5"), ("experiment.brightness.0", "2")], rows)
    alone = {c["id"]: c["value"] for c in json.loads(expect("one of them by hand", 0, "run", mine, "--set", "experiment.limits=[0.1, 0.15]", "--json", "-q", "--data", d, env=nowhere).stdout)["experiment"]["claims"]}
    check("the others stay", alone == rows[1]["figures"] != rows[0]["figures"], (alone, rows[:2]))
    mine.write_text(mine.read_text().replace(", limits: {value: [0.1, 0.3], assumed: chosen}", ""))
    p = expect("an element of a default", 0, "sensitivity", mine, "--key", "experiment.limits.0", "--json", "-q", "--data", d, env=nowhere)
    check("runs", all(r["problem"] is None for r in json.loads(p.stdout)["rows"]), p.stdout)
    for key in ("experiment.limits.9", "experiment.limits", "experiment.limits.x", "experiment.type"):
        expect("no number: " + key, 2, "sensitivity", mine, "--key", key, "-q", err=key + ": is no number of this config")
finish()
