// SPDX-License-Identifier: Apache-2.0
#include "app/published.h"

#include <fmt/format.h>

#include "app/environment.h"
#include "report/result_json.h"

namespace bitline::app {
namespace {

// Of the same experiment under other settings; its own published figures are not looked up again.
Result other_result(const LoadedConfig& loaded, const Value& settings, RunOptions options) {
  options.progress = {};
  options.conductance_folder.clear();
  return run(load_with(loaded, settings, config_path()), options);
}

}  // namespace

void fill_published(Result& result, const LoadedConfig& loaded, const RunOptions& options) {
  const auto& figures = loaded.config.published;
  for (std::size_t i = 0; i < result.published.size() && i < figures.size(); ++i) {
    const PublishedFigure& f = figures[i];
    result.published[i].ours = f.with.kind == Value::Kind::null ? lookup(result, f.ours)
                                                                : lookup(other_result(loaded, f.with, options), f.ours);
    if (!result.published[i].ours)
      result.warnings.push_back(fmt::format("published.{}.ours: the result has no number '{}'", i, f.ours));
  }
}

}  // namespace bitline::app
