# SPDX-License-Identifier: Apache-2.0
"""Prints every page of docs/ that is not in the navigation of mkdocs.yml exactly once, and every entry that is no page.
usage: navigation.py ROOT; exit 1 if any."""
import collections
import pathlib
import re
import sys

from project_files import project_files

ENTRY = re.compile(r"^ *- .*: *(\S+\.md)$", re.MULTILINE)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    pages = {str(n.relative_to("docs")) for n in project_files(root) if n.parts[0] == "docs" and n.suffix == ".md"}
    entries = collections.Counter(ENTRY.findall((root / "mkdocs.yml").read_text()))
    problems = [f"docs/{page}: not in the navigation of mkdocs.yml" for page in sorted(pages - set(entries))]
    problems += [f"mkdocs.yml: no page docs/{entry}" for entry in sorted(set(entries) - pages)]
    problems += [f"mkdocs.yml: docs/{entry} stands there {n} times" for entry, n in entries.items() if n > 1]
    print(*problems, sep="\n", end="\n" if problems else "")
    if not pages:
        sys.exit(f"{root}: no pages found")
    sys.exit(1 if problems else 0)


main()
