// SPDX-License-Identifier: Apache-2.0
#include "periphery/input/input.h"

#include <cmath>
#include <cstdlib>

namespace bitline::periphery {

void fields(Visitor& v, Input& c) {
  v(c.encoding, {.key = "encoding", .meaning = "how an integer input becomes row voltages"});
  v(c.bits, {.key = "bits", .meaning = "bits of an input (ternary: inputs are -1, 0, 1)", .min = 1, .max = 12});
  v(c.v_read_V, {.key = "v_read",
                 .meaning = "row voltage of one input step; of the largest input for analog",
                 .unit = Unit::volt,
                 .positive = true});
  v(c.t_read_s, {.key = "t_read",
                 .meaning = "time the rows are driven for one read (settling and integration)",
                 .unit = Unit::second,
                 .positive = true});
  v(c.accumulate, {.key = "accumulate", .meaning = "where the planes of an input are added up"});
}

void fields(Visitor&, DigitalSum&) {}

void fields(Visitor& v, AnalogSum& a) {
  v(a.weighting,
    {.key = "weighting",
     .meaning =
         "how planes get their weights: charge shared between equal capacitors (every plane lasts t_read), time "
         "(a plane lasts its weight times t_read: pulse-width inputs) or pulses (driven as often: pulse counts)"});
}

double PlanePlan::weight_sum() const {
  double sum = 0;
  for (const double w : weight) sum += std::abs(w);
  return sum;
}

namespace {

PlanePlan planes_of(const Input& in, bool is_signed, bool drives_both_signs) {
  PlanePlan plan;
  const int magnitude_bits = is_signed ? in.bits - 1 : in.bits;
  const bool passes = is_signed && !drives_both_signs;
  switch (in.encoding) {
    case Encoding::ternary:
      plan.weight = {1};
      plan.both_signs = is_signed && drives_both_signs;
      break;
    case Encoding::analog:
      plan.weight = {1};
      plan.largest = (1 << magnitude_bits) - 1;
      plan.both_signs = is_signed && drives_both_signs;
      break;
    case Encoding::twos_complement:
      for (int b = 0; b < in.bits; ++b) plan.weight.push_back(static_cast<double>(1 << b));
      if (is_signed) plan.weight.back() = -plan.weight.back();
      return plan;
    case Encoding::bit_serial:
      for (int b = 0; b < magnitude_bits; ++b) plan.weight.push_back(static_cast<double>(1 << b));
      plan.both_signs = is_signed && drives_both_signs;
      break;
  }
  if (passes) {  // positive inputs first, then negative ones, subtracted digitally
    const std::size_t n = plan.weight.size();
    for (std::size_t i = 0; i < n; ++i) plan.weight.push_back(-plan.weight[i]);
  }
  return plan;
}

}  // namespace

PlanePlan plane_plan(const Input& in, bool is_signed, bool drives_both_signs) {
  PlanePlan plan = planes_of(in, is_signed, drives_both_signs);
  if (const auto* sum = std::get_if<AnalogSum>(&in.accumulate)) plan.together = true, plan.weighting = sum->weighting;
  return plan;
}

int plane_value(const Input& in, const PlanePlan& plan, bool is_signed, bool drives_both_signs, int code, int plane) {
  if (in.encoding == Encoding::twos_complement) return (code >> plane) & 1;
  int sign = code < 0 ? -1 : 1;
  if (is_signed && !drives_both_signs) {
    const int half = plan.planes() / 2;
    if ((plane >= half) != (code < 0)) return 0;
    plane %= half;
    sign = 1;
  }
  const int magnitude = std::abs(code);
  return sign * (in.encoding == Encoding::bit_serial ? (magnitude >> plane) & 1 : magnitude);
}

}  // namespace bitline::periphery
