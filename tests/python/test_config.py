# SPDX-License-Identifier: Apache-2.0
"""Configurations: attributes, errors, units, copies, and the same text as the command's."""
import pathlib
import pickle
import tempfile
import unittest

import numpy as np

import bitline
from common import call, main, small, source


class Attributes(unittest.TestCase):
    def setUp(self):
        self.cfg = bitline.load("fashion-mlp")

    def test_values_are_pythons_own(self):
        cfg = bitline.load("fashion-mlp", {"adc.bits": 6})
        self.assertEqual(cfg.adc.bits, 6)
        self.assertIs(type(cfg.adc.bits), int)
        self.assertIs(cfg.reload, False)
        self.assertEqual(cfg.adc.type, "sar")
        self.assertIsNone(bitline.load("fashion-mlp", {"array.active_rows": "all"}).array.active_rows)
        self.assertEqual((cfg.array.rows, cfg.array.columns), (576, 128))
        self.assertIsInstance(cfg.published, list)

    def test_a_quantity_is_a_number_in_si_that_goes_back_in(self):
        self.cfg.device.g_max = "40 uS"
        g = self.cfg.device.g_max
        self.assertEqual(g, 40e-6)
        self.assertEqual((str(g), g.unit, f"{g:.1e}"), ("40 uS", "S", "4.0e-05"))
        other = bitline.load("fashion-mlp")
        other.device.g_max = g
        self.assertEqual(other.hash, self.cfg.hash)
        other.device.g_max = 2 * g
        self.assertEqual(other.device.g_max, 80e-6)
        other.device.g_max = g / 3
        self.assertEqual(other.device.g_max, 40e-6 / 3)  # to the bit
        self.assertEqual(pickle.loads(pickle.dumps(g)).unit, "S")
        self.assertEqual(g / g, 1)
        self.assertFalse(hasattr(g / g, "unit"))

    def test_a_number_without_its_unit_is_refused(self):
        with self.assertRaises(bitline.ConfigError) as e:
            self.cfg.device.g_max = 5e-5
        self.assertIn("uS", str(e.exception))

    def test_what_is_wrong_is_said_and_changes_nothing(self):
        before = self.cfg.hash
        for path, value, text in (("adc.bitz", 3, "bits"), ("device.g_max", "30 V", "S"), ("adc.bits", 99, "16"),
                                  ("adc.type", "sahr", "sar"), ("adc", {"bits": 6, "shared": 2}, "shared_by"),
                                  ("nothing.at.all", 1, "unknown key"), ("instances", 0, "instances"), ("seed", -1, "seed"),
                                  ("adc.bits", "six", "six"), ("name", "a\nb", None)):
            with self.subTest(path):
                if text is None:
                    self.cfg.copy().set({path: value})  # any text is a name
                    continue
                with self.assertRaises(bitline.ConfigError) as e:
                    self.cfg.set({path: value})
                self.assertIsInstance(e.exception, ValueError)
                d = e.exception.diagnostics[0]
                self.assertIn(text, str(d))
                self.assertEqual((d.file, d.line, d.column), ("", 0, 0))
        self.assertEqual(self.cfg.hash, before)

    def test_an_unknown_attribute_names_the_nearest(self):
        with self.assertRaises(AttributeError) as e:
            self.cfg.adc.bitz
        self.assertIsInstance(e.exception, bitline.ConfigError)
        self.assertIn("did you mean 'bits'?", str(e.exception))
        self.assertFalse(hasattr(self.cfg, "adcc"))

    def test_values_that_no_configuration_holds(self):
        for value in (float("nan"), float("inf"), object(), {1, 2}, b"x", 1j):
            with self.subTest(value), self.assertRaises(bitline.ConfigError):
                self.cfg.seed = value
        with self.assertRaises(bitline.ConfigError):
            bitline.load("fashion-mlp", ["adc.bits=6"])

    def test_numbers_and_texts_of_all_kinds(self):
        self.cfg.adc.bits = np.int64(7)
        self.assertEqual(self.cfg.adc.bits, 7)
        self.cfg.wires = {"row": "1 ohm", "column": "2 ohm"}
        self.assertEqual((self.cfg.wires.row, self.cfg.wires.column), (1, 2))
        for text in ("a: b", "#x", "{", "null", "yes", " x ", "\"q\"", "\u00b5", "it's", ""):
            with self.subTest(text):
                self.cfg.name = text
                self.assertTrue(self.cfg.name.startswith(text))

    def test_several_at_once(self):
        low, high = 60e-6, 90e-6
        with self.assertRaises(bitline.ConfigError):  # alone it would be above g_max
            self.cfg.device.g_min = "60 uS"
        self.cfg.set({"device.g_min": "60 uS", "device.g_max": "90 uS"})
        self.assertEqual((self.cfg.device.g_min, self.cfg.device.g_max), (low, high))

    def test_another_type_replaces_the_node(self):
        adc = self.cfg.adc
        self.cfg.adc = {"type": "flash", "bits": 4}
        self.assertEqual((adc.type, adc.bits), ("flash", 4))
        self.cfg.adc = "ideal"
        with self.assertRaises(AttributeError):
            adc.bits
        self.cfg.device = "pcm"
        self.assertIn("drift", self.cfg.device)

    def test_layers(self):
        self.cfg.layers["fc1"].digital = True
        self.cfg.layers["fc2"].adc.bits = 5
        self.assertTrue(self.cfg.layers["fc1"].digital)
        self.assertEqual((self.cfg.layers["fc2"].adc.bits, self.cfg.layers["fc3"].adc.bits), (5, self.cfg.adc.bits))
        self.assertEqual(sorted(self.cfg.layers), ["fc1", "fc2"])
        same = bitline.load("fashion-mlp", {"layers": {"fc1": {"digital": True}, "fc2": {"adc.bits": 5}}})
        self.assertEqual(same.hash, self.cfg.hash)
        self.assertEqual(self.cfg["layers.fc2.adc.bits"], 5)
        with self.assertRaises(bitline.ConfigError):
            self.cfg.layers["fc2"].adc.bitz = 5

    def test_by_path_and_in_lists(self):
        self.cfg["adc.bits"] = 5
        self.assertEqual(self.cfg["adc.bits"], 5)
        self.assertEqual(self.cfg["published.0.what"], self.cfg.published[0]["what"])
        self.cfg["published.0.published"] = 7
        self.assertEqual(self.cfg.published[0]["published"], 7)

    def test_completion_and_text(self):
        self.assertTrue({"bits", "type", "shared_by"} <= set(dir(self.cfg.adc)))
        self.assertTrue({"adc", "layers", "to_yaml", "copy"} <= set(dir(self.cfg)))
        self.assertIn("bits: 8", repr(self.cfg.adc))
        self.assertIn("fashion-mlp", repr(self.cfg))
        self.assertEqual(list(self.cfg.adc)[0], "type")

    def test_copies_are_apart(self):
        other = self.cfg.copy()
        other.adc.bits = 4
        self.assertNotEqual(self.cfg.adc.bits, 4)
        again = pickle.loads(pickle.dumps(other))
        self.assertEqual((again.hash, again.adc.bits), (other.hash, 4))


class Files(unittest.TestCase):
    def test_the_resolved_text_is_the_commands(self):
        with tempfile.TemporaryDirectory() as d:
            p = call("run", "vgg8-cost", "--set", "workload.statistics=expected", "--set", "adc.bits=5", "--out", d, "-q")
            self.assertEqual(p.returncode, 0, p.stderr)
            cfg = bitline.load("vgg8-cost", {"workload.statistics": "expected", "adc.bits": 5})
            self.assertEqual(cfg.to_yaml(), pathlib.Path(d, "resolved.yaml").read_text())
            self.assertEqual(bitline.load(pathlib.Path(d) / "resolved.yaml").hash, cfg.hash)

    def test_every_problem_of_a_file_with_its_place(self):
        with tempfile.TemporaryDirectory() as d:
            file = pathlib.Path(d, "wrong.yaml")
            file.write_text("base: fashion-mlp\nadc: {bitz: 4}\ndevice: {g_max: 3 V}\n")
            with self.assertRaises(bitline.ConfigError) as e:
                bitline.load(file)
            places = [(d.file, d.line, d.column, d.path) for d in e.exception.diagnostics]
            self.assertEqual(places, [(str(file), 2, 7, "adc.bitz"), (str(file), 3, 17, "device.g_max")])
            p = call("check", file)
            self.assertEqual(str(e.exception), p.stderr.strip())
            self.assertEqual(str(pickle.loads(pickle.dumps(e.exception))), str(e.exception))

    def test_names_that_are_none(self):
        for name in ("fashion-mpl", "", "/", "sweep/small"):
            with self.subTest(name), self.assertRaises(bitline.ConfigError):
                bitline.load(name)
        with self.assertRaises(TypeError):
            bitline.load(3)

    def test_every_shipped_file_loads(self):
        for file in sorted((source / "configs").glob("*.yaml")) + sorted((source / "configs/validation").glob("*.yaml")):
            with self.subTest(file.name):
                cfg = bitline.load(file)
                self.assertEqual(set(cfg.to_dict()), set(dir(cfg)) & set(cfg.to_dict()))
                repr(cfg.adc)


if __name__ == "__main__":
    main()
