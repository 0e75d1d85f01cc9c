# SPDX-License-Identifier: Apache-2.0
# %% [markdown]
# # A PyTorch network on ten chips
# Train (or load), convert, evaluate, read the energy.

# %%
import gzip

import numpy as np
import torch
from torch import nn

import bitline

# %% Fashion-MNIST, as Debian's dataset-fashion-mnist has it
raw = {name: gzip.open(f"/usr/share/datasets/fashion-mnist/{name}-ubyte.gz").read() for name in
       ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")}
x, test_x = (torch.tensor(np.frombuffer(raw[f"{n}-images-idx3"], np.uint8, offset=16)).view(-1, 1, 28, 28) for n in ("train", "t10k"))
y, test_y = (torch.tensor(np.frombuffer(raw[f"{n}-labels-idx1"], np.uint8, offset=8)).long() for n in ("train", "t10k"))

# %% One epoch of training
torch.manual_seed(1)
net = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.Adam(net.parameters())
for i in torch.randperm(60000).split(128):
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(x[i] / 255), y[i]).backward()
    optimizer.step()

# %% Ten chips
chip = bitline.torch.convert(net, "fashion-mlp", calibrate=x[:256])
r = chip.run(test_x[:1000], test_y[:1000], chips=10)
low, high = r.quality.ci95
print(f"in float {(net(test_x[:1000] / 255).argmax(1) == test_y[:1000]).float().mean():.3f}")
print(f"on chips {r.quality.value:.3f} (95 % over chips: {low:.3f} .. {high:.3f})")
print(f"energy of an inference {r.energy.per_inference_J:.3g} J, of which converters {r.energy.breakdown_J.adc:.3g} J")

# %% One chip, a day later
print(f"chip 3 {(chip.program(instance=3)(test_x[:1000]).argmax(1) == test_y[:1000]).float().mean():.3f}, "
      f"a day later {(chip.age('1 day')(test_x[:1000]).argmax(1) == test_y[:1000]).float().mean():.3f}")
