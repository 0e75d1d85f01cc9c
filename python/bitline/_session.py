# SPDX-License-Identifier: Apache-2.0
"""One design, to write, age and read as often as one likes."""
from __future__ import annotations

import json
import warnings

from . import _bitline
from ._checked import instance_number, seed_number, text, thread_count, two, whole
from ._config import as_config
from ._places import places
from ._record import Record, RecordList
from ._run import reporter
from ._workload import arguments_named, with_workload


class State:
    """One chip instance: what every cell is. Made by :meth:`Session.write`; its reads are safe from many threads."""

    def __init__(self, session: Session, native):
        self._session = session
        self._native = native

    @property
    def now_s(self) -> float:
        """Seconds since the chip was written."""
        return self._native.now_s

    @property
    def report(self) -> Record:
        """What writing took: cells, at_level, devices, faulty, pulses, given_up, missing (devices of ``conductances``
        that have no measured value), rms_error_S."""
        return Record(self._native.report)

    def age(self, time) -> State:
        """Lets time pass: seconds, or a text such as "1 day". Returns the state.

        >>> import bitline, numpy as np
        >>> s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        >>> s.write().age("1 min").age(30).now_s
        90.0
        """
        self._session._native.age(self._native, _bitline.seconds(time))
        return self

    def conductance(self, array: int, moment: str = "now"):
        """Conductances of one array in siemens, (rows, columns), or (rows, columns, 2) where a cell's two devices share
        a column; NaN where nothing is mapped. ``moment``: "now" (aged), "written", or "target".

        >>> import bitline, numpy as np
        >>> s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        >>> g_S = s.write().conductance(0, "written")
        >>> g_S.ndim, int(np.isfinite(g_S).sum())  # nine weights in pairs of devices
        (3, 18)
        """
        return self._session._native.conductance(self._native, self._session._array(array), text(moment, "moment"))

    def set_conductance(self, array: int, g_S) -> int:
        """Replaces the devices of one array by these, as if written now; the shape is that of :meth:`conductance`.

        NaN is a device that was not measured: ``conductances_missing`` of the configuration says what stands in
        ("written": what is there). Returns how many mapped devices are missing.

        InputError: another shape, or a mapped device that is negative, infinite, or missing where that is refused.

        >>> import bitline, numpy as np
        >>> s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        >>> chip = s.write()
        >>> chip.set_conductance(0, chip.conductance(0)[..., ::-1])  # both devices of each pair exchanged
        0
        >>> s.read(chip, 0, [1, 2, 3]).tolist()
        [-7.0, -14.0, -21.0]
        """
        return self._session._native.set_conductance(self._native, self._session._array(array), g_S)

    def __repr__(self) -> str:
        return f"<bitline.State {self.now_s:g} s after writing>"


class Session:
    """A network placed on a chip: quantized, mapped and calibrated once, then written and read as often as one likes.

    Parameters
    ----------
    config : a Config, a path, or the short name of a shipped configuration.
    model, inputs, labels, calibration_inputs, calibration_labels : in place of its workload, as in :func:`bitline.run`;
        only calibration samples are read here.
    threads : at most so many for each call; 0 = all cores. Results are the same.
    data, progress : as in :func:`bitline.run`.

    All functions may be called from many threads at once.

    Examples
    --------
    >>> import bitline, numpy as np
    >>> s = bitline.Session(bitline.load("fashion-mlp", {"workload.calibration_images": 16}))
    >>> chip = s.write(0)
    >>> codes = np.zeros((4, 784), np.int16)
    >>> s.read(chip, "fc1", codes).shape, s.read(chip, "fc1", codes, reads=(0, 10)).shape
    ((4, 256), (10, 4, 256))
    """

    def __init__(self, config, *, model=None, inputs=None, labels=None, calibration_inputs=None,
                 calibration_labels=None, threads: int = 0, data=None, progress=None):
        given = as_config(config)
        self.config = with_workload(given, model, inputs, labels, calibration_inputs, calibration_labels).copy()
        self._how = ("network", threads, data)
        tell, end = reporter(progress)
        try:
            with arguments_named(self.config):
                self._native = _bitline.NetworkOnChip(self.config._native, places(data), thread_count(threads), tell)
        finally:
            end()
        self._warn()

    def _warn(self) -> None:
        for text in self.warnings:
            warnings.warn(text, stacklevel=3)

    @property
    def warnings(self) -> list[str]:
        """Of placing and of what was asked for and could not be done; raised as warnings, too."""
        return self._native.warnings

    @classmethod
    def from_weights(cls, config, weights, calibration, *, threads: int = 0) -> Session:
        """One real matrix: ``weights`` (rows, columns); ``calibration`` (vectors, rows) are real inputs whose largest
        magnitude is the largest code, and on which converters are ranged. Inputs are signed if one of these is
        negative. The layer is called "matrix".

        >>> import bitline, numpy as np
        >>> s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        >>> s.read(s.write(), 0, [1, 2, 3]).tolist()
        [7.0, 14.0, 21.0]
        """
        self = cls.__new__(cls)
        self.config = as_config(config).copy()
        self._how = ("matrix", threads, (weights, calibration))
        self._native = _bitline.NetworkOnChip(self.config._native, weights, calibration, thread_count(threads))
        self._warn()
        return self

    @property
    def layers(self) -> RecordList:
        """Of each layer: name, rows, columns, bias_rows, weight_bits, input_bits, signed, lowest, highest (codes of
        inputs), input_scale, weight_scale (by column), bias, positions (vectors of one sample), digital, arrays.
        A real product is input_scale * weight_scale * sums + bias. What stands behind a product
        in the file and acts on each column alone (the bias of a MatMul, constants, norms) is part of it: folded_gain x
        (inputs @ weights of the file) + folded_bias, by column; empty: nothing stood there."""
        return RecordList(map(Record, self._native.layers()))

    @property
    def arrays(self) -> int:
        """How many arrays hold weights."""
        return self._native.arrays

    @property
    def age_s(self) -> float:
        """Seconds between writing and reading that the configuration asks for: a run ages its chips by them."""
        return self._native.age_s

    def weights(self, layer):
        """Codes of the weights, (rows, columns) int16.

        >>> import bitline, numpy as np
        >>> s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        >>> s.weights(0).tolist()
        [[7, 0, 0], [0, 7, 0], [0, 0, 7]]
        """
        return self._native.layer_weights(layer)

    def write(self, instance: int = 0, *, seed: int | None = None) -> State:
        """Writes a chip instance. ``seed``: of its devices in place of the configuration's.

        >>> import bitline, numpy as np
        >>> s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        >>> s.write(2, seed=7).report.cells
        9
        """
        state = State(self, self._native.write(instance_number(instance), seed_number(seed)))
        if (missing := self._native.missing_warning(state._native)) is not None:
            warnings.warn(missing, stacklevel=2)
        return state

    def age(self, state: State, time) -> State:
        """Lets time pass on a chip: seconds, or a text such as "1 day"; as :meth:`State.age`."""
        return state.age(time)

    def quantize(self, layer, values):
        """Codes of real inputs of a layer, int16 of the same shape: rounded half to even, clipped.

        >>> import bitline, numpy as np
        >>> s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        >>> s.quantize(0, [0.4, 1.5, 999.0]).tolist()
        [0, 2, 255]
        """
        return self._native.quantize(layer, values)

    def read(self, state: State, layer, codes, reads: tuple[int, int] = (0, 1), *, real: bool = False, out=None):
        """Products of codes with one layer's weights, as the chip's converters give them.

        Parameters
        ----------
        layer : its name or its number.
        codes : (inputs, rows) or (rows,) of any integer type; C-contiguous int16 is used where it is.
        reads : (first, count): the k-th read of input i of n draws the noise of number first + k n + i; the same
            number, the same noise.
        real : float32 products of real numbers (without biases) in place of float64 sums in units of the codes.
        out : a C-contiguous array that takes them.

        Returns
        -------
        (inputs, columns), or (count, inputs, columns) where count > 1.

        Raises
        ------
        InputError : wrong shape or type, a code out of range.

        Examples
        --------
        >>> import bitline, numpy as np
        >>> s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        >>> s.read(s.write(), 0, [[1, 2, 3], [0, 0, 1]]).tolist()
        [[7.0, 14.0, 21.0], [0.0, 0.0, 7.0]]
        """
        return self._native.read(self._state(state), layer, codes, two(reads, "reads", 2**32 - 1), real, out)

    def multiply(self, state: State, layer, codes, sample: int = 0, position: int = 0, positions: int = 1):
        """Sums of (vectors, rows) codes, numbered as :meth:`evaluate` numbers them: vector v is of the sample ``sample``
        + v // positions, and there at ``position`` + v % positions (of a convolution's map, of a sequence's steps).

        >>> import bitline, numpy as np
        >>> s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        >>> s.multiply(s.write(), 0, [[1, 2, 3]], sample=5).tolist()
        [[7.0, 14.0, 21.0]]
        """
        numbers = (whole(n, name, least, 2**31 - 1) for n, name, least in
                   ((sample, "sample", 0), (position, "position", 0), (positions, "positions", 1)))
        return self._native.multiply(self._state(state), layer, codes, *numbers)

    def seen(self, state: State, layer) -> Record:
        """What reads see of a layer's cells, in units of its weight codes.

        weights (rows, columns): conductances as they are, wires and gains included; read_variance (rows, columns): of
        read noise; converter_variance (columns,): of all conversions of one vector, LSB^2 / 12 each and the converters'
        noise; squares_of_inputs: of each input code from the lowest, the sum over its planes of (weight x value)^2. So
        the error of one read of codes x has the variance squares_of_inputs[x - lowest] @ read_variance +
        converter_variance, as far as no converter clips; and before the digital correction of columns (``correct``).

        >>> import bitline, numpy as np
        >>> s = bitline.Session.from_weights("ideal", np.eye(3), np.eye(3) * 255)
        >>> s.seen(s.write(), 0).weights.tolist()
        [[7.0, 0.0, 0.0], [0.0, 7.0, 0.0], [0.0, 0.0, 7.0]]
        """
        return Record(self._native.seen(self._state(state), layer))

    def evaluate(self, state: State, inputs, reads: tuple[int, int] = (0, 1), *, progress=None):
        """Outputs of the network for (samples, ...) inputs, float64 (samples, outputs), or (count, samples, outputs).

        uint8 inputs are divided by 255; ``workload.normalize`` applies. The chip is read as it is: a run ages it by
        ``age_s`` before.

        >>> import bitline, numpy as np
        >>> s = bitline.Session(bitline.load("fashion-mlp", {"workload.calibration_images": 16}))
        >>> s.evaluate(s.write(), np.zeros((2, 1, 28, 28), np.uint8)).shape
        (2, 10)
        """
        return self._native.evaluate(self._state(state), inputs, two(reads, "reads", 2**32 - 1), progress)

    def costs(self, state: State | None = None, inputs=None) -> Record:
        """Energy, latency, area and efficiency of the mean inference, with the keys of result.json.

        ``inputs``: None takes the calibration samples; ``state``: None writes instance 0 and ages it as configured.

        >>> import bitline
        >>> costs = bitline.Session(bitline.load("fashion-mlp", {"workload.calibration_images": 16})).costs()
        >>> abs(sum(costs.energy.breakdown_J.to_dict().values()) / costs.energy.per_inference_J - 1) < 1e-9
        True
        """
        if state is None:
            state = self.write(0).age(self.age_s)
        return Record(json.loads(self._native.costs(self._state(state), inputs)))

    def _array(self, array) -> int:
        return whole(array, "array", 0, self.arrays - 1)

    def _state(self, state: State):
        if not isinstance(state, State):
            raise TypeError(f"state is a {type(state).__name__}; Session.write makes one")
        if state._session is not self:
            raise ValueError("the state is of another session")
        return state._native

    def __reduce__(self):
        return _open, (self.config, *self._how)

    def __repr__(self) -> str:
        return f"<bitline.Session {self.config.name}: {len(self.layers)} layers on {self.arrays} arrays>"


def _open(config, kind, threads, source) -> Session:
    if kind == "matrix":
        return Session.from_weights(config, *source, threads=threads)
    return Session(config, threads=threads, data=source)
