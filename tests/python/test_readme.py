# SPDX-License-Identifier: Apache-2.0
"""README.md's way from a laboratory's files to accuracy and joules runs as it stands, in under a minute."""
import contextlib
import io
import os
import re
import tempfile
import time
import unittest

from common import main, need_data, source


class Readme(unittest.TestCase):
    def test_laboratory(self):
        code = re.search(r"<!-- executed by tests/python/test_readme.py -->\n```python\n(.*?)```", (source / "README.md").read_text(), re.S).group(1)
        self.assertLess(len(code.splitlines()), 11)
        said, begun = io.StringIO(), time.process_time()  # of this program: others may share the cores
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(said):
            os.symlink(source / "docs", "docs")
            exec(compile(code, "README.md", "exec"), {})
        self.assertLess(time.process_time() - begun, 60)
        accuracy, image_J, write_J = re.match(r"(0\.\d+) after a day .*, (\S+) J an image, (\S+) J to write", said.getvalue()).groups()
        self.assertGreater(float(accuracy), 0.8)  # quantized 0.90; these cells forget a little
        self.assertGreater(float(write_J), float(image_J))


if __name__ == "__main__":
    need_data()
    main()
