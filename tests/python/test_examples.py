# SPDX-License-Identifier: Apache-2.0
"""Every file of python/examples runs as it stands, in under a minute, and says something."""
import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest

from common import main, need_data, source


class Examples(unittest.TestCase):
    def test_all(self):
        files = sorted((source / "python/examples").glob("*.py"))
        self.assertGreater(len(files), 3)
        for file in files:
            if "import torch" in file.read_text() and not importlib.util.find_spec("torch"):
                print(f"skipped: {file.name}: PyTorch is not installed (Debian: python3-torch)", file=sys.stderr)
                continue
            with self.subTest(file.name), tempfile.TemporaryDirectory() as d:
                p = subprocess.run([sys.executable, file], capture_output=True, text=True, cwd=d, timeout=240, env={**os.environ, "MPLBACKEND": "Agg"})
                self.assertEqual(p.returncode, 0, p.stderr)
                self.assertGreater(len(p.stdout.splitlines()), 2)
                self.assertNotIn("nan", p.stdout)


if __name__ == "__main__":
    need_data()
    main()
