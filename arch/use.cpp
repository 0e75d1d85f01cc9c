// SPDX-License-Identifier: Apache-2.0
#include "arch/use.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "arch/config.h"

namespace bitline::arch {

void fields(Visitor&, AtOnce&) {}

void fields(Visitor& v, InTime& u) {
  v(u.span_s, {.key = "span",
               .meaning = "how long the chip is used; it begins `age` after writing",
               .unit = Unit::second,
               .positive = true,
               .required = true});
  v(u.time_per_image_s,
    {.key = "time_per_image",
     .meaning = "from one image to the next, which says how many reads devices have borne; latency: one follows the "
                "other as fast as the run's own schedule lets it",
     .unit = Unit::second,
     .positive = true,
     .absent = "latency"});
  v(u.moments,
    {.key = "moments",
     .meaning = "moments at which images are read, evenly spread, the first at the beginning of the span and "
                "the last at its end",
     .min = 2,
     .max = 1000});
  v(u.images, {.key = "images",
               .meaning = "all: every moment scores all images, so that moments are compared on the same ones; share: "
                          "each scores its own share alone, as they arrive, which is faster. The quality of the run "
                          "always is that of images as they arrive"});
}

namespace {

// Refreshes until `clock_s`; one that is due now, but for rounding, is done.
double refreshes_until(double clock_s, std::optional<double> interval_s) {
  return interval_s ? std::floor(clock_s / *interval_s * (1 + 1e-12)) : 0;
}

}  // namespace

void check_use(const Config& config, ConfigReader& r) {
  const auto* use = std::get_if<InTime>(&config.use);
  if (!use || !r.clean("use")) return;
  const std::string at_once = "leave it out: everything is then read at once";
  if (is_experiment(config.experiment))
    r.problem("use", "experiments read their chips at moments of their own", at_once);
  if (!config.workload.shapes.empty()) r.problem("use", "of shapes of layers nothing is read", at_once);
  if (config.mapping.reload)
    r.problem("use", "with reload, arrays are written anew for each image and never grow old", at_once);
  if (use->images == MomentImages::share && config.workload.images < use->moments)
    r.problem("use.images",
              fmt::format("{} images are too few for each of {} moments to have some of its own",
                          config.workload.images, use->moments),
              "use fewer moments, or images: all");
  // The number of a writing names its draws, in 24 bits.
  if (const auto refresh_s = config.programming.refresh_s; refresh_s && use->span_s / *refresh_s >= 0x1p24)
    r.problem("programming.refresh", fmt::format("comes more than {:.0f} times within use.span", 0x1p24),
              "refresh less often, or shorten the span");
}

std::vector<ReadMoment> read_moments(const Config& config) {
  const double begin_s = age_since_write_s(config);
  const auto* in_time = std::get_if<InTime>(&config.use);
  if (!in_time) return {{.clock_s = begin_s}};
  const std::optional<double> interval_s = config.programming.refresh_s;
  std::vector<ReadMoment> all;
  for (int m = 0; m < in_time->moments; ++m) {
    ReadMoment& at = all.emplace_back();
    at.time_s = in_time->span_s * m / (in_time->moments - 1);
    at.clock_s = begin_s + at.time_s;
    const double refreshes = refreshes_until(at.clock_s, interval_s);
    at.refreshes = static_cast<std::uint32_t>(refreshes);
    at.written_s = std::min(refreshes * interval_s.value_or(0), at.clock_s);
    at.used_s = std::min(at.time_s, at.age_s());
  }
  return all;
}

double oldest_s(const Config& config) {
  double oldest_s = 0;
  for (const ReadMoment& m : read_moments(config)) oldest_s = std::max(oldest_s, m.age_s());
  return oldest_s;
}

ImageRange images_around(std::size_t moment, std::size_t moments, std::size_t images) {
  const auto begin = [&](std::size_t m) { return (m * images + moments - 1) / moments; };
  return {begin(moment), begin(moment + 1) - begin(moment)};
}

}  // namespace bitline::arch
