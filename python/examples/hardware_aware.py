# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # Training through the errors of a chip
# A small network loses accuracy on a chip that is written badly; trained through such errors it keeps most of it.
# `scripts/train/hardware_aware.py` does the same with a convolutional network, to the end.

# %%
import copy
import gzip
import math

import numpy as np
import torch
from torch import nn

import bitline

# %% Fashion-MNIST, as Debian's dataset-fashion-mnist has it
raw = {name: gzip.open(f"/usr/share/datasets/fashion-mnist/{name}-ubyte.gz").read() for name in
       ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")}
x, test_x = (torch.tensor(np.frombuffer(raw[f"{n}-images-idx3"], np.uint8, offset=16)).view(-1, 1, 28, 28) for n in ("train", "t10k"))
y, test_y = (torch.tensor(np.frombuffer(raw[f"{n}-labels-idx1"], np.uint8, offset=8)).long() for n in ("train", "t10k"))

# %% [markdown]
# ## The chip
# Pairs of devices, each written with a Gaussian error such that a weight, the difference of two, is wrong by 20 % of
# the largest (standard deviation).

# %%
base = bitline.load("fashion-mlp", {"chips": "auto", "quantization.weight_bits": 6})
window_S = float(base.device.g_max) - float(base.device.g_min)
cfg = bitline.load(base, {"device.write": {"type": "gaussian", "sigma": [f"{0.2 * window_S / math.sqrt(2)} S"]}})


# %%
def train(net, epochs, rate):
    optimizer = torch.optim.Adam(net.parameters(), rate)
    net.train()
    for _ in range(epochs):
        for i in torch.randperm(60000).split(256):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[i] / 255), y[i]).backward()
            optimizer.step()
    return net.eval()


torch.manual_seed(1)
net = train(nn.Sequential(nn.Flatten(), nn.Linear(784, 96), nn.ReLU(), nn.Linear(96, 10)), 2, 2e-3)
more = train(copy.deepcopy(net), 2, 1e-3)                                              # as long again, in float
aware = train(bitline.torch.noise(net, cfg, calibrate=x[:256]), 2, 1e-3)               # or through the chip's errors

# %% [markdown]
# ## On five chips that neither has seen

# %%
images, labels = test_x[:1000], test_y[:1000]
right = {"in float": float((more(images / 255).argmax(1) == labels).float().mean())}
for name, trained in (("on chips", more), ("noise-aware, on chips", aware)):
    right[name] = bitline.torch.convert(trained, cfg, calibrate=x[:256]).run(images, labels, chips=5).quality.value
for name, value in right.items():
    print(f"{name}: {value:.1%}")
lost = right["in float"] - right["on chips"]
print(f"of {lost:.1%} that the chips cost, {(right['noise-aware, on chips'] - right['on chips']) / lost:.0%} came back")
