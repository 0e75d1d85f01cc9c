// SPDX-License-Identifier: Apache-2.0
// The one list of what energy, time and area are charged to. Everything is indexed by Part; its name stands in
// documents (JSON, CSV), its title in pages, pictures and tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace bitline::cost {

enum class Part : std::uint8_t {
  array,          // what the devices dissipate; their cells
  adc,            // conversions
  driver,         // row lines: their charge, drivers, analog levels, registers
  mux,            // switches between columns and the converter they share
  sample_hold,    // columns held while others take their turn
  level_shifter,  // of lines that carry write voltages
  shift_add,      // sums of slices and planes
  accumulate,     // sums of pieces
  buffer,         // values read and written
  interconnect,   // bits between buffers and arrays
  off_chip,       // bits to and from external memory
  activation,     // rescaling and clipping of sums to the next codes
  digital,        // operations and products that no array computes
  clock,          // registers that wait, clocked all the same
  reload,         // arrays written anew for each inference
  leakage,
  transfer,   // time that moving bits takes beyond computing
  floorplan,  // area between parts
};
inline constexpr std::size_t part_count = 18;

// The smallest boundary that a part lies inside.
enum class Boundary : std::uint8_t { cells, macro, chip, system };

struct PartInfo {
  std::string_view name;   // in documents: "sample_hold"
  std::string_view title;  // for people: "sample and hold"
  std::size_t color = 0;   // index among the colours of series; the first nine are plain
  Boundary boundary = Boundary::chip;
};
const PartInfo& info(Part);
inline std::string_view name_of(Part part) { return info(part).name; }
inline std::string_view title_of(Part part) { return info(part).title; }

// In the order of reports.
std::span<const Part> layer_energy_parts();  // what is charged to a layer or node

// Figures by part, in the order of reports. A part that is not listed has 0.
class Breakdown {
 public:
  using Entry = std::pair<Part, double>;
  Breakdown() = default;
  Breakdown(std::initializer_list<Entry> entries) : entries_(entries) {}
  explicit Breakdown(std::span<const Part> parts);  // all 0

  double operator[](Part) const;
  void add(Part, double);  // lists the part if it is not yet
  void add(const Breakdown&);
  double total() const;                     // summed in order
  double inside(Boundary outermost) const;  // of the parts that lie inside

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
};

// Parts of several breakdowns, each once, in order of first appearance.
std::vector<Part> listed_parts(std::initializer_list<const Breakdown*>);
std::vector<Part> listed_parts(std::span<const Breakdown* const>);

}  // namespace bitline::cost
