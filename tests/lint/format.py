# SPDX-License-Identifier: Apache-2.0
"""clang-format over all C++ files, changing nothing. usage: format.py ROOT CLANG_FORMAT; exit 1 with the files that differ.

77 (skipped) when the program is absent or of another major version, which formats differently."""
import re
import subprocess
import sys
import pathlib

from project_files import project_files

VERSION = "14"  # Debian 12's


def main():
    root, program = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2]
    try:
        version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    except OSError:
        print(f"skipped: {program} is not installed")
        sys.exit(77)
    found = re.search(r"version (\d+)", version)
    if not found or found.group(1) != VERSION:
        print(f"skipped: needs clang-format {VERSION}, here is: {version.strip()}")
        sys.exit(77)
    sources = [str(n) for n in project_files(root) if n.suffix in (".h", ".cpp", ".inl")]
    if not sources:
        sys.exit(f"{root}: no sources found")
    checked = subprocess.run([program, "--dry-run", "-Werror", "--ferror-limit=1", *sources], cwd=root,
                             capture_output=True, text=True)
    different = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", checked.stderr, re.MULTILINE)))
    if checked.returncode:
        print(f"{len(different)} files are not formatted; run: {program} -i {' '.join(different)}")
        print("" if different else checked.stderr, end="")
    sys.exit(1 if checked.returncode else 0)


main()
