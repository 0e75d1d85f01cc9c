# SPDX-License-Identifier: Apache-2.0
"""The committed reference pages are what the schema and the help say now. usage: docs.py BITLINE SOURCE"""
import pathlib, tempfile

from command import check, expect, finish, source

with tempfile.TemporaryDirectory() as d:
    expect("docs", 0, "docs", d)
    for page in ("config.md", "cli.md", "schema.json", "simplifications.md"):
        committed = source / "docs/reference" / page
        check(f"docs/reference/{page} is up to date", committed.exists() and committed.read_bytes() == (pathlib.Path(d) / page).read_bytes(),
              "run: build/release/bitline docs docs/reference")
    cli = (pathlib.Path(d) / "cli.md").read_text()
    check("the page of the command has everything", all(t in cli for t in ("Usage: bitline COMMAND", "\n## run\n", "\n## completion\n")) and "## docs" not in cli)
finish()
