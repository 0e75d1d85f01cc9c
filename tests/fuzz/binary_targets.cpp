// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <stdexcept>

#include "tests/fuzz/targets.h"
#include "tests/workloads/onnx_models.h"
#include "workloads/dataset.h"
#include "workloads/idx.h"
#include "workloads/network.h"
#include "workloads/quantized.h"

namespace bitline::fuzz {
namespace fs = std::filesystem;
namespace {

std::string perceptron() {
  test::Model model({12});
  test::Numbers numbers(1);
  model.node("Flatten");
  auto& first = model.node("Gemm", {"fc1.weight", "fc1.bias"}, "fc1");
  test::attribute(first, "transB", std::int64_t{1});
  model.floats("fc1.weight", {5, 12}, numbers.reals(60));
  model.floats("fc1.bias", {5}, numbers.reals(5));
  model.node("Relu");
  model.node("MatMul", {"fc2.weight"});
  model.floats("fc2.weight", {5, 3}, numbers.reals(15));
  model.node("Add", {"fc2.bias"});
  model.floats("fc2.bias", {3}, numbers.reals(3));
  auto& last = model.node("Softmax");
  test::attribute(last, "axis", std::int64_t{1});
  return model.bytes();
}

std::string convolutions() {
  test::Model model({1, 8, 8});
  test::Numbers numbers(2);
  auto& convolution = model.node("Conv", {"conv.weight", "conv.bias"}, "conv");
  test::attribute(convolution, "kernel_shape", std::vector<std::int64_t>{3, 3});
  test::attribute(convolution, "pads", std::vector<std::int64_t>{1, 1, 1, 1});
  test::attribute(convolution, "strides", std::vector<std::int64_t>{1, 1});
  model.floats("conv.weight", {2, 1, 3, 3}, numbers.reals(18));
  model.floats("conv.bias", {2}, numbers.reals(2));
  auto& norm = model.node("BatchNormalization", {"bn.scale", "bn.shift", "bn.mean", "bn.var"});
  test::attribute(norm, "epsilon", 1e-5f);
  model.floats("bn.scale", {2}, {1, 2});
  model.floats("bn.shift", {2}, {0, 1});
  model.floats("bn.mean", {2}, {0, 1});
  model.floats("bn.var", {2}, {1, 4});
  auto& leaky = model.node("LeakyRelu");
  test::attribute(leaky, "alpha", 0.1f);
  auto& pool = model.node("MaxPool");
  test::attribute(pool, "kernel_shape", std::vector<std::int64_t>{2, 2});
  test::attribute(pool, "strides", std::vector<std::int64_t>{2, 2});
  model.node("Clip", {"low", "high"});
  model.floats("low", {}, {0});
  model.floats("high", {}, {6});
  model.node("GlobalAveragePool");
  model.node("Reshape", {"shape"});
  model.integers("shape", {0, -1});
  model.node("Gemm", {"fc.weight"});
  model.floats("fc.weight", {2, 3}, numbers.reals(6));
  return model.bytes();
}

// Multiply-adds and values of one image: whether running it is worth a fuzzer's time.
double work(const Network& network) {
  double sum = 0;
  for (const auto& layer : network.layers) {
    const double in = layer.input.size(), out = layer.output.size();
    sum += in + out;
    if (const auto* linear = std::get_if<Linear>(&layer.operation))
      sum += static_cast<double>(linear->weights.data.size());
    if (const auto* c = std::get_if<Convolution>(&layer.operation)) sum += out * c->weights.rows;
    if (const auto* p = std::get_if<Pool>(&layer.operation)) sum += out * p->kernel_height * p->kernel_width;
  }
  return sum;
}

void read_network(const fs::path& file) {
  Network network = read_onnx(file);
  if (work(network) > 1e6) return;
  const Dataset images = test::random_images(network.input, 3, 1);
  run_float(network, images, 0, 3);
  const QuantizedNetwork quantized(std::move(network), images,
                                   [](int, const std::string&) { return LayerQuantization{}; });
  quantized.run(images, 0, 3, QuantizedNetwork::exact_product);
}

std::string idx(const std::vector<std::uint32_t>& shape) {
  std::string bytes{'\0', '\0', '\x08', static_cast<char>(shape.size())};
  std::size_t count = 1;
  for (const auto n : shape) {
    count *= n;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(n >> shift);
  }
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(i * 37 % 10);
  return bytes;
}

std::string gzip(const std::string& plain) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib");
  std::string packed(plain.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

void read_images(const fs::path& file) { read_idx(file, ""); }

}  // namespace

Target onnx_target() { return {"onnx", ".onnx", {perceptron(), convolutions()}, {}, read_network}; }

Target idx_images_target() {
  const std::string images = idx({3, 4, 5}), large = idx({9, 28, 28});
  return {"idx-images", ".idx", {images, large, gzip(images), gzip(large)}, {}, read_images};
}

Target idx_labels_target() {
  const std::string labels = idx({40});
  return {"idx-labels", ".idx", {labels, gzip(labels)}, {}, [](const fs::path& file) { workloads::read_idx_labels(file); }};
}

}  // namespace bitline::fuzz
