# SPDX-License-Identifier: Apache-2.0
"""Devices whose writing and read noise are functions of Python: what the engine's cells do is what the functions say."""
import sys
import time
import unittest

import numpy as np

import bitline
from common import main, need_data, small


def skewed(target_S, rng):
    """Errors that no normal law has, larger at large conductances."""
    return target_S + 0.02 * target_S * rng.exponential(1, target_S.shape)


class WithDevice(unittest.TestCase):
    def base(self):
        cfg = bitline.load("ideal", {"quantization.weight_bits": 4})
        self.assertEqual(cfg.device.write.type, "exact")
        return cfg

    def cells(self, cfg):
        rng = np.random.default_rng(2)
        s = bitline.Session.from_weights(cfg, rng.uniform(-1, 1, (300, 64)), rng.random((8, 300)))
        chip = s.write(3)
        return s, chip, chip.conductance(0, "target").ravel(), chip.conductance(0, "written").ravel()

    def test_writing_has_the_law_of_the_function(self):
        base = self.base()
        cfg = bitline.with_device(base, write=skewed)
        self.assertEqual(base.device.write.type, "exact")  # a copy
        _, _, target, written = self.cells(cfg)
        known = ~np.isnan(target)
        error = (written - target)[known & (target > float(cfg.device.g_max) / 2)]
        error /= target[known & (target > float(cfg.device.g_max) / 2)] * 0.02
        # An exponential law of mean 1: mean and spread 1, skewness 2; means of n draws are good to 1 / sqrt(n).
        n = len(error)
        self.assertGreater(n, 2000)
        self.assertLess(abs(error.mean() - 1), 4 / np.sqrt(n) + 0.01)
        self.assertLess(abs(error.std() - 1), 4 * np.sqrt(2 / n) * 2 + 0.01)
        # Its distribution function against the exponential's: Kolmogorov's distance, 1.95 / sqrt(n) is passed once in
        # a thousand; 61 quantiles add less than 0.005.
        x = np.sort(error)
        distance = np.abs((np.arange(n) + 0.5) / n - (1 - np.exp(-np.maximum(x, 0)))).max()
        print(f"writing: {n} cells, Kolmogorov's distance {distance:.4f}", file=sys.stderr)
        self.assertLess(distance, 1.95 / np.sqrt(n) + 0.005)

    def test_read_noise_has_the_spread_of_the_function(self):
        def peaked(g_S):
            return 2e-7 * np.exp(-((g_S - 8e-6) / 5e-6) ** 2)

        noisy = self.base()
        noisy.set({"device.read_noise": {"relative": "5 %", "sigma": "1 uS"}})  # which the function replaces
        cfg = bitline.with_device(noisy, read_noise=peaked)
        s, chip, target, _ = self.cells(cfg)
        codes = np.random.default_rng(1).integers(0, 2, (4, 300)) * s.layers[0].highest
        got = s.read(chip, 0, codes, reads=(0, 800))
        g = chip.conductance(0)
        step = (float(cfg.device.g_max) - float(cfg.device.g_min)) / 7
        variance = np.nansum(peaked(g) ** 2, axis=2) if g.ndim == 3 else peaked(g) ** 2
        squares = (4.0 ** np.arange(s.layers[0].input_bits)).sum()  # bit by bit, each with noise of its own
        right = ((codes != 0) * squares) @ variance[:300, :64] / step**2
        ratio = (got.var(0, ddof=1) / right).mean()
        limit = 4 * np.sqrt(2 / (right.size * 799))
        print(f"reads: variance ratio {ratio:.4f} (limit 1 +- {limit:.4f})", file=sys.stderr)
        self.assertLess(abs(ratio - 1), limit + 0.002)

    def test_a_run_knows_it(self):
        start = time.monotonic()
        cfg = bitline.with_device("fashion-mlp", write=skewed, read_noise=lambda g: 0.01 * g)
        print(f"with_device: {time.monotonic() - start:.2f} s", file=sys.stderr)
        cfg.set(small)
        r = bitline.run(cfg)
        self.assertEqual(r.quality, bitline.run(cfg.copy()).quality)
        exact = bitline.run(bitline.load("fashion-mlp", {**small, "device.write": "exact"}))
        self.assertLess(r.layers["fc1"].snr_db, exact.layers["fc1"].snr_db)

    def test_what_is_refused(self):
        class Mine(Exception):
            pass

        def raises(*_):
            raise Mine

        with self.assertRaises(Mine):
            bitline.with_device("ideal", write=raises)
        for wrong, text in ((lambda g, rng: g[1:], "shape"), (lambda g, rng: -g, "negative"), (lambda g, rng: "x", "str"),
                            (lambda g, rng: g * np.nan, "not finite"), (lambda g, rng: None, "shape")):
            with self.assertRaisesRegex(bitline.InputError, text):
                bitline.with_device("ideal", write=wrong)
        with self.assertRaisesRegex(bitline.InputError, "draws"):
            bitline.with_device("ideal", write=skewed, draws=10)


if __name__ == "__main__":
    need_data()
    main()
