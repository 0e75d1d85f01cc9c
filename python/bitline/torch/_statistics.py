# SPDX-License-Identifier: Apache-2.0
"""The errors of one layer's products on a chip, as means and variances: what the fast noise layer draws from."""
from __future__ import annotations

import dataclasses

import numpy as np
import torch

from .._session import Session

ENOUGH = 200  # cells that a level's mean and spread are taken from; of fewer the neighbours' are interpolated
CELLS = 50_000  # written on each chip at least
FIRST_CHIP = 1_000_000  # no run counts so far: what is trained with these is tried on others


@dataclasses.dataclass
class Errors:
    """In units of weight codes, by code from the lowest: what writing and time add (mean, spread over cells), and the
    variance that one read adds to each unit of ``squares``, which has an entry for each input code from ``lowest``.
    ``converter_variance``: of all conversions of one vector, by column."""

    mean: torch.Tensor
    spread: torch.Tensor
    read_variance: torch.Tensor
    squares: torch.Tensor
    converter_variance: torch.Tensor
    lowest: int
    highest: int
    largest_weight: int

    def to(self, like: torch.Tensor) -> Errors:
        moved = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return Errors(**{k: v.to(like) if isinstance(v, torch.Tensor) else v for k, v in moved.items()})


def layer_config(config, name: str):
    """One layer's settings for a matrix alone, on as many arrays as it needs."""
    settings: dict[str, object] = {"chips": "auto"}
    if name in config.layers:
        settings["layers"] = {"matrix": config.layers.to_dict()[name]}
    elif len(config.layers):
        settings["layers"] = {}
    alone = config.copy()
    alone.set(settings)
    return alone


def measured(config, name: str, weights: np.ndarray, inputs: np.ndarray, age_s: float | None, chips: int,
             threads: int) -> Errors:
    """Of ``weights`` (rows, columns) written on ``chips`` chips; converters are ranged on ``inputs`` (vectors, rows)."""
    alone = layer_config(config, name)
    session = Session.from_weights(alone, weights, inputs, threads=threads)
    w = session.layers[0]
    largest = 2 ** (w.weight_bits - 1) - 1
    state = session.write(0)
    seen = session.seen(state, 0)
    copies = -(-CELLS // weights.size)  # a small layer has too few cells to tell its levels' spread
    many = session if copies == 1 else Session.from_weights(alone, np.tile(weights, copies), inputs, threads=threads)
    table = by_level(many, len(weights), largest, session.age_s if age_s is None else age_s, chips)
    return Errors(**{k: torch.from_numpy(v) for k, v in table.items()},
                  squares=torch.from_numpy(np.asarray(seen.squares_of_inputs)),
                  converter_variance=torch.from_numpy(np.asarray(seen.converter_variance)),
                  lowest=w.lowest, highest=w.highest, largest_weight=largest)


def by_level(session: Session, rows: int, largest: int, age_s: float, chips: int) -> dict[str, np.ndarray]:
    """Of each weight code: mean and spread of errors over cells and chips, mean variance of reads."""
    codes = session.weights(0)[:rows].astype(int)
    levels = np.arange(-largest, largest + 1)
    sums = np.zeros((4, len(levels)))  # of cells, errors, their squares, variances of reads
    for instance in range(FIRST_CHIP, FIRST_CHIP + chips):
        seen = session.seen(session.write(instance).age(age_s), 0)
        error = np.asarray(seen.weights)[:rows] - codes
        read_variance = np.asarray(seen.read_variance)[:rows]
        for row, values in zip(sums, (np.ones_like(error), error, error**2, read_variance)):
            row += np.bincount((codes + largest).ravel(), values.ravel(), len(levels))
    count = np.maximum(sums[0], 1)
    mean = sums[1] / count
    spread = np.sqrt(np.maximum(sums[2] / count - mean**2, 0))
    known = sums[0] >= (ENOUGH if sums[0].max() >= ENOUGH else 1)
    table = {"mean": mean, "spread": spread, "read_variance": sums[3] / count}
    return {k: np.interp(levels, levels[known], v[known]) for k, v in table.items()}
