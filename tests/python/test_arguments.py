# SPDX-License-Identifier: Apache-2.0
"""Wrong arguments of every function: exceptions of bitline's own, whose text names the argument; copies of what it
gives; files that stand in for arrays."""
import copy
import os
import pathlib
import pickle
import tempfile
import time
import unittest

import numpy as np

import bitline
from common import main, need_data, python, small

nan = float("nan")


class WrongArguments(unittest.TestCase):
    """(what is called, exception, text in it)."""

    @classmethod
    def setUpClass(cls):
        cls.cfg = bitline.load("fashion-mlp", small)
        cls.s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        cls.chip = cls.s.write()

    def refused(self, calls):
        for i, (call, kind, text) in enumerate(calls):
            with self.subTest(i, text=text), self.assertRaises(kind) as raised:
                call()
            self.assertIn(text, str(raised.exception))
            self.assertNotIn("incompatible function arguments", str(raised.exception))

    def test_whole_numbers(self):
        s, chip, codes = self.s, self.chip, [1, 2, 3]
        wrong, beyond = TypeError, bitline.InputError
        self.refused([
            (lambda: s.write(-1), beyond, "instance: is -1"),
            (lambda: s.write("a"), wrong, "instance: is 'a'"),
            (lambda: s.write(1.5), wrong, "instance: is 1.5"),
            (lambda: s.write(True), wrong, "instance: is True"),
            (lambda: s.write(2**40), beyond, "instance: is 1099511627776"),
            (lambda: s.write(seed=-1), beyond, "seed: is -1"),
            (lambda: bitline.run(self.cfg, threads="2"), wrong, "threads: is '2'"),
            (lambda: bitline.run(self.cfg, threads=-1), beyond, "threads: is -1"),
            (lambda: bitline.Session(self.cfg, threads=1.5), wrong, "threads: is 1.5"),
            (lambda: bitline.sweep({"config": "fashion-mlp"}, jobs="a"), wrong, "jobs: is 'a'"),
            (lambda: s.read(chip, 0, codes, reads=3), wrong, "reads: is 3"),
            (lambda: s.read(chip, 0, codes, reads=(-1, 2)), beyond, "reads[0]: is -1"),
            (lambda: s.read(chip, 0, codes, reads=(0, "a")), wrong, "reads[1]: is 'a'"),
            (lambda: s.multiply(chip, 0, [codes], sample=-1), beyond, "sample: is -1"),
            (lambda: s.multiply(chip, 0, [codes], positions=0), beyond, "positions: is 0"),
            (lambda: chip.conductance("a"), wrong, "array: is 'a'"),
            (lambda: chip.conductance(9), beyond, "array: is 9"),
            (lambda: chip.conductance(0, 3), wrong, "moment: is 3"),
            (lambda: chip.conductance(0, "never"), beyond, "moment: is 'never'"),
        ])

    def test_layers_and_codes(self):
        s, chip = self.s, self.chip
        self.assertEqual(s.read(chip, np.int64(0), np.array([1, 2, 3], np.uint64)).tolist(), [7, 14, 21])
        self.refused([
            (lambda: s.read(chip, True, [1, 2, 3]), bitline.InputError, "layer: is neither a name nor a number"),
            (lambda: s.read(chip, None, [1, 2, 3]), bitline.InputError, "layer: is neither"),
            (lambda: s.read(chip, 2**70, [1, 2, 3]), bitline.InputError, "there are 1 layers"),
            (lambda: s.read(chip, 0, np.array([1, 2, 2**64 - 1], np.uint64)), bitline.InputError, "18446744073709551615"),
            (lambda: s.read(chip, 0, [1.0, 2, 3]), bitline.InputError, "Session.quantize"),
            (lambda: s.read(chip, 0, [True, False, True]), bitline.InputError, "dtype bool"),
            (lambda: chip.age(nan), bitline.InputError, "not finite"),
            (lambda: chip.age(-1), bitline.InputError, "does not go back"),
            (lambda: chip.age(None), bitline.InputError, "time: is neither"),
        ])

    def test_curves_and_fits(self):
        d = bitline.Device("pcm")
        curve = {"time (s)": [1, 10, 100, 1000], "conductance (S)": [1e-5, 9e-6, 8e-6, 7e-6]}
        rows = {"time (s)": [1, 10, 100, "x"], "conductance (S)": curve["conductance (S)"]}
        self.refused([
            (lambda: d.ltp(pulses="a"), TypeError, "pulses: is 'a'"),
            (lambda: d.ltp(pulses=0), bitline.InputError, "pulses: is 0"),
            (lambda: d.ltp(cycles=1.5), TypeError, "cycles: is 1.5"),
            (lambda: d.ltp(seed=-1), bitline.InputError, "seed: is -1"),
            (lambda: d.ltp(light="x"), TypeError, "light: is 'x'"),
            (lambda: d.retention(highest=-1), bitline.InputError, "highest: is -1"),
            (lambda: bitline.fit(retention=curve, width=-1), bitline.InputError, "width: is -1 s"),
            (lambda: bitline.fit(retention=curve, columns=3), TypeError, "columns: is 3"),
            (lambda: bitline.fit(retention=curve, name=3), TypeError, "name: is 3"),
            (lambda: bitline.fit(retention=curve, name="a\nb: ["), bitline.InputError, "control character"),
            (lambda: bitline.fit(retention=curve, model=3), TypeError, "model: is 3"),
            (lambda: bitline.fit(retention=rows), bitline.InputError, "retention:5: time 'x'"),
            (lambda: bitline.fit(retention={"time (s)": curve["time (s)"], "current (A)": [1e-6] * 4}),
             bitline.InputError, "read_voltage="),
        ])
        try:
            bitline.fit(retention=rows)
        except bitline.InputError as e:
            self.assertNotIn(tempfile.gettempdir(), str(e))

    def test_data_of_a_run(self):
        x, y = np.zeros((4, 784)), [0, 1, 2, 3]
        self.refused([
            (lambda: bitline.run(self.cfg, labels=y), bitline.InputError, "without inputs"),
            (lambda: bitline.run(self.cfg, inputs=x, labels=y, calibration_labels=y), bitline.InputError,
             "calibration_labels: are given without calibration_inputs"),
            (lambda: bitline.run(self.cfg, inputs=x, labels=y[:3]), bitline.InputError, "labels: has 3 entries for 4"),
            (lambda: bitline.run(self.cfg, isa=3), TypeError, "isa: is 3"),
            (lambda: bitline.run(self.cfg, inputs=np.zeros((4, 28)), labels=y), bitline.InputError, "samples of inputs are 28"),
            (lambda: bitline.run(self.cfg, inputs=np.zeros((4, 1, 28, 28)), labels=[0, 1, 2, 12]), bitline.InputError, "data set inputs"),
            (lambda: bitline.run(self.cfg, model=b"garbage"), bitline.InputError, "model: is not an ONNX file"),
            (lambda: bitline.run({"adc": 1}), TypeError, "config: is a dict"),
            (lambda: bitline.sweep("no.yaml"), bitline.InputError, "plan: there is no file"),
            (lambda: bitline.sweep({"config": "fashion-mlp", "grids": {}}), bitline.ConfigError, "plan:"),
            (lambda: bitline.with_device("ideal", write=lambda t: t), TypeError, "write(target_S, rng)"),
            (lambda: self.chip.set_conductance(0, self.chip.conductance(0) * 1e6), bitline.InputError, "ohms, or uS"),
            (lambda: bitline.run(self.cfg, model=3), bitline.InputError, "model: is a int"),
        ])


class Copies(unittest.TestCase):
    ways = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda o: pickle.loads(pickle.dumps(o))}

    def test_of_records_results_and_devices(self):
        cfg = bitline.load("fashion-mlp", {**small, "layers": {"fc1": {"adc.bits": 5}}})
        r = bitline.run(cfg)
        for way, again in self.ways.items():
            with self.subTest(way):
                self.assertEqual(again(cfg.adc), cfg.adc)
                self.assertEqual(again(cfg.layers["fc1"]).adc.bits, 5)
                self.assertEqual(again(cfg.layers).to_dict(), cfg.layers.to_dict())
                self.assertEqual(again(cfg.device.g_max).unit, "S")
                self.assertEqual(again(r).to_json(), r.to_json())
                self.assertEqual(again(r).summary(), r.summary())
                self.assertEqual(again(r.layers)["fc1"].energy_J, r.layers["fc1"].energy_J)
                self.assertEqual(again(bitline.Device("pcm")).to_yaml(), bitline.Device("pcm").to_yaml())
        other = copy.deepcopy(cfg.adc)
        other.bits = 3
        self.assertNotEqual(cfg.adc.bits, 3)


class MissingDevices(unittest.TestCase):
    def test_of_an_array(self):
        weights, x = np.full((4, 3), 0.5), np.ones((1, 4))
        weights[0] = 1.0
        for instead in ("written", "target", "open", "refuse"):
            s = bitline.Session.from_weights(bitline.load("ideal", {"conductances_missing": instead}), weights, x)
            chip = s.write()
            g = chip.conductance(0)
            right, place = g.copy(), np.unravel_index(np.nanargmax(g), g.shape)
            g[place] = nan
            if instead == "refuse":
                with self.assertRaisesRegex(bitline.InputError, "conductances_missing"):
                    chip.set_conductance(0, g)
                continue
            outside = int(np.isnan(right).sum())
            self.assertEqual(chip.set_conductance(0, g), 1)
            if instead == "open":
                right[place] = 0
            np.testing.assert_array_equal(chip.conductance(0), right)
            self.assertEqual(int(np.isnan(chip.conductance(0)).sum()), outside)


class FilesOfArrays(unittest.TestCase):
    def test_those_of_last_week_are_removed(self):
        with tempfile.TemporaryDirectory() as d:
            code = ("import numpy as np, bitline._workload as w\n"
                    "print(w.array_file(np.arange({})))\n")
            old, used = (pathlib.Path(python(code.format(n), TMPDIR=d).stdout.strip()) for n in (3, 4))
            for file in (old, used):
                self.assertTrue(file.exists())
                os.utime(file, (time.time() - 8 * 86400,) * 2)
            p = python("import os, bitline._workload as w\n" + code.format(4), TMPDIR=d)
            self.assertEqual(p.stdout.strip(), str(used), p.stderr)
            self.assertTrue(used.exists())
            self.assertFalse(old.exists())


if __name__ == "__main__":
    need_data()
    main()
