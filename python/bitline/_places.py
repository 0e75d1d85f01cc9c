# SPDX-License-Identifier: Apache-2.0
"""Where configurations, models and data are, as the command looks for them."""
from __future__ import annotations

import os
import pathlib

from . import _bitline


def _of_variable(name: str) -> list[str]:
    return [p for p in os.environ.get(name, "").split(":") if p]


def config_roots() -> list[str]:
    """$BITLINE_CONFIGS; beside an installed package; above a build tree; the tree it was built from."""
    package = pathlib.Path(__file__).absolute().parent
    candidates = [pathlib.Path(p) for p in _of_variable("BITLINE_CONFIGS")]
    # FOLDER/bitline (pip --target); PREFIX/lib/pythonX/site-packages/bitline; TREE/build/release/python/bitline.
    for depth in (0, 3):
        if depth < len(package.parents):
            candidates.append(package.parents[depth] / "share" / "bitline" / "configs")
    if len(package.parents) > 3:
        tree = package.parents[3] / "configs"
        if (tree / "technology").is_dir():
            candidates.append(tree)
    candidates.append(pathlib.Path(_bitline.source_configs))
    roots: list[str] = []
    for c in candidates:
        if c.is_dir() and str(c.resolve()) not in roots:
            roots.append(str(c.resolve()))
    return roots


def places(data=None) -> _bitline.Places:
    """``data``: a folder or several, looked in before $BITLINE_DATA and the system's places."""
    from ._errors import InputError

    given = [] if data is None else [data] if isinstance(data, (str, os.PathLike)) else list(data)
    folders = [os.fspath(d) for d in given]
    for d in folders:
        if not os.path.isdir(d):
            raise InputError(f"data: {d}: there is no such folder")
    folders += _of_variable("BITLINE_DATA") + ["/usr/share/datasets"]
    if home := os.environ.get("HOME"):
        folders.append(os.path.join(home, ".local/share/bitline"))
    photographs = ["/usr/lib/python3/dist-packages/skimage/data", "/usr/lib/python3/dist-packages/sklearn/datasets/images"]
    return _bitline.Places(config_roots(), folders, photographs)
