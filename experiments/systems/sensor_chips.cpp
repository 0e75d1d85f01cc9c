// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/sensor_chips.h"

#include <algorithm>

#include "experiments/systems/optical_layer.h"
#include "run/observe.h"
#include "run/stage_settings.h"
#include "workloads/interpret.h"
#include "workloads/split.h"

namespace bitline::experiments {

using run::Stage;
using workloads::Graph;
using workloads::Samples;

namespace {

// A value that no shelf has to find again: each network has a shelf of its own.
template <class T>
Stage<T> named(const char* what, T value) {
  return {run::stage_key(what).key(), std::make_shared<const T>(std::move(value))};
}

Samples currents(const Graph& front, const Samples& images) {
  Samples out;
  out.name = images.name;
  out.dims = front.tensors[static_cast<std::size_t>(front.outputs.front())].shape.dims;
  out.truth = images.truth;
  out.files = images.files;
  const std::vector<double> values = run::float_outputs(front, images);
  out.values.assign(values.begin(), values.end());
  return out;
}

run::Session opened(const std::shared_ptr<const Graph>& rest, Samples calibration, System& system, run::Shelf& shelf) {
  const run::RunOptions& options = system.options;
  run::LoadedNetwork network =
      run::quantize_network(system.config(), named("rest of a network", run::ImportedGraph{rest, {}}),
                            named("currents for calibration", std::move(calibration)), shelf);
  return run::Session(system.loaded, std::move(network), shelf,
                      options.isa.empty() ? isas().front() : isa_named(options.isa));
}

}  // namespace

double accuracy(std::span<const double> outputs, const workloads::Labels& labels) {
  const std::size_t columns = outputs.size() / labels.of_sample.size();
  std::size_t right = 0;
  for (std::size_t i = 0; i < labels.of_sample.size(); ++i) {
    const auto some = outputs.subspan(i * columns, columns);
    right += std::ranges::max_element(some) - some.begin() == labels.of_sample[i];
  }
  return static_cast<double>(right) / static_cast<double>(labels.of_sample.size());
}

SensorNetwork::SensorNetwork(const Graph& graph, const SensorHardware& hardware, const ShownImages& images,
                             System& system)
    : sensor_(hardware.sensor), images_(images), seed_(system.config().seed), session_([&] {
        run::check_shape(graph, images.test);
        workloads::SplitGraph split =
            workloads::split_after_first_product(workloads::with_activation(graph, hardware.activation));
        front_ = std::move(split.front);
        rest_ = std::make_shared<const Graph>(std::move(split.rest));
        return opened(rest_, seen(images.calibration, nullptr), system, shelf_);
      }()) {}

Samples SensorNetwork::seen(const Samples& images, const Random* chip) const {
  return currents(with_responsivities(front_, sensor_, chip), images);
}

Random SensorNetwork::devices_of(std::uint32_t chip) const { return Random(seed_, chip); }

std::vector<double> SensorNetwork::real(const Samples& images) const {
  return run::float_outputs(*rest_, seen(images, nullptr));
}
std::vector<double> SensorNetwork::real() const { return real(images_.test); }

Stage<run::ChipRun> SensorNetwork::on_chip(std::uint32_t chip) const {
  const Random devices = devices_of(chip);
  return run::run_chip(session_, chip, named("currents of a test", seen(images_.test, &devices)), 0, nullptr, {},
                       shelf_);
}

std::vector<double> SensorNetwork::on_chip(std::uint32_t chip, const Samples& images) const {
  const Random devices = devices_of(chip);
  chip::State state = session_.write(chip);
  pass(state, session_.age_s());
  return session_.evaluate(session_.look(state), seen(images, &devices));
}

void SensorNetwork::describe(const std::vector<Stage<run::ChipRun>>& runs, run::Result& result) const {
  const run::ChipRuns chips(runs, session_.chip().layers.size());
  run::describe(run::NetworkRun{session_, {}, chips}, images_.test, result);
}

}  // namespace bitline::experiments
