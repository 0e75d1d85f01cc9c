# SPDX-License-Identifier: Apache-2.0
"""pip install . from a build that is there: the package and the command, with their configurations, in a folder of its
own."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from common import command, main, source


class Wheel(unittest.TestCase):
    def test_it_installs_and_runs_elsewhere(self):
        if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode != 0:
            self.skipTest("pip is not installed")
        build = pathlib.Path(command).parent.relative_to(source)
        with tempfile.TemporaryDirectory() as d:
            p = subprocess.run([sys.executable, "-m", "pip", "install", str(source), "--no-build-isolation", "--no-deps", "--target", d, "-q",
                                "--disable-pip-version-check", "--config-settings", f"build-dir={build}"], capture_output=True, text=True)
            self.assertEqual(p.returncode, 0, p.stderr)
            p = subprocess.run([sys.executable, "-c",
                                "import bitline\nfrom bitline._places import config_roots\nprint(bitline.__file__, config_roots()[0], "
                                "bitline.run(bitline.load('vgg8-cost', {'workload.statistics': 'expected'})).area.total_m2 > 0)"],
                               capture_output=True, text=True, cwd=d, env={**os.environ, "PYTHONPATH": d})
            self.assertEqual(p.stdout.split(), [f"{d}/bitline/__init__.py", f"{d}/share/bitline/configs", "True"], p.stderr)
            p = subprocess.run([f"{d}/bin/bitline", "list", "devices"], capture_output=True, text=True, cwd=d)
            self.assertEqual(p.returncode, 0, p.stderr)


if __name__ == "__main__":
    main()
