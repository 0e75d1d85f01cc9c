// SPDX-License-Identifier: Apache-2.0
// The walk in double, its products of integers.
#include "workloads/interpret.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "workloads/walk.h"
#include "workloads/windows.h"

namespace bitline::workloads {

// What a product needs on its way from values to codes, sums and values again.
struct ProductMemory {
  std::vector<std::int16_t> codes, patches, with_bias;
  std::vector<double> factor, sums;
};

namespace {

// Patches of one call are at most this many values, or one sample's: what caches hold.
constexpr std::size_t most_patch_values = std::size_t{1} << 20;

// One product of a batch of samples, by a Multiply.
class IntegerProduct {
 public:
  IntegerProduct(const IntegerGraph& graph, std::size_t samples, std::size_t first_sample, const Multiply& multiply,
                 ProductMemory& memory)
      : graph_(graph), samples_(samples), first_sample_(first_sample), multiply_(multiply), memory_(memory) {}

  void run(const Node& node, const Product& product, const Shape& shape, const double* in, std::size_t step,
           double* out) {
    const IntegerWeights& w = graph_.weights[static_cast<std::size_t>(product.weights)];
    const auto size = static_cast<std::size_t>(shape.size());
    make_codes({in, samples_ * size}, w.input);
    memory_.factor.resize(static_cast<std::size_t>(w.columns));
    for (std::size_t c = 0; c < memory_.factor.size(); ++c) memory_.factor[c] = w.input.scale * w.scale[c];
    finite_ = true;
    if (product.window) {
      slide(w, *product.window, map_of(shape), product.first_position, step, out);
    } else {
      const std::size_t positions = size / static_cast<std::size_t>(w.rows - w.bias_rows);
      const Vectors vectors{samples_ * positions, first_sample_, product.first_position + step * positions, positions};
      multiply(w, memory_.codes, vectors);
      make_real(w, memory_.sums.data(), vectors.count, out);
    }
    if (!finite_) throw RunError(fmt::format("layer '{}': the matrix product gave NaN or infinity", node.name));
  }

 private:
  void make_codes(std::span<const double> values, const InputScale& scale) {
    memory_.codes.resize(values.size());
    const double low = scale.lowest(), high = scale.highest(), step = scale.scale;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double code = std::nearbyint(values[i] / step);
      memory_.codes[i] = static_cast<std::int16_t>(code < low ? low : code > high ? high : code);
    }
  }

  void slide(const IntegerWeights& w, const Window& window, const Map& map, std::size_t first_position,
             std::size_t step, double* out) {
    const Extent e = extent(window, map.height, map.width);
    const std::size_t per_map = e.size(), positions = per_map * static_cast<std::size_t>(map.maps);
    const auto data_rows = static_cast<std::size_t>(w.rows - w.bias_rows),
               columns = static_cast<std::size_t>(w.columns);
    const std::size_t step_samples = std::max<std::size_t>(1, most_patch_values / (positions * data_rows));
    for (std::size_t start = 0; start < samples_; start += step_samples) {
      const std::size_t n = std::min(step_samples, samples_ - start), maps = n * static_cast<std::size_t>(map.maps);
      memory_.patches.resize(n * positions * data_rows);
      for (std::size_t m = 0; m < maps; ++m)
        patches(window, map, e, 0, per_map,
                memory_.codes.data() + (start * static_cast<std::size_t>(map.maps) + m) * map.size(),
                memory_.patches.data() + m * per_map * data_rows);
      multiply(w, memory_.patches,
               {n * positions, first_sample_ + start, first_position + step * positions, positions});
      for (std::size_t m = 0; m < maps; ++m)
        make_real_map(w, memory_.sums.data() + m * per_map * columns, per_map,
                      out + (start * static_cast<std::size_t>(map.maps) + m) * per_map * columns);
    }
  }

  // Sums of `vectors`, whose codes stand in `in` without bias rows.
  void multiply(const IntegerWeights& w, const std::vector<std::int16_t>& in, const Vectors& vectors) {
    const auto rows = static_cast<std::size_t>(w.rows), data_rows = static_cast<std::size_t>(w.rows - w.bias_rows);
    std::span<const std::int16_t> codes(in);
    if (w.bias_rows > 0) {
      memory_.with_bias.assign(vectors.count * rows, static_cast<std::int16_t>(w.input.highest()));
      for (std::size_t v = 0; v < vectors.count; ++v)
        std::copy_n(in.data() + v * data_rows, data_rows, memory_.with_bias.data() + v * rows);
      codes = memory_.with_bias;
    }
    memory_.sums.assign(vectors.count * static_cast<std::size_t>(w.columns), 0.0);
    multiply_(w, codes.first(vectors.count * rows), vectors, memory_.sums);
  }

  void make_real(const IntegerWeights& w, const double* sums, std::size_t vectors, double* out) {
    const std::size_t columns = memory_.factor.size();
    bool finite = true;
    for (std::size_t v = 0; v < vectors; ++v, sums += columns, out += columns)
      for (std::size_t c = 0; c < columns; ++c) {
        out[c] = sums[c] * memory_.factor[c] + w.bias[c];
        finite &= std::isfinite(out[c]);
      }
    finite_ = finite_ && finite;
  }

  // The same, from (positions, columns) to the (columns, positions) of maps.
  void make_real_map(const IntegerWeights& w, const double* sums, std::size_t positions, double* out) {
    constexpr std::size_t block = 16;  // lines of caches that are read and written together
    const std::size_t columns = memory_.factor.size();
    bool finite = true;
    for (std::size_t p0 = 0; p0 < positions; p0 += block) {
      const std::size_t p1 = std::min(p0 + block, positions);
      for (std::size_t c = 0; c < columns; ++c) {
        const double factor = memory_.factor[c], bias = w.bias[c];
        for (std::size_t p = p0; p < p1; ++p) {
          const double value = sums[p * columns + c] * factor + bias;
          finite &= std::isfinite(value);
          out[c * positions + p] = value;
        }
      }
    }
    finite_ = finite_ && finite;
  }

  const IntegerGraph& graph_;
  std::size_t samples_, first_sample_;
  const Multiply& multiply_;
  ProductMemory& memory_;
  bool finite_ = true;
};

// Values of one sample, at least 1.
std::size_t largest_tensor(const Graph& graph) {
  std::size_t largest = 1;
  for (const Tensor& t : graph.tensors)
    if (!t.is_constant()) largest = std::max(largest, static_cast<std::size_t>(t.shape.size()));
  for (const Node& node : graph.nodes)
    if (const auto* loop = std::get_if<Loop>(&node.op)) largest = std::max(largest, largest_tensor(*loop->body));
  return largest;
}

}  // namespace

struct Workspace::Parts {
  Buffers<double> buffers;
  ProductMemory product;
};
Workspace::Workspace() : parts_(std::make_unique<Parts>()) {}
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;
Workspace::~Workspace() = default;

std::size_t samples_together(const Graph& graph, std::size_t most) {
  return std::clamp<std::size_t>((std::size_t{1} << 19) / largest_tensor(graph), 1, most);
}
std::size_t samples_together_in_float(const Graph& graph, std::size_t most) {
  return std::clamp<std::size_t>((std::size_t{1} << 21) / largest_tensor(graph), 1, most);
}

std::size_t count_samples(const Graph& graph, std::size_t values) {
  const auto size = static_cast<std::size_t>(graph.input().size());
  if (values % size != 0)
    throw InputError(fmt::format("{} values are no whole number of samples of {}, which network '{}' takes", values,
                                 to_string(graph.input()), graph.name));
  return values / size;
}

std::vector<double> interpret(const IntegerGraph& graph, std::span<const float> values, std::size_t first_sample,
                              const Multiply& multiply, Workspace* workspace, const NeuronPass* neurons) {
  const std::size_t samples = count_samples(*graph.graph, values.size());
  if (samples == 0) return {};
  Workspace own;
  Workspace::Parts& memory = (workspace ? *workspace : own).parts();
  IntegerProduct product(graph, samples, first_sample, multiply, memory.product);
  const MultiplyNode<double> node = [&](const Node& n, const Product& p, const Shape& shape, const double* in,
                                        std::size_t step, double* out) { product.run(n, p, shape, in, step, out); };
  Walk<double> walk(samples, node, memory.buffers, neurons, first_sample);
  std::vector<Buffer<double>> inputs;
  inputs.push_back(memory.buffers.take(values.size()));
  std::copy(values.begin(), values.end(), inputs.back().values.get());
  std::vector<double> outputs(samples * graph.graph->output_size());
  join_outputs(*graph.graph, samples, walk.run(*graph.graph, std::move(inputs)), memory.buffers, outputs.data());
  return outputs;
}

}  // namespace bitline::workloads
