# SPDX-License-Identifier: Apache-2.0
"""Reference circuits beside the project, where they are: currents confirmed by other solvers, to 1e-8.
usage: reference_circuits.py BITLINE SOURCE; exit 77 = skipped"""
import pathlib, subprocess, sys

source = pathlib.Path(sys.argv[2]).resolve()
script = source.parent / "shared" / "accept" / "irdrop.py"
python = "/usr/bin/python3"
if not script.exists():
    print("skipped: no reference circuits beside the project")
    sys.exit(77)
if subprocess.run([python, "-c", "import numpy"], capture_output=True).returncode:
    print("skipped: the reference circuits need NumPy (python3-numpy)")
    sys.exit(77)
sys.exit(subprocess.run([python, script, sys.argv[1]]).returncode)
