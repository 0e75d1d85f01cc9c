// SPDX-License-Identifier: Apache-2.0
// Layer shapes against patches of real images, statistics of codes against their definitions, drawn codes against both.
#include "workloads/shapes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/npy.h"
#include "base/random.h"
#include "tests/base/helpers.h"
#include "workloads/code_statistics.h"
#include "workloads/windows.h"

namespace bitline::shapes_test {
using namespace workloads;
using namespace bitline::test;

namespace {

doctest::Approx relative(double expected) { return doctest::Approx(expected).epsilon(1e-12).scale(1e-30); }

LayerShape shape(const char* name, std::array<int, 3> input, int kernel, int padding, int stride, int outputs) {
  LayerShape s;
  s.name = name;
  s.channels = input[0], s.height = input[1], s.width = input[2];
  s.kernel = kernel, s.padding = padding, s.stride = stride, s.outputs = outputs;
  return s;
}

double sum(const std::vector<double>& x) { return std::accumulate(x.begin(), x.end(), 0.0); }

}  // namespace

TEST_CASE("shapes: places of a kernel that lie on the input are those that patches of ones show") {
  for (const LayerShape& s :
       {shape("a", {2, 5, 7}, 3, 1, 1, 4), shape("b", {1, 6, 5}, 3, 2, 2, 4), shape("c", {1, 4, 4}, 2, 3, 3, 4),
        shape("d", {3, 1, 1}, 1, 0, 1, 4), shape("e", {1, 7, 3}, 3, 0, 2, 4)})
    for (const int copies : {1, 2, 3, 7}) {
      CAPTURE(s.name);
      CAPTURE(copies);
      const std::vector<std::int16_t> ones(static_cast<std::size_t>(s.input().size()), 1);
      const auto rows = static_cast<std::size_t>(s.rows()), positions = static_cast<std::size_t>(s.positions());
      std::vector<std::int16_t> patches(rows * positions);
      workloads::patches(s.window(), s.input(), s.output(), 0, positions, ones.data(), patches.data());
      std::vector<std::vector<double>> counts(static_cast<std::size_t>(copies), std::vector<double>(rows, 0));
      for (std::size_t p = 0; p < positions; ++p)
        for (std::size_t r = 0; r < rows; ++r) counts[p % static_cast<std::size_t>(copies)][r] += patches[p * rows + r];
      const auto found = real_inputs(s, copies);
      REQUIRE(found.size() == counts.size());
      for (std::size_t c = 0; c < counts.size(); ++c)
        for (std::size_t r = 0; r < rows; ++r) CHECK(found[c][r % found[c].size()] == counts[c][r]);
    }
}

TEST_CASE("shapes: probabilities are those of the definitions") {
  const InputScale four{1, 4, false}, four_signed{1, 4, true}, one{1, 1, false}, ternary{1, 2, true};
  for (const InputScale& scale : {four, four_signed, one, ternary})
    for (const InputStatistics& s : {InputStatistics(UniformInputs{}), InputStatistics(BitInputs{0.3}),
                                     InputStatistics(RectifiedNormalInputs{0.4})}) {
      const CodeProbabilities p = probabilities(s, scale);
      CHECK(p.lowest == scale.lowest());
      REQUIRE(static_cast<int>(p.p.size()) == scale.highest() - scale.lowest() + 1);
      CHECK(sum(p.p) == relative(1));
      for (std::size_t i = 0; scale.is_signed && i < p.p.size(); ++i) CHECK(p.p[i] == p.p[p.p.size() - 1 - i]);
    }
  CHECK(probabilities(UniformInputs{}, four).p == std::vector<double>(16, 1.0 / 16));
  CHECK(probabilities(BitInputs{0.3}, four).p[5] == relative(0.3 * 0.7 * 0.3 * 0.7));
  CHECK(probabilities(BitInputs{0.3}, four_signed).p[7 + 5] ==
        relative(0.5 * 0.3 * 0.7 * 0.3));  // three bits and a sign
  CHECK(probabilities(BitInputs{0.3}, ternary).p == std::vector<double>{0.15, 0.7, 0.15});
  const auto normal = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
  const auto rectified = probabilities(RectifiedNormalInputs{0.4}, four).p;  // sigma 6 codes
  CHECK(rectified[0] == doctest::Approx(normal(0.5 / 6)).epsilon(1e-12));
  CHECK(rectified[3] == doctest::Approx(normal(3.5 / 6) - normal(2.5 / 6)).epsilon(1e-12));
  CHECK(rectified[15] == doctest::Approx(1 - normal(14.5 / 6)).epsilon(1e-12));

  CHECK(probabilities(UniformWeights{}, 3).p == std::vector<double>(7, 1.0 / 7));
  CHECK(probabilities(UniformWeights{0.25}, 3).p ==
        std::vector<double>{0.125, 0.125, 0.125, 0.25, 0.125, 0.125, 0.125});
  CHECK(probabilities(TernaryWeights{0.5}, 3).p == std::vector<double>{0.25, 0, 0, 0.5, 0, 0, 0.25});
  const auto weights = probabilities(NormalWeights{0.5}, 3);  // sigma 1.5 codes
  CHECK(weights.lowest == -3);
  CHECK(weights.p[3] == doctest::Approx(normal(1.0 / 3) - normal(-1.0 / 3)).epsilon(1e-12));
  CHECK(weights.p[0] == doctest::Approx(normal(-2.5 / 1.5)).epsilon(1e-12));
  CHECK(sum(weights.p) == relative(1));
  for (const WeightStatistics& s : {WeightStatistics(UniformWeights{}), WeightStatistics(NormalWeights{0.5})})
    CHECK(probabilities(s, 1).p == std::vector<double>{0.5, 0, 0.5});  // a sign
}

TEST_CASE("shapes: drawn codes have their probabilities (five sigma for each code: false alarms below 3e-4 in all)") {
  const Random random(5, 0);
  constexpr std::size_t n = 400000;
  std::vector<std::uint32_t> words(n);
  random.words({.purpose = Purpose::test}, words);
  std::vector<std::int16_t> codes(n), some(7);
  for (const CodeProbabilities& p :
       {probabilities(UniformWeights{}, 8), probabilities(NormalWeights{0.2}, 4), probabilities(TernaryWeights{0.3}, 8),
        probabilities(WeightStatistics(UniformWeights{}), 1), probabilities(BitInputs{0.3}, {1, 8, false}),
        probabilities(BitInputs{0}, {1, 1, false}), probabilities(UniformInputs{}, {1, 1, false})}) {
    const CodeSampler sampler(p);
    sampler.draw(words, codes);
    sampler.draw(std::span(words).subspan(n - 7), some);
    CHECK(std::equal(some.begin(), some.end(), codes.end() - 7));
    std::vector<double> count(p.p.size(), 0);
    const auto [least, most] = std::minmax_element(codes.begin(), codes.end());
    REQUIRE(*least >= p.lowest);
    REQUIRE(*most - p.lowest < static_cast<int>(count.size()));
    for (const int code : codes) ++count[static_cast<std::size_t>(code - p.lowest)];
    for (std::size_t i = 0; i < count.size(); ++i) {
      const double mean = p.p[i] * n, sigma = std::sqrt(mean * (1 - p.p[i]));
      CHECK(std::abs(count[i] - mean) <= 5 * sigma + 1e-9 * n);
    }
  }
}

TEST_CASE("shapes: what one key cannot see is told with its key") {
  const auto key = [](const LayerShape& s) {
    const auto found = problems(s);
    return found.size() == 1 ? found[0].path : std::to_string(found.size());
  };
  CHECK(key(shape("a", {3, 32, 32}, 3, 1, 1, 128)) == "0");
  CHECK(key(shape("a", {3, 4, 2}, 3, 0, 1, 8)) == "kernel");
  CHECK(key(shape("a", {3, 2, 2}, 4, 1, 1, 8)) == "0");  // with its padding it fits
  CHECK(key(shape("a", {1 << 20, 1, 1}, 1, 0, 1, 1 << 20)) == "outputs");
  CHECK(key(shape("a", {1, 1 << 20, 1 << 20}, 1, 0, 1, 1)) == "channels");
  CHECK(key(shape("a", {1 << 24, 1 << 24, 1 << 24}, 1 << 24, 1 << 24, 1, 1 << 24)) == "outputs");
}

TEST_CASE("shapes: files of codes are read whole or refused with layer, file and value") {
  const TemporaryFolder f;
  const auto file = [&](const char* name, std::vector<double> data, std::vector<std::size_t> shape) {
    write_npy(f.path / name, std::span<const double>(data), shape);
    return f.path / name;
  };
  const workloads::IntegerWeights m =
      matrix_of(shape("fc2", {1, 1, 2}, 1, 0, 1, 2), 0, 3, 2);  // one row, two positions
  CHECK(read_weight_codes(file("w.npy", {-3, 3}, {1, 2}), m).codes == std::vector<std::int16_t>{-3, 3});
  CHECK(read_input_codes(file("x.npy", {0, 3, 1, 2}, {4, 1}), m).codes == std::vector<std::int16_t>{0, 3, 1, 2});
  const auto said = [&](auto&& read, std::vector<double> data, std::vector<std::size_t> shape,
                        workloads::IntegerWeights layer) {
    const auto where = file("bad.npy", std::move(data), std::move(shape));
    return message_of<InputError>([&] { read(where, layer); });
  };
  for (const auto& [data, value] : {std::pair<std::vector<double>, const char*>{{1, 4}, "holds 4 at row 0, column 1"},
                                    {{-4, 0}, "holds -4"},
                                    {{0.5, 0}, "holds 0.5"},
                                    {{std::nan(""), 0}, "holds nan"}}) {
    const std::string text = said(read_weight_codes, data, {1, 2}, m);
    CHECK(has(text, value));
    CHECK(has(text, "layer 'fc2'"));
    CHECK(has(text, "bad.npy"));
    CHECK(has(text, "-3 .. 3"));
  }
  CHECK(has(said(read_weight_codes, {1, 2}, {2, 1}, m), "(2, 1); its weights are (1, 2)"));
  CHECK(has(said(read_input_codes, {1, 2, 3}, {3, 1}, m), "images x 2 positions, 1 rows"));
  CHECK(has(said(read_input_codes, {1, 2}, {1, 2}, m), "images x 2 positions"));
  CHECK(has(said(read_input_codes, {1, -1}, {2, 1}, m), "holds -1"));
  workloads::IntegerWeights sign = m;
  sign.weight_bits = 1;
  CHECK(has(said(read_weight_codes, {1, 0}, {1, 2}, sign), "-1 and 1"));
}

}  // namespace bitline::shapes_test
