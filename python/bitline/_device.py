# SPDX-License-Identifier: Apache-2.0
"""Devices: their curves, and how they are fitted."""
from __future__ import annotations

import csv
import json
import os
import pathlib
import re
import tempfile
from collections.abc import Mapping

import numpy as np

from . import _bitline
from ._checked import seed_number, text, whole
from ._errors import InputError
from ._places import config_roots
from ._record import Record, RecordList, pandas, pyplot
from ._yaml import settings_of


class Curves(dict):
    """Columns by name, each an array; names hold definition and unit. ``title`` and ``definition`` (a list of lines)
    say what they are; ``figures`` are single numbers of the curve, in SI."""

    def __init__(self, columns: dict, about: dict):
        super().__init__(columns)
        self.title: str = about["title"]
        self.definition: list[str] = about["definition"]
        self.figures: dict[str, float] = about["figures"]
        self._about = about

    def to_pandas(self):
        """A DataFrame of the columns."""
        return pandas().DataFrame(dict(self))

    def plot(self, ax=None):
        """The curves on ``ax`` (matplotlib)."""
        if ax is None:
            ax = pyplot().subplots()[1]
        for column, name in self._about["lines"]:
            ax.plot(self[self._about["x"]], self[column], label=name)
        if self._about["log_x"]:
            ax.set_xscale("log")
        ax.set_title(self.title)
        ax.set_xlabel(self._about["x"])
        ax.set_ylabel(self._about["y"])
        ax.legend()
        return ax


class Device:
    """A device model: a name of ``bitline device list``, or a YAML file; ``overrides`` by path.

    Arguments of curves are texts with a unit ("5 V", "100 ms") or numbers in SI; None is the device's own.

    Examples
    --------
    >>> import bitline
    >>> curve = bitline.Device("pcm").retention()
    >>> list(curve)[0]
    'time_s'
    """

    def __init__(self, device: str | os.PathLike, overrides: Mapping | None = None):
        self._made_of = os.fspath(device), dict(overrides or {})
        self._native = _bitline.DeviceModel(self._made_of[0], settings_of(overrides), config_roots())

    def __reduce__(self):
        return Device, self._made_of

    @property
    def name(self) -> str:
        """As its file is called."""
        return self._native.name

    @property
    def about(self) -> str:
        """What it is."""
        return self._native.about

    @property
    def relative(self) -> bool:
        """Its file gives no conductances: states are in units of g_max."""
        return self._native.relative

    def to_yaml(self) -> str:
        """Every key and where it came from.

        >>> import bitline
        >>> "drift" in bitline.Device("pcm").to_yaml()
        True
        """
        return self._native.yaml()

    def _curve(self, what: str, train=None, **protocol) -> Curves:
        for name, least, most in (("pulses", 1, 100_000), ("cycles", 1, 1000)):
            if protocol.get(name) is not None:
                protocol[name] = whole(protocol[name], name, least, most)
        protocol["seed"] = seed_number(protocol.get("seed"))
        if not isinstance(protocol.setdefault("light", False), (bool, np.bool_)):
            raise TypeError(f"light: is {protocol['light']!r} where True or False is expected")
        return Curves(*self._native.curve(what, protocol, train))

    def iv(self, *, highest=None, width=None) -> Curves:
        """Current over voltage at g_min, halfway and g_max, up to ``highest`` volts; of devices that pulses write, as
        far as their amplitude, a loop in steps of ``width`` seconds.

        >>> import bitline
        >>> curve = bitline.Device("pcm").iv(highest="0.3 V")
        >>> list(curve)[0], bool(curve["voltage_V"].max() > 0.29)
        ('voltage_V', True)
        """
        return self._curve("iv", highest=highest, width=width)

    def ltp(self, *, pulses=None, cycles: int = 1, light: bool = False, amplitude=None, width=None, interval=None,
            power=None, wavelength=None, temperature=None, seed: int | None = None) -> Curves:
        """Potentiation and depression, read just before each next pulse. ``seed``: with the spread between pulses.

        >>> import bitline
        >>> len(bitline.Device("ftj").ltp(pulses=20)["pulse"])
        41
        """
        return self._curve("ltp", pulses=pulses, cycles=cycles, light=light, amplitude=amplitude, width=width, interval=interval,
                           power=power, wavelength=wavelength, temperature=temperature, seed=seed)

    def ppf(self, *, highest=None, light: bool = False, amplitude=None, width=None, power=None, wavelength=None,
            temperature=None) -> Curves:
        """Paired pulses over their interval, up to ``highest`` seconds, in both definitions.

        >>> import bitline
        >>> list(bitline.Device("cbps").ppf())[0]
        'interval_s'
        """
        return self._curve("ppf", highest=highest, light=light, amplitude=amplitude, width=width, power=power,
                           wavelength=wavelength, temperature=temperature)

    def retention(self, *, highest=None, pulses=None, light: bool = False, amplitude=None, width=None, interval=None,
                  power=None, wavelength=None, temperature=None) -> Curves:
        """Over time up to ``highest`` seconds: transients after trains, and written cells that age.

        >>> import bitline
        >>> float(bitline.Device("pcm").retention(highest="1 day")["time_s"][-1])
        86400.0
        """
        return self._curve("retention", highest=highest, pulses=pulses, light=light, amplitude=amplitude, width=width,
                           interval=interval, power=power, wavelength=wavelength, temperature=temperature)

    def stdp(self, *, highest=None) -> Curves:
        """Change by one pair of spikes over their interval, -``highest`` to ``highest`` seconds.

        >>> import bitline
        >>> list(bitline.Device("cips-ti").stdp())[0]
        'dt_s'
        """
        return self._curve("stdp", highest=highest)

    def pulses(self, train=None, *, pulses=None, light: bool = False, amplitude=None, width=None, interval=None,
               power=None, wavelength=None, temperature=None, seed: int | None = None) -> Curves:
        """One row for each pulse of a train: the state before it, at its end, and just before the next.

        ``train``: a CSV file; a dictionary or DataFrame with columns time_s, width_s and amplitude_V or power_W_m2
        (wavelength_m); None: ``pulses`` equal ones (10).

        >>> import bitline
        >>> train = {"time_s": [0, 1e-3], "width_s": [1e-4, 1e-4], "amplitude_V": [2.0, 2.0]}
        >>> len(bitline.Device("ftj").pulses(train)["time_s"])
        2
        """
        if train is not None and not isinstance(train, (str, os.PathLike)):
            train = _train(train)
        return self._curve("pulses", os.fspath(train) if isinstance(train, os.PathLike) else train, pulses=pulses, light=light,
                           amplitude=amplitude, width=width, interval=interval, power=power, wavelength=wavelength,
                           temperature=temperature, seed=seed)

    def __repr__(self) -> str:
        return f"<bitline.Device {self.name}: {self.about}>"


_TRAIN = ("time_s", "width_s", "amplitude_V", "power_W_m2", "wavelength_m")


def _train(given) -> np.ndarray:
    if not hasattr(given, "keys"):
        raise InputError("train: is neither a file nor columns by name")
    unknown = [k for k in given.keys() if k not in _TRAIN]
    if unknown:
        raise InputError(f"train: unknown column '{unknown[0]}'; known: {', '.join(_TRAIN)}")
    if "time_s" not in given or "width_s" not in given or not ("amplitude_V" in given or "power_W_m2" in given):
        raise InputError("train: needs time_s, width_s, and amplitude_V or power_W_m2")
    columns = [np.asarray(given[k], float) if k in given else None for k in _TRAIN]
    n = np.size(given["time_s"])
    if any(c is not None and c.shape != (n,) for c in columns):
        raise InputError("train: columns differ in length")
    return np.stack([c if c is not None else np.zeros(n) for c in columns], axis=1)


class Fit:
    """A fitted device: ``parts`` with all candidates, their parameters and intervals; ``yaml``, the device file.

    ``parts["retention"].chosen_by`` says by which rule; its candidates have ``crps``, ``crps_error``, ``crps_above_best``
    and ``crps_above_best_error`` (in siemens) where cells were held out, else ``aic``.
    """

    def __init__(self, name: str, found: dict):
        self.name = name
        self.yaml: str = found["yaml"]
        self.svg: str = found["svg"]
        self.parts = RecordList(map(Record, json.loads(found["json"])))

    def save(self, path: str | os.PathLike) -> pathlib.Path:
        """Writes the device file, to be named in configurations.

        >>> import bitline, tempfile
        >>> f = bitline.fit(retention={"time (s)": [1, 10, 100, 1e3, 1e4], "conductance (S)": [2e-5, 1.9e-5, 1.8e-5, 1.7e-5, 1.6e-5]})
        >>> with tempfile.TemporaryDirectory() as d:
        ...     f.save(d + "/mine.yaml").name
        'mine.yaml'
        """
        pathlib.Path(path).write_text(self.yaml, encoding="utf-8")
        return pathlib.Path(path)

    def device(self) -> Device:
        """The device, for its curves."""
        with tempfile.TemporaryDirectory() as folder:
            return Device(self.save(pathlib.Path(folder) / f"{self.name.replace(os.sep, '_')}.yaml"))

    def _repr_html_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<bitline.Fit {self.name}: " + ", ".join(f"{p.part} {p.chosen}" for p in self.parts) + ">"


def fit(*, ltp=None, ppf=None, retention=None, readback=None, iv=None, stdp=None, endurance=None, write_log=None, name: str = "device",
        read_voltage=None, amplitude=None, width=None, potentiation: str | None = None, columns=None, model="auto") -> Fit:
    """One device from its measured curves, as ``bitline fit`` does.

    Parameters
    ----------
    ltp, ppf, retention, readback, iv, stdp, endurance, write_log : a CSV file each, or columns by name with their unit
        (``{"time (s)": ..., "conductance (S)": ...}``, a DataFrame); `bitline fit --help` lists them.
    read_voltage : at which currents were read, "0.1 V".
    amplitude : of all pulses where no column tells it: "1.5 V", or two: of positive and of negative pulses.
    width : likewise, "100 us".
    potentiation : "positive" or "negative" pulses potentiate, where readings do not tell.
    columns : what headers mean, {"Vprog [V]": "amplitude"}.
    model : "auto", or the names of the only models to try.

    Raises
    ------
    InputError : files that cannot be used, models that the data do not tell.

    Examples
    --------
    >>> import bitline, numpy as np
    >>> t = np.logspace(0, 5, 12)
    >>> f = bitline.fit(retention={"time (s)": t, "conductance (S)": 2e-5 * t ** -0.05}, name="mine")
    >>> f.parts["retention"].chosen
    'power-law'
    """
    given = {"ltp": ltp, "ppf": ppf, "retention": retention, "readback": readback, "iv": iv, "stdp": stdp, "endurance": endurance,
             "write_log": write_log}
    if potentiation not in (None, "positive", "negative"):
        raise InputError(f"potentiation: is {potentiation!r}, which is not one of 'positive', 'negative'")
    if not text(name, "name").isprintable():
        raise InputError(f"name: {name!r} holds a control character, such as a line break")
    if columns is not None and not isinstance(columns, (str, Mapping)):
        raise TypeError(f"columns: is {columns!r} where what headers mean is expected, {{'Vprog [V]': 'amplitude'}}")
    volts = [] if amplitude is None else list(amplitude) if np.ndim(amplitude) else [amplitude]
    if len(volts) > 2:
        raise InputError("amplitude: one voltage, or two: of positive and of negative pulses")
    named = ",".join(f"{k}={v}" for k, v in columns.items()) if isinstance(columns, Mapping) else columns or ""
    models = [] if isinstance(model, str) and model == "auto" else [model] if isinstance(model, str) or not np.iterable(model) else list(model)
    if not all(isinstance(m, str) for m in models):
        raise TypeError(f"model: is {model!r} where names of models are expected")
    width_s = None if width is None else _bitline.seconds(width)
    if width_s is not None and not width_s > 0:
        raise InputError(f"width: is {width_s:g} s, which is no width of a pulse")
    with tempfile.TemporaryDirectory() as folder:
        files = {part: _file(source, pathlib.Path(folder) / f"{part}.csv") for part, source in given.items() if source is not None}
        try:
            found = _bitline.fit(name, files, None if read_voltage is None else _bitline.volts(read_voltage),
                                 [_bitline.volts(v) for v in volts], width_s,
                                 None if potentiation is None else potentiation == "negative", named, models)
        except InputError as e:
            raise InputError(_in_python(str(e), folder)) from None
    return Fit(name, found)


def _in_python(message: str, folder: str) -> str:
    """A message of the command, with the names of arguments for its options and columns for files that hold them."""
    message = re.sub(re.escape(folder + os.sep) + r"(\w+)\.csv", r"\1", message)
    return re.sub(r"--([a-z][a-z-]*)", lambda option: option[1].replace("-", "_") + "=", message)


def _file(source, to: pathlib.Path) -> str:
    if isinstance(source, (str, os.PathLike)):
        return os.fspath(source)
    if not hasattr(source, "keys"):
        raise InputError(f"{to.stem}: is neither a file nor columns by name")
    names = list(source.keys())
    arrays = [np.asarray(source[n]) for n in names]
    if not arrays or any(a.ndim != 1 or len(a) != len(arrays[0]) for a in arrays):
        raise InputError(f"{to.stem}: columns must be lists of one length")
    with open(to, "w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(names)
        rows.writerows(zip(*(a.tolist() for a in arrays)))
    return str(to)
