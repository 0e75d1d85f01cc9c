# SPDX-License-Identifier: Apache-2.0
"""The committed reference pages are what the schema and the help say now, and the page of what runs where is what runs
say. usage: docs.py BITLINE SOURCE"""
import pathlib, re, tempfile

from command import check, expect, finish, has_data, source

with tempfile.TemporaryDirectory() as d:
    expect("docs", 0, "docs", d)
    for page in ("config.md", "plan.md", "cli.md", "schema.json", "simplifications.md"):
        committed = source / "docs/reference" / page
        check(f"docs/reference/{page} is up to date", committed.exists() and committed.read_bytes() == (pathlib.Path(d) / page).read_bytes(),
              "run: build/release/bitline docs docs/reference")
    cli = (pathlib.Path(d) / "cli.md").read_text()
    check("the page of the command has everything", all(t in cli for t in ("Usage: bitline COMMAND", "\n## run\n", "\n## completion\n")) and "## docs" not in cli)
    if has_data():
        page = pathlib.Path(d) / "coverage.md"
        expect("docs --coverage", 0, "docs", "--coverage", page)
        check("docs/model/coverage.md is up to date", (source / "docs/model/coverage.md").read_bytes() == page.read_bytes(),
              "run: build/release/bitline docs --coverage docs/model/coverage.md")

# Multiply-accumulates worked out from the networks' sizes alone.
blocks = {"A residual block": 49 * 16 * (72 + 144 + 8),                                        # 7 x 7 positions
          "An LSTM cell": 28 * 256 * (28 + 64),                                                # 28 steps, four gates of 64
          "A transformer block": 25 * (4 * 64 * 64 + 2 * 64 * 128) + 2 * 4 * 25 * 25 * 16}     # 25 patches, four heads
coverage = (source / "docs/model/coverage.md").read_text()
for title, macs in blocks.items():
    table = [[cell.strip() for cell in line.split("|")[1:-1]]
             for line in coverage.split(f"## {title}\n")[1].split("\n## ")[0].splitlines() if line.startswith("| ")]
    head, rows, total = table[0], table[1:-1], table[-1]
    counted = [int(row[head.index("MACs")].replace(",", "") or 0) for row in rows]
    shares = [float(row[head.index("MACs") + 1].removesuffix(" %") or 0) for row in rows]
    energies = [float(row[head.index("energy / J")]) for row in rows]
    check(f"{title}: MACs", sum(counted) == macs == int(total[head.index("MACs")].replace(",", "")), (sum(counted), macs))
    check(f"{title}: shares add up to 100 %", abs(sum(shares) - 100) < 0.005 * len(rows) and total[head.index("MACs") + 1] == "100.00 %", shares)
    check(f"{title}: who pays", all(row[-1] for row in rows))
    for row, energy in zip(rows, energies):  # each rounded to three digits
        paid = [float(x) for x in re.findall(r"(\S+) J\b", row[-1])]
        check(f"{title}: {row[0]} is paid in full", abs(sum(paid) - energy) <= 0.01 * energy, (paid, energy))
    check(f"{title}: energy", abs(sum(energies) - float(total[head.index("energy / J")])) <= 0.01 * sum(energies), energies)
finish()
