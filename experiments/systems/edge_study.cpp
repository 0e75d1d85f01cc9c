// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/edge_study.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/files.h"
#include "base/parallel.h"
#include "workloads/photographs.h"
#include "workloads/vehicles.h"

namespace bitline::experiments {

using arch::SensitizedEdges;
using workloads::EdgeFigures;
using workloads::EdgeMap;
using workloads::Gradients;
using workloads::GreyPicture;

namespace {

EdgePictures load_photographs(const SensitizedEdges& e, System& system) {
  EdgePictures out;
  out.photographs = true;
  for (const auto* names : {&e.buildings, &e.photographs}) {
    for (const std::string& name : *names) {
      const auto file = workloads::find_photograph(name, system.options.data);
      if (!file) {
        system.found.notes.push_back(
            fmt::format("The photograph {} is not there: pictures made by the project stand in for all of them. To get "
                        "it: apt-get install python3-skimage python3-sklearn, or --data DIR with DIR/photos/{}",
                        name, name));
        return {};
      }
      out.all.push_back({name, workloads::grey(workloads::read_picture(*file))});
      system.result.inputs.push_back({file->filename().string(), checksum_of(*file)});
    }
    if (names == &e.buildings) out.buildings = out.all.size();
  }
  return out;
}

EdgePictures generate(const SensitizedEdges& e, const Random& random) {
  EdgePictures out;
  for (int i = 0; i < e.generated; ++i) {
    const workloads::VehiclePicture made =
        workloads::vehicle_picture({e.generated_size, true, 0}, random, static_cast<std::uint32_t>(i));
    out.all.push_back(
        {fmt::format("{} {}", workloads::vehicle_names[static_cast<std::size_t>(made.vehicle)], i), made.picture});
  }
  out.buildings = out.all.size();
  return out;
}

EdgePictures load_edge_pictures(const SensitizedEdges& e, System& system) {
  EdgePictures pictures = load_photographs(e, system);
  if (!pictures.all.empty()) {
    system.found.notes.push_back(
        "Photographs stand in for the pictures of buildings and vehicles of the paper, which are not public.");
    return pictures;
  }
  system.result.inputs.clear();
  return generate(e, Random(system.config().seed, 0));
}

// Gradient of amplitude 1.
double reference_gradient(const SensitizedEdges& e, const EdgePictures& pictures) {
  std::vector<double> all;
  for (const NamedPicture& p : pictures.all) {
    const std::vector<float> m = workloads::sobel(p.picture).magnitude();
    all.insert(all.end(), m.begin(), m.end());
  }
  const auto at = all.begin() + static_cast<std::ptrdiff_t>(e.reference_quantile * static_cast<double>(all.size() - 1));
  std::ranges::nth_element(all, at);
  if (!(*at > 0)) throw InputError("the pictures have no gradient at the quantile that amplitude 1 is set by");
  return *at;
}

double mean_energy_J(const SensitizedEdges& e, std::span<const double> amplitudes) {
  double squares = 0;
  for (double a : amplitudes) squares += a * a;
  return e.pulses * e.pulse.energy_J(squares);
}

void add_to(EdgeOutcome& sum, const EdgeFigures& f, const workloads::EdgeAgreement& a, double energy_J, double weight) {
  sum.figures.pixels += weight * f.pixels;
  sum.figures.information_bits += weight * f.information_bits;
  sum.figures.connectivity += weight * f.connectivity;
  sum.figures.length += weight * f.length;
  sum.figures.coherence += weight * f.coherence;
  sum.precision += weight * a.precision;
  sum.recall += weight * a.recall;
  sum.energy_J += weight * energy_J;
}

void look(EdgeStudy& study, std::size_t p, std::size_t light, std::uint32_t seed, const EdgeMap& truth,
          std::span<EdgeOutcome> out) {
  const SensitizedEdges& e = study.e;
  const GreyPicture& bright = study.pictures.all[p].picture;
  for (int s = 0; s < e.seeds; ++s) {
    const Random random(seed, static_cast<std::uint32_t>(s));
    const Gradients g =
        workloads::sobel(seen(bright, e.brightness[light], e.sensor_noise, random, static_cast<std::uint32_t>(p)));
    const std::vector<double> a = amplitudes(g, study.reference);
    const double energy_J = mean_energy_J(e, a);
    for (std::size_t k = 0; k < study.kinds.size(); ++k) {
      const EdgeMap map = spiked_edges(e, study.kinds[k], g, a, random, static_cast<std::uint32_t>(p));
      add_to(out[k], edge_figures(map, g, e.piece), agreement(map, truth), energy_J, 1.0 / e.seeds);
    }
  }
}

}  // namespace

void look_at_all(EdgeStudy& study, std::uint32_t seed) {
  const std::size_t lights = study.e.brightness.size(), kinds = study.kinds.size();
  std::vector<EdgeMap> truths;
  for (const NamedPicture& p : study.pictures.all) {
    const Gradients g = workloads::sobel(p.picture);
    truths.push_back(strong_gradients(g, amplitudes(g, study.reference), study.e.true_edge));
  }
  study.outcomes.assign(study.pictures.all.size() * lights * kinds, {});
  parallel_for(study.pictures.all.size() * lights, [&](std::size_t i) {
    look(study, i / lights, i % lights, seed, truths[i / lights], std::span(study.outcomes).subspan(i * kinds, kinds));
  });
}

EdgeStudy open_study(const SensitizedEdges& e, System& system) {
  EdgeStudy study{e, load_edge_pictures(e, system), 1, {fixed_neuron(e)}, {"fixed"}};
  for (double limit : e.limits) {
    study.kinds.push_back(sensitized_neuron(e, limit));
    study.names.push_back(fmt::format("sensitized, shift {:g}", limit));
  }
  study.reference = reference_gradient(e, study.pictures);
  return study;
}

}  // namespace bitline::experiments
