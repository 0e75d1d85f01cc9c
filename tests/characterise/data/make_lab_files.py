# SPDX-License-Identifier: Apache-2.0
"""Files as five laboratories save them, drawn from devices that are known: the test lab_files_test.cpp reads them back.
usage: make_lab_files.py FOLDER (NumPy)"""
import pathlib
import sys

import numpy as np

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(15)


def save(name, text, encoding="utf-8"):
    (out / name).write_bytes(text.encode(encoding))


def a_of(label):
    """A of a NeuroSim label: the label is the largest distance from the straight line over 0.07 sqrt 2."""
    p = np.linspace(0, 1, 4001)
    low, high = 0.03, 30.0
    for _ in range(100):
        a = np.sqrt(low * high)
        distance = np.max((1 - np.exp(-p / a)) / (1 - np.exp(-1 / a)) - p) / (0.07 * np.sqrt(2))
        low, high = (a, high) if distance > label else (low, a)
    return a


def soft(label):
    a = a_of(label)
    b = 1 - np.exp(-1 / a)
    return lambda p: (1 - np.exp(-p / a)) / b, lambda x: -a * np.log(1 - x * b)


def power(e):
    return lambda p: p ** e, lambda x: x ** (1 / e)


def pulses(cycles, n, up, down, cycle, low=2e-6, high=20e-6, read=0.0):
    """Signs and readings, the first before any pulse; noise of each pulse and of reading, shares of the window."""
    x, signs, readings = 0.0, [0], [0.0]
    for _ in range(cycles):
        for sign, (f, inverse) in ((1, up), (-1, down)):
            for _ in range(n):
                y = x if sign > 0 else 1 - x
                y = f(min(inverse(min(max(y, 0), 1)) + 1 / n, 1))
                x = min(max((y if sign > 0 else 1 - y) + cycle * rng.standard_normal(), 0), 1)
                signs.append(sign)
                readings.append(x)
    return np.array(signs), low + (np.array(readings) + read * rng.standard_normal(len(readings))) * (high - low)


# One: a Keithley, 3 x (50 + 50) pulses, labels 1.5 and 2.5, read at 0.1 V.
s, g = pulses(3, 50, soft(1.5), soft(2.5), 0.01, read=0.005)
save("keithley.csv", "Keithley Instruments,2636B\nOperator,N. N.\nDate,2026-03-02\nComment,die 4; cell 7\nRead at,0.1 V\nVprog [V],tprog [us],Iread [A]\n" +
     "".join(f"{1.5 * (v > 0) - 1.2 * (v < 0):g},100,{0.1 * i:.5e}\n" for v, i in zip(s, g)))
save("numbers.csv", "pulse number,conductance (uS)\n" + "".join(f"{k},{i * 1e6:.4f}\n" for k, i in enumerate(g)))
save("missing.csv", "amplitude (V),width (us),conductance (uS)\n" +
     "".join(f"{1.5 * (v > 0) - 1.2 * (v < 0):g},100,{ {20: '', 75: 'NaN', 130: '#N/A', 222: '9.91E+37'}.get(k, f'{i * 1e6:.4f}') }\n" for k, (v, i) in enumerate(zip(s, g))))
save("third.csv", "pulse,amplitude (V),width (us),conductance (uS)\n" +
     "".join(f"{k},{1.5 * (v > 0) - 1.2 * (v < 0):g},100,{i * 1e6:.4f}\n" for k, (v, i) in enumerate(zip(s, g)) if k % 3 == 0))
save("quotes.csv", '"Amplitude_V";"Width_us";"Conductance_uS";;\r\n\r\n' + "".join(f'"{1.5 * (v > 0) - 1.2 * (v < 0):g}";"100";"{i * 1e6:.4f}";;\r\n' for v, i in zip(s, g)))
save("utf16.csv", "amplitude (V),width (us),conductance (uS)\n0,100,2\n", "utf-16")

# Two: a spreadsheet, NeuroSim's columns and resistances: 40 + 40 pulses without noise, label 4.217, 1 .. 10 uS.
up, down = soft(4.217), soft(4.217)
s, g = pulses(1, 40, up, down, 0, 1e-6, 10e-6)
save("neurosim.csv", "pulse,LTP (uS),LTD (uS)\n" + "".join(f"{k},{g[k] * 1e6:.6f},{g[40 + k] * 1e6:.6f}\n" for k in range(41)))
comma = lambda x, digits=4: f"{x:.{digits}f}".replace(".", ",")
save("excel.csv", "\ufeffAmplitude (V);Width (\u00b5s);Conductance (\u00b5S)\r\n" + "".join(f"{comma(1.5 * v, 1)};112,470;{comma(i * 1e6, 6)}\r\n" for v, i in zip(s, g)))
save("kohm.csv", "amplitude (V),width (us),resistance (kOhm)\n" + "".join(f"{1.5 * v:g},100,{1e-3 / i:.6f}\n" for v, i in zip(s, g)))
dt = np.geomspace(5, 3000, 20)
ratio = 1 + 0.6 * np.exp(-dt / 40) + 0.35 * np.exp(-dt / 900) + 0.004 * rng.standard_normal(20)
save("ppf_index.csv", "Delta t (ms);PPF index (%);Amplitude (V);Width (ms)\n" + "".join(f"{comma(t, 2)};{comma(100 * r, 2)};1,5;1\n" for t, r in zip(dt, ratio)))

# Three: retention of 30 cells, power law nu = 0.045 +- 0.012, t0 = 1 s, 1 % noise.
times = np.array([0, 1, 10, 100, 1e3, 1e4])
written = rng.uniform(5e-6, 50e-6, 30)
nu = 0.045 + 0.012 * rng.standard_normal(30)
cells = written[:, None] * (1 + times[None, :]) ** -nu[:, None] * (1 + 0.01 * rng.standard_normal((30, 6)))
save("retention_wide.csv", "time (s)," + ",".join(f"cell {c + 1} (uS)" for c in range(30)) + "\n" +
     "".join(f"{t:g}," + ",".join(f"{x * 1e6:.4f}" for x in cells[:, k]) + "\n" for k, t in enumerate(times)))
save("retention_long.csv", "cell,time (s),conductance (uS)\n" + "".join(f"{c},{t:g},{cells[c, k] * 1e6:.4f}\n" for c in range(30) for k, t in enumerate(times)))
levels = np.repeat(np.linspace(5e-6, 45e-6, 8), 30)
decades = np.array([0.0, 1, 2, 3, 4])
sigma = np.sqrt(0.3e-6 ** 2 + 0.1e-6 ** 2 * decades)
change = -0.1e-6 * decades[None, :] + rng.standard_normal((240, 1)) * sigma[None, :]
save("relaxation.csv", "cell,time (s),conductance (uS),written (uS)\n" +
     "".join(f"{c},{t:g},{(levels[c] + (change[c, k - 1] if k else 0)) * 1e6:.4f},{levels[c] * 1e6:.4f}\n" for c in range(240) for k, t in enumerate([0, 1, 10, 100, 1000, 10000])))

# Four: sweeps of a B1500 and of a probe station, 20 uS, beta 2 /V; a loop.
v = np.linspace(-1, 1, 41)
i = 20e-6 * np.sinh(2 * v) / 2 * (1 + 0.002 * rng.standard_normal(41))
save("easyexpert.csv", "SetupTitle, I/V Sweep\nPrimitiveTest, I/V Sweep\nTestParameter, Channel.UnitType, SMU, SMU\nDimension1, 41, 41\nDimension2, 1, 1\nDataName, V1, I1\n" +
     "".join(f"DataValue, {a:.3f}, {b:.6e}\n" for a, b in zip(v, i)))
save("vd_id_ig.csv", "Vd (V),Id (A),Ig (A)\n" + "".join(f"{a:.3f},{b:.6e},{1e-11 * rng.standard_normal():.3e}\n" for a, b in zip(v, i)))
ends = ((0, 1), (1, 0), (0, -1), (-1, 0))
sweep = np.concatenate([np.linspace(a, b, 21)[k > 0:] for k, (a, b) in enumerate(ends)])
state = np.where(np.arange(81) < 20, 2e-6, np.where(np.arange(81) < 60, 20e-6, 2e-6))
save("loop.csv", "voltage (V),current (uA)\n" + "".join(f"{a:.3f},{1e6 * b * a:.5f}\n" for a, b in zip(sweep, state)))

# Five: a tunnel junction, 4 cycles, power laws 0.6 and 0.4; 400 cells read back, sigma 0.3 + 1.0 G / Gmax uS;
# spike timing; endurance.
s, g = pulses(4, 30, power(0.6), power(0.4), 0.005, 1e-6, 9e-6, read=0.005)
save("ftj.tsv", "amplitude (V)\twidth (ms)\tconductance (uS)\n" + "".join(f"{2 * v:g}\t0.1\t{i * 1e6:.4f}\n" for v, i in zip(s, g)))
target = np.tile(np.linspace(2e-6, 20e-6, 8), 50)
save("readback.csv", "target (uS),conductance (uS)\n" + "".join(f"{t * 1e6:.4f},{max(0, t * 1e6 + (0.3 + t / 20e-6) * z):.4f}\n" for t, z in zip(target, rng.standard_normal(400))))
dt = np.concatenate([-np.geomspace(100, 2, 15), np.geomspace(2, 100, 15)])
w = np.where(dt > 0, 60 * np.exp(-np.abs(dt) / 25), -40 * np.exp(-np.abs(dt) / 35)) + rng.standard_normal(30)
save("stdp.csv", "delta t (ms),delta G (%)\n" + "".join(f"{a:.3f},{b:.3f}\n" for a, b in zip(dt, w)))
n = np.array([1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5, 3e5, 1e6])
high = 20 - 0.8 * np.log10(n) + 0.1 * rng.standard_normal(13)
low = 2 + 0.2 * np.log10(n) + 0.05 * rng.standard_normal(13)
save("endurance.csv", "cycle,LRS (uS),HRS (uS)\n" + "".join(f"{k:g},{a:.3f},{b:.3f}\n" for k, a, b in zip(n, high, low)))
