# SPDX-License-Identifier: Apache-2.0
"""Every example of every help runs as it stands there. usage: examples.py BITLINE SOURCE"""
import os, pathlib, subprocess, tempfile

from command import bitline, call, check, finish, need_data, source, write_npy

need_data()
examples = call("docs", "--examples").stdout.splitlines()
check("there are examples", len(examples) > 20, examples)
with tempfile.TemporaryDirectory() as d:
    for folder in ("configs", "docs"):
        os.symlink(source / folder, d + "/" + folder)
    write_npy(d + "/W.npy", [[7, -3], [0, 1], [-7, 2]])
    write_npy(d + "/X.npy", [[255, 0, 1], [3, 4, 5]])
    write_npy(d + "/G.npy", [[1e-5, 2e-5], [0, 3e-5], [4e-6, 1e-6]])
    write_npy(d + "/V.npy", [[0.2, 0.1, 0], [0.2, -0.2, 0.2]])
    write_npy(d + "/images.npy", [[0, 0.5, 1, 0], [1, 1, 0, 0]])
    os.symlink(source / "models/fashion-mlp.onnx", d + "/network.onnx")
    write_npy(d + "/B.npy", [[1, 0, 1], [0, 0, 0]])
    environment = {**os.environ, "PATH": str(pathlib.Path(bitline).parent) + ":" + os.environ["PATH"]}
    # What shows a result comes after what makes it.
    for example in sorted(examples, key=lambda e: e.split()[1] in ("report", "compare")):
        p = subprocess.run(["bash", "-c", example], cwd=d, env=environment, capture_output=True, text=True, timeout=600)
        check(example, p.returncode == 0, f"exit {p.returncode}: {p.stderr[:400]}")
finish()
