// SPDX-License-Identifier: Apache-2.0
// How a device's state follows the number of pulses: the long-term curves of potentiation and depression.
//
// A curve x = f(n) gives the state (0..1, share of the conductance window) after n unit pulses from the bottom; f(0) =
// 0 and f(pulses) = 1. A pulse that counts as dn unit pulses moves x to f(f^-1(x) + dn), so the step depends on the
// state and on nothing else. Depression is the mirror image with a curve of its own: 1 - x goes up its curve from the
// top.
//
// Nonlinearity has one definition here, NeuroSim's: G = B (1 - exp(-P / A)) + G_min with P the pulse number over the
// pulses of a full sweep (so A is normalised to it) and B such that P = 1 gives G_max; depression is
// G = G_max - B (1 - exp(-P / A)) (Chen, Peng, Yu, IEDM 2017, doi:10.1109/IEDM.2017.8268337). NeuroSim labels a curve
// by its largest distance from the straight line, measured at a right angle in the unit square, over 0.07: label =
// max_P (f(P) - P) / (0.07 sqrt(2)), negative for convex curves. Found from the published table of labels and A, which
// it reproduces to 5e-7.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/schema.h"

namespace bitline::device {

struct LinearUpdate {
  static constexpr const char* type = "linear";
  static constexpr const char* about = "equal steps";
  double pulses = 100;
};
struct ExponentialUpdate {
  static constexpr const char* type = "exponential";
  static constexpr const char* about = "soft bounds: B (1 - exp(-P / A)), given by NeuroSim's nonlinearity label";
  double pulses = 100;
  double nonlinearity = 1;  // label; 0 is linear, negative convex
};
struct PowerUpdate {
  static constexpr const char* type = "power";
  static constexpr const char* about = "x = (n / pulses)^exponent";
  double pulses = 100, exponent = 1;
};
// Points are as many as measured, the first before any pulse; anything monotone and scaled by its ends. Straight
// between.
struct TableUpdate {
  static constexpr const char* type = "table";
  static constexpr const char* about = "measured: one value after each pulse, from a list or a CSV file";
  std::vector<double> points = {};
  std::string file = "";  // CSV; read into `points` by load_pulsed_device
};
using UpdateCurve = std::variant<LinearUpdate, ExponentialUpdate, PowerUpdate, TableUpdate>;

void fields(Visitor&, LinearUpdate&);
void fields(Visitor&, ExponentialUpdate&);
void fields(Visitor&, PowerUpdate&);
void fields(Visitor&, TableUpdate&);

// Unit pulses from one end of the window to the other.
double pulses_of(const UpdateCurve&);
// f(n): n is held between 0 and pulses.
double state_after(const UpdateCurve&, double n);
// f^-1(x): x is held between 0 and 1. Of a table that stays level, the first pulse there.
double pulses_to(const UpdateCurve&, double x);
// The state after dn >= 0 more unit pulses.
double potentiated(const UpdateCurve&, double x, double dn);
double depressed(const UpdateCurve&, double x, double dn);
// The same for many steps along one curve, which must outlive it: what does not depend on the state is worked out once.
class UpdateSteps {
 public:
  explicit UpdateSteps(const UpdateCurve&);
  double up(double x, double dn) const;  // potentiated()

 private:
  const UpdateCurve& curve_;
  double a_ = 0;  // of an exponential curve; 0: straight
};

// The soft-bounds curve (1 - e^{-P / A}) / (1 - e^{-1 / A}) and its inverse; A other than 0.
double soft_bounds(double p, double a);
double soft_bounds_inverse(double x, double a);
// A of a label in -9..9 other than 0, and the label of an A other than 0. InputError for others.
double neurosim_a(double label);
double neurosim_label(double a);
// The label whose curve lies nearest (least squares) to these states, evenly spaced in pulses, scaled by their ends.
// At least three values, the ends different: else InputError.
double fitted_label(std::span<const double> states);

// A measured curve of a CSV file: one number a line, or the last of several columns; a header line is skipped.
// InputError names file and line.
std::vector<double> read_update_points(const std::string& file);
// What is wrong with a table; "" = nothing.
std::string problem_of(const TableUpdate&);

}  // namespace bitline::device
