// SPDX-License-Identifier: Apache-2.0
#include "sim/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include <tbb/enumerable_thread_specific.h>

#include "arch/warnings.h"
#include "base/error.h"
#include "base/parallel.h"
#include "sim/budget.h"
#include "sim/calibrate.h"
#include "sim/cost.h"
#include "sim/execute.h"
#include "sim/prepare.h"
#include "sim/shapes.h"
#include "sim/stages.h"
#include "sim/wire_sample.h"
#include "sim/wire_study.h"
#include "sim/write_cost.h"

namespace bitline {
namespace {

namespace fs = std::filesystem;
std::size_t matrix_index(const MatrixLayer& m) { return static_cast<std::size_t>(m.index); }

constexpr std::size_t snr_images = 128;

// One chip over all images: outputs' classes and everything counted.
struct ChipRun {
  std::vector<int> predicted;
  std::vector<Activity> activity;     // by layer
  std::vector<double> signal, noise;  // by layer, over the first images
  std::vector<LayerCounts> images;    // (layers, images that are counted one by one)
};

// `with_pairs`, by layer: whether products of inputs are counted, for power in arrays with wires. `per_image`: of so
// many images each is counted by itself too.
ChipRun run_chip(const Chip& chip, const ChipState& state, const QuantizedNetwork& network, const Dataset& data,
                 const std::vector<bool>& with_pairs, std::size_t per_image, const RunOptions& options,
                 const std::function<void(double)>& progress) {
  const std::size_t layers = chip.layers.size(), count = data.count(), batch = std::max<std::size_t>(1, options.batch);
  const std::size_t batches = (count + batch - 1) / batch, checked = std::min(count, snr_images);
  const int classes = network.outputs();
  ChipRun run;
  run.predicted.resize(count);
  run.activity.resize(layers);
  run.images.resize(layers * per_image);
  // Per image, so that sums do not depend on how images are batched.
  std::vector<double> signal(layers * checked, 0), noise(layers * checked, 0);
  std::mutex mutex;
  std::size_t finished = 0;
  tbb::enumerable_thread_specific<std::vector<Activity>> counted;
  parallel_for(batches, [&](std::size_t b) {
    const std::size_t first = b * batch, n = std::min(batch, count - first);
    std::vector<Activity>& activity = counted.local();
    activity.resize(layers);
    for (std::size_t l = 0; l < layers; ++l) activity[l].with_pairs = with_pairs[l];
    const auto outputs =
        network.run(data, first, n,
                    [&](const MatrixLayer& m, std::span<const std::int16_t> in, std::size_t vectors, std::size_t image,
                        std::span<double> out) {
                      const std::size_t l = matrix_index(m);
                      const auto positions = static_cast<std::size_t>(m.positions),
                                 columns = static_cast<std::size_t>(m.columns), rows = static_cast<std::size_t>(m.rows);
                      std::size_t done = 0;  // vectors
                      for (std::size_t i = image; i < per_image && done < vectors; ++i) {
                        Activity own;
                        own.with_pairs = with_pairs[l];
                        execute_layer(chip, state, l, in.subspan(done * rows, positions * rows), positions, i,
                                      out.subspan(done * columns, positions * columns), &own);
                        if (!chip.layers[l].settings().digital)
                          run.images[l * per_image + i] = array_counts(chip.layers[l], state.layers[l], own);
                        activity[l].add(own);
                        done += positions;
                      }
                      if (done < vectors)
                        execute_layer(chip, state, l, in.subspan(done * rows), vectors - done, image + done / positions,
                                      out.subspan(done * columns), &activity[l]);
                      if (image >= checked) return;
                      const std::size_t some = std::min(vectors, (checked - image) * positions);
                      std::vector<double> exact(some * columns, 0);
                      QuantizedNetwork::exact_product(m, in.first(some * rows), some, image, exact);
                      for (std::size_t i = 0; i < exact.size(); ++i) {
                        const std::size_t at = l * checked + image + i / (positions * columns);
                        signal[at] += exact[i] * exact[i];
                        noise[at] += (out[i] - exact[i]) * (out[i] - exact[i]);
                      }
                    });
    const auto best = argmax(std::span<const double>(outputs), classes);
    std::copy(best.begin(), best.end(), run.predicted.begin() + static_cast<std::ptrdiff_t>(first));
    const std::lock_guard lock(mutex);
    if (progress) progress(static_cast<double>(++finished) / static_cast<double>(batches));
  });
  counted.combine_each([&](const std::vector<Activity>& mine) {
    for (std::size_t l = 0; l < mine.size(); ++l) run.activity[l].add(mine[l]);
  });
  run.signal.assign(layers, 0);
  run.noise.assign(layers, 0);
  for (std::size_t l = 0; l < layers; ++l)
    for (std::size_t i = 0; i < checked; ++i)
      run.signal[l] += signal[l * checked + i], run.noise[l] += noise[l * checked + i];
  return run;
}

std::vector<int> reference_classes(const QuantizedNetwork& network, const Dataset& data) {
  constexpr std::size_t batch = 125;
  std::vector<int> classes(data.count());
  parallel_for((data.count() + batch - 1) / batch, [&](std::size_t b) {
    const std::size_t first = b * batch, n = std::min(batch, data.count() - first);
    const auto best = argmax(std::span<const double>(network.run(data, first, n, QuantizedNetwork::exact_product)),
                             network.outputs());
    std::copy(best.begin(), best.end(), classes.begin() + static_cast<std::ptrdiff_t>(first));
  });
  return classes;
}

std::vector<double> correct(const std::vector<int>& predicted, const Dataset& data) {
  std::vector<double> hit(predicted.size());
  for (std::size_t i = 0; i < hit.size(); ++i) hit[i] = predicted[i] == data.labels[i];
  return hit;
}

}  // namespace

Result run(const LoadedConfig& loaded, const RunOptions& options) {
  Result result;
  const Config& config = loaded.config;
  with_threads(options.threads, [&] {
    Stages stages(result, options);
    result.name = config.name;
    result.config_hash = config_hash(config);
    result.seed = config.seed;
    result.assumed = loaded.annotations.assumed;
    for (const auto& f : config.published)
      result.published.push_back({f.what, f.unit, f.source, f.kind, f.published, std::nullopt, f.within});
    result.budget = budget_sums(config.budget);
    result.only_budget = config.workload.network.empty() && config.workload.shapes.empty() && !config.budget.empty();
    if (result.only_budget) {
      result.assumed.clear();  // sums assume nothing
      return;
    }
    for (const Diagnostic& d : warnings(loaded)) result.warnings.push_back(placeless(d));
    stages.begin("load", 0);
    if (!config.workload.shapes.empty()) {
      cost_shapes(loaded, options, stages, result);
      stages.end();
      return;
    }
    Prepared p = prepare(loaded, options);
    const Dataset data = load_dataset(config.workload.dataset, Split::test, 0,
                                      static_cast<std::size_t>(config.workload.images), options.data);
    if (data.labels.empty())
      throw InputError("workload.dataset: '" + config.workload.dataset + "' has no labels, which accuracy needs");
    add_inputs(data, p.inputs);
    result.inputs = p.inputs;
    result.mapping = mapping_of(config, p.network->matrices(), p.placement);

    stages.begin("references", 0.01);
    result.quality.inputs = data.count();
    constexpr std::size_t float_batch = 250;
    std::vector<int> float_classes(data.count());
    parallel_for((data.count() + float_batch - 1) / float_batch, [&](std::size_t b) {
      const std::size_t first = b * float_batch, n = std::min(float_batch, data.count() - first);
      const auto best =
          argmax(std::span<const float>(run_float(p.network->network(), data, first, n)), p.network->outputs());
      std::copy(best.begin(), best.end(), float_classes.begin() + static_cast<std::ptrdiff_t>(first));
    });
    result.quality.reference_float = mean(correct(float_classes, data));
    const std::vector<double> quantized = correct(reference_classes(*p.network, data), data);
    result.quality.reference_quantized = mean(quantized);

    stages.begin("calibrate", 0.05);
    Chip chip = build_chip(config, p.network->matrices(), p.placement);
    if (config.wires.exact()) result.wires = study_wires(chip, sample_inputs(chip, *p.network, p.calibration));
    if (config.calibrate == Calibrate::ideal) calibrate_on_ideal(chip, *p.network, p.calibration);

    stages.begin("chips", 0.08);
    const auto layers = chip.layers.size();
    std::vector<double> accuracies, hits(data.count(), 0);
    std::vector<LayerCounts> counts(layers);
    std::vector<double> signal(layers, 0), noise(layers, 0), clipped(layers, 0), conversions(layers, 0),
        full_scale(layers, 0);
    std::size_t cells = 0, at_level = 0, digits = 0, devices = 0, faulty = 0;
    double squared_error_S2 = 0, residual = 0;
    std::uint64_t solved_directly = 0, pulses = 0, unpulsed = 0, given_up = 0;
    std::vector<std::vector<std::vector<std::int64_t>>> first_pairs;
    std::vector<LayerCounts> image_counts;  // of the first chip
    const std::size_t per_image = options.per_image ? data.count() : std::min(sampled_images, data.count());
    for (int instance = 0; instance < config.instances; ++instance) {
      const ChipState state =
          make_chip(chip, instance, *p.network, p.calibration,
                    instance == 0 && config.keep == Keep::conductances ? options.conductance_folder : fs::path());
      // The first layer's inputs are the images, the same for every chip: its products are counted once.
      std::vector<bool> with_pairs(layers, config.wires.exact() && !chip.solves_reads());
      if (!first_pairs.empty()) with_pairs[0] = false;
      ChipRun run = run_chip(chip, state, *p.network, data, with_pairs, instance == 0 ? per_image : 0, options,
                             [&](double part) { stages.report(0.08 + 0.92 * (instance + part) / config.instances); });
      if (first_pairs.empty())
        first_pairs = run.activity[0].pair_drive;
      else
        run.activity[0].pair_drive = first_pairs;
      for (const Activity& a : run.activity) {
        residual = std::max(residual, a.residual);
        solved_directly += a.solved_directly;
      }
      const std::vector<double> hit = correct(run.predicted, data);
      std::size_t successes = 0;
      for (std::size_t i = 0; i < hit.size(); ++i) hits[i] += hit[i], successes += hit[i] > 0;
      accuracies.push_back(mean(hit));
      result.quality.chips.push_back({mean(hit), wilson_interval(successes, hit.size())});
      cells += state.cells, at_level += state.at_level, digits += state.digits, devices += state.devices,
          faulty += state.faulty;
      squared_error_S2 += state.squared_error_S2;
      pulses += state.pulses, unpulsed += state.unpulsed, given_up += state.given_up;
      for (std::size_t l = 0; l < layers; ++l) {
        const LayerCounts c = array_counts(chip.layers[l], state.layers[l], run.activity[l]);
        counts[l].array_J += c.array_J;
        counts[l].line_drive += c.line_drive;
        counts[l].line_activations += c.line_activations;
        signal[l] += run.signal[l], noise[l] += run.noise[l];
        clipped[l] += static_cast<double>(run.activity[l].clipped),
            conversions[l] += static_cast<double>(run.activity[l].conversions);
        if (!state.layers[l].blocks.empty() && common(chip.layers[l].settings().adc)) {
          const AdcCommon& adc = *common(chip.layers[l].settings().adc);
          const double steps = chip.layers[l].signed_current ? (1 << (adc.bits - 1)) - 1 : (1 << adc.bits) - 1;
          full_scale[l] += state.layers[l].blocks[0].scale.lsb * steps * state.layers[l].lattice_S *
                           chip.layers[l].v_step_V / config.instances;
        }
      }
      if (instance == 0) {
        result.level_map = state.level_map;
        image_counts = std::move(run.images);
        for (std::size_t i = 0; i < per_image; ++i)
          result.images.push_back({data.labels[i], run.predicted[i], 0, std::vector<double>(layers, 0)});
      }
    }

    stages.begin("statistics", 1);
    Quality& q = result.quality;
    q.value = mean(accuracies);
    q.ci95 = accuracies.size() > 1 ? share_interval(accuracies) : q.chips[0].ci95;
    for (double& h : hits) h /= config.instances;
    q.ci95_images = bootstrap_interval(hits, config.seed);
    std::vector<double> lost(hits.size());
    for (std::size_t i = 0; i < hits.size(); ++i) lost[i] = quantized[i] - hits[i];
    q.loss = mean(lost);
    q.loss_ci95 = bootstrap_interval(lost, config.seed);

    WriteResult& w = result.write;
    w.cells = cells;
    w.level_accuracy = cells ? static_cast<double>(at_level) / static_cast<double>(cells) : 1;
    w.level_accuracy_ci95 = cells ? wilson_interval(at_level, cells) : Interval{1, 1};
    w.rms_error_S = digits ? std::sqrt(squared_error_S2 / static_cast<double>(digits)) : 0;
    w.fault_frac = devices ? static_cast<double>(faulty) / static_cast<double>(devices) : 0;
    w.sigma_S = chip.write_sigma_S;
    if (chip.counts_pulses() && devices > 0) {
      w.pulses_per_cell = static_cast<double>(pulses) / static_cast<double>(devices);
      w.unpulsed_frac = static_cast<double>(unpulsed) / static_cast<double>(devices);
      if (std::holds_alternative<WriteVerify>(config.device.write))
        w.failed_frac = static_cast<double>(given_up) / static_cast<double>(devices);
    }
    w.read_after_s = age_since_write_s(config);
    if (config.programming.refresh_s) w.refresh_in_s = *config.programming.refresh_s - w.read_after_s;
    warn_endurance(chip, result.warnings);

    if (result.wires) {
      if (chip.solves_reads() && config.array.topology != Topology::gated_ladder) result.wires->residual = residual;
      if (solved_directly > 0)
        result.wires->status =
            fmt::format("solved; {} reads by direct reduction, as sweeps did not converge", solved_directly);
    }

    const double inferences = static_cast<double>(config.instances) * static_cast<double>(data.count());
    for (auto& c : counts) c.array_J /= inferences, c.line_drive /= inferences, c.line_activations /= inferences;
    add_costs(chip, counts, result.write.pulses_per_cell, result);
    for (std::size_t i = 0; i < per_image; ++i) {
      ImageResult& image = result.images[i];
      image.energy_J = result.energy_per_inference_J;
      for (std::size_t l = 0; l < layers; ++l) {
        image.data_energy_J[l] = data_energy_J(chip, chip.layers[l], image_counts[l * per_image + i]);
        image.energy_J += image.data_energy_J[l] - data_energy_J(chip, chip.layers[l], counts[l]);
      }
    }
    for (std::size_t l = 0; l < layers; ++l) {
      LayerResult& out = result.layers[l];
      // Infinite for a product without any deviation: reports say "exact".
      out.snr_db = noise[l] > 0 ? 10 * std::log10(signal[l] / noise[l]) : std::numeric_limits<double>::infinity();
      out.adc_clipped_frac = conversions[l] > 0 ? clipped[l] / conversions[l] : 0;
      out.adc_full_scale_A = full_scale[l];
    }
    stages.end();
  });
  result.threads = options.threads;
  return result;
}

}  // namespace bitline
