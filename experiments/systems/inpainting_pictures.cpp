// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "experiments/systems/holed_images.h"
#include "experiments/systems/inpainting_parts.h"

namespace bitline::experiments {

using workloads::Samples;

namespace {

Samples first_images(const Samples& images, std::size_t count) {
  Samples some = images;
  some.values.resize(std::min(count, images.count()) * images.size());
  return some;
}

std::vector<run::ImageFigure::Image> grey(const Samples& images) {
  std::vector<run::ImageFigure::Image> out;
  for (std::size_t i = 0; i < images.count(); ++i) {
    const auto one = images.of(i, 1);
    out.push_back({images.dims[1], images.dims[2], {one.begin(), one.end()}});
  }
  return out;
}

void add_images(const Samples& originals, const HoleOutcome& o, System& system) {
  run::ImageFigure figure;
  figure.rows = {{"originals", grey(originals)},
                 {"what the encoder sees", grey(with_hole(originals, o.hole))},
                 {"simulation", grey(with_centres(originals, o.hole, o.simulated))},
                 {"experiment", grey(with_centres(originals, o.hole, o.first_chip))}};
  system.found.pictures.push_back(
      {fmt::format("inpainting-{}", o.hole),
       fmt::format("The first test images; the centre of {0} x {0} pixels is missing, and generated on ideal arrays "
                   "(simulation) and on the first chip (experiment).",
                   o.hole),
       std::move(figure)});
}

// The currents of the first image, each where the pixels are that made it.
void add_currents(const device::PulseTrainEncoder& e, const Samples& originals, int hole, System& system) {
  const Samples holed = with_hole(first_images(originals, 1), hole);
  const std::vector<float> currents = device::encode(e.train, e.pulsed(), holed.values);
  const int side = originals.dims[1];
  if (side % e.train.pulses != 0) return;  // groups run over the ends of rows
  std::vector<float> places(holed.values.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = currents[i / static_cast<std::size_t>(e.train.pulses)];
  run::MatrixFigure figure{"of full scale",
                           {{"image", side, side, holed.values}, {"currents", side, side, std::move(places)}},
                           std::pair{0.0, 1.0}};
  system.found.pictures.push_back(
      {"currents",
       fmt::format("The first test image without its centre, and the currents of its {0} devices, each as wide as the "
                   "{1} pixels that drive it from left to right; over the current after {1} full pulses.",
                   currents.size(), e.train.pulses),
       std::move(figure)});
}

void add_codes(const device::PulseTrainEncoder& e, System& system) {
  if (e.train.pulses > 8) return;
  run::LineFigure figure{"code, as a binary number", "current above g_min (share of the window)", {}, false};
  figure.series = {{"at the end of the last pulse", {}, {}, {}}, {"one gap later", {}, {}, {}}};
  const auto codes = device::train_codes(e.train, e.pulsed());
  for (std::size_t n = 1; n < codes.size(); ++n)  // without any pulse there is no current
    for (std::size_t s = 0; s < 2; ++s) {
      figure.series[s].x.push_back(static_cast<double>(n));
      figure.series[s].y.push_back(s == 0 ? codes[n].peak : codes[n].residual);
    }
  system.found.pictures.push_back({"codes",
                                   "Current of the encoder's device after each code of full pulses, the first pulse "
                                   "being the highest digit.",
                                   std::move(figure)});
}

// The middle of a block, small enough to see single weights.
std::vector<float> middle_of(const chip::LevelMap& map, const std::vector<float>& levels, int rows, int columns) {
  std::vector<float> out;
  for (int r = (map.rows - rows) / 2; r < (map.rows + rows) / 2; ++r)
    for (int c = (map.columns - columns) / 2; c < (map.columns + columns) / 2; ++c)
      out.push_back(
          levels[static_cast<std::size_t>(r) * static_cast<std::size_t>(map.columns) + static_cast<std::size_t>(c)]);
  return out;
}

void add_weights(System& system) {
  const chip::LevelMap& map = system.result.level_map;
  if (map.intended.empty()) return;
  const int rows = std::min(map.rows, 64) / 2 * 2, columns = std::min(map.columns, 64) / 2 * 2;
  const std::vector<float> intended = middle_of(map, map.intended, rows, columns),
                           read_back = middle_of(map, map.read_back, rows, columns);
  std::vector<float> off(intended.size());
  for (std::size_t i = 0; i < off.size(); ++i) off[i] = read_back[i] - intended[i];
  system.found.pictures.push_back(
      {"weights",
       fmt::format(
           "The middle {} x {} weights of the decoder's first block as intended and as read back from the first "
           "chip. Over all weights and chips {:.2f} % are nearest to their level.",
           rows, columns, 100 * system.result.write.level_accuracy),
       run::MatrixFigure{
           "levels", {{"intended", rows, columns, intended}, {"read back", rows, columns, read_back}}, {}}});
  system.found.pictures.push_back(
      {"weight-errors", "What the same weights are off by when read back; beyond half a level they read as another.",
       run::MatrixFigure{"levels", {{"read back - intended", rows, columns, std::move(off)}}, {}}});
}

void add_distances(const std::vector<HoleOutcome>& outcomes, System& system) {
  run::LineFigure figure{"side of the hole (pixels)", "Frechet distance of features", {}, false};
  figure.series = {{"simulation", {}, {}, {}}, {"experiment", {}, {}, {}}};
  for (const HoleOutcome& o : outcomes) {
    const std::vector<double> d = o.distances();
    for (auto& s : figure.series) s.x.push_back(o.hole);
    figure.series[0].y.push_back(o.simulation.distance);
    figure.series[1].y.push_back(mean(d));
    figure.series[1].half_width.push_back(standard_deviation(d));
  }
  system.found.pictures.push_back({"distances",
                                   "Distance of completed images from the originals over the size of the hole; band: "
                                   "standard deviation over chips.",
                                   std::move(figure)});
}

}  // namespace

void add_inpainting_pictures(const arch::Inpainting& i, const InpaintingSet& set,
                             const std::vector<HoleOutcome>& outcomes, System& system) {
  const Samples originals = first_images(*set.test, static_cast<std::size_t>(i.shown));
  for (const HoleOutcome& o : outcomes) add_images(originals, o, system);
  add_distances(outcomes, system);
  const auto& encoder = std::get<device::PulseTrainEncoder>(i.encoder);
  add_currents(encoder, originals, i.holes.back(), system);
  add_codes(encoder, system);
  add_weights(system);
}

}  // namespace bitline::experiments
