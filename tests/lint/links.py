# SPDX-License-Identifier: Apache-2.0
"""Prints every link and path of a page that names no file. usage: links.py ROOT; exit 1 if any.

Links in Markdown are relative to their page. In code marks (`chip/chip.h`, `docs/model`) and in indented blocks what
begins with a folder of the project is a path from its root: a file, a folder, a file of a room without its ending, or
with * for some of them. A header, source or folder named alone (`schema.h`, `wires/`) is in some folder. Capitals
(NAME.yaml), build, results and runs stand for what a reader makes."""
import pathlib
import re
import sys

from project_files import project_files

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
ALONE = re.compile(r"[\w./-]+(?:\.h|\.cpp|/)")
CAPITALS = re.compile(r"[A-Z]{2,}(?![a-z])")
PATH = re.compile(r"(?<![\w/.$-])([A-Za-z_][\w.*-]*(?:/[\w.*-]+)+/?)")
MADE = {"build", "results", "runs"}


def heading_anchors(text):
    """Anchors as GitHub makes them of headings."""
    lines = [line.lstrip("#").strip().lower() for line in text.splitlines() if re.match(r"#{1,6} ", line)]
    return {re.sub(r"[^\w\- ]", "", line).replace(" ", "-") for line in lines}


def missing_link(root, page, target):
    if re.match(r"[a-z]+:", target):
        return False
    name, _, anchor = target.partition("#")
    file = root / page.parent / name if name else root / page
    if not file.exists():
        return True
    return bool(anchor) and file.suffix == ".md" and anchor.lower() not in heading_anchors(file.read_text())


def missing_path(root, path, folders):
    path = path.rstrip("/").rstrip(".")
    first = path.split("/")[0]
    if first not in folders or first in MADE or CAPITALS.search(path.replace("README", "")):
        return False
    for ending in ("", ".h", ".cpp", ".yaml", ".py"):
        if any(True for _ in root.glob(path + ending)):
            return False
    return True


def missing_alone(text, names):
    if not ALONE.fullmatch(text) or CAPITALS.search(text) or text.split("/")[0] in MADE | {"..", "."}:
        return False
    return not any(f"/{text}" in f"/{n}" if text.endswith("/") else f"/{n}".endswith(f"/{text}") for n in names)


def problems_in(root, page, folders, names):
    fenced = False
    for number, line in enumerate((root / page).read_text().splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        for target in [] if fenced else LINK.findall(line):
            if missing_link(root, page, target):
                yield f"{page}:{number}: no file or heading {target}"
        code = [line] if fenced or line.startswith("    ") else CODE.findall(line)
        for text in code:
            missing = [path for path in PATH.findall(text) if missing_path(root, path, folders)]
            if not missing and missing_alone(text, names):
                missing.append(text)
            for path in missing:
                yield f"{page}:{number}: no file {path}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    names = project_files(root)
    folders = {n.parts[0] for n in names if len(n.parts) > 1}
    # What configs/ holds are parts of pages, with links from where those stand.
    pages = [n for n in names if n.suffix == ".md" and n.name != "CHANGELOG.md" and n.parts[0] != "configs"]
    problems = [p for page in pages for p in problems_in(root, page, folders, names)]
    print(*problems, sep="\n", end="\n" if problems else "")
    if not pages:
        sys.exit(f"{root}: no pages found")
    sys.exit(1 if problems else 0)


main()
