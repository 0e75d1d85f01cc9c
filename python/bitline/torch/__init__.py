# SPDX-License-Identifier: Apache-2.0
"""PyTorch networks on simulated chips, and the noise of chips while a network trains.

>>> import torch
>>> from torch import nn
>>> import bitline
>>> net = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 4))
>>> x = torch.rand(32, 16)
>>> chip = bitline.torch.convert(net, "ideal", calibrate=x)
>>> chip.program(seed=3)(x).shape
torch.Size([32, 4])
>>> chip.costs().energy.per_inference_J > 0
True

Arrays pass as NumPy's: any torch from 1.13 on will do, and nothing is linked with its library.
"""
try:
    import torch as _torch  # noqa: F401
except ImportError as e:  # the rest of the package works without
    raise ImportError("bitline.torch needs PyTorch (Debian: python3-torch)") from e

from ._convert import OnChip, convert
from ._noise import Noisy, noise

__all__ = ["Noisy", "OnChip", "convert", "noise"]
