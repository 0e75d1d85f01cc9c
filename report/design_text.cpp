// SPDX-License-Identifier: Apache-2.0
#include "report/design_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/text.h"
#include "workloads/dataset.h"

namespace bitline::report {

namespace {

std::string network_text(const run::NetworkInput& in) {
  return fmt::format("{}, {} layer{} with {} weights, {} output{}", in.network, in.layers, in.layers == 1 ? "" : "s",
                     grouped(in.weights), grouped(in.outputs), in.outputs == 1 ? "" : "s");
}

std::string data_text(const run::NetworkInput& in) {
  std::string text = fmt::format("{}, {} samples of {}", in.set, grouped(in.samples), workloads::dims_text(in.dims));
  if (in.classes) text += fmt::format(" in {} classes", grouped(*in.classes));
  if (in.targets) text += fmt::format(" with {} target{} each", grouped(*in.targets), *in.targets == 1 ? "" : "s");
  return text;
}

std::string values_text(const run::NetworkInput& in) {
  const std::string text =
      fmt::format("{:.4g} .. {:.4g}, mean {:.4g}, deviation {:.4g}", in.least, in.largest, in.mean, in.deviation);
  return in.normalized.empty() ? text : text + ", after " + in.normalized;
}

}  // namespace

std::vector<run::DesignLine> head_lines(const run::Result& r) {
  std::vector<run::DesignLine> lines;
  if (r.input)
    lines = {{"network", network_text(*r.input)}, {"data", data_text(*r.input)}, {"values", values_text(*r.input)}};
  lines.insert(lines.end(), r.design.begin(), r.design.end());
  return lines;
}

bool has_ideal_wires(const run::Result& r) { return !r.wires && !r.only_budget && !r.shapes && !r.experiment; }

std::string left_out_text(const run::Result& r) {
  const std::size_t n = r.published_left_out.size();
  if (n == 0) return "";
  std::vector<std::pair<std::string, std::string>> reasons;
  for (const run::LeftOut& figure : r.published_left_out) {
    auto at = std::ranges::find(reasons, figure.why, &std::pair<std::string, std::string>::first);
    if (at == reasons.end())
      reasons.emplace_back(figure.why, figure.what);
    else
      at->second += ", " + figure.what;
  }
  std::string text = fmt::format("{} published figure{} not compared:", n, n == 1 ? " is" : "s are");
  for (const auto& [why, what] : reasons)
    text += fmt::format("{} {} ({})", &why == &reasons.front().first ? "" : ";", why, what);
  return text + ".";
}

std::string metal_text(const std::optional<chip::MetalEffect>& metal) {
  if (!metal)
    return "Wires are ideal; what real ones would do to column currents was not worked out (it needs "
           "layers on arrays of at most 4096 lines, ohmic devices, one kind of cell, and technology.metal or wires.row "
           "and "
           "wires.column).";
  return fmt::format(
      "Wires are ideal: metal of {} a row segment and {} a column segment would change column currents by {} "
      "(rms, array {}, {} sampled reads). wires.mode: exact counts it.",
      quantity(metal->row_ohm, Unit::ohm), quantity(metal->column_ohm, Unit::ohm),
      percent(metal->current_error_rms, metal->current_error_rms < 0.1 ? 1 : 0), metal->array, grouped(metal->reads));
}

}  // namespace bitline::report
