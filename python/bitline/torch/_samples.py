# SPDX-License-Identifier: Apache-2.0
"""Samples to calibrate on, however they are given."""
from __future__ import annotations

import numpy as np
import torch

from .._errors import InputError


def gathered(calibrate, count: int) -> np.ndarray:
    """At most ``count`` samples of a tensor, an array, or batches."""
    return finite(_gathered(calibrate, count))


def _gathered(calibrate, count: int) -> np.ndarray:
    if isinstance(calibrate, (torch.Tensor, np.ndarray)):
        return to_numpy(calibrate[:count])
    parts, found = [], 0
    for batch in calibrate:
        x = to_numpy(batch[0] if isinstance(batch, (tuple, list)) else batch)
        parts.append(x[:count - found])
        found += len(parts[-1])
        if found >= count:
            break
    if not parts:
        raise InputError("calibrate: gives no samples")
    return np.concatenate(parts)


def finite(samples: np.ndarray) -> np.ndarray:
    if samples.dtype.kind == "f" and not np.isfinite(samples).all():
        raise InputError("calibrate: has values that are not finite")
    return samples


def as_tensor(x) -> torch.Tensor:
    return x if isinstance(x, torch.Tensor) else torch.as_tensor(np.asarray(x))


def to_numpy(x) -> np.ndarray:
    return x.detach().cpu().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)


def as_input(samples: np.ndarray) -> torch.Tensor:
    """As networks read them: uint8 divided by 255, in single precision."""
    x = torch.from_numpy(np.ascontiguousarray(samples))
    return x.float() / 255 if x.dtype == torch.uint8 else x.float()
