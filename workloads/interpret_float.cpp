// SPDX-License-Identifier: Apache-2.0
// The walk in single precision, its products of real weights.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "workloads/interpret.h"
#include "workloads/matrix_product.h"
#include "workloads/walk.h"
#include "workloads/windows.h"

namespace bitline::workloads {
namespace {

constexpr std::size_t most_patches = std::size_t{1} << 18;  // values of one product: what caches hold

class FloatProduct {
 public:
  explicit FloatProduct(const Graph& graph) : graph_(graph) {}

  void run(const Product& product, std::size_t samples, const Shape& shape, const float* in, float* out) {
    const Weights& w = graph_.weights[static_cast<std::size_t>(product.weights)];
    const auto size = static_cast<std::size_t>(shape.size());
    if (product.window) return slide(w, *product.window, samples, map_of(shape), in, out);
    const std::size_t vectors = samples * size / static_cast<std::size_t>(w.rows);
    multiply_floats(w, vectors, in, out, scratch_);
    add_bias(w, vectors, out);
  }

 private:
  static void add_bias(const Weights& w, std::size_t vectors, float* out) {
    if (w.bias.empty()) return;
    for (std::size_t v = 0; v < vectors; ++v, out += w.bias.size())
      for (std::size_t c = 0; c < w.bias.size(); ++c) out[c] += w.bias[c];
  }

  void slide(const Weights& w, const Window& window, std::size_t samples, const Map& map, const float* in, float* out) {
    const Extent e = extent(window, map.height, map.width);
    const std::size_t per_map = e.size(), maps = samples * static_cast<std::size_t>(map.maps);
    const auto rows = static_cast<std::size_t>(w.rows), columns = static_cast<std::size_t>(w.columns);
    const std::size_t most = std::max<std::size_t>(64, most_patches / rows);
    const std::size_t step = std::max<std::size_t>(1, most / per_map);  // whole maps, or parts of one
    for (std::size_t first = 0; first < maps; first += step) {
      const std::size_t n = std::min(step, maps - first);
      product_.resize(n * per_map * columns);
      const std::size_t part = n * per_map > most ? most : n * per_map;
      patches_.resize(part * rows);
      if (part == n * per_map) {
        for (std::size_t m = 0; m < n; ++m)
          patches(window, map, e, 0, per_map, in + (first + m) * map.size(), patches_.data() + m * per_map * rows);
        multiply_floats(w, part, patches_.data(), product_.data(), scratch_);
      } else {
        for (std::size_t from = 0; from < per_map; from += part) {
          const std::size_t count = std::min(part, per_map - from);
          patches(window, map, e, from, count, in + first * map.size(), patches_.data());
          multiply_floats(w, count, patches_.data(), product_.data() + from * columns, scratch_);
        }
      }
      add_bias(w, n * per_map, product_.data());
      for (std::size_t m = 0; m < n; ++m)
        transpose_positions(per_map, columns, product_.data() + m * per_map * columns,
                            out + (first + m) * per_map * columns);
    }
  }

  const Graph& graph_;
  std::vector<float> patches_, product_;
  DenseScratch scratch_;
};

void check_finite(const Graph& graph, const std::string& name, std::span<const float> values) {
  bool finite = true;
  for (float v : values) finite &= std::isfinite(v);
  if (!finite)
    throw InputError(
        fmt::format("network '{}', layer '{}': the float network's values overflow; are the weights those of a network "
                    "trained on inputs scaled like these?",
                    graph.name, name));
}

}  // namespace

std::vector<float> interpret_float(const Graph& graph, std::span<const float> values, const Observe& observe) {
  constexpr std::size_t batch = 64;  // samples at a time: what is kept between nodes stays small
  const std::size_t samples = count_samples(graph, values.size()),
                    size = static_cast<std::size_t>(graph.input().size());
  std::vector<float> result(samples * graph.output_size());
  FloatProduct product(graph);
  Buffers<float> buffers;
  for (std::size_t first = 0; first < samples; first += batch) {
    const std::size_t n = std::min(batch, samples - first);
    const MultiplyNode<float> multiply = [&](const Node& node, const Product& p, const Shape& shape, const float* in,
                                             std::size_t, float* out) {
      if (observe) observe(p.weights, {in, n * static_cast<std::size_t>(shape.size())});
      product.run(p, n, shape, in, out);
      const Shape made = output_shapes(p, std::span(&shape, 1), graph.weights).front();
      check_finite(graph, node.name, {out, n * static_cast<std::size_t>(made.size())});
    };
    Walk<float> walk(n, multiply, buffers);
    std::vector<Buffer<float>> inputs;
    inputs.push_back(buffers.take(n * size));
    std::copy_n(values.data() + first * size, n * size, inputs.back().values.get());
    float* out = result.data() + first * graph.output_size();
    join_outputs(graph, n, walk.run(graph, std::move(inputs)), buffers, out);
    check_finite(graph, graph.nodes.back().name, {out, n * graph.output_size()});
  }
  return result;
}

}  // namespace bitline::workloads
