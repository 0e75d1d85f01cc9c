// SPDX-License-Identifier: Apache-2.0
#include "run/published.h"

#include <fmt/format.h>

#include <map>

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
    const Result* from = &result;
    if (f.with.kind != Value::Kind::null) {
      auto [other, fresh] = others.try_emplace(text_of(f.with));
      if (fresh) other->second = other_result(loaded, f.with, options, run_again);
      from = &other->second;
    }
    const std::optional<double> ours = lookup(*from, f.ours);
    const bool stands_in = from->experiment && from->experiment->stands_in;
    if (stands_in && !ours) {  // what other data cannot carry
      result.published_left_out.push_back({f.what, "other data stand in"});
      continue;
    }
    const bool proxy = stands_in && f.kind == "predicted";
    result.published.push_back({f.what, f.unit, f.source, proxy ? "proxy" : f.kind, f.published, ours, f.within});
    if (!ours) result.warnings.push_back(fmt::format("published.{}.ours: the result has no number '{}'", i, f.ours));
  }
}

}  // namespace bitline::run
