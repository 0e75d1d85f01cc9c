# SPDX-License-Identifier: Apache-2.0
"""The project's files for the lints: what git tracks or would track; without git, everything but what is built."""
import pathlib
import subprocess


def project_files(root):
    """Sorted paths relative to `root`."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        built = {"build", "results", "__pycache__", ".git", ".cache"}
        listed = [str(p.relative_to(root)) for p in root.rglob("*") if not built & set(p.relative_to(root).parts)]
    return sorted(pathlib.PurePosixPath(name) for name in set(listed) if name and (root / name).is_file())
