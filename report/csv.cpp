// SPDX-License-Identifier: Apache-2.0
#include "report/csv.h"

#include <fmt/format.h>

#include <cmath>

#include "base/csv.h"
#include "base/error.h"
#include "report/text.h"

namespace bitline::report {

using cost::LayerCosts;
using cost::Part;
using run::LayerReads;
using run::Result;

namespace {

std::string number(const LayerCosts& layer, const std::string& column, double x) {
  if (!std::isfinite(x))
    throw RunError(
        fmt::format("layers.{}.{} of the result is {}, not a number that can be reported", layer.name, column, x));
  return fmt::format("{}", x);
}

}  // namespace

std::string images_csv(const Result& result) {
  std::string csv = "image,label,predicted,energy_J";
  for (const LayerCosts& l : result.costs.layers) csv += ',' + csv_field(l.name + "_data_energy_J");
  csv += '\n';
  for (std::size_t i = 0; i < result.images.size(); ++i) {
    const run::ImageResult& image = result.images[i];
    csv += fmt::format("{},{},{},{}", i, image.label, image.predicted, image.energy_J);
    for (const double joules : image.data_energy_J) csv += fmt::format(",{}", joules);
    csv += '\n';
  }
  return csv;
}

std::string layers_csv(const Result& result) {
  std::vector<const cost::Breakdown*> breakdowns;
  for (const LayerCosts& l : result.costs.layers) breakdowns.push_back(&l.energy_breakdown_J);
  const std::vector<Part> parts = listed_parts(breakdowns);
  std::string csv = "name,energy_J,latency_s,snr_db,adc_clipped_frac,adc_full_scale_A,conversions,macs,arrays,settle_s";
  for (const Part part : parts) csv += fmt::format(",{}_energy_J", name_of(part));
  csv += '\n';
  for (std::size_t i = 0; i < result.costs.layers.size(); ++i) {
    const LayerCosts& l = result.costs.layers[i];
    const LayerReads* reads = result.reads.empty() ? nullptr : &result.reads[i];
    const auto of_run = [&](const char* column, double LayerReads::*figure) {
      return reads ? number(l, column, reads->*figure) : "";
    };
    const bool exact = reads && !std::isfinite(reads->snr_db);  // or no signal
    csv +=
        fmt::format("{},{},{},{},{},{},{},{},{},{}", csv_field(l.name), number(l, "energy_J", l.energy_J),
                    number(l, "latency_s", l.latency_s), exact ? "" : of_run("snr_db", &LayerReads::snr_db),
                    of_run("adc_clipped_frac", &LayerReads::adc_clipped_frac),
                    of_run("adc_full_scale_A", &LayerReads::adc_full_scale_A), number(l, "conversions", l.conversions),
                    number(l, "macs", l.macs), l.arrays, number(l, "settle_s", l.settle_s));
    for (const Part part : parts)
      csv += ',' + number(l, fmt::format("energy_breakdown_J.{}", name_of(part)), l.energy_breakdown_J[part]);
    csv += '\n';
  }
  return csv;
}

}  // namespace bitline::report
