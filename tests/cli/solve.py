# SPDX-License-Identifier: Apache-2.0
"""`bitline solve`: circuits with known answers, laws of circuits, wrong input. usage: solve.py BITLINE SOURCE"""
import json, math, pathlib, struct, tempfile

from command import call, check, expect, finish, write_npy


def write_vector(path, values):
    write_npy(path, [values])  # one dimension: the same bytes with another shape
    raw = pathlib.Path(path).read_bytes()
    old, new = f"(1, {len(values)})".encode(), f"({len(values)},)".encode()
    pathlib.Path(path).write_bytes(raw.replace(old, new + b" " * (len(old) - len(new))))


def read_npy(path):  # of doubles or floats
    raw = pathlib.Path(path).read_bytes()
    start = 10 + struct.unpack("<H", raw[8:10])[0]
    size, letter = (8, "d") if b"'<f8'" in raw[:start] else (4, "f")
    return list(struct.unpack(f"<{(len(raw) - start) // size}{letter}", raw[start:]))


def close(name, found, wanted, tolerance=1e-6):  # files hold single precision
    scale = max(abs(x) for x in wanted) or 1
    worst = max(abs(a - b) for a, b in zip(found, wanted)) / scale if len(found) == len(wanted) else math.inf
    check(name, worst <= tolerance, f"{found[:4]} and {wanted[:4]} differ by {worst:.1e}")


with tempfile.TemporaryDirectory() as d:
    f = lambda name: f"{d}/{name}.npy"
    write_npy(f("G"), [[2e-5, 1e-5, 0], [4e-6, 3e-5, 8e-6]])
    write_npy(f("V"), [[0.25, 0], [0, -0.125], [0.25, -0.125]])
    plain = ["solve", "--conductance", f("G"), "--voltages", f("V"), "--current", f("I")]

    expect("without wires", 0, *plain, out="solved")
    g = read_npy(f("G"))
    ideal = [0.25 * g[0], 0.25 * g[1], 0, -0.125 * g[3], -0.125 * g[4], -0.125 * g[5]]
    close("I = V G", read_npy(f("I"))[:6], ideal, 1e-15)

    write_npy(f("R"), [[5e4, 1e5, 1e6], [2.5e5, 33333, 125000]])
    expect("ohms for siemens", 0, "solve", "--conductance", f("R"), "--voltages", f("V"), "--current", f("J"), err="Are these ohms?")
    write_npy(f("B"), [[1, 0]])
    expect("ohms on a second line", 0, "solve", "--gated", f("B"), "--conductance", f("G"), "--conductance-minus", f("R"), "--read-voltage", "0.2", "--current", f("J"), err="--conductance-minus")
    check("siemens are not warned of", call(*plain).stderr == "")

    wires = ["--r-row", "1000", "--r-col", "2000", "--r-driver", "500", "--r-sense", "300"]
    p = expect("wires", 0, *plain, *wires, "--effective", f("A"), "--source-power", f("P"), "--node-row", f("U"),
            "--node-col",
               f("W"), "--json")
    answer = json.loads(p.stdout)
    check("status", answer["status"] == "solved" and answer["vectors"] == 3, answer)
    check("residual", 0 <= answer["residual"] < 1e-12, answer["residual"])
    i, a, u, w, power = (read_npy(f(n)) for n in "IAUWP")
    close("superposition", [i[j] + i[3 + j] for j in range(3)], i[6:9], 1e-12)
    close("I = V A", [0.25 * a[j] - 0.125 * a[3 + j] for j in range(3)], i[6:9], 1e-12)
    close("power is in the answer", answer["source_power_W"], power, 1e-12)
    # The third vector: Kirchhoff at the ends, and what all resistances dissipate.
    u, w = u[12:], w[12:]
    close("sense currents", [w[3 + j] / 2300 for j in range(3)], i[6:9], 1e-12)
    dissipated = sum((v - u[3 * r]) ** 2 / 1500 + (u[3 * r] - u[3 * r + 1]) ** 2 / 1000 + (u[3 * r + 1] - u[3 * r
            + 2]) ** 2 / 1000
                     for r, v in ((0, 0.25), (1, -0.125)))
    dissipated += sum((w[j] - w[3 + j]) ** 2 / 2000 + w[3 + j] ** 2 / 2300 for j in range(3))
    dissipated += sum(g[k] * (u[k] - w[k]) ** 2 for k in range(6))
    close("power balance", [power[2]], [dissipated], 1e-12)

    # One device by hand: 1 V through driver + segment, device, segment + sense.
    write_npy(f("G1"), [[1e-3]])
    write_npy(f("V1"), [[1.0]])
    one = ["solve", "--conductance", f("G1"), "--voltages", f("V1"), "--current", f("I1"), "--r-row", "100",
            "--r-col", "200"]
    resistance = 1 / read_npy(f("G1"))[0]
    expect("one device", 0, *one, "--r-driver", "50", "--r-sense", "25")
    close("1 V over the sum", read_npy(f("I1")), [1 / (resistance + 375)], 1e-14)
    expect("far ends", 0, *one, "--r-driver", "50", "--r-sense", "25", "--r-driver-far", "50", "--r-sense-far", "25")
    close("both ends halve", read_npy(f("I1")), [1 / (resistance + 187.5)], 1e-14)
    expect("floating row", 0, *one, "--r-driver", "inf", "--r-sense", "25")
    close("no source, no current", read_npy(f("I1")), [0.0], 0)
    expect("curved", 0, *one, "--sinh-beta", "2", "--json", out='"status": "solved"')
    current = read_npy(f("I1"))[0]
    close("drop of a sinh", [1 - 300 * current], [math.asinh(2 * current * resistance) / 2], 1e-10)

    # One value a line.
    write_vector(f("R"), [500, math.inf])
    expect("a .npy of drivers", 0, *plain, *wires[:4], "--r-driver", f("R"), "--effective", f("A"))
    close("the second row floats", read_npy(f("A"))[3:], [0, 0, 0], 0)

    # Without wires the matrix is G to the bit, whatever else is asked for, and needs no voltages.
    big = [[1e-6 * (1 + (7 * r + 3 * c) % 11) / 3 for c in range(100)] for r in range(100)]
    write_npy(f("GB"), big)
    write_npy(f("VB"), [[0.1] * 100])
    expect("matrix alone", 0, "solve", "--conductance", f("GB"), "--effective", f("A"), out="solved")
    close("A = G", read_npy(f("A")), read_npy(f("GB")), 0)
    expect("with nodes", 0, "solve", "--conductance", f("GB"), "--voltages", f("VB"), "--effective", f("A"),
           "--node-row", f("U"), out="solved")
    close("A = G with nodes", read_npy(f("A")), read_npy(f("GB")), 0)

    # Nothing flows where every column floats and all rows are alike; rounding is not taken for a violation.
    write_npy(f("VE"), [[0.1, 0.1]])
    p = expect("nothing flows", 0, *plain[:4], f("VE"), *plain[5:], "--r-row", "1", "--r-col", "1", "--r-sense", "inf",
               "--json", out='"solved"')
    check("its residual", json.loads(p.stdout)["residual"] < 1e-8, p.stdout)

    # Gated: a column of two devices on and off, by hand.
    write_npy(f("B"), [[0, 1], [0, 0]])
    write_npy(f("GM"), [[1e-6, 1e-6, 1e-6], [1e-6, 2e-5, 1e-6]])
    gated = ["solve", "--gated", f("B"), "--conductance", f("G"), "--read-voltage", "0.5", "--current", f("I"),
            "--r-row", "100",
             "--r-col", "200", "--r-supply", "30", "--r-sense", "40", "--r-access", "5000"]
    expect("gated", 0, *gated, "--source-power", f("P"), out="solved")
    i = read_npy(f("I"))
    close("one row on", i[:2], [0.5 / (1 / g[3 + j] + 5000 + 30 + 200 + 200 + 40) for j in range(2)], 1e-12)
    check("no row on: exactly nothing", i[3:] == [0, 0, 0], i)
    close("gated power", read_npy(f("P"))[:1], [0.5 * sum(i[:3])], 1e-12)
    write_npy(f("S"), [[1, -1]])
    signed = [*gated[:2], f("S"), *gated[3:], "--conductance-minus", f("GM")]
    expect("two rails", 0, *signed)

    # The same bytes on one thread and two.
    write_npy(f("many"), [[math.sin(k), math.cos(k)] for k in range(300)])
    many = ["solve", "--conductance", f("G"), "--voltages", f("many"), "--r-row", "10", "--r-col", "10"]
    for threads, name in ((1, "one"), (2, "two")):
        expect(f"{threads} threads", 0, *many, "--threads", threads, "--current", f(name))
    check("threads change nothing", pathlib.Path(f("one")).read_bytes() == pathlib.Path(f("two")).read_bytes())

    # All open: the exact zero.
    write_npy(f("G0"), [[0, 0, 0], [0, 0, 0]])
    expect("all open", 0, *plain[:2], f("G0"), *plain[3:], *wires)
    check("open arrays carry nothing", read_npy(f("I")) == [0.0] * 9, read_npy(f("I")))

    # Wrong input: what, where, and nothing written.
    write_npy(f("Gbad"), [[1e-5, float("nan"), 0], [0, 0, 0]])
    write_npy(f("Gneg"), [[1e-5, 1e-5, 0], [0, -1e-6, 0]])
    write_npy(f("V3"), [[1, 2, 3]])
    write_npy(f("B2"), [[0, 2]])
    wrong = lambda name, args, text: expect(name, 2, *args, err=text)
    wrong("NaN", [*plain[:2], f("Gbad"), *plain[3:]], "row 0, column 1")
    wrong("negative conductance", [*plain[:2], f("Gneg"), *plain[3:]], "row 1, column 1")
    wrong("shape of V", [*plain[:4], f("V3"), *plain[5:]], "(1, 3) where (batch, rows) with 2 columns")
    wrong("negative ohms", [*plain, "--r-row", "-1"], "--r-row is -1 ohm")
    wrong("no number", [*plain, "--r-row", "two"], "--r-row is 'two'")
    wrong("inf segments", [*plain, "--r-row", "inf"], "--r-row is inf ohm")
    wrong("lines of another length", [*plain, "--r-sense", f("R")], "one value for each of 3 lines")
    wrong("neither form", plain[:3], "--voltages is needed")
    wrong("no conductance", ["solve", "--voltages", f("V")], "--conductance is needed")
    wrong("sinh has no matrix", [*plain, "--sinh-beta", "2", "--effective", f("A")],
            "--effective does not go with --sinh-beta")
    wrong("both forms", [*plain, "--gated", f("B"), "--read-voltage", "1"], "--voltages does not go with --gated")
    wrong("gated without volts", [*gated[:5], "--r-row", "1"], "--read-voltage is needed")
    wrong("gated with driver", [*gated, "--r-driver", "1"], "--r-driver does not go with --gated")
    wrong("bits", [*gated[:2], f("B2"), *gated[3:]], "is 2 at vector 0, row 1")
    wrong("-1 with one rail", [*gated[:2], f("S"), *gated[3:]], "-1 needs --conductance-minus")
    write_npy(f("GN"), [[2.0**60, 1, 1], [1, 1, 1]])
    wrong("no such conductance", ["solve", "--conductance", f("GN"), *plain[3:]], "row 0, column 0 (from 0) is 1.152921504606847e+18 S")
    wrong("output over input", [*plain, "--effective", f("G")], "is also --conductance")
    wrong("two outputs in one", [*plain, "--effective", f("I")], "is also --current")
    write_npy(f("VL"), [[2.0**90, 0]])
    wrong("volts beyond a curve's scale", [*plain[:4], f("VL"), *plain[5:], "--sinh-beta", "3", "--r-row", "1"],
          "with beta 3 / V at most")
    wrong("missing file", [*plain[:2], f("none"), *plain[3:]], "none.npy")
finish()
