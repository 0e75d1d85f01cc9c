# SPDX-License-Identifier: Apache-2.0
"""What the tests of the Python package share. They run with PYTHONPATH at the built package, $BITLINE at the command and
$BITLINE_SOURCE at the project's root; 77 = skipped (no data set)."""
import os
import pathlib
import subprocess
import sys
import unittest

command = os.environ["BITLINE"]
source = pathlib.Path(os.environ["BITLINE_SOURCE"])
small = {"workload.images": 20, "workload.calibration_images": 16, "instances": 1}


def call(*args):
    return subprocess.run([command, *map(str, args)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=600)


def need_data():
    """Ends the script where Fashion-MNIST is not installed."""
    lines = [line for line in call("list", "datasets").stdout.splitlines() if line.startswith("fashion-mnist")]
    if not lines or "not found" in lines[0]:
        print("skipped: the data set fashion-mnist is not installed")
        sys.exit(77)


def without_time(text):
    """The text of a result without its keys `timing` and `provenance`, which alone may differ between two runs."""
    kept, skipping = [], False
    for line in text.splitlines():
        if line.startswith('  "'):
            skipping = line.startswith(('  "timing"', '  "provenance"'))
        elif not line.startswith("   ") and line.strip() == "}" and not line.startswith("  "):
            skipping = False
        if not skipping:
            kept.append(line.rstrip(","))
    return kept


def python(code, *, timeout=120, **environment):
    """Runs a program of its own, as crashes and interrupts need."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=timeout, env={**os.environ, **environment})


main = unittest.main
