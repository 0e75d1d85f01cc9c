# SPDX-License-Identifier: Apache-2.0
"""What the scripts of this folder share: calling the command, counting failures, writing .npy without NumPy."""
import pathlib, struct, subprocess, sys

bitline = str(pathlib.Path(sys.argv[1]).resolve())
source = pathlib.Path(sys.argv[2]).resolve()
small = ["--set", "workload.images=20", "--set", "workload.calibration_images=16", "--set", "instances=1"]
failures = []


def call(*args, timeout=300, **more):
    return subprocess.run([bitline, *map(str, args)], capture_output=True, text=True, errors="replace", timeout=timeout,
                          stdin=subprocess.DEVNULL, **more)


def check(name, ok, detail=""):
    if not ok:
        failures.append(name)
        print(f"FAIL {name}\n     {detail}")


def expect(name, code, *args, err="", out="", **more):
    """The command ends with `code`; its streams hold these texts. Returns the finished process."""
    p = call(*args, **more)
    check(name, p.returncode == code, f"exit {p.returncode}, not {code}: {p.stderr[:400]}{p.stdout[:200]}")
    check(name + ": stderr", err in p.stderr, f"'{err}' is not in: {p.stderr[:400]}")
    check(name + ": stdout", out in p.stdout, f"'{out}' is not in: {p.stdout[:400]}")
    return p


def write_npy(path, rows):
    shape = f"({len(rows)}, {len(rows[0])})"
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    values = [x for row in rows for x in row]
    pathlib.Path(path).write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(values)}f", *values))


def read_npy(path):
    raw = pathlib.Path(path).read_bytes()
    length = struct.unpack("<H", raw[8:10])[0]
    body = raw[10 + length:]
    return raw[10:10 + length].decode(), list(struct.unpack(f"<{len(body) // 4}f", body))


def has_data():
    """Whether Fashion-MNIST is installed."""
    lines = [l for l in call("list", "datasets").stdout.splitlines() if l.startswith("fashion-mnist")]
    return bool(lines) and "not found" not in lines[0]


def need_data():
    """Skips the script where Fashion-MNIST is not installed."""
    if not has_data():
        print("skipped: the data set fashion-mnist is not installed")
        sys.exit(77)


def finish():
    print(f"{len(failures)} checks failed" if failures else "all checks passed")
    sys.exit(1 if failures else 0)
