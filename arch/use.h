// SPDX-License-Identifier: Apache-2.0
// When the images of a run are read: all at one moment, or through a span of time in which devices age and are
// refreshed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/config_reader.h"

namespace bitline::arch {

struct Config;

enum class MomentImages { all, share };
inline constexpr std::string_view moment_images_names[] = {"all", "share"};
constexpr std::span<const std::string_view> names_of(MomentImages) { return moment_images_names; }

struct AtOnce {
  static constexpr const char* type = "at-once";
  static constexpr const char* about = "all images are read at one moment, `age` after writing";
};

struct InTime {
  static constexpr const char* type = "in-time";
  static constexpr const char* about =
      "images arrive through a span of time that begins at `age`; the score is known at several moments of it";
  double span_s = 86400;
  std::optional<double> time_per_image_s;  // unset: as fast as the run's own schedule lets them follow each other
  int moments = 8;                         // the first at the beginning of the span, the last at its end
  MomentImages images = MomentImages::all;
};

using Use = std::variant<AtOnce, InTime>;
void fields(Visitor&, AtOnce&);
void fields(Visitor&, InTime&);

// A moment at which reads are made.
struct ReadMoment {
  double time_s = 0;            // since the use began
  double clock_s = 0;           // since the last writing before the use began
  double written_s = 0;         // on that clock: the last writing or refresh
  std::uint32_t refreshes = 0;  // since the use began
  double age_s() const { return clock_s - written_s; }
  double used_s = 0;  // of age_s, in use
};

// Of a config: one for reads at once, `age` after writing, modulo programming.refresh. A refresh that is due at a
// moment is done just before its reads.
std::vector<ReadMoment> read_moments(const Config&);

// Uses that cannot be: problems go to the reader.
void check_use(const Config&, ConfigReader&);

// The time since the last writing of the oldest reads.
double oldest_s(const Config&);

// The images [first, first + count) of n that arrive around moment m of `moments`.
struct ImageRange {
  std::size_t first = 0, count = 0;
};
ImageRange images_around(std::size_t moment, std::size_t moments, std::size_t images);

}  // namespace bitline::arch
