# SPDX-License-Identifier: Apache-2.0
"""The ten lines of docs/torch.md, which README.md shows too, run as they stand, in under a minute."""
import contextlib
import importlib.util
import io
import re
import sys
import time
import unittest

from common import main, need_data, source


class Page(unittest.TestCase):
    def test_ten_lines(self):
        page = (source / "docs/torch.md").read_text()
        code = re.search(r"<!-- executed by .*?-->\n```python\n(.*?)```", page, re.S).group(1)
        self.assertLess(len(code.splitlines()), 14)
        self.assertIn(code, (source / "README.md").read_text())
        said, begun = io.StringIO(), time.process_time()  # of this program: others may share the cores
        with contextlib.redirect_stdout(said):
            exec(compile(code, "docs/torch.md", "exec"), {})
        self.assertLess(time.process_time() - begun, 60)
        accuracy = float(re.match(r"(0\.\d+) on chips", said.getvalue()).group(1))
        self.assertGreater(accuracy, 0.7)  # one epoch gives 0.84 in float


if __name__ == "__main__":
    if not importlib.util.find_spec("torch"):
        print("skipped: PyTorch is not installed (Debian: python3-torch)")
        sys.exit(77)
    need_data()
    main()
