// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/sensitized_networks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "run/load_stages.h"

namespace bitline::experiments {

using workloads::Samples;

Samples part_of_set(const Samples& all, std::size_t first, std::size_t count) {
  Samples out;
  out.name = all.name, out.dims = all.dims, out.pixels = all.pixels, out.files = all.files;
  const auto values = all.of(first, count);
  out.values.assign(values.begin(), values.end());
  const auto& labels = std::get<workloads::Labels>(all.truth);
  const auto from = labels.of_sample.begin() + static_cast<std::ptrdiff_t>(first);
  out.truth = workloads::Labels{{from, from + static_cast<std::ptrdiff_t>(count)}, labels.classes, labels.names, {}};
  return out;
}

LitPictures load_pictures(const arch::Workload& workload, int adaptation, System& system) {
  const auto n = static_cast<std::size_t>(adaptation);
  const run::Stage<Samples> training =
      run::load_samples(workload, workloads::Split::train, 2 * n, system.options, system.shelf);
  if (!std::holds_alternative<workloads::Labels>(training->truth))
    throw InputError(fmt::format("data set {} has no classes, which this experiment tells", training->name));
  return {part_of_set(*training, 0, n), part_of_set(*training, n, n),
          run::load_samples(workload, workloads::Split::test, static_cast<std::size_t>(workload.images), system.options,
                            system.shelf)};
}

arch::Config with_network(arch::Config config, const std::string& network) {
  config.workload.network = network;
  return config;
}

OpenNetwork open_network(const arch::Config& config, std::size_t k, const LitPictures& pictures, System& system) {
  arch::LoadedConfig loaded = system.loaded;
  loaded.config = config;
  OpenNetwork open;
  open.session = std::make_unique<run::Session>(loaded, run::load_network(config, system.options, system.shelf),
                                                system.shelf, isa_named(system.options.isa));
  open.dark = std::make_unique<DarkNetwork>(*open.session, static_cast<std::uint32_t>(k));
  open.dark->remember(pictures.remembered);
  return open;
}

std::vector<NeuronKind> compared_kinds(const arch::SensitizedClassify& c) {
  std::vector<NeuronKind> kinds{{}};
  for (double limit : c.limits) kinds.push_back({NeuronKind::Rule::stored, limit});
  return kinds;
}

}  // namespace bitline::experiments
