// SPDX-License-Identifier: Apache-2.0
#include "run/observe.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <mutex>

#include "base/parallel.h"
#include "read/execute.h"
#include "workloads/interpret.h"

namespace bitline::run {

using chip::Chip;
using chip::View;
using read::Activity;
using workloads::IntegerWeights;
using workloads::Vectors;

namespace {

constexpr std::size_t snr_samples = 128;

// A few batches for each thread even of few samples.
std::size_t most_together(std::size_t samples, std::size_t most) {
  return std::clamp<std::size_t>(samples / 8, 1, most);
}

// f(first, count) for batches of samples, in parallel.
template <class F>
void for_batches(std::size_t samples, std::size_t batch, F&& f) {
  parallel_for((samples + batch - 1) / batch, [&](std::size_t b) {
    const std::size_t first = b * batch;
    f(first, std::min(batch, samples - first));
  });
}

// Sums of squares by layer and sample, so that they do not depend on how samples are batched.
struct Deviations {
  std::size_t samples = 0;
  std::vector<double> signal, noise;  // (layers, samples)
  Deviations(std::size_t layers, std::size_t samples_)
      : samples(samples_), signal(layers * samples_, 0), noise(layers * samples_, 0) {}

  void compare(const IntegerWeights& w, std::span<const std::int16_t> in, const Vectors& v,
               std::span<const double> sums) {
    if (v.first_sample >= samples) return;
    const auto rows = static_cast<std::size_t>(w.rows), columns = static_cast<std::size_t>(w.columns);
    Vectors some = v;
    some.count = std::min(v.count, (samples - v.first_sample) * v.positions);
    std::vector<double> exact(some.count * columns, 0);
    multiply_exactly(w, in.first(some.count * rows), some, exact);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const std::size_t at = static_cast<std::size_t>(w.index) * samples + v.first_sample + i / (v.positions * columns);
      signal[at] += exact[i] * exact[i];
      noise[at] += (sums[i] - exact[i]) * (sums[i] - exact[i]);
    }
  }
  std::vector<double> by_layer(const std::vector<double>& squares) const {
    std::vector<double> sums(samples ? squares.size() / samples : 0, 0);
    for (std::size_t i = 0; i < squares.size(); ++i) sums[i / samples] += squares[i];
    return sums;
  }
};

// Samples below `per_sample` one by one, so that each has a ledger of its own; the others together.
void multiply(const Chip& chip, const View& view, std::size_t layer, std::size_t per_sample,
              std::span<const std::int16_t> in, const Vectors& v, read::Workspace& workspace, std::span<double> sums,
              Activity& activity, std::span<read::Ledger> ledgers) {
  const chip::LayerPlan& plan = chip.layers[layer];
  const auto rows = static_cast<std::size_t>(plan.matrix.rows), columns = static_cast<std::size_t>(plan.matrix.columns);
  std::size_t done = 0;
  const auto execute = [&](std::size_t count, Activity& counted) {
    const Vectors part{count, v.first_sample + done / v.positions, v.first_position, v.positions};
    read::execute_layer(chip, view, layer, in.subspan(done * rows, count * rows), part, workspace,
                        sums.subspan(done * columns, count * columns), &counted);
    done += count;
  };
  for (std::size_t sample = v.first_sample; sample < per_sample && done < v.count; ++sample) {
    Activity alone;
    alone.with_pairs = activity.with_pairs;
    execute(v.positions, alone);
    if (!plan.settings.digital) ledgers[sample].add(read_ledger(plan, view, alone));
    activity.add(alone);
  }
  if (done < v.count) execute(v.count - done, activity);
}

}  // namespace

std::vector<double> float_outputs(const workloads::Graph& graph, const workloads::Samples& samples) {
  const std::size_t outputs = graph.output_size();
  std::vector<double> all(samples.count() * outputs);
  const std::size_t batch = samples_together_in_float(graph, most_together(samples.count(), 128));
  for_batches(samples.count(), batch, [&](std::size_t first, std::size_t count) {
    const std::vector<float> some = interpret_float(graph, samples.of(first, count));
    std::copy(some.begin(), some.end(), all.begin() + static_cast<std::ptrdiff_t>(first * outputs));
  });
  return all;
}

std::vector<double> exact_outputs(const workloads::IntegerGraph& network, const workloads::Samples& samples) {
  const std::size_t outputs = network.graph->output_size();
  std::vector<double> all(samples.count() * outputs);
  const workloads::ExactProducts multiply(network);
  const std::size_t batch = samples_together(*network.graph, most_together(samples.count(), 128));
  for_batches(samples.count(), batch, [&](std::size_t first, std::size_t count) {
    const std::vector<double> some = interpret(network, samples.of(first, count), first, multiply);
    std::copy(some.begin(), some.end(), all.begin() + static_cast<std::ptrdiff_t>(first * outputs));
  });
  return all;
}

namespace {

// Samples [begin, begin + count), whose numbers begin with `number`.
void some_outputs(const Chip& chip, const View& view, const workloads::IntegerGraph& network,
                  const workloads::Samples& samples, std::size_t begin, std::size_t count, std::size_t number,
                  const workloads::NeuronPass& neurons, std::span<double> all) {
  workloads::NeuronPass drawn = neurons;
  drawn.random = &view.random;
  const std::size_t outputs = network.graph->output_size();
  const std::size_t batch = samples_together(*network.graph, most_together(count, 64));
  for_batches(count, batch, [&](std::size_t first, std::size_t n) {
    const std::vector<double> some = interpret(
        network, samples.of(begin + first, n), number + first,
        [&](const IntegerWeights& w, std::span<const std::int16_t> in, const Vectors& v, std::span<double> sums) {
          read::execute_layer(chip, view, static_cast<std::size_t>(w.index), in, v, sums, nullptr);
        },
        nullptr, &drawn);
    std::copy(some.begin(), some.end(), all.begin() + static_cast<std::ptrdiff_t>(first * outputs));
  });
}

}  // namespace

std::vector<double> chip_outputs(const Chip& chip, const View& view, const workloads::IntegerGraph& network,
                                 const workloads::Samples& samples, std::size_t first_sample,
                                 const workloads::NeuronPass& neurons) {
  std::vector<double> all(samples.count() * network.graph->output_size());
  some_outputs(chip, view, network, samples, 0, samples.count(), first_sample, neurons, all);
  return all;
}

void chip_outputs(const Chip& chip, const View& view, const workloads::IntegerGraph& network,
                  const workloads::Samples& samples, std::size_t first, std::size_t some, std::span<double> outputs) {
  some_outputs(chip, view, network, samples, first, some, first, {}, outputs);
}

bool counts_pairs(const Chip& chip) { return chip.config.wires.exact() && !chip.solves_reads(); }

Observed observe(const Chip& chip, const View& view, const workloads::IntegerGraph& network,
                 const workloads::Samples& samples, const ObserveOptions& options) {
  const std::size_t layers = chip.layers.size(), outputs = network.graph->output_size();
  const std::size_t begin = options.first, count = options.count.value_or(samples.count() - begin);
  Observed all;
  all.outputs.resize(count * outputs);
  all.activity.resize(layers);
  all.samples.resize(layers * options.per_sample);
  Deviations deviations(layers, std::min(samples.count(), snr_samples));
  const workloads::NeuronPass neurons{.random = &view.random};
  std::mutex mutex;
  std::size_t finished = 0;
  tbb::enumerable_thread_specific<std::vector<Activity>> counted;
  tbb::enumerable_thread_specific<read::Workspace> workspaces;
  const std::size_t batch = samples_together(*network.graph, most_together(count, options.batch));
  for_batches(count, batch, [&](std::size_t first, std::size_t n) {
    std::vector<Activity>& activity = counted.local();
    read::Workspace& workspace = workspaces.local();
    activity.resize(layers);
    for (std::size_t l = 0; l < layers; ++l) activity[l].with_pairs = options.with_pairs[l];
    const std::vector<double> some = interpret(
        network, samples.of(begin + first, n), begin + first,
        [&](const IntegerWeights& w, std::span<const std::int16_t> in, const Vectors& v, std::span<double> sums) {
          const auto l = static_cast<std::size_t>(w.index);
          multiply(chip, view, l, options.per_sample, in, v, workspace, sums, activity[l],
                   std::span(all.samples).subspan(l * options.per_sample, options.per_sample));
          deviations.compare(w, in, v, sums);
        },
        nullptr, &neurons);
    std::copy(some.begin(), some.end(), all.outputs.begin() + static_cast<std::ptrdiff_t>(first * outputs));
    const std::lock_guard lock(mutex);
    finished += n;
    if (options.progress) options.progress(static_cast<double>(finished) / static_cast<double>(count));
  });
  counted.combine_each([&](const std::vector<Activity>& mine) {
    for (std::size_t l = 0; l < mine.size(); ++l) all.activity[l].add(mine[l]);
  });
  all.signal = deviations.by_layer(deviations.signal);
  all.noise = deviations.by_layer(deviations.noise);
  return all;
}

}  // namespace bitline::run
