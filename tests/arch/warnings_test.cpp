// SPDX-License-Identifier: Apache-2.0
// What is valid in a config but hardly meant is said, with the key and where it was written.
#include "arch/warnings.h"

#include <doctest/doctest.h>

#include "helpers.h"

using namespace bitline;
using namespace bitline::testing;

namespace {

// The warnings of the small config with more keys, one on a line, without places.
std::string warned(const std::string& more, const std::vector<Override>& overrides = {}) {
  std::string out;
  for (const Diagnostic& d : warnings(ConfigFolder().with(more, overrides))) out += placeless(d) + "\n";
  return out;
}

}  // namespace

TEST_CASE("a small sound config has no warnings") { CHECK(warned("") == ""); }

TEST_CASE("an age later than the device was measured is extrapolated") {
  const auto measured = [](const std::string& age, const std::vector<Override>& more = {}) {
    std::vector<Override> all{{"device.measured_until", "1 day"}, {"age", age}};
    all.insert(all.end(), more.begin(), more.end());
    return warned("", all);
  };
  CHECK(measured("2 days") ==
        "device.measured_until: 2 days after writing is extrapolated: the device was measured up to 1 day\n");
  CHECK(measured("1 day") == "");
  CHECK(warned("", {{"age", "10 years"}}) == "");  // not known
  // Devices are never older than a refresh lets them be.
  CHECK(measured("2 days", {{"programming.refresh", "1 day"}}) == "");
  CHECK(has(measured("2 days", {{"programming.refresh", "30 h"}}), "30 h after writing"));
}

TEST_CASE("a warning says where its key was written") {
  const ConfigFolder f;
  const auto found = warnings(f.with("age: 1 year\n", {{"device.measured_until", "1 day"}}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].where.file == "--set device.measured_until=1 day");
  const auto in_library = warnings(f.with("age: 1 year\n", {{"device", "rram-neurram"}}));
  REQUIRE(in_library.size() == 1);
  CHECK(has(in_library[0].where.file, "rram-neurram.yaml"));
  CHECK(in_library[0].where.line > 0);
}
