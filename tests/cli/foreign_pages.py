# SPDX-License-Identifier: Apache-2.0
"""Pages whose files are saved and whose commands run as they stand, in order. usage: foreign_pages.py BITLINE SOURCE"""
import os, pathlib, re, subprocess, tempfile

from command import bitline, check, finish, has_data, source

environment = {**os.environ, "PATH": str(pathlib.Path(bitline).parent) + ":" + os.environ["PATH"]}
for page in ("neurosim", "other-simulators", "measured-arrays"):
    text = (source / f"docs/tutorial/{page}.md").read_text()
    blocks = re.findall(r"^```(yaml|sh)\n(.*?)^```$", text, re.M | re.S)
    check(page + " has commands", sum(kind == "sh" for kind, _ in blocks) >= 1, blocks)
    with tempfile.TemporaryDirectory() as d:
        d = pathlib.Path(d)
        for folder in ("configs", "docs"):
            os.symlink(source / folder, d / folder)
        said = ""
        for kind, block in blocks:
            if kind == "yaml":
                (d / re.match(r"# (\S+)\n", block)[1]).write_text(block)
            elif "fashion" not in block or has_data():
                p = subprocess.run(["bash", "-ec", block], cwd=d, env=environment, capture_output=True, text=True, timeout=800)
                check(f"{page}: {block}", p.returncode == 0, f"exit {p.returncode}: {p.stderr[:600]}")
                said += p.stderr
        # What the page says that a command warns of.
        for quoted in re.findall(r"warns `([^`]*)`", text, re.S):
            check(page + " quotes what is said", " ".join(quoted.split()) in " ".join(said.split()), said)
finish()
