// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <cmath>
#include <set>
#include <stdexcept>

#include "base/files.h"
#include "tests/fuzz/targets.h"
#include "tests/workloads/onnx_models.h"
#include "workloads/dataset.h"
#include "workloads/idx.h"
#include "workloads/interpret.h"
#include "workloads/onnx_import.h"
#include "workloads/operations.h"

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

// Operations and values of one sample: whether running it is worth a fuzzer's time.
double work(const workloads::Graph& graph) {
  workloads::Operations o;
  double made = 0;  // values, those of products too
  for (const workloads::PlacedNode& node : workloads::all_nodes(graph)) {
    o += workloads::operations(graph, node);
    for (int t : node.node->out)
      made += static_cast<double>(node.times) *
              static_cast<double>(node.graph->tensors[static_cast<std::size_t>(t)].shape.size());
  }
  return o.macs + o.additions + o.multiplications + o.comparisons + o.exponentials + o.divisions + o.square_roots +
         o.lookups + o.values_read + made;
}

void read_network(const fs::path& file) {
  const auto graph = std::make_shared<const workloads::Graph>(workloads::read_onnx(file));
  if (work(*graph) > 1e6) return;
  test::Numbers numbers(1);
  std::vector<float> samples = numbers.reals(3 * static_cast<std::size_t>(graph->input().size()));
  for (float& v : samples) v = std::abs(std::round(4 * v));  // indices of tables too
  workloads::interpret_float(*graph, samples);
  const workloads::IntegerGraph integers = workloads::quantize(
      graph, {samples, true, false}, [](int, const std::string&) { return workloads::LayerQuantization{}; });
  workloads::interpret(integers, samples, 0, workloads::multiply_exactly);
}

// The two networks above and those of the tests of exporters' files.
std::vector<std::string> networks() {
  std::vector<std::string> seeds{perceptron(), convolutions()};
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(BITLINE_SOURCE_DIR) / "tests/workloads/data/onnx"))
    if (entry.path().extension() == ".onnx") files.insert(entry.path());
  for (const fs::path& file : files) seeds.push_back(read_file(file));
  return seeds;
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

void read_images(const fs::path& file) {
  workloads::DataSource source;
  source.name.clear();
  source.inputs = file.string();
  load_samples(source, workloads::Split::test, 0, workloads::all_samples, {});
}

}  // namespace

Target onnx_target() { return {"onnx", ".onnx", networks(), {}, read_network}; }

Target idx_images_target() {
  const std::string images = idx({3, 4, 5}), large = idx({9, 28, 28});
  return {"idx-images", ".idx", {images, large, gzip(images), gzip(large)}, {}, read_images};
}

Target idx_labels_target() {
  const std::string labels = idx({40});
  return {
      "idx-labels", ".idx", {labels, gzip(labels)}, {}, [](const fs::path& file) { workloads::read_idx_labels(file); }};
}

}  // namespace bitline::fuzz
