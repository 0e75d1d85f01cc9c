# SPDX-License-Identifier: Apache-2.0
"""Keys of configurations, for editors and type checkers: never imported while a program runs. Made by
scripts/python-keys from the schema; those of all types of a node stand side by side."""
from typing import Any

from ._config import Layers, Node


class KeysArray(Node):
    rows: Any
    """inputs of one array (a 2T2R array has two physical lines for each)"""
    columns: Any
    """output columns of one array"""
    topology: Any
    """voltage-rows: inputs are voltages on horizontal lines; gated-ladder: the input bit switches a row, supply
    lines run beside the bit lines; gated-rows: the same with horizontal supply lines"""
    active_rows: Any
    """rows driven at once; more rows take more reads, digitised and added"""


class KeysWires(Node):
    mode: Any
    """ideal: wires have no resistance; exact: Kirchhoff's laws at every node; auto: exact when any resistance below
    is given"""
    row: Any
    """resistance of a row line (gated-ladder: supply line) from one device to the next"""
    column: Any
    """resistance of a column line from one device to the next"""
    driver: Any
    """between source and first segment of each row (gated-ladder: of each supply line)"""
    sense: Any
    """between last segment of each column and its virtual ground"""
    driver_far: Any
    """connects the same source to the other end of its row too, through this"""
    sense_far: Any
    """grounds the other end of each column too, through this; currents of both ends add"""
    access: Any
    """of the transistor in series with each device when it is on"""
    compensation: Any
    """conductance (pairs that share a column): targets are raised by what the wires of the intended array take from
    each device, as far as g_max allows"""
    compensated_swing: Any
    """signal that compensation aims at, as a share of that without wires: less leaves distant devices more room
    below g_max, but write errors weigh more"""


class KeysDeviceIv(Node):
    type: Any
    """one of ohmic, sinh"""
    beta: Any
    """I = G V sinh(beta V_device) / sinh(beta V), with V the read voltage that G is verified at"""


class KeysDeviceWrite(Node):
    type: Any
    """one of exact, gaussian, window, level-accuracy, measured, write-verify, pulses"""
    sigma: Any
    """coefficients c0, c1, ... of sigma = c0 + c1 g + c2 g^2 + ..., g = target / g_max (0 where negative)"""
    half_width: Any
    """the write-verify loop stops within target +- this"""
    accuracy: Any
    """share of mapped weights whose nearest level after writing is the intended one; below 1"""
    levels: Any
    """targets from the lowest up; linear in between, held beyond the ends"""
    half_width_per_g: Any
    """what half_width grows by from a target of 0 to one of g_max, in proportion to the target"""
    set_step: Any
    """coefficients c0, c1, ... of a set pulse's mean step, a polynomial of g = G / g_max in 0..1"""
    reset_step: Any
    """the same for reset pulses, which lower G by it; empty = as set_step"""
    growth: Any
    """share of its first step by which each further pulse in one direction is larger"""
    spread: Any
    """standard deviation of a step from pulse to pulse, relative"""
    device_spread: Any
    """sigma of the factor exp(sigma z) of all steps of a device: slow and fast devices"""
    verify_noise: Any
    """rms noise of one verify read"""
    max_pulses: Any
    """pulses of one round after which a device is given up"""
    start: Any
    """conductance before the first pulse"""
    rounds: Any
    """write, wait, verify and write again what has left the window: 1 = write once"""
    wait: Any
    """time between rounds"""


class KeysDeviceRelaxation(Node):
    type: Any
    """one of none, log-time, by-level, measured"""
    t0: Any
    """time of the first moment described; devices are as written before it"""
    sigma: Any
    """coefficients of the standard deviation at t0, a polynomial of g = G / g_max in 0..1"""
    sigma_per_decade: Any
    """coefficients of the standard deviation added (as variance) by each decade of time, a polynomial of g"""
    shift: Any
    """coefficients of the mean shift at t0, a polynomial of g"""
    shift_per_decade: Any
    """coefficients of the mean shift per decade of time, a polynomial of g"""
    levels: Any
    """laws of levels, from the lowest conductance up; linear in between"""


class KeysDeviceDriftNuMean(Node):
    per_ln: Any
    """slope against ln(G / g_max)"""
    constant: Any
    """value at g_max before clipping"""
    min: Any
    """smallest value"""
    max: Any
    """largest value"""


class KeysDeviceDriftNuSigma(Node):
    per_ln: Any
    """slope against ln(G / g_max)"""
    constant: Any
    """value at g_max before clipping"""
    min: Any
    """smallest value"""
    max: Any
    """largest value"""


class KeysDeviceDrift(Node):
    type: Any
    """one of none, power-law, power-law-by-state, double-exponential"""
    t0: Any
    """t0 in G (1 + t/t0)^-nu"""
    nu_mean: KeysDeviceDriftNuMean
    """mean drift exponent of the devices"""
    nu_sigma: KeysDeviceDriftNuSigma
    """standard deviation of the drift exponent over devices; exponents below 0 count as 0"""
    g_rest: Any
    """resting conductance that every device relaxes to, from above or below"""
    share1: Any
    """share of the distance from rest that decays with tau1; the rest with tau2"""
    tau1: Any
    """first time constant"""
    tau2: Any
    """second time constant"""
    share1_below: Any
    """the same for devices below rest (after depression)"""
    tau1_below: Any
    """first time constant below rest"""
    tau2_below: Any
    """second time constant below rest"""


class KeysDeviceSlowNoise(Node):
    type: Any
    """one of none, flicker, telegraph"""
    q1: Any
    """q in sigma = G q sqrt(ln(...)) at g_max"""
    exponent: Any
    """q falls as g^-exponent"""
    q_max: Any
    """largest q"""
    t0: Any
    """time observed before the age starts: sqrt(ln((t + t0 + t_read) / (2 t_read)))"""
    t_read: Any
    """time of one read"""
    share: Any
    """share of devices with a trap"""
    amplitude: Any
    """change of G in the other state, relative"""
    tau_min: Any
    """shortest time constant"""
    tau_max: Any
    """longest time constant"""


class KeysDeviceReadDisturb(Node):
    type: Any
    """one of none, stretched-exponential"""
    g_rest: Any
    """conductance that reads without end lead to, from above or below"""
    tau: Any
    """time under at_voltage after which 1/e of the distance from g_rest is left"""
    beta: Any
    """exponent of the time: 1 for one barrier, less for a spread of them"""
    at_voltage: Any
    """read voltage that tau is given at"""
    voltage_per_e: Any
    """voltage that makes it e times as fast: tau(V) = tau exp(-(V - at_voltage) / voltage_per_e). It is needed also
    where reads are at at_voltage, so that other voltages mean something"""


class KeysDeviceThermal(Node):
    reference: Any
    """temperature that times are given at"""
    relaxation_energy: Any
    """activation energy of relaxation; 0 = no dependence"""
    drift_energy: Any
    """activation energy of drift; 0 = no dependence"""


class KeysDeviceReadNoise(Node):
    sigma: Any
    """white noise of one read of one device, rms, whatever its conductance"""
    relative: Any
    """white noise of one read as a share of the conductance, rms; adds in square"""
    by_conductance: Any
    """white noise of one read, rms, at measured conductances from the lowest up; linear in between, held beyond;
    adds in square"""


class KeysDeviceFaults(Node):
    stuck_on: Any
    """share of devices stuck at g_max"""
    stuck_off: Any
    """share of devices stuck at g_min"""
    dead_row: Any
    """share of physical rows that carry no voltage"""
    dead_column: Any
    """share of physical columns that deliver no current"""


class KeysDeviceSpread(Node):
    device_to_device: Any
    """sigma of the factor exp(sigma z) that scales the conductance window of each device"""
    cycle_to_cycle: Any
    """sigma of the factor exp(sigma z) that scales each written conductance"""


class KeysDevicePlasticityReported(Node):
    window: Any
    """memory window"""
    on_off: Any
    """g_max over g_min; what curves use where the device has no conductances"""
    endurance: Any
    """cycles shown"""
    retention: Any
    """time shown"""
    width: Any
    """of a writing pulse"""
    ltp_pulses: Any
    """pulses of a potentiation sweep"""
    energy: Any
    """of one pulse"""
    also: Any
    """what else is shown"""


class KeysDevicePlasticityPotentiationDriveLaw(Node):
    type: Any
    """one of power, exponential"""
    exponent: Any
    """of the amplitude over the threshold"""
    scale: Any
    """volts for a factor of e"""


class KeysDevicePlasticityPotentiationDrive(Node):
    amplitude: Any
    """magnitude of the reference pulse, which counts as one"""
    width: Any
    """of the reference pulse"""
    threshold: Any
    """magnitudes up to this do nothing"""
    law: KeysDevicePlasticityPotentiationDriveLaw
    """how a pulse's effect grows with its amplitude"""
    width_exponent: Any
    """effect goes as (width / reference)^this"""


class KeysDevicePlasticityPotentiationUpdate(Node):
    type: Any
    """one of linear, exponential, power, table"""
    pulses: Any
    """reference pulses from one end of the window to the other"""
    nonlinearity: Any
    """NeuroSim's label: largest distance of the curve from a straight line in the unit square over 0.07; A in B (1
    - exp(-P / A)) follows from it"""
    exponent: Any
    """of x = (n / pulses)^exponent"""
    points: Any
    """state before the first pulse and after each one, in any unit; scaled by the first and the last, straight
    between"""
    file: Any
    """CSV file with those points in its last column, instead of the list"""


class KeysDevicePlasticityPotentiationShortTermConsolidation(Node):
    threshold: Any
    """transient above which memory turns long-term, a share of the window"""
    rate: Any
    """unit pulses of potentiation per share of the window above it"""


class KeysDevicePlasticityPotentiationShortTerm(Node):
    response: Any
    """current over the long-term level at the end of one reference pulse, a share of the window"""
    share1: Any
    """share of it that decays with tau1: c1 of paired-pulse facilitation"""
    tau1: Any
    """of the faster decay"""
    share2: Any
    """share of it that decays with tau2: c2"""
    tau2: Any
    """of the slower decay"""
    ceiling: Any
    """transient that no pulse adds to, a share of the window"""
    activation1: Any
    """activation energy of that time constant in eV; 0: the same at any temperature"""
    activation2: Any
    """activation energy of that time constant in eV; 0: the same at any temperature"""
    temperature: Any
    """at which the time constants hold"""
    consolidation: KeysDevicePlasticityPotentiationShortTermConsolidation
    """transition from short-term to long-term memory"""


class KeysDevicePlasticityPotentiation(Node):
    drive: KeysDevicePlasticityPotentiationDrive
    """the reference pulse, and how others compare with it"""
    update: KeysDevicePlasticityPotentiationUpdate
    """long-term state over the number of pulses; unset: nothing lasts"""
    short_term: KeysDevicePlasticityPotentiationShortTerm
    """what passes: facilitation and relaxation"""


class KeysDevicePlasticityDepressionDriveLaw(Node):
    type: Any
    """one of power, exponential"""
    exponent: Any
    """of the amplitude over the threshold"""
    scale: Any
    """volts for a factor of e"""


class KeysDevicePlasticityDepressionDrive(Node):
    amplitude: Any
    """magnitude of the reference pulse, which counts as one"""
    width: Any
    """of the reference pulse"""
    threshold: Any
    """magnitudes up to this do nothing"""
    law: KeysDevicePlasticityDepressionDriveLaw
    """how a pulse's effect grows with its amplitude"""
    width_exponent: Any
    """effect goes as (width / reference)^this"""


class KeysDevicePlasticityDepressionUpdate(Node):
    type: Any
    """one of linear, exponential, power, table"""
    pulses: Any
    """reference pulses from one end of the window to the other"""
    nonlinearity: Any
    """NeuroSim's label: largest distance of the curve from a straight line in the unit square over 0.07; A in B (1
    - exp(-P / A)) follows from it"""
    exponent: Any
    """of x = (n / pulses)^exponent"""
    points: Any
    """state before the first pulse and after each one, in any unit; scaled by the first and the last, straight
    between"""
    file: Any
    """CSV file with those points in its last column, instead of the list"""


class KeysDevicePlasticityDepressionShortTermConsolidation(Node):
    threshold: Any
    """transient above which memory turns long-term, a share of the window"""
    rate: Any
    """unit pulses of potentiation per share of the window above it"""


class KeysDevicePlasticityDepressionShortTerm(Node):
    response: Any
    """current over the long-term level at the end of one reference pulse, a share of the window"""
    share1: Any
    """share of it that decays with tau1: c1 of paired-pulse facilitation"""
    tau1: Any
    """of the faster decay"""
    share2: Any
    """share of it that decays with tau2: c2"""
    tau2: Any
    """of the slower decay"""
    ceiling: Any
    """transient that no pulse adds to, a share of the window"""
    activation1: Any
    """activation energy of that time constant in eV; 0: the same at any temperature"""
    activation2: Any
    """activation energy of that time constant in eV; 0: the same at any temperature"""
    temperature: Any
    """at which the time constants hold"""
    consolidation: KeysDevicePlasticityDepressionShortTermConsolidation
    """transition from short-term to long-term memory"""


class KeysDevicePlasticityDepression(Node):
    drive: KeysDevicePlasticityDepressionDrive
    """the reference pulse, and how others compare with it"""
    update: KeysDevicePlasticityDepressionUpdate
    """long-term state over the number of pulses; unset: nothing lasts"""
    short_term: KeysDevicePlasticityDepressionShortTerm
    """what passes: facilitation and relaxation"""


class KeysDevicePlasticityLightDrive(Node):
    power: Any
    """of the reference pulse, which counts as one"""
    width: Any
    """of the reference pulse"""
    wavelength: Any
    """of the reference pulse"""
    power_exponent: Any
    """effect goes as (power / reference)^this"""
    width_exponent: Any
    """effect goes as (width / reference)^this"""
    responsivity: Any
    """effect by wavelength, of the reference's; straight between, by rising wavelength"""


class KeysDevicePlasticityLightShortTermConsolidation(Node):
    threshold: Any
    """transient above which memory turns long-term, a share of the window"""
    rate: Any
    """unit pulses of potentiation per share of the window above it"""


class KeysDevicePlasticityLightShortTerm(Node):
    response: Any
    """current over the long-term level at the end of one reference pulse, a share of the window"""
    share1: Any
    """share of it that decays with tau1: c1 of paired-pulse facilitation"""
    tau1: Any
    """of the faster decay"""
    share2: Any
    """share of it that decays with tau2: c2"""
    tau2: Any
    """of the slower decay"""
    ceiling: Any
    """transient that no pulse adds to, a share of the window"""
    activation1: Any
    """activation energy of that time constant in eV; 0: the same at any temperature"""
    activation2: Any
    """activation energy of that time constant in eV; 0: the same at any temperature"""
    temperature: Any
    """at which the time constants hold"""
    consolidation: KeysDevicePlasticityLightShortTermConsolidation
    """transition from short-term to long-term memory"""


class KeysDevicePlasticityLight(Node):
    drive: KeysDevicePlasticityLightDrive
    """the reference pulse, and how others compare with it"""
    step: Any
    """unit pulses of potentiation that one reference pulse writes"""
    short_term: KeysDevicePlasticityLightShortTerm
    """what passes: facilitation and relaxation"""


class KeysDevicePlasticityHistory(Node):
    rest: Any
    """what a pulse counts after silence"""
    gain: Any
    """added per pulse of recent over usual activity"""
    recent_tau: Any
    """memory of recent pulses"""
    usual_tau: Any
    """forgetting of what is usual"""
    adaptation: Any
    """share of the way from usual to recent activity that each pulse makes"""


class KeysDevicePlasticityStdp(Node):
    type: Any
    """one of none, pair, triplet"""
    plus: Any
    """change at dt = 0+, a share of the window"""
    tau_plus: Any
    """of pre before post (dt > 0)"""
    minus: Any
    """fall at dt = 0-, a share of the window"""
    tau_minus: Any
    """of post before pre (dt < 0)"""
    triplet_plus: Any
    """what an immediately preceding post spike adds to plus, a share of the window"""
    tau_y: Any
    """memory of earlier post spikes"""
    triplet_minus: Any
    """what an immediately preceding pre spike adds to minus, a share of the window"""
    tau_x: Any
    """memory of earlier pre spikes"""


class KeysDevicePlasticitySpread(Node):
    cycle_to_cycle: Any
    """sigma that one unit pulse adds to the state, a share of the window"""
    device_to_device: Any
    """sigma of the factor exp(sigma z) on a device's steps and transients"""


class KeysDevicePlasticity(Node):
    device: Any
    """what it is made of"""
    doi: Any
    """of the publication"""
    reported: KeysDevicePlasticityReported
    """what the publication says beside its curves"""
    potentiation: KeysDevicePlasticityPotentiation
    """response to positive pulses"""
    depression: KeysDevicePlasticityDepression
    """response to negative pulses"""
    light: KeysDevicePlasticityLight
    """response to light"""
    history: KeysDevicePlasticityHistory
    """adaptation of potentiation to earlier pulses"""
    stdp: KeysDevicePlasticityStdp
    """spike-timing dependence"""
    spread: KeysDevicePlasticitySpread
    """differences between pulses and between devices"""
    v_read: Any
    """voltage the state is read at"""
    figures: Any
    """published figures and how ours are measured"""


class KeysDevice(Node):
    about: Any
    """what the device is, in words; else `plasticity.device` says it"""
    doi: Any
    """of the publication its numbers come from; else `plasticity.doi`"""
    g_min: Any
    """conductance of level 0"""
    g_max: Any
    """conductance of the highest level"""
    levels: Any
    """table of the conductances of level 0, 1, ..., as many as the mapping uses; empty = linear from g_min to
    g_max"""
    iv: KeysDeviceIv
    """current against voltage; shows where wires lower the voltage or inputs are analog"""
    write: KeysDeviceWrite
    """error of the conductance right after the write"""
    relaxation: KeysDeviceRelaxation
    """change soon after the write"""
    drift: KeysDeviceDrift
    """change later on"""
    slow_noise: KeysDeviceSlowNoise
    """noise that is correlated over reads; part of the state at the age of the run"""
    read_disturb: KeysDeviceReadDisturb
    """change by reads, which number what `use: in-time` tells; on what time has made of the device"""
    temperature: Any
    """of the devices between writing and reading"""
    thermal: KeysDeviceThermal
    """how temperature speeds up relaxation and drift"""
    read_noise: KeysDeviceReadNoise
    """white noise, independent at each read"""
    faults: KeysDeviceFaults
    """stuck devices and dead lines"""
    spread: KeysDeviceSpread
    """differences between devices and between writes"""
    endurance: Any
    """pulses that a device bears; a run that needs more warns"""
    curie: Any
    """Curie temperature; a use above it warns, since the material is not ferroelectric there"""
    measured_until: Any
    """longest time after writing at which such devices were measured; a later age warns, since relaxation, drift
    and slow noise are extrapolated there (times as at thermal.reference)"""
    plasticity: KeysDevicePlasticity
    """what pulses do; for `bitline device`, and a run with write.type: pulses"""


class KeysCell(Node):
    type: Any
    """one of 2t2r, 1t1r-differential, 1t1r-offset"""
    slices: Any
    """devices (or device pairs) that share one weight, each with its own digit and conversion"""
    pair: Any
    """one-sided: the other device stays at g_min; two-sided: the sum of both is constant"""
    subtract: Any
    """where the negative column is subtracted: after both conversions, or as currents before one"""


class KeysInputAccumulate(Node):
    type: Any
    """one of digital, analog"""
    weighting: Any
    """how planes get their weights: charge shared between equal capacitors (every plane lasts t_read), time (a
    plane lasts its weight times t_read: pulse-width inputs) or pulses (driven as often: pulse counts)"""


class KeysInput(Node):
    encoding: Any
    """how an integer input becomes row voltages"""
    bits: Any
    """bits of an input (ternary: inputs are -1, 0, 1)"""
    v_read: Any
    """row voltage of one input step; of the largest input for analog"""
    t_read: Any
    """time the rows are driven for one read (settling and integration)"""
    accumulate: KeysInputAccumulate
    """where the planes of an input are added up"""


class KeysAdcRange(Node):
    type: Any
    """one of full-scale, fixed, calibrated, charge, mean-square-error"""
    current: Any
    """full-scale current"""
    coverage: Any
    """share of the |currents| of the calibration inputs that the full scale covers; 1 = the largest"""
    charge: Any
    """charge that fills the integrating capacitor; full scale = charge / time"""
    time: Any
    """integration time"""


class KeysAdcErrors(Node):
    offset: Any
    """standard deviation of the converters' offsets, in LSB; drawn once per converter"""
    gain: Any
    """standard deviation of the converters' relative gain errors; drawn once per converter"""
    noise: Any
    """input-referred rms noise, in LSB; drawn at every conversion"""
    inl: Any
    """integral nonlinearity: how much higher than ideal the thresholds lie, in LSB, at equally spaced points from
    the lowest to the highest code, interpolated; the same for all converters"""


class KeysAdcCost(Node):
    model: Any
    """where energy and area come from unless given: survey, published 8-bit converters of this node times what
    circuits of this kind and resolution take over an 8-bit SAR; circuit, its capacitors and gates; regression,
    published converters of this resolution (from 4 bits), all kinds alike; population, the median published
    converter of this kind, resolution, rate and node; or auto, population where published converters reach that
    far, else circuit"""
    kind: Any
    """with model: population or auto: the kind of published converters that this one is priced as"""
    effective_bits: Any
    """with model: population or auto: effective bits, (SNDR - 1.76 dB) / 6.02 dB; unset: bits - log2(1 + 12
    noise^2) / 2, of rounding and errors.noise alone"""
    overhead: Any
    """factor on modelled energy, area and leakage for what stands beside a bare converter: reference, buffer,
    clock, calibration; 1 = not counted"""
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysAdc(Node):
    type: Any
    """one of ideal, sar, flash, ramp"""
    bits: Any
    """resolution"""
    range: KeysAdcRange
    """where the full scale comes from"""
    codes: Any
    """codes of signed currents: twos-complement from -2^(bits-1), symmetric from -2^(bits-1) + 1; both up to
    2^(bits-1) - 1"""
    shared_by: Any
    """columns that take turns at one converter"""
    clamp: Any
    """the magnitude of a column's current saturates here before the converter"""
    errors: KeysAdcErrors
    """imperfections of the converters"""
    cost: KeysAdcCost
    """published or measured figures of one converter"""
    capacitor_mismatch: Any
    """relative standard deviation of one unit capacitor of the DAC; bit k has 2^k of them, so it errs by sigma /
    sqrt(2^k) (unit-capacitor model: Saberi 2011, doi:10.1109/TCSI.2011.2107214)"""
    comparator_offset: Any
    """standard deviation of each comparator's own offset, in LSB; drawn once per comparator"""
    thresholds: Any
    """measured thresholds in LSB, 2^bits - 1 of them, ascending, the first between the two lowest codes
    (-2^(bits-1) and the next when signed, 0 and 1 when not); empty = ideal"""
    clock: Any
    """clock of the ramp's counter; one conversion takes 2^bits ticks"""


class KeysQuantizationRescale(Node):
    type: Any
    """one of none, smooth, equalize"""
    strength: Any
    """share a of the inputs' range that is moved: factors max|x|^a / max|w|^(1 - a)"""


class KeysQuantization(Node):
    weight_bits: Any
    """bits of a weight: -(2^(b-1)-1) .. 2^(b-1)-1; 1 = sign"""
    weight_scale: Any
    """one scale for a layer or one for each output column"""
    clip_percentile: Any
    """share of |weights| inside the range; larger ones saturate"""
    activation_range: Any
    """range of a layer's inputs from calibration activations: coverage, the activation_coverage quantile of their
    magnitudes; mean-square-error, the range whose codes deviate least from them"""
    activation_coverage: Any
    """share of calibration activations inside the range of a layer's inputs (activation_range: coverage); 1 = the
    largest"""
    rescale: KeysQuantizationRescale
    """channels of a layer's inputs are divided by factors of their own and its rows multiplied by them, the
    division folded into what makes the channels"""


class KeysMapping(Node):
    prefer: Any
    """area: blocks lie as densely as they can; balanced: they are spread over the arrays of the chips that this
    takes, so that fewer take turns; latency: also over more chips (chips: auto), and arrays that are left hold
    copies of layers"""
    duplicate: Any
    """copies of every layer, which share its positions or, pipelined, serve images in turn; those that gain nothing
    are not placed"""
    schedule: Any
    """one image at a time through all layers, or layers working on successive images"""
    unused: Any
    """what devices of unmapped cells are: written to g_min, or never formed (open)"""
    min_piece_rows: Any
    """smallest piece a block may be cut into along its rows"""


class KeysTechnologyTransistor(Node):
    node: Any
    """node that these transistors are of; another technology.node warns"""
    vdd: Any
    """supply at which the currents were found; a technology.vdd more than 10 % off warns"""
    gate_capacitance: Any
    """of a gate per width: channel, overlaps, fringe; mean over the swing"""
    drain_capacitance: Any
    """of a contacted drain per width; mean over the swing"""
    drive_n: Any
    """effective current of an n transistor at 300 K, (I(V, V/2) + I(V/2, V)) / 2"""
    drive_p: Any
    """the same of a p transistor"""
    off_n: Any
    """off current of an n transistor at 300 K"""
    off_p: Any
    """the same of a p transistor"""
    drive_per_K: Any
    """relative change of the drive currents per kelvin"""
    off_decade: Any
    """temperature rise that makes leakage ten times as large"""
    gate_width: Any
    """electrical width of the n transistor of a library's unit inverter"""
    p_to_n: Any
    """width of the p transistor over that of the n transistor"""
    gate_pitch: Any
    """contacted gate pitch of standard cells"""
    cell_height: Any
    """of standard cells"""


class KeysTechnologyMetal(Node):
    width: Any
    """of an array wire"""
    thickness: Any
    """of an array wire"""
    resistivity: Any
    """of the wire as made, at the reference temperature"""
    temperature_coefficient: Any
    """relative change of the resistivity per kelvin"""
    reference_temperature: Any
    """where the resistivity holds"""
    temperature: Any
    """of the wires in operation"""


class KeysTechnologyCostsAdder(Node):
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysTechnologyCostsRegister(Node):
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysTechnologyCostsBuffer(Node):
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysTechnologyCostsDriver(Node):
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysTechnologyCostsLevelShifter(Node):
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysTechnologyCostsMux(Node):
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysTechnologyCostsSampleHold(Node):
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysTechnologyCostsDac(Node):
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysTechnologyCostsRouter(Node):
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysTechnologyCostsDram(Node):
    energy: Any
    """of one action"""
    time: Any
    """of one action"""
    area: Any
    """of one instance"""
    leakage: Any
    """of one instance"""


class KeysTechnologyCosts(Node):
    adder: KeysTechnologyCostsAdder
    """one bit of an adder, one addition"""
    register: KeysTechnologyCostsRegister
    """one bit of a register, one write"""
    buffer: KeysTechnologyCostsBuffer
    """one bit of an activation buffer, one access"""
    driver: KeysTechnologyCostsDriver
    """driver of one physical row line, one activation; the line's charge is apart"""
    level_shifter: KeysTechnologyCostsLevelShifter
    """level shifter of one line, for write voltages"""
    mux: KeysTechnologyCostsMux
    """switch of one column that shares a converter, one switching"""
    sample_hold: KeysTechnologyCostsSampleHold
    """sample and hold of one column, one sample"""
    dac: KeysTechnologyCostsDac
    """digital-to-analog converter of one row line, one level"""
    router: KeysTechnologyCostsRouter
    """mesh router, one bit, one hop"""
    dram: KeysTechnologyCostsDram
    """off-chip memory, one bit, one access"""


class KeysTechnology(Node):
    node: Any
    """feature size"""
    vdd: Any
    """supply of the digital periphery"""
    clock: Any
    """clock of the digital periphery and of converters without their own"""
    temperature: Any
    """of transistors and, unless metal.temperature says otherwise, wires"""
    transistor: KeysTechnologyTransistor
    """core transistors and standard cells; needed where a part's cost is not given in `costs`"""
    wire_capacitance: Any
    """capacitance of array and interconnect wires per length"""
    cell_area: Any
    """layout area of one cell of two devices; one device counts half"""
    sram_cell: Any
    """area of a six-transistor memory cell"""
    core_limit: Any
    """largest voltage a core transistor may see; higher ones need level shifters"""
    metal: KeysTechnologyMetal
    """what array wires are made of; needed where wires.row or wires.column is unset"""
    toggle: Any
    """share of bits that change from one datum to the next"""
    costs: KeysTechnologyCosts
    """published or measured figures in place of modelled ones"""
    write_energy: Any
    """writing one device once, all its pulses"""
    write_time: Any
    """writing one device once, all its pulses"""
    leakage: Any
    """standby power of one array with its drivers, converters and accumulators"""


class KeysPeripheryRescale(Node):
    shared_by: Any
    """converters of an array that take turns at one rescaling unit: fewer units, more cycles"""


class KeysPeripheryDigital(Node):
    bits: Any
    """of the numbers that are not codes of a layer's inputs"""
    lanes: Any
    """additions, multiplications, comparisons or multiply-accumulates of one clock cycle"""
    special_lanes: Any
    """circuits for each of division, square root, exponential and tabulated functions"""


class KeysPeriphery(Node):
    buffer: Any
    """what activation buffers are made of"""
    interconnect: Any
    """wires between buffers and arrays: a tree, or a mesh of routers"""
    bus_bits: Any
    """bits moved per clock between buffers and arrays"""
    transfers: Any
    """serial: a layer's data move before and after it computes; overlapped: while it computes"""
    clock_gating: Any
    """registers that wait are not clocked"""
    off_chip: Any
    """inputs of the first layer and outputs of the last come from and go to off-chip memory"""
    driver_drop: Any
    """share of the read voltage lost in a row's switch while all its devices are at mid conductance: sets the size
    of row drivers"""
    row_supply: Any
    """supply of linear stages that hold driven rows at their voltages, biased for the largest input (class A): they
    draw its current from this supply. none: a supply at the read voltage, without loss"""
    rescale: KeysPeripheryRescale
    """units that make sums the next codes"""
    digital_steps: Any
    """serial: a position's digital steps follow its reads; pipelined: they work while the next position is read"""
    floorplan_overhead: Any
    """area between parts, as a share of their sum; a line of its own"""
    digital: KeysPeripheryDigital
    """the unit that computes what no array computes"""
    baselines: Any
    """digital machines for the same network beside the result"""


class KeysProgramming(Node):
    voltage: Any
    """of a write pulse; above technology.core_limit every line gets a level shifter. Unset: that of the device's
    own pulses where device.write is pulses"""
    pulse: Any
    """length of a write pulse; unset: as for the voltage"""
    pulses: Any
    """write pulses of one device, mean; auto: 1, or those that device.write counts (write-verify, pulses), which
    win anyway"""
    verify: Any
    """each pulse is followed by a read and a conversion; auto: where device.write is write-verify"""
    parallel: Any
    """devices of one array written at once"""
    refresh: Any
    """interval at which everything is written again; devices are read at age modulo it, which results state. They
    are oldest just before a refresh: an age just short of the interval shows that worst moment"""


class KeysWorkloadActivity(Node):
    type: Any
    """one of uniform, bits, rectified-normal"""
    ones: Any
    """share of ones among the bits"""
    sigma: Any
    """in shares of the largest input"""


class KeysWorkloadWeights(Node):
    type: Any
    """one of uniform, normal, ternary"""
    zero: Any
    """share of zeros, the sparsity of weights, the other codes equally often; auto: zero is as often as they are"""
    sigma: Any
    """in shares of the largest weight"""


class KeysWorkloadDataset(Node):
    name: Any
    """a data set of `bitline list datasets`, or the path of a .npz archive with MedMNIST's keys or of a folder of
    images or sounds by class"""
    inputs: Any
    """instead of a name: .npy file (sample, ...), bytes divided by 255, other numbers as they are; or an IDX file
    of images"""
    labels: Any
    """of `inputs`: .npy file of classes (whole numbers or one-hot) or of targets, or an IDX file of labels"""
    calibration_inputs: Any
    """like `inputs`, for scales and converter ranges; without, `inputs` serve"""
    calibration_labels: Any
    """of `calibration_inputs`; counted for the number of classes"""


class KeysWorkloadNormalize(Node):
    mean: Any
    """subtracted from inputs; one number, or one per channel"""
    std: Any
    """divides what is left; one number, or one per channel"""


class KeysWorkloadActivation(Node):
    type: Any
    """one of trained, diode"""
    linear: Any
    """end of the linear region, and the largest output, in units of `scale`"""
    power: Any
    """how sharply the linear region ends"""
    slope: Any
    """reverse slope at gain 1, over the forward slope"""
    gain: Any
    """of the circuit that sets the reverse slope: multiplies `slope`"""
    noise: Any
    """sigma of an output, in units of `scale`"""
    spread: Any
    """sigma over devices of the linear region and of the reverse slope, relative"""
    scale: Any
    """value of the network that a device's 1 stands for"""


class KeysWorkloadNeurons(Node):
    half: Any
    """amplitude that makes a spike half of the time"""
    slope: Any
    """scale of the sigmoid, in amplitudes"""
    floor: Any
    """amplitude up to which pulses neither spike nor sensitize"""
    largest_shift: Any
    """most that weak pulses lower `half`"""
    settled: Any
    """probability of a spike that repeated weak pulses lead to"""
    memory_pulses: Any
    """weak pulses after which 63 % of the shift is there"""
    pulses: Any
    """counted for each value"""
    trained_half: Any
    """`half` of the neurons in training, if another"""
    trained_slope: Any
    """`slope` of the neurons in training, if another"""


class KeysWorkload(Node):
    network: Any
    """ONNX file: beside the config, or a shipped model's name; this or `shapes`"""
    shapes: Any
    """layers of which only the shape is known: costs without accuracy; this or `network`"""
    activity: KeysWorkloadActivity
    """what inputs of `shapes` are"""
    weights: KeysWorkloadWeights
    """what weights of `shapes` are"""
    statistics: Any
    """of `shapes`: expected counts exactly, or all weights and `images` images drawn and counted"""
    dataset: KeysWorkloadDataset
    """the data: a set of `bitline list datasets`, a path, or files of inputs and labels"""
    images: Any
    """test images, from the first; images drawn for `shapes`"""
    calibration_images: Any
    """training images that set activation scales and converter ranges"""
    normalize: KeysWorkloadNormalize
    """inputs become (x - mean) / std, as where the network was trained; padding stays 0 after that"""
    activation: KeysWorkloadActivation
    """what makes the activations of the network"""
    neurons: KeysWorkloadNeurons
    """stochastic neurons in place of the network's sigmoids: a value becomes a share of pulses"""
    first_class: Any
    """the output that is class 0, where there are more outputs than classes"""
    scores: Any
    """how outputs are judged, the first of them in `quality`; none: accuracy of classes, mean square error of
    targets"""


class KeysExperimentEncoder(Node):
    type: Any
    """one of pulse-train"""
    device: Any
    """what the pulses drive: the name of a shipped device, or a map as of `device`; its plasticity counts"""
    stimulus: Any
    """light, or voltage pulses that potentiate or depress"""
    pulses: Any
    """values of a group: pulses that a device meets"""
    amplitude: Any
    """magnitude of the voltage pulse of value 1"""
    power: Any
    """power of the light pulse of value 1"""
    width: Any
    """of a pulse"""
    gap: Any
    """from the end of a pulse to the start of the next, and to a residual reading"""
    read: Any
    """moment: at the end of the last pulse, or one gap later"""
    pulse_energy: Any
    """energy of a full pulse, for costs"""


class KeysExperimentSensor(Node):
    bits: Any
    """levels of a responsivity: 0 .. 2^bits - 1, one device for each sign"""
    spread: Any
    """sigma of a responsivity over devices, relative to its own"""


class KeysExperimentRule(Node):
    type: Any
    """one of sliding-threshold, rate-product"""
    threshold: Any
    """rate that changes nothing at weight 0"""
    slide: Any
    """what weight 1 adds to it"""
    rate: Any
    """weight that a step adds for a squared rate of 1 Hz^2"""
    memory: Any
    """epochs won that the running mean looks back"""


class KeysExperimentMotion(Node):
    step: Any
    """time from one position to the next, and to the reading"""
    slow_step: Any
    """a step so slow that devices have forgotten"""
    amplitude: Any
    """of the pulse at each position"""
    width: Any
    """of the pulse"""
    read_noise: Any
    """sigma of a reading over the device's total conductance"""


class KeysExperimentImages(Node):
    glyphs: Any
    """of each digit: rows of 0 and 1 from the top, with spaces between"""
    amplitude: Any
    """of the pulse of a 1"""
    width: Any
    """of the pulse"""
    period: Any
    """from pixel to pixel, and from the last to the reading"""
    kept: Any
    """rows of a corrupted image, from the top"""


class KeysExperimentVoicesFrontEnd(Node):
    type: Any
    """one of gammatone"""
    channels: Any
    """filters of the bank"""
    lowest: Any
    """centre frequency of the first channel"""
    highest: Any
    """centre frequency of the last channel over the sampling rate"""
    frame: Any
    """length of a frame"""
    compression: Any
    """exponent that a frame's mean is raised to"""


class KeysExperimentVoices(Node):
    front_end: KeysExperimentVoicesFrontEnd
    """from sound to frames of channels"""
    frames: Any
    """of sound, from its middle"""
    columns: Any
    """numbers that a frame becomes"""
    lowest: Any
    """amplitude of the smallest number's pulse"""
    highest: Any
    """amplitude of the largest number's pulse"""
    width: Any
    """of a pulse"""
    period: Any
    """from pulse to pulse"""
    start: Any
    """level of the device before the first pulse"""
    state: Any
    """what is read at the end of a pulse"""
    kept: Any
    """states of a corrupted voice"""


class KeysExperimentReadout(Node):
    type: Any
    """one of delta"""
    rate: Any
    """step of a weight for an error of 1 and an input of 1"""
    start: Any
    """sigma of the weights before learning"""


class KeysExperimentSets(Node):
    samples: Any
    """images and recordings of each digit"""
    single: Any
    """samples of each digit that learn where images or voices stand alone"""
    repeats: Any
    """how often each pair of image and recording counts"""
    pairs: Any
    """pairs that learn, drawn from all"""
    apart: Any
    """images and recordings of each digit whose pairs learn"""
    epochs_single: Any
    """passes over the samples of one kind"""
    epochs_pairs: Any
    """passes over pairs"""


class KeysExperimentSequence(Node):
    frequencies: Any
    """of the trains, in their order"""
    pulses: Any
    """of a train"""
    gap: Any
    """from the end of a train to the next"""
    still: Any
    """a smaller change, of the window, counts as none"""


class KeysExperimentThreshold(Node):
    priors: Any
    """frequencies of prior trains"""
    pulses: Any
    """of a train"""
    gap: Any
    """from the end of a train to the next"""
    test_pulses: Any
    """of the test train"""
    lowest: Any
    """lowest frequency of test trains"""
    highest: Any
    """highest frequency of test trains"""


class KeysExperimentPolarity(Node):
    priors: Any
    """amplitudes of prior trains; 0: none"""
    prior_frequency: Any
    """of prior trains"""
    test_frequency: Any
    """of test trains"""
    pulses: Any
    """of a train"""
    gap: Any
    """from the end of a train to the next"""
    test_pulses: Any
    """of the test train"""


class KeysExperimentVehicles(Node):
    networks: Any
    """ONNX files, each trained from another seed"""
    images: Any
    """test pictures, from the first"""
    brightness: Any
    """what pixels are multiplied by"""
    dark: Any
    """brightness of claims and of the dark pictures of mixtures"""
    dark_fractions: Any
    """shares of dark pictures in mixtures"""


class KeysExperimentPulse(Node):
    full: Any
    """voltage of amplitude 1"""
    width: Any
    """of a pulse, and of its reset"""
    resistance: Any
    """of the channel under a pulse"""


class KeysExperimentNeuron(Node):
    half: Any
    """amplitude that makes a spike half of the time"""
    slope: Any
    """scale of the sigmoid, in amplitudes"""
    floor: Any
    """amplitude up to which pulses neither spike nor sensitize"""
    largest_shift: Any
    """most that weak pulses lower `half`"""
    settled: Any
    """probability of a spike that repeated weak pulses lead to"""
    memory_pulses: Any
    """weak pulses after which 63 % of the shift is there"""


class KeysExperiment(Node):
    type: Any
    """one of none, inpainting, medical, orientation, reservoir, history, sensitized-classify, sensitized-edges,
    train-on-array"""
    data: Any
    """sets by rank: the first that is there, with its networks, is used"""
    holes: Any
    """sides of the missing centre, rising"""
    decoder: Any
    """ONNX file that makes the centre, row by row, of the features; {set}, {read} (the moment) and {hole} are
    replaced"""
    classifier: Any
    """ONNX file whose outputs are the features that the distance compares, then one score for each class; {set} is
    replaced"""
    encoder: KeysExperimentEncoder
    """from pixels to currents"""
    shown: Any
    """images in pictures"""
    models: Any
    """folder with SET.zip for each set of data, as scripts/train/medical.py makes it: a shipped one, or a path"""
    stand_in: Any
    """data that are taken where workload.dataset is not found"""
    networks: Any
    """kinds of networks in SET.zip; the claim is about the first"""
    map_network: Any
    """the one with a mean over its maps: class-activation maps are of it"""
    seeds: Any
    """trained pairs of each network, at most"""
    gains: Any
    """of the reverse slope, at which networks are run"""
    margin: Any
    """difference of accuracy within which activations count as equal"""
    sensor: KeysExperimentSensor
    """the first layer, computed by light"""
    epochs: Any
    """patterns shown one after another"""
    bar_rate: Any
    """mean rate of an input on the bar"""
    field_rate: Any
    """mean rate of an input off the bar"""
    observation: Any
    """how long the pulses of a pattern are counted"""
    g_full: Any
    """conductance of weight 1"""
    start_low: Any
    """lowest conductance at the start"""
    start_high: Any
    """highest conductance at the start"""
    rule: KeysExperimentRule
    """how the winner's synapses change"""
    cycle_spread: Any
    """sigma of a step's size from step to step"""
    device_spread: Any
    """sigma of a step's size from device to device"""
    read_voltage: Any
    """of a reading, for its energy"""
    read_time: Any
    """of a reading, for its energy"""
    motion: KeysExperimentMotion
    """a bar that crosses the field"""
    digits: Any
    """classes"""
    speakers: Any
    """so many, the first by name; all where there are fewer, which is told"""
    masks: Any
    """runs of each speaker, each with draws of its own"""
    images: KeysExperimentImages
    """digits seen"""
    voices: KeysExperimentVoices
    """digits heard"""
    readout: KeysExperimentReadout
    """how the layer that reads states learns"""
    sets: KeysExperimentSets
    """how many samples, and which learn"""
    amplitude: Any
    """of pulses"""
    width: Any
    """of pulses"""
    sequence: KeysExperimentSequence
    """trains of different frequencies, one after another"""
    threshold: KeysExperimentThreshold
    """frequency that changes nothing, after a prior train"""
    polarity: KeysExperimentPolarity
    """a prior train of either sign"""
    brightness: Any
    """what pixels are multiplied by"""
    dark: Any
    """one of `brightness`: that of claims"""
    limits: Any
    """largest shifts to compare, in place of that of workload.neurons; claims are of the last"""
    adaptation: Any
    """training pictures that tell neurons an environment"""
    vehicles: KeysExperimentVehicles
    """a convolutional network on generated pictures beside it"""
    pulse: KeysExperimentPulse
    """what pulses of neurons cost"""
    buildings: Any
    """photographs that figures beside published ones are of: PNG or JPEG files below --data, in its folder photos
    or as packages bring them"""
    photographs: Any
    """further ones"""
    generated: Any
    """pictures made in place of photographs, where one of these is not there"""
    generated_size: Any
    """pixels of their edges"""
    sensor_noise: Any
    """sigma added to each pixel of 0 .. 1"""
    reference_quantile: Any
    """gradient of amplitude 1: this quantile over all bright pictures"""
    pulses: Any
    """counted for each pixel"""
    edge_rate: Any
    """share of pulses from which on a pixel is an edge"""
    true_edge: Any
    """amplitude from which on a pixel of the bright picture counts as an edge for precision and recall"""
    piece: Any
    """edge pixels that hang together to count as connected"""
    neuron: KeysExperimentNeuron
    """law of the neurons; fixed ones have neither shift nor floor"""
    test_images: Any
    """of the test split, from its first"""
    validation_images: Any
    """the last of the training split, which do not train, take the place of test pictures: what settings are chosen
    by"""
    border: Any
    """pixels cut off on each side; 4 of 28 leaves the 20 x 20 of NeuroSim's network"""
    hidden: Any
    """neurons between the two layers"""
    batch: Any
    """samples whose errors are of the same weights"""
    cell: Any
    """devices of a weight"""
    zero: Any
    """level of a device that is weight 0: the middle of the window, or where one pulse up and one down move it
    alike (fast arrays of tiki-taka always have that)"""
    weight_range: Any
    """weight of a device at the end of its window, in a window of equal halves"""
    full_scale: Any
    """of converters in forward reads, as a sum of weights times inputs (largest 1); adc.range is not used"""
    full_scale_back: Any
    """the same in transposed reads, whose largest input is 1"""
    algorithms: Any
    """each trains the config's device"""
    devices: Any
    """names of shipped devices, or files, each trained by all `device_algorithms`"""
    device_algorithms: Any
    """train `devices`"""


class KeysUse(Node):
    type: Any
    """one of at-once, in-time"""
    span: Any
    """how long the chip is used; it begins `age` after writing"""
    time_per_image: Any
    """from one image to the next, which says how many reads devices have borne; latency: one follows the other as
    fast as the run's own schedule lets it"""
    moments: Any
    """moments at which images are read, evenly spread, the first at the beginning of the span and the last at its
    end"""
    images: Any
    """all: every moment scores all images, so that moments are compared on the same ones; share: each scores its
    own share alone, as they arrive, which is faster. The quality of the run always is that of images as they
    arrive"""


class Keys(Node):
    name: Any
    """what reports call it"""
    seed: Any
    """of all random numbers"""
    instances: Any
    """chips drawn and evaluated (Monte Carlo)"""
    chips: Any
    """chips of the system"""
    tiles: Any
    """tiles of a chip"""
    arrays: Any
    """arrays of a tile"""
    array: KeysArray
    """one crossbar"""
    wires: KeysWires
    """resistance of the lines of an array"""
    device: KeysDevice
    """one memristor"""
    cell: KeysCell
    """what stores one signed weight"""
    input: KeysInput
    """how inputs drive the rows"""
    adc: KeysAdc
    """converters at the columns"""
    quantization: KeysQuantization
    """weights and activations as integers"""
    calibrate: Any
    """where calibrated converter ranges come from: the ideal array (one per layer), each chip, or each array"""
    mapping: KeysMapping
    """how layers are placed and scheduled"""
    bias: Any
    """biases are added digitally, or held by extra rows driven at full input"""
    reload: Any
    """time-multiplex the arrays when the network does not fit; writing is charged to each image"""
    technology: KeysTechnology
    """unit costs of the process; to be given, but for an experiment on devices alone"""
    periphery: KeysPeriphery
    """buffers, interconnect and drivers around the arrays"""
    programming: KeysProgramming
    """what writing devices takes; costs only"""
    workload: KeysWorkload
    """the network and its data, or shapes of layers"""
    experiment: KeysExperiment
    """what is done on the chip or with its device beyond running a network"""
    age: Any
    """time between writing and reading; modulo programming.refresh, if that is given"""
    use: KeysUse
    """when images are read: at one moment, or through a span of time"""
    compensate: Any
    """digital factors that make up for drift, measured at the moment of the reads: one per layer (global) or column
    from reads of known inputs right after writing and now, or per block from reference cells"""
    correct: Any
    """digital correction of each column of a block, measured at the moment of the reads: the scale, offset or both
    that bring its converted sums of calibration inputs closest to those of perfect devices (least squares)"""
    layers: Layers
    """by layer name: digital, duplicate, cell, input, adc, quantization; keys may be paths (adc.bits: 6)"""
    published: Any
    """published figures to print beside ours"""
    budget: Any
    """a published table of components, to be summed by group"""
    keep: Any
    """conductances: write target, written and aged conductances of the first chip's arrays to the run folder;
    outputs: what the network gave for each sample, outputs.npy of shape (chips, samples, values)"""
    conductances: Any
    """folder with <array>_written.npy or .csv, measured read-back conductances to use instead of writing"""
    conductances_missing: Any
    """cells that hold a weight but have no value there (NaN, or an empty field): written = as the device's own
    write model makes them, target = as intended, open = 0 S, refuse = an error"""
