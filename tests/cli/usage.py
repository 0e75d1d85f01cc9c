# SPDX-License-Identifier: Apache-2.0
"""Wrong usage, exit codes and the commands that run nothing. usage: usage.py BITLINE SOURCE"""
import json, os, pathlib, shutil, subprocess, tempfile

from command import bitline, call, check, expect, finish, source, write_npy, read_npy

# Usage errors: exit 2, a message, and what to do.
expect("no command", 2, err="Usage: bitline COMMAND")
expect("unknown command", 2, "runn", err="did you mean 'run'?")
expect("unknown option", 2, "run", "fashion-mlp", "--theads", "2", err="did you mean '--threads'?")
expect("config missing", 2, "run", err="CONFIG")
expect("two configs", 2, "run", "a.yaml", "b.yaml", err="'b.yaml' is one argument too many")
expect("negative threads", 2, "run", "fashion-mlp", "--threads", "-1", err="--threads")
expect("no instruction set", 2, "run", "fashion-mlp", "--isa", "sse9", err="this machine runs")
expect("bad colour", 2, "run", "fashion-mlp", "--color", "red", err="--color")
expect("bad list", 2, "list", "chairs", err="chairs")
expect("nearly a shipped name", 2, "run", "inpaintin", err="did you mean 'inpainting'?")
expect("nearly a path to one", 2, "check", "configs/Fashion-mlp.yaml", err="did you mean 'fashion-mlp'?")
expect("nearly a data set", 2, "run", "fashion-mlp", "--set", "workload.dataset=fashion-mnst", err="did you mean 'fashion-mnist'?")
expect("nearly a technology", 2, "check", "fashion-mlp", "--set", "technology=22 nm", err="did you mean '22nm'?")
expect("a choice in capitals", 2, "check", "fashion-mlp", "--set", "adc.type=SAR", err="did you mean 'sar'?")
expect("missing file", 2, "run", "no/such.yaml", err="no configuration 'no/such.yaml' was found")
expect("bad --set", 2, "run", "fashion-mlp", "--set", "adc.bits", err="KEY=VALUE")
expect("unknown --set", 2, "run", "fashion-mlp", "--set", "nonsense=1", err="--set nonsense=1: nonsense: unknown key")
expect("bad --seed", 2, "run", "fashion-mlp", "--seed", "x", err="--set seed=x")
expect("bad condition", 2, "run", "fashion-mlp", "--fail-if", "quality.value", err="--fail-if quality.value: write a path")
expect("missing data folder", 2, "run", "fashion-mlp", "--data", "/no/such/folder", err="there is no such folder")
expect("unknown schema path", 2, "schema", "adc.bitz", err="did you mean 'adc.bits'?")
expect("schema path with --json", 2, "schema", "adc", "--json", err="whole JSON Schema")
expect("bad shard", 2, "sweep", "sweep/small", "--shard", "3/2", err="--shard 3/2")
expect("experiment as plan", 2, "sweep", "fashion-mlp", err="no sweep plan")
expect("no such report folder", 2, "report", "/no/such/folder", err="there is no such folder")

# Help and version on standard output.
names = ["run", "map", "mvm", "neurosim", "import", "sweep", "check", "schema", "list", "device", "report", "compare", "validate", "completion"]
help_text = expect("help", 0, "--help", out="Examples:").stdout
for name in names:
    check(f"help names {name}", f"\n  {name} " in help_text)
    expect(f"help of {name}", 0, name, "--help", out="Examples:")
check("hidden command stays hidden", "docs" not in help_text)
expect("version", 0, "--version", out="bitline ")

# Schema and lists.
expect("schema", 0, "schema", "adc.bits", out="adc[sar].bits")
check("schema has no escapes when piped", "\033" not in call("schema").stdout)
check("schema in colour when asked", "\033[1m" in call("schema", "seed", "--color", "always").stdout)
schema = json.loads(call("schema", "--json").stdout)
check("JSON Schema", schema["properties"]["seed"] and schema["additionalProperties"] is False)
datasets = expect("list datasets", 0, "list", "datasets", out="photographs").stdout
check("photographs and voices, and how to get them", all(x["note"] == "found" or package in x["note"] for x in json.loads(call("list", "datasets", "--json").stdout) for name, package in (("photographs", "python3-skimage python3-sklearn"), ("espeak-ng", "apt-get install espeak-ng")) if x["name"] == name) and "\nespeak-ng " in datasets, datasets)
check("and one's own", "\nyour own " in datasets and "my-network.md" in datasets, datasets)
expect("list of data in no folder", 2, "list", "datasets", "--data", "/no/such/folder", err="--data /no/such/folder: there is no such folder")
lists = expect("the lists", 0, "list", out="technologies").stdout
check("every list is listed", {l.split()[0] for l in lists.splitlines()} == {"experiments", "chips", "devices", "technologies", "adcs", "datasets"}, lists)
expect("list experiments", 0, "list", "experiments", out="fashion-mlp")
check("MNIST among them", "mnist-mlp " in call("list", "experiments").stdout)
expect("list technologies", 0, "list", "technologies", out="130nm")
expect("list adcs", 0, "list", "adcs", out="successive approximation")
check("list as JSON", any(i["name"] == "fashion-mnist" for i in json.loads(call("list", "datasets", "--json").stdout)))

# Completion knows the commands and their options.
bash = "source <(bitline completion bash); COMP_LINE='bitline %s'; COMP_POINT=${#COMP_LINE}; _bitline; echo \"${COMPREPLY[@]}\""
on_path = {**os.environ, "PATH": str(pathlib.Path(bitline).parent) + ":" + os.environ["PATH"]}


def completed(words):
    p = subprocess.run(["bash", "-c", bash % words], capture_output=True, text=True, env=on_path, cwd=source)
    check(f"completion of '{words}' says nothing else", p.returncode == 0 and p.stderr == "", p.stderr)
    return p.stdout.split()


for words, wanted in (("ru", ["run"]), ("run --thr", ["--threads"]), ("list dev", ["devices"]), ("compare --tol", ["--tolerance"]), ("run x --color ne", ["never"]),
                      # Keys a level at a time, then their values; what stands before = is the shell's.
                      ("run fashion-mlp --set adc.shared", ["adc.shared_by="]), ("run --set quantization.", ["quantization.activation_coverage=", "quantization.activation_range=", "quantization.clip_percentile=", "quantization.rescale.", "quantization.rescale=", "quantization.weight_bits=", "quantization.weight_scale="]),
                      ("run fashion-mlp --set adc.range.ty", ["adc.range.type="]), ("run fashion-mlp --set adc.type=", ["flash", "ideal", "ramp", "sar"]), ("run fashion-mlp --set array.topology=gated-", ["gated-ladder", "gated-rows"]),
                      ("run fashion-mlp --set mapping.schedule=p", ["pipelined"]), ("run fashion-mlp --set reload=", ["false", "true"]), ("run fashion-mlp --set chips=", ["auto"]),
                      # Shipped names.
                      ("run fashion-m", ["fashion-mlp", "fashion-mlp-in-time", "fashion-mobilenet"]), ("check fashion-mlp --set technology=22", ["22nm"]), ("run fashion-mlp --set device=rram-n", ["rram-neurram"]), ("sweep sweep/sm", ["sweep/small"]),
                      ("device ltp ccps", ["ccps-au"]), ("device show cbps --set plasticity.potentiation.update.no", ["plasticity.potentiation.update.nonlinearity="]), ("run fashion-mlp --set workload.dataset=emnist-l", ["emnist-letters"]),
                      ("run fashion-mlp --set workload.network=fashion-v", ["fashion-vit.onnx"]), ("schema adc.sha", ["adc.shared_by"]),
                      # Layers of the config's own network, and what can be set of one.
                      ("run fashion-mlp --set layers.", ["layers.fc1.", "layers.fc2.", "layers.fc3."]), ("run fashion-mlp --set layers.fc1.di", ["layers.fc1.digital="]), ("run fashion-mlp --set layers.fc1.adc.type=s", ["sar"]),
                      ("run fashion-vit --set layers.blocks.0.attention.q", ["layers.blocks.0.attention.query."]),
                      # Files where they fit; nothing where nothing is known.
                      ("run README", ["README.md"]), ("run fashion-mlp --out mod", ["models"]), ("nosuch ", []), ("run fashion-mlp --set nosuch.", [])):
    got = completed(words)
    check(f"completion of '{words}'", got == wanted, got)
check("every command is offered", set(completed("")) > {"run", "check", "list", "completion"} and "complete" not in completed(""), completed(""))
for shell, begin in (("zsh", "#compdef bitline"), ("fish", "# fish completion")):
    expect(f"{shell} completion", 0, "completion", shell, out=begin)
    if shutil.which(shell):
        p = subprocess.run([shell, "-n"], input=call("completion", shell).stdout, capture_output=True, text=True)
        check(f"{shell} reads its completion", p.returncode == 0, p.stderr)

# Checks of several files: all are read, all problems told.
with tempfile.TemporaryDirectory() as d:
    d = pathlib.Path(d)
    for name, text in (("a", "base: ideal\nseed: x\n"), ("b", "base: ideal\ninstances: 0\n"), ("good", "base: ideal\n")):
        (d / f"{name}.yaml").write_text(text)
    p = expect("check of three", 2, "check", d / "a.yaml", d / "good.yaml", d / "b.yaml", err="a.yaml:2:7: seed")
    check("check tells the other too", "b.yaml:2:12: instances" in p.stderr and "good.yaml: ok" in p.stdout, p.stderr)
    # What is valid but hardly meant: said with its place, and still ok.
    old = d / "old.yaml"
    old.write_text("base: ideal\ndevice:\n  measured_until: 1 day\nage: 1 year\n")
    p = expect("check warns", 0, "check", old, out="old.yaml: ok", err="warning: ")
    check("where and what", "old.yaml:3:19: device.measured_until: 1 year after writing is extrapolated" in p.stderr, p.stderr)
    check("check -q does not", call("check", old, "-q").stderr == "")
    deep = d / "deep.yaml"
    for text in ("a: " + "[" * 100000, "a: " + "{b: " * 100000, "- " * 100000, "?" * 1000, "\x7f\x00" * 100, "a: !!binary x", "\ufeffa: 1", "a: |\n" + " x\n" * 9, '"\\x00": 1', ": : :"):
        deep.write_text(text)
        p = expect("hostile " + repr(text[:12]), 2, "check", deep, timeout=60)
        check("hostile is answered " + repr(text[:12]), p.stderr.strip() != "")

    # mvm: shapes, NaN, and nothing written on error.
    write_npy(d / "W.npy", [[7, -3], [0, 1], [-7, 2]])
    write_npy(d / "X.npy", [[255, 0, 1], [3, 4, 5]])
    write_npy(d / "X4.npy", [[1, 2, 3, 4]])
    write_npy(d / "nan.npy", [[1, 2], [3, float("nan")], [5, 6]])
    write_npy(d / "negative.npy", [[1, -2, 3]])
    (d / "cut.npy").write_bytes((d / "W.npy").read_bytes()[:-3])
    (d / "vector.npy").write_bytes((d / "W.npy").read_bytes().replace(b"(3, 2), ", b"(6,),   "))

    def mvm(w, x, config="ideal"):
        return ["mvm", config, "--weights", d / w, "--inputs", d / x, "--output", d / "Y.npy"]

    for name, w, x, message in (("shapes", "W.npy", "X4.npy", "one column for each of the 3 rows"), ("NaN", "nan.npy", "X.npy", "is nan at row 1, column 1"), ("truncated", "cut.npy", "X.npy", "cut.npy"),
                                ("one dimension", "vector.npy", "X.npy", "shape (6) where (rows, columns)"), ("missing", "none.npy", "X.npy", "none.npy"), ("not .npy", "deep.yaml", "X.npy", "deep.yaml")):
        expect(f"mvm {name}", 2, *mvm(w, x), err=message)
        check(f"mvm {name} writes nothing", not (d / "Y.npy").exists())
    expect("mvm", 0, *mvm("W.npy", "X.npy"), out="Y.npy: 2 x 2; off the float product by 0 % of its rms; ")
    check("quiet mvm", call(*mvm("W.npy", "X.npy"), "-q").stdout == "")
    told = json.loads(call(*mvm("W.npy", "X.npy"), "--json").stdout)
    check("mvm tells deviation and costs", told["deviation_rms"] < 1e-12 and told["energy_per_input_J"] > 0 and told["latency_per_input_s"] > 0 and told["columns"] == 2, told)
    header, y = read_npy(d / "Y.npy")
    check("mvm shape and type", "(2, 2)" in header and "<f4" in header, header)
    check("mvm values", y == [255 * 7 - 7, -3 * 255 + 2, 21 - 35, -9 + 4 + 10], y)
    check("no file left behind", not list(d.glob("*.part")))
    expect("mvm into a folder that cannot be", 1, "mvm", "ideal", "--weights", d / "W.npy", "--inputs", d / "X.npy", "--output", "/proc/none/Y.npy", err="/proc/none/Y.npy")

# The tree it was built in may be moved: configurations are found from where the command stands.
with tempfile.TemporaryDirectory() as d:
    moved = pathlib.Path(d) / "moved"
    (moved / "build/release").mkdir(parents=True)
    shutil.copy(bitline, moved / "build/release/bitline")
    shutil.copytree(source / "configs", moved / "configs")
    shutil.copy(moved / "configs/ideal.yaml", moved / "configs/only-here.yaml")
    p = subprocess.run([moved / "build/release/bitline", "check", "only-here"], capture_output=True, text=True, cwd=d)
    check("a moved tree", p.returncode == 0 and "only-here: ok" in p.stdout, p.stderr)

# A full disk is no success.
with open("/dev/full", "w") as full:
    for args in (["list", "experiments"], ["schema", "--json"]):
        p = subprocess.run([bitline, *args], stdout=full, stderr=subprocess.PIPE, text=True)
        check(f"full disk: {args[0]}", p.returncode == 1 and p.stderr, f"{p.returncode} {p.stderr}")
finish()
