// SPDX-License-Identifier: Apache-2.0
#include "run/published.h"

#include <fmt/format.h>

#include <map>
#include <tuple>
#include <utility>

#include "base/config_writer.h"
#include "run/result_json.h"

namespace bitline::run {

using arch::LoadedConfig;

namespace {

// Of the same experiment under other settings, without published figures of its own.
Result other_result(const LoadedConfig& loaded, const Value& settings, RunOptions options, const RunAgain& run_again) {
  options.progress = {};
  options.conductance_folder.clear();
  options.outputs_file.clear();
  options.per_image = false;
  LoadedConfig other = load_with(loaded, settings);
  other.config.published.clear();
  return run_again(other, options);
}

std::string text_of(const Value& settings) {
  Value map = Value::map();
  map.set("with", settings);
  return to_yaml(map);
}

// Our interval of a figure that has one: total energy and area, and what is made of them.
std::pair<std::optional<double>, std::optional<double>> interval_of(const std::string& path, const cost::Costs& c) {
  const double low_J = c.energy_low_J, high_J = c.energy_high_J;
  if (high_J > low_J && path == "energy.per_inference_J") return {low_J, high_J};
  if (high_J > low_J && low_J > 0 && path == "efficiency.tops_per_w")
    return {c.tops_per_w * c.energy_per_inference_J / high_J, c.tops_per_w * c.energy_per_inference_J / low_J};
  if (c.area_high_m2 > c.area_low_m2 && path == "area.total_m2") return {c.area_low_m2, c.area_high_m2};
  return {};
}

}  // namespace

void fill_published(Result& result, const LoadedConfig& loaded, const RunOptions& options, const RunAgain& run_again) {
  std::map<std::string, Result> others;  // by settings
  const auto& figures = loaded.config.published;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const arch::PublishedFigure& f = figures[i];
    if (!f.replaced.empty()) {
      result.published_left_out.push_back({f.what, f.replaced + " was replaced"});
      continue;
    }
    const auto result_with = [&](const Value& settings) {
      if (settings.kind == Value::Kind::null) return &result;
      auto [other, fresh] = others.try_emplace(text_of(settings));
      if (fresh) other->second = other_result(loaded, settings, options, run_again);
      return &other->second;
    };
    const Result* from = result_with(f.with);
    const bool is_difference = f.less.kind != Value::Kind::null;
    std::optional<double> ours = lookup(*from, f.ours);
    if (ours && is_difference) {
      const std::optional<double> less = lookup(*result_with(f.less), f.ours);
      ours = less ? std::optional(*ours - *less) : std::nullopt;
    }
    const bool stands_in = from->experiment && from->experiment->stands_in;
    if (stands_in && !ours) {  // what other data cannot carry
      result.published_left_out.push_back({f.what, "other data stand in"});
      continue;
    }
    const bool proxy = stands_in && f.kind == "predicted";
    result.published.push_back({f.what, f.unit, f.source, proxy ? "proxy" : f.kind, f.published, ours, f.within});
    if (!is_difference)  // ends of intervals do not subtract: kinds of parts err alike in both
      std::tie(result.published.back().low, result.published.back().high) = interval_of(f.ours, from->costs);
    if (!ours) result.warnings.push_back(fmt::format("published.{}.ours: the result has no number '{}'", i, f.ours));
  }
}

}  // namespace bitline::run
