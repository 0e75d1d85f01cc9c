# SPDX-License-Identifier: Apache-2.0
"""What Python adds to reads: 10,000 of one 576 x 128 layer, one vector each, over the same by the library alone.
usage: python_reads.py CONFIGS, with PYTHONPATH at the package and at bitline_reads"""
import sys
import time

import numpy as np

import bitline
import bitline_reads

COUNT, TURNS, GOAL = 10_000, 7, 1.2
rng = np.random.default_rng(1)
weights = rng.integers(-7, 8, (576, 128)).astype(float)
codes = rng.integers(0, 256, (1, 576)).astype(np.int16)
codes[0, 0] = 255
cfg = bitline.load(f"{sys.argv[1]}/chip/two-chip-2t2r.yaml", {"chips": "auto", "instances": 1})
session = bitline.Session.from_weights(cfg, weights, codes.astype(float), threads=1)
chip, out = session.write(0), np.empty((1, 128))
alone = bitline_reads.Reads(sys.argv[1], weights, codes, 255.0)


def from_python():
    start = time.thread_time()
    for i in range(COUNT):
        session.read(chip, 0, codes, (i, 1), out=out)
    return time.thread_time() - start


ratios = sorted(from_python() / alone.seconds(COUNT) for _ in range(TURNS))
if not np.array_equal(out[0], alone.sums()):
    sys.exit("goals: wrong answer of reads from Python")
ratio = ratios[TURNS // 2]
print(f"10,000 reads of a 576 x 128 layer from Python, times the library's own: {ratio:.2f}, goal at most {GOAL:.2f}: "
      + ("pass" if ratio <= GOAL else "miss"), flush=True)
