// SPDX-License-Identifier: Apache-2.0
#include "cost/interval.h"

#include <algorithm>
#include <cmath>

namespace bitline::cost {

const KindInfo& info(Kind kind) {
  // In the order of the enumeration.
  static constexpr std::array<KindInfo, kind_count> infos = {{
      {"converters", "adc.cost.model, adc.cost.energy, adc.cost.area"},
      {"row drivers", "technology.costs.driver"},
      {"DACs", "technology.costs.dac"},
      {"column switches", "technology.costs.mux"},
      {"sample and hold", "technology.costs.sample_hold"},
      {"level shifters", "technology.costs.level_shifter"},
      {"adders", "technology.costs.adder"},
      {"registers", "technology.costs.register"},
      {"memories", "technology.costs.buffer"},
      {"interconnect", "technology.costs.router, technology.wire_capacitance"},
      {"digital operations", "technology.costs.adder, technology.costs.register"},
      {"off-chip memory", "technology.costs.dram"},
      {"leakage", "technology.leakage"},
  }};
  return infos[static_cast<std::size_t>(kind)];
}

void Deviations::add(Kind kind, double value, double spread) {
  Term& t = terms_[static_cast<std::size_t>(kind)];
  t.value += value;
  t.above += value * (spread - 1);
  t.below += value * (1 - 1 / spread);
}

void Deviations::add(const Deviations& other, double times) {
  for (std::size_t k = 0; k < kind_count; ++k) {
    terms_[k].value += times * other.terms_[k].value;
    terms_[k].above += times * other.terms_[k].above;
    terms_[k].below += times * other.terms_[k].below;
  }
}

void Deviations::follow(Kind kind, double below, double above) {
  Term& t = terms_[static_cast<std::size_t>(kind)];
  t.below += below;
  t.above += above;
}

double Deviations::above(Kind kind) const { return terms_[static_cast<std::size_t>(kind)].above; }
double Deviations::below(Kind kind) const { return terms_[static_cast<std::size_t>(kind)].below; }

double Deviations::above() const {
  double squares = 0;
  for (const Term& t : terms_) squares += t.above * t.above;
  return std::sqrt(squares);
}

double Deviations::below() const {
  double squares = 0;
  for (const Term& t : terms_) squares += t.below * t.below;
  return std::sqrt(squares);
}

double Deviations::spread(Kind kind) const {
  const Term& t = terms_[static_cast<std::size_t>(kind)];
  return t.value > 0 ? 1 + t.above / t.value : 1;
}

std::vector<Kind> Deviations::deciding() const {
  const auto square = [&](Kind kind) {
    const double above = terms_[static_cast<std::size_t>(kind)].above;
    return above * above;
  };
  std::vector<Kind> kinds;
  for (std::size_t k = 0; k < kind_count; ++k)
    if (terms_[k].above > 0) kinds.push_back(static_cast<Kind>(k));
  std::stable_sort(kinds.begin(), kinds.end(), [&](Kind a, Kind b) { return square(a) > square(b); });
  constexpr double enough = 0.9;
  double sum = 0, all = above() * above();
  std::size_t n = 0;
  while (n < kinds.size() && sum < enough * all) sum += square(kinds[n++]);
  kinds.resize(n);
  return kinds;
}

}  // namespace bitline::cost
