// SPDX-License-Identifier: Apache-2.0
// Paths into result.json are known before a run: those of every result, and no others.
#include "run/result_paths.h"

#include <doctest/doctest.h>

#include "run/result_document.h"
#include "run/shapes.h"
#include "tests/report/sample.h"

namespace bitline::result_paths_test {
using namespace run;

namespace {

void add_paths(const Json& node, const std::string& path, std::vector<std::string>& out) {
  if (!path.empty()) out.push_back(path);
  const std::string prefix = path.empty() ? "" : path + ".";
  if (node.is_object())
    for (const auto& [key, child] : node.items()) add_paths(child, prefix + key, out);
  if (node.is_array())
    for (std::size_t i = 0; i < node.size(); ++i) add_paths(node[i], prefix + element_key(node[i], i), out);
}

void check_all(const Result& result) {
  std::vector<std::string> paths;
  add_paths(result_document(result), "", paths);
  CHECK(paths.size() > 100);
  for (const std::string& path : paths) {
    CAPTURE(path);
    const auto problem = path_problem(path, false);
    CHECK_MESSAGE(!problem, (problem ? problem->message : ""));
  }
}

std::string remedy(const std::string& path, bool number = false, std::vector<std::string> layers = {}) {
  const auto problem = path_problem(path, number, layers);
  return problem ? problem->message + " | " + problem->remedy : "";
}

}  // namespace

TEST_CASE("every path of a result is known") {
  check_all(sample_result());
  check_all(costed_result());
  check_all(wired_result());
  check_all(used_result());
  Result shapes = costed_result();
  shapes.shapes = ShapesResult{"expected", "of shapes"};
  check_all(shapes);
  Result experiment = sample_result();
  experiment.experiment.emplace().figures = {{"some.figure", 1.5}};
  experiment.experiment->claims.push_back({"learns", "it learns", true, 1, 0.9, {0.8, 1}, "fraction"});
  experiment.experiment->tables.push_back({"seeds", "by seed", {"seed", "value"}, {{1.0, 2.0}, {2.0, 3.0}}});
  check_all(experiment);
}

TEST_CASE("what no result has is refused with the nearest path") {
  CHECK(remedy("quality.valu") == "is no path of result.json: 'quality' has no 'valu' | did you mean 'quality.value'?");
  CHECK(remedy("qualty.value") == "is no path of result.json: it has no 'qualty' | did you mean 'quality.value'?");
  CHECK(remedy("energy.breakdown_J.adcs").find("did you mean 'energy.breakdown_J.adc'?") != std::string::npos);
  CHECK(remedy("layers.fc1.snr", false, {"fc1"}).find("'layers.fc1' has no 'snr'") != std::string::npos);
  CHECK(remedy("quality.ci95.2").find("'quality.ci95' has no '2'") != std::string::npos);
  CHECK(remedy("quality.value.more").find("nothing below it") != std::string::npos);
  CHECK(remedy("").find("is no path") != std::string::npos);
  CHECK(remedy("layers.fc2.snr_db", true, {"fc1", "fc.2"}).find("'layers' has no 'fc2'") != std::string::npos);
  CHECK(remedy("layers.fc.2.snr_db", true, {"fc1", "fc.2"}) == "");
}

TEST_CASE("a number is asked for where only numbers will do") {
  CHECK(remedy("energy.per_inference_J", true) == "");
  CHECK(remedy("energy.write_J", true) == "");
  CHECK(remedy("wires.metal.row_ohm", true) == "");
  CHECK(remedy("use.moments.7.value", true) == "");
  CHECK(remedy("use.refresh_J", true) == "");
  CHECK(remedy("energy", true).find("is a part of result.json, not a number | below it are per_inference_J") == 0);
  CHECK(remedy("status", true).find("is a text") == 0);
  CHECK(remedy("status") == "");
}

}  // namespace bitline::result_paths_test
