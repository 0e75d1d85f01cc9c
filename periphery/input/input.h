// SPDX-License-Identifier: Apache-2.0
// How integer inputs become voltages on the rows: planes of 0/1 or -1/0/1 in turn, or one analog level.
#pragma once

#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/schema.h"

namespace bitline::periphery {

enum class Encoding { bit_serial, twos_complement, analog, ternary };
inline constexpr std::string_view encoding_names[] = {"bit-serial", "twos-complement", "analog", "ternary"};
constexpr std::span<const std::string_view> names_of(Encoding) { return encoding_names; }

// Where the planes of an input are added up.
struct DigitalSum {
  static constexpr const char* type = "digital";
  static constexpr const char* about = "each plane is converted; its sums are weighted and added digitally";
};
// How an integrator weights its planes: charge shared between equal capacitors, which halves what came before and needs
// no more time; planes that last longer; or planes that are driven more often. The last two drive a row for as long as
// its input is large, so they are pulse-width and pulse-count inputs, too.
enum class Weighting { charge, time, pulses };
inline constexpr std::string_view weighting_names[] = {"charge", "time", "pulses"};
constexpr std::span<const std::string_view> names_of(Weighting) { return weighting_names; }
struct AnalogSum {
  static constexpr const char* type = "analog";
  static constexpr const char* about =
      "planes are integrated with their weights, those of negative inputs with the other sign, and converted once";
  Weighting weighting = Weighting::charge;
};
using Accumulate = std::variant<DigitalSum, AnalogSum>;
void fields(Visitor&, DigitalSum&);
void fields(Visitor&, AnalogSum&);

struct Input {
  Encoding encoding = Encoding::bit_serial;
  int bits = 8;
  double v_read_V = 0.2;    // of one input step (planes) or of the largest input (analog)
  double t_read_s = 50e-9;  // rows are driven this long for each read: settling and integration
  Accumulate accumulate = DigitalSum{};
};
void fields(Visitor&, Input&);

// The reads one input vector needs. Each plane p drives the rows with signs -1, 0, 1 (or magnitudes for analog) and its
// digitised sums count with `weight[p]`.
struct PlanePlan {
  std::vector<double> weight;               // digital weight of each plane
  bool both_signs = false;                  // a plane may hold -1
  int largest = 1;                          // largest magnitude within a plane: 1, or 2^bits - 1 for analog
  bool together = false;                    // the planes of a vector are converted together (AnalogSum)
  std::optional<Weighting> weighting = {};  // if so
  int planes() const { return static_cast<int>(weight.size()); }
  int conversions() const { return together ? 1 : planes(); }  // of a column for one vector
  double weight_sum() const;                                   // of magnitudes
  // How long a plane is driven, and how often anew, against the plane of weight 1.
  bool weighted_in_time() const { return together && *weighting != Weighting::charge; }
  double duration(int plane) const {
    return weighted_in_time() ? std::abs(weight[static_cast<std::size_t>(plane)]) : 1;
  }
  double duration_of_all() const { return weighted_in_time() ? weight_sum() : planes(); }
  bool driven_anew() const { return together && *weighting == Weighting::pulses; }
};

// bit-serial: B planes for unsigned, B - 1 sign-magnitude planes for signed inputs where the array can drive both signs
// at once, else two passes of them (positive inputs, then negative ones). ternary: inputs are -1, 0, 1 in one plane.
PlanePlan plane_plan(const Input&, bool is_signed, bool drives_both_signs);

// One plane of one input code: -largest..largest.
int plane_value(const Input&, const PlanePlan&, bool is_signed, bool drives_both_signs, int code, int plane);

}  // namespace bitline::periphery
