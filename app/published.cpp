// SPDX-License-Identifier: Apache-2.0
#include "app/published.h"

#include "report/result_json.h"

namespace bitline::app {

void fill_published(Result& result, const Config& config) {
  for (std::size_t i = 0; i < result.published.size() && i < config.published.size(); ++i) {
    result.published[i].ours = lookup(result, config.published[i].ours);
    if (!result.published[i].ours)
      result.warnings.push_back("published." + std::to_string(i) + ".ours: the result has no number '" +
                                config.published[i].ours + "'");
  }
}

}  // namespace bitline::app
