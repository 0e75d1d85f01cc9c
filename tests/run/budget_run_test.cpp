// SPDX-License-Identifier: Apache-2.0
// Goals of published figures, and a run that only sums a table of components.
#include "cost/budget.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "base/error.h"
#include "run/run.h"

namespace bitline::budget_run_test {
using namespace arch;
using namespace run;

TEST_CASE("a figure misses its goal beyond it, or when there is none of ours") {
  Published p{"power", "W", "somebody", "predicted", 2, 2.01, 0.005};
  CHECK(deviation(p).value() == doctest::Approx(0.005));
  p.ours = 2.009;
  CHECK(!is_miss(p));
  p.ours = 1.98;
  CHECK(is_miss(p));
  p.within.reset();
  CHECK(!is_miss(p));
  p.within = 0.1;
  p.ours.reset();
  CHECK(is_miss(p));
  CHECK(!deviation(p));
  p.published = 0;
  p.ours = 0;
  CHECK(!is_miss(p));
  p.ours = 1e-9;
  CHECK(is_miss(p));
}

TEST_CASE("a config with a budget and no network is summed and nothing else") {
  const std::filesystem::path configs = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs";
  const LoadedConfig loaded = load(configs / "validation/isaac.yaml", {}, ConfigPath{{configs}});
  const Result r = run::run(loaded, {});
  CHECK(r.only_budget);
  REQUIRE(r.budget.size() == 3);
  CHECK(r.budget[1].name == "tile");
  CHECK(r.budget[1].power_W == doctest::Approx(0.330).epsilon(0.005));
  CHECK(r.published.size() == 6);
  CHECK(r.published[0].within == 0.005);
  CHECK(r.costs.layers.empty());
}

}  // namespace bitline::budget_run_test
