# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # A device of your own, in Python
# How it is written and how it fluctuates are two functions; the rest of the chip stays as it is.

# %%
import time

import numpy as np

import bitline

# %% [markdown]
# ## Two functions
# Both take an array. Writing falls short by a skewed error that grows towards high conductances (an exponential law);
# reads fluctuate most halfway, as devices between two states do.

# %%
base = bitline.load("fashion-mlp", {"workload.images": 500, "instances": 3})
g_max_S = float(base.device.g_max)


def write(target_S, rng):
    return target_S * (1 - 0.04 * rng.exponential(1, target_S.shape)).clip(0)


def read_noise(g_S):
    return 0.3e-6 * np.exp(-((g_S / g_max_S - 0.5) / 0.2) ** 2)


# %% [markdown]
# ## On a chip
# They are called here and become tables of the device, so that runs lose no speed; `custom.to_yaml()` holds them for
# the command.

# %%
start = time.perf_counter()
custom = bitline.with_device(base, write=write, read_noise=read_noise)
print(f"two functions became tables in {time.perf_counter() - start:.2f} s")
for name, cfg in (("as shipped", base), ("mine", custom)):
    start = time.perf_counter()
    r = bitline.run(cfg)
    print(f"{name}: accuracy {r.quality.value:.1%} (95 %: {r.quality.ci95_both[0]:.1%} .. {r.quality.ci95_both[1]:.1%}) "
          f"in {time.perf_counter() - start:.1f} s")

# %% [markdown]
# ## What no table holds
# Errors that neighbours share: conductances go out, and come back changed. It takes longer than the engine's own
# writing, since every array passes through NumPy.

# %%
session = bitline.Session(base)
rng = np.random.default_rng(1)
start = time.perf_counter()
chip = session.write(0)
native = time.perf_counter() - start
for array in range(session.arrays):
    g_S = chip.conductance(array, "target")
    rows = rng.normal(1, 0.05, (len(g_S), *[1] * (g_S.ndim - 1)))  # a row is written by one driver
    chip.set_conductance(array, g_S * rows)
print(f"rows that err together: {session.arrays} arrays in {time.perf_counter() - start - native:.2f} s, "
      f"the engine's own writing in {native:.2f} s")
