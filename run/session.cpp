// SPDX-License-Identifier: Apache-2.0
#include "run/session.h"

#include <fmt/format.h>
#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <mutex>

#include "base/error.h"
#include "base/parallel.h"
#include "cost/chain_flow.h"
#include "cost/cost.h"
#include "cost/graph_flow.h"
#include "read/calibrate.h"
#include "read/execute.h"
#include "run/observe.h"
#include "run/prepare.h"
#include "run/stage_settings.h"
#include "workloads/integer_weights.h"

namespace bitline::run {

using arch::Config;
using arch::LoadedConfig;
using chip::State;
using chip::View;
using chip::WriteReport;
using read::Activity;
using read::Ledger;
using workloads::IntegerGraph;
using workloads::IntegerWeights;

namespace {

mapping::Placement placed(const Config& config, const IntegerGraph& network) {
  const Config settings = placement_settings(config);
  return mapping::place(settings, network.weights, settings_of_layers(settings, network.weights));
}

Stage<mapping::Placement> placement_stage(const Config& config, const Stage<IntegerGraph>& network, Shelf& shelf) {
  KeyBuilder key = stage_key("placement");
  key.add("network", network.key);
  add_settings(key, placement_settings(config));
  return stage<mapping::Placement>(shelf, key, [&] { return placed(config, *network); });
}

// Two schedules may place alike.
Key key_of(const mapping::Placement& p) {
  KeyBuilder key("placed");
  for (const mapping::MappedLayer& layer : p.layers) {
    key.add("copies", layer.copies.placed);
    for (const mapping::Block& b : layer.blocks)
      for (const int number :
           {b.copy, b.panel, b.array, b.array_row, b.array_column, b.row, b.rows, b.column, b.columns})
        key.add("block", number);
  }
  key.add("arrays", p.arrays_total);
  for (const auto* words : {&p.choices, &p.warnings})
    for (const std::string& line : *words) key.add("told", line);
  return key.key();
}

Stage<Design> design_stage(const Config& config, const Stage<IntegerGraph>& network,
                           const Stage<workloads::Samples>& calibration, Isa isa, Shelf& shelf) {
  const Stage<mapping::Placement> placement = placement_stage(config, network, shelf);
  const Config settings = chip_settings(config);
  KeyBuilder key = stage_key("design");
  key.add("network", network.key).add("calibration", calibration.key).add("isa", isa);
  key.add("placement", key_of(*placement));
  add_settings(key, settings);
  key.add("keep", settings.keep);
  if (!settings.conductances.empty()) key.add("conductances", shelf.files.of(settings.conductances));
  return stage<Design>(shelf, key, [&] {
    return design(settings, network->weights, *placement, isa, [&](std::size_t samples, std::size_t positions_each) {
      return chip::layer_inputs(*network, *calibration, samples, positions_each);
    });
  });
}

void check_codes(const IntegerWeights& w, std::span<const std::int16_t> codes, std::size_t count,
                 std::size_t outcomes) {
  const auto rows = static_cast<std::size_t>(w.rows), columns = static_cast<std::size_t>(w.columns);
  if (codes.size() % rows != 0)
    throw InputError(fmt::format("layer {}: {} codes are no vectors of {} rows", w.name, codes.size(), rows));
  const std::size_t expected = codes.size() / rows * count * columns;
  if (outcomes != expected)
    throw InputError(fmt::format("layer {}: {} inputs read {} times give {} numbers, not {}", w.name,
                                 codes.size() / rows, count, expected, outcomes));
  const auto [least, most] = std::minmax_element(codes.begin(), codes.end());
  if (!codes.empty() && (*least < w.input.lowest() || *most > w.input.highest()))
    throw InputError(fmt::format("layer {}: input codes from {} to {} do not fit into {} to {}", w.name, *least, *most,
                                 w.input.lowest(), w.input.highest()));
}

}  // namespace

Session::Session(const LoadedConfig& loaded, LoadedNetwork network, Shelf& shelf, Isa isa)
    : config_(loaded.config), loaded_(std::move(network)) {
  with_positions(loaded, [&] { design_ = design_stage(config_, loaded_.network, loaded_.calibration, isa, shelf); });
}

Session Session::open(const LoadedConfig& loaded, const RunOptions& options, Shelf& shelf) {
  return {loaded, load_network(loaded.config, options, shelf), shelf, isa_named(options.isa)};
}

Session::Session(const Config& config, IntegerWeights matrix, std::span<const std::int16_t> calibration, Isa isa)
    : config_(config) {
  const auto rows = static_cast<std::size_t>(matrix.rows);
  const auto first = [&](std::size_t vectors, std::size_t) {
    const std::size_t codes = std::min(vectors, calibration.size() / rows) * rows;
    return chip::LayerInputs{{calibration.begin(), calibration.begin() + static_cast<std::ptrdiff_t>(codes)}};
  };
  IntegerGraph alone;
  alone.weights.push_back(std::move(matrix));
  loaded_.network.value = std::make_shared<const IntegerGraph>(std::move(alone));
  design_.value = std::make_shared<const Design>(
      run::design(chip_settings(config), network().weights, placed(config, network()), isa, first));
}

State Session::write(std::uint32_t instance, WriteReport* report) const {
  State state = new_state(chip(), static_cast<int>(instance));
  const WriteReport written = chip::write(chip(), state);
  if (report) *report = written;
  return state;
}

View Session::look(const State& state) const {
  View view;
  look(state, view);
  return view;
}

void Session::look(const State& state, View& view) const {
  chip::look(chip(), state, view);
  read::calibrate(chip(), view, design().calibration);
}

View Session::write_once(std::uint32_t instance, WriteReport* report, chip::LevelMap* levels) const {
  chip::WrittenOnce once = chip::write_once(chip(), static_cast<int>(instance), age_s(), levels);
  if (report) *report = once.writing;
  read::calibrate(chip(), once.view, design().calibration);
  return std::move(once.view);
}

template <class Store>
void Session::read_parts(const View& view, std::size_t layer, std::span<const std::int16_t> codes, Reads reads,
                         Ledger* ledger, const Store& store) const {
  constexpr std::size_t together = 64;
  const IntegerWeights& w = network().weights[layer];
  const auto rows = static_cast<std::size_t>(w.rows), columns = static_cast<std::size_t>(w.columns);
  const std::size_t inputs = codes.size() / rows, parts = (inputs + together - 1) / together;
  Activity driven;
  std::mutex mutex;
  tbb::enumerable_thread_specific<read::Workspace> workspaces;
  parallel_for(parts * reads.count, [&](std::size_t part) {
    const std::size_t first = part % parts * together, n = std::min(together, inputs - first),
                      place = part / parts * inputs + first;
    std::vector<double> sums(n * columns);
    Activity activity;
    activity.with_pairs = counts_pairs(chip());
    execute_layer(chip(), view, layer, codes.subspan(first * rows, n * rows), {n, reads.first + place, 0, 1},
                  workspaces.local(), sums, ledger ? &activity : nullptr);
    store(place * columns, sums);
    if (!ledger) return;
    const std::lock_guard hold(mutex);
    driven.add(activity);
  });
  if (ledger) ledger->add(read_ledger(chip().layers[layer], view, driven));
}

void Session::read(const View& view, std::size_t layer, std::span<const std::int16_t> codes, Reads reads,
                   std::span<double> sums, Ledger* ledger) const {
  check_codes(network().weights.at(layer), codes, reads.count, sums.size());
  read_parts(view, layer, codes, reads, ledger, [&](std::size_t first, std::span<const double> part) {
    std::copy(part.begin(), part.end(), sums.begin() + static_cast<std::ptrdiff_t>(first));
  });
}

void Session::read(const View& view, std::size_t layer, std::span<const std::int16_t> codes, Reads reads,
                   std::span<float> products, Ledger* ledger) const {
  const IntegerWeights& w = network().weights.at(layer);
  check_codes(w, codes, reads.count, products.size());
  read_parts(view, layer, codes, reads, ledger, [&](std::size_t first, std::span<const double> part) {
    for (std::size_t i = 0; i < part.size(); ++i)
      products[first + i] = static_cast<float>(part[i] * w.input.scale * w.scale[i % w.scale.size()]);
  });
}

std::vector<double> Session::evaluate(const View& view, const workloads::Samples& samples, Reads reads,
                                      const workloads::NeuronPass& neurons) const {
  if (!network().graph) throw InputError("one matrix is no network: its products are read, not evaluated");
  check_shape(*network().graph, samples);
  std::vector<double> all;
  for (std::size_t k = 0; k < reads.count; ++k) {
    const std::vector<double> once =
        chip_outputs(chip(), view, network(), samples, reads.first + k * samples.count(), neurons);
    all.insert(all.end(), once.begin(), once.end());
  }
  return all;
}

cost::Costs Session::price(std::span<const Ledger> ledgers, std::optional<double> pulses) const {
  return cost::price(chip(), tariff(), ledgers, pulses);
}

cost::Tariff Session::tariff() const {
  return cost::tariff(
      config_, chip(),
      network().graph ? cost::graph_flow(config_, chip(), network()) : cost::chain_flow(config_, chip()));
}

}  // namespace bitline::run
