# SPDX-License-Identifier: Apache-2.0
"""Sweeps: killed and resumed, torn lines, shards, failures, wrong plans. usage: sweep.py BITLINE SOURCE"""
import csv, json, pathlib, re, signal, subprocess, tempfile, time
import xml.etree.ElementTree as xml

from command import bitline, call, check, expect, finish, need_data, source

need_data()
plan_text = """config: fashion-mlp
set: {workload.images: 20, workload.calibration_images: 16, instances: 1}
grid:
  adc.bits: [4, 6, 8]
  array.active_rows: [144, all]
seeds: [1, 2]
keep: [quality.value, energy.per_inference_J, layers.fc1.snr_db]
"""
points = 12
plan_set = ["--set", "workload.images=20", "--set", "workload.calibration_images=16", "--set", "instances=1"]


def lines(folder):
    file = folder / "points.jsonl"
    return file.read_text().splitlines() if file.exists() else []


def started(folder, *args):
    return subprocess.Popen([bitline, "sweep", str(plan), "--out", str(folder), "--jobs", "1", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(folder, count, process):
    end = time.time() + 120
    file = folder / "points.jsonl"
    # Whole lines: one that is just being written may be torn by what follows.
    while (file.read_text().count("\n") if file.exists() else 0) < count and process.poll() is None and time.time() < end:
        time.sleep(0.01)


with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    plan = d / "plan.yaml"
    plan.write_text(plan_text)

    p = expect("whole sweep", 0, "sweep", plan, "--out", d / "whole", "--jobs", 2, out=f"{points} points: {points} done now, 0 before, 0 failed")
    check("quiet on a pipe", p.stderr == "", p.stderr)
    table = (d / "whole/table.csv").read_bytes()
    rows = list(csv.DictReader(table.decode().splitlines()))
    check("rows in the order of the plan", [(r["adc.bits"], r["array.active_rows"], r["seed"]) for r in rows] ==
          [(b, a, s) for b in "468" for a in ("144", "all") for s in "12"], rows)
    check("columns", list(rows[0]) == ["point", "hash", "adc.bits", "array.active_rows", "seed", "quality.value", "energy.per_inference_J", "layers.fc1.snr_db"], list(rows[0]))
    check("values", all(0 <= float(r["quality.value"]) <= 1 and float(r["energy.per_inference_J"]) > 0 and float(r["layers.fc1.snr_db"]) > 0 for r in rows), rows)

    # A point is the run of its config.
    record = {json.loads(l)["hash"]: json.loads(l) for l in lines(d / "whole")}[rows[3]["hash"]]
    check("a line names its point", record["point"] == {"adc.bits": "4", "array.active_rows": "all", "seed": "2"}, record["point"])
    alone = json.loads(call("run", "fashion-mlp", "--json", "--set", "workload.images=20", "--set", "workload.calibration_images=16", "--set", "instances=1",
                            "--set", "adc.bits=4", "--set", "array.active_rows=all", "--seed", "2").stdout)
    strip = lambda r: {k: v for k, v in r.items() if k not in ("timing", "provenance")}
    check("a point is a run", record["kept"] == {"quality.value": alone["quality"]["value"], "energy.per_inference_J": alone["energy"]["per_inference_J"],
                                                 "layers.fc1.snr_db": alone["layers"][0]["snr_db"]}, record["kept"])
    check("a line is short", set(record) == {"hash", "point", "kept", "timing", "provenance"} and len(json.dumps(record)) < 600, record)
    full = d / "full.yaml"
    full.write_text(plan_text.replace("[4, 6, 8]", "[4]").replace("[144, all]", "[all]").replace("[1, 2]", "[2]") + "results: full\n")
    expect("whole results", 0, "sweep", full, "--out", d / "full", out="1 points: 1 done now")
    record = json.loads(lines(d / "full")[0])
    check("a whole result is that of the run", strip(record["result"]) == strip(alone))

    # Running again does nothing and changes nothing.
    before = (d / "whole/points.jsonl").read_bytes()
    expect("again", 0, "sweep", plan, "--out", d / "whole", out=f"0 done now, {points} before")
    check("again changes nothing", (d / "whole/points.jsonl").read_bytes() == before and (d / "whole/table.csv").read_bytes() == table)

    # Killed, with a torn last line: what was finished stays, the rest is run, the table is the same.
    for when in (1, 5):
        folder = d / f"killed{when}"
        p = started(folder)
        wait_for(folder, when, p)
        p.kill()
        p.communicate()
        kept = [l for l in (folder / "points.jsonl").read_text().split("\n")[:-1]]
        check(f"killed after {when}", when <= len(kept) < points, len(kept))
        with open(folder / "points.jsonl", "a") as f:
            f.write(lines(d / "whole")[-1][:200 * when])
        expect(f"dry run after {when}", 0, "sweep", plan, "--out", folder, "--dry-run", out=f"{points} points, {len(kept)} of them finished")
        expect(f"resumed after {when}", 0, "sweep", plan, "--out", folder, out=f"{points - len(kept)} done now, {len(kept)} before")
        check(f"kept lines stay ({when})", lines(folder)[:len(kept)] == kept and len(lines(folder)) == points)
        check(f"every line is JSON ({when})", len({json.loads(l)["hash"] for l in lines(folder)}) == points)
        check(f"same table after {when}", (folder / "table.csv").read_bytes() == table)

    # A line that is damaged in the middle runs again.
    folder = d / "damaged"
    folder.mkdir()
    text = lines(d / "whole")
    (folder / "points.jsonl").write_text("\n".join([text[0], text[1][:50], *text[2:]]) + "\n")
    expect("damaged line", 0, "sweep", plan, "--out", folder, out="1 done now, 11 before", err="1 damaged lines")
    check("same table after damage", (folder / "table.csv").read_bytes() == table)

    # Ctrl-C: its own exit code, nothing lost.
    folder = d / "interrupted"
    p = started(folder)
    wait_for(folder, 2, p)
    p.send_signal(signal.SIGINT)
    out, err = p.communicate(timeout=60)
    check("interrupted", p.returncode == 130 and "the same command goes on" in err, f"{p.returncode} {err}")
    kept = len(lines(folder))
    expect("goes on", 0, "sweep", plan, "--out", folder, out=f"{points - kept} done now, {kept} before")
    check("same table after Ctrl-C", (folder / "table.csv").read_bytes() == table)

    # Shards in folders of their own, merged; shards at the same time in one folder.
    for i in (1, 2, 3):
        p = expect(f"shard {i}", 0, "sweep", plan, "--out", d / f"shard{i}", "--shard", f"{i}/3", out=f"{points // 3} points: {points // 3} done")
    check("a shard says what is missing", "8 points of the whole plan are missing" in p.stdout, p.stdout)
    merge = [x for i in (1, 2, 3) for x in ("--merge", d / f"shard{i}")]
    expect("merged", 0, "sweep", plan, "--out", d / "merged", *merge, out=f"0 done now, {points} before")
    check("same table from shards", (d / "merged/table.csv").read_bytes() == table)
    both = [started(d / "shared", "--shard", f"{i}/2") for i in (1, 2)]
    check("shards in one folder", [p.communicate(timeout=300) and p.returncode for p in both] == [0, 0])
    check("same table from a shared folder", (d / "shared/table.csv").read_bytes() == table and len(lines(d / "shared")) == points)

    # Failed points: the others run, exit 3, tried again next time.
    failing = d / "failing.yaml"
    failing.write_text("config: fashion-mlp\nset: {workload.images: 20, workload.calibration_images: 16, instances: 1}\ngrid: {chips: [1, 2, auto]}\n")
    for turn, text in ((1, "3 points: 2 done now, 0 before, 1 failed"), (2, "3 points: 0 done now, 2 before, 1 failed")):
        expect(f"failing, turn {turn}", 3, "sweep", failing, "--out", d / "failing", out=text, err="does not fit")
        failed = [json.loads(l) for l in (d / "failing/failed.jsonl").read_text().splitlines()]
        check(f"failed.jsonl, turn {turn}", [f["point"] for f in failed] == [{"chips": "1"}] and "does not fit" in failed[0]["error"], failed)
    failing.write_text(failing.read_text().replace("[1, 2, auto]", "[2, auto]"))
    expect("without the failing point", 0, "sweep", failing, "--out", d / "failing", out="0 done now, 2 before, 0 failed")
    expect("folder that cannot be", 1, "sweep", plan, "--out", "/proc/none", err="/proc/none")

    # Warnings of the points' configs: one for each key, by `check` before and by `sweep` itself.
    aged = d / "aged.yaml"
    aged.write_text("config: fashion-mlp\nset: {workload.images: 20, workload.calibration_images: 16, instances: 1, device.measured_until: 1 day}\n"
                    "grid: {age: [1 h, 2 days, 3 days]}\n")
    for name, p in (("check", expect("check of a plan warns", 0, "check", aged, out="ok, a sweep of 3 points")), ("sweep", expect("sweep warns", 0, "sweep", aged, "--out", d / "aged"))):
        told = [l for l in p.stderr.splitlines() if "device.measured_until" in l]
        check(f"{name} tells how many points", len(told) == 1 and "2 days after writing" in told[0] and "[2 of 3 points]" in told[0], p.stderr)

    # What the other options print.
    expect("csv", 0, "sweep", plan, "--out", d / "whole", "--csv", out=table.decode())
    check("json", json.loads(call("sweep", plan, "--out", d / "whole", "--json").stdout)["resumed"] == points)
    p = expect("slurm", 0, "sweep", plan, "--out", d / "whole", "--slurm", "--tasks", 4, out="#SBATCH --array=1-4")
    check("slurm script is shell", subprocess.run(["bash", "-n"], input=p.stdout, text=True).returncode == 0)
    expect("report", 0, "report", d / "whole", out="report.html")
    page = (d / "whole/report.html").read_text()
    check("a dot for each point", page.count("<circle") >= points and page.count("<tr style=") == points, page.count("<circle"))
    xml.fromstring(page[page.index("<svg"):page.index("</svg>") + 6])

    # Up to two axes, one of numbers: lines for the first kept figure along each such axis, for the second along one.
    def charts(name, axes, keep):
        two = d / f"{name}.yaml"
        two.write_text("config: fashion-mlp\nset: {workload.images: 20, workload.calibration_images: 16, instances: 1, chips: auto}\n" + axes +
                       f"keep: [{keep}]\n")
        expect(name, 0, "sweep", two, "--out", d / name, "--jobs", 2, out="report.html")
        page = (d / name / "report.html").read_text()
        expect(name + ": report", 0, "report", d / name)
        check(name + ": the page that sweep wrote", (d / name / "report.html").read_text() == page)
        return [xml.fromstring(svg) for svg in re.findall("<svg.*?</svg>", page, re.DOTALL)]

    def words(svg):
        return [t.text for t in svg.iter("{http://www.w3.org/2000/svg}text")]

    drawn = charts("wires", "zip: {array.rows: [128, 256], array.columns: [128, 256]}\n"
                   "list: [{wires.row: 0 ohm, wires.column: 0 ohm}, {wires.row: 100 mohm, wires.column: 100 mohm}, {wires.row: 10 ohm, wires.column: 10 ohm}]\ngrid: {wires.mode: [exact]}\n",
                   "quality.loss, quality.loss_ci95.0, quality.loss_ci95.1, wires.current_error_rms")
    check("three charts", len(drawn) == 3, len(drawn))
    first, second, third = (words(s) for s in drawn)
    check("units and zero on the axis", "wires row, wires column (ohm)" in first and {"0", "0.1", "10", "128", "256"} <= set(first), first)
    check("intervals", "Accuracy lost on chip, bars: 95 %" in first and "Error of column currents, rms" in third, third)
    check("one line for each resistance", {"array rows, array columns", "0 ohm", "100 mohm", "10 ohm"} <= set(second), second)
    check("a dot for each point and one for each line in the legend", [sum(1 for _ in s.iter("{http://www.w3.org/2000/svg}circle")) for s in drawn] == [8, 9, 8])
    drawn = charts("one-axis", "grid: {adc.bits: [4, 6, 8]}\n", "quality.value, quality.ci95.0, quality.ci95.1")
    check("one axis, one line", len(drawn) == 1 and "Accuracy on chip, bars: 95 %" in words(drawn[0]), [words(s) for s in drawn])
    # Named points: a dot each, in the order of the plan; names settle whatever else their points set.
    drawn = charts("which", "list:\n  - {name: as it is}\n  - {name: fewer bits, adc.bits: 4}\n  - {name: exact, device.write: {type: exact}}\n", "quality.value, quality.ci95.0, quality.ci95.1")
    check("a dot for each name, in order", len(drawn) == 1 and [w for w in words(drawn[0]) if w in ("as it is", "fewer bits", "exact")] == ["as it is", "fewer bits", "exact"], [words(s) for s in drawn])
    circles = [c for s in drawn for c in s.iter("{http://www.w3.org/2000/svg}circle")]
    check("one below the other", len(circles) == 3 and [float(c.get("cy")) for c in circles] == sorted({float(c.get("cy")) for c in circles}), len(circles))
    check("accuracy across", drawn and "Accuracy on chip (%)" in words(drawn[0]), [words(s) for s in drawn])
    check("the page is called as the plan", "<title>Sweep which - Bitline</title>" in (d / "which/report.html").read_text())
    drawn = charts("words", "grid: {array.active_rows: [144, all], adc.bits: [4, 6]}\n", "quality.value")
    check("lines named by words", len(drawn) == 1 and {"ADC bits", "144", "all"} <= set(words(drawn[0])), [words(s) for s in drawn])
    # Accuracy over time as the shipped plan of retention has it: an interval for each dot, times as people write them.
    drawn = charts("ages", "grid: {compensate: [none, column], age: [1 s, 3600 s, 1 day, 1 year]}\n", "quality.value, quality.ci95.0, quality.ci95.1")
    check("one line for each compensation", len(drawn) == 1 and {"compensate", "none", "column"} <= set(words(drawn[0])), [words(s) for s in drawn])
    check("times", {"1 s", "1 h", "1 day", "1 year", "age (logarithmic)", "Accuracy on chip (%)", "Accuracy on chip, bars: 95 %"} <= set(words(drawn[0])), words(drawn[0]))
    check("dots", sum(1 for _ in drawn[0].iter("{http://www.w3.org/2000/svg}circle")) == 8 + 2)
    expect("the shipped plan of retention", 0, "sweep", "sweep/retention", "--dry-run", out="16 points, 0 of them finished")
    shipped = call("sweep", source / "configs/sweep/retention.yaml", "--dry-run", "--out", d / "none").stdout
    check("every compensation at every age", all(shipped.count(f"compensate={how}  age={age}\n") == 1
                                                 for how in ("none", "global", "column", "reference") for age in ("1 s", "1 h", "1 day", "1 year")), shipped)
    expect("the shipped plan of costs", 0, "sweep", "sweep/costs", "--dry-run", out="500 points, 0 of them finished")
    expect("the shipped plan of wires", 0, "sweep", "sweep/wires", "--dry-run", out="30 points, 0 of them finished")

    # Wrong plans: position in the plan, nothing started.
    for name, text, message in (
        ("unknown path", "config: fashion-mlp\ngrid:\n  adc.bitz: [4, 6]\n", "wrong.yaml:3:14: adc.bitz: unknown key 'bitz' (did you mean 'bits'?)"),
        ("value out of range", "config: fashion-mlp\ngrid: {adc.bits: [4, 60]}\n", "wrong.yaml:2:22: adc.bits: is '60'"),
        ("wrong set", "config: fashion-mlp\nset: {seed: x}\n", "wrong.yaml:2:13: seed: is 'x'"),
        ("points that cannot be", "config: fashion-mlp\ngrid: {device.g_min: [1 uS, 90 uS]}\n", "device.g_min=90 uS"),
        ("lists of unequal length", "config: fashion-mlp\nzip: {adc.bits: [4, 5], seed: [1]}\n", "wrong.yaml:2:31: zip.seed: lists 1 values but adc.bits lists 2"),
        ("same key twice", "config: fashion-mlp\ngrid: {seed: [1]}\nseeds: [1, 2]\n", "the key 'seed' is on two axes"),
        ("scalar for list", "config: fashion-mlp\ngrid: {adc.bits: 4}\n", "wrong.yaml:2:18: grid.adc.bits: must be a list"),
        ("random without unit", "config: fashion-mlp\nrandom: {points: 3, axes: {device.g_max: {from: 1, to: 9 uS}}}\n", "two numbers with the same unit"),
        ("too many", "config: fashion-mlp\nrandom: {points: 1000000, axes: {age: {from: 1 s, to: 9 s}}}\nseeds: [1, 2]\n", "more than 1000000 points"),
        ("no such config", "config: fashion-mpl\n", "wrong.yaml:1:9: no configuration 'fashion-mpl'"),
        ("misspelt key", "config: fashion-mlp\ngird: {}\n", "did you mean 'grid'?"),
        ("no config", "grid: {adc.bits: [4]}\n", "no sweep plan"),
    ):
        (d / "wrong.yaml").write_text(text)
        expect(name, 2, "sweep", d / "wrong.yaml", "--out", d / "wrong", err=message)
        check(name + ": nothing written", not (d / "wrong").exists())
    expect("--set on an axis", 2, "sweep", plan, "--out", d / "wrong", "--set", "adc.bits=5", err="axes already set this key")
    expect("check of a plan", 0, "check", plan, out=f"a sweep of {points} points")
    (d / "wrong.yaml").write_text("config: fashion-mlp\ngird: {}\ngrid: {adc.bits: [4, 60]}\nzip: {age: 4}\nkeep: [quality.valu]\n")
    p = expect("all problems in one go", 2, "check", d / "wrong.yaml", err="wrong.yaml:2:1: gird: unknown key")
    check("each at its place", all(f"wrong.yaml:{place}" in p.stderr for place in ("3:22: adc.bits", "4:12: zip.age", "5:8: keep.0")) and
          "did you mean 'quality.value'?" in p.stderr and len(p.stderr.splitlines()) == 4, p.stderr)
    expect("a plan is no experiment", 2, "run", plan, err="is a sweep plan: bitline sweep runs its points")
    expect("keys of plans", 0, "schema", "--plan", out="random.axes.NAME.scale")
    expect("one of them", 0, "schema", "--plan", "keep", out="the columns of table.csv")
    expect("a key of plans is no key of configs", 2, "schema", "grid", err="bitline schema --plan grid")
    check("their JSON Schema", json.loads(call("schema", "--plan", "--json").stdout)["properties"]["skip_invalid"]["default"] is False)

    # Points that no config takes are left out and counted where that is asked for.
    partly = d / "partly.yaml"
    partly.write_text(plan_text.replace("adc.bits: [4, 6, 8]", "input.encoding: [bit-serial, analog]")
                      .replace("array.active_rows: [144, all]", "array.topology: [gated-rows, voltage-rows]").replace("seeds: [1, 2]\n", ""))
    p = expect("values that do not go together refuse the plan", 2, "sweep", partly, "--out", d / "partly", err="partly.yaml:4:32: input.encoding: analog inputs need row voltages")
    check("told once", len(p.stderr.splitlines()) == 1 and "[1 of 4 points, with input.encoding=analog, array.topology=gated-rows]" in p.stderr, p.stderr)
    check("nothing was begun", not (d / "partly").exists())
    p = expect("left out", 0, "sweep", partly, "--out", d / "partly", "--skip-invalid", out="3 points: 3 done now", err="1 of 4 points left out:")
    check("and counted", "1 point left out: no config takes it" in p.stdout, p.stdout)
    check("the others have their numbers", [r["point"] for r in csv.DictReader((d / "partly/table.csv").read_text().splitlines())] == ["0", "1", "3"])
    check("the page says so", "3 finished points of 4, 1 left out" in (d / "partly/report.html").read_text())
    expect("listed", 0, "sweep", partly, "--out", d / "partly", "--skip-invalid", "--dry-run", out="left out")
    partly.write_text(partly.read_text() + "skip_invalid: true\n")
    expect("by a key of the plan", 0, "check", partly, out="a sweep of 4 points", err="1 of 4 points left out")

    # Named designs: fronts, a page for each point, the command of each.
    named = d / "designs.yaml"
    named.write_text("config: fashion-mlp\nset: {workload.images: 20, workload.calibration_images: 16, instances: 1}\n"
                     "list: [{name: as it is}, {name: few bits, adc.bits: 4}, {name: small, technology: 22nm}]\n")
    expect("designs", 0, "sweep", named, "--out", d / "designs", out="3 points: 3 done now")
    page = (d / "designs/report.html").read_text()
    check("trades", "Accuracy on chip against Energy per inference, bars: 95 %" in page or "Latency" in page)
    check("not set", '<i title="not set: as in the config">8</i>' in page and '<i title="not set: as in the config">130nm</i>' in page, page[-3000:])
    command = re.search(r'<p id="run-1">1 <code>(.*?)</code>', page).group(1)
    check("a command to copy", command == "bitline run fashion-mlp --set workload.images=20 --set workload.calibration_images=16 --set instances=1 --set &#39;name=few bits&#39; --set adc.bits=4", command)
    alone = json.loads(call("run", "fashion-mlp", *plan_set, "--set", "name=few bits", "--set", "adc.bits=4", "--json").stdout)
    table = list(csv.DictReader((d / "designs/table.csv").read_text().splitlines()))
    check("which gives the point", float(table[1]["energy.per_inference_J"]) == alone["energy"]["per_inference_J"], table[1])
    expect("with reports", 0, "sweep", named, "--out", d / "designs", "--reports", out="3 points: 3 done now, 0 before")
    folders = sorted(f.name for f in (d / "designs/points").iterdir())
    check("a folder for each point", folders == sorted(r["hash"][:16] for r in table), folders)
    page = (d / "designs/report.html").read_text()
    check("which the page leads to", all(f'href="points/{name}/report.html"' in page for name in folders))
    one = d / "designs/points" / table[1]["hash"][:16]
    check("a whole run folder", {"report.html", "resolved.yaml", "result.json", "layers.csv"} <= {f.name for f in one.iterdir()}, list(one.iterdir()))
    check("the point's own", strip(json.loads((one / "result.json").read_text())) == strip(alone))
    expect("once", 0, "sweep", named, "--out", d / "designs", "--reports", out="3 points: 0 done now, 3 before")

# Every plan of the page about sweeps is a plan.
plans = re.findall("```yaml\n(.*?)```", (source / "docs/model/sweeps.md").read_text(), re.DOTALL)
check("the page has plans", len(plans) >= 5, len(plans))
for i, text in enumerate(plans):
    with tempfile.TemporaryDirectory() as d:
        (pathlib.Path(d) / "plan.yaml").write_text(text)
        expect(f"plan {i} of the page", 0, "sweep", pathlib.Path(d) / "plan.yaml", "--out", pathlib.Path(d) / "out", "--dry-run", out="points, 0 of them finished")
finish()
