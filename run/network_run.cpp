// SPDX-License-Identifier: Apache-2.0
#include "run/network_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "cost/cost.h"
#include "cost/write_cost.h"
#include "run/observe.h"
#include "run/stage_settings.h"
#include "workloads/outputs_file.h"

namespace bitline::run {

using arch::Config;
using arch::Keep;
using arch::LoadedConfig;
using cost::Tariff;
using read::Ledger;
using workloads::Samples;
using workloads::Score;

namespace {

References references(const LoadedNetwork& network, const Stage<Samples>& samples, Shelf& shelf) {
  const auto key = [&](const char* what, const Key& of) {
    KeyBuilder builder = stage_key(what);
    builder.add("network", of).add("samples", samples.key);
    return builder;
  };
  return {stage<std::vector<double>>(shelf, key("float outputs", network.graph.key),
                                     [&] { return float_outputs(*network.graph->graph, *samples); }),
          stage<std::vector<double>>(shelf, key("exact outputs", network.network.key),
                                     [&] { return exact_outputs(*network.network, *samples); })};
}

std::size_t counted_one_by_one(const RunOptions& options, const Samples& samples) {
  return options.per_image ? samples.count() : std::min(sampled_images, samples.count());
}

ChipRuns run_chips(const Session& session, const Stage<Samples>& samples, const RunOptions& options, Shelf& shelf,
                   StageClock& clock) {
  const int instances = session.config().instances;
  std::vector<Stage<ChipRun>> runs;
  for (int i = 0; i < instances; ++i) {
    ChipRunOptions one{options.batch, [&](double part) { clock.report(0.08 + 0.92 * (i + part) / instances); }};
    runs.push_back(run_chip(session, static_cast<std::uint32_t>(i), samples, counted_one_by_one(options, *samples),
                            runs.empty() ? nullptr : runs.front().value.get(), one, shelf));
  }
  return {std::move(runs), session.chip().layers.size()};
}

Stage<std::vector<Quality>> judge(const std::vector<Score>& scores, const Config& config, const References& right,
                                  const ChipRuns& chips, const Stage<Samples>& samples, int columns, Shelf& shelf) {
  arch::Workload settings;
  settings.scores = scores;
  KeyBuilder key = stage_key("scores");
  key.add("scores", settings).add("seed", config.seed).add("samples", samples.key);
  key.add("float", right.real.key).add("quantized", right.quantized.key);
  for (const auto& run : chips.runs) key.add("chip", run.key);
  return stage<std::vector<Quality>>(shelf, key, [&] {
    NetworkOutputs outputs{columns, *right.real, *right.quantized, {}};
    for (const auto& run : chips.runs) outputs.chips.push_back(run->outputs);
    std::vector<Quality> judged;
    for (const Score& score : scores) judged.push_back(quality_of(score, outputs, *samples, config.seed));
    return judged;
  });
}

int label_of(const Samples& samples, std::size_t i) {
  const auto* labels = std::get_if<workloads::Labels>(&samples.truth);
  return labels ? labels->of_sample[i] : -1;
}

int largest_output(std::span<const double> outputs) {
  return static_cast<int>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
}

// Energies of the samples that were counted one by one on the first chip.
void add_images(const chip::Chip& chip, const Tariff& prices, const std::vector<Ledger>& means, const ChipRun& first,
                const Samples& samples, Result& result) {
  const std::size_t layers = chip.layers.size(), counted = layers ? first.of_sample.size() / layers : 0,
                    columns = first.outputs.size() / samples.count();
  for (std::size_t i = 0; i < counted; ++i) {
    const std::span<const double> outputs = std::span(first.outputs).subspan(i * columns, columns);
    ImageResult image{label_of(samples, i), largest_output(outputs), result.costs.energy_per_inference_J,
                      std::vector<double>(layers, 0)};
    for (std::size_t l = 0; l < layers; ++l) {
      image.data_energy_J[l] = data_energy_J(chip, prices, l, first.of_sample[l * counted + i]);
      image.energy_J += image.data_energy_J[l] - data_energy_J(chip, prices, l, means[l]);
    }
    result.images.push_back(std::move(image));
  }
}

void add_writing(const Session& session, const ChipRuns& chips, Result& result) {
  result.write = write_result(session.config(), session.chip(), chips.writing);
  if (const auto warning = missing_warning(session.config(), chips.writing)) result.warnings.push_back(*warning);
  if (chips.saturated > 0)
    result.warnings.push_back(
        fmt::format("{} cells of all chips conduct more than the lattice of analog sums holds and count as its largest "
                    "conductance",
                    chips.saturated));
  if (const auto warning = cost::endurance_warning(session.config(), session.chip()))
    result.warnings.push_back(*warning);
}

void add_costs(const Session& session, const ChipRuns& chips, const Samples& samples, Result& result) {
  std::vector<Ledger> means = chips.ledgers;
  for (Ledger& ledger : means)
    ledger.divide(static_cast<double>(chips.runs.size()) * static_cast<double>(samples.count()));
  const Tariff prices = session.tariff();
  result.costs = price(session.chip(), prices, means, result.write.pulses_per_cell);
  result.warnings.insert(result.warnings.end(), result.costs.warnings.begin(), result.costs.warnings.end());
  add_images(session.chip(), prices, means, chips.first(), samples, result);
}

}  // namespace

NetworkRun run_network(const LoadedConfig& loaded, LoadedNetwork network, const Stage<Samples>& samples,
                       const RunOptions& options, Shelf& shelf, StageClock& clock) {
  check_shape(*network.graph->graph, *samples);
  clock.begin("references", 0.01);
  References right = references(network, samples, shelf);
  clock.begin("calibrate", 0.05);
  Session session(loaded, std::move(network), shelf, isa_named(options.isa));
  clock.begin("chips", 0.08);
  ChipRuns chips = run_chips(session, samples, options, shelf, clock);
  return {std::move(session), std::move(right), std::move(chips)};
}

void keep_files(const NetworkRun& done, const RunOptions& options) {
  const Session& session = done.session;
  const Keep keep = session.config().keep;
  if (keep == Keep::conductances && !options.conductance_folder.empty()) {
    chip::State state = session.write(0);
    pass(state, session.age_s());
    keep_conductances(session.chip(), state, options.conductance_folder);
  }
  if (keep == Keep::outputs && !options.outputs_file.empty()) {
    std::vector<std::vector<double>> outputs;
    for (const auto& run : done.chips.runs) outputs.push_back(run->outputs);
    workloads::write_outputs(options.outputs_file, outputs, done.outputs());
  }
}

void describe(const NetworkRun& done, const Samples& samples, Result& result) {
  result.inputs = done.session.loaded().inputs();
  add_inputs(samples, result.inputs);
  result.mapping = done.session.design().mapping;
  const std::vector<std::string>& notes = done.session.network().notes;
  result.warnings.insert(result.warnings.end(), notes.begin(), notes.end());
  result.warnings.insert(result.warnings.end(), result.mapping.warnings.begin(), result.mapping.warnings.end());
  result.level_map = done.chips.first().level_map;
  add_writing(done.session, done.chips, result);
  add_wires(done.session.design(), done.chips, result);
  add_costs(done.session, done.chips, samples, result);
  add_reads(done.session.chip(), done.chips, result);
}

void add_scores(const NetworkRun& done, const Config& config, const std::vector<Score>& scores,
                const Stage<Samples>& samples, Shelf& shelf, Result& result) {
  const Stage<std::vector<Quality>> judged =
      judge(scores, config, done.right, done.chips, samples, done.outputs(), shelf);
  result.scores = *judged;
  result.quality = judged->front();
  for (const Quality& q : *judged)
    if (!q.no_value.empty()) result.warnings.push_back(fmt::format("score {}: {}", q.metric, q.no_value));
}

}  // namespace bitline::run
