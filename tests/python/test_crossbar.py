# SPDX-License-Identifier: Apache-2.0
"""Exact currents against Kirchhoff's laws solved by NumPy, and against the command to the bit."""
import pathlib
import tempfile
import unittest

import numpy as np

import bitline
from common import call, main


def currents(G, V, row, col, driver=0.0, sense=0.0):
    """By a dense nodal matrix; driver and sense in series with the first and the last segment."""
    m, n = G.shape
    N = 2 * m * n
    L, B = np.zeros((N, N)), np.zeros((N, m))
    near = np.zeros(n)

    def tie(a, b, g):
        L[a, a] += g
        L[b, b] += g
        L[a, b] -= g
        L[b, a] -= g

    for i in range(m):
        for j in range(n):
            u, w = i * n + j, m * n + i * n + j
            tie(u, w, G[i, j])
            if j:
                tie(u, u - 1, 1 / row)
            else:
                g = 1 / (row + driver)
                L[u, u] += g
                B[u, i] += g
            if i < m - 1:
                tie(w, w + n, 1 / col)
            else:
                near[j] = 1 / (col + sense)
                L[w, w] += near[j]
    X = np.linalg.solve(L, B @ V.T)
    return (X[N - n:] * near[:, None]).T


class Currents(unittest.TestCase):
    def setUp(self):
        rng = np.random.default_rng(1)
        self.G, self.V = rng.uniform(1e-6, 1e-4, (9, 5)), rng.uniform(-0.2, 0.2, (4, 9))

    def test_kirchhoff(self):
        # Both keep about 1e-12 of the largest current.
        for options in ({}, {"r_driver_ohm": 20.0}, {"r_driver_ohm": 20.0, "r_sense_ohm": 7.0}):
            got = bitline.Crossbar(self.G, r_row_ohm=2.0, r_col_ohm=3.0, **options).mvm(self.V)
            right = currents(self.G, self.V, 2.0, 3.0, *(options.get(k, 0.0) for k in ("r_driver_ohm", "r_sense_ohm")))
            np.testing.assert_allclose(got, right, rtol=0, atol=1e-10 * np.abs(right).max())

    def test_ideal_wires_give_the_product(self):
        np.testing.assert_allclose(bitline.Crossbar(self.G).mvm(self.V), self.V @ self.G, rtol=1e-14)
        np.testing.assert_array_equal(bitline.Crossbar(self.G).effective_S, self.G)

    def test_the_commands_bits(self):
        with tempfile.TemporaryDirectory() as d:
            d = pathlib.Path(d)
            np.save(d / "G.npy", self.G)
            np.save(d / "V.npy", self.V)
            for options, more in (({}, []), ({"r_driver_far_ohm": 1.0}, ["--r-driver-far", "1"]),
                                  ({"sinh_beta_per_V": 3.0}, ["--sinh-beta", "3"])):
                p = call("solve", "--conductance", d / "G.npy", "--voltages", d / "V.npy", "--current", d / "I.npy", "--r-row", 2,
                         "--r-col", 3, "--source-power", d / "P.npy", *more)
                self.assertEqual(p.returncode, 0, p.stderr)
                bar = bitline.Crossbar(self.G, r_row_ohm=2, r_col_ohm=3, **options)
                np.testing.assert_array_equal(bar.mvm(self.V), np.load(d / "I.npy"))
                np.testing.assert_array_equal(bar.source_power_W(self.V), np.load(d / "P.npy"))

    def test_nodes(self):
        bar = bitline.Crossbar(self.G, r_row_ohm=2.0, r_col_ohm=3.0)
        row, col = bar.node_voltages_V(self.V)
        self.assertEqual((row.shape, col.shape), ((4, 9, 5), (4, 9, 5)))
        np.testing.assert_allclose((self.G * (row - col)).sum(1), bar.mvm(self.V), rtol=1e-9)
        self.assertEqual(bar.node_voltages_V(self.V[0])[0].shape, (9, 5))

    def test_shapes_and_types(self):
        bar = bitline.Crossbar(self.G, r_row_ohm=2.0, r_col_ohm=3.0)
        right = bar.mvm(self.V)
        self.assertEqual(bar.shape, (9, 5))
        np.testing.assert_array_equal(bar.mvm(self.V[1]), right[1])
        np.testing.assert_array_equal(bar.mvm(self.V.tolist()), right)
        np.testing.assert_array_equal(bar.mvm(np.repeat(self.V, 2, axis=0)[::2]), right)
        same = bitline.Crossbar(np.asfortranarray(self.G), r_row_ohm=2.0, r_col_ohm=3.0)
        np.testing.assert_array_equal(same.mvm(self.V), right)
        V = self.V.copy()
        V.flags.writeable = False
        np.testing.assert_array_equal(bar.mvm(V), right)
        np.testing.assert_array_equal(bar.mvm(self.V.astype(">f8")), right)
        self.assertEqual(bar.mvm(np.zeros((0, 9))).shape, (0, 5))
        out = np.full((4, 5), 9.0)
        self.assertIs(bar.mvm(self.V, out=out), out)
        np.testing.assert_array_equal(out, right)
        big = bitline.Crossbar(self.G, r_row_ohm=2.0, r_col_ohm=3.0, threads=1).mvm(np.tile(self.V, (100, 1)))
        np.testing.assert_array_equal(big, np.tile(right, (100, 1)))

    def test_a_driver_for_each_line(self):
        inf = float("inf")
        ohm = np.array([0, inf, *[1.0] * 7])
        got = bitline.Crossbar(self.G, r_driver_ohm=ohm).mvm(self.V)
        without = np.delete(self.V, 1, axis=1) @ np.delete(self.G, 1, axis=0)
        self.assertFalse(np.allclose(got, self.V @ self.G, rtol=1e-3))
        alone = bitline.Crossbar(self.G, r_driver_ohm=np.array([0, inf, *[0.0] * 7])).mvm(self.V)
        np.testing.assert_allclose(alone, without, rtol=1e-12)

    def test_what_is_refused(self):
        G, V = np.ones((3, 3)), np.ones((1, 3))
        for name, g in (("NaN", G * np.nan), ("infinite", G * np.inf), ("one dimension", np.ones(3)), ("text", np.array([["a"]])),
                        ("negative", -G), ("complex", G * 1j), ("objects", np.array([[object()]])), ("empty", np.ones((0, 3))),
                        ("None", None), ("ragged", [[1], [1, 2]]), ("three dimensions", np.ones((1, 1, 1)))):
            with self.subTest(name), self.assertRaises(bitline.InputError):
                bitline.Crossbar(g)
        bar = bitline.Crossbar(G)
        for name, v in (("columns", np.ones((1, 4))), ("NaN", V * np.nan), ("text", "x"), ("three", np.ones((1, 1, 3))), ("number", 1.0)):
            with self.subTest(name), self.assertRaises(bitline.InputError):
                bar.mvm(v)
        read_only = np.zeros((1, 3))
        read_only.flags.writeable = False
        for name, out in (("type", np.zeros((1, 3), np.float32)), ("shape", np.zeros((3, 1))), ("order", np.zeros((3, 2))[:, :1].T),
                          ("read-only", read_only), ("list", [[0, 0, 0]])):
            with self.subTest(name), self.assertRaises(bitline.InputError):
                bar.mvm(V, out=out)
        both = np.ones(4)
        with self.assertRaisesRegex(bitline.InputError, "shares memory"):
            bar.mvm(both[:3], out=both[1:])
        self.assertEqual(both.tolist(), [1, 1, 1, 1])
        for options in ({"r_row_ohm": -1}, {"r_row_ohm": float("nan")}, {"r_row_ohm": float("inf")}, {"r_driver_ohm": [1, 2]},
                        {"r_sense_ohm": "x"}, {"sinh_beta_per_V": 0}, {"r_row_ohm": [1, 2, 3]}):
            with self.subTest(options), self.assertRaises(bitline.InputError):
                bitline.Crossbar(G, **options)
        with self.assertRaises(ValueError):
            bitline.Crossbar(G, threads=-1)
        with self.assertRaises(bitline.InputError):
            bitline.Crossbar(G, sinh_beta_per_V=2).effective_S
        with self.assertRaises(TypeError):
            bitline.Crossbar(G, 2.0)


if __name__ == "__main__":
    main()
