// SPDX-License-Identifier: Apache-2.0
// ONNX files as exporters write them, against the outputs that PyTorch or NumPy computes (data/make_onnx_cases.py).
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "base/npy.h"
#include "tests/workloads/graph_models.h"
#include "workloads/interpret.h"
#include "workloads/onnx_import.h"

namespace bitline::onnx_cases_test {
using namespace workloads;
using namespace bitline::test;

namespace {

const std::filesystem::path folder = std::filesystem::path(BITLINE_SOURCE_DIR) / "tests/workloads/data/onnx";

std::set<std::string> case_names() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".onnx") names.insert(entry.path().stem().string());
  return names;
}

std::vector<float> read_floats(const std::string& file) {
  const bitline::NpyArray array = bitline::read_npy(folder / file);
  return {array.data.begin(), array.data.end()};
}

template <class T>
double largest_difference(const std::vector<T>& got, const std::vector<float>& want) {
  double largest = 0;
  for (std::size_t i = 0; i < got.size(); ++i) largest = std::max(largest, std::abs(double{got[i]} - want[i]));
  return largest;
}

double largest_magnitude(const std::vector<float>& values) {
  double largest = 0;
  for (float v : values) largest = std::max(largest, std::abs(double{v}));
  return largest;
}

}  // namespace

TEST_CASE("each operator gives what PyTorch gives, to 1e-4 of the largest output") {
  REQUIRE(case_names().size() >= 56);
  for (const std::string& name : case_names()) {
    CAPTURE(name);
    const Graph graph = read_onnx(folder / (name + ".onnx"));
    const std::vector<float> in = read_floats(name + ".in.npy"), want = read_floats(name + ".out.npy");
    const std::vector<float> got = interpret_float(graph, in);
    REQUIRE(got.size() == want.size());
    CHECK(largest_difference(got, want) <= 1e-4 * largest_magnitude(want));
  }
}

TEST_CASE("with 12-bit codes the integer network gives what PyTorch gives, to some steps of the codes") {
  for (const std::string& name : case_names()) {
    CAPTURE(name);
    const auto graph = std::make_shared<const Graph>(read_onnx(folder / (name + ".onnx")));
    const std::vector<float> in = read_floats(name + ".in.npy"), want = read_floats(name + ".out.npy");
    const IntegerGraph integers = quantize(graph, {in, false, false}, code_bits(12, 12));
    const std::vector<double> got = interpret(integers, in, 0, multiply_exactly);
    REQUIRE(got.size() == want.size());
    // A code is off by half a step of 1/2047 of the largest; products add up some, and norms and further layers pass
    // them on. Files that round their data themselves may flip one of their own, coarse steps.
    const double tolerance = name == "quantized" ? 0.03 : 3e-3;
    CHECK(largest_difference(got, want) <= tolerance * largest_magnitude(want));
  }
}

}  // namespace bitline::onnx_cases_test
