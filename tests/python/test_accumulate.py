# SPDX-License-Identifier: Apache-2.0
"""Planes that are integrated before one conversion, against an independent chain in NumPy, code by code."""
import unittest

import numpy as np

import bitline
from common import main

rng = np.random.default_rng(5)
weights = rng.integers(-7, 8, (40, 12)).astype(float)
weights[0, 0] = 7
bits = 6
step_S = (20e-6 - 2e-6) / 7  # a weight step of a pair, of seven levels
base = {"device.g_min": "2 uS", "device.g_max": "20 uS", "quantization.weight_bits": 4, "input.bits": 8,
        "input.v_read": "0.2 V"}
current_A = 0.2 * step_S * 30_000  # the range ends at a sum of 30,000 weight and input steps
adc = {"type": "sar", "bits": bits, "range": {"type": "fixed", "current": f"{current_A} A"}}
analog = {"input.accumulate": {"type": "analog"}}


def session(settings, signed=False):
    inputs = np.full((1, 40), 255.0 if not signed else 127.0)
    if signed:
        inputs[0, 1] = -127
    return bitline.Session.from_weights(bitline.load("ideal", {**base, **settings}), weights, inputs)


def converted(sums):
    """Rounded half to even to steps of the range over its largest code, and clipped."""
    highest = 2 ** (bits - 1) - 1
    step = 30_000 / highest
    return np.clip(np.rint(sums / step), -highest - 1, highest) * step


class OneConversion(unittest.TestCase):
    def test_of_exact_devices_code_by_code(self):
        x = rng.integers(0, 256, (300, 40))
        for encoding in ("bit-serial", "twos-complement"):
            for weighting in ("charge", "time", "pulses"):
                s = session({**analog, "input.accumulate.weighting": weighting, "input.encoding": encoding, "adc": adc})
                np.testing.assert_allclose(s.read(s.write(), 0, x), converted(x @ weights), rtol=1e-12)

    def test_of_signed_inputs(self):
        x = rng.integers(-127, 128, (300, 40))
        for topology in ("voltage-rows", "gated-rows"):
            s = session({**analog, "adc": adc, "array.topology": topology}, signed=True)
            np.testing.assert_allclose(s.read(s.write(), 0, x), converted(x @ weights), rtol=1e-12)

    def test_columns_converted_apart(self):
        """Two columns of a weight whose integrals are converted, and then subtracted: positive inputs on them first,
        then negative ones with the other sign on the same integrator."""
        x = rng.integers(-127, 128, (200, 40))
        s = session({**analog, "adc": adc, "cell": {"type": "1t1r-differential", "subtract": "digital"},
                     "array.topology": "gated-rows", "device.g_min": "0 S", "device.g_max": f"{7 * step_S} S"}, signed=True)
        right = converted(x @ np.maximum(weights, 0)) - converted(x @ np.maximum(-weights, 0))
        np.testing.assert_allclose(s.read(s.write(), 0, x), right, rtol=1e-12)

    def test_of_written_devices(self):
        x = rng.integers(0, 256, (300, 40))
        noisy = {"device.write": {"type": "gaussian", "sigma": ["1 uS"]}}
        s = session({**analog, **noisy, "adc": adc})
        chip = s.write(3)
        pairs = chip.conductance(0)[:40, :12]
        sums = x @ (pairs[..., 0] - pairs[..., 1]) / step_S
        step = 30_000 / (2 ** (bits - 1) - 1)
        clear = np.abs(sums / step - np.floor(sums / step) - 0.5) > 1e-3  # the lattice rounds a sum by less
        self.assertGreater(clear.mean(), 0.99)
        np.testing.assert_allclose(s.read(chip, 0, x)[clear], converted(sums)[clear], rtol=1e-12)

    def test_with_wires(self):
        """The integral of the ideal converter's planes, which nodal analysis is held against (tests of wires)."""
        wires = {"wires.mode": "exact", "wires.row": "20 ohm", "wires.column": "20 ohm"}
        x = rng.integers(0, 256, (100, 40))
        exact, plain = session({**wires, "adc": "ideal"}), session({**wires, **analog, "adc": "ideal"})
        sums = exact.read(exact.write(), 0, x)
        self.assertGreater(np.abs(sums - x @ weights).max(), 100)  # they lose something
        np.testing.assert_allclose(plain.read(plain.write(), 0, x), sums, rtol=1e-12, atol=1e-9)
        s = session({**wires, **analog, "adc": adc})
        np.testing.assert_allclose(s.read(s.write(), 0, x), converted(sums), rtol=1e-12)

    def test_noise_of_reads_is_weighted(self):
        """Each plane's noise counts with the plane's weight, as if added digitally: 4^p."""
        noise = {"device.read_noise.sigma": "0.5 uS", "adc": "ideal"}
        x = np.full((1, 40), 255)
        longer = {**analog, "input.accumulate.weighting": "time"}  # the mean of 2^p reads, weighted by 2^p
        squares_of_planes = sum(4.0**p for p in range(8))
        for more, squares in (({}, squares_of_planes), (analog, squares_of_planes), (longer, 255)):
            s = session({**noise, **more})
            chip = s.write()
            found = s.read(chip, 0, x, reads=(0, 3000)).var(axis=0).mean()
            right = 40 * 2 * (0.5e-6 / step_S) ** 2 * squares
            self.assertLess(abs(found / right - 1), 5 * np.sqrt(2 / (3000 * 12)))
            seen = s.seen(chip, 0)
            self.assertAlmostEqual(seen.squares_of_inputs[-1] / squares, 1, 12)


class Costs(unittest.TestCase):
    def costs(self, **settings):
        s = session({"technology": "65nm", "adc": {**adc, "shared_by": 4}, **settings})
        return s.costs()

    def test_one_conversion_and_longer_planes(self):
        digital, charge, time, pulses = self.costs(), *(
            self.costs(**{"input.accumulate": {"type": "analog", "weighting": w}}) for w in ("charge", "time", "pulses"))
        part = lambda c, name: c.energy.breakdown_J[name]
        # All inputs are 255: eight planes of ones.
        self.assertAlmostEqual(part(charge, "adc") / part(digital, "adc"), 1 / 8, 9)
        self.assertAlmostEqual(part(charge, "array") / part(digital, "array"), 1, 9)
        for long in (time, pulses):
            self.assertAlmostEqual(part(long, "array") / part(digital, "array"), 255 / 8, 9)
        self.assertAlmostEqual(part(time, "driver") / part(digital, "driver"), 1, 9)
        ratio = part(pulses, "driver") / part(digital, "driver")  # row registers take each plane once
        self.assertTrue(0.9 * 255 / 8 < ratio < 255 / 8, ratio)
        self.assertAlmostEqual(part(charge, "sample_hold") / part(digital, "sample_hold"), 1, 9)  # plane by plane
        alone = self.costs(**{**analog, "adc": {**adc, "shared_by": 1}})
        self.assertAlmostEqual(part(alone, "sample_hold") / part(charge, "sample_hold"), 1, 9)
        self.assertLess(charge.latency.per_inference_s, digital.latency.per_inference_s)
        self.assertGreater(time.latency.per_inference_s, 255 * 50e-9)


class Refused(unittest.TestCase):
    def test_what_no_circuit_does(self):
        for settings, key in (({"input.encoding": "analog"}, "input.accumulate"), ({"input.encoding": "ternary"}, "input.accumulate"),
                              ({"adc": {**adc, "clamp": "1 uA"}}, "adc.clamp"),
                              ({"wires.row": "1 ohm", "wires.column": "1 ohm", "input.accumulate.weighting": "time"}, "input.accumulate.weighting")):
            with self.subTest(key), self.assertRaises(bitline.ConfigError) as raised:
                bitline.load("ideal", {**analog, **settings})
            self.assertIn(key, [d.path for d in raised.exception.diagnostics])


if __name__ == "__main__":
    main()
