# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Currents of a crossbar with wires
# How much current does a 128 x 128 array lose in its wires, and where?

# %%
import numpy as np

import bitline

rng = np.random.default_rng(1)
g_S = rng.uniform(2e-6, 20e-6, (128, 128))
v_V = np.full(128, 0.2)
ideal_A = v_V @ g_S

# %% [markdown]
# ## Resistance of a segment
# Every node of the circuit is solved. `effective_S` is the matrix that the array really multiplies with.

# %%
print("ohm a segment   current lost, mean of columns   worst column")
for ohm in (0.5, 1.0, 2.0):
    bar = bitline.Crossbar(g_S, r_row_ohm=ohm, r_col_ohm=ohm)
    lost = 1 - bar.mvm(v_V) / ideal_A
    print(f"{ohm:13}   {lost.mean():28.2%}   {lost.max():12.2%}")

# %% [markdown]
# ## Where it is lost
# Devices far from the drivers (last columns) and far from the sense nodes (first rows) see the least voltage.

# %%
row_V, column_V = bar.node_voltages_V(v_V)
seen = (row_V - column_V) / 0.2
print(f"share of the voltage that a device sees: {seen[-1, 0]:.3f} in the best corner, {seen[0, -1]:.3f} in the worst")
assert np.allclose(bar.mvm(v_V), v_V @ bar.effective_S, rtol=1e-12)
