// SPDX-License-Identifier: Apache-2.0
// A graph with real weights becomes an integer graph.
#include <fmt/format.h>
#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "workloads/facts.h"
#include "workloads/integer_graph.h"
#include "workloads/interpret.h"
#include "workloads/least_error.h"
#include "workloads/levels.h"
#include "workloads/top_quantile.h"

namespace bitline::workloads {
namespace {

[[noreturn]] void fail_at(const std::string& layer, const std::string& what) {
  throw InputError(fmt::format("layer '{}': {}", layer, what));
}

// What the products of one weights read, all of them together.
struct Reading {
  bool nonnegative = true, pixels = true;
  std::optional<Steps> steps;
  bool same_steps = true;
  std::size_t inputs = 0, positions = 0, rounds = 0;  // of one sample

  void add(const Facts& facts, std::size_t values, std::size_t vectors, std::size_t times) {
    nonnegative = nonnegative && facts.nonnegative;
    pixels = pixels && facts.pixels;
    if (inputs == 0) steps = facts.steps;
    same_steps = same_steps && steps && facts.steps && steps->step == facts.steps->step;
    if (same_steps)
      steps = Steps{steps->step, std::min(steps->lowest, facts.steps->lowest),
                    std::max(steps->highest, facts.steps->highest)};
    inputs += times * values;
    positions += times * vectors;
    rounds += times;
  }
};

void read_graph(const Graph& graph, const std::vector<Facts>& inputs, std::size_t times,
                std::span<const Weights> weights, std::vector<Reading>& readings) {
  const std::vector<Facts> facts = facts_of(graph, inputs);
  for (const Node& node : graph.nodes) {
    if (const auto* product = std::get_if<Product>(&node.op)) {
      const auto t = static_cast<std::size_t>(node.in.front());
      const Shape& shape = graph.tensors[t].shape;
      readings[static_cast<std::size_t>(product->weights)].add(facts[t], static_cast<std::size_t>(shape.size()),
                                                               positions(*product, shape, weights), times);
    } else if (const auto* loop = std::get_if<Loop>(&node.op)) {
      std::vector<Facts> in;
      for (int t : node.in) in.push_back(facts[static_cast<std::size_t>(t)]);
      read_graph(*loop->body, facts_in_loop(*loop, in), times * static_cast<std::size_t>(loop->steps), weights,
                 readings);
    }
  }
}

// Codes of all panels, whose columns share a scale, or of each column.
void quantize_panels(const Weights& from, const LayerQuantization& bits, IntegerWeights& to) {
  const auto columns = static_cast<std::size_t>(from.columns);
  for (const Panel& p : from.panels)
    to.panels.push_back({p.row, p.column, p.rows, p.columns, std::vector<std::int16_t>(p.weights.size())});
  if (from.panels.size() == 1 && from.panels[0].rows == from.rows && from.panels[0].columns == from.columns) {
    QuantizedWeights q =
        quantize_weights(std::span<const float>(from.panels[0].weights), from.rows, from.columns, bits);
    to.panels[0].codes = std::move(q.codes);
    to.scale = std::move(q.scale);
    return;
  }
  to.scale.assign(columns, 1.0);
  // Where the weights of one scale stand: panel and place.
  const std::size_t scales = bits.weight_scale == WeightScale::per_column ? columns : 1;
  std::vector<std::vector<std::pair<std::size_t, std::size_t>>> places(scales);
  for (std::size_t k = 0; k < from.panels.size(); ++k)
    for (std::size_t i = 0; i < from.panels[k].weights.size(); ++i) {
      const auto column =
          static_cast<std::size_t>(from.panels[k].column) + i % static_cast<std::size_t>(from.panels[k].columns);
      places[scales == 1 ? 0 : column].emplace_back(k, i);
    }
  std::vector<float> together;
  for (std::size_t s = 0; s < scales; ++s) {
    if (places[s].empty()) continue;
    together.clear();
    for (const auto& [k, i] : places[s]) together.push_back(from.panels[k].weights[i]);
    const QuantizedWeights q =
        quantize_weights(std::span<const float>(together), static_cast<int>(together.size()), 1, bits);
    for (std::size_t n = 0; n < together.size(); ++n)
      to.panels[places[s][n].first].codes[places[s][n].second] = q.codes[n];
    std::fill(to.scale.begin() + static_cast<std::ptrdiff_t>(s),
              scales == 1 ? to.scale.end() : to.scale.begin() + static_cast<std::ptrdiff_t>(s + 1), q.scale[0]);
  }
}

IntegerWeights integer_weights(const Weights& from, int index, const Reading& reading, const LayerQuantization& bits) {
  const bool is_signed = !reading.nonnegative;
  if (bits.input_bits < 1 || bits.input_bits > 15)
    fail_at(from.name, fmt::format("{} input bits are out of the range 1..15", bits.input_bits));
  if (!(bits.input_coverage > 0 && bits.input_coverage <= 1))
    fail_at(from.name,
            fmt::format("a calibration coverage of {} is out of the range 0..1 (1 covers all)", bits.input_coverage));
  if (is_signed && bits.input_bits < 2)
    fail_at(from.name, "its inputs can be negative, which needs at least 2 input bits");
  IntegerWeights w;
  w.name = from.name;
  w.index = index;
  w.rows = from.rows;
  w.columns = from.columns;
  w.weight_bits = bits.weight_bits;
  try {
    quantize_panels(from, bits, w);
  } catch (const InputError& e) {
    fail_at(from.name, e.what());
  }
  w.bias.assign(from.bias.begin(), from.bias.end());
  w.bias.resize(static_cast<std::size_t>(w.columns));
  w.folded = from.folded;
  w.input = {.scale = 1, .bits = bits.input_bits, .is_signed = is_signed};
  w.inputs = reading.inputs;
  w.positions = reading.positions;
  w.rounds = std::max<std::size_t>(1, reading.rounds);
  return w;
}

// Replaces the biases by rows of weights that are driven at the largest input: as many as the largest bias needs, each
// bias spread over them, rounded to weight steps.
void move_bias_to_rows(IntegerWeights& w) {
  const int highest_weight = w.weight_bits == 1 ? 1 : (1 << (w.weight_bits - 1)) - 1;
  const auto columns = static_cast<std::size_t>(w.columns);
  std::vector<long> total(columns);
  long largest = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    total[c] = std::lrint(std::nearbyint(w.bias[c] / (w.input.scale * w.scale[c] * w.input.highest())));
    largest = std::max(largest, std::abs(total[c]));
    w.bias[c] = 0;
  }
  constexpr long most_rows = 4096;
  w.bias_rows = static_cast<int>((largest + highest_weight - 1) / highest_weight);
  if (largest > most_rows * highest_weight)
    fail_at(w.name, fmt::format("its biases need {} extra rows; keep them digital", w.bias_rows));
  const bool dense = w.panels.size() == 1 && w.panels[0].rows == w.rows && w.panels[0].columns == w.columns;
  if (!dense && w.bias_rows > 0) w.panels.push_back({w.rows, 0, 0, w.columns, {}});
  IntegerPanel& panel = w.panels.back();
  for (int r = 0; r < w.bias_rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) {
      const long part = std::clamp<long>(total[c], -highest_weight, highest_weight);
      panel.codes.push_back(static_cast<std::int16_t>(part));
      total[c] -= part;
    }
  panel.rows += w.bias_rows;
  w.rows += w.bias_rows;
}

// What the range of a layer's inputs follows from: a quantile of them, or those that a quantizer is tried on.
class InputValues {
 public:
  InputValues(const LayerQuantization& settings, std::size_t length)
      : by_error_(settings.input_range == InputRange::mean_square_error),
        top_(length, by_error_ ? 1.0 : settings.input_coverage),
        sample_(length, most_values) {}
  void begin(std::size_t part) { sample_.begin(part); }
  void add(std::span<const float> values) { by_error_ ? sample_.add(values) : top_.add(values); }
  void add(const InputValues& other) { by_error_ ? sample_.add(other.sample_) : top_.add(other.top_); }
  // Of one code; 0 where all are 0.
  double scale(const InputScale& codes) {
    if (by_error_) return least_error_step(sample_.sorted(), codes.lowest(), codes.highest());
    return static_cast<double>(top_.value()) / codes.highest();
  }

 private:
  static constexpr std::size_t most_values = std::size_t{1} << 18;
  bool by_error_;
  TopQuantile top_;
  StreamSample sample_;
};

// The scale of every input that nothing else tells.
void calibrate(const Graph& graph, const Calibration& calibration, std::span<const LayerQuantization> settings,
               std::span<IntegerWeights> weights, const std::vector<bool>& wanted) {
  const std::size_t samples = calibration.values.size() / static_cast<std::size_t>(graph.input().size());
  const auto first = std::ranges::find(wanted, true);
  if (first == wanted.end()) return;
  if (samples == 0)
    fail_at(weights[static_cast<std::size_t>(first - wanted.begin())].name,
            "needs calibration samples for the scale of its inputs, but there are none");
  std::vector<InputValues> inputs;
  for (std::size_t i = 0; i < weights.size(); ++i) inputs.emplace_back(settings[i], samples * weights[i].inputs);
  const std::size_t batch = samples_together_in_float(graph, std::clamp<std::size_t>(samples / 8, 1, 64));
  const std::size_t size = static_cast<std::size_t>(graph.input().size());
  tbb::enumerable_thread_specific<std::vector<InputValues>> met(inputs);
  parallel_for((samples + batch - 1) / batch, [&](std::size_t part) {
    const std::size_t begin = part * batch, count = std::min(batch, samples - begin);
    std::vector<InputValues>& mine = met.local();
    for (InputValues& of_layer : mine) of_layer.begin(part);
    interpret_float(graph, calibration.values.subspan(begin * size, count * size),
                    [&](int w, std::span<const float> values) {
                      if (wanted[static_cast<std::size_t>(w)]) mine[static_cast<std::size_t>(w)].add(values);
                    });
  });
  for (const std::vector<InputValues>& some : met)
    for (std::size_t i = 0; i < some.size(); ++i) inputs[i].add(some[i]);
  parallel_for(weights.size(), [&](std::size_t i) {
    if (!wanted[i]) return;
    InputScale& input = weights[i].input;
    const double scale = inputs[i].scale(input);
    input.scale = scale > 0 ? scale : 1.0 / input.highest();
  });
}

}  // namespace

IntegerGraph quantize(std::shared_ptr<const Graph> graph, const Calibration& calibration,
                      const std::function<LayerQuantization(int, const std::string&)>& settings) {
  if (calibration.values.size() % static_cast<std::size_t>(graph->input().size()) != 0)
    throw InputError(fmt::format("{} calibration values are no whole number of samples of {}",
                                 calibration.values.size(), to_string(graph->input())));
  std::vector<Reading> readings(graph->weights.size());
  read_graph(*graph, {{calibration.nonnegative || calibration.pixels, calibration.pixels, {}}}, 1, graph->weights,
             readings);
  IntegerGraph result{graph, {}, {}};
  std::vector<LayerQuantization> all;
  const std::vector<int> levels = levels_of_weights(*graph);
  std::vector<bool> wanted;
  for (std::size_t i = 0; i < graph->weights.size(); ++i) {
    const Weights& from = graph->weights[i];
    const int index = static_cast<int>(i);
    const LayerQuantization& bits = all.emplace_back(settings(index, from.name));
    IntegerWeights& w = result.weights.emplace_back(integer_weights(from, index, readings[i], bits));
    w.level = levels[i];
    const std::optional<Steps>& steps = readings[i].steps;
    const bool fits =
        readings[i].same_steps && steps && steps->lowest >= w.input.lowest() && steps->highest <= w.input.highest();
    wanted.push_back(!readings[i].pixels && !fits);
    if (readings[i].pixels) {
      w.input.scale = 1.0 / w.input.highest();
    } else if (fits) {
      w.input.scale = steps->step;
    }
  }
  calibrate(*graph, calibration, all, result.weights, wanted);
  for (std::size_t i = 0; i < result.weights.size(); ++i)
    if (all[i].bias_rows) move_bias_to_rows(result.weights[i]);
  return result;
}

}  // namespace bitline::workloads
