// SPDX-License-Identifier: Apache-2.0
#include "array/cell.h"

#include <cstdlib>

#include "base/error.h"

namespace bitline::array {

using device::Device;

namespace {

void slices_field(Visitor& v, int& slices) {
  v(slices, {.key = "slices",
             .meaning = "devices (or device pairs) that share one weight, each with its own digit and conversion",
             .min = 1,
             .max = 8});
}
void pair_field(Visitor& v, Pair& pair) {
  v(pair,
    {.key = "pair", .meaning = "one-sided: the other device stays at g_min; two-sided: the sum of both is constant"});
}

}  // namespace

void fields(Visitor& v, OffsetCell& c) { slices_field(v, c.slices); }
void fields(Visitor& v, DifferentialCell& c) {
  slices_field(v, c.slices);
  pair_field(v, c.pair);
  v(c.subtract,
    {.key = "subtract",
     .meaning = "where the negative column is subtracted: after both conversions, or as currents before one"});
}
void fields(Visitor& v, SignWeightedCell& c) {
  slices_field(v, c.slices);
  pair_field(v, c.pair);
}

CellLayout layout(const Cell& cell, int weight_bits) {
  CellLayout l;
  l.weight_bits = weight_bits;
  l.highest = weight_bits == 1 ? 1 : (1 << (weight_bits - 1)) - 1;
  std::visit([&](const auto& c) { l.slices = c.slices; }, cell);
  l.offset = std::holds_alternative<OffsetCell>(cell);
  l.pair = !l.offset;
  const int range = l.offset ? 2 * l.highest : l.highest;  // largest stored magnitude
  int bits = 0;
  while ((1 << bits) <= range) ++bits;
  if (l.slices > bits)
    throw InputError(std::to_string(l.slices) + " slices for weights of " + std::to_string(weight_bits) +
                     (weight_bits == 1 ? " bit" : " bits") + " leave some without a bit; use at most " +
                     std::to_string(bits));
  const int per_slice = (bits + l.slices - 1) / l.slices;
  l.base = 1 << per_slice;
  l.highest_digit = l.slices == 1 ? range : l.base - 1;
  if (const auto* d = std::get_if<DifferentialCell>(&cell)) {
    l.two_sided = d->pair == Pair::two_sided;
    l.split_columns = d->subtract == Subtract::digital;
    l.columns_per_weight = 2 * l.slices;
  } else {
    if (const auto* s = std::get_if<SignWeightedCell>(&cell)) l.two_sided = s->pair == Pair::two_sided;
    l.columns_per_weight = l.slices;
  }
  if (l.offset)
    for (int s = 0, rest = l.highest; s < l.slices; ++s, rest /= l.base)
      l.reference_digit.push_back(l.slices == 1 ? rest : rest % l.base);
  return l;
}

int CellLayout::digit(int weight, int slice) const {
  int magnitude = offset ? weight + highest : std::abs(weight);
  if (slices > 1) {
    for (int s = 0; s < slice; ++s) magnitude /= base;
    magnitude %= base;
  }
  return pair && weight < 0 ? -magnitude : magnitude;
}

double CellLayout::step_S(const Device& d) const { return (d.g_max_S - d.g_min_S) / highest_digit; }

Targets targets(const CellLayout& l, const Device& d, int digit) {
  const int levels = l.highest_digit + 1;
  if (!l.pair) return {level_conductance(d, digit, levels), 0};
  if (l.two_sided) {
    // The mean of both devices is the middle of the window; only the linear spacing makes sense here.
    const double middle = 0.5 * (d.g_min_S + d.g_max_S), half = 0.5 * l.step_S(d) * digit;
    return {middle + half, middle - half};
  }
  const double high = level_conductance(d, std::abs(digit), levels), low = level_conductance(d, 0, levels);
  return digit >= 0 ? Targets{high, low} : Targets{low, high};
}

}  // namespace bitline::array
