// SPDX-License-Identifier: Apache-2.0
#include "experiments/systems/holed_images.h"

#include <fmt/format.h>

#include "base/error.h"
#include "workloads/dataset.h"

namespace bitline::experiments {

using workloads::Samples;

namespace {

std::size_t side_of(const Samples& images) { return static_cast<std::size_t>(images.dims.back()); }

// f(pixel in the image, pixel in the hole).
template <class F>
void for_centre(std::size_t side, int hole, F&& f) {
  const auto h = static_cast<std::size_t>(hole), first = (side - h) / 2;
  for (std::size_t y = 0; y < h; ++y)
    for (std::size_t x = 0; x < h; ++x) f((first + y) * side + first + x, y * h + x);
}

Samples without_files(const Samples& images) {
  Samples copy = images;
  copy.files.clear();
  return copy;
}

}  // namespace

void check_hole(const Samples& images, int hole) {
  const std::vector<int>& d = images.dims;
  if (d.size() != 3 || d[0] != 1 || d[1] != d[2])
    throw InputError(fmt::format("experiment.data: samples of {} are {}, not square grey images", images.name,
                                 workloads::dims_text(d)));
  if (hole >= d[1] || (d[1] - hole) % 2 != 0)
    throw InputError(
        fmt::format("experiment.holes: a hole of {} pixels has no place at the centre of {} x {} pixels; "
                    "give a smaller {} number",
                    hole, d[1], d[2], d[1] % 2 ? "odd" : "even"));
}

Samples with_hole(const Samples& images, int hole) {
  Samples holed = without_files(images);
  const std::size_t size = images.size();
  for (std::size_t i = 0; i < images.count(); ++i)
    for_centre(side_of(images), hole, [&](std::size_t pixel, std::size_t) { holed.values[i * size + pixel] = 0; });
  return holed;
}

std::vector<float> centres(const Samples& images, int hole) {
  const std::size_t size = images.size(), h = static_cast<std::size_t>(hole) * static_cast<std::size_t>(hole);
  std::vector<float> out(images.count() * h);
  for (std::size_t i = 0; i < images.count(); ++i)
    for_centre(side_of(images), hole,
               [&](std::size_t pixel, std::size_t at) { out[i * h + at] = images.values[i * size + pixel]; });
  return out;
}

Samples with_centres(const Samples& images, int hole, std::span<const double> centres) {
  Samples full = without_files(images);
  const std::size_t size = images.size(), h = static_cast<std::size_t>(hole) * static_cast<std::size_t>(hole);
  for (std::size_t i = 0; i < images.count(); ++i)
    for_centre(side_of(images), hole, [&](std::size_t pixel, std::size_t at) {
      full.values[i * size + pixel] = static_cast<float>(centres[i * h + at]);
    });
  full.pixels = false;
  return full;
}

double square_error(std::span<const double> made, std::span<const float> right) {
  double sum = 0;
  for (std::size_t i = 0; i < right.size(); ++i) sum += (made[i] - right[i]) * (made[i] - right[i]);
  return sum / static_cast<double>(right.size());
}

double square_error_of_mean(std::span<const float> mean_centre, std::span<const float> right) {
  double sum = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    const double d = double{mean_centre[i % mean_centre.size()]} - right[i];
    sum += d * d;
  }
  return sum / static_cast<double>(right.size());
}

}  // namespace bitline::experiments
