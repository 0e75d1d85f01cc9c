// SPDX-License-Identifier: Apache-2.0
// Fully connected networks in the dark (arch/experiments/sensitized_classify.h).
#include "arch/experiments/sensitized_classify.h"

#include <fmt/format.h>

#include "experiments/systems/light_sweep.h"
#include "experiments/systems/sensitized_networks.h"
#include "run/network_run.h"

namespace bitline::experiments {

using arch::SensitizedClassify;

namespace {

std::vector<std::string> all_networks(const SensitizedClassify& c, const arch::Config& config) {
  std::vector<std::string> all{config.workload.network};
  all.insert(all.end(), c.networks.begin(), c.networks.end());
  return all;
}

// Mapping, writing and costs of the first network in bright light, on chip 0.
void describe_first(const LitPictures& pictures, System& system) {
  const run::NetworkRun done =
      run::run_network(system.loaded, run::load_network(system.config(), system.options, system.shelf), pictures.test,
                       system.options, system.shelf, system.clock);
  run::describe(done, *pictures.test, system.result);
}

// Pulses of neurons in bright light, one layer after another.
void add_pulses(const SensitizedClassify& c, const DarkNetwork& network, System& system) {
  const double energy_J = network.pulses() * c.pulse.energy_J(network.driven()),
               time_s = static_cast<double>(network.layers()) * c.pulse.time_s(network.pulses());
  cost::Costs& costs = system.result.costs;
  costs.energy_J.add(cost::Part::activation, energy_J);
  costs.latency_s.add(cost::Part::activation, time_s);
  costs.energy_per_inference_J += energy_J, costs.energy_low_J += energy_J, costs.energy_high_J += energy_J;
  costs.latency_per_inference_s += time_s;
  costs.throughput_per_s = 1 / costs.latency_per_inference_s;
  add_figure(system.found, "pulse_energy_J", energy_J);
  add_figure(system.found, "pulse_time_s", time_s);
  system.found.notes.push_back(fmt::format(
      "Costs are of a bright picture. {:.3g} J and {:.3g} s of them are pulses and resets of the neurons (activation).",
      energy_J, time_s));
}

void add_claims(const SensitizedClassify& c, const LightSweep& sweep, System& system) {
  const std::size_t last = c.limits.size();
  auto& claims = system.found.claims;
  const auto text = [&](double limit, double brightness) {
    return fmt::format("largest shift {:g}, brightness {:g}", limit, brightness);
  };
  claims.push_back(above_zero("better-in-the-dark",
                              "sensitized neurons are more accurate than fixed ones: " + text(c.limits.back(), c.dark),
                              sweep.difference(last, 0, c.dark), "fraction"));
  claims.push_back(within("same-when-bright",
                          fmt::format("sensitized and fixed neurons are as accurate, within {:g} points: {}",
                                      100 * c.margin, text(c.limits.back(), 1)),
                          sweep.difference(last, 0, 1), c.margin, "fraction"));
  for (std::size_t k = 1; k < last; ++k)
    claims.push_back(
        above_zero(fmt::format("better-in-the-dark-{:g}", c.limits[k - 1]),
                   "sensitized neurons are more accurate than fixed ones: " + text(c.limits[k - 1], c.dark),
                   sweep.difference(k, 0, c.dark), "fraction"));
  add_figure(system.found, "dark_ratio", mean(sweep.at(last, c.dark)) / mean(sweep.at(0, c.dark)));
  add_figure(system.found, "bright_difference", mean(sweep.difference(last, 0, 1)));
}

}  // namespace

void run_system(const SensitizedClassify& c, System& system) {
  const arch::Config& config = system.config();
  system.clock.begin("data", 0);
  const std::vector<std::string> networks = all_networks(c, config);
  system.found.seeds = static_cast<int>(networks.size()), system.found.repeated = "networks";
  const LitPictures pictures = load_pictures(config.workload, c.adaptation, system);
  describe_first(pictures, system);
  std::vector<NeuronKind> kinds = compared_kinds(c);
  const std::vector<NeuronKind> ends{kinds.front(), kinds.back()};
  kinds.push_back({NeuronKind::Rule::equilibrium, c.limits.back()});
  LightSweep sweep({"brightness", c.brightness}, kinds), exact({"brightness", c.brightness}, ends);
  system.clock.begin("light", 0.1);
  for (std::size_t k = 0; k < networks.size(); ++k) {
    const OpenNetwork open = open_network(with_network(config, networks[k]), k, pictures, system);
    if (k == 0) add_pulses(c, *open.dark, system);
    const auto accuracy = [&](DarkNetwork::Products products) {
      return [&, products](const NeuronKind& kind, double brightness) {
        const Shifts shifts = open.dark->adapt(kind, dimmed(pictures.environment, brightness));
        return open.dark->accuracy(dimmed(*pictures.test, brightness), shifts, products);
      };
    };
    sweep.add(accuracy(DarkNetwork::Products::chip));
    exact.add(accuracy(DarkNetwork::Products::exact));
    system.clock.report(0.1 + 0.5 * static_cast<double>(k + 1) / static_cast<double>(networks.size()));
  }
  system.found.notes.push_back(
      fmt::format("{}: {} test pictures, dark ones multiplied by the brightness; intervals over {} networks, each on a "
                  "chip of its own.",
                  pictures.test->name, pictures.test->count(), networks.size()));
  set_quality(system.result, "accuracy", sweep.at(c.limits.size(), c.dark), mean(exact.at(1, 1)),
              pictures.test->count());
  add_claims(c, sweep, system);
  system.found.tables.push_back(
      sweep.table("brightness", "Accuracy on chips over brightness: mean and standard deviation over networks"));
  system.found.tables.push_back(exact.table("brightness-exact", "The same without the errors of arrays"));
  system.found.pictures.push_back(
      {"brightness", "Accuracy over brightness of networks trained in bright light; bands: 95 % over networks.",
       sweep.figure()});
  if (c.vehicles) run_vehicles(c, *c.vehicles, system);
}

}  // namespace bitline::experiments
