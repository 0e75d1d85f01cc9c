# SPDX-License-Identifier: Apache-2.0
"""Networks and arrays of a Python program in place of a configuration's workload.

They become files that are named by their contents, below the system's temporary folder: the same arrays give the same
configuration, whose ``to_yaml()`` runs again as long as the files are there. Files that no program has used for a week
are removed.
"""
from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import os
import pathlib
import tempfile
import time

import numpy as np

from ._config import Config
from ._errors import ConfigError, InputError


WEEK_S = 7 * 86400


@functools.lru_cache(maxsize=None)
def without_old_files(path: pathlib.Path) -> pathlib.Path:
    """Of the folder, files that were last used a week ago are removed: once by each program."""
    for file in path.iterdir():
        with contextlib.suppress(OSError):  # another program is as fast
            if file.stat().st_mtime < time.time() - WEEK_S:
                file.unlink()
    return path


def folder_name() -> pathlib.Path:
    return pathlib.Path(tempfile.gettempdir()) / f"bitline-{os.getuid()}"


def folder() -> pathlib.Path:
    path = folder_name()
    path.mkdir(mode=0o700, exist_ok=True)
    if path.stat().st_uid != os.getuid():
        raise InputError(f"{path} belongs to someone else; set TMPDIR")
    return without_old_files(path)


def kept(data: bytes, suffix: str) -> str:
    """A file with these bytes; it appears whole or not at all."""
    file = folder() / (hashlib.sha256(data).hexdigest()[:32] + suffix)
    try:
        os.utime(file)  # in use
    except FileNotFoundError:
        part = file.with_suffix(f".{os.getpid()}.part")
        part.write_bytes(data)
        os.replace(part, file)
    return str(file)


def array(given, name: str, *, labels: bool = False) -> np.ndarray:
    a = np.asarray(given)
    if a.dtype.kind not in ("iu" if labels else "fiu") and not (labels and a.dtype.kind == "f"):
        raise InputError(f"{name}: has dtype {a.dtype} where {'classes or targets are' if labels else 'real numbers are'} expected")
    if a.ndim == 0 or a.shape[0] == 0:
        raise InputError(f"{name}: has shape {a.shape} where (samples, ...) is expected")
    if a.dtype.kind == "f" and not np.isfinite(a).all():
        raise InputError(f"{name}: has values that are not finite")
    if a.dtype.kind == "f" and a.dtype.itemsize not in (4, 8):
        a = a.astype(np.float32)
    if a.dtype.kind == "u" and a.dtype.itemsize > 1:
        a = a.astype(np.int64)
    return a


def array_file(a: np.ndarray) -> str:
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(a), allow_pickle=False)
    return kept(out.getvalue(), ".npy")


def model_file(model) -> str:
    if hasattr(model, "SerializeToString"):  # onnx.ModelProto
        model = model.SerializeToString()
    if isinstance(model, (bytes, bytearray, memoryview)):
        return kept(bytes(model), ".onnx")
    if isinstance(model, (str, os.PathLike)):
        path = os.fspath(model)
        return os.path.abspath(path) if os.path.exists(path) else path
    raise InputError(f"model: is a {type(model).__name__}; give the path or the bytes of an ONNX file")


@contextlib.contextmanager
def arguments_named(config: Config):
    """What is wrong with arrays and networks of the caller is said of the arguments, not of the files they became."""
    workload = config.to_dict()["workload"]
    given = {"model": workload.get("network"), **(workload["dataset"] if isinstance(workload.get("dataset"), dict) else {})}
    ours = str(folder_name())
    files = {path: name for name, path in given.items() if isinstance(path, str) and path.startswith(ours)}
    try:
        yield
    except (InputError, ConfigError) as e:
        text = "\n".join(d.message for d in e.diagnostics) if isinstance(e, ConfigError) else str(e)
        named = text
        for path, name in files.items():
            named = named.replace(path, name).replace(f"'{os.path.basename(path)}'", name).replace(os.path.basename(path), name)
        if named == text:
            raise
        raise InputError(named) from None


def with_workload(config: Config, model=None, inputs=None, labels=None, calibration_inputs=None,
                  calibration_labels=None) -> Config:
    """The config with these in place of its network and its data."""
    settings: dict[str, object] = {}
    if model is not None:
        settings["workload.network"] = model_file(model)
    given = {"labels": labels, "calibration_inputs": calibration_inputs, "calibration_labels": calibration_labels}
    if inputs is None and any(a is not None for a in given.values()):
        raise InputError("labels and calibration data are given without inputs")
    if calibration_labels is not None and calibration_inputs is None:
        raise InputError("calibration_labels: are given without calibration_inputs")
    if inputs is not None:
        x = array(inputs, "inputs")
        dataset = {"name": "", "inputs": array_file(x)}
        for name, a in given.items():
            if a is None:
                dataset[name] = ""
                continue
            a = array(a, name, labels=name.endswith("labels"))
            other = x if name == "labels" else None if name == "calibration_inputs" else np.asarray(calibration_inputs)
            if other is not None and len(a) != len(other):
                raise InputError(f"{name}: has {len(a)} entries for {len(other)} samples")
            dataset[name] = array_file(a)
        settings["workload.dataset"] = dataset
        ranging = x if calibration_inputs is None else np.asarray(calibration_inputs)
        settings["workload.images"] = min(config.workload.images, len(x))
        settings["workload.calibration_images"] = min(config.workload.calibration_images, len(ranging))
    if not settings:
        return config
    changed = config.copy()
    changed.set(settings)
    return changed
