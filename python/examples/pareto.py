# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # A sweep to a Pareto front
# Bits of the converters and columns that share one: what does accuracy cost?

# %%
import numpy as np

import bitline

sweep = bitline.sweep({
    "config": "fashion-mlp",
    "set": {"workload.images": 300, "instances": 2},
    "grid": {"adc.bits": [4, 5, 6, 8], "adc.shared_by": [8, 32]},
    "keep": ["quality.value", "energy.per_inference_J", "area.total_m2"],
})
print(sweep)

# %% [markdown]
# ## Points that no other beats
# Those with more accuracy than every point of less energy.

# %%
energy, accuracy = sweep.columns["energy.per_inference_J"], sweep.columns["quality.value"]
best = -1.0
for i in np.argsort(energy):
    if accuracy[i] > best:
        best = accuracy[i]
        print(f"{energy[i] * 1e9:7.1f} nJ  {accuracy[i]:6.1%}  {sweep.columns['adc.bits'][i]:.0f} bits, "
              f"{sweep.columns['adc.shared_by'][i]:.0f} columns a converter")

# %%
try:
    sweep.plot("energy.per_inference_J", "quality.value").figure.savefig("pareto.png")
except ImportError as e:
    print(e)
