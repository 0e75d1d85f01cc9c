# SPDX-License-Identifier: Apache-2.0
"""The stub of the module says what is there; docstrings and their examples hold."""
import ast
import doctest
import importlib
import inspect
import pathlib
import pkgutil
import re
import shutil
import subprocess
import sys
import unittest

import bitline
from bitline import _bitline
from common import main, need_data, source

stub = source / "python/bitline/_bitline.pyi"


def described(body):
    """{name: arguments, or for classes the same of what is in them; None for values} of a stub."""
    out = {}
    for node in body:
        if isinstance(node, ast.ClassDef):
            out[node.name] = described(node.body)
        elif isinstance(node, ast.FunctionDef):
            is_property = any(isinstance(d, ast.Name) and d.id == "property" for d in node.decorator_list)
            arguments = [a.arg for a in node.args.args + node.args.kwonlyargs if a.arg != "self"]
            out.setdefault(node.name, []) if not is_property else out.update({node.name: None})
            if not is_property:
                out[node.name].append(arguments)
        elif isinstance(node, ast.AnnAssign):
            out[node.target.id] = None
    return out


def arguments_of(function):
    """Of each overload, from the signatures that pybind11 writes into docstrings."""
    lines = [line for line in (function.__doc__ or "").splitlines() if re.match(r"(\d+\. )?\w+\(.*\) -> ", line)]
    return [[a for a in re.findall(r"(?:^|, )(\w+): ", re.search(r"\((.*)\) ->", line).group(1)) if a != "self"] for line in lines]


def there(scope):
    out = {}
    for name, value in vars(scope).items():
        if name.startswith("_") and name not in ("__init__", "__version__", "__repr__") or name in ("_pybind11_conduit_v1_",):
            continue
        if inspect.isclass(value):
            out[name] = there(value)
        elif isinstance(value, property) or isinstance(value, (str, int)):
            out[name] = None
        elif name != "__repr__" and (name != "__init__" or arguments_of(value)):  # else nothing makes one
            out[name] = arguments_of(value)
    return out


class Stub(unittest.TestCase):
    def test_the_stub_is_what_is_there(self):
        said, found = described(ast.parse(stub.read_text()).body), there(_bitline)
        self.assertEqual(sorted(said), sorted(found))
        for name in found:
            with self.subTest(name):
                if isinstance(found[name], dict):
                    self.assertEqual({k: v for k, v in said[name].items() if k != "__repr__"}, found[name])
                else:
                    self.assertEqual(said[name], found[name])

    def test_types_hold_together(self):
        mypy = shutil.which("mypy", path="/usr/bin:" + sys.exec_prefix + "/bin")
        if not mypy:
            self.skipTest("mypy is not installed")
        p = subprocess.run([mypy, "--ignore-missing-imports", "--cache-dir=/dev/null", str(source / "python/bitline")], capture_output=True, text=True)
        self.assertEqual(p.returncode, 0, p.stdout)

    def test_what_users_call_says_what_it_does(self):
        for name in bitline.__all__:
            thing = getattr(bitline, name)
            if name == "__version__":
                continue
            self.assertTrue((thing.__doc__ or "").strip(), name)
            for member, value in vars(thing).items() if inspect.isclass(thing) else ():
                if not member.startswith("_") and (callable(value) or isinstance(value, property)):
                    self.assertTrue((value.__doc__ or "").strip() or member in ("copy", "json", "to_dict", "keys", "items"), f"{name}.{member}")

    def test_keys_are_those_of_the_schema(self):
        made = subprocess.run([sys.executable, source / "scripts/python-keys"], capture_output=True, text=True)
        self.assertEqual(made.stdout, (source / "python/bitline/_keys.pyi").read_text(), "scripts/python-keys makes it anew")
        known = {c.name: {n.target.id for n in c.body if isinstance(n, ast.AnnAssign)}
                 for c in ast.parse(made.stdout).body if isinstance(c, ast.ClassDef)}
        cfg = bitline.load("fashion-mlp")
        self.assertLessEqual(set(cfg), known["Keys"])
        self.assertLessEqual(set(cfg.adc), known["KeysAdc"])
        self.assertLessEqual(set(cfg.device), known["KeysDevice"])

    # Without an example of their own: what only shows, or needs a package that may be missing.
    shown_elsewhere = {"Curves", "Fit", "Result", "State", "SweepResult", "Diagnostic", "Record", "copy", "json", "to_dict",
                       "keys", "items", "to_json", "to_pandas", "plot", "age", "device", "report"}

    def test_functions_have_examples(self):
        for name in bitline.__all__:
            thing = getattr(bitline, name)
            if name == "__version__" or inspect.isclass(thing) and issubclass(thing, Exception):
                continue
            if name not in self.shown_elsewhere:
                self.assertIn(">>>", thing.__doc__, name)
            for member, value in vars(thing).items() if inspect.isclass(thing) else ():
                if member[0] == "_" or not inspect.isfunction(value) or member in self.shown_elsewhere:
                    continue
                self.assertIn(">>>", value.__doc__, f"{name}.{member}")

    def test_examples_of_docstrings(self):
        modules = [bitline] + [importlib.import_module(f"bitline.{m.name}") for m in pkgutil.iter_modules(bitline.__path__)
                               if m.name != "torch"]  # test_torch.py
        tried = 0
        for module in modules:
            result = doctest.testmod(module)
            self.assertEqual(result.failed, 0, module.__name__)
            tried += result.attempted
        for name, thing in (("Crossbar", bitline.Crossbar), ("Crossbar.mvm", bitline.Crossbar.mvm), ("schema", bitline.schema)):
            test = doctest.DocTestParser().get_doctest(thing.__doc__, {}, name, None, 0)
            self.assertTrue(test.examples, name)
            result = doctest.DocTestRunner().run(test)
            self.assertEqual(result.failed, 0, name)
            tried += result.attempted
        self.assertGreater(tried, 25)


if __name__ == "__main__":
    need_data()
    main()
