// SPDX-License-Identifier: Apache-2.0
// Convolutional networks on generated pictures in the dark, and in mixtures of bright and dark.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "experiments/systems/light_sweep.h"
#include "experiments/systems/sensitized_networks.h"
#include "workloads/vehicles.h"

namespace bitline::experiments {

using arch::SensitizedClassify;
using arch::VehicleNetworks;
using workloads::Samples;

namespace {

arch::Config config_of(const VehicleNetworks& v, const std::string& network, const System& system) {
  arch::Config config = system.config();
  config.workload.network = network;
  config.workload.dataset = {.name = "vehicles", .inputs = {}, .labels = {}, .calibration_inputs = {}, .calibration_labels = {}};
  config.workload.images = v.images;
  config.workload.normalize.reset();
  config.workload.first_class.reset();
  return config;
}

// Every class has the same share of dark pictures, spread over the set.
Samples mixed(const Samples& bright, double brightness, double dark_fraction) {
  constexpr std::size_t classes = std::size(workloads::vehicle_names), cycle = 20;
  Samples out = bright;
  for (std::size_t i = 0; i < out.count(); ++i) {
    if (static_cast<double>(i / classes * 7 % cycle) >= dark_fraction * cycle) continue;
    for (std::size_t k = 0; k < out.size(); ++k)
      out.values[i * out.size() + k] = static_cast<float>(out.values[i * out.size() + k] * brightness);
  }
  out.pixels = false;
  return out;
}

// Of each position of a map, whether most of what it sees is the subject.
std::vector<bool> subject(const workloads::VehiclePicture& made, std::size_t positions) {
  const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(positions)))),
            block = made.picture.width / side;
  std::vector<bool> out(positions);
  for (int r = 0; r < side; ++r)
    for (int c = 0; c < side; ++c) {
      int covered = 0;
      for (int k = 0; k < block * block; ++k)
        covered += made.mask[static_cast<std::size_t>((r * block + k / block) * made.picture.width + c * block + k % block)];
      out[static_cast<std::size_t>(r * side + c)] = 2 * covered > block * block;
    }
  return out;
}

// Mean over pictures of |mean rate on the subject - mean outside| / (sum of both); 0 for a picture without any rate.
double distinctiveness(const DarkNetwork::Rates& rates, std::size_t pictures) {
  const Random random = workloads::vehicle_draws(workloads::Split::test);
  std::vector<double> of_picture(pictures, 0);
  parallel_for(pictures, [&](std::size_t i) {
    const std::vector<bool> on = subject(workloads::vehicle_picture({}, random, static_cast<std::uint32_t>(i)), rates.positions);
    double sum[2] = {0, 0}, count[2] = {0, 0};
    for (std::size_t k = 0; k < rates.channels * rates.positions; ++k) {
      const bool here = on[k % rates.positions];
      sum[here] += rates.values[i * rates.channels * rates.positions + k], ++count[here];
    }
    if (count[0] == 0 || count[1] == 0) return;
    const double inside = sum[1] / count[1], outside = sum[0] / count[0];
    if (inside + outside > 0) of_picture[i] = std::abs(inside - outside) / (inside + outside);
  });
  return mean(of_picture);
}

void add_maps(const SensitizedClassify& c, const VehicleNetworks& v, const DarkNetwork& network,
              const LitPictures& pictures, System& system) {
  constexpr std::size_t seen = 100;
  const std::size_t n = std::min(seen, pictures.test->count());
  const Samples some = part_of_set(*pictures.test, 0, n);
  const NeuronKind sensitized{NeuronKind::Rule::stored, c.limits.back()};
  struct View {
    std::string name;
    Samples samples;
    Shifts shifts;
  };
  const std::vector<View> views{
      {"brightness 1, fixed", some, {}},
      {fmt::format("brightness {:g}, fixed", v.dark), dimmed(some, v.dark), {}},
      {fmt::format("brightness {:g}, sensitized", v.dark), dimmed(some, v.dark),
       network.adapt(sensitized, dimmed(pictures.environment, v.dark))}};
  run::ExperimentTable table{"distinctiveness",
                             fmt::format("|mean rate on the subject - mean outside| / their sum, by layer of neurons, "
                                         "mean over {} pictures, first network; largest shift {:g}",
                                         n, c.limits.back()),
                             {"light and neurons"},
                             {}};
  for (std::size_t l = 0; l < network.layers(); ++l) table.columns.push_back(fmt::format("layer {}", l + 1));
  run::ImageFigure figure;
  for (const View& view : views) {
    std::vector<run::TableCell> row{view.name};
    for (std::size_t l = 0; l < network.layers(); ++l) {
      const DarkNetwork::Rates rates = network.rates(view.samples, view.shifts, l);
      row.emplace_back(distinctiveness(rates, n));
      if (l > 0) continue;
      figure.height = figure.width = static_cast<int>(std::lround(std::sqrt(static_cast<double>(rates.positions))));
      run::ImageFigure::Row images{view.name, {}};
      const std::size_t picture = std::min<std::size_t>(5, n - 1);
      for (std::size_t k = 0; k < rates.channels; ++k) {
        const auto first =
            rates.values.begin() + static_cast<std::ptrdiff_t>((picture * rates.channels + k) * rates.positions);
        images.images.emplace_back(first, first + static_cast<std::ptrdiff_t>(rates.positions));
      }
      figure.rows.push_back(std::move(images));
    }
    table.rows.push_back(std::move(row));
  }
  system.found.tables.push_back(std::move(table));
  system.found.pictures.push_back({"feature-maps", "Rates of the first layer's channels for one picture, first network.",
                                   std::move(figure)});
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
  need_one_of("experiment.vehicles.dark", v.dark, "experiment.vehicles.brightness", v.brightness);
  system.clock.begin("vehicles", 0.6);
  const LitPictures pictures = load_pictures(config_of(v, {}, system).workload, c.adaptation, system);
  const std::vector<NeuronKind> kinds = compared_kinds(c), ends{kinds.front(), kinds.back()};
  LightSweep sweep({"brightness", v.brightness}, kinds), mixtures({"dark fraction", v.dark_fractions}, ends);
  for (std::size_t k = 0; k < v.networks.size(); ++k) {
    const OpenNetwork open = open_network(config_of(v, v.networks[k], system), k, pictures, system);
    sweep.add([&](const NeuronKind& kind, double brightness) {
      const Shifts shifts = open.dark->adapt(kind, dimmed(pictures.environment, brightness));
      return open.dark->accuracy(dimmed(*pictures.test, brightness), shifts);
    });
    mixtures.add([&](const NeuronKind& kind, double fraction) {
      const Shifts shifts = open.dark->adapt(kind, mixed(pictures.environment, v.dark, fraction));
      return open.dark->accuracy(mixed(*pictures.test, v.dark, fraction), shifts);
    });
    if (k == 0) add_maps(c, v, *open.dark, pictures, system);
    system.clock.report(0.6 + 0.38 * static_cast<double>(k + 1) / static_cast<double>(v.networks.size()));
  }
  system.found.notes.push_back(
      fmt::format("Vehicles: {} generated pictures of four classes stand in for those of the paper, which are not "
                  "public; {} networks.",
                  pictures.test->count(), v.networks.size()));
  add_claims(c, v, sweep, system);
  system.found.tables.push_back(sweep.table("vehicles", "Vehicles: accuracy over brightness"));
  system.found.tables.push_back(mixtures.table(
      "vehicles-mixtures",
      fmt::format("Vehicles: accuracy over the share of pictures of brightness {:g}, neurons adapted to the mixture",
                  v.dark)));
  system.found.pictures.push_back(
      {"vehicles", "Generated vehicles: accuracy over brightness; bands: 95 % over networks.", sweep.figure()});
  system.found.pictures.push_back(
      {"vehicles-mixtures",
       fmt::format("Generated vehicles: accuracy over the share of pictures of brightness {:g}.", v.dark),
       mixtures.figure()});
}

}  // namespace bitline::experiments
