// SPDX-License-Identifier: Apache-2.0
#include "run/plausibility.h"

#include <fmt/format.h>

#include <cmath>

namespace bitline::run {

namespace {

using Findings = std::vector<std::string>;

// Layers whose reads are wrong beyond what any network bears, named together.
template <class Wrong>
std::string layers_where(const Result& r, const Wrong& wrong) {
  std::string names;
  for (std::size_t i = 0; i < r.reads.size() && i < r.costs.layers.size(); ++i)
    if (wrong(r.reads[i])) names += (names.empty() ? "" : ", ") + r.costs.layers[i].name;
  return names;
}

void clipped_codes(const Result& r, Findings& found) {
  constexpr double most = 0.05;
  const std::string names = layers_where(r, [](const LayerReads& l) { return l.adc_clipped_frac > most; });
  if (!names.empty())
    found.push_back(
        fmt::format("more than {:.0f} % of conversions are clipped in {} (widen adc.range; adc.range: "
                    "calibrated finds it from the inputs)",
                    most * 100, names));
}

void lost_signals(const Result& r, Findings& found) {
  constexpr double least_dB = 3;  // errors of half the power of the signal
  const std::string names = layers_where(r, [](const LayerReads& l) { return l.snr_db < least_dB; });
  if (!names.empty())
    found.push_back(
        fmt::format("the signal-to-noise ratio is below {} dB in {}: read noise, write errors and adc.range "
                    "are the usual reasons",
                    least_dB, names));
}

void large_drivers(const Result& r, Findings& found) {
  constexpr double most = 10;
  const double array_m2 = r.costs.area_breakdown_m2[cost::Part::array],
               driver_m2 = r.costs.area_breakdown_m2[cost::Part::driver];
  if (array_m2 > 0 && driver_m2 > most * array_m2)
    found.push_back(
        fmt::format("row drivers take {:.3g} times the area of the arrays, as they must carry the current of "
                    "whole rows (is device.g_max right? lower conductances or fewer columns need less)",
                    driver_m2 / array_m2));
}

void chance(const Result& r, Findings& found) {
  const Quality& q = r.quality;
  if (!q.chance || q.inputs == 0) return;
  const double by_luck = 2 * std::sqrt(*q.chance * (1 - *q.chance) / static_cast<double>(q.inputs));
  if (*q.chance + by_luck >= 1) return;  // too few samples to tell
  const auto is_chance = [&](double accuracy) { return accuracy <= *q.chance + by_luck; };
  if (is_chance(q.reference_float))
    found.push_back(
        fmt::format("the network itself answers no better than the commonest class ({:.1f} %): are the data "
                    "those it was trained on (workload.dataset, normalize, first_class)?",
                    *q.chance * 100));
  else if (is_chance(q.value))
    found.push_back(
        fmt::format("on chip the network answers no better than the commonest class ({:.1f} %)", *q.chance * 100));
}

constexpr void (*rules[])(const Result&, Findings&) = {clipped_codes, lost_signals, large_drivers, chance};

}  // namespace

std::vector<std::string> implausible(const Result& r) {
  Findings found;
  for (const auto& rule : rules) rule(r, found);
  return found;
}

}  // namespace bitline::run
