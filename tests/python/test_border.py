# SPDX-License-Identifier: Apache-2.0
"""Threads, forks, Ctrl-C, exceptions in callbacks, the end of the interpreter: clear exceptions, no crash."""
import gc
import os
import signal
import threading
import time
import unittest

import numpy as np

import bitline
from common import main, need_data, python, small

# A run of about half a minute: long enough to be stopped on any machine.
long = {"workload.images": 10000, "instances": 50}


class Callbacks(unittest.TestCase):
    def test_progress_tells_how_far_it_is_on_this_thread(self):
        told = []
        bitline.run(bitline.load("fashion-mlp", {**small, "workload.images": 500, "instances": 3}),
                    progress=lambda done, stage: told.append((done, stage, threading.get_ident())))
        self.assertTrue(told)
        self.assertTrue(all(0 <= done <= 1 and isinstance(stage, str) for done, stage, _ in told))
        self.assertEqual(sorted(t[0] for t in told), [t[0] for t in told])
        self.assertEqual({t[2] for t in told}, {threading.get_ident()})

    def test_an_exception_in_it_ends_the_run(self):
        class Enough(Exception):
            pass

        def progress(done, stage):
            raise Enough(stage)

        start = time.monotonic()
        with self.assertRaises(Enough):
            bitline.run(bitline.load("fashion-mlp", long), progress=progress)
        self.assertLess(time.monotonic() - start, 20)
        bitline.run(bitline.load("fashion-mlp", small))  # the next one goes on

    def test_what_cannot_be_called(self):
        with self.assertRaises(TypeError):
            bitline.run(bitline.load("fashion-mlp", small), progress=3)

    def test_a_line_for_people(self):
        p = python("import bitline; bitline.run(bitline.load('fashion-mlp', {'workload.images': 300, 'instances': 2}), progress=True)")
        self.assertEqual((p.returncode, p.stdout), (0, ""))
        self.assertIn(" %  ", p.stderr)


class Threads(unittest.TestCase):
    def test_reads_while_others_age_and_write(self):
        s = bitline.Session(bitline.load("fashion-mlp", {**small, "device.drift": {"type": "power-law", "nu_mean": 0.05}}))
        shared, codes = s.write(0), np.random.default_rng(1).integers(0, 256, (64, 784)).astype(np.int16)
        right = s.read(s.write(7), "fc1", codes)
        wrong, stop = [], threading.Event()

        def reads():
            while not stop.is_set():
                if not np.array_equal(s.read(s.write(7), "fc1", codes), right):
                    wrong.append("another thread's read")
                if not np.isfinite(s.read(shared, "fc1", codes, reads=(0, 2))).all():
                    wrong.append("torn")

        def ages():
            while not stop.is_set():
                s.age(shared, 10)
                shared.set_conductance(0, shared.conductance(0, "written"))

        threads = [threading.Thread(target=f) for f in (reads, reads, ages)]
        [t.start() for t in threads]
        time.sleep(2)
        stop.set()
        [t.join() for t in threads]
        self.assertEqual(wrong, [])

    def test_the_interpreter_goes_on_meanwhile(self):
        ticks, stop = [], threading.Event()

        def tick():
            while not stop.is_set():
                ticks.append(time.monotonic())
                time.sleep(0.005)

        t = threading.Thread(target=tick)
        t.start()
        bitline.run(bitline.load("fashion-mlp", {**small, "workload.images": 500, "instances": 3}))
        stop.set()
        t.join()
        self.assertGreater(len(ticks), 5)

    def test_a_run_in_a_thread_is_stopped_alone(self):
        results = {}

        def other():
            results["other"] = bitline.run(bitline.load("fashion-mlp", {**small, "workload.images": 500, "instances": 3}))

        def stopped():
            def progress(done, stage):
                raise RuntimeError("enough")
            try:
                bitline.run(bitline.load("fashion-mlp", long), progress=progress)
            except RuntimeError as e:
                results["stopped"] = str(e)

        threads = [threading.Thread(target=f) for f in (other, stopped)]
        [t.start() for t in threads]
        [t.join() for t in threads]
        self.assertEqual(results["stopped"], "enough")
        self.assertEqual(results["other"].quality.inputs, 500)


class Processes(unittest.TestCase):
    def interrupted(self, code, signals=1):
        import subprocess
        import sys

        p = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(p.stdout.readline(), "begun\n")
        time.sleep(0.5)
        start = time.monotonic()
        for _ in range(signals):
            p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=60)
        return p.returncode, out, err, time.monotonic() - start

    def test_ctrl_c(self):
        code, out, err, spent = self.interrupted(
            f"import bitline\ncfg = bitline.load('fashion-mlp', {long})\nprint('begun', flush=True)\n"
            "try:\n    bitline.run(cfg)\nexcept KeyboardInterrupt:\n    print('stopped')\n"
            f"print(bitline.run(bitline.load('fashion-mlp', {small})).quality.inputs)\n")
        self.assertEqual((code, out), (0, "stopped\n20\n"), err)
        self.assertLess(spent, 30)

    def test_ctrl_c_with_a_handler_of_its_own(self):
        code, out, err, _ = self.interrupted(
            "import bitline, signal\nclass Mine(Exception): pass\ndef handler(*_): raise Mine\nsignal.signal(signal.SIGINT, handler)\n"
            f"cfg = bitline.load('fashion-mlp', {long})\nprint('begun', flush=True)\n"
            "try:\n    bitline.run(cfg)\nexcept Mine:\n    print('mine')\n")
        self.assertEqual((code, out), (0, "mine\n"), err)

    def test_ctrl_c_of_a_sweep_keeps_what_is_finished(self):
        import tempfile

        with tempfile.TemporaryDirectory() as d:
            code, out, err, _ = self.interrupted(
                "import bitline\nplan = {'config': 'fashion-mlp', 'set': {'workload.images': 300, 'instances': 1}, 'seeds': list(range(400)), 'keep': ['quality.value']}\n"
                "begun = []\ndef progress(done, stage):\n    if not begun:\n        begun.append(1)\n        print('begun', flush=True)\n"
                f"try:\n    bitline.sweep(plan, out={d!r}, progress=progress)\nexcept KeyboardInterrupt:\n    print('stopped')\n")
            self.assertEqual((code, out), (0, "stopped\n"), err)
            self.assertTrue(os.path.exists(f"{d}/points.jsonl"))

    def test_a_forked_child_works_alone(self):
        p = python(
            "import bitline, os, sys\nimport numpy as np\n"
            f"cfg = bitline.load('fashion-mlp', {small})\nr = bitline.run(cfg)\ns = bitline.Session(cfg)\nc = s.write(0)\n"
            "codes = np.arange(784) % 256\na = s.read(c, 0, codes)\n"
            "pid = os.fork()\n"
            "if pid == 0:\n"
            "    same = bitline.run(cfg).quality == r.quality and np.array_equal(s.read(c, 0, codes), a) and np.array_equal(s.read(s.write(0), 0, codes), a)\n"
            "    os._exit(0 if same else 1)\n"
            "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n")
        self.assertEqual((p.returncode, p.stdout), (0, "0\n"), p.stderr)

    def test_a_pool_of_processes(self):
        p = python(
            "import bitline, multiprocessing as mp\n"
            "def value(seed):\n"
            f"    return bitline.run(bitline.load('fashion-mlp', {{**{small}, 'seed': seed}})).quality.value\n"
            "right = [value(s) for s in (1, 2, 3)]\n"
            "with mp.get_context('fork').Pool(2) as pool:\n    print(pool.map(value, (1, 2, 3)) == right)\n")
        self.assertEqual((p.returncode, p.stdout), (0, "True\n"), p.stderr)

    def test_the_end_in_the_middle(self):
        p = python(
            "import bitline, threading, time\n"
            f"cfg = bitline.load('fashion-mlp', {long})\n"
            "def work():\n    try:\n        bitline.run(cfg)\n    except BaseException as e:\n        print(type(e).__name__, flush=True)\n"
            "threading.Thread(target=work, daemon=True).start()\ntime.sleep(0.5)\n")
        self.assertEqual(p.returncode, 0, p.stderr)
        self.assertNotIn("terminate", p.stderr)
        self.assertNotIn("Fatal", p.stderr)

    def test_memory_is_given_back(self):
        def resident():
            with open("/proc/self/statm") as f:
                return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        s = bitline.Session(bitline.load("fashion-mlp", small))
        codes = np.zeros((256, 784), np.int16)

        def once():
            chip = s.write(0)
            s.read(chip, "fc1", codes, reads=(0, 4))
            chip.set_conductance(0, chip.conductance(0))
            bitline.Crossbar(np.ones((64, 64)) * 1e-6, r_row_ohm=1.0).mvm(np.ones((64, 64)))
            cfg = s.config.copy()
            cfg.adc.bits = 5
            try:
                cfg.adc.bits = 99
            except bitline.ConfigError:
                pass

        for _ in range(10):
            once()
        gc.collect()
        before = resident()
        for _ in range(60):
            once()
        gc.collect()
        # One chip is 10 MB, one answer 2 MB: a leak of either would be more than 100 MB.
        self.assertLess(resident() - before, 60e6)


if __name__ == "__main__":
    need_data()
    main()
