#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes small ONNX files with inputs, and the outputs that PyTorch or NumPy computes.

    make_onnx_cases.py FOLDER

CASE.onnx, CASE.in.npy (samples, ...) and CASE.out.npy (samples, values) of each case, for tests/workloads. Needs torch
1.13 and onnx 1.12 (Debian's python3-torch and python3-onnx). Inputs are rounded to few digits, and all is seeded.
"""

import pathlib
import sys

import onnx_cases
from onnx_cases_by_hand import HAND
from onnx_cases_torch import TORCH, export

if __name__ == "__main__":
    folder = onnx_cases.Folder.path = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, arguments in TORCH.items():
        export(name, *arguments)
    for make in HAND.values():
        make()
    total = sum(p.stat().st_size for p in folder.glob("*.*") if p.suffix in (".onnx", ".npy"))
    print(f"{len(TORCH) + len(HAND)} cases, {total / 1024:.0f} KiB")
