// SPDX-License-Identifier: Apache-2.0
#include "array/wires/simplifications.h"

namespace bitline::array {
namespace {

const std::vector<std::string> resistance_keys = {"wires.row",    "wires.column",     "wires.driver",   "wires.sense",
                                                  "wires.access", "wires.driver_far", "wires.sense_far"};

// What makes them ideal: the mode, or that no resistance is given.
Claim ideal_claim(std::string text, const Wires& w) {
  if (w.mode == WireMode::ideal) return {std::move(text), {}, {"wires.mode=ideal"}};
  return {std::move(text), resistance_keys};
}

Claim exact_claim(std::string text, const Wires& w) {
  Claim claim{std::move(text)};
  if (w.mode == WireMode::exact) {
    claim.on = {"wires.mode=exact"};
    return claim;
  }
  const auto given = [&](bool is, const char* key) {
    if (is) claim.on.emplace_back(key);
  };
  given(w.row_ohm.value_or(0) > 0, "wires.row");
  given(w.column_ohm.value_or(0) > 0, "wires.column");
  given(w.driver_ohm > 0, "wires.driver");
  given(w.sense_ohm > 0, "wires.sense");
  given(w.access_ohm > 0, "wires.access");
  given(w.driver_far_ohm.value_or(0) > 0, "wires.driver_far");
  given(w.sense_far_ohm.value_or(0) > 0, "wires.sense_far");
  if (claim.on.empty()) claim.off = resistance_keys;  // exact, of lines that do not resist
  return claim;
}

}  // namespace

std::vector<Simplification> simplifications(const Wires& w, bool gated, bool solved) {
  Simplification wires{"Wire resistance", {}}, paths{"Sneak paths", {}}, lattice{"Conductance lattice", {}},
      noise{"Noise through wires", {}};
  if (w.exact()) {
    wires.claims.push_back(
        exact_claim("Exact: Kirchhoff's laws at every node of each array with the given resistances, for every "
                    "read. Drivers and virtual grounds are linear resistances, all segments of a direction "
                    "are equal, and currents are steady.",
                    w));
    paths.claims.push_back(
        exact_claim(gated ? "Exact for the circuit of lines and devices; rows that are not driven have all "
                            "their devices open."
                          : "Exact for the circuit of lines and devices: rows that are driven see each other "
                            "through their columns, rows that are not are held at 0 V.",
                    w));
    noise.claims.push_back(exact_claim(
        solved
            ? "The variance of a column's read noise is that of its cells without wires."
            : "The variance of a column's own cells times one factor for each column, found on exact node voltages of "
              "the first chip.",
        w));
  } else {
    wires.claims.push_back(ideal_claim("None: every cell sees the full read voltage.", w));
    paths.claims.push_back(
        ideal_claim("None: every line has one voltage, and a cell reacts to its own row and column only.", w));
  }
  if (!w.exact())
    lattice.claims.push_back(
        ideal_claim("After writing and ageing, conductances are rounded to a lattice; the rounding is below "
                    "1e-4 of full scale and exact for ideal levels.",
                    w));
  else if (solved)
    lattice.claims.push_back(
        exact_claim("Only converter ranges use it: currents are those of the solved circuits.", w));
  else
    lattice.claims.push_back(
        exact_claim("What the wires leave of each conductance is rounded to a lattice; the rounding is below "
                    "1e-4 of full scale.",
                    w));
  const Simplification crosstalk{
      "Crosstalk",
      {{"Not modelled: lines do not couple by capacitance, and nothing leaks from line to line.",
        {"wires.coupling", "wires.leakage"}}}};
  return {wires, paths, crosstalk, noise, lattice};
}

}  // namespace bitline::array
