// SPDX-License-Identifier: Apache-2.0
// Edges in the dark (arch/experiments/sensitized_edges.h).
#include "arch/experiments/sensitized_edges.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "experiments/systems/edge_study.h"

namespace bitline::experiments {

using arch::SensitizedEdges;
using run::ExperimentTable;
using workloads::EdgeMap;
using workloads::Gradients;
using workloads::GreyPicture;

namespace {

// Differences between the last kind and the fixed one over pictures, in the light of claims.
template <class Value>
std::vector<double> gains(const EdgeStudy& study, std::size_t kind, Value&& value) {
  std::vector<double> out;
  const std::size_t light = study.light_of(study.e.dark);
  for (std::size_t p = 0; p < study.pictures.all.size(); ++p)
    out.push_back(value(study.at(p, light, kind), p) - value(study.at(p, light, 0), p));
  return out;
}

void add_claims(const EdgeStudy& study, System& system) {
  const auto information = [&](const EdgeOutcome& o, std::size_t p) {
    return o.figures.information_bits / static_cast<double>(study.pictures.all[p].picture.size());
  };
  const auto connected = [](const EdgeOutcome& o, std::size_t) { return o.figures.connectivity; };
  auto& claims = system.found.claims;
  const auto text = [&](const char* what, std::size_t kind) {
    return fmt::format("{} with neurons that sensitize, largest shift {:g}, than with fixed ones, at brightness {:g}",
                       what, study.e.limits[kind - 1], study.e.dark);
  };
  claims.push_back(above_zero("more-information", text("more edge information", study.last()),
                              gains(study, study.last(), information), "bit per pixel"));
  claims.push_back(above_zero("better-connectivity", text("a larger share of edge pixels connected", study.last()),
                              gains(study, study.last(), connected), "fraction"));
  for (std::size_t k = 1; k < study.last(); ++k)
    claims.push_back(above_zero(fmt::format("more-information-{:g}", study.e.limits[k - 1]),
                                text("more edge information", k), gains(study, k, information), "bit per pixel"));
}

// Mean over buildings of a ratio to the fixed neuron; not finite where that finds nothing.
double building_ratio(const EdgeStudy& study, std::size_t light, std::size_t kind, auto&& value) {
  double sum = 0;
  for (std::size_t p = 0; p < study.pictures.buildings; ++p)
    sum += value(study.at(p, light, kind)) / value(study.at(p, light, 0));
  return sum / static_cast<double>(study.pictures.buildings);
}
double building_mean(const EdgeStudy& study, std::size_t light, std::size_t kind, auto&& value) {
  double sum = 0;
  for (std::size_t p = 0; p < study.pictures.buildings; ++p) sum += value(study.at(p, light, kind));
  return sum / static_cast<double>(study.pictures.buildings);
}

run::TableCell ratio_cell(double ratio) {
  return std::isfinite(ratio) ? run::TableCell(ratio) : run::TableCell(std::string("none with fixed"));
}

void add_ratios(const EdgeStudy& study, System& system) {
  const char* of = study.pictures.photographs ? "buildings" : "generated pictures";
  ExperimentTable table{"ratios",
                        fmt::format("Sensitized over fixed neurons, means over {}", of),
                        {"brightness", "largest_shift", "information_ratio", "edge_pixel_ratio", "length_ratio",
                         "connectivity_fixed", "connectivity", "coherence_fixed", "coherence"},
                        {}};
  run::LineFigure lines{"brightness", "edge information, sensitized / fixed", {}, false};
  const auto bits = [](const EdgeOutcome& o) { return o.figures.information_bits; };
  const auto pixels = [](const EdgeOutcome& o) { return o.figures.pixels; };
  const auto length = [](const EdgeOutcome& o) { return o.figures.length; };
  const auto connected = [](const EdgeOutcome& o) { return o.figures.connectivity; };
  const auto coherent = [](const EdgeOutcome& o) { return o.figures.coherence; };
  for (std::size_t k = 1; k < study.kinds.size(); ++k) {
    run::LineFigure::Series series{study.names[k], {}, {}, {}};
    for (std::size_t l = 0; l < study.e.brightness.size(); ++l) {
      const double ratio = building_ratio(study, l, k, bits);
      table.rows.push_back({study.e.brightness[l], study.e.limits[k - 1], ratio_cell(ratio),
                            ratio_cell(building_ratio(study, l, k, pixels)),
                            ratio_cell(building_ratio(study, l, k, length)), building_mean(study, l, 0, connected),
                            building_mean(study, l, k, connected), building_mean(study, l, 0, coherent),
                            building_mean(study, l, k, coherent)});
      series.x.push_back(study.e.brightness[l]), series.y.push_back(ratio);
    }
    lines.series.push_back(std::move(series));
  }
  system.found.tables.push_back(std::move(table));
  system.found.pictures.push_back(
      {"information",
       fmt::format("Information of edges over that of fixed neurons, mean over {}. It diverges where fixed neurons "
                   "find nothing.",
                   of),
       std::move(lines)});
  // Published figures are of photographs of buildings: nothing made in their place stands beside them.
  if (!study.pictures.photographs || study.pictures.buildings == 0) return;
  const std::size_t light = study.light_of(study.e.dark);
  add_figure(system.found, "information_ratio", building_ratio(study, light, study.last(), bits));
  add_figure(system.found, "information_gain", building_ratio(study, light, study.last(), bits) - 1);
}

void add_picture_table(const EdgeStudy& study, System& system) {
  ExperimentTable table{"pictures",
                        fmt::format("Each picture at brightness {:g}, mean over {} draws of noise and spikes",
                                    study.e.dark, study.e.seeds),
                        {"picture", "neurons", "edge_pixels", "information_bits", "connectivity", "length", "coherence",
                         "precision", "recall"},
                        {}};
  const std::size_t light = study.light_of(study.e.dark);
  for (std::size_t p = 0; p < study.pictures.all.size(); ++p)
    for (std::size_t k = 0; k < study.kinds.size(); ++k) {
      const EdgeOutcome& o = study.at(p, light, k);
      table.rows.push_back({study.pictures.all[p].name, study.names[k], o.figures.pixels, o.figures.information_bits,
                            o.figures.connectivity, o.figures.length, o.figures.coherence, o.precision, o.recall});
    }
  system.found.tables.push_back(std::move(table));
}

// At most 240 pixels along an edge, each of a square of `step` x `step` pixels.
run::ImageFigure::Image shrunk(int height, int width, const std::function<float(int row, int column, int step)>& of) {
  const int step = std::max(1, (std::max(height, width) + 239) / 240);
  run::ImageFigure::Image out{height / step, width / step, {}};
  for (int r = 0; r < out.height; ++r)
    for (int c = 0; c < out.width; ++c) out.values.push_back(of(r * step, c * step, step));
  return out;
}

// The first pixel of each square.
run::ImageFigure::Image shrunk(const GreyPicture& p) {
  return shrunk(p.height, p.width,
                [&](int row, int column, int) { return p.values[static_cast<std::size_t>(row * p.width + column)]; });
}

// Whether any pixel of a square is an edge.
run::ImageFigure::Image shrunk(const EdgeMap& map) {
  return shrunk(map.height, map.width, [&](int row, int column, int step) {
    float any = 0;
    for (int k = 0; k < step * step; ++k)
      any = std::max(any, static_cast<float>(
                              map.edge[static_cast<std::size_t>((row + k / step) * map.width + column + k % step)]));
    return any;
  });
}

void add_edge_pictures(const EdgeStudy& study, std::uint32_t seed, System& system) {
  const SensitizedEdges& e = study.e;
  for (std::size_t p = 0; p < std::min<std::size_t>(2, study.pictures.all.size()); ++p) {
    run::ImageFigure figure;
    const Random random(seed, 0);
    for (double brightness : {1.0, e.dark}) {
      const GreyPicture view =
          seen(study.pictures.all[p].picture, brightness, e.sensor_noise, random, static_cast<std::uint32_t>(p));
      const Gradients g = workloads::sobel(view);
      const std::vector<double> a = amplitudes(g, study.reference);
      run::ImageFigure::Row row{fmt::format("brightness {:g}", brightness), {shrunk(view)}};
      for (const EdgeNeuron& kind : study.kinds)
        row.images.push_back(shrunk(spiked_edges(e, kind, g, a, random, static_cast<std::uint32_t>(p))));
      figure.rows.push_back(std::move(row));
    }
    system.found.pictures.push_back({fmt::format("edges-{}", p + 1),
                                     fmt::format("{}: the picture, then edges found by neurons: {}",
                                                 study.pictures.all[p].name, fmt::join(study.names, "; ")),
                                     std::move(figure)});
  }
}

// Spike probabilities of pixels above the floor: weak gradients settle at a peak of their own.
void add_distribution(const EdgeStudy& study, std::uint32_t seed, System& system) {
  constexpr int bins = 41;  // such that the peak lies within one
  const SensitizedEdges& e = study.e;
  run::LineFigure figure{"spike probability", "share of pixels with gradients above the floor", {}, false};
  const std::array<std::pair<double, std::size_t>, 4> shown{
      {{1.0, 0}, {1.0, study.last()}, {e.dark, 0}, {e.dark, study.last()}}};
  const Random random(seed, 0);
  for (const auto& [brightness, kind] : shown) {
    std::vector<double> share(bins, 0), x;
    double all = 0, peak = 0;
    for (std::size_t p = 0; p < study.pictures.buildings; ++p) {
      const Gradients g = workloads::sobel(
          seen(study.pictures.all[p].picture, brightness, e.sensor_noise, random, static_cast<std::uint32_t>(p)));
      for (double a : amplitudes(g, study.reference)) {
        if (a <= e.neuron.floor) continue;
        const double probability = study.kinds[kind].probability(a);
        ++share[static_cast<std::size_t>(std::min(probability * bins, bins - 1.0))], ++all;
        peak += std::abs(probability - e.neuron.settled) < 0.5 / bins;
      }
    }
    for (int b = 0; b < bins; ++b)
      x.push_back((b + 0.5) / bins), share[static_cast<std::size_t>(b)] /= std::max(all, 1.0);
    figure.series.push_back({fmt::format("brightness {:g}, {}", brightness, study.names[kind]), x, share, {}});
    if (brightness == e.dark)
      add_figure(system.found, kind == 0 ? "share_settled_fixed" : "share_settled", peak / std::max(all, 1.0));
  }
  system.found.pictures.push_back(
      {"probabilities",
       fmt::format("Spike probabilities of pixels whose gradient is above the floor. Sensitized neurons add a second "
                   "peak at {:g}, where repeated weak pulses lead to.",
                   e.neuron.settled),
       std::move(figure)});
}

void add_costs(const EdgeStudy& study, System& system) {
  const std::size_t light = study.light_of(study.e.dark);
  double energy_J = 0;
  for (std::size_t p = 0; p < study.pictures.all.size(); ++p)
    energy_J += study.at(p, light, study.last()).energy_J / static_cast<double>(study.pictures.all.size());
  const double time_s = study.e.pulse.time_s(study.e.pulses);
  cost::Costs& costs = system.result.costs;
  costs.energy_J.add(cost::Part::array, energy_J);
  costs.latency_s.add(cost::Part::array, time_s);
  costs.energy_per_inference_J = costs.energy_low_J = costs.energy_high_J = energy_J;
  costs.latency_per_inference_s = time_s;
  costs.throughput_per_s = 1 / time_s;
  costs.efficiency_definition =
      "Joule heat of pulses and resets in one neuron for each pixel, all at once, for a dark picture; gradients and "
      "the circuits around neurons are not in it";
}

std::vector<Simplification> edges_left_out() {
  return {{"Neurons", {{"All pixels' neurons are alike, and have settled at the gradient that they see."}}},
          {"Gradients", {{"Sobel's operator is exact; what computes it is not charged."}}}};
}

}  // namespace

void run_system(const SensitizedEdges& e, System& system) {
  system.clock.begin("pictures", 0.02);
  EdgeStudy study = open_study(e, system);
  system.found.simplifications = edges_left_out();
  const std::uint32_t seed = system.config().seed;
  system.clock.begin("edges", 0.1);
  look_at_all(study, seed);
  system.found.seeds = static_cast<int>(study.pictures.all.size()), system.found.repeated = "pictures";
  system.found.notes.push_back(fmt::format(
      "Intervals are over {} pictures, each the mean of {} draws of noise and spikes. Amplitude 1 is a gradient of "
      "{:.3f}, the {:g} quantile of the bright pictures.",
      study.pictures.all.size(), e.seeds, study.reference, e.reference_quantile));
  std::vector<double> recall;
  for (std::size_t p = 0; p < study.pictures.all.size(); ++p)
    recall.push_back(study.at(p, study.light_of(e.dark), study.last()).recall);
  set_quality(system.result, "recall", recall, 1, study.pictures.all.size());
  add_claims(study, system);
  add_ratios(study, system);
  add_picture_table(study, system);
  add_edge_pictures(study, seed, system);
  add_distribution(study, seed, system);
  add_costs(study, system);
}

}  // namespace bitline::experiments
