// SPDX-License-Identifier: Apache-2.0
// What stores one signed weight: which devices, on which columns, at which levels. A closed list.
//
// Codes: digit +k is G+ = g_min + k step, G- = g_min (one-sided) or G+- = g_mid +- k step / 2 (two-sided, keeps the sum
// constant); 0 one-sided is both at g_min. A weight wider than one device is cut into `slices` digits, lowest first.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "base/schema.h"
#include "device/device.h"

namespace bitline::array {

enum class Pair { one_sided, two_sided };
inline constexpr std::string_view pair_names[] = {"one-sided", "two-sided"};
constexpr std::span<const std::string_view> names_of(Pair) { return pair_names; }

enum class Subtract { digital, analog };
inline constexpr std::string_view subtract_names[] = {"digital", "analog"};
constexpr std::span<const std::string_view> names_of(Subtract) { return subtract_names; }

// One device; the value is offset by a reference column of fixed devices whose current is subtracted from every column.
struct OffsetCell {
  static constexpr const char* type = "1t1r-offset";
  static constexpr const char* about =
      "one device; a reference column's current is subtracted from each column (its noise is common to all)";
  int slices = 1;
};
// Two devices on two neighbouring columns.
struct DifferentialCell {
  static constexpr const char* type = "1t1r-differential";
  static constexpr const char* about =
      "two devices on two columns, subtracted after conversion (digital) or before (analog)";
  int slices = 1;
  Pair pair = Pair::one_sided;
  Subtract subtract = Subtract::digital;
};
// Two devices driven with +V and -V on one column: the signed sum forms on the line.
struct SignWeightedCell {
  static constexpr const char* type = "2t2r";
  static constexpr const char* about =
      "two devices driven with opposite signs on one output column: signed weights sum on the line";
  int slices = 1;
  Pair pair = Pair::one_sided;
};
using Cell = std::variant<SignWeightedCell, DifferentialCell, OffsetCell>;
void fields(Visitor&, OffsetCell&);
void fields(Visitor&, DifferentialCell&);
void fields(Visitor&, SignWeightedCell&);

// How a cell lays out weights of `bits` bits: everything the rest needs to know, without asking which cell it is.
struct CellLayout {
  int weight_bits = 4;
  int highest = 7;  // weights lie in -highest..highest
  int slices = 1;
  int base = 8;           // value = sum of digit[s] * base^s (- highest for offset cells)
  int highest_digit = 7;  // of one device (pair)
  bool pair = true;       // digits are signed and stored by two devices
  bool two_sided = false;
  bool offset = false;               // a reference column subtracts digit reference_digit[s]
  bool split_columns = false;        // the two devices are converted apart and subtracted digitally
  std::vector<int> reference_digit;  // offset cells, per slice

  int conversions_per_weight() const {
    return slices * (split_columns ? 2 : 1);
  }                            // output columns it occupies for conversion
  int columns_per_weight = 1;  // physical columns of the array it occupies
  int devices_per_slice() const { return pair ? 2 : 1; }
  int digit(int weight, int slice) const;      // signed for pairs, 0..highest_digit for offset cells
  double step_S(const device::Device&) const;  // conductance of one digit
};
// Throws InputError when the bits do not fit the slices.
CellLayout layout(const Cell&, int weight_bits);

// Targets of the devices that store `digit`: {positive or only, negative}.
struct Targets {
  double positive_S, negative_S;
};
Targets targets(const CellLayout&, const device::Device&, int digit);

}  // namespace bitline::array
