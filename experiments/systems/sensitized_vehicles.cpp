// SPDX-License-Identifier: Apache-2.0
// Convolutional networks on generated pictures in the dark, and in mixtures of bright and dark.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/systems/light_sweep.h"
#include "experiments/systems/sensitized_networks.h"
#include "experiments/systems/vehicle_maps.h"
#include "workloads/vehicles.h"

namespace bitline::experiments {

using arch::SensitizedClassify;
using arch::VehicleNetworks;
using workloads::Samples;

namespace {

arch::Config config_of(const VehicleNetworks& v, const std::string& network, const System& system) {
  arch::Config config = system.config();
  config.workload.network = network;
  config.workload.dataset = {
      .name = "vehicles", .inputs = {}, .labels = {}, .calibration_inputs = {}, .calibration_labels = {}};
  config.workload.images = v.images;
  config.workload.normalize.reset();
  config.workload.first_class.reset();
  return config;
}

// Whether picture i of a mixture is dark: the same share of every class, spread over the set.
bool is_dark(std::size_t i, double dark_fraction) {
  constexpr std::size_t classes = std::size(workloads::vehicle_names), cycle = 20;
  return static_cast<double>(i / classes * 7 % cycle) < dark_fraction * cycle;
}

Samples mixed(const Samples& bright, double brightness, double dark_fraction) {
  Samples out = bright;
  for (std::size_t i = 0; i < out.count(); ++i) {
    if (!is_dark(i, dark_fraction)) continue;
    for (std::size_t k = 0; k < out.size(); ++k)
      out.values[i * out.size() + k] = static_cast<float>(out.values[i * out.size() + k] * brightness);
  }
  out.pixels = false;
  return out;
}

// Neurons that see bright and dark pictures adapt to both together, or anew whenever the light changes.
constexpr const char *to_mixture = ", adapted to the mixture", *to_each = ", adapted to each light";

double mixture_accuracy(const VehicleNetworks& v, const DarkNetwork& network, const LitPictures& pictures,
                        const NeuronKind& kind, double dark_fraction) {
  const Samples mixture = mixed(*pictures.test, v.dark, dark_fraction);
  if (kind.remark != to_each)
    return network.accuracy(mixture, network.adapt(kind, mixed(pictures.environment, v.dark, dark_fraction)));
  const std::vector<std::uint8_t> bright = network.right(mixture, network.adapt(kind, pictures.environment)),
                                  dark =
                                      network.right(mixture, network.adapt(kind, dimmed(pictures.environment, v.dark)));
  double sum = 0;
  for (std::size_t i = 0; i < dark.size(); ++i) sum += is_dark(i, dark_fraction) ? dark[i] : bright[i];
  return sum / static_cast<double>(dark.size());
}

void add_claims(const SensitizedClassify& c, const VehicleNetworks& v, const LightSweep& sweep, System& system) {
  const std::size_t last = c.limits.size();
  system.found.claims.push_back(above_zero(
      "vehicles-better-in-the-dark",
      fmt::format("sensitized neurons are more accurate than fixed ones on generated vehicles: largest shift {:g}, "
                  "brightness {:g}",
                  c.limits.back(), v.dark),
      sweep.difference(last, 0, v.dark), "fraction"));
  const double fixed = mean(sweep.at(0, v.dark)), sensitized = mean(sweep.at(last, v.dark));
  add_figure(system.found, "vehicles_dark", sensitized);
  add_figure(system.found, "vehicles_dark_fixed", fixed);
  add_figure(system.found, "vehicles_gain", sensitized / fixed - 1);
}

}  // namespace

void run_vehicles(const SensitizedClassify& c, const VehicleNetworks& v, System& system) {
  system.clock.begin("vehicles", 0.6);
  const LitPictures pictures = load_pictures(config_of(v, {}, system).workload, c.adaptation, system);
  const std::vector<NeuronKind> kinds = compared_kinds(c);
  std::vector<NeuronKind> in_mixtures{kinds.front(), kinds.back(), kinds.back()};
  in_mixtures[1].remark = to_each, in_mixtures[2].remark = to_mixture;
  LightSweep sweep({"brightness", v.brightness}, kinds), mixtures({"dark fraction", v.dark_fractions}, in_mixtures);
  for (std::size_t k = 0; k < v.networks.size(); ++k) {
    const OpenNetwork open = open_network(config_of(v, v.networks[k], system), k, pictures, system);
    sweep.add([&](const NeuronKind& kind, double brightness) {
      const Shifts shifts = open.dark->adapt(kind, dimmed(pictures.environment, brightness));
      return open.dark->accuracy(dimmed(*pictures.test, brightness), shifts);
    });
    mixtures.add([&](const NeuronKind& kind, double fraction) {
      return mixture_accuracy(v, *open.dark, pictures, kind, fraction);
    });
    if (k == 0) add_maps(c, v, *open.dark, *open.session->network().graph, pictures, system);
    system.clock.report(0.6 + 0.38 * static_cast<double>(k + 1) / static_cast<double>(v.networks.size()));
  }
  system.found.notes.push_back(
      fmt::format("Vehicles: {} generated pictures of four classes stand in for those of the paper, which are not "
                  "public; {} networks.",
                  pictures.test->count(), v.networks.size()));
  add_claims(c, v, sweep, system);
  system.found.tables.push_back(sweep.table("vehicles", "Vehicles: accuracy over brightness"));
  system.found.tables.push_back(mixtures.table(
      "vehicles-mixtures", fmt::format("Vehicles: accuracy over the share of pictures of brightness {:g}", v.dark)));
  system.found.pictures.push_back(
      {"vehicles", "Generated vehicles: accuracy over brightness; bands: 95 % over networks.", sweep.figure()});
  system.found.pictures.push_back(
      {"vehicles-mixtures",
       fmt::format("Generated vehicles: accuracy over the share of pictures of brightness {:g}.", v.dark),
       mixtures.figure()});
}

}  // namespace bitline::experiments
