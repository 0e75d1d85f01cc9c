// SPDX-License-Identifier: Apache-2.0
// Quantities as users write them: "80 uS", "1.2 V", "1 day", "84.56 %". Inside Bitline everything is SI and double.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bitline {

enum class Unit {
  none,      // a pure number: "3", "1e-3"
  fraction,  // "84.56 %" or "0.8456"
  siemens,
  volt,
  ampere,
  ohm,
  farad,
  joule,
  watt,
  coulomb,
  hertz,
  kelvin,
  second,
  meter,
  square_meter,
  ohm_meter,
  ohm_per_meter,
  farad_per_meter,
  per_volt,
  ampere_per_meter,
  per_kelvin,
  electronvolt,
  watt_per_square_meter,  // light; also written per cm2
};

// The SI symbol: "S", "V", ...; "" for none and fraction.
std::string_view symbol(Unit unit);

// An example for messages: "80 uS".
std::string_view example(Unit unit);

struct ParsedQuantity {
  std::optional<double> value;  // SI; empty when the text is not a quantity of this unit
  std::string problem;          // why not
};
ParsedQuantity parse_quantity(std::string_view text, Unit unit);

// Text that parses back to exactly `value`: "80 uS" where a prefix allows it, else all digits with the plain symbol.
std::string format_quantity(double value, Unit unit);

// A number and what follows it: "1 uS", "1uS", "3 days", "64".
struct NumberAndUnit {
  double value = 0;
  std::string_view unit;  // without the spaces before it
  bool apart = false;     // there were some
};
// Nothing for a text that begins with no finite number.
std::optional<NumberAndUnit> number_and_unit(std::string_view text);

// For people: four digits with a prefix, "3.142 nJ".
std::string pretty(double value, Unit unit);

}  // namespace bitline
