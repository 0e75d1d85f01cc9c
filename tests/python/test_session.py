# SPDX-License-Identifier: Apache-2.0
"""Sessions: reads, their noise, ageing, conductances in and out, costs; what bitline run gives."""
import pickle
import unittest

import numpy as np

import bitline
from common import main, need_data, small


class OneMatrix(unittest.TestCase):
    """On perfect arrays everything is known."""

    @classmethod
    def setUpClass(cls):
        rng = np.random.default_rng(1)
        cls.w = rng.integers(-7, 8, (40, 12)).astype(float)
        cls.w[0, 0] = 7
        cls.x = rng.integers(0, 256, (20, 40)).astype(float)
        cls.x[0, 0] = 255
        cls.s = bitline.Session.from_weights("ideal", cls.w, cls.x)

    def test_sums_are_the_integer_product(self):
        chip = self.s.write(0)
        np.testing.assert_array_equal(self.s.weights(0), self.w)
        codes = self.s.quantize("matrix", self.x)
        np.testing.assert_array_equal(codes, self.x)
        np.testing.assert_array_equal(self.s.read(chip, "matrix", codes), self.x @ self.w)
        np.testing.assert_array_equal(self.s.read(chip, 0, codes[3]), self.x[3] @ self.w)

    def test_real_products(self):
        s = bitline.Session.from_weights("ideal", self.w / 70, self.x / 51)
        layer, chip = s.layers[0], s.write()
        got = s.read(chip, 0, s.quantize(0, self.x / 51), real=True)
        self.assertEqual(got.dtype, np.float32)
        np.testing.assert_allclose(got, self.x @ self.w / 70 / 51, rtol=1e-6)  # of float32
        sums = s.read(chip, 0, s.quantize(0, self.x / 51))
        np.testing.assert_allclose(sums * layer.input_scale * layer.weight_scale, got, rtol=1e-6)
        self.assertEqual((layer.rows, layer.columns, layer.highest, layer.signed), (40, 12, 255, False))

    def test_signed_inputs(self):
        x = self.x - 128
        s = bitline.Session.from_weights("ideal", self.w, x)
        layer = s.layers[0]
        self.assertEqual((layer.signed, layer.lowest, layer.highest), (True, -127, 127))
        codes = s.quantize(0, x)
        np.testing.assert_array_equal(codes, np.clip(np.rint(x / layer.input_scale), -127, 127))
        np.testing.assert_array_equal(s.read(s.write(), 0, codes), codes.astype(float) @ self.w)

    def test_codes_of_any_integer_type_and_order(self):
        chip, codes = self.s.write(0), self.x.astype(np.int16)
        right = self.x @ self.w
        for kind in (np.uint8, np.int32, np.int64, np.uint16, ">i2", np.uint64):
            np.testing.assert_array_equal(self.s.read(chip, 0, codes.astype(kind)), right)
        np.testing.assert_array_equal(self.s.read(chip, 0, np.asfortranarray(codes)), right)
        np.testing.assert_array_equal(self.s.read(chip, 0, np.repeat(codes, 2, axis=1)[:, ::2]), right)
        np.testing.assert_array_equal(self.s.read(chip, 0, codes.tolist()), right)
        frozen = codes.copy()
        frozen.flags.writeable = False
        np.testing.assert_array_equal(self.s.read(chip, 0, frozen), right)
        self.assertEqual(self.s.read(chip, 0, codes[:0]).shape, (0, 12))

    def test_into_an_array(self):
        chip, codes = self.s.write(0), self.x.astype(np.int16)
        out = np.full((3, 20, 12), np.nan)
        self.assertIs(self.s.read(chip, 0, codes, reads=(0, 3), out=out), out)
        np.testing.assert_array_equal(out[2], self.x @ self.w)
        for wrong in (np.zeros((20, 12), np.float32), np.zeros((12, 20)), np.zeros((20, 24))[:, ::2],
                      np.zeros((12, 20)).T):
            with self.assertRaises(bitline.InputError):
                self.s.read(chip, 0, codes, out=wrong)

    def test_numbers_of_reads_end(self):
        chip, codes = self.s.write(0), self.x.astype(np.int16)
        self.s.read(chip, 0, codes[:1], reads=(2**32 - 1, 1))
        with self.assertRaisesRegex(bitline.InputError, "noise would repeat"):
            self.s.read(chip, 0, codes[:1], reads=(2**32 - 1, 2))

    def test_conductances_in_and_out(self):
        chip = self.s.write(0)
        g = chip.conductance(0)
        self.assertEqual(g.shape, (576, 128, 2))
        mapped = ~np.isnan(g)
        self.assertEqual(mapped.sum(), 40 * 12 * 2)
        np.testing.assert_array_equal(g, chip.conductance(0, "target"))  # perfect devices
        codes = self.s.quantize(0, self.x)
        # G+ and G- exchanged: every product changes its sign.
        chip.set_conductance(0, g[:, :, ::-1])
        np.testing.assert_array_equal(self.s.read(chip, 0, codes), -(self.x @ self.w))
        np.testing.assert_array_equal(chip.conductance(0), g[:, :, ::-1])
        chip.set_conductance(0, g)
        np.testing.assert_array_equal(self.s.read(chip, 0, codes), self.x @ self.w)
        for wrong in (g[1:], g * -1, np.full_like(g, np.inf), g[:, :, 0], g.astype(complex)):
            with self.assertRaises(bitline.InputError):
                chip.set_conductance(0, wrong)
        for array in (-1, 1):
            with self.assertRaises(bitline.InputError):
                chip.conductance(array)
        with self.assertRaises(bitline.InputError):
            chip.conductance(0, "later")

    def test_costs(self):
        costs = self.s.costs()
        self.assertGreater(costs.energy.per_inference_J, 0)
        self.assertAlmostEqual(sum(costs.energy.breakdown_J.to_dict().values()) / costs.energy.per_inference_J, 1, 9)

    def test_what_is_refused(self):
        chip, codes = self.s.write(0), self.x.astype(np.int16)
        wrong = (("floats", {"codes": self.x}), ("range", {"codes": codes + 1}), ("negative", {"codes": -codes}), ("rows", {"codes": codes[:, 1:]}),
                 ("three dimensions", {"codes": codes[None]}), ("text", {"codes": "x"}), ("None", {"codes": None}), ("bool", {"codes": codes > 3}),
                 ("17 bits", {"codes": np.full((1, 40), 70000)}), ("no reads", {"codes": codes, "reads": (0, 0)}),
                 ("no such layer", {"codes": codes, "layer": "fc9"}), ("no such number", {"codes": codes, "layer": 1}),
                 ("a layer below 0", {"codes": codes, "layer": -1}), ("a layer of no kind", {"codes": codes, "layer": 1.5}))
        for name, given in wrong:
            with self.subTest(name), self.assertRaises(bitline.InputError):
                self.s.read(chip, given.pop("layer", 0), given.pop("codes"), **given)
        with self.assertRaises(bitline.InputError):
            self.s.read(chip, 0, codes, reads=(-1, 1))
        with self.assertRaises(TypeError):
            self.s.read(None, 0, codes)
        with self.assertRaises(ValueError):
            self.s.read(bitline.Session.from_weights("ideal", self.w, self.x).write(), 0, codes)
        for weights, calibration in ((self.w[0], self.x), (self.w, self.x[:, 1:]), (self.w * np.nan, self.x),
                                     (self.w, self.x * 0), (self.w, self.x[:0]), (self.w[:0], self.x), ("x", self.x)):
            with self.assertRaises(bitline.InputError):
                bitline.Session.from_weights("ideal", weights, calibration)
        with self.assertRaises(bitline.InputError):
            self.s.evaluate(chip, self.x)
        for time in (-1, float("nan"), "1 V", "soon", None, True):
            with self.subTest(time), self.assertRaises(bitline.InputError):
                self.s.age(chip, time)


class Network(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cfg = bitline.load("fashion-mlp", small)
        cls.s = bitline.Session(cls.cfg)
        cls.codes = np.random.default_rng(2).integers(0, 256, (16, 784)).astype(np.int16)

    def test_a_reads_number_is_its_noise(self):
        chip = self.s.write(0)
        a, b = self.s.read(chip, "fc1", self.codes), self.s.read(chip, "fc1", self.codes, reads=(16, 1))
        np.testing.assert_array_equal(a, self.s.read(chip, 0, self.codes, reads=(0, 1)))
        self.assertFalse(np.array_equal(a, b))
        many = self.s.read(chip, "fc1", self.codes, reads=(0, 5))
        np.testing.assert_array_equal(many[:2], [a, b])

    def test_chips_and_seeds(self):
        a, b = (self.s.write(i).conductance(0) for i in (0, 1))
        self.assertFalse(np.array_equal(a, b, equal_nan=True))
        np.testing.assert_array_equal(a, self.s.write(0).conductance(0))
        other = bitline.load("fashion-mlp", {**small, "seed": 9})
        right = bitline.Session(other).write(0).conductance(0)
        np.testing.assert_array_equal(self.s.write(0, seed=9).conductance(0), right)

    def test_time(self):
        s = bitline.Session(bitline.load("fashion-mlp", {**small, "device.drift": {"type": "power-law", "nu_mean": 0.05}}))
        chip = s.write(0)
        fresh = chip.conductance(0)
        self.assertIs(s.age(chip, "1 day"), chip)
        self.assertEqual(chip.age(0.5).now_s, 86400.5)
        np.testing.assert_array_equal(chip.conductance(0, "written"), fresh)
        aged = chip.conductance(0)
        self.assertLess(np.nanmean(aged), np.nanmean(fresh))

    def test_outputs_are_those_of_a_run(self):
        import pathlib
        import tempfile

        x = np.random.default_rng(3).integers(0, 256, (20, 1, 28, 28)).astype(np.uint8)
        y = np.arange(20) % 10
        cfg = bitline.load("fashion-mlp", {**small, "instances": 2, "keep": "outputs"})
        with tempfile.TemporaryDirectory() as d:
            bitline.run(cfg, inputs=x, labels=y, out=d)
            right = np.load(pathlib.Path(d, "outputs.npy"))
        s = bitline.Session(cfg, inputs=x, labels=y)
        for i in range(2):
            chip = s.write(i).age(s.age_s)
            got = s.evaluate(chip, x)
            np.testing.assert_array_equal(got.astype(right.dtype), right[i])
        self.assertEqual(s.evaluate(chip, x[:3], reads=(0, 4)).shape, (4, 3, 10))
        np.testing.assert_array_equal(s.evaluate(chip, x / np.float32(255)), got)
        another_type = np.dtype("u1", copy=True)  # the same kind of number in another object
        np.testing.assert_array_equal(s.evaluate(chip, x.astype(another_type)), got)
        for wrong in (x[:, :, 1:], x[:0], x * 1j, "x", np.full(x.shape, np.nan)):
            with self.assertRaises(bitline.InputError):
                s.evaluate(chip, wrong)

    def test_layers(self):
        self.assertEqual([(w.name, w.rows, w.columns) for w in self.s.layers], [("fc1", 784, 256), ("fc2", 256, 128), ("fc3", 128, 10)])
        w = self.s.weights("fc1")
        self.assertEqual((w.shape, w.dtype, np.abs(w).max()), ((784, 256), np.int16, 7))
        self.assertEqual(self.s.layers["fc1"].bias.shape, (256,))

    def test_costs_of_a_run(self):
        costs = self.s.costs()
        self.assertGreater(costs.energy.per_inference_J, 0)
        r = bitline.run(self.cfg)
        self.assertEqual(costs.area, r.area)
        self.assertEqual(costs.latency, r.latency)

    def test_pickled(self):
        again = pickle.loads(pickle.dumps(self.s))
        np.testing.assert_array_equal(again.read(again.write(3), "fc2", np.arange(256)), self.s.read(self.s.write(3), "fc2", np.arange(256)))


if __name__ == "__main__":
    need_data()
    main()
