// SPDX-License-Identifier: Apache-2.0
#include "bench/vgg8.h"

#include <cblas.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <utility>

#include "read/calibrate.h"
#include "run/observe.h"
#include "run/prepare.h"

namespace bitline::bench {

using workloads::Graph;

namespace {

std::vector<float> uniform(std::size_t count, std::uint16_t layer, double low, double high) {
  const Random random(6, 0);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; i += 4) {
    const auto four =
        random.uniform4({.purpose = Purpose::test, .layer = layer, .place = static_cast<std::uint32_t>(i)});
    for (std::size_t k = 0; k < std::min<std::size_t>(4, count - i); ++k)
      values[i + k] = static_cast<float>(low + (high - low) * four[k]);
  }
  return values;
}

// Weights that keep the size of what passes them (He 2015), and their index.
int add_weights(Graph& graph, int rows, int columns) {
  const int index = static_cast<int>(graph.weights.size());
  const double largest = std::sqrt(6.0 / rows);
  graph.weights.push_back({"layer" + std::to_string(index),
                           rows,
                           columns,
                           {{0, 0, rows, columns,
                             uniform(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns),
                                     static_cast<std::uint16_t>(index + 1), -largest, largest)}},
                           {}});
  return index;
}

Graph vgg8() {
  Graph graph;
  graph.name = "VGG-8";
  graph.tensors.push_back({"image", {{3, 32, 32}}, {}});
  graph.inputs = {0};
  int tensor = 0, channels = 3;
  const auto add = [&](const std::string& what, workloads::Op op) {
    tensor = append(graph, what + std::to_string(graph.nodes.size()), std::move(op), {tensor});
  };
  for (const int maps : {128, 256, 512}) {
    for (int k = 0; k < 2; ++k) {
      const workloads::Window window{
          .kernel_height = 3, .kernel_width = 3, .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1};
      add("convolution", workloads::Product{add_weights(graph, channels * 9, maps), window, 0});
      add("relu", workloads::Activate{});
      channels = maps;
    }
    workloads::Pool pool;
    pool.window = {.kernel_height = 2, .kernel_width = 2, .stride_y = 2, .stride_x = 2};
    add("pool", pool);
  }
  add("flat", workloads::Reshape{{{channels * 16}}});
  add("product", workloads::Product{add_weights(graph, channels * 16, 1024), {}, 0});
  add("relu", workloads::Activate{});
  add("product", workloads::Product{add_weights(graph, 1024, 10), {}, 0});
  graph.outputs = {tensor};
  check(graph);
  return graph;
}

arch::Config config_of() {
  const std::filesystem::path configs = std::filesystem::path(BITLINE_SOURCE_DIR) / "configs";
  return arch::load(configs / "chip" / "two-chip-2t2r.yaml",
                    {{"chips", "auto"}, {"instances", "1"}, {"device.read_noise.relative", "1 %"}}, {{configs}})
      .config;
}

// Mean square of what differs over that of what is right.
double error(const std::vector<double>& values, const std::vector<double>& right) {
  double squared = 0, differing = 0;
  for (std::size_t i = 0; i < right.size(); ++i)
    squared += right[i] * right[i], differing += (values[i] - right[i]) * (values[i] - right[i]);
  return differing / squared;
}

}  // namespace

Vgg8::Vgg8(std::size_t images) {
  openblas_set_num_threads(1);
  graph_ = std::make_shared<const Graph>(vgg8());
  samples_.dims = {3, 32, 32}, samples_.pixels = true;
  samples_.values = uniform(images * samples_.size(), 0, 0, 1);
  const arch::Config config = config_of();
  const workloads::LayerQuantization bits{config.quantization.weight_bits, config.input.bits};
  network_ = std::make_shared<const workloads::IntegerGraph>(
      quantize(graph_, {samples_.values, true, true}, [&](int, const std::string&) { return bits; }));
  mapping::Placement placement =
      mapping::place(config, network_->weights, run::settings_of_layers(config, network_->weights));
  design_ = run::design(config, network_->weights, std::move(placement), isas().front(),
                        [&](std::size_t samples, std::size_t positions) {
                          return chip::layer_inputs(*network_, samples_, samples, positions);
                        });
  view_ = write_once(design_.chip, 0, 0).view;
  read::calibrate(design_.chip, view_, design_.calibration);
}

double Vgg8::weights() const {
  double count = 0;
  for (const auto& w : network_->weights) count += static_cast<double>(w.count());
  return count;
}

const std::vector<double>& Vgg8::in_float() { return float_ = run::float_outputs(*graph_, samples_); }
const std::vector<double>& Vgg8::in_integers() { return exact_ = run::exact_outputs(*network_, samples_); }
const std::vector<double>& Vgg8::on_chip() {
  return chip_ = run::chip_outputs(design_.chip, view_, *network_, samples_, 0);
}

void Vgg8::layer_inputs() const {
  chip::layer_inputs(*network_, samples_, run::every_sample, read::calibration_positions);
}

void Vgg8::by_sgemm() {
  constexpr std::size_t together = 8;  // images
  for (const auto& w : network_->weights)
    for (std::size_t first = 0; first < samples_.count(); first += together) {
      const std::size_t vectors = w.positions * std::min(together, samples_.count() - first);
      in_.resize(std::max(in_.size(), vectors * static_cast<std::size_t>(w.rows)), 0.5f);
      out_.resize(std::max(out_.size(), vectors * static_cast<std::size_t>(w.columns)));
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(vectors), w.columns, w.rows, 1,
                  in_.data(), w.rows, graph_->weights[static_cast<std::size_t>(w.index)].panels[0].weights.data(),
                  w.columns, 0, out_.data(), w.columns);
    }
}

bool Vgg8::answers_agree() { return error(in_integers(), in_float()) < 0.25 && error(on_chip(), in_integers()) < 0.25; }

double memory_now() {
  std::ifstream pages("/proc/self/statm");
  double all = 0, resident = 0;
  pages >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace bitline::bench
