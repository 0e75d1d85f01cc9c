// SPDX-License-Identifier: Apache-2.0
// Characteristic curves of a device as tables: what `bitline device` prints and draws. Each column's name holds its
// definition and its unit.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "device/plasticity/pulsed_device.h"

namespace bitline::characterise {

// What a drawing writes along an axis.
struct CurveAxis {
  std::string name;
  Unit unit = Unit::none;
  double factor = 1;  // of the column, for units of none: 100 for per cent
};

// A column to draw, and the one that holds its standard deviation, if any.
struct CurveLine {
  std::size_t column = 0;
  std::string name;
  std::optional<std::size_t> sigma = {};
};

// Pulses of one direction in a row: the rows `first` + 1 .. `first` + `pulses`.
struct CurveLeg {
  bool up = true;
  std::size_t first = 0, pulses = 0;
};

// What was measured, on the axes of a curve (measured_points.h).
struct MeasuredPoints {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

struct ResponseCurve {
  std::string title;
  std::vector<std::string> definition;  // what columns mean, and what was assumed for them
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;  // NaN: nothing there
  std::size_t x = 0;
  std::vector<CurveLine> lines;
  CurveAxis x_axis, y_axis;
  bool log_x = false, log_y = false;  // log_y: of absolute values
  bool loop = false;                  // rows follow each other along the line
  std::vector<CurveLine> lower = {};  // drawn below, over the same axis
  CurveAxis lower_axis = {};
  std::vector<CurveLeg> legs = {};
  std::optional<MeasuredPoints> measured = {};
  std::vector<std::pair<std::string, double>> figures = {};  // single numbers, in SI units
};

// What a user may change of a protocol. Unset: the reference pulse of the stimulus.
struct PulseProtocol {
  bool light = false;
  std::optional<double> amplitude_V, power_W_m2, width_s, wavelength_m;
  std::optional<double> interval_s;  // end to start
  std::optional<int> pulses;
  int cycles = 1;
  std::optional<double> temperature_K;
  std::optional<std::uint32_t> seed;  // set: with spread, drawn from it
  std::optional<double> highest;      // end of a swept axis: V, s
};

// Current over voltage at g_min, halfway and g_max, from -highest to highest. Of a device whose pulses of both
// directions leave a long-term change, and as far as their amplitude (unless the protocol stops before), a loop: 0,
// highest, -highest, 0 from g_min in steps that last as long as a pulse (width_s) and count as one; else up to 1 V
// unless told.
ResponseCurve iv_curve(const device::PulsedDevice&, const PulseProtocol&);
bool is_loop(const device::PulsedDevice&, const PulseProtocol&);
// The steps of its sweep, in order.
std::vector<device::Pulse> loop_steps(const device::PulsedDevice&, const PulseProtocol&);
// `cycles` times potentiation and depression, read just before each next pulse, with the energy of each pulse
// (device/pulse_heat.h) where conductances are known.
ResponseCurve ltp_curve(const device::PulsedDevice&, const PulseProtocol&);
// Facilitation (and depression, where described) over the interval, in both definitions, up to `highest` s.
ResponseCurve ppf_curve(const device::PulsedDevice&, const PulseProtocol&);
// Over time up to `highest` s, both where the device has both: transients after trains (3 pulses unless told) of
// potentiation and depression from half the window (1e4 s), not aged; mean and standard deviation between cells written
// to several states, by relaxation, drift and slow noise (a year). InputError naming the keys when it has neither.
ResponseCurve retention_curve(const device::PulsedDevice&, const PulseProtocol&);
// Where its time ends unless the protocol says: a year for devices that age, else 10 ks.
double retention_end_s(const device::PulsedDevice&, const PulseProtocol&);
bool has_transients(const device::PulsedDevice&, bool light);
// Change of one pair over dt = -highest .. highest.
ResponseCurve stdp_curve(const device::PulsedDevice&, const PulseProtocol&);
// One row per pulse: the state before it, at its end, and just before the next.
ResponseCurve train_curve(const device::PulsedDevice&, const std::vector<device::Pulse>&, const PulseProtocol&);

// One row per code, each on a fresh device: its bits (a positive pulse in the slot, or none), and what is left at the
// end of each slot, just before the next. All codes of one length. Slots follow at the interval, unless it is given at
// that of the device's published codes, else 0.1 s after each other's pulses.
ResponseCurve codes_curve(const device::PulsedDevice&, const std::vector<std::vector<bool>>& codes,
                          const PulseProtocol&);

// Pulses from a CSV file (comma, semicolon or tab) whose header names columns with units: "time (ms)", "width (ms)",
// "amplitude (V)", "power (mW/cm2)", "wavelength (nm)"; amplitude or power must be there. Pulses in order, none
// overlapping. InputError names file, line and column.
std::vector<device::Pulse> read_pulse_train(const std::string& file);

// "name,name\n1,2\n": all digits, empty for NaN. RunError for infinity.
std::string curve_csv(const ResponseCurve&);

}  // namespace bitline::characterise
