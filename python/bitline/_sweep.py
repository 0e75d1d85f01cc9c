# SPDX-License-Identifier: Apache-2.0
"""Sweeps: many points around one experiment."""
from __future__ import annotations

import csv
import dataclasses
import os
import pathlib
import re
import tempfile
import warnings as _warnings
from collections.abc import Mapping

import numpy as np

from . import _bitline
from ._checked import thread_count, whole
from ._errors import ConfigError, InputError
from ._places import places
from ._record import pandas, pyplot
from ._run import reporter
from ._yaml import settings_of, yaml_text


class SweepResult:
    """A finished sweep: ``columns`` (axes and kept figures, an array each; quantities in SI, with their ``units``), and
    how many points were done or failed."""

    def __init__(self, outcome: dict, folder: pathlib.Path, kept: bool):
        self.points: int = outcome["points"]
        self.done: int = outcome["done"]
        self.resumed: int = outcome["resumed"]
        self.failed: int = outcome["failed"]
        self.missing: int = outcome["missing"]
        self.errors: dict[str, int] = outcome["errors"]
        self.skipped: dict[str, int] = outcome["skipped"]
        self.axes: list[str] = outcome["axes"]
        self.folder = folder if kept else None
        with open(folder / "table.csv", newline="", encoding="utf-8") as file:
            head, *rows = list(csv.reader(file))
        self.columns: dict[str, np.ndarray] = {}
        self.units: dict[str, str] = {}
        for i, name in enumerate(head):
            self.columns[name], unit = _column([row[i] for row in rows], name in self.axes and _is_quantity(name))
            if unit:
                self.units[name] = unit

    def to_pandas(self):
        """A DataFrame of the points."""
        return pandas().DataFrame(self.columns)

    def plot(self, x: str, y: str, ax=None):
        """Points of two columns, such as x="energy.per_inference_J", y="quality.value" (matplotlib)."""
        for name in (x, y):
            if name not in self.columns:
                raise KeyError(f"no column '{name}'; there are {', '.join(self.columns)}")
        if ax is None:
            ax = pyplot().subplots()[1]
        ax.plot(self.columns[x], self.columns[y], "o")
        for label, name in ((ax.set_xlabel, x), (ax.set_ylabel, y)):
            label(f"{name} ({self.units[name]})" if name in self.units else name)
        return ax

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __repr__(self) -> str:
        return f"<bitline.SweepResult {self.points} points: {self.done} done now, {self.resumed} before, {self.failed} failed>"

    def _repr_html_(self) -> str:
        import html

        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        rows = "".join("<tr>" + "".join(f"<td>{html.escape(str(v))}</td>" for v in row) + "</tr>"
                       for row in list(zip(*self.columns.values()))[:50])
        return f"<table><tr>{head}</tr>{rows}</table>"


def _is_quantity(path: str) -> bool:
    """By the schema: names such as 22nm are no lengths."""
    return any(re.sub(r"\[[^]]*\]", "", row["path"]) == path and row["type"].startswith("quantity")
               for row in _bitline.schema(path))


def _column(texts: list[str], is_quantity: bool) -> tuple[np.ndarray, str]:
    """Numbers where all are, quantities of one unit in SI with it, else texts."""
    try:
        return np.array([float(t) if t else np.nan for t in texts]), ""
    except ValueError:
        pass
    values = [_bitline.in_si(t) for t in texts] if is_quantity else [None]
    if all(v is not None for v in values) and len({v[1] for v in values if v}) == 1:
        return np.array([v[0] for v in values if v]), values[0][1]  # type: ignore[index]
    return np.array(texts), ""


def sweep(plan, *, overrides: Mapping | None = None, out=None, jobs: int = 0, threads: int = 0, data=None, merge=(),
          skip_invalid: bool = False, progress=None) -> SweepResult:
    """Runs what is missing of a sweep, as ``bitline sweep`` does.

    Parameters
    ----------
    plan : a plan file, the short name of a shipped one, or a dictionary with its keys (config, set, grid, zip, list,
        random, seeds, keep, results).
    overrides : values by path for every point.
    out : folder that keeps points.jsonl, table.csv, report.html and resumes them; None: nothing is kept.
    jobs : points at a time; 0 = one for each thread.
    merge : folders whose finished points count as finished.
    skip_invalid : leaves out points that no configuration takes (``skipped`` says why) instead of refusing the plan.
    threads, data, progress : as in :func:`bitline.run`.

    Raises
    ------
    ConfigError before anything is run; RunError; KeyboardInterrupt (finished points are kept in ``out``).

    Examples
    --------
    >>> import bitline
    >>> s = bitline.sweep({"config": "fashion-mlp", "set": {"workload.images": 10, "instances": 1},
    ...                    "grid": {"adc.bits": [5, 6]}, "keep": ["quality.value"]})
    >>> s.columns["adc.bits"].tolist(), s.failed
    ([5.0, 6.0], 0)
    """
    with tempfile.TemporaryDirectory() as scratch:
        if isinstance(plan, Mapping):
            file = pathlib.Path(scratch) / "plan.yaml"
            keys = dict(plan)
            if isinstance(config := keys.get("config"), (str, os.PathLike)) and os.path.exists(config):
                keys["config"] = os.path.abspath(config)
            file.write_text("".join(f"{k}: {yaml_text(v, k)}\n" for k, v in keys.items()), encoding="utf-8")
            plan = file
        folder = pathlib.Path(out) if out is not None else pathlib.Path(scratch) / "points"
        tell, end = reporter(progress)
        if isinstance(plan, str) and plan.endswith((".yaml", ".yml")) and not os.path.exists(plan):
            raise InputError(f"plan: there is no file '{plan}'")
        try:
            merged = [merge] if isinstance(merge, (str, os.PathLike)) else merge
            outcome = _bitline.sweep(os.fspath(plan), settings_of(overrides), places(data), str(folder), whole(jobs, "jobs", 0, 4096), thread_count(threads),
                                     [os.fspath(m) for m in merged], skip_invalid, tell)
        except ConfigError as e:
            raise ConfigError([dataclasses.replace(d, file="plan" if d.file.startswith(scratch) else d.file)
                               for d in e.diagnostics]) from None
        finally:
            end()
        for warning in outcome["warnings"]:
            _warnings.warn(warning, stacklevel=2)
        return SweepResult(outcome, folder, out is not None)
