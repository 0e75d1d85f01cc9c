// SPDX-License-Identifier: Apache-2.0
#include "run/network_input.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "run/stage_settings.h"

namespace bitline::run {

namespace {

struct ValueRange {
  double least = 0, largest = 0, mean = 0, deviation = 0;
};
std::size_t bytes_of(const std::vector<ValueRange>& one) { return one.size() * sizeof(ValueRange); }

ValueRange range_of(std::span<const float> values) {
  if (values.empty()) return {};
  const auto n = static_cast<double>(values.size());
  ValueRange r{values[0], values[0], 0, 0};
  for (const double x : values) r.least = std::min(r.least, x), r.largest = std::max(r.largest, x), r.mean += x / n;
  double squares = 0;
  for (const double x : values) squares += (x - r.mean) * (x - r.mean) / n;
  r.deviation = std::sqrt(squares);
  return r;
}

std::string numbers(const std::vector<double>& list) {
  return list.size() == 1 ? fmt::format("{:.4g}", list[0]) : fmt::format("[{:.4g}]", fmt::join(list, ", "));
}

}  // namespace

NetworkInput network_input(const arch::Workload& workload, const workloads::Graph& graph,
                           const Stage<workloads::Samples>& samples, Shelf& shelf) {
  NetworkInput in;
  in.network = std::filesystem::path(workload.network).filename().string();
  in.layers = graph.weights.size();
  for (const workloads::Weights& w : graph.weights)
    for (const workloads::Panel& p : w.panels)
      in.weights += static_cast<std::size_t>(p.rows) * static_cast<std::size_t>(p.columns);
  in.outputs = graph.output_size();
  in.set = samples->name, in.dims = samples->dims, in.samples = samples->count();
  const auto range = stage<std::vector<ValueRange>>(shelf, stage_key("range of values").add("samples", samples.key),
                                                    [&] { return std::vector{range_of(samples->values)}; });
  const ValueRange& r = range->front();
  in.least = r.least, in.largest = r.largest, in.mean = r.mean, in.deviation = r.deviation;
  if (const auto& by = workload.normalize)
    in.normalized = fmt::format("(x - {}) / {}", numbers(by->mean), numbers(by->std));
  if (const auto* labels = std::get_if<workloads::Labels>(&samples->truth))
    in.classes = static_cast<std::size_t>(labels->classes);
  if (const auto* values = std::get_if<workloads::Values>(&samples->truth))
    in.targets = static_cast<std::size_t>(values->columns);
  return in;
}

}  // namespace bitline::run
