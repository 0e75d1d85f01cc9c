# SPDX-License-Identifier: Apache-2.0
"""Bitline from Python: a simulator of compute-in-memory accelerators made of memristor crossbars.

>>> import bitline
>>> cfg = bitline.load("fashion-mlp", {"workload.images": 20, "instances": 1})
>>> cfg.adc.bits = 6
>>> r = bitline.run(cfg)
>>> r.quality.metric
'accuracy'

It is the same library as the command ``bitline``, and gives the same results to the bit. Arrays come in and out as
NumPy arrays; names of quantities end in their unit (``g_S``, ``v_V``), others are texts with a unit ("50 uS").
"""
from ._bitline import Crossbar, __version__, schema
from ._config import Config, load
from ._custom import with_device
from ._device import Curves, Device, Fit, fit
from ._errors import ConfigError, Diagnostic, Error, InputError, RunError, UnknownKey
from ._quantity import Quantity
from ._run import Result, run
from ._session import Session, State
from ._sweep import SweepResult, sweep

__all__ = [
    "Config", "ConfigError", "Crossbar", "Curves", "Device", "Diagnostic", "Error", "Fit", "InputError", "Quantity",
    "Result", "RunError", "Session", "State", "SweepResult", "UnknownKey", "__version__", "fit", "load", "run", "schema",
    "sweep", "with_device",
]


def __getattr__(name: str):
    if name == "torch":  # only who asks for it needs PyTorch
        import importlib

        return importlib.import_module("bitline.torch")
    raise AttributeError(f"module 'bitline' has no attribute '{name}'")


for _name in ("Crossbar", "schema"):  # they live here, whatever the module they are made in is called
    globals()[_name].__module__ = "bitline"
