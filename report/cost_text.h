// SPDX-License-Identifier: Apache-2.0
// Sentences and figures about costs that several reports share.
#pragma once

#include <string>

#include "base/units.h"
#include "run/result.h"

namespace bitline::report {

// "71.9 .. 431 nJ": three digits, both with the prefix of the value that they stand beside, else with the larger one's.
std::string range_text(double low, double high, Unit unit, double beside = 0);

// "8.84 x": `value` over `reference`; empty where that is no number.
std::string ratio_text(double value, double reference);

// Figures of the whole, with "at least" or "at most" where the cost of reloading arrays is not known.
std::string energy_text(const run::Result&);
std::string latency_text(const run::Result&);
std::string throughput_text(const run::Result&);  // "51.28 k inferences/s"
std::string per_watt_text(const run::Result&, double tops_per_w);
std::string per_watt_text(const run::Result&, const cost::Efficiency&);
std::string per_area_text(const run::Result&, double tops_per_mm2);

bool has_energy_interval(const run::Result&);
bool has_area_interval(const run::Result&);

// The total with its interval, what decides it and which keys change that; empty when the result has no bounds.
std::string energy_interval_text(const run::Result&);
std::string area_interval_text(const run::Result&);

// "Intervals ... are decided: energy by converters (17.7 x; adc.cost.model, ...)": what decides both intervals, for a
// line of the summary; empty without intervals.
std::string interval_line(const run::Result&);

// "Converters priced by survey: 23.9 pJ, 0.0234 mm2; by circuit 4.42 pJ, 488 um2 (adc.cost.model)": what the chip's
// converters cost and what they would by the other models; empty where no converter has a model.
std::string converter_price_text(const run::Result&);

// Which of the two is better in what: energies and areas that an interval cannot tell apart are a draw.
std::string baseline_verdict(const run::Result&, const cost::Baseline&);

}  // namespace bitline::report
