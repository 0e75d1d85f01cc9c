// SPDX-License-Identifier: Apache-2.0
// Integer graphs against integer code written here.
#include "workloads/interpret.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/workloads/graph_models.h"

namespace bitline::interpret_test {
using namespace workloads;
using namespace bitline::test;

namespace {

long code_of(double value, const InputScale& scale) {  // lrint: the default rounding mode, half to even
  return std::clamp<long>(std::lrint(value / scale.scale), scale.lowest(), scale.highest());
}

// Weight code of (row, column), 0 outside of all panels.
long weight_at(const IntegerWeights& w, int row, int column) {
  for (const IntegerPanel& p : w.panels)
    if (row >= p.row && row < p.row + p.rows && column >= p.column && column < p.column + p.columns)
      return p.codes[static_cast<std::size_t>((row - p.row) * p.columns + column - p.column)];
  return 0;
}

double rescaled(const IntegerWeights& w, long sum, int column) {
  const auto c = static_cast<std::size_t>(column);
  return static_cast<double>(sum) * (w.input.scale * w.scale[c]) + w.bias[c];
}

using Planes = std::vector<double>;  // (channels, height, width)

// A convolution in integers, from the definition.
Planes convolve(const IntegerWeights& w, const Window& k, const Planes& x, int channels, int height, int width, int oh,
                int ow) {
  Planes y;
  for (int o = 0; o < w.columns; ++o)
    for (int i = 0; i < oh; ++i)
      for (int j = 0; j < ow; ++j) {
        long sum = 0;
        for (int c = 0; c < channels; ++c)
          for (int u = 0; u < k.kernel_height; ++u)
            for (int v = 0; v < k.kernel_width; ++v) {
              const int yy = i * k.stride_y + u * k.dilation_y - k.pad_top;
              const int xx = j * k.stride_x + v * k.dilation_x - k.pad_left;
              if (yy < 0 || yy >= height || xx < 0 || xx >= width) continue;
              const double value = x[static_cast<std::size_t>((c * height + yy) * width + xx)];
              sum += code_of(value, w.input) * weight_at(w, (c * k.kernel_height + u) * k.kernel_width + v, o);
            }
        y.push_back(rescaled(w, sum, o));
      }
  return y;
}

std::vector<double> sample_of(const std::vector<float>& values, std::size_t size, std::size_t i) {
  return {values.begin() + static_cast<std::ptrdiff_t>(i * size),
          values.begin() + static_cast<std::ptrdiff_t>((i + 1) * size)};
}

IntegerWeights random_codes(Numbers& numbers, int rows, int columns, int largest) {
  IntegerWeights w;
  w.rows = rows, w.columns = columns;
  w.panels.push_back({0, 0, rows, columns, {}});
  for (int i = 0; i < rows * columns; ++i)
    w.panels[0].codes.push_back(
        static_cast<std::int16_t>(largest == 32767 ? largest : numbers.between(-largest, largest)));
  return w;
}

void check_exact(const IntegerWeights& w, const std::vector<std::int16_t>& x, std::size_t vectors) {
  std::vector<double> y(vectors * static_cast<std::size_t>(w.columns), 0.0);
  multiply_exactly(w, x, {.count = vectors}, y);
  std::size_t wrong = 0;
  for (std::size_t v = 0; v < vectors; ++v)
    for (int c = 0; c < w.columns; ++c) {
      std::int64_t sum = 0;
      for (int r = 0; r < w.rows; ++r)
        sum += std::int64_t{x[v * static_cast<std::size_t>(w.rows) + static_cast<std::size_t>(r)]} * weight_at(w, r, c);
      wrong += y[v * static_cast<std::size_t>(w.columns) + static_cast<std::size_t>(c)] != static_cast<double>(sum);
    }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("the exact product is exact: in single precision, in parts of rows, in double, and of panels") {
  struct Case {
    int rows, columns, x_low, x_high, w;
  };
  for (const Case& c : {Case{1, 1, 0, 255, 7},
                        {37, 5, -127, 127, 7},
                        {784, 10, 0, 255, 127},         // 784 x 255 x 127 > 2^24: parts of 518 rows
                        {600, 3, 32767, 32767, 1},      // 600 x 32767 > 2^24: parts of 512
                        {300, 7, 32767, 32767, 32767},  // beyond 2^30 a term: in double
                        {3, 9, -32768, -32768, 32767}}) {
    CAPTURE(c.rows);
    Numbers numbers(21);
    const IntegerWeights w = random_codes(numbers, c.rows, c.columns, c.w);
    for (std::size_t vectors : {1u, 3u, 70u}) {
      std::vector<std::int16_t> x(vectors * static_cast<std::size_t>(c.rows));
      for (auto& v : x) v = static_cast<std::int16_t>(numbers.between(c.x_low, c.x_high));
      check_exact(w, x, vectors);
    }
  }
  Numbers numbers(22);
  for (const int columns : {1, 2, 5}) {  // of a panel: depthwise, narrow, wide
    IntegerWeights w;
    w.rows = 4 * 9 + 3, w.columns = 4 * columns;
    for (int g = 0; g < 4; ++g) {
      w.panels.push_back({g * 9, g * columns, 9, columns, {}});
      for (int i = 0; i < 9 * columns; ++i)
        w.panels.back().codes.push_back(static_cast<std::int16_t>(numbers.between(-7, 7)));
    }
    w.panels.push_back({36, 0, 3, w.columns, std::vector<std::int16_t>(static_cast<std::size_t>(3 * w.columns), 5)});
    std::vector<std::int16_t> x(30 * static_cast<std::size_t>(w.rows));
    for (auto& v : x) v = static_cast<std::int16_t>(numbers.between(0, 255));
    check_exact(w, x, 30);
  }
}

TEST_CASE("a residual block with groups and dilation in integers equals independent integer code") {
  // 4 x 6 x 5, signed: y = relu(conv2(relu(conv1(x))) + shortcut(x)), conv1 in two groups, conv2 depthwise and dilated.
  Numbers numbers(23);
  const Window strided{.kernel_height = 3,
                       .kernel_width = 3,
                       .stride_y = 2,
                       .stride_x = 1,
                       .pad_top = 1,
                       .pad_left = 1,
                       .pad_bottom = 1,
                       .pad_right = 1};
  const Window dilated{.kernel_height = 3,
                       .kernel_width = 2,
                       .dilation_y = 1,
                       .dilation_x = 2,
                       .pad_top = 1,
                       .pad_left = 1,
                       .pad_bottom = 1,
                       .pad_right = 1};
  const Window pointwise{.stride_y = 2};
  for (const WeightScale scale : {WeightScale::per_tensor, WeightScale::per_column}) {
    GraphMaker n({1, 4, 6, 5});
    n.product(grouped(numbers, 2, 18, 4), strided);
    n.activate(Activate::Kind::relu);
    const int branch = n.product(grouped(numbers, 8, 6, 1), dilated);
    const int shortcut = n.product(dense(numbers, 4, 8), pointwise, {0});
    n.add(Arithmetic{}, {branch, shortcut});
    n.activate(Activate::Kind::relu);
    const auto graph = n.finish();
    const std::vector<float> data = numbers.reals(9 * 120);
    const IntegerGraph q = quantize(graph, {data, false, false}, code_bits(4, 7, scale));
    CHECK(q.weights[0].input.is_signed);
    CHECK_FALSE(q.weights[1].input.is_signed);
    CHECK(q.weights[0].panels.size() == 2);
    CHECK(q.weights[1].panels.size() == 8);
    CHECK(q.weights[0].positions == 15);
    CHECK(q.weights[1].inputs == 8 * 15);
    const std::vector<double> got = interpret(q, data, 0, multiply_exactly);
    REQUIRE(got.size() == 9 * 120);
    for (std::size_t i = 0; i < 9; ++i) {
      const Planes x = sample_of(data, 120, i);
      Planes hidden = convolve(q.weights[0], strided, x, 4, 6, 5, 3, 5);
      for (double& v : hidden) v = std::max(v, 0.0);
      const Planes a = convolve(q.weights[1], dilated, hidden, 8, 3, 5, 3, 5),
                   b = convolve(q.weights[2], pointwise, x, 4, 6, 5, 3, 5);
      for (std::size_t k = 0; k < 120; ++k) CHECK(got[i * 120 + k] == std::max(a[k] + b[k], 0.0));
    }
  }
}

TEST_CASE("one column scale for each panel's columns; columns without weights have zero codes") {
  Weights w{"", 4, 4, {{0, 0, 2, 2, {1, 0.5f, -1, 0.25f}}, {2, 2, 2, 2, {4, 0, 2, 0}}}, {}};
  GraphMaker n({4});
  n.product(w);
  const auto graph = n.finish();
  const std::vector<float> x{1, 1, 1, 1};
  const auto q = quantize(graph, {x, true, false}, code_bits(4, 8, WeightScale::per_column)).weights[0];
  CHECK(q.scale == std::vector<double>{1.0 / 7, 0.5 / 7, 4.0 / 7, 1});
  CHECK(q.panels[0].codes == std::vector<std::int16_t>{7, 7, -7, 4});  // 0.25 x 7 / 0.5 = 3.5, half to even
  CHECK(q.panels[1].codes == std::vector<std::int16_t>{7, 0, 4, 0});
  const auto together = quantize(graph, {x, true, false}, code_bits(4, 8)).weights[0];
  CHECK(together.scale == std::vector<double>(4, 4.0 / 7));
  CHECK(together.panels[0].codes == std::vector<std::int16_t>{2, 1, -2, 0});  // 1.75, 0.875, -1.75, 0.4375
}

TEST_CASE("biases as rows: part of a dense panel, a panel of their own beside several") {
  Numbers numbers(24);
  for (const bool groups : {false, true}) {
    GraphMaker n({1, 4, 5, 5});
    const Window window{.kernel_height = 2, .kernel_width = 2};
    n.product(groups ? grouped(numbers, 2, 8, 2) : dense(numbers, 16, 4), window);
    const auto graph = n.finish();
    const std::vector<float> data = numbers.pixels(7 * 100);
    const auto rows = [](int, const std::string&) { return LayerQuantization{.weight_bits = 5, .bias_rows = true}; };
    const IntegerGraph q = quantize(graph, {data, true, true}, rows);
    const IntegerWeights& w = q.weights[0];
    REQUIRE(w.bias_rows > 0);
    CHECK(w.rows == 16 + w.bias_rows);
    CHECK(w.panels.size() == (groups ? 3 : 1));
    CHECK(w.bias == std::vector<double>(4, 0.0));
    const std::vector<double> got = interpret(q, data, 0, multiply_exactly);
    // As if the last rows were inputs that are always the largest code.
    IntegerWeights data_rows = w;
    data_rows.rows = 16;
    for (std::size_t i = 0; i < 7; ++i) {
      const Planes bare = convolve(data_rows, window, sample_of(data, 100, i), 4, 5, 5, 4, 4);
      for (std::size_t k = 0; k < bare.size(); ++k) {
        const int column = static_cast<int>(k / 16);
        long bias = 0;
        for (int r = 16; r < w.rows; ++r) bias += weight_at(w, r, column) * w.input.highest();
        const double step = w.input.scale * w.scale[static_cast<std::size_t>(column)];
        CHECK(got[i * 64 + k] == doctest::Approx(bare[k] + static_cast<double>(bias) * step).epsilon(1e-12));
        // The rows say the bias to half a step of a code at full drive.
        CHECK(std::abs(static_cast<double>(bias) * step - graph->weights[0].bias[static_cast<std::size_t>(column)]) <=
              0.5 * step * w.input.highest() * (1 + 1e-9));
      }
    }
  }
}

TEST_CASE("results do not depend on the batch, and the product is told which vectors it sees") {
  Numbers numbers(30);
  const Window window{
      .kernel_height = 3, .kernel_width = 3, .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1};
  GraphMaker n({2, 6, 6});
  n.product(dense(numbers, 18, 4), window);
  n.activate(Activate::Kind::tanh);
  n.add(Reshape{{{36, 4}}});
  n.product(dense(numbers, 4, 5));
  n.activate(Activate::Kind::sigmoid);
  n.add(Reshape{{{180}}});
  n.product(dense(numbers, 180, 300));
  n.activate(Activate::Kind::relu);
  n.product(dense(numbers, 300, 3));
  n.add(Softmax{0, false});
  const auto graph = n.finish();
  const std::vector<float> data = numbers.pixels(150 * 72);
  const IntegerGraph q = quantize(graph, {data, true, true}, code_bits(4, 8));
  const auto whole = interpret(q, data, 0, multiply_exactly);
  const auto whole_float = interpret_float(*graph, data);
  for (std::size_t batch : {1u, 7u, 64u, 100u}) {
    std::vector<double> parts;
    std::vector<float> float_parts;
    for (std::size_t first = 0; first < 150; first += batch) {
      const std::size_t count = std::min<std::size_t>(batch, 150 - first);
      const auto samples = std::span(data).subspan(first * 72, count * 72);
      const auto part =
          interpret(q, samples, 1000 + first, [&](const IntegerWeights& w, auto in, const Vectors& v, auto sums) {
            CHECK(v.first_sample == 1000 + first);
            CHECK(v.positions == (w.index <= 1 ? 36 : 1));
            CHECK(v.first_position == 0);
            CHECK(v.count == count * v.positions);
            CHECK(in.size() == v.count * static_cast<std::size_t>(w.rows));
            CHECK(sums.size() == v.count * static_cast<std::size_t>(w.columns));
            CHECK(std::ranges::count(sums, 0.0) == static_cast<std::ptrdiff_t>(sums.size()));
            multiply_exactly(w, in, v, sums);
          });
      parts.insert(parts.end(), part.begin(), part.end());
      const auto float_part = interpret_float(*graph, samples);
      float_parts.insert(float_parts.end(), float_part.begin(), float_part.end());
    }
    CHECK(parts == whole);
    CHECK(float_parts == whole_float);
  }
}

TEST_CASE("large convolutions come in several calls that number their samples") {
  Numbers numbers(31);
  const Window window{
      .kernel_height = 5, .kernel_width = 5, .pad_top = 2, .pad_left = 2, .pad_bottom = 2, .pad_right = 2};
  GraphMaker n({4, 40, 40});  // 1600 positions of 100 rows: six samples in 2^20 values
  n.product(dense(numbers, 100, 2), window);
  const auto graph = n.finish();
  const std::vector<float> data = numbers.pixels(14 * 6400);
  const IntegerGraph q = quantize(graph, {data, true, true}, code_bits(3, 8));
  std::vector<std::size_t> firsts, counts;
  const auto got = interpret(q, data, 50, [&](const IntegerWeights& w, auto in, const Vectors& v, auto sums) {
    firsts.push_back(v.first_sample), counts.push_back(v.count);
    multiply_exactly(w, in, v, sums);
  });
  CHECK(firsts == std::vector<std::size_t>{50, 56, 62});
  CHECK(counts == std::vector<std::size_t>{9600, 9600, 3200});
  const Planes want = convolve(q.weights[0], window, sample_of(data, 6400, 13), 4, 40, 40, 40, 40);
  CHECK(std::vector<double>(got.end() - 3200, got.end()) == want);
}

TEST_CASE("a loop multiplies step after step, each at positions of its own; backwards the last entry comes first") {
  // h = h W + x[t], in integers, two samples of four steps.
  Numbers numbers(32);
  for (const bool backwards : {false, true}) {
    GraphMaker n({4, 3});
    n.graph.weights.push_back(dense(numbers, 3, 3));
    n.graph.weights[0].name = "step";
    auto body = std::make_shared<Graph>();
    body->tensors = {{"h", {{3}}, {}}, {"x", {{3}}, {}}};
    body->inputs = {0, 1};
    const int product = append(*body, n.graph.weights, "step", Product{0, {}, 0}, {0});
    const int next = append(*body, "sum", Arithmetic{}, {product, 1});
    body->outputs = {next, next};
    const int zeros = n.constant({3}, {0.5f, 0, 0});
    n.add(Loop{body, 4, 1, backwards}, {zeros, 0});
    const Node& loop = n.graph.nodes.back();
    n.graph.outputs = {loop.out[0], loop.out[1]};
    const auto graph = n.finish();
    CHECK(graph->output_size() == 3 + 12);
    const std::vector<float> data = numbers.reals(2 * 12);
    const IntegerGraph q = quantize(graph, {data, false, false}, code_bits(4, 8));
    const IntegerWeights& w = q.weights[0];
    CHECK(w.positions == 4);
    CHECK(w.inputs == 12);
    std::vector<std::size_t> positions;
    const auto got = interpret(q, data, 0, [&](const IntegerWeights& m, auto in, const Vectors& v, auto sums) {
      positions.push_back(v.first_position);
      CHECK(v.positions == 1);
      CHECK(v.count == 2);
      multiply_exactly(m, in, v, sums);
    });
    CHECK(positions == std::vector<std::size_t>{0, 1, 2, 3});
    for (std::size_t i = 0; i < 2; ++i) {
      std::vector<double> h{0.5, 0, 0};
      for (std::size_t s = 0; s < 4; ++s) {
        const std::size_t at = backwards ? 3 - s : s;
        std::vector<double> after(3);
        for (int c = 0; c < 3; ++c) {
          long sum = 0;
          for (int r = 0; r < 3; ++r) sum += code_of(h[static_cast<std::size_t>(r)], w.input) * weight_at(w, r, c);
          after[static_cast<std::size_t>(c)] =
              rescaled(w, sum, c) + data[i * 12 + at * 3 + static_cast<std::size_t>(c)];
        }
        h = after;
        for (std::size_t c = 0; c < 3; ++c) CHECK(got[i * 15 + 3 + at * 3 + c] == h[c]);
      }
      for (std::size_t c = 0; c < 3; ++c) CHECK(got[i * 15 + c] == h[c]);
    }
  }
}

TEST_CASE("a sample without others is computed alone: nothing is run that was not asked for") {
  Numbers numbers(33);
  GraphMaker n({5});
  n.product(dense(numbers, 5, 4));
  n.activate(Activate::Kind::relu);
  n.product(dense(numbers, 4, 2));
  const auto graph = n.finish();
  std::size_t values = 0;
  interpret_float(*graph, numbers.reals(5 * 3), [&](int, std::span<const float> read) { values += read.size(); });
  CHECK(values == 3 * (5 + 4));
  CHECK(interpret_float(*graph, {}).empty());
}

TEST_CASE("many bits approach the float network") {
  Numbers numbers(34);
  GraphMaker n({30});
  n.product(dense(numbers, 30, 40));
  n.add(Activate{.kind = Activate::Kind::leaky_relu, .alpha = 0.1f});
  n.product(dense(numbers, 40, 6));
  const auto graph = n.finish();
  const std::vector<float> data = numbers.pixels(60 * 30);
  const IntegerGraph q = quantize(graph, {data, true, true}, code_bits(15, 14));
  const auto integer = interpret(q, data, 0, multiply_exactly);
  const auto real = interpret_float(*graph, data);
  for (std::size_t i = 0; i < real.size(); ++i) CHECK(std::abs(integer[i] - double{real[i]}) < 0.01);
}

TEST_CASE("samples that do not fit, and products that give no number, are errors") {
  Numbers numbers(35);
  GraphMaker n({1, 3, 4});
  n.add(Reshape{{{12}}});
  n.product(dense(numbers, 12, 3));
  const auto graph = n.finish();
  const std::vector<float> data = numbers.pixels(24);
  const IntegerGraph q = quantize(graph, {data, true, true}, code_bits(4, 8));
  CHECK(refusal_of([&] { interpret(q, std::span(data).first(23), 0, multiply_exactly); }).find("23 values") !=
        std::string::npos);
  CHECK(refusal_of([&] { interpret_float(*graph, std::span(data).first(13)); }).find("3x4") != std::string::npos);
  CHECK_THROWS_AS(interpret(q, data, 0, [](auto&, auto, auto&, auto sums) { sums[0] = std::nan(""); }),
                  bitline::RunError);
  CHECK(interpret(q, {}, 0, multiply_exactly).empty());
  GraphMaker huge({1});
  huge.product(dense(1, 1, {3e38f}));
  huge.product(dense(1, 1, {1}));
  const auto beyond = huge.finish();
  const std::vector<float> two{2};
  CHECK(refusal_of([&] { interpret_float(*beyond, two); }).find("'node0': the float network's values overflow") !=
        std::string::npos);
}

TEST_CASE("a table is looked up by what the sample says; an index outside is an error") {
  GraphMaker n({2});
  const int table = n.constant({3, 2}, {10, 11, 20, 21, 30, 31});
  n.add(Gather{0, {}}, {table, 0});
  const auto graph = n.finish();
  const std::vector<float> good{2, 0, -1, 1}, bad{3, 0};
  CHECK(interpret_float(*graph, good) == std::vector<float>{30, 31, 10, 11, 30, 31, 20, 21});
  CHECK(refusal_of([&] { interpret_float(*graph, bad); }).find("index of 3 is outside of a table of 3") !=
        std::string::npos);
}

}  // namespace bitline::interpret_test
