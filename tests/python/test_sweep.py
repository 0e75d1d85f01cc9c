# SPDX-License-Identifier: Apache-2.0
"""Sweeps: the table of the command, resumed, from a dictionary, wrong plans."""
import pathlib
import tempfile
import unittest

import numpy as np

import bitline
from common import call, main, need_data

plan = {"config": "fashion-mlp", "set": {"workload.images": 20, "workload.calibration_images": 16, "instances": 1},
        "grid": {"adc.bits": [5, 6], "device.g_max": ["20 uS", "40 uS"]}, "keep": ["quality.value", "energy.per_inference_J"]}


class Sweeps(unittest.TestCase):
    def test_the_commands_table(self):
        with tempfile.TemporaryDirectory() as d:
            d = pathlib.Path(d)
            (d / "plan.yaml").write_text(
                "config: fashion-mlp\nset: {workload.images: 20, workload.calibration_images: 16, instances: 1}\n"
                "grid: {adc.bits: [5, 6], device.g_max: [20 uS, 40 uS]}\nkeep: [quality.value, energy.per_inference_J]\n")
            p = call("sweep", d / "plan.yaml", "--out", d / "theirs", "-q")
            self.assertEqual(p.returncode, 0, p.stderr)
            told = []
            s = bitline.sweep(plan, out=d / "ours", jobs=1, progress=lambda done, stage: told.append(done))
            self.assertEqual((d / "ours/table.csv").read_text(), (d / "theirs/table.csv").read_text())
            self.assertTrue((d / "ours/report.html").exists())
            self.assertEqual((s.points, s.done, s.failed, len(s), s.axes), (4, 4, 0, 4, ["adc.bits", "device.g_max"]))
            self.assertEqual(told[-1], 1)
            again = bitline.sweep(d / "plan.yaml", out=d / "ours")
            self.assertEqual((again.done, again.resumed), (0, 4))
            np.testing.assert_array_equal(again.columns["quality.value"], s.columns["quality.value"])
            other = bitline.sweep(plan, out=d / "merged", merge=d / "ours")
            self.assertEqual(other.resumed, 4)

    def test_names_are_no_quantities(self):
        s = bitline.sweep({**plan, "grid": {"technology": ["22nm", "65nm"]}})
        self.assertEqual(s.columns["technology"].tolist(), ["22nm", "65nm"])
        self.assertEqual(s.units, {})

    def test_nothing_is_kept_without_a_folder(self):
        s = bitline.sweep(plan, overrides={"adc.shared_by": 16})
        self.assertIsNone(s.folder)
        np.testing.assert_array_equal(s.columns["device.g_max"], [20e-6, 40e-6] * 2)
        self.assertEqual(s.units, {"device.g_max": "S"})
        self.assertIn("<table>", s._repr_html_())
        self.assertIn("4 points", repr(s))

    def test_shown(self):
        try:
            import matplotlib
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("matplotlib or pandas is not installed")
        matplotlib.use("Agg")
        s = bitline.sweep(plan)
        self.assertEqual(list(s.to_pandas()), list(s.columns))
        self.assertEqual(s.plot("energy.per_inference_J", "quality.value").get_ylabel(), "quality.value")
        with self.assertRaises(KeyError):
            s.plot("x", "quality.value")

    def test_wrong_plans(self):
        for wrong, text in (({**plan, "gird": {}}, "grid"), ({**plan, "grid": {"adc.bitz": [1]}}, "bits"), ({**plan, "config": "nothing"}, "nothing"),
                            ({"grid": {}}, "config"), ({**plan, "grid": {"adc.bits": [99]}}, "adc.bits")):
            with self.subTest(text), self.assertRaises(bitline.ConfigError) as e:
                bitline.sweep(wrong)
            self.assertIn(text, str(e.exception))
        with self.assertRaises(bitline.ConfigError):
            bitline.sweep("fashion-mlp")
        with self.assertRaises(bitline.ConfigError) as e:  # an axis is set by the plan
            bitline.sweep(plan, overrides={"adc.bits": 7})
        self.assertEqual(e.exception.diagnostics[0].path, "adc.bits")

    def test_points_that_fail(self):
        s = bitline.sweep({**plan, "grid": {"workload.dataset": ["fashion-mnist", "no-such-set"]}})
        self.assertEqual((s.done, s.failed, sum(s.errors.values())), (1, 1, 1))


if __name__ == "__main__":
    need_data()
    main()
