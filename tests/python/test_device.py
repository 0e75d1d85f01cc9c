# SPDX-License-Identifier: Apache-2.0
"""Curves of devices, and fits: the numbers of the command."""
import csv
import io
import json
import pathlib
import tempfile
import unittest

import numpy as np

import bitline
from common import call, main, source

curves = source / "docs/tutorial/my-device"


class Curves(unittest.TestCase):
    def test_the_commands_numbers(self):
        for device, what, options, arguments in (
                ("pcm", "retention", {}, []), ("cbps", "ltp", {"cycles": 2}, ["--cycles", "2"]), ("cbps", "iv", {"highest": "5 V"}, ["--highest", "5 V"]),
                ("cbps", "ppf", {"light": True, "highest": 50}, ["--light", "--highest", "50 s"]), ("cips-ti", "stdp", {}, []),
                ("cips-ni", "pulses", {"pulses": 4, "interval": "90 ms"}, ["--pulses", "4", "--interval", "90 ms"])):
            with self.subTest(f"{device} {what}"):
                p = call("device", what, device, *arguments)
                self.assertEqual(p.returncode, 0, p.stderr)
                head, *rows = csv.reader(io.StringIO(p.stdout))
                ours = getattr(bitline.Device(device), what)(**options)
                self.assertEqual(list(ours), head)
                right = np.array([[float(x) if x else np.nan for x in row] for row in rows])
                np.testing.assert_array_equal(np.stack(list(ours.values()), axis=1), right)
                self.assertTrue(ours.title and ours.definition)

    def test_trains(self):
        device = bitline.Device("cbps")
        train = {"time_s": [0, 2], "width_s": [1, 1], "power_W_m2": [320, 320]}
        got = device.pulses(train)
        with tempfile.TemporaryDirectory() as d:
            file = pathlib.Path(d, "train.csv")
            file.write_text("time (s),width (s),power (mW/cm2)\n0,1,32\n2,1,32\n")
            for same in (file, str(file)):
                for a, b in zip(device.pulses(same).values(), got.values()):
                    np.testing.assert_array_equal(a, b)
        for wrong in ({"time_s": [0]}, {**train, "volts": [1, 1]}, {**train, "time_s": [0, 0.5]}, {**train, "time_s": [0]}, 3,
                      {**train, "amplitude_V": [1, 1]}, {**train, "width_s": [-1, 1]}, {**train, "time_s": [np.nan, 1]}):
            with self.subTest(str(wrong)), self.assertRaises(bitline.InputError):
                device.pulses(wrong)

    def test_what_is_refused(self):
        device = bitline.Device("cbps")
        for options in ({"amplitude": "1 s"}, {"amplitude": 0}, {"width": -1}, {"width": float("nan")}, {"pulses": 0}, {"cycles": 0},
                        {"temperature": "hot"}, {"amplitude": None, "interval": []}):
            with self.subTest(options), self.assertRaises(bitline.InputError):
                device.ltp(**options)
        with self.assertRaises(TypeError):
            device.ltp(highest=3)
        with self.assertRaises(bitline.ConfigError):
            bitline.Device("no-such-device")
        with self.assertRaises(bitline.ConfigError):
            bitline.Device("pcm", {"g_maxx": "1 uS"})
        with self.assertRaises(bitline.InputError):
            bitline.Device("pcm").ltp()

    def test_shown(self):
        device = bitline.Device("pcm")
        self.assertIn("pcm", repr(device))
        self.assertIn("g_max", device.to_yaml())
        try:
            import matplotlib
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("matplotlib or pandas is not installed")
        matplotlib.use("Agg")
        curve = device.retention()
        self.assertEqual(list(curve.to_pandas()), list(curve))
        self.assertEqual(curve.plot().get_xscale(), "log")


class Fits(unittest.TestCase):
    def test_the_commands_device(self):
        with tempfile.TemporaryDirectory() as d:
            d = pathlib.Path(d)
            p = call("fit", "--ltp", curves / "ltp.csv", "--retention", curves / "retention.csv", "--read-voltage", "0.1 V", "--name", "mine",
                     "-o", d / "mine.yaml", "--json")
            self.assertEqual(p.returncode, 0, p.stderr)
            f = bitline.fit(ltp=curves / "ltp.csv", retention=str(curves / "retention.csv"), read_voltage="0.1 V", name="mine")
            self.assertEqual(f.yaml, (d / "mine.yaml").read_text())
            self.assertEqual([part.to_dict() for part in f.parts], json.loads(p.stdout)["parts"])
            self.assertEqual(f.save(d / "ours.yaml").read_text(), f.yaml)
        held_out = f.parts["retention"]
        best = min((c.crps, c.model) for c in held_out.candidates if c.crps is not None)
        self.assertEqual(best[1], held_out.chosen)
        self.assertIn("CRPS", held_out.chosen_by)
        self.assertIn("potentiation", f.device().to_yaml())
        self.assertIn("<svg", f._repr_html_())

    def test_a_log_of_writes(self):
        part = bitline.fit(write_log=curves / "writes.csv", name="w").parts["write-log"]
        self.assertEqual(part.chosen, "differing-devices")
        self.assertIn("failures", " ".join(part.notes))

    def test_columns_by_name(self):
        t = np.logspace(0, 5, 12)
        f = bitline.fit(retention={"time (s)": t, "conductance (S)": 2e-5 * t**-0.05}, name="mine")
        best = [c for c in f.parts["retention"].candidates if c.model == "power-law"][0]
        # Close to the exponent: the first reading stands for the written state, which a power law does not begin with.
        self.assertAlmostEqual({v.key: v.value for v in best.values}["drift.nu_mean"], 0.05, delta=2e-3)

    def test_what_is_refused(self):
        for given in ({"ltp": "/nowhere.csv"}, {"retention": {"time (s)": [1], "conductance (S)": [1]}}, {"retention": {"time (s)": [1, 2]}},
                      {"retention": 3}, {"retention": {"time (s)": [1, 2], "conductance (S)": [1]}}, {"ltp": curves / "ltp.csv", "model": "no-model"},
                      {"ltp": curves / "ltp.csv", "potentiation": "up"}, {"ltp": curves / "ltp.csv", "read_voltage": "1 s"},
                      {"ltp": curves / "ltp.csv", "amplitude": [1, 2, 3]}):
            with self.subTest(str(given)), self.assertRaises(bitline.InputError):
                bitline.fit(**given)


if __name__ == "__main__":
    main()
