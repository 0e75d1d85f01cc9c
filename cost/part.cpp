// SPDX-License-Identifier: Apache-2.0
#include "cost/part.h"

#include <algorithm>
#include <array>

namespace bitline::cost {
namespace {

// In the order of the enumeration.
constexpr std::array<PartInfo, part_count> part_infos = {{
    {"array", "array", 0, Boundary::cells},
    {"adc", "ADC", 1, Boundary::macro},
    {"driver", "row drivers", 2, Boundary::macro},
    {"mux", "column switches", 10, Boundary::macro},
    {"sample_hold", "sample and hold", 11, Boundary::macro},
    {"level_shifter", "level shifters", 13, Boundary::macro},
    {"shift_add", "shift and add", 3, Boundary::macro},
    {"accumulate", "accumulators", 4, Boundary::macro},
    {"buffer", "buffers", 5, Boundary::chip},
    {"interconnect", "interconnect", 6, Boundary::chip},
    {"off_chip", "off-chip memory", 14, Boundary::system},
    {"activation", "activation", 7, Boundary::chip},
    {"digital", "digital operations", 9, Boundary::chip},
    {"clock", "clock", 16, Boundary::chip},
    {"reload", "reloading", 12, Boundary::chip},
    {"leakage", "leakage", 8, Boundary::chip},
    {"transfer", "transfer", 15, Boundary::chip},
    {"floorplan", "floorplan", 17, Boundary::chip},
}};

constexpr std::array of_layers = {Part::array,        Part::adc,       Part::driver,     Part::mux,
                                  Part::sample_hold,  Part::shift_add, Part::accumulate, Part::buffer,
                                  Part::interconnect, Part::off_chip,  Part::activation, Part::digital};

}  // namespace

const PartInfo& info(Part part) { return part_infos[static_cast<std::size_t>(part)]; }

std::span<const Part> layer_energy_parts() { return of_layers; }

Breakdown::Breakdown(std::span<const Part> parts) {
  for (const Part part : parts) entries_.emplace_back(part, 0.0);
}

double Breakdown::operator[](Part part) const {
  double sum = 0;
  for (const auto& [listed, value] : entries_)
    if (listed == part) sum += value;
  return sum;
}

void Breakdown::add(Part part, double value) {
  const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.first == part; });
  if (at == entries_.end())
    entries_.emplace_back(part, value);
  else
    at->second += value;
}

void Breakdown::add(const Breakdown& other) {
  for (const auto& [part, value] : other) add(part, value);
}

double Breakdown::total() const {
  double sum = 0;
  for (const auto& [part, value] : entries_) sum += value;
  return sum;
}

double Breakdown::inside(Boundary outermost) const {
  double sum = 0;
  for (const auto& [part, value] : entries_)
    if (info(part).boundary <= outermost) sum += value;
  return sum;
}

std::vector<Part> listed_parts(std::span<const Breakdown* const> breakdowns) {
  std::vector<Part> parts;
  for (const Breakdown* breakdown : breakdowns)
    for (const auto& [part, value] : *breakdown)
      if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
  return parts;
}

std::vector<Part> listed_parts(std::initializer_list<const Breakdown*> breakdowns) {
  return listed_parts(std::span(breakdowns.begin(), breakdowns.size()));
}

}  // namespace bitline::cost
