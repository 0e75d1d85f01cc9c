# SPDX-License-Identifier: Apache-2.0
"""PyTorch networks on chips: what bitline run gives; gradients; the statistics of the fast noise layer."""
import copy
import doctest
import importlib
import io
import pathlib
import pickle
import sys
import tempfile
import unittest
import warnings

try:
    import torch
except ImportError:
    print("skipped: PyTorch is not installed (Debian: python3-torch)")
    sys.exit(77)

import numpy as np
from torch import nn

import bitline
from common import main

warnings.filterwarnings("ignore", module="torch")
torch.set_num_threads(1)
noisy_chip = {"chips": "auto", "instances": 1}
perfect = {"chips": "auto", "quantization.weight_bits": 8, "input.bits": 8}


def mlp():
    torch.manual_seed(1)
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 10))


class Cnn(nn.Module):
    """Strides, groups, dilation, batch norms, a branch that is added."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(2)
        self.conv1 = nn.Conv2d(2, 8, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=4)
        self.conv3 = nn.Conv2d(8, 12, (3, 2), stride=2, padding=(1, 0))
        self.norm3 = nn.BatchNorm2d(12)
        self.fc = nn.Linear(12 * 2 * 2, 5)

    def forward(self, x):
        x = torch.relu(self.norm1(self.conv1(x)))
        x = nn.functional.max_pool2d(torch.relu(self.conv2(x)) + x, 2)
        return self.fc(torch.relu(self.norm3(self.conv3(x))).flatten(1))


def trained_norms(net, x):
    """Batch norms that do something."""
    net.train()
    with torch.no_grad():
        for _ in range(3):
            net(x)
        for m in net.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.weight.uniform_(0.5, 1.5), m.bias.uniform_(-0.3, 0.3)
    return net.eval()


def outputs_of_a_run(config, **what):
    config = config.copy()
    config.set({"keep": "outputs", "workload.scores": []})
    with tempfile.TemporaryDirectory() as d:
        bitline.run(config, out=d, **what)
        return np.load(pathlib.Path(d, "outputs.npy"))


def exported(net, x):
    file = io.BytesIO()
    torch.onnx.export(net, x[:1], file, opset_version=13, input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
    return file.getvalue()


def by_batches(chip, x, size=7):
    with torch.no_grad():
        return torch.cat([chip(x[i:i + size]) for i in range(0, len(x), size)]).numpy()


class AsARun(unittest.TestCase):
    """Bits of `bitline run` on the exported network, noise of reads included, whatever the batches."""

    def compare(self, net, x, onnx=None, **settings):
        cfg = bitline.load("fashion-mlp", {**noisy_chip, "instances": 2, **settings})
        chip = bitline.torch.convert(net, cfg, calibrate=x[:16])
        run = cfg.copy()
        run.set({"workload.calibration_images": 16, "workload.images": len(x), "workload.first_class": 0})
        labels = np.arange(len(x)) % 5
        right = outputs_of_a_run(run, model=onnx or chip.onnx, inputs=x.numpy(), labels=labels,
                                 calibration_inputs=x[:16].numpy(), calibration_labels=labels[:16])
        for i in range(2):
            got = by_batches(chip.program(instance=i), x)
            np.testing.assert_array_equal(got.astype(right.dtype), right[i])
        self.assertFalse(np.array_equal(right[0], right[1]))
        return chip

    def test_mlp(self):
        self.compare(mlp(), torch.rand(30, 1, 8, 8))

    def test_mlp_of_torchs_own_file(self):
        x = torch.rand(30, 1, 8, 8)
        self.compare(mlp(), x, onnx=exported(mlp().eval(), x))

    def test_cnn(self):
        x = torch.rand(20, 2, 8, 8)
        chip = self.compare(trained_norms(Cnn(), x), x)
        self.assertEqual([w.name for w in chip.session.layers], ["conv1", "conv2", "conv3", "fc"])

    def test_signed_inputs_and_bias_rows(self):
        self.compare(mlp(), torch.randn(30, 1, 8, 8), bias="rows")

    def test_pixels(self):
        x = (torch.rand(30, 1, 8, 8) * 255).to(torch.uint8)
        self.compare(mlp(), x)

    def test_one_dimension(self):
        torch.manual_seed(3)
        net = nn.Sequential(nn.Conv1d(3, 6, 4, stride=2, padding=1, groups=3), nn.ReLU(),
                            nn.Conv1d(6, 6, 3, padding=1, padding_mode="reflect"), nn.ReLU(), nn.Flatten(),
                            nn.Linear(6 * 7, 5))
        x = torch.rand(12, 3, 14)
        self.compare(net, x)


class Sequences(unittest.TestCase):
    """Attention and LSTM: functions between products round differently in torch and in the engine, in the last place."""

    def compare(self, net, x, layers):
        chip = bitline.torch.convert(net, bitline.load("fashion-mlp", noisy_chip), calibrate=x[:16]).program()
        self.assertEqual(sorted(w.name for w in chip.session.layers), sorted(layers))
        with torch.no_grad():
            got = chip(x).numpy()
        right = chip.session.evaluate(chip.state, x.numpy()).reshape(got.shape)
        np.testing.assert_allclose(got, right, atol=1e-6 * np.abs(right).max())  # of float32 outputs
        again = bitline.torch.convert(net, bitline.load("ideal", {"quantization.weight_bits": 8}), calibrate=x)
        with torch.no_grad():
            error = (again(x) - net(x)).std() / net(x).std()
        self.assertLess(float(error), 0.05)  # eight bits for weights and inputs

    def test_lstm(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                torch.manual_seed(4)
                self.lstm, self.fc = nn.LSTM(6, 8, 2, batch_first=True, bidirectional=True), nn.Linear(16, 4)

            def forward(self, x):
                return self.fc(self.lstm(x)[0][:, 2])

        names = [f"lstm.{kind}_l{k}{end}" for kind in ("ih", "hh") for k in (0, 1) for end in ("", "_reverse")]
        self.compare(Net().eval(), torch.randn(20, 5, 6), [*names, "fc"])

    def test_attention(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                torch.manual_seed(5)
                self.own = nn.MultiheadAttention(8, 2, batch_first=True)
                self.other = nn.MultiheadAttention(8, 2, batch_first=True)

            def forward(self, x):
                x = x + self.own(x, x, x, need_weights=False)[0]
                return self.other(x[:, :1], x, x)[0][:, 0]

        names = ["own.in_proj", "own.out_proj", *(f"other.{p}_proj" for p in ("q", "k", "v", "out"))]
        self.compare(Net().eval(), torch.randn(20, 5, 8), names)


    def test_transformer_layer(self):
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                torch.manual_seed(6)
                self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="gelu")

            def forward(self, x):
                return self.layer(x)[:, 0]

        names = ["layer.self_attn.in_proj", "layer.self_attn.out_proj", "layer.linear1", "layer.linear2"]
        self.compare(Net().eval(), torch.randn(20, 5, 8), names)


class Module(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.x = torch.rand(40, 1, 8, 8)
        cls.cfg = bitline.load("fashion-mlp", {**noisy_chip, "device.drift": {"type": "power-law", "nu_mean": 0.05}})
        cls.chip = bitline.torch.convert(mlp(), cls.cfg, calibrate=cls.x)

    def out(self, chip):
        chip.next_sample = 0
        with torch.no_grad():
            return chip(self.x)

    def test_seeds_and_chips(self):
        a = self.out(self.chip.program(7))
        self.assertTrue(torch.equal(a, self.out(self.chip.program(seed=7))))
        self.assertFalse(torch.equal(a, self.out(self.chip.program(8))))
        self.assertFalse(torch.equal(a, self.out(self.chip.program(7, instance=1))))
        with torch.no_grad():
            self.assertFalse(torch.equal(a, self.chip.program(7)(self.x[3:])[:37]))  # other numbers, other noise
        state = self.chip.session.write(0, seed=7)
        np.testing.assert_array_equal(state.conductance(0), self.chip.program(7).state.conductance(0))

    def test_time(self):
        fresh = self.out(self.chip.program(1))
        self.assertIs(self.chip.age("1 day"), self.chip)
        self.assertEqual(self.chip.state.now_s, 86400)
        self.assertFalse(torch.equal(fresh, self.out(self.chip)))

    def test_costs(self):
        costs = self.chip.program().costs()
        self.assertGreater(costs.energy.per_inference_J, 0)
        r = self.chip.run(self.x, np.arange(40) % 10, chips=3)
        self.assertEqual((len(r.quality.chips), r.area), (3, costs.area))

    def test_pickled_and_copied(self):
        right = self.out(self.chip.program(5, instance=2).age("1 h"))
        for again in (pickle.loads(pickle.dumps(self.chip)), copy.deepcopy(self.chip)):
            self.assertTrue(torch.equal(right, self.out(again)))
            self.assertEqual(again.state.now_s, 3600)

    def test_state_dict(self):
        torch.manual_seed(9)
        other = mlp()
        with torch.no_grad():
            other[1].weight.mul_(-0.7)
        chip = bitline.torch.convert(other, self.cfg, calibrate=self.x).program(6).age(100)
        right = self.out(chip)
        again = bitline.torch.convert(mlp(), self.cfg, calibrate=self.x)
        again.load_state_dict(chip.state_dict())
        self.assertTrue(torch.equal(right, self.out(again)))
        # A float network's own, too; the chip is then to be written.
        again.network.load_state_dict(mlp().state_dict())
        with self.assertRaisesRegex(RuntimeError, "program"):
            again(self.x)
        self.assertTrue(torch.equal(self.out(again.program(7)), self.out(self.chip.program(7))))

    def test_training_and_evaluation(self):
        net = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.Dropout(0.5), nn.Linear(32, 4), nn.BatchNorm1d(4))
        net(self.x)
        chip = bitline.torch.convert(net, "ideal", calibrate=self.x)
        self.assertFalse(chip.training)
        self.assertTrue(torch.equal(chip(self.x), chip(self.x)))
        self.assertFalse(torch.equal(chip.train()(self.x), chip(self.x)))
        self.assertTrue(torch.equal(chip.eval()(self.x), chip(self.x)))

    def test_the_loader(self):
        loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(self.x, torch.zeros(40)), batch_size=16)
        cfg = bitline.load(self.cfg, {"workload.calibration_images": 20})
        a, b = (bitline.torch.convert(mlp(), cfg, calibrate=c).program(1) for c in (loader, self.x[:20].numpy()))
        self.assertTrue(torch.equal(self.out(a), self.out(b)))

    def test_what_is_refused(self):
        with self.assertRaises(bitline.InputError):
            bitline.torch.convert(mlp(), self.cfg, calibrate=[])
        with self.assertRaises(bitline.InputError):
            self.chip(self.x * float("nan"))

        class Loose(nn.Module):
            def __init__(self):
                super().__init__()
                self.w = nn.Parameter(torch.rand(64, 3))

            def forward(self, x):
                return x.flatten(1) @ self.w

        with self.assertRaisesRegex(NotImplementedError, "w"):
            bitline.torch.convert(Loose(), self.cfg, calibrate=self.x)
        with self.assertRaisesRegex(ValueError, "calibrate"):
            bitline.torch.noise(Cnn(), self.cfg)

        class Recurrent(nn.Module):
            def __init__(self):
                super().__init__()
                self.gru = nn.GRU(8, 4, batch_first=True)

            def forward(self, x):
                return self.gru(x.flatten(1, 2))[0][:, -1]

        with self.assertRaisesRegex(NotImplementedError, "GRU gru: Linear"):
            bitline.torch.convert(Recurrent(), self.cfg, calibrate=self.x)
        with self.assertRaisesRegex(bitline.InputError, "one tensor is expected"):
            bitline.torch.convert(nn.LSTM(8, 4, batch_first=True), self.cfg, calibrate=self.x[:, 0])
        with self.assertRaises(bitline.ConfigError):
            bitline.torch.convert(mlp(), bitline.load(self.cfg, {"layers": {"7": {"digital": True}}}), calibrate=self.x)


class Scaled(nn.Module):
    """Constants and norms behind layers, which the engine makes part of them; `after` stands between two layers."""

    def __init__(self, after, bias=True):
        super().__init__()
        torch.manual_seed(3)
        self.a, self.b, self.after = nn.Linear(16, 6, bias=bias), nn.Linear(6, 4), after
        self.gamma = nn.Parameter(torch.linspace(-1, 2, 6))

    def forward(self, x):
        return self.b(torch.relu(self.after(self, self.a(x)))) / 3 + 0.07


class Folded(unittest.TestCase):
    """What the engine folds into a layer torch computes itself, once."""

    kinds = {"added": lambda net, y: y + 0.5, "multiplied": lambda net, y: 3 * y,
             "layer scale": lambda net, y: (y - 0.1) * net.gamma + 0.2,
             "functional norm": lambda net, y: nn.functional.batch_norm(
                 y, torch.linspace(0, 1, 6, dtype=y.dtype), torch.full((6,), 2.0, dtype=y.dtype))}

    def test_as_the_engine(self):
        cases = [(what, bias, place, x) for what in self.kinds for bias in (True, False) for place in ("digital", "rows")
                 for x in (torch.rand(20, 16), torch.rand(20, 3, 16))]  # a layer of three dimensions is a MatMul
        for what, bias, place, x in cases:
            if x.dim() == 3 and what == "functional norm":
                continue
            after = self.kinds[what]
            cfg = bitline.load("fashion-mlp", {**noisy_chip, "bias": place})
            chip = bitline.torch.convert(Scaled(after, bias), cfg, calibrate=x).program()
            right = chip.session.evaluate(chip.state, x.numpy()).reshape(*x.shape[:-1], 4)
            with self.subTest(what, bias=bias, place=place, dim=x.dim()), torch.no_grad():
                self.assertTrue(len(chip.session.layers[0].folded_gain))
                np.testing.assert_allclose(chip.double()(x.double()).numpy(), right, rtol=1e-7, atol=1e-7)
                perfectly = bitline.torch.convert(Scaled(after, bias), bitline.load("ideal", perfect), calibrate=x)
                net = Scaled(after, bias)
                self.assertLess(float((perfectly(x) - net(x)).abs().max() / net(x).std()), 0.05)

    def test_refused(self):
        """What cannot be undone: a channel that a constant makes 0."""
        x = torch.rand(20, 16)
        dead = Scaled(lambda net, y: y * torch.tensor([0.0, 1, 1, 1, 1, 1], dtype=y.dtype) + 0.3)
        chip = bitline.torch.convert(dead, bitline.load("ideal", perfect), calibrate=x)
        with self.assertRaisesRegex(bitline.InputError, "multiplied by 0"):
            chip(x)


class Gradients(unittest.TestCase):
    def test_straight_through(self):
        """As if the layer had multiplied in float; none where an input lies beyond its range."""
        torch.manual_seed(1)
        layer = nn.Linear(6, 3)
        x = torch.rand(8, 6)
        chip = bitline.torch.convert(layer, "fashion-mlp", calibrate=x).program()
        beyond = x.clone()
        beyond[2, 4] = 3.0  # of at most 1
        beyond.requires_grad_()
        y = chip(beyond)
        upstream = torch.rand(8, 3)
        y.backward(upstream)
        right = upstream @ layer.weight
        right[2, 4] = 0
        torch.testing.assert_close(beyond.grad, right)
        clipped = x.clone()
        clipped[2, 4] = x.max()
        torch.testing.assert_close(chip.network.layer.weight.grad.float(), upstream.t() @ clipped, rtol=1e-5,
                                   atol=1e-5)
        torch.testing.assert_close(chip.network.layer.bias.grad.float(), upstream.sum(0))

    def test_learns_with_the_chip_in_the_loop(self):
        torch.manual_seed(2)
        x = torch.rand(64, 16)
        y = (x[:, 0] > x[:, 1]).long()
        chip = bitline.torch.convert(nn.Linear(16, 2), "fashion-mlp", calibrate=x)
        optimizer = torch.optim.Adam(chip.parameters(), 0.05)
        losses = []
        for _ in range(30):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(chip.program(3)(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        self.assertLess(np.mean(losses[-5:]), 0.7 * losses[0])


class Statistics(unittest.TestCase):
    """Errors of the fast layer and of the engine, layer by layer, on devices that are written badly, drift, and read
    noisily. A variance from n values is wrong by sqrt(2 / n) of itself; limits are at four such deviations, so that a
    right pair is refused once in 16,000."""

    chips, passes = 250, 1000

    def errors(self, config, name, layer, x):
        """Engine's and fast layer's outputs of fixed inputs, (chips or passes, vectors, columns), in float units."""
        vectors = layer.vectors(layer.limited(x)).reshape(-1, layer.matrix().shape[0]).double().numpy()
        from bitline.torch._statistics import layer_config

        some = vectors.copy()
        some[0, 0] = float(layer.limit.range)
        session = bitline.Session.from_weights(layer_config(config, name), layer.matrix().double().numpy(), some)
        codes, w = session.quantize(0, vectors), session.layers[0]
        unit = w.input_scale * np.asarray(w.weight_scale)
        chips = (session.write(100 + i).age(session.age_s) for i in range(self.chips))
        engine = np.stack([session.read(chip, 0, codes) for chip in chips]) * unit
        bias = 0 if layer.bias is None else layer.bias.detach().double().numpy()
        with torch.no_grad():
            fast = []
            for _ in range(self.passes):
                y = layer(x)
                if y.dim() > 2:
                    y = y.flatten(2).transpose(1, 2).reshape(-1, y.shape[1])
                fast.append(y.double().numpy() - bias)
        exact = codes.astype(float) @ session.weights(0) * unit
        return engine - exact, np.stack(fast) - exact

    def check(self, settings, samples=6):
        torch.manual_seed(3)
        config = bitline.load("fashion-mlp", {**noisy_chip, **settings})
        x = torch.rand(samples, 2, 8, 8)
        net = trained_norms(Cnn(), torch.rand(40, 2, 8, 8))
        noisy = bitline.torch.noise(net, config, calibrate=x, clip=None, chips=8).eval()
        inputs = {}
        hooks = [m.register_forward_pre_hook(lambda m, i: inputs.update({m.engine.name: i[0].detach()}))
                 for m in noisy.network.modules() if hasattr(m, "engine")]
        noisy(x)
        for h in hooks:
            h.remove()
        for name in ("conv1", "conv3", "fc"):
            layer = noisy.network.get_submodule(name)
            noisy.refresh()
            engine, fast = self.errors(config, name, layer, inputs[name])
            ratio = fast.var(0, ddof=1).mean() / engine.var(0, ddof=1).mean()
            # Vectors of one chip share its cells: columns and chips alone are independent.
            n = engine.shape[2]
            limit = 4 * np.sqrt(2 / ((self.chips - 1) * n) + 2 / ((self.passes - 1) * n))
            with self.subTest(name):
                print(f"{name}: variance ratio {ratio:.3f} (limit 1 +- {limit:.3f})", file=sys.stderr)
                self.assertLess(abs(ratio - 1), limit)
                spread = engine.std(0, ddof=1).mean() / np.sqrt(self.chips * n)
                shift = fast.mean(0).mean() - engine.mean(0).mean()
                self.assertLess(abs(shift), 4 * spread)

    def test_written_badly(self):
        self.check({})

    def test_written_well_read_noisily(self):
        self.check({"device.write": "exact", "device.read_noise.relative": "10 %", "adc.bits": 10})

    def test_phase_change_after_a_day(self):
        self.check({"device": "pcm", "age": "1 day"})

    def test_columns_corrected(self):
        # Known inputs are those that are read: rounding of the few that a test has is corrected with them on the chip.
        for how in ("offset", "scale-and-offset"):
            with self.subTest(how):
                self.check({"correct": how, "device": "pcm", "age": "1 day"}, samples=40)

    def test_layers_of_their_own(self):
        self.check({"layers": {"conv3": {"quantization.weight_scale": "per-tensor", "quantization.weight_bits": 3},
                               "fc": {"adc.bits": 5}}})

    def test_variance_of_one_chips_reads(self):
        """What Session.seen says, against reads."""
        rng = np.random.default_rng(1)
        w, x = rng.normal(size=(200, 32)), rng.random((50, 200))
        s = bitline.Session.from_weights(bitline.load("fashion-mlp", noisy_chip), w, x)
        chip, codes, reads = s.write(3), s.quantize(0, x[:4]), 600
        got = s.read(chip, 0, codes, reads=(0, reads))
        seen = s.seen(chip, 0)
        squares = np.asarray(seen.squares_of_inputs)[codes - s.layers[0].lowest]
        right = squares @ np.asarray(seen.read_variance) + np.asarray(seen.converter_variance)
        ratio = (got.var(0, ddof=1) / right).mean()
        n = right.size * (reads - 1)
        print(f"reads: variance ratio {ratio:.4f} (limit 1 +- {4 * np.sqrt(2 / n):.4f})", file=sys.stderr)
        self.assertLess(abs(ratio - 1), 4 * np.sqrt(2 / n))
        mean = codes @ np.asarray(seen.weights)
        self.assertLess(np.abs((got.mean(0) - mean) / np.sqrt(right / reads)).mean(), 2)

    def test_seen_of_perfect_arrays(self):
        w = np.random.default_rng(2).integers(-7, 8, (30, 5)).astype(float)
        w[0, 0] = 7
        s = bitline.Session.from_weights("ideal", w, np.full((1, 30), 255.0))
        seen = s.seen(s.write(), 0)
        np.testing.assert_array_equal(seen.weights, w)
        self.assertEqual((np.abs(seen.read_variance).max(), np.abs(seen.converter_variance).max()), (0, 0))
        codes = np.arange(256)
        np.testing.assert_array_equal(seen.squares_of_inputs, sum(4**p * (codes >> p & 1) for p in range(8)))


class Noise(unittest.TestCase):
    def test_without_errors_it_is_the_quantized_network(self):
        x = torch.rand(40, 1, 8, 8)
        noisy = bitline.torch.noise(mlp(), "ideal", calibrate=x, clip=None)
        noisy.strength = 0
        chip = bitline.torch.convert(mlp(), "ideal", calibrate=x)
        torch.testing.assert_close(noisy(x), chip(x), rtol=1e-4, atol=1e-5)

    def test_ranges_and_bounds(self):
        x = torch.rand(64, 1, 8, 8) ** 4
        y = (x[:, 0, 0, 0] > x[:, 0, 1, 1]).long()
        net = mlp()
        bounds = [2.0 * float(net[i].weight.std()) for i in (1, 3)]
        noisy = bitline.torch.noise(net, "fashion-mlp", calibrate=x, clip=2.0)
        before = [float(noisy.network[i].limit.range) for i in (1, 3)]
        optimizer = torch.optim.Adam(noisy.parameters(), 0.02)
        for _ in range(20):
            optimizer.zero_grad()
            nn.functional.cross_entropy(noisy(x), y).backward()
            self.assertTrue(all(noisy.network[i].limit.range.grad.abs() > 0 for i in (1, 3)))
            optimizer.step()
        noisy.eval()
        after = [float(noisy.network[i].limit.range) for i in (1, 3)]
        self.assertTrue(all(a != b for a, b in zip(before, after)))
        for i, bound in zip((1, 3), bounds):
            self.assertLessEqual(float(noisy.network[i].weight.abs().max()), bound * 1.0001)
        # The chip clips at the ranges that were learned, where its samples reach them.
        chip = bitline.torch.convert(noisy, "fashion-mlp", calibrate=x)
        self.assertEqual([w.name for w in chip.session.layers], ["1", "3"])
        self.assertLessEqual(chip.session.layers[0].input_scale, after[0] / 255 * 1.0001)
        right = chip.program().session.evaluate(chip.state, x.numpy()).astype(np.float32)
        np.testing.assert_array_equal(by_batches(chip, x), right)
        again = pickle.loads(pickle.dumps(noisy))
        torch.manual_seed(1)
        a = noisy(x)
        torch.manual_seed(1)
        self.assertTrue(torch.equal(a, again(x)))

    def test_gradients_reach_everything(self):
        x = torch.rand(16, 2, 8, 8)
        noisy = bitline.torch.noise(trained_norms(Cnn(), x), "fashion-mlp", calibrate=x)
        noisy(x).square().sum().backward()
        for name, p in noisy.named_parameters():
            self.assertIsNotNone(p.grad, name)
            self.assertTrue(torch.isfinite(p.grad).all(), name)


class Docstrings(unittest.TestCase):
    def test_examples(self):
        tried = 0
        for name in ("bitline.torch", "bitline.torch._convert", "bitline.torch._noise"):
            result = doctest.testmod(importlib.import_module(name))
            self.assertEqual(result.failed, 0, name)
            tried += result.attempted
        self.assertGreater(tried, 12)


if __name__ == "__main__":
    main()
