# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # From measured curves to accuracy and joules
# Readings of cells over time become a device with intervals, which then carries a network.

# %%
import numpy as np

import bitline

# %% [markdown]
# ## What was measured
# Ten cells of each of four states, read at six times. Yours come from a file: `bitline.fit(retention="mine.csv", ...)`.

# %%
rng = np.random.default_rng(1)
columns = {"cell": [], "time (s)": [], "conductance (uS)": [], "written (uS)": []}
for cell in range(40):
    written, exponent = 5.0 + 5 * (cell % 4), rng.normal(0.02, 0.005)
    for time in (1, 10, 100, 1e3, 1e4, 1e5):
        columns["cell"].append(cell)
        columns["time (s)"].append(time)
        columns["conductance (uS)"].append(written * time ** -exponent * (1 + rng.normal(0, 0.002)))
        columns["written (uS)"].append(written)
fit = bitline.fit(retention=columns, name="mine")
print(fit)
for value in fit.parts["retention"].candidates[0].values:
    print(f"  {value.name}: {value.value:.4g}  (95 %: {value.ci95[0]} .. {value.ci95[1]})")

# %% [markdown]
# ## On a chip
# The fitted drift on the main job's chips, fresh and after a month.

# %%
import pathlib
import tempfile

with tempfile.TemporaryDirectory() as folder:
    device = fit.save(pathlib.Path(folder) / "mine.yaml")
    cfg = bitline.load("fashion-mlp", {"workload.images": 500, "instances": 3})
    cfg.set({"device.base": str(device)})
    for age in ("1 s", "30 days"):
        cfg.age = age
        r = bitline.run(cfg)
        print(f"after {age}: accuracy {r.quality.value:.1%}, {r.energy.per_inference_J * 1e9:.0f} nJ an inference")
