# SPDX-License-Identifier: Apache-2.0
"""Runs: the document of the command for every shipped configuration, results as attributes, folders, given arrays."""
import json
import pathlib
import tempfile
import unittest
import warnings

import numpy as np

import bitline
from common import call, main, need_data, small, source, without_time

few = {"workload.images": 4, "workload.calibration_images": 4, "instances": 1}
# Shorter than `few` makes them.
training = {"experiment.images": 60, "experiment.test_images": 40, "experiment.epochs": 1, "experiment.seeds": 2}
short = {
    "inpainting": {"experiment.holes": [4]},
    "neurosim-mlp": training,
    "orientation": {"experiment.seeds": 2, "experiment.epochs": 50},
    "reservoir": {"experiment.speakers": 2, "experiment.masks": 2, "experiment.sets.samples": 6, "experiment.sets.single": 3,
                  "experiment.sets.apart": 3, "experiment.sets.pairs": 60, "experiment.voices.front_end.channels": 16},
    "sensitized-classify": {"experiment.brightness": [1, 0.3], "experiment.vehicles.images": 8, "experiment.vehicles.brightness": [1, 0.35],
                            "experiment.vehicles.dark_fractions": [0, 1]},
    "sensitized-edges": {"experiment.seeds": 1, "experiment.generated": 2, "experiment.generated_size": 64, "experiment.brightness": [1, 0.6]},
    "train-on-array": {**training, "experiment.devices": ["sns-pt"], "experiment.algorithms": [
        {"type": "float", "rate": 0.1}, {"type": "sgd", "rate": 0.1, "pulses": {"type": "counted", "rounding": "stochastic"}}]},
    "vgg8-cost": {"workload.statistics": "expected"},
}


class SameAsTheCommand(unittest.TestCase):
    def same(self, file, settings):
        cfg = bitline.load(file, settings)
        p = call("run", file, "--json", "-q", *[x for path, text in cfg._native.settings for x in ("--set", f"{path}={text}")])
        try:
            text = bitline.run(cfg).to_json()
        except (bitline.ConfigError, bitline.InputError) as e:  # such as a data set that is not installed
            self.assertEqual(p.returncode, 2, e)
            self.assertEqual(p.stderr.strip().removeprefix("bitline: "), str(e))
            return
        self.assertEqual(p.returncode, 0, p.stderr)
        ours, theirs = without_time(text), without_time(p.stdout)
        self.assertGreater(len(ours), 20)
        self.assertEqual(ours, theirs)

    def test_every_shipped_configuration(self):
        for file in sorted((source / "configs").glob("*.yaml")) + sorted((source / "configs/validation").glob("*.yaml")):
            with self.subTest(file.name):
                no_network = file.stem in ("isaac", "ideal")  # a budget alone, and a chip to be given matrices
                self.same(file, {} if no_network else {**few, **short.get(file.stem, {})})

    def test_keys_of_all_kinds(self):
        self.same("fashion-mlp", {**small, "adc": {"type": "flash", "bits": 5}, "device.g_max": "40 uS", "name": "mine: it's \"a\"",
                                  "layers": {"fc2": {"digital": True}}, "workload.scores": ["accuracy", {"type": "top-k", "k": 3}]})

    def test_a_key_that_differs_is_seen(self):
        a, b = (bitline.run(bitline.load("fashion-mlp", {**small, "seed": s})) for s in (1, 2))
        self.assertNotEqual(without_time(a.to_json()), without_time(b.to_json()))


class Results(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.r = bitline.run(bitline.load("fashion-mlp", small))

    def test_attributes_are_the_keys(self):
        r, document = self.r, json.loads(self.r.to_json())
        self.assertEqual(r.to_dict(), document)
        self.assertEqual(r.quality.value, document["quality"]["value"])
        self.assertEqual(r.energy.breakdown_J.adc, document["energy"]["breakdown_J"]["adc"])
        self.assertEqual(r.layers["fc1"].energy_J, document["layers"][0]["energy_J"])
        self.assertEqual(r.layers[-1].name, document["layers"][-1]["name"])
        self.assertEqual(r["quality"]["metric"], "accuracy")
        self.assertTrue({"quality", "energy", "to_pandas"} <= set(dir(r)))
        self.assertIn("quality", r)

    def test_a_key_that_is_none(self):
        with self.assertRaises(AttributeError) as e:
            self.r.quality.valeu
        self.assertIn("did you mean 'value'?", str(e.exception))
        with self.assertRaises(AttributeError):
            self.r.quality = 1
        self.r.to_dict()["quality"]["value"] = 7
        self.assertNotEqual(self.r.quality.value, 7)

    def test_shown(self):
        self.assertIn("accuracy", repr(self.r))
        self.assertIn("<table>", self.r._repr_html_())
        self.assertIn("Costs per inference", str(self.r))
        with tempfile.TemporaryDirectory() as d:
            self.assertIn("<html", self.r.report(pathlib.Path(d, "r.html")).read_text())

    def test_tables(self):
        try:
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("pandas is not installed")
        table = self.r.to_pandas()
        self.assertEqual(table["name"].tolist(), [layer.name for layer in self.r.layers])
        self.assertIn("where", self.r.to_pandas("nodes"))
        with self.assertRaises(KeyError):
            self.r.to_pandas("quality")

    def test_pictures(self):
        try:
            import matplotlib
        except ImportError:
            self.skipTest("matplotlib is not installed")
        matplotlib.use("Agg")
        self.assertIn("energy", self.r.plot().get_xlabel())


class Folders(unittest.TestCase):
    def test_the_commands_files(self):
        with tempfile.TemporaryDirectory() as d:
            d = pathlib.Path(d)
            r = bitline.run(bitline.load("fashion-mlp", small), out=d / "ours", threads=1)
            sets = [x for path, value in small.items() for x in ("--set", f"{path}={value}")]
            self.assertEqual(call("run", "fashion-mlp", *sets, "--out", d / "theirs", "-q").returncode, 0)
            names = sorted(f.name for f in (d / "ours").iterdir())
            self.assertEqual(names, sorted(f.name for f in (d / "theirs").iterdir()))
            for name in ("resolved.yaml", "layers.csv", "images.csv", "files.txt"):
                self.assertEqual((d / "ours" / name).read_text(), (d / "theirs" / name).read_text(), name)
            self.assertEqual((d / "ours/result.json").read_text(), r.to_json())
            again = bitline.run(bitline.load(d / "ours/resolved.yaml"))
            self.assertEqual(without_time(again.to_json()), without_time(r.to_json()))

    def test_what_is_kept(self):
        cfg = bitline.load("fashion-mlp", {**small, "keep": "outputs"})
        with tempfile.TemporaryDirectory() as d:
            bitline.run(cfg, out=d)
            self.assertEqual(np.load(pathlib.Path(d, "outputs.npy")).shape, (1, 20, 10))
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            bitline.run(cfg)
        self.assertIn("keep: outputs", str(seen[0].message))

    def test_a_folder_that_cannot_be(self):
        with tempfile.NamedTemporaryFile() as file, self.assertRaises(bitline.InputError):
            bitline.run(bitline.load("fashion-mlp", small), out=file.name)
        with self.assertRaises(bitline.RunError):
            bitline.run(bitline.load("fashion-mlp", small), out="/proc/none")


class Given(unittest.TestCase):
    """Networks and arrays in place of the workload's."""

    def setUp(self):
        self.cfg = bitline.load("fashion-mlp", small)
        rng = np.random.default_rng(1)
        self.x, self.y = rng.integers(0, 256, (30, 28, 28)).astype(np.uint8), rng.integers(0, 10, 30)

    def test_arrays_and_bytes_give_what_files_give(self):
        model = source / "models" / self.cfg.workload.network.rsplit("/", 1)[-1]
        r = bitline.run(self.cfg, model=model.read_bytes(), inputs=self.x, labels=self.y)
        self.assertEqual(r.quality.inputs, 20)
        with tempfile.TemporaryDirectory() as d:
            np.save(f"{d}/x.npy", self.x)
            np.save(f"{d}/y.npy", self.y)
            p = call("run", "fashion-mlp", "--json", "-q", "--set", "workload.images=20", "--set", "workload.calibration_images=16",
                     "--set", "instances=1", "--set", f"workload.dataset={{name: '', inputs: {d}/x.npy, labels: {d}/y.npy}}")
            self.assertEqual(p.returncode, 0, p.stderr)
            theirs = json.loads(p.stdout)
        for key in ("quality", "energy", "layers"):
            self.assertEqual(r.to_dict()[key], theirs[key], key)
        again = bitline.run(self.cfg, model=model, inputs=self.x, labels=self.y)
        self.assertEqual(again.quality, r.quality)

    def test_the_same_arrays_are_the_same_configuration(self):
        hashes = {bitline.run(self.cfg, inputs=self.x.copy(), labels=self.y).config_hash for _ in range(2)}
        self.assertEqual(len(hashes), 1)
        self.assertNotIn(bitline.run(self.cfg, inputs=self.x[::-1], labels=self.y).config_hash, hashes)

    def test_what_is_refused(self):
        for name, given in (("dtype", {"inputs": self.x.astype(complex), "labels": self.y}), ("NaN", {"inputs": self.x * np.nan, "labels": self.y}),
                            ("lengths", {"inputs": self.x, "labels": self.y[:-1]}), ("no inputs", {"labels": self.y}),
                            ("empty", {"inputs": self.x[:0], "labels": self.y[:0]}), ("shape", {"inputs": self.x[:, 1:], "labels": self.y}),
                            ("classes", {"inputs": self.x, "labels": self.y + 10}), ("model", {"model": b"not ONNX"}), ("model", {"model": 3})):
            with self.subTest(name), self.assertRaises(ValueError):
                bitline.run(self.cfg, **given)
        with self.assertRaises(ValueError):
            bitline.run(self.cfg, model="no-such-file.onnx")
        with self.assertRaises(bitline.InputError):
            bitline.run(self.cfg, data="/nowhere")
        with self.assertRaises(ValueError):
            bitline.run(self.cfg, threads=-1)
        with self.assertRaises(ValueError):
            bitline.run(self.cfg, isa="abacus")


if __name__ == "__main__":
    need_data()
    main()
