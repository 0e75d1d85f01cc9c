# SPDX-License-Identifier: Apache-2.0
"""Runs and their results."""
from __future__ import annotations

import html
import json
import os
import pathlib
import sys
import warnings

from . import _bitline
from ._checked import text, thread_count
from ._config import as_config
from ._places import places
from ._record import Record, pandas, pyplot
from ._workload import arguments_named, with_workload


class Result(Record):
    """What a run found. Attributes are the keys of result.json: ``r.quality.value``, ``r.layers["fc1"].snr_db``."""

    def __init__(self, ran: _bitline.Ran | _Texts):
        super().__init__(json.loads(ran.json()))
        self.__dict__["_ran"] = ran

    def to_json(self) -> str:
        """The document of ``bitline run --json``."""
        return self._ran.json()

    json = to_json

    def __reduce__(self):
        return _again, (self.to_json(), self._ran.html(), self.summary())

    def __copy__(self) -> Result:
        return self

    def __deepcopy__(self, memo) -> Result:
        return self  # never changed

    def report(self, path: str | os.PathLike) -> pathlib.Path:
        """Writes the report, one HTML page.

        >>> import bitline, tempfile
        >>> r = bitline.run(bitline.load("fashion-mlp", {"workload.images": 10, "instances": 1}))
        >>> with tempfile.TemporaryDirectory() as d:
        ...     r.report(d + "/report.html").stat().st_size > 10_000
        True
        """
        pathlib.Path(path).write_text(self._ran.html(), encoding="utf-8")
        return pathlib.Path(path)

    def summary(self) -> str:
        """What the command prints.

        >>> import bitline
        >>> r = bitline.run(bitline.load("fashion-mlp", {"workload.images": 10, "instances": 1}))
        >>> "energy" in r.summary()
        True
        """
        return self._ran.summary()

    def to_pandas(self, table: str = "layers"):
        """A table of the result as a DataFrame: layers, nodes, published, baselines, unit_costs ...

        >>> import bitline
        >>> r = bitline.run(bitline.load("fashion-mlp", {"workload.images": 10, "instances": 1}))
        >>> r.to_pandas()["name"].tolist()
        ['fc1', 'fc2', 'fc3']
        """
        rows = self._values.get(table)
        if not isinstance(rows, list):
            known = [k for k, v in self._values.items() if isinstance(v, list) and v and isinstance(v[0], dict)]
            raise KeyError(f"no table '{table}'; there are {', '.join(known)}")
        return pandas().json_normalize(rows)

    def plot(self, ax=None):
        """Energy of one inference by part, as bars on ``ax`` (matplotlib)."""
        if ax is None:
            ax = pyplot().subplots()[1]
        parts = {k: v for k, v in self._values["energy"]["breakdown_J"].items() if v > 0}
        ax.barh(list(parts), list(parts.values()))
        ax.invert_yaxis()
        ax.set_xlabel("energy of one inference (J)")
        return ax

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return f"<bitline.Result {self._values.get('status', '')}: {_headline(self._values)}>"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{html.escape(k)}</td><td>{html.escape(v)}</td></tr>" for k, v in _figures(self._values))
        notes = "".join(f"<li>{html.escape(str(w))}</li>" for w in self._values.get("warnings") or [])
        return f"<table>{rows}</table>" + (f"<ul>{notes}</ul>" if notes else "")


class _Texts:
    """The documents of a result that was pickled."""

    def __init__(self, *texts: str):
        self._texts = texts

    def json(self) -> str:
        return self._texts[0]

    def html(self) -> str:
        return self._texts[1]

    def summary(self) -> str:
        return self._texts[2]


def _again(*texts: str) -> Result:
    return Result(_Texts(*texts))


def _figures(values: dict):
    """Of what there is, the figures that people look for first."""
    quality = values.get("quality") or {}
    if quality.get("value") is not None:
        low, high = quality.get("ci95_both") or quality.get("ci95") or (None, None)
        yield quality["metric"], f"{quality['value']:.4g}" + (f" (95 %: {low:.4g} .. {high:.4g})" if low is not None else "")
    for part, key, name, unit in (("energy", "per_inference_J", "energy of an inference", "J"),
                                  ("latency", "per_inference_s", "latency", "s"), ("area", "total_m2", "area", "m2"),
                                  ("efficiency", "tops_per_w", "efficiency", "TOPS/W")):
        value = (values.get(part) or {}).get(key)
        if value is not None:
            yield name, f"{value:.4g} {unit}"


def _headline(values: dict) -> str:
    return ", ".join(f"{name} {text}" for name, text in _figures(values))


class _Line:
    """``progress=True``: one line on standard error."""

    def __call__(self, done: float, stage: str) -> None:
        sys.stderr.write(f"\r\033[K{100 * done:3.0f} %  {stage}")
        sys.stderr.flush()

    def end(self) -> None:
        sys.stderr.write("\r\033[K")


def reporter(progress):
    """A callable or None, and what to call at the end."""
    line = _Line() if progress is True else None
    return (line, line.end) if line else (None if progress is False else progress, lambda: None)


def run(config, *, model=None, inputs=None, labels=None, calibration_inputs=None, calibration_labels=None,
        threads: int = 0, data=None, out=None, per_image: bool = False, isa: str = "", progress=None) -> Result:
    """Runs an experiment, as ``bitline run`` does: the same result to the bit for any number of threads.

    Parameters
    ----------
    config : a Config, a path, or the short name of a shipped configuration.
    model : path or bytes of an ONNX file in place of ``workload.network``.
    inputs, labels : (samples, ...) arrays in place of ``workload.dataset``; uint8 is divided by 255, other numbers are
        taken as they are; classes from 0, or targets. ``workload.images`` of them run, or all if there are fewer.
    calibration_inputs, calibration_labels : samples that scales and converter ranges are set with; None: ``inputs``.
    threads : at most so many; 0 = all cores.
    data : folder or folders with data sets, looked in first.
    out : folder for resolved.yaml, result.json, layers.csv, report.html.
    per_image : images.csv lists every image.
    isa : the instruction set of the reads; "" is the best there is. Results are the same.
    progress : called as ``progress(done, stage)`` with done in 0..1, on this thread, ten times a second at most; an
        exception in it ends the run. True: one line on standard error.

    Raises
    ------
    ConfigError, InputError, RunError; KeyboardInterrupt on Ctrl-C.

    Examples
    --------
    >>> import bitline
    >>> r = bitline.run(bitline.load("fashion-mlp", {"workload.images": 20, "instances": 1}))
    >>> 0 <= r.quality.value <= 1, len(r.layers)
    (True, 3)
    """
    cfg = with_workload(as_config(config), model, inputs, labels, calibration_inputs, calibration_labels)
    if out is None and cfg.keep != "nothing":
        warnings.warn(f"keep: {cfg.keep} needs out=FOLDER; nothing is kept", stacklevel=2)
    tell, end = reporter(progress)
    try:
        with arguments_named(cfg):
            return Result(_bitline.run(cfg._native, places(data), thread_count(threads),
                                       os.fspath(out) if out is not None else "", bool(per_image), text(isa, "isa"), tell))
    finally:
        end()
