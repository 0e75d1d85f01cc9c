# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # A chip that ages
# One chip instance is written once and read again and again while time passes.

# %%
import numpy as np

import bitline

cfg = bitline.load("fashion-mlp", {"device": "pcm", "device.read_noise.relative": "2 %",
                                   "workload.calibration_images": 64})
session = bitline.Session(cfg)
print(session)

# %% [markdown]
# ## What reads see
# Products of random codes with the first layer, against the exact ones.

# %%
codes = np.random.default_rng(1).integers(0, 256, (64, 784)).astype(np.int16)
exact = codes.astype(float) @ session.weights("fc1")
chip = session.write(instance=0)
print("  age          mean conductance    gain    error beyond it (rms, of full sums)")
for wait in ("1 s", "1 hour", "1 day", "30 days", "300 days"):
    session.age(chip, wait)
    sums = session.read(chip, "fc1", codes)
    gain = (sums * exact).sum() / (exact**2).sum()
    error = np.std(sums - gain * exact) / np.std(exact)
    print(f"{chip.now_s:12.0f} s  {np.nanmean(chip.conductance(0)) * 1e6:10.2f} uS  {gain:10.3f}  {error:10.3f}")

# %% [markdown]
# ## Outputs of the network
# The same chip, read ten times: noise of reads alone.

# %%
images = np.random.default_rng(2).integers(0, 256, (8, 1, 28, 28)).astype(np.uint8)
outputs = session.evaluate(chip, images, reads=(0, 10))
print("spread of outputs between reads:", np.round(outputs.std(axis=0).mean(), 4))
