// SPDX-License-Identifier: Apache-2.0
// Integer networks against integer code written here.
#include "workloads/quantized.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "tests/workloads/onnx_models.h"
#include "workloads/layers.h"

namespace bitline::quantized_test {
using namespace bitline::test;

namespace {

struct Chain {
  Network network;
  explicit Chain(Shape input) {
    network.name = "test";
    network.input = input;
  }
  Chain& operator()(Operation operation) {
    const Shape in = network.layers.empty() ? network.input : network.layers.back().output;
    const Shape out = output_shape(operation, in);
    network.layers.push_back({"layer" + std::to_string(network.layers.size()), std::move(operation), in, out});
    return *this;
  }
};

Linear linear(int inputs, int outputs, std::vector<float> weights, std::vector<float> bias = {}) {
  return {{inputs, outputs, std::move(weights)}, std::move(bias)};
}
Linear linear(Numbers& numbers, int inputs, int outputs) {
  return linear(inputs, outputs, numbers.reals(static_cast<std::size_t>(inputs) * outputs), numbers.reals(outputs));
}

Matrix kernel(Numbers& numbers, int rows, int columns) {
  return {rows, columns, numbers.reals(static_cast<std::size_t>(rows) * columns)};
}

auto bits(int weight_bits, int input_bits, WeightScale scale = WeightScale::per_tensor) {
  return [=](int, const std::string&) { return LayerQuantization{weight_bits, input_bits, scale, 1.0}; };
}

Activation activation(Activation::Kind kind, float alpha = 0.01f, float low = 0, float high = 6) {
  return {.kind = kind, .alpha = alpha, .low = low, .high = high};
}

long code_of(double value, double scale, long low, long high) {  // lrint: the default rounding mode, half to even
  return std::clamp(std::lrint(value / scale), low, high);
}

// out[o] = sum of code x weight code of a fully connected layer, in 64 bits.
std::vector<long> products(const MatrixLayer& m, const std::vector<long>& x) {
  std::vector<long> sums(m.columns);
  for (int r = 0; r < m.rows; ++r)
    for (int c = 0; c < m.columns; ++c) sums[c] += x[r] * m.weights[static_cast<std::size_t>(r) * m.columns + c];
  return sums;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("weights become codes: half to even, per tensor and per column, clipped") {
  const std::vector<float> w{7, 0.5f, -1.5f, 2.5f, -3.5f, 0};  // three rows, two columns
  const auto q = quantize_weights(std::span<const float>(w), 3, 2, {.weight_bits = 4});
  CHECK(q.scale == std::vector<double>{1, 1});
  CHECK(q.codes == std::vector<std::int16_t>{7, 0, -2, 2, -4, 0});
  const auto per_column =
      quantize_weights(std::span<const float>(w), 3, 2, {.weight_bits = 4, .weight_scale = WeightScale::per_column});
  CHECK(per_column.scale == std::vector<double>{1, 2.5 / 7});
  CHECK(per_column.codes == std::vector<std::int16_t>{7, 1, -2, 7, -4, 0});  // 0.5 * 7 / 2.5 = 1.4
  // |w| sorted: 0 0.5 1.5 2.5 3.5 7; two thirds are four values.
  const auto clipped = quantize_weights(std::span<const float>(w), 3, 2, {.weight_bits = 2, .clip_percentile = 0.66});
  CHECK(clipped.scale[0] == 2.5);
  CHECK(clipped.codes == std::vector<std::int16_t>{1, 0, -1, 1, -1, 0});
}

TEST_CASE("one-bit weights are signs times the mean magnitude; zeros stay zero") {
  const std::vector<double> w{1, 0, -2, 0, 3, 0};
  const auto q = quantize_weights(std::span<const double>(w), 3, 2, {.weight_bits = 1});
  CHECK(q.codes == std::vector<std::int16_t>{1, 1, -1, 1, 1, 1});
  CHECK(q.scale == std::vector<double>{1, 1});
  const auto columns =
      quantize_weights(std::span<const double>(w), 3, 2, {.weight_bits = 1, .weight_scale = WeightScale::per_column});
  CHECK(columns.codes == std::vector<std::int16_t>{1, 0, -1, 0, 1, 0});
  CHECK(columns.scale == std::vector<double>{2, 1});
  const std::vector<double> zero(6);
  for (int b : {1, 4}) {
    const auto z = quantize_weights(std::span<const double>(zero), 2, 3, {.weight_bits = b});
    CHECK(z.codes == std::vector<std::int16_t>(6));
    CHECK(z.scale == std::vector<double>(3, 1.0));
  }
}

TEST_CASE("weights that cannot be quantized") {
  const std::vector<double> w{1, std::numeric_limits<double>::quiet_NaN(), 3, 4};
  const auto with = [&](LayerQuantization s, int rows = 2) {
    return message_of([&] { (void)quantize_weights(std::span<const double>(w), rows, 2, s); });
  };
  CHECK(with({}).find("row 0, column 1") != std::string::npos);
  CHECK(with({.weight_bits = 0}).find("0 weight bits") != std::string::npos);
  CHECK(with({.weight_bits = 17}).find("17 weight bits") != std::string::npos);
  CHECK(with({.clip_percentile = 0}).find("percentile of 0") != std::string::npos);
  CHECK(with({}, 3).find("4 weights") != std::string::npos);
}

TEST_CASE("requantization rounds half to even and clips") {
  const InputScale u{0.5, 4, false}, s{0.5, 4, true};
  CHECK(u.highest() == 15);
  CHECK(s.lowest() == -7);
  for (auto [value, unsigned_code, signed_code] : {std::array{0.25, 0., 0.},
                                                   {0.75, 2., 2.},
                                                   {1.25, 2., 2.},
                                                   {-0.75, 0., -2.},
                                                   {100., 15., 7.},
                                                   {-100., 0., -7.}}) {
    CHECK(requantize(value, u) == unsigned_code);
    CHECK(requantize(value, s) == signed_code);
  }
}

TEST_CASE("the exact product is exact, also where 32 bits overflow") {
  struct Case {
    int rows, columns, x_low, x_high, w;
  };
  for (const Case& c : {Case{1, 1, 0, 255, 7},
                        {37, 5, -127, 127, 7},
                        {784, 10, 0, 255, 127},
                        {300, 7, 32767, 32767, 32767},
                        {3, 9, -32768, -32768, 32767}}) {
    Numbers numbers(21);
    MatrixLayer m;
    m.rows = c.rows, m.columns = c.columns;
    for (int i = 0; i < c.rows * c.columns; ++i)
      m.weights.push_back(static_cast<std::int16_t>(c.w == 32767 ? c.w : numbers.between(-c.w, c.w)));
    const std::size_t vectors = 3;
    std::vector<std::int16_t> x(vectors * c.rows);
    for (auto& v : x) v = static_cast<std::int16_t>(numbers.between(c.x_low, c.x_high));
    std::vector<double> y(vectors * c.columns, -1);
    QuantizedNetwork::exact_product(m, x, vectors, 0, y);
    for (std::size_t v = 0; v < vectors; ++v) {
      const auto want = products(m, std::vector<long>(x.begin() + v * c.rows, x.begin() + (v + 1) * c.rows));
      for (int k = 0; k < c.columns; ++k) CHECK(y[v * c.columns + k] == static_cast<double>(want[k]));
    }
  }
}

TEST_CASE("an MLP: scales from the calibration, integers from independent code") {
  Numbers numbers(22);
  const Linear first = linear(numbers, 20, 9), second = linear(numbers, 9, 4);
  const Network network = Chain({20, 1, 1})(first)(activation(Activation::Kind::relu))(second).network;
  const auto data = random_images({1, 4, 5}, 30, 23);
  const QuantizedNetwork q(network, data, bits(4, 8, WeightScale::per_column));
  REQUIRE(q.matrices().size() == 2);
  const MatrixLayer &a = q.matrices()[0], &b = q.matrices()[1];
  CHECK(a.name == "layer0");
  CHECK(b.index == 1);
  CHECK(b.source == 2);
  CHECK(a.input.scale == 1.0 / 255);
  CHECK(!a.input.is_signed);
  CHECK(!b.input.is_signed);
  double largest = 0;  // after the activation, in the float network
  for (std::size_t i = 0; i < 30; ++i)
    for (int o = 0; o < 9; ++o) {
      double y = first.bias[o];
      for (int r = 0; r < 20; ++r) y += data.pixels[i * 20 + r] / 255.0 * first.weights.at(r, o);
      largest = std::max(largest, y);
    }
  CHECK(b.input.scale == doctest::Approx(largest / 255).epsilon(1e-5));

  const auto got = q.run(data, 3, 20, QuantizedNetwork::exact_product);
  REQUIRE(got.size() == 20 * 4);
  for (std::size_t i = 0; i < 20; ++i) {
    const auto* image = &data.pixels[(i + 3) * 20];
    const auto sums = products(a, std::vector<long>(image, image + 20));  // codes are the pixels
    std::vector<long> hidden(9);
    for (int o = 0; o < 9; ++o) {
      const double y = static_cast<double>(sums[o]) * (a.input.scale * a.weight_scale[o]) + double{first.bias[o]};
      hidden[o] = code_of(std::max(y, 0.0), b.input.scale, 0, 255);
    }
    const auto out = products(b, hidden);
    for (int o = 0; o < 4; ++o)
      CHECK(got[i * 4 + o] ==
            static_cast<double>(out[o]) * (b.input.scale * b.weight_scale[o]) + double{second.bias[o]});
  }
}

TEST_CASE("a CNN with padding, stride, pooling and signed inputs") {
  Numbers numbers(24);
  const Shape in{2, 8, 7};
  Matrix w1 = kernel(numbers, 2 * 3 * 3, 3), w2 = kernel(numbers, 3 * 2 * 2, 2);
  std::vector<float> bias = numbers.reals(3);
  const Convolution c1{.weights = std::move(w1),
                       .bias = std::move(bias),
                       .kernel_height = 3,
                       .kernel_width = 3,
                       .stride_y = 1,
                       .stride_x = 2,
                       .pad_top = 1,
                       .pad_left = 1,
                       .pad_bottom = 1,
                       .pad_right = 0};
  const Convolution c2{.weights = std::move(w2),
                       .bias = {},
                       .kernel_height = 2,
                       .kernel_width = 2,
                       .pad_top = 0,
                       .pad_left = 1,
                       .pad_bottom = 0,
                       .pad_right = 0};
  const Linear last = linear(numbers, 2 * 3 * 2, 5);
  const Network network = Chain(in)(c1)(Pool{.stride_x = 1})(c2)(Flatten{})(last).network;
  REQUIRE(network.layers[0].output == Shape{3, 8, 3});
  REQUIRE(network.layers[1].output == Shape{3, 4, 2});
  REQUIRE(network.layers[2].output == Shape{2, 3, 2});
  const auto data = random_images(in, 12, 25);
  const QuantizedNetwork q(network, data, bits(5, 7));
  const MatrixLayer &a = q.matrices()[0], &b = q.matrices()[1], &d = q.matrices()[2];
  CHECK(a.positions == 24);
  CHECK(b.positions == 6);
  CHECK(d.positions == 1);
  CHECK(b.input.is_signed);  // no activation between
  CHECK(b.input.highest() == 63);
  const auto got = q.run(data, 0, 12, QuantizedNetwork::exact_product);
  const auto at = [](const std::vector<long>& x, Shape s, int c, int y, int z) {
    return y < 0 || z < 0 || y >= s.height || z >= s.width ? 0L : x[(c * s.height + y) * s.width + z];
  };
  const auto rescaled = [](const MatrixLayer& m, long sum, int column) {
    return static_cast<double>(sum) * (m.input.scale * m.weight_scale[column]) + m.bias[column];
  };
  for (int image = 0; image < 12; ++image) {
    std::vector<long> x(in.size());
    for (int i = 0; i < in.size(); ++i)
      x[i] = code_of(data.pixels[image * in.size() + i] / 255.0, a.input.scale, 0, 127);
    std::vector<double> y(3 * 8 * 3);
    for (int o = 0; o < 3; ++o)
      for (int i = 0; i < 8; ++i)
        for (int j = 0; j < 3; ++j) {
          long sum = 0;
          for (int c = 0; c < 2; ++c)
            for (int u = 0; u < 3; ++u)
              for (int v = 0; v < 3; ++v)
                sum += at(x, in, c, i + u - 1, 2 * j + v - 1) * a.weights[((c * 3 + u) * 3 + v) * 3 + o];
          y[(o * 8 + i) * 3 + j] = rescaled(a, sum, o);
        }
    x.clear();
    for (int o = 0; o < 3; ++o)
      for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 2; ++j) {
          const double* p = &y[(o * 8 + 2 * i) * 3 + j];
          x.push_back(code_of(std::max({p[0], p[1], p[3], p[4]}), b.input.scale, -63, 63));
        }
    std::vector<long> z;
    for (int o = 0; o < 2; ++o)
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 2; ++j) {
          long sum = 0;
          for (int c = 0; c < 3; ++c)
            for (int u = 0; u < 2; ++u)
              for (int v = 0; v < 2; ++v)
                sum += at(x, {3, 4, 2}, c, i + u, j + v - 1) * b.weights[((c * 2 + u) * 2 + v) * 2 + o];
          z.push_back(code_of(rescaled(b, sum, o), d.input.scale, -63, 63));
        }
    const auto sums = products(d, z);
    for (int o = 0; o < 5; ++o) CHECK(got[image * 5 + o] == rescaled(d, sums[o], o));
  }
}

TEST_CASE("inputs are signed exactly where values can be negative") {
  using Kind = Activation::Kind;
  struct Case {
    Operation between;
    bool is_signed;
  };
  const Case cases[] = {
      {Flatten{}, true},
      {activation(Kind::relu), false},
      {activation(Kind::leaky_relu, 0.5f), true},
      {activation(Kind::leaky_relu, 0.f), false},
      {activation(Kind::clip, 0, 0, 6), false},
      {activation(Kind::clip, 0, -1, 1), true},
      {activation(Kind::sigmoid), false},
      {activation(Kind::tanh), true},
      {Softmax{}, false},
      {Softmax{.logarithm = true}, true},
  };
  Numbers numbers(26);
  const auto data = random_images({6, 1, 1}, 40, 27);
  for (const Case& c : cases) {
    CAPTURE(c.between.index());
    const Linear first = linear(numbers, 6, 8), second = linear(numbers, 8, 3);
    const Network network =
        Chain({6, 1, 1})(first)(c.between)(Pool{.kernel_height = 1, .kernel_width = 1})(second).network;
    const QuantizedNetwork q(network, data, bits(4, 6));
    const MatrixLayer& m = q.matrices()[1];
    CHECK(m.input.is_signed == c.is_signed);
    int lowest = 0, highest = 0;
    q.run(data, 0, 40, [&](const MatrixLayer& layer, auto in, auto vectors, auto image, auto out) {
      QuantizedNetwork::exact_product(layer, in, vectors, image, out);
      if (layer.index == 1) lowest = std::ranges::min(in), highest = std::ranges::max(in);
    });
    CHECK((lowest < 0) == c.is_signed);
    CHECK(lowest >= (c.is_signed ? -31 : 0));
    CHECK(highest <= (c.is_signed ? 31 : 63));
  }
}

TEST_CASE("pixels at other widths, straight and through a max pool") {
  Numbers numbers(28);
  const Linear l = linear(numbers, 12, 2);
  const auto data = random_images({3, 2, 2}, 50, 29);
  for (int b : {1, 4, 8, 12}) {
    for (bool pooled : {false, true}) {
      Chain chain({3, 2, 2});
      if (pooled) chain(Pool{.kernel_height = 1, .kernel_width = 1, .stride_y = 1, .stride_x = 1});
      const QuantizedNetwork q(chain(Flatten{})(l).network, {}, bits(4, b));  // pixels need no calibration
      const long highest = (1 << b) - 1;
      q.run(data, 0, 50, [&](const MatrixLayer&, std::span<const std::int16_t> in, auto, auto, auto) {
        REQUIRE(in.size() == data.pixels.size());
        long wrong = 0;
        for (std::size_t i = 0; i < in.size(); ++i) {
          // round(p highest / 255) in integers; 2 p highest / 255 is never odd, so no ties
          const long p = data.pixels[i];
          wrong += in[i] != (2 * p * highest + 255) / 510;
        }
        CHECK(wrong == 0);
      });
    }
  }
}

TEST_CASE("coverage is a nearest-rank quantile; sparse and dead inputs keep a usable scale") {
  // One pixel per image, 1..100 of 255, through weight 255: the second layer's inputs are 1..100.
  Dataset data;
  data.shape = {1, 1, 1};
  for (int i = 100; i >= 1; --i) data.pixels.push_back(static_cast<std::uint8_t>(i));
  const auto scale = [&](float weight, float bias, double coverage) {
    const Network n =
        Chain({1, 1, 1})(linear(1, 1, {weight}, {bias}))(activation(Activation::Kind::relu))(linear(1, 1, {1})).network;
    return QuantizedNetwork(n, data, bits(4, 4), coverage).matrices()[1].input.scale;
  };
  CHECK(scale(255, 0, 1.0) == doctest::Approx(100.0 / 15));
  CHECK(scale(255, 0, 0.9) == doctest::Approx(90.0 / 15));
  CHECK(scale(255, 0, 0.902) == doctest::Approx(91.0 / 15));
  CHECK(scale(255, 0, 0.005) == doctest::Approx(1.0 / 15));
  CHECK(scale(255, -99, 0.5) == doctest::Approx(1.0 / 15));  // 99 zeros and a 1
  CHECK(scale(255, -1000, 1.0) == 1.0 / 15);                 // all zero
  data.pixels.resize(50000, 10);                             // longer than what is kept at a time
  for (int i = 0; i < 500; ++i) data.pixels[100 * i] = 200;
  CHECK(scale(255, 0, 0.98) == doctest::Approx(10.0 / 15));
}

TEST_CASE("results do not depend on the batch, and the product is told which images it sees") {
  Numbers numbers(30);
  Matrix w = kernel(numbers, 2 * 3 * 3, 4);
  std::vector<float> bias = numbers.reals(4);
  const Convolution c{.weights = std::move(w),
                      .bias = std::move(bias),
                      .kernel_height = 3,
                      .kernel_width = 3,
                      .pad_top = 1,
                      .pad_left = 1,
                      .pad_bottom = 1,
                      .pad_right = 1};
  const Network network = Chain({2, 6, 6})(c)(activation(Activation::Kind::tanh))(Flatten{})(linear(numbers, 144, 300))(
                              activation(Activation::Kind::sigmoid))(linear(numbers, 300, 3))(Softmax{})
                              .network;
  const auto data = random_images({2, 6, 6}, 150, 31);
  const QuantizedNetwork q(network, data, bits(4, 8));
  const auto whole = q.run(data, 0, 150, QuantizedNetwork::exact_product);
  const auto whole_float = run_float(network, data, 0, 150);
  for (std::size_t batch : {1u, 7u, 64u, 100u}) {
    std::vector<double> parts;
    std::vector<float> float_parts;
    for (std::size_t first = 0; first < 150; first += batch) {
      const std::size_t n = std::min<std::size_t>(batch, 150 - first);
      const auto part = q.run(data, first, n, [&](const MatrixLayer& m, auto in, auto vectors, auto image, auto out) {
        CHECK(image == first);
        CHECK(vectors == n * (m.index == 0 ? 36 : 1));
        CHECK(in.size() == vectors * m.rows);
        CHECK(out.size() == vectors * m.columns);
        CHECK(std::ranges::count(out, 0.0) == static_cast<std::ptrdiff_t>(out.size()));
        QuantizedNetwork::exact_product(m, in, vectors, image, out);
      });
      parts.insert(parts.end(), part.begin(), part.end());
      const auto float_part = run_float(network, data, first, n);
      float_parts.insert(float_parts.end(), float_part.begin(), float_part.end());
    }
    CHECK(parts == whole);
    CHECK(float_parts == whole_float);
  }
}

TEST_CASE("many bits approach the float network") {
  Numbers numbers(32);
  const Network network =
      Chain({30, 1, 1})(linear(numbers, 30, 40))(activation(Activation::Kind::leaky_relu, 0.1f))(linear(numbers, 40, 6))
          .network;
  const auto data = random_images({30, 1, 1}, 60, 33);
  const QuantizedNetwork q(network, data, bits(15, 14));
  const auto integer = q.run(data, 0, 60, QuantizedNetwork::exact_product);
  const auto real = run_float(network, data, 0, 60);
  for (std::size_t i = 0; i < real.size(); ++i) CHECK(std::abs(integer[i] - real[i]) < 0.01);
  CHECK(argmax(integer, 6) == argmax(real, 6));
}

TEST_CASE("wrong images, settings and products are errors with their numbers") {
  Numbers numbers(34);
  const Network network = Chain({1, 3, 4})(Flatten{})(linear(numbers, 12, 3))(linear(numbers, 3, 2)).network;
  const auto good = random_images({1, 3, 4}, 5, 35), bad = random_images({1, 4, 3}, 5, 36);
  const auto says = [](const std::string& message, std::initializer_list<const char*> words) {
    CAPTURE(message);
    for (const char* word : words) CHECK(message.find(word) != std::string::npos);
  };
  says(message_of([&] { QuantizedNetwork(network, bad, bits(4, 8)); }), {"1x4x3", "1x3x4", "12"});
  says(message_of([&] { QuantizedNetwork(network, {}, bits(4, 8)); }), {"layer2", "calibration"});
  says(message_of([&] { QuantizedNetwork(network, good, bits(4, 16)); }), {"layer1", "16 input bits"});
  says(message_of([&] { QuantizedNetwork(network, good, bits(4, 1)); }), {"layer2", "negative"});
  says(message_of([&] { QuantizedNetwork(network, good, bits(0, 8)); }), {"layer1", "0 weight bits"});
  says(message_of([&] { QuantizedNetwork(network, good, bits(4, 8), 1.5); }), {"coverage of 1.5"});
  const QuantizedNetwork q(network, good, bits(4, 8));
  says(message_of([&] { q.run(good, 4, 2, QuantizedNetwork::exact_product); }), {"images 4 to 6", "has 5"});
  says(message_of([&] { q.run(bad, 0, 1, QuantizedNetwork::exact_product); }), {"1x4x3", "1x3x4"});
  says(message_of([&] { run_float(network, good, ~std::size_t{0}, 2); }), {"has 5"});
  CHECK_THROWS_AS(q.run(good, 0, 1, [](auto&, auto, auto, auto, auto out) { out[0] = std::nan(""); }), RunError);
  CHECK(q.run(good, 5, 0, QuantizedNetwork::exact_product).empty());
}

TEST_CASE("argmax takes the lowest index of equals") {
  CHECK(argmax(std::vector<double>{1, 3, 3, 2, 2, 2}, 3) == std::vector<int>{1, 0});
  CHECK(argmax(std::vector<float>{-1, -2}, 2) == std::vector<int>{0});
  CHECK_THROWS_AS((void)argmax(std::vector<float>{1, 2, 3}, 2), InputError);
}

}  // namespace bitline::quantized_test
