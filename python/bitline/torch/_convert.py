# SPDX-License-Identifier: Apache-2.0
"""A PyTorch network on a simulated chip."""
from __future__ import annotations

import copy
import inspect
import io
import warnings

import numpy as np
import torch
from torch import nn

from .. import _bitline
from .._checked import whole
from .._config import as_config
from .._errors import InputError
from .._record import Record
from .._run import Result, run
from .._session import Session, State
from .._workload import with_workload
from ._layers import instead, products
from ._plain import hold_norms, plain
from ._samples import as_input, as_tensor, gathered, to_numpy


def convert(model: nn.Module, chip, calibrate, *, threads: int = 0) -> OnChip:
    """A copy of ``model`` whose Linear, Conv1d, Conv2d, attention and LSTM weights stand on a simulated chip.

    Parameters
    ----------
    model : takes one tensor, (samples, ...). Batch norms behind a layer are folded into it with their running
        statistics; what is no product with weights stays torch's, in double precision. What :func:`noise` made is taken
        with its input ranges.
    chip : a configuration, its path or short name ("fashion-mlp", "chip/two-chip-2t2r"). Its workload is replaced;
        ``layers`` names layers as ``model.named_modules()`` does.
    calibrate : samples that input scales and converter ranges are set with: a tensor, an array, or an iterable of
        batches (a DataLoader; of a tuple the first entry is taken), of which ``workload.calibration_images`` are used.
        uint8 is divided by 255.
    threads : at most so many; 0 = all cores.

    Returns
    -------
    OnChip : a module that gives what ``bitline run`` gives for its :attr:`OnChip.onnx`: products to the bit; the whole
        network to the bit where nothing between products rounds (ReLU, maxima, moves).

    Raises
    ------
    ConfigError, InputError : as a run; NotImplementedError, ValueError : a module that cannot be taken apart.

    Examples
    --------
    >>> import torch, bitline
    >>> net = torch.nn.Linear(4, 2)
    >>> x = torch.rand(16, 4)
    >>> chip = bitline.torch.convert(net, "ideal", calibrate=x)
    >>> bool((chip(x) - net(x)).abs().max() < 0.2)  # weights of four bits
    True
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model: is a {type(model).__name__} where a torch.nn.Module is expected")
    config = as_config(chip).copy()
    network = getattr(model, "network", model) if _is_wrapped(model) else model
    wrong = [name for name, p in network.named_parameters() if not torch.isfinite(p).all()]
    if wrong:
        raise InputError(f"model: {wrong[0]} has values that are not finite")
    samples = gathered(calibrate, config.workload.calibration_images)
    network = plain(network, as_input(samples))
    return OnChip(network, config, samples, threads)


def _is_wrapped(model) -> bool:
    from ._noise import Noisy

    return isinstance(model, (OnChip, Noisy))


def onnx_bytes(network: nn.Module, example: torch.Tensor) -> bytes:
    """The float network as an ONNX file; weights keep their names."""
    layers = products(network)
    engines = {name: layer.engine for name, layer in layers.items()}
    for layer in layers.values():
        layer.engine = None
    try:
        alone = copy.deepcopy(network)
    finally:
        for name, layer in layers.items():
            layer.engine = engines[name]
    alone = alone.float().cpu().eval()
    with torch.no_grad():
        output = alone(example[:1])
    if not isinstance(output, torch.Tensor):
        raise InputError(f"model: gives a {type(output).__name__} where one tensor is expected; put it into a module that "
                         "returns what is judged, such as the first output of an LSTM")
    options = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    file = io.BytesIO()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")  # of the tracer, about lengths that are the same for every sample
        torch.onnx.export(alone, (example[:1],), file, opset_version=13, do_constant_folding=False,
                          input_names=["input"], output_names=["output"],
                          dynamic_axes={"input": {0: "samples"}, "output": {0: "samples"}}, **options)
    if any("Python boolean" in str(w.message) for w in told):
        warnings.warn("the network decides by values, or by lengths, which way it goes: run() and costs() know the way "
                      "that the calibration samples went, a forward pass goes its own", stacklevel=4)
    return file.getvalue()


class Engine:
    """The chip behind the layers of one network: its design, its instance, and the numbers of its reads."""

    def __init__(self, config, samples: np.ndarray, threads: int):
        self.config, self.samples, self.threads = config, samples, threads
        self.onnx = b""
        self.seed: int | None = None
        self.instance, self.aged_s, self.sample = 0, 0.0, 0
        self._session: Session | None = None
        self.warned = False
        self._state: State | None = None
        self.positions: dict[str, int] = {}  # read so far of each layer in this pass

    def design(self, network: nn.Module) -> None:
        """Takes the weights as they are now."""
        self.onnx = onnx_bytes(network, as_input(self.samples))
        self._session = self._state = None
        known, found = products(network), {w.name for w in self.session.layers}
        # A node that pads by other values than zeros has the layer's name, and the layer the next one.
        on_chip = {name: n for name in known for n in (name, name + "_2") if n in found and (n == name or n not in known)}
        if rest := found - set(on_chip.values()):
            others = [f"{type(m).__name__} {name}".strip() for name, m in network.named_modules()
                      if isinstance(m, (nn.GRU, nn.RNN, nn.Bilinear, nn.ConvTranspose1d, nn.ConvTranspose2d))]
            if others:
                raise NotImplementedError(f"{', '.join(others)}: Linear, Conv1d, Conv2d, MultiheadAttention and LSTM are "
                                          "taken to chips (bitline run takes the others, as an ONNX file)")
            raise NotImplementedError(
                f"products with weights that no Linear, Conv1d, Conv2d, MultiheadAttention or LSTM holds, or of a layer "
                f"that reads several tensors: {', '.join(sorted(rest))}")
        for name, layer in known.items():
            layer.engine = self if name in on_chip else None
            layer.name_on_chip = on_chip.get(name, "")

    @property
    def session(self) -> Session:
        if self._session is None:
            config = with_workload(self.config, self.onnx, self.samples)
            if config.workload.normalize is not None:
                config.set({"workload.normalize": None})
            self._session = Session(config, threads=self.threads)
            self.layers = {w.name: Values(w) for w in self._session.layers}
        return self._session

    @property
    def state(self):
        if self._state is None:
            session = self.session
            self._state = session.write(self.instance, seed=self.seed).age(session.age_s)
            if self.aged_s:
                self._state.age(self.aged_s)
        return self._state

    def write(self, seed, instance) -> None:
        written = self.session.write(instance, seed=seed).age(self.session.age_s)  # errors leave the chip as it was
        self.seed, self.instance, self.aged_s, self.sample, self._state = seed, int(instance), 0.0, 0, written

    def age(self, seconds: float) -> None:
        self.state.age(seconds)
        self.aged_s += seconds

    def product(self, layer, x):
        state, w = self.state, self.layers[layer.name_on_chip]
        x = layer.limited(x)
        with torch.no_grad():
            if not torch.isfinite(x).all():
                raise InputError(f"{layer.name_on_chip}: reads values that are not finite")
            self.warn_of_range(layer.name_on_chip, float(x.abs().max()) if x.numel() else 0.0, w)
            codes = (x.double() / w.input_scale).round_().clamp_(w.lowest, w.highest).to(torch.int16)
            vectors = layer.vectors(codes)
            positions = vectors.shape[1]
            flat = vectors.reshape(-1, vectors.shape[-1])
            if w.bias_rows:
                flat = torch.cat([flat, flat.new_full((len(flat), w.bias_rows), w.highest)], 1)
            position = self.positions.get(layer.name_on_chip, 0)
            self.positions[layer.name_on_chip] = position + positions
            sums = self.session.multiply(state, layer.name_on_chip, flat.cpu().contiguous().numpy(), self.sample,
                                         position, positions)
            real = torch.from_numpy(w.real(sums, layer)).to(x.device)
            real = layer.assembled(real.reshape(len(x), positions, -1), x)
        if torch.is_grad_enabled() and (x.requires_grad or layer.weight.requires_grad):
            real = instead(layer.soft(x.clamp(w.lowest * w.input_scale, w.highest * w.input_scale)), real.to(x.dtype))
        return real

    def warn_of_range(self, name: str, largest: float, w) -> None:
        """Once: numbers of another scale than those of the calibration, such as pixels of 0..255."""
        end = w.input_scale * w.highest
        if largest > 8 * end and not self.warned:
            self.warned = True
            warnings.warn(f"{name} reads values up to {largest:.4g}, and its range ends at {end:.4g} as calibrated: uint8 "
                          "inputs are divided by 255, others taken as they are", stacklevel=6)

    def __getstate__(self):
        return {**self.__dict__, "_session": None, "_state": None, "layers": {}}


class Values:
    """Of one layer of a session, what turns numbers into codes and sums into numbers."""

    def __init__(self, w: Record):
        self.input_scale, self.lowest, self.highest, self.bias_rows = w.input_scale, w.lowest, w.highest, w.bias_rows
        self.factor, self.bias = w.input_scale * np.asarray(w.weight_scale), np.asarray(w.bias)
        self.gain, self.folded_bias = np.asarray(w.folded_gain), np.asarray(w.folded_bias)

    def real(self, sums: np.ndarray, layer) -> np.ndarray:
        """Products as torch's layer gives them: what the engine folded into it follows in torch."""
        real = sums * self.factor + self.bias
        if len(self.gain) != sums.shape[1] or not (self.gain != 0).all():
            return real
        own = 0 if layer.bias is None else layer.bias.detach().double().cpu().numpy()
        return (real - (self.folded_bias - self.gain * own)) / self.gain


class OnChip(nn.Module):
    """A network on a chip; :func:`convert` makes it. ``network`` is the float network in double precision whose layers
    read the chip: ``eval`` and ``train`` switch what torch computes (dropout); batch norms stand still.

    Gradients pass straight through: of a layer's inputs and weights as if it had multiplied in float, and none where
    an input lies beyond its range. After weights have changed, :meth:`program` quantizes, places and writes them anew;
    a forward pass before that is an error. Every read is a new one, with noise of its own: samples are numbered from
    the last ``program`` on, as a run numbers its images. Pickles and ``state_dict`` hold which chip it is and how old.
    """

    def __init__(self, network: nn.Module, config, samples: np.ndarray, threads: int):
        super().__init__()
        self._chip = Engine(config, samples, threads)
        self._designed: dict[str, torch.Tensor] = {}
        self._loaded = False
        self._compared = False  # what torch walks through with what the engine computes, of this design
        self.network = network.double()
        self._design()
        self.eval()

    def _design(self) -> None:
        self._chip.design(self.network)
        self._compared = False
        self._designed = {k: v.detach().clone() for k, v in self.network.state_dict().items()}

    def _changed(self) -> bool:
        now = self.network.state_dict()
        return now.keys() != self._designed.keys() or any(
            not torch.equal(v.cpu(), self._designed[k].cpu()) for k, v in now.items())

    def program(self, seed: int | None = None, *, instance: int = 0) -> OnChip:
        """Writes a chip and lets the time pass that the configuration waits (``age``). Returns the module.

        ``seed`` of its devices, None: the configuration's; ``instance``: the number of the chip, as runs count them.

        >>> import torch, bitline
        >>> x = torch.rand(16, 4)
        >>> chip = bitline.torch.convert(torch.nn.Linear(4, 2), "fashion-mlp", calibrate=x)
        >>> a, b = chip.program(instance=0)(x), chip.program(instance=1)(x)
        >>> bool((a == b).all())
        False
        """
        if self._changed():
            self._design()
        self._loaded = False
        self._chip.write(seed, instance)
        return self

    def age(self, time) -> OnChip:
        """Lets time pass: seconds, or a text such as "1 day". Returns the module.

        >>> import torch, bitline
        >>> x = torch.rand(16, 4)
        >>> bitline.torch.convert(torch.nn.Linear(4, 2), "ideal", calibrate=x).program().age("1 day").state.now_s
        86400.0
        """
        self._ready()
        self._chip.age(_bitline.seconds(time))
        return self

    def costs(self, inputs=None) -> Record:
        """Energy, latency, area and efficiency of the mean inference, with the keys of result.json. ``inputs``: None
        takes the calibration samples.

        >>> import torch, bitline
        >>> x = torch.rand(16, 4)
        >>> chip = bitline.torch.convert(torch.nn.Linear(4, 2), "fashion-mlp", calibrate=x)
        >>> chip.costs().energy.per_inference_J > 0, chip.costs(x[:4]).latency.per_inference_s > 0
        (True, True)
        """
        self._ready()
        return self._chip.session.costs(self._chip.state, None if inputs is None else to_numpy(inputs))

    def run(self, inputs, labels, *, chips: int = 10, settings=None, **options) -> Result:
        """What :func:`bitline.run` finds for ``chips`` chips, written and aged as the configuration says: quality with
        its interval, energy, latency, area. ``settings``: of the configuration, by path; ``options``: of
        bitline.run.

        >>> import torch, bitline
        >>> x, y = torch.rand(30, 4), torch.arange(30) % 2
        >>> r = bitline.torch.convert(torch.nn.Linear(4, 2), "fashion-mlp", calibrate=x).run(x, y, chips=3)
        >>> r.quality.inputs, 0 <= r.quality.value <= 1
        (30, True)
        """
        if self._changed():
            raise RuntimeError(_stale)
        chips = whole(chips, "chips", 1, 2**31 - 1)
        config = self.config.copy()
        config.set({"instances": chips, "workload.images": len(inputs), "workload.first_class": 0, **(settings or {})})
        return run(config, model=self.onnx, inputs=to_numpy(inputs), labels=to_numpy(labels),
                   calibration_inputs=self._chip.samples,
                   calibration_labels=np.zeros(len(self._chip.samples), np.int64),
                   threads=self._chip.threads, **options)

    @property
    def onnx(self) -> bytes:
        """The float network that is on the chip: ``bitline run`` reads it."""
        return self._chip.onnx

    @property
    def config(self):
        """The configuration, its workload replaced by this network and its calibration samples."""
        return self._chip.session.config

    @property
    def session(self) -> Session:
        """The design behind it, and :attr:`state` the chip: bitline.Session and bitline.State."""
        return self._chip.session

    @property
    def state(self):
        """The chip as it is now."""
        self._ready()
        return self._chip.state

    @property
    def next_sample(self) -> int:
        """The number of the next sample, which names the noise of its reads; may be set."""
        return self._chip.sample

    @next_sample.setter
    def next_sample(self, number: int) -> None:
        self._chip.sample = whole(number, "next_sample", 0, 2**31 - 1)

    def _ready(self) -> None:
        if not self._changed():
            return
        if not self._loaded:
            raise RuntimeError(_stale)
        self._design()
        self._loaded = False

    def _compare(self) -> None:
        """Refuses networks that torch would compute otherwise than the engine, which moves factors between layers and
        folds into a layer what follows it: the same reads of two calibration samples, both ways."""
        few = self._chip.samples[:2]
        modes = [(m, m.training) for m in self.network.modules()]
        self.network.eval()
        self._chip.positions = {}
        try:
            with torch.no_grad():
                walked = self.network(as_input(few).double()).numpy()
        finally:
            for m, training in modes:
                m.training = training
        engine = np.asarray(self._chip.session.evaluate(self._chip.state, few, reads=(self._chip.sample, 1)))
        off = np.abs(walked.reshape(engine.shape) - engine).max()
        if off > 1e-6 * np.abs(engine).max():  # functions differ in the last place
            raise InputError(
                f"outputs in torch are {off:.3g} off those of the engine for the same reads: quantization.rescale before "
                "a LayerNorm, or with constants between layers, moves factors into them that torch has not, and a layer "
                "that is multiplied by 0 cannot be told from its product. Set quantization.rescale: none, or use run(), "
                "which is not concerned")
        self._compared = True

    def forward(self, x: torch.Tensor):
        x = as_tensor(x)
        self._ready()
        if not self._compared:
            self._compare()
        self._chip.positions = {}
        out_type = x.dtype if x.is_floating_point() else torch.float32
        if x.dtype == torch.uint8:
            x = x.float() / 255
        out = self.network(x.double())
        self._chip.sample += len(x)
        return _as_type(out, out_type)

    def train(self, mode: bool = True):
        super().train(mode)
        hold_norms(self.network)
        return self

    def get_extra_state(self):
        c = self._chip
        return {"seed": c.seed, "instance": c.instance, "aged_s": c.aged_s, "next_sample": c.sample}

    def set_extra_state(self, state) -> None:
        c = self._chip
        c.seed, c.instance, c.aged_s, c.sample = state["seed"], state["instance"], state["aged_s"], state["next_sample"]
        c._state = None
        self._loaded = True

    def extra_repr(self) -> str:
        return f"chip {self.config.name!r}, instance {self._chip.instance}"


_stale = "weights have changed since they were put on the chip; program() writes them anew"


def _as_type(out, dtype):
    if isinstance(out, torch.Tensor):
        return out.to(dtype) if out.is_floating_point() else out
    if isinstance(out, (tuple, list)):
        return type(out)(_as_type(o, dtype) for o in out)
    return out
