# SPDX-License-Identifier: Apache-2.0
"""The command validate, and that docs/validation.md is what it writes now. usage: validate.py BITLINE SOURCE"""
import json, pathlib, tempfile

from command import call, check, expect, finish, need_data, source

designs = sorted((source / "configs/validation").glob("*.yaml"))
check("there are designs", designs)

# One design.
p = expect("one design", 0, "validate", "isaac", "-q", out="power of a tile")
check("verdicts", p.stdout.count("within 0.5 %") == 6, p.stdout)
check("last line", p.stdout.splitlines()[-1] == "6 figures, 6 with a goal, 0 misses", p.stdout[-200:])
check("only what was asked for", "Single parts" not in p.stdout)
j = json.loads(expect("one design as JSON", 0, "validate", "isaac", "--json").stdout)
check("JSON", j["misses"] == 0 and j["designs"][0]["name"] == "isaac" and abs(j["designs"][0]["published"][2]["deviation"]) < 0.005, j)
# A curve: totals with our interval, efficiency the inverse of energy, the slope their difference.
j = json.loads(expect("a curve as JSON", 0, "validate", "yao-esserc2024", "-q", "--json").stdout)
figures = {f["what"]: f for f in j["designs"][0]["published"]}
most, least = figures["energy of a product, 512 rows"], figures["energy of a product, 128 rows"]
slope, efficiency = figures["slope: what 512 rows take beyond 128"], figures["efficiency, 512 rows"]
check("slope", abs(slope["ours"] / (most["ours"] - least["ours"]) - 1) < 1e-12, slope)
check("a difference has no interval", slope["low"] is None and slope["high"] is None, slope)
check("interval of energy", most["low"] < most["ours"] < most["high"], most)
operations = 2 * 512 * 512
check("interval of efficiency", abs(efficiency["high"] * most["low"] / operations * 1e12 - 1) < 1e-12
      and abs(efficiency["low"] * most["high"] / operations * 1e12 - 1) < 1e-12, efficiency)
expect("no such design", 2, "validate", "nonsense", err="nonsense")
expect("a page of one design", 2, "validate", "isaac", "--out", "x", err="leave out the names")
expect("run of a budget", 0, "run", "isaac", out="nothing was run")
expect("check of a budget", 0, "check", "isaac", out="a budget of 17 lines")

with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    # A miss is told, counted, and fails when asked to.
    (d / "off.yaml").write_text("""name: off
technology: 32nm
budget: [{name: adc, power: 2 mW}]
published:
  - {what: power, published: 0.0021, ours: budget.chip.power_W, unit: W, within: 1 %, source: nobody}
  - {what: nothing, published: 1, ours: budget.chip.colour, source: nobody}
""")
    expect("a miss is told", 0, "validate", d / "off.yaml", out="2 figures, 1 with a goal, 1 miss\n", err="the result has no number 'budget.chip.colour'")
    expect("a miss in its row", 0, "validate", d / "off.yaml", "-q", out="-4.76 %  miss: goal 1 %")
    expect("a miss fails", 4, "validate", d / "off.yaml", "-q", "--fail-on-miss")
    expect("no miss does not fail", 0, "validate", "isaac", "--fail-on-miss")
    # Differences: 2 mW less 0.5 mW, 3 mW less 0.5 mW.
    figure = "ours: budget.chip.power_W, unit: W, within: 0.001 %, source: nobody"
    power = lambda mw: f"{{budget: [{{name: adc, power: {mw} mW}}]}}"
    (d / "slope.yaml").write_text(f"""name: slope
technology: 32nm
budget: [{{name: adc, power: 2 mW}}]
published:
  - {{what: slope, published: 0.0015, {figure}, less: {power(0.5)}}}
  - {{what: two, published: 0.0025, {figure}, with: {power(3)}, less: {power(0.5)}}}
""")
    expect("differences are judged", 0, "validate", d / "slope.yaml", "--fail-on-miss", out="2 figures, 2 with a goal, 0 misses\n")
    expect("a goal below 0", 2, "check", d / "off.yaml", "--set", "published.0.within=-1 %", err="within")
    # Its run folder holds what there is.
    expect("run folder of a budget", 0, "run", d / "off.yaml", "--out", d / "run", "-q")
    check("files of a budget's run folder", sorted(f.name for f in (d / "run").iterdir()) == ["files.txt", "report.html", "resolved.yaml", "result.json"], list((d / "run").iterdir()))
    check("result of a budget", json.loads((d / "run/result.json").read_text())["energy"] is None)
    expect("its resolved config runs again", 0, "run", d / "run/resolved.yaml", "-q", out="2 mW")

    # Everything, twice: the same page, and the committed one.
    if any("network:" in f.read_text() or "base:" in f.read_text() for f in designs):
        need_data()
    for out in ("a", "b"):
        p = expect("all designs", 0, "validate", "-q", "--out", d / out, out="Single parts", timeout=900)
    check("every design is there", all(f"configs/validation/{f.stem}.yaml" in p.stdout for f in designs), p.stdout)
    for file in ("validation.md", "images/validation-adc.svg"):
        check(f"{file} is the same each time", (d / "a" / file).read_bytes() == (d / "b" / file).read_bytes())
        committed = source / "docs" / file
        check(f"docs/{file} is up to date", committed.exists() and committed.read_bytes() == (d / "a" / file).read_bytes(),
              "run: build/release/bitline validate --out docs")
    check("no file left behind", not list((d / "a").rglob("*.part")))
finish()
