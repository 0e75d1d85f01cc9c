// SPDX-License-Identifier: Apache-2.0
// How integer inputs become voltages on the rows: planes of 0/1 or -1/0/1 in turn, or one analog level.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/schema.h"

namespace bitline::periphery {

enum class Encoding { bit_serial, twos_complement, analog, ternary };
inline constexpr std::string_view encoding_names[] = {"bit-serial", "twos-complement", "analog", "ternary"};
constexpr std::span<const std::string_view> names_of(Encoding) { return encoding_names; }

struct Input {
  Encoding encoding = Encoding::bit_serial;
  int bits = 8;
  double v_read_V = 0.2;    // of one input step (planes) or of the largest input (analog)
  double t_read_s = 50e-9;  // rows are driven this long for each read: settling and integration
};
void fields(Visitor&, Input&);

// The reads one input vector needs. Each plane p drives the rows with signs -1, 0, 1 (or magnitudes for analog) and its
// digitised sums count with `weight[p]`.
struct PlanePlan {
  std::vector<double> weight;  // digital weight of each plane
  bool both_signs = false;     // a plane may hold -1
  int largest = 1;             // largest magnitude within a plane: 1, or 2^bits - 1 for analog
  int planes() const { return static_cast<int>(weight.size()); }
};

// bit-serial: B planes for unsigned, B - 1 sign-magnitude planes for signed inputs where the array can drive both signs
// at once, else two passes of them (positive inputs, then negative ones). ternary: inputs are -1, 0, 1 in one plane.
PlanePlan plane_plan(const Input&, bool is_signed, bool drives_both_signs);

// One plane of one input code: -largest..largest.
int plane_value(const Input&, const PlanePlan&, bool is_signed, bool drives_both_signs, int code, int plane);

}  // namespace bitline::periphery
