// SPDX-License-Identifier: Apache-2.0
#include "run/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "arch/warnings.h"
#include "base/error.h"
#include "base/parallel.h"
#include "chip/wire_sample.h"
#include "chip/wire_study.h"
#include "cost/budget.h"
#include "cost/cost.h"
#include "cost/graph_flow.h"
#include "cost/write_cost.h"
#include "read/calibrate.h"
#include "run/observe.h"
#include "run/prepare.h"
#include "run/published.h"
#include "run/quality.h"
#include "run/shapes.h"
#include "run/simplifications.h"
#include "run/stages.h"
#include "workloads/outputs_file.h"

namespace bitline::run {

using arch::Config;
using arch::Keep;
using arch::LoadedConfig;
using chip::Chip;
using chip::View;
using chip::WriteReport;
using cost::Tariff;
using read::Ledger;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t calibration_positions = 16;  // of a sample, that a layer's converters are ranged on

double share(std::uint64_t part, std::uint64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

// Of a layer's converters, over its blocks; 0 for ideal ones.
double mean_full_scale_A(const chip::LayerPlan& plan, const View& view) {
  double sum = 0;
  for (const mapping::Block& block : plan.blocks)
    sum += view.blocks[block.id].scale.lsb * view.blocks[block.id].scale.highest * plan.lattice.code_S * plan.v_step_V;
  return plan.blocks.empty() || !common(plan.settings.adc) ? 0 : sum / static_cast<double>(plan.blocks.size());
}

// What a run says of itself before anything is read.
void identify(const LoadedConfig& loaded, Result& result) {
  const Config& config = loaded.config;
  result.name = config.name;
  result.config_hash = config_hash(config);
  result.seed = config.seed;
  result.assumed = loaded.annotations.assumed;
  result.simplifications = simplifications(config);
  result.budget = cost::budget_sums(config.budget);
  result.only_budget = config.workload.network.empty() && config.workload.shapes.empty() && !config.budget.empty();
  if (result.only_budget) result.assumed.clear();  // sums assume nothing
}

// The placed network with everything that no chip instance changes.
Chip designed(const Config& config, const Prepared& p, Result& result) {
  Chip chip = chip::build_chip(config, p.network.weights, p.placement);
  if (config.wires.exact())
    result.wires = study_wires(chip, chip::layer_inputs(p.network, p.calibration, chip::sample_images, 1));
  return chip;
}

// Sums over chip instances.
struct ChipTotals {
  WriteReport writing;
  std::vector<Ledger> ledgers;  // by layer
  std::vector<double> signal, noise, clipped, conversions, full_scale_A;
  double residual = 0;
  std::uint64_t solved_directly = 0;
  std::size_t saturated = 0;  // cells beyond their layer's lattice, over all chips
  explicit ChipTotals(std::size_t layers)
      : ledgers(layers), signal(layers), noise(layers), clipped(layers), conversions(layers), full_scale_A(layers) {}

  void add(const Chip& chip, const View& view, const Observed& seen) {
    for (const chip::BlockView& block : view.blocks) saturated += block.saturated;
    for (std::size_t l = 0; l < ledgers.size(); ++l) {
      const read::Activity& activity = seen.activity[l];
      ledgers[l].add(read_ledger(chip.layers[l], view, activity));
      signal[l] += seen.signal[l], noise[l] += seen.noise[l];
      clipped[l] += static_cast<double>(activity.clipped), conversions[l] += static_cast<double>(activity.conversions);
      full_scale_A[l] += mean_full_scale_A(chip.layers[l], view) / chip.config.instances;
      residual = std::max(residual, activity.residual);
      solved_directly += activity.solved_directly;
    }
  }
};

WriteResult write_result(const Chip& chip, const WriteReport& writing) {
  const Config& config = chip.config;
  WriteResult w;
  w.cells = writing.cells;
  w.level_accuracy = writing.cells ? share(writing.at_level, writing.cells) : 1;
  w.level_accuracy_ci95 = writing.cells ? wilson_interval(writing.at_level, writing.cells) : Interval{1, 1};
  w.rms_error_S = writing.digits ? std::sqrt(writing.squared_error_S2 / static_cast<double>(writing.digits)) : 0;
  w.fault_frac = share(writing.faulty, writing.devices);
  w.sigma_S = chip.write_sigma_S;
  if (chip.counts_pulses() && writing.devices > 0) {
    w.pulses_per_cell = share(writing.pulses, writing.devices);
    w.unpulsed_frac = share(writing.unpulsed, writing.devices);
    if (std::holds_alternative<device::WriteVerify>(config.device.write))
      w.failed_frac = share(writing.given_up, writing.devices);
  }
  w.read_after_s = age_since_write_s(config);
  if (config.programming.refresh_s) w.refresh_in_s = *config.programming.refresh_s - w.read_after_s;
  return w;
}

// Each layer's signal to noise, clipping and full scale; a layer without any signal has no ratio.
void fill_reads(const Chip& chip, const ChipTotals& totals, Result& result) {
  for (std::size_t l = 0; l < chip.layers.size(); ++l) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    // Infinite for a product without any deviation: reports say "exact".
    const double snr_db = totals.noise[l] <= 0    ? std::numeric_limits<double>::infinity()
                          : totals.signal[l] <= 0 ? none
                                                  : 10 * std::log10(totals.signal[l] / totals.noise[l]);
    result.reads.push_back({totals.signal[l] > 0 ? snr_db : none,
                            totals.conversions[l] > 0 ? totals.clipped[l] / totals.conversions[l] : 0,
                            totals.full_scale_A[l]});
    if (totals.signal[l] <= 0)
      result.warnings.push_back(fmt::format(
          "layer {}: its products are 0 for all samples looked at, so it has no signal-to-noise ratio: do its inputs "
          "or weights vanish when quantized?",
          chip.layers[l].matrix.name));
  }
}

// Energies of the samples that were counted one by one on the first chip.
void fill_images(const Chip& chip, const Tariff& prices, const std::vector<Ledger>& means,
                 const std::vector<Ledger>& samples, std::size_t per_sample, Result& result) {
  const std::size_t layers = chip.layers.size();
  for (std::size_t i = 0; i < per_sample; ++i) {
    ImageResult& image = result.images[i];
    image.data_energy_J.assign(layers, 0);
    image.energy_J = result.costs.energy_per_inference_J;
    for (std::size_t l = 0; l < layers; ++l) {
      image.data_energy_J[l] = data_energy_J(chip, prices, l, samples[l * per_sample + i]);
      image.energy_J += image.data_energy_J[l] - data_energy_J(chip, prices, l, means[l]);
    }
  }
}

int label_of(const workloads::Samples& samples, std::size_t i) {
  const auto* labels = std::get_if<workloads::Labels>(&samples.truth);
  return labels ? labels->of_sample[i] : -1;
}

int largest_output(std::span<const double> outputs) {
  return static_cast<int>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
}

}  // namespace

Result run(const LoadedConfig& loaded, const RunOptions& options) {
  Result result;
  const Config& config = loaded.config;
  const Isa isa = isa_named(options.isa);
  result.isa = name_of(isa);
  with_threads(options.threads, [&] {
    Stages stages(result, options);
    identify(loaded, result);
    if (result.only_budget) return;
    for (const Diagnostic& d : warnings(loaded)) result.warnings.push_back(arch::placeless(d));
    stages.begin("load", 0);
    if (!config.workload.shapes.empty()) {
      cost_shapes(loaded, options, stages, result);
      stages.end();
      return;
    }
    Prepared p = prepare(loaded, options);
    const workloads::Graph& graph = *p.network.graph;
    const workloads::Samples data =
        load_data(config.workload, workloads::Split::test, static_cast<std::size_t>(config.workload.images), options);
    check_shape(graph, data);
    NetworkOutputs outputs;
    outputs.columns = static_cast<int>(graph.output_size());
    const std::vector<workloads::Score> scores = scores_of(config.workload.scores, outputs.columns, data);
    add_inputs(data, p.inputs);
    result.inputs = p.inputs;
    result.mapping = mapping_of(config, p.network.weights, p.placement);

    stages.begin("references", 0.01);
    outputs.real = float_outputs(graph, data);
    outputs.quantized = exact_outputs(p.network, data);

    stages.begin("calibrate", 0.05);
    Chip chip = designed(config, p, result);
    chip.isa = isa;
    chip::LayerInputs known;
    if (std::ranges::any_of(chip.layers, read::needs_calibration))
      known = chip::layer_inputs(p.network, p.calibration, p.calibration.count(), calibration_positions);
    if (config.calibrate == arch::Calibrate::ideal) read::calibrate_on_ideal(chip, known);

    stages.begin("chips", 0.08);
    const std::size_t layers = chip.layers.size();
    ChipTotals totals(layers);
    ObserveOptions observing;
    observing.batch = options.batch;
    observing.per_sample = options.per_image ? data.count() : std::min(sampled_images, data.count());
    const std::size_t per_sample = observing.per_sample;
    std::vector<Ledger> sample_ledgers;  // of the first chip
    std::vector<std::vector<std::vector<std::int64_t>>> first_pairs;
    for (int instance = 0; instance < config.instances; ++instance) {
      chip::State state = new_state(chip, instance);
      totals.writing.add(write(chip, state));
      pass(state, age_since_write_s(config));
      View view = look(chip, state);
      read::calibrate(chip, view, known);
      if (instance == 0) {
        if (config.keep == Keep::conductances && !options.conductance_folder.empty())
          keep_conductances(chip, state, options.conductance_folder);
        result.level_map = level_map(chip, state);
      }
      state.blocks.clear();  // nothing changes while samples are run
      // The first layer's inputs are the same for every chip: their products are counted once.
      observing.with_pairs.assign(layers, config.wires.exact() && !chip.solves_reads());
      if (!first_pairs.empty()) observing.with_pairs[0] = false;
      observing.progress = [&](double part) { stages.report(0.08 + 0.92 * (instance + part) / config.instances); };
      Observed seen = observe(chip, view, p.network, data, observing);
      if (first_pairs.empty())
        first_pairs = seen.activity[0].pair_drive;
      else
        seen.activity[0].pair_drive = first_pairs;
      totals.add(chip, view, seen);
      if (instance == 0) {
        sample_ledgers = std::move(seen.samples);
        for (std::size_t i = 0; i < per_sample; ++i)
          result.images.push_back(
              {label_of(data, i),
               largest_output(std::span(seen.outputs).subspan(i * graph.output_size(), graph.output_size())),
               0,
               {}});
        observing.per_sample = 0;
      }
      outputs.chips.push_back(std::move(seen.outputs));
    }

    stages.begin("statistics", 1);
    for (const workloads::Score& score : scores) result.scores.push_back(quality_of(score, outputs, data, config.seed));
    result.quality = result.scores.front();
    for (const Quality& q : result.scores)
      if (!q.no_value.empty()) result.warnings.push_back(fmt::format("score {}: {}", q.metric, q.no_value));
    if (config.keep == Keep::outputs && !options.outputs_file.empty())
      workloads::write_outputs(options.outputs_file, outputs.chips, outputs.columns);

    result.write = write_result(chip, totals.writing);
    if (totals.saturated > 0)
      result.warnings.push_back(fmt::format(
          "{} cells of all chips conduct more than the lattice of analog sums holds and count as its largest "
          "conductance",
          totals.saturated));
    if (const auto warning = cost::endurance_warning(chip)) result.warnings.push_back(*warning);
    if (result.wires) {
      if (chip.solves_reads() && config.array.topology != arch::Topology::gated_ladder)
        result.wires->residual = totals.residual;
      if (totals.solved_directly > 0)
        result.wires->status =
            fmt::format("solved; {} reads by direct reduction, as sweeps did not converge", totals.solved_directly);
    }

    const double inferences = static_cast<double>(config.instances) * static_cast<double>(data.count());
    for (Ledger& ledger : totals.ledgers) ledger.divide(inferences);
    const Tariff prices = cost::tariff(chip, cost::graph_flow(chip, p.network));
    result.costs = price(chip, prices, totals.ledgers, result.write.pulses_per_cell);
    result.warnings.insert(result.warnings.end(), result.costs.warnings.begin(), result.costs.warnings.end());
    fill_images(chip, prices, totals.ledgers, sample_ledgers, per_sample, result);
    fill_reads(chip, totals, result);
    stages.end();
  });
  result.threads = options.threads;
  fill_published(result, loaded, options);
  return result;
}

}  // namespace bitline::run
